"""`python -m service.identity`: keys are made, listed and revoked; a secret is shown once, and kept nowhere."""

import json
import os
import re
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from service.identity.__main__ import main
from service.identity.key_file import read_keys
from tests.identity.keys import made, revoke

CREATE = ("create", "--tenant", "hospital", "--name", "ward-app", "--scopes", "assess,read")


def test_a_new_key_goes_to_standard_output_alone(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--file", str(key_file), *CREATE, "--expires", "2099-01-31"]) == 0
    printed = capsys.readouterr()
    assert re.fullmatch(r"nerveroot_[0-9a-f]{12}_[0-9A-Za-z_-]{43}\n", printed.out)
    secret = printed.out.strip().split("_", 2)[2]
    assert secret not in printed.err
    assert secret not in key_file.read_text()
    assert str(key_file) in printed.err


def test_the_file_is_for_its_owner_alone_and_nothing_is_left_beside_it(key_file: Path) -> None:
    before = os.umask(0)
    try:
        made(key_file)
        revoke(key_file, made(key_file))
    finally:
        os.umask(before)
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert [each.name for each in key_file.parent.iterdir()] == [key_file.name]


def test_no_two_keys_are_alike(key_file: Path) -> None:
    assert len({made(key_file) for _ in range(20)}) == 20
    assert len(read_keys(key_file)[0]) == 20


def test_the_list_shows_everything_but_secrets(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = made(key_file, expires="2099-01-31")
    second = made(key_file, name="portal", scopes="outcome")
    stated = json.loads(key_file.read_text())
    stated["keys"].append(stated["keys"][0] | {"id": "00000000", "expires": "2020-01-31"})
    key_file.write_text(json.dumps(stated))
    assert main(["--file", str(key_file), "list"]) == 0
    lines = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert [(line[0], line[1], line[2], line[3], line[5]) for line in lines] == [
        (first.split("_")[1], "hospital", "ward-app", "assess,read", "until 2099-01-31"),
        (second.split("_")[1], "hospital", "portal", "outcome", "without end"),
        ("00000000", "hospital", "ward-app", "assess,read", "expired on 2020-01-31"),
    ]
    assert not any(each["sha256"] in "".join(map("".join, lines)) for each in stated["keys"])


@pytest.mark.parametrize(
    "arguments",
    [
        *((), ("create",), ("revoke",), ("drop",)),
        ("create", "--tenant", "h", "--name", "n", "--scopes", "assess,root"),
        ("create", "--tenant", "h", "--name", "n", "--scopes", ""),
        ("create", "--tenant", "h", "--name", "n", "--scopes", "read", "--expires", "tomorrow"),
    ],
)
def test_what_is_no_command(arguments: tuple[str, ...], key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(["--file", str(key_file), *arguments])
    assert stopped.value.code == 2
    assert "usage" in capsys.readouterr().err
    assert not key_file.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("create", "--tenant", "", "--name", "n", "--scopes", "read"), "a name has 1 to 128"),
        (("create", "--tenant", "h", "--name", "n\n", "--scopes", "read"), "a name has 1 to 128"),
        (("create", "--tenant", "h" * 129, "--name", "n", "--scopes", "read"), "a name has 1 to 128"),
        (("create", "--tenant", "local", "--name", "n", "--scopes", "read"), "uses the tenants * and local itself"),
        (("create", "--tenant", "*", "--name", "n", "--scopes", "read"), "uses the tenants * and local itself"),
        ((*CREATE, "--expires", "2020-01-31"), "over already"),
        (("revoke", "000000000000"), "is not there"),
        (("list",), "is not there"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    arguments: tuple[str, ...], said: str, key_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--file", str(key_file), *arguments]) == 2
    printed = capsys.readouterr()
    assert (printed.out, said in printed.err) == ("", True)
    assert not key_file.exists()


def test_a_key_that_is_not_there_cannot_be_revoked(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = made(key_file)
    assert main(["--file", str(key_file), "revoke", key]) == 2  # the whole key in the place of its id
    assert key.split("_", 2)[2] not in capsys.readouterr().err
    assert len(read_keys(key_file)[0]) == 1


def test_a_broken_file_is_left_as_it_is(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made(key_file)
    key_file.write_text("{")
    assert main(["--file", str(key_file), *CREATE]) == 2
    assert "is not as `make api-key` writes it" in capsys.readouterr().err
    assert key_file.read_text() == "{"


KILLED = """
import os, sys
from pathlib import Path
from service.identity.__main__ import main
os.getpid = lambda: 7  # in a container, every command may have the same
if sys.argv[1] == "killed":
    Path.replace = lambda *_: os._exit(9)
sys.exit(main(sys.argv[2:]))
"""


def test_what_a_killed_command_left_is_in_nobodys_way(key_file: Path) -> None:
    made(key_file)
    made(key_file.with_name("other.json"))
    for how, status, files in (("killed", 9, 3), ("killed", 9, 3), ("lives", 0, 2)):
        command = [sys.executable, "-c", KILLED, how, "--file", str(key_file), *CREATE]
        assert subprocess.run(command, capture_output=True, check=False).returncode == status
        assert len(list(key_file.parent.iterdir())) == files
    assert len(read_keys(key_file)[0]) == 2
    assert {each.name for each in key_file.parent.iterdir()} == {key_file.name, "other.json"}


def test_several_who_write_at_once_lose_nothing(key_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with ThreadPoolExecutor(4) as several:
        statuses = list(several.map(main, [["--file", str(key_file), *CREATE]] * 40))
    assert statuses == [0] * 40
    printed = {line.split("_")[1] for line in capsys.readouterr().out.split()}
    assert printed == {key.id for key in read_keys(key_file)[0]}
    assert len(printed) == 40


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can write for others")
def test_what_root_writes_stays_with_whoever_owns_the_folder(key_file: Path) -> None:
    key_file.parent.mkdir()
    os.chown(key_file.parent, 1234, 1234)
    made(key_file)
    made(key_file)
    assert (key_file.stat().st_uid, key_file.stat().st_gid) == (1234, 1234)


def test_the_file_comes_from_the_settings(key_file: Path) -> None:
    """The command itself, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "service.identity", *CREATE],
        env={**os.environ, "NERVEROOT_API_KEYS_FILE": str(key_file)},
        capture_output=True,
        text=True,
        check=True,
    )
    (key,) = read_keys(key_file)[0]
    assert done.stdout.startswith(f"nerveroot_{key.id}_")
    assert done.stdout.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("NERVEROOT_PORT", "many", "NERVEROOT_PORT: "),
        ("NERVEROOT_HOST", "192.0.2.1", "nothing was changed: with NERVEROOT_AUTH"),
    ],
)
def test_settings_that_cannot_be_are_said(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, value)
    assert main(list(CREATE)) == 2
    assert said in capsys.readouterr().err
