"""How a container begins: secrets from files, a refusal where the record has no place, and then the program itself."""

import http.server
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.deploy.files import DEPLOY

ENTRYPOINT = DEPLOY / "image" / "entrypoint.py"
ALIVE = DEPLOY / "image" / "alive.py"
SHOW = "import os; print(os.getpid(), os.environ.get('NERVEROOT_RECORD_KEY'), os.environ.get('metrics_token'))"


def begun(folder: Path, *command: str, stated: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """The entry point with secrets from `folder`, run to its end; its number is the first word of what SHOW prints."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("NERVEROOT_")}
    return subprocess.run(
        [sys.executable, str(ENTRYPOINT), *command],
        env={**inherited, **(stated or {}), "SECRETS_FOLDER": str(folder)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("content", ["a secret", "a secret\n", "a secret\r\n"])
def test_a_file_becomes_the_variable_that_it_is_named_after(tmp_path: Path, content: str) -> None:
    (tmp_path / "NERVEROOT_RECORD_KEY").write_text(content, newline="")
    (tmp_path / "metrics_token").write_text("for another program")
    (tmp_path / "kubernetes.io").mkdir()
    done = begun(tmp_path, sys.executable, "-c", SHOW)
    assert done.stdout.split(maxsplit=1)[1] == "a secret None\n"


def test_without_any_file_the_environment_stays_as_it_is(tmp_path: Path) -> None:
    done = begun(tmp_path / "none", sys.executable, "-c", SHOW, stated={"NERVEROOT_RECORD_KEY": "stated"})
    assert done.stdout.split()[1] == "stated"


def test_the_program_takes_the_place_of_the_entry_point(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, str(ENTRYPOINT), sys.executable, "-c", SHOW],
        env={**os.environ, "SECRETS_FOLDER": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        said, _ = process.communicate(timeout=60)
    assert int(said.split()[0]) == process.pid, "so signals reach it"


@pytest.mark.parametrize(
    ("command", "told"),
    [
        ((), "no command was given"),
        (("python", "-m", "service"), "NERVEROOT_DATABASE_URL is not stated"),
        (("python", "-m", "service.record", "migrate"), "NERVEROOT_DATABASE_URL is not stated"),
        (("no-such-program",), "no-such-program: No such file"),
    ],
)
def test_what_cannot_start_says_why(tmp_path: Path, command: tuple[str, ...], told: str) -> None:
    done = begun(tmp_path, *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_that_cannot_be_read_is_named_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "NERVEROOT_RECORD_KEY").write_bytes(b"\xff\xfe secret")
    done = begun(tmp_path, "true")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"the container cannot start: {tmp_path / 'NERVEROOT_RECORD_KEY'} is no text.\n"


@pytest.fixture
def port() -> Iterator[int]:
    """The port of a server that answers 200 on /health/live and 503 elsewhere."""

    class Answering(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/health/live" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Answering)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize(("path", "status"), [("/health/live", 0), ("/health/ready", 1)])
def test_the_health_check_tells_by_its_exit_status(port: int, path: str, status: int) -> None:
    # No proxy of the environment stands in the way.
    environment = {"http_proxy": "http://127.0.0.1:9", "PATH": os.environ["PATH"]}
    command = [sys.executable, "-I", str(ALIVE), str(port), path]
    assert subprocess.run(command, env=environment, check=False).returncode == status


def test_the_health_check_says_no_where_nothing_listens() -> None:
    command = [sys.executable, "-I", str(ALIVE), "1", "/health/live"]
    done = subprocess.run(command, env={}, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")
