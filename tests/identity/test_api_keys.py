"""API keys: who is let in, rotation and revocation while the service runs, and a file that breaks."""

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from service.errors import StartupError
from service.identity.caller import Caller, Scope
from tests.identity.asking import Door, door
from tests.identity.keys import made, revoke
from tests.identity.timing import Clock

WARD_APP = Caller(tenant="hospital", name="ward-app", scopes=frozenset({Scope.ASSESS, Scope.READ}))


def door_with(file: Path, clock: Clock) -> Door:
    return door(clock, auth="api_key", api_keys_file=file)


def test_a_key_lets_its_caller_in_by_either_header(key_file: Path, clock: Clock) -> None:
    key = made(key_file)
    asking = door_with(key_file, clock)
    assert asking.bearer(key) == WARD_APP
    assert asking.ask(("X-API-Key", key)) == WARD_APP
    assert asking.ask(("authorization", f"bearer   {key}")) == WARD_APP


def test_wrong_keys(key_file: Path, clock: Clock) -> None:
    key, other = made(key_file), made(key_file, name="other")
    _, identifier, secret = key.split("_", 2)
    end = "B" if key[-1] != "B" else "C"
    wrong = {
        "one character": (key[:-1] + end, "bad_secret"),
        "one character too few": (key[:-1], "malformed"),
        "one character too many": (key + "A", "bad_secret"),
        "the secret of another key": (f"nerveroot_{identifier}_{other.split('_', 2)[2]}", "bad_secret"),
        "an unknown id": (f"nerveroot_000000000000_{secret}", "unknown_key"),
        "no secret": (f"nerveroot_{identifier}_", "malformed"),
        "an empty secret, hashed": (f"nerveroot_{identifier}_{'A' * 43}", "bad_secret"),
        "the hash": (json.loads(key_file.read_text())["keys"][0]["sha256"], "malformed"),
        "the secret alone": (secret, "malformed"),
        "capitals": (key.upper(), "malformed"),
        "very long": (key + "A" * 9000, "malformed"),
    }
    for name, (shown, reason) in wrong.items():
        asking = door_with(key_file, clock)
        assert getattr(asking.bearer(shown), "status", None) == 401, name
        assert asking.refused == [reason], name


def test_two_keys_of_one_caller_live_side_by_side(key_file: Path, clock: Clock) -> None:
    """Rotation: make the new one, give it out, revoke the old one."""
    old = made(key_file)
    asking = door_with(key_file, clock)
    new = made(key_file)
    clock.wait(1)
    assert [asking.bearer(key) for key in (old, new)] == [WARD_APP, WARD_APP]
    revoke(key_file, old)
    clock.wait(1)
    assert asking.bearer(new) == WARD_APP
    assert getattr(asking.bearer(old), "status", None) == 401
    assert asking.refused == ["unknown_key"]


def test_the_file_is_looked_at_once_a_second(key_file: Path, clock: Clock) -> None:
    key, _ = made(key_file), made(key_file)
    asking = door_with(key_file, clock)
    revoke(key_file, key)
    clock.wait(0.9)
    assert asking.bearer(key) == WARD_APP
    clock.wait(0.1)
    assert getattr(asking.bearer(key), "status", None) == 401


def test_the_last_day_of_a_key_is_a_day_in_utc(key_file: Path, clock: Clock) -> None:
    key = made(key_file, expires="2099-12-31")
    stated = json.loads(key_file.read_text())
    stated["keys"][0]["expires"] = "2026-03-01"  # the clock begins at noon of that day
    key_file.write_text(json.dumps(stated))
    asking = door_with(key_file, clock)
    clock.wait(12 * 3600 - 1)
    assert asking.bearer(key) == WARD_APP
    clock.wait(1)
    assert getattr(asking.bearer(key), "status", None) == 401
    assert asking.refused == ["expired"]


def test_a_wrong_secret_for_an_expired_key_says_nothing_of_its_end(key_file: Path, clock: Clock) -> None:
    key = made(key_file, expires="2099-12-31")
    asking = door_with(key_file, clock)
    clock.wait(100 * 366 * 86400)
    asking.bearer(key[:-2] + ("AA" if key[-2:] != "AA" else "BB"))
    assert asking.refused == ["bad_secret"]


def _put_a_folder_there(file: Path) -> None:
    file.unlink()
    file.mkdir()


