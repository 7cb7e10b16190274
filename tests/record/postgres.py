"""A PostgreSQL of the tests' own: a private folder, a free port of this machine, started, stopped, frozen, ended."""

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil
import psycopg

from service.record.migration import migrate

MISSING = (
    "These tests need PostgreSQL: install it (Debian and Ubuntu: `apt-get install postgresql`), or put the folder with "
    "initdb and postgres into PATH."
)
DEBIAN = Path("/usr/lib/postgresql")
SECONDS = 60
"""More than a start, a stop or a recovery ever takes; a machine that is busy with other things is slow."""
TEMPLATE = "migrated"

# Before a recovery PostgreSQL syncs its folder file by file; a hundred small databases have thirty thousand of them.
_QUICK_RECOVERY = ("-c", "recovery_init_sync_method=syncfs") if sys.platform == "linux" else ()


def programs() -> Path | None:
    """The folder of initdb and postgres: of PATH, or the newest of Debian's; None where there is none."""
    found = shutil.which("initdb")
    if found is not None and (Path(found).resolve().parent / "postgres").exists():
        return Path(found).resolve().parent
    kept = [each for each in DEBIAN.glob("*/bin") if (each / "initdb").exists() and (each / "postgres").exists()]
    return max(kept, key=lambda each: float(each.parent.name), default=None)


class Cluster:
    """One PostgreSQL server. It syncs to disk as in earnest, because what is tested is that nothing gets lost."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None, MISSING
        self.port = _free_port()
        self.password = secrets.token_hex(16)
        self._programs = found
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._made = 0
        self._free: list[str] = []
        secret = folder / "password"
        secret.write_text(self.password)
        owner = _user()
        if owner is not None:
            for each in (folder, secret):
                shutil.chown(each, owner)
        made = subprocess.run(
            [
                *(str(found / "initdb"), "-D", str(folder / "data"), "-U", "nerveroot", "--locale=C", "-E", "UTF8"),
                *("--auth=scram-sha-256", f"--pwfile={secret}"),
            ],
            capture_output=True,
            text=True,
            user=_user(),
            cwd=folder,
            check=False,
        )
        assert made.returncode == 0, made.stderr
        self.start()
        self._execute(f"CREATE DATABASE {TEMPLATE}")
        migrate(self.url(TEMPLATE), seconds=SECONDS)
        self._tables = self._dumped(TEMPLATE)

    def url(self, name: str) -> str:
        """The address of the database `name`, as the settings take it."""
        return f"postgresql://nerveroot:{self.password}@127.0.0.1:{self.port}/{name}"

    def new_database(self, *, migrated: bool = True) -> str:
        """The address of a database with nothing in it, with the tables of the record or without.

        Making one writes seven megabytes, so those that were given back are emptied and used again.
        """
        if not self._free:
            self._made += 1
            self._free.append(self.url(f"record_{self._made}"))
            self._execute(f"CREATE DATABASE record_{self._made}")
        url = self._free.pop()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
            if migrated:
                connection.execute(self._tables)
        return url

    def give_back(self, url: str) -> None:
        """Let the next test have that database."""
        self._free.append(url)

    def checkpoint(self) -> None:
        """Write everything to its place, so that a recovery has nothing to do."""
        self._execute("CHECKPOINT")

    @contextmanager
    def configured(self, name: str, value: str) -> Iterator[None]:
        """With another value of a setting that takes effect without a restart."""
        before = self._setting(name)
        try:
            self._configure(name, value)
            yield
        finally:
            self._configure(name, before)

    def _configure(self, name: str, value: str) -> None:
        self._execute(f"ALTER SYSTEM SET {name} = {value}")
        self._execute("SELECT pg_reload_conf()")
        deadline = time.monotonic() + SECONDS
        while self._setting(name) != value:
            assert time.monotonic() < deadline, f"{name} stays {self._setting(name)}"
            time.sleep(0.02)

    def _setting(self, name: str) -> str:
        with psycopg.connect(self.url("postgres")) as connection:
            found = connection.execute("SELECT current_setting(%s)", [name]).fetchone()
        return "" if found is None else str(found[0])

    def start(self) -> None:
        """Start, on the same port and folder as before, and wait until it answers; nothing where it runs."""
        if self._process is not None:
            return
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [
                    *(str(self._programs / "postgres"), "-D", str(self._folder / "data"), "-p", str(self.port)),
                    *("-k", str(self._folder), "-c", "listen_addresses=127.0.0.1"),
                    *("-c", "shared_buffers=16MB", "-c", "max_connections=60", *_QUICK_RECOVERY),
                ],
                stdout=log,
                stderr=log,
                user=_user(),
                cwd=self._folder,
            )
        deadline = time.monotonic() + SECONDS
        while not self._answers():
            ended = self._process.poll() is not None or time.monotonic() > deadline
            assert not ended, (self._folder / "log").read_text()
            time.sleep(0.05)

    def stop(self, *, immediate: bool = False) -> None:
        """Stop; `immediate` is the way of a crash (`pg_ctl stop -m immediate`): the next start recovers."""
        if self._process is None:
            return
        self.resume()
        self._process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        self._process.wait(SECONDS)
        self._process = None

    def freeze(self) -> None:
        """Stop every process of it in its tracks: connections stay open, nothing answers."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def resume(self) -> None:
        """Let every process go on."""
        for process in self._processes():
            with suppress(psutil.NoSuchProcess):  # one for a connection that has just ended
                process.resume()

    def _processes(self) -> list[psutil.Process]:
        if self._process is None:
            return []
        server = psutil.Process(self._process.pid)
        return [server, *server.children(recursive=True)]

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=SECONDS).close()
        except psycopg.OperationalError:
            return False
        return True

    def _dumped(self, name: str) -> bytes:
        """The statements that make the tables of the database `name`."""
        dumped = subprocess.run(
            [str(self._programs / "pg_dump"), "--inserts", "--no-owner", self.url(name)],
            capture_output=True,
            check=True,
            cwd=self._folder,
        )
        # What begins with a backslash is for psql.
        return b"\n".join(line for line in dumped.stdout.splitlines() if not line.startswith(b"\\"))

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement.encode())


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """A cluster that runs until the block ends, and leaves nothing behind."""
    # Not a folder of pytest's: the server runs as another user where the tests run as root, and could not enter it.
    folder = Path(tempfile.mkdtemp(prefix="nerveroot-postgres-"))
    cluster = None
    try:
        cluster = Cluster(folder)
        yield cluster
    finally:
        if cluster is not None:
            cluster.stop(immediate=True)
        shutil.rmtree(folder)


def _user() -> str | None:
    """PostgreSQL refuses to run as root; its packages make a user for it."""
    return "postgres" if os.geteuid() == 0 else None


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