BROKEN: dict[str, Callable[[Path], object]] = {
    "cut": lambda file: file.write_bytes(file.read_bytes()[:-30]),
    "empty": lambda file: file.write_bytes(b""),
    "another": lambda file: file.write_text('{"keys": [], "more": 1}'),
    "a list": lambda file: file.write_text("[]"),
    "gone": lambda file: file.unlink(),
    "a folder": _put_a_folder_there,
    "writable by all": lambda file: file.chmod(0o606),
    "ids twice": lambda file: file.write_text(json.dumps({"keys": json.loads(file.read_text())["keys"] * 2})),
    "a plain secret": lambda file: file.write_text(
        file.read_text().replace(json.loads(file.read_text())["keys"][0]["sha256"], "SECRET-IN-PLAIN")
    ),
    "an unknown scope": lambda file: file.write_text(file.read_text().replace('"read"', '"root"')),
    "a tenant of the service": lambda file: file.write_text(file.read_text().replace("hospital", "local")),
    "a name of two lines": lambda file: file.write_text(file.read_text().replace("ward-app", "ward\\napp")),
    "too long": lambda file: file.write_bytes(b" " * (4 * 1024 * 1024 + 1)),
}


@pytest.mark.parametrize("breakage", BROKEN)
def test_a_file_that_breaks_leaves_the_keys_in_force_and_says_so(
    key_file: Path, clock: Clock, breakage: str, caplog: pytest.LogCaptureFixture
) -> None:
    key = made(key_file)
    asking = door_with(key_file, clock)
    whole = key_file.read_bytes()
    BROKEN[breakage](key_file)
    for _ in range(5):
        clock.wait(1)
        assert asking.bearer(key) == WARD_APP
    (record,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert str(key_file) in record.message
    fault = asking.admission.fault
    assert fault is not None
    assert str(key_file) not in fault  # whoever asks whether the service is ready may read it
    assert "SECRET" not in caplog.text
    assert asking.admission.able
    if key_file.is_dir():
        key_file.rmdir()
    key_file.unlink(missing_ok=True)
    key_file.write_bytes(whole)
    clock.wait(1)
    assert asking.bearer(key) == WARD_APP
    assert asking.admission.fault is None


@pytest.mark.parametrize("breakage", BROKEN)
def test_a_file_that_is_broken_at_the_start_stops_it_and_says_what_to_do(
    key_file: Path, clock: Clock, breakage: str
) -> None:
    made(key_file)
    BROKEN[breakage](key_file)
    with pytest.raises(StartupError, match=r"make api-key TENANT=") as stopped:
        door_with(key_file, clock)
    assert str(key_file) in str(stopped.value)
    assert "SECRET" not in str(stopped.value)


def test_a_file_without_keys_lets_nobody_in(key_file: Path, clock: Clock) -> None:
    revoke(key_file, made(key_file))
    asking = door_with(key_file, clock)
    assert (asking.admission.able, asking.admission.fault) == (False, None)


def test_a_change_within_the_same_moment_and_of_the_same_length_is_seen(key_file: Path, clock: Clock) -> None:
    one = made(key_file)
    before = key_file.stat()
    asking = door_with(key_file, clock)
    revoke(key_file, one)
    other = made(key_file)
    os.utime(key_file, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert key_file.stat().st_size == before.st_size
    clock.wait(1)
    assert asking.bearer(other) == WARD_APP


def test_a_link_to_the_file_is_followed(key_file: Path, clock: Clock, tmp_path: Path) -> None:
    """As the secrets of Kubernetes are mounted: the link moves to another file."""
    key = made(key_file)
    link, second = tmp_path / "link.json", tmp_path / "second.json"
    link.symlink_to(key_file)
    asking = door_with(link, clock)
    assert asking.bearer(key) == WARD_APP
    other = made(second)
    link.unlink()
    link.symlink_to(second)
    clock.wait(1)
    assert asking.bearer(other) == WARD_APP
    made(link)
    assert link.is_symlink()


def test_unknown_ids_are_compared_as_known_ones_are(
    key_file: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Constant time is not measured here: both ways lead through the same one comparison."""
    key = made(key_file)
    asking = door_with(key_file, clock)
    compared: list[tuple[int, int]] = []

    def counting(one: str, other: str) -> bool:
        compared.append((len(one), len(other)))
        return one == other

    monkeypatch.setattr("service.identity.api_keys.compare_digest", counting)
    _, identifier, secret = key.split("_", 2)
    for shown in (key, f"nerveroot_{identifier}_{'A' * 43}", f"nerveroot_000000000000_{secret}"):
        asking.bearer(shown)
    assert compared == [(64, 64)] * 3
