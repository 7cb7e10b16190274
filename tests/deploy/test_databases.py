"""The secrets that are made for compose.yaml, and the databases that PostgreSQL makes with them."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import psycopg
import pytest

from service.record.migration import migrate
from service.settings import SHORTEST_KEY
from tests.deploy.files import DEPLOY, ROOT, compose
from tests.record.postgres import Cluster, programs, running_cluster

SCRIPT = DEPLOY / "postgres" / "databases.sh"


def made(folder: Path) -> str:
    """What `new_secrets.sh` says."""
    command = ["sh", str(DEPLOY / "new_secrets.sh"), str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def held(folder: Path) -> Mapping[str, str]:
    """The secrets in a folder, as programs read them."""
    return {each.name: each.read_text(encoding="utf-8").strip() for each in folder.iterdir()}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with secrets."""
    made(tmp_path / "secrets")
    return tmp_path / "secrets"


def test_every_secret_that_is_named_is_made(folder: Path) -> None:
    assert set(held(folder)) == set(compose()["secrets"])


def test_nobody_else_enters_the_folder_and_containers_read_the_files(folder: Path) -> None:
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o777 for each in folder.iterdir()} == {0o444}


def test_a_second_time_everything_stays(folder: Path) -> None:
    before = held(folder)
    said = made(folder)
    assert held(folder) == before
    assert "was made" not in said


def test_no_two_secrets_are_alike_and_the_key_is_long_enough(folder: Path) -> None:
    secrets = held(folder)
    assert len(set(secrets.values())) == len(secrets)
    assert len(secrets["NERVEROOT_RECORD_KEY"]) >= SHORTEST_KEY


def test_git_and_images_leave_secrets_alone() -> None:
    command = ["git", "check-ignore", "-q", "deploy/secrets/NERVEROOT_RECORD_KEY"]
    assert subprocess.run(command, cwd=ROOT, check=False).returncode == 0
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert lines.index("deploy/*") > lines.index("!deploy")
    assert not [line for line in lines if line.startswith("!") and "secrets" in line]


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of its own, whose first role makes way for that of the script."""
    with running_cluster() as running:
        yield running


def test_each_program_has_a_database_of_its_own(cluster: Cluster, folder: Path) -> None:
    found = programs()
    assert found is not None
    with psycopg.connect(cluster.url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE ROLE postgres SUPERUSER LOGIN")
        connection.execute(f"ALTER ROLE postgres PASSWORD '{cluster.password}'")
    address = {"PGHOST": "127.0.0.1", "PGPORT": str(cluster.port)}
    as_postgres = {**address, "POSTGRES_USER": "postgres", "PGPASSWORD": cluster.password}
    with psycopg.connect(cluster.url("postgres").replace("nerveroot:", "postgres:"), autocommit=True) as connection:
        connection.execute("ALTER ROLE nerveroot RENAME TO first")
    environment = {"PATH": f"{found}:{os.environ['PATH']}", "SECRETS_FOLDER": str(folder), **as_postgres}
    done = subprocess.run([str(SCRIPT)], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr

    def reached(name: str) -> str:
        return held(folder)[name].replace("@postgres/", f"@127.0.0.1:{cluster.port}/")

    record = reached("NERVEROOT_DATABASE_URL")
    tracking = reached("MLFLOW_BACKEND_STORE_URI").replace("+psycopg", "")
    assert migrate(record, seconds=60).before is None
    with psycopg.connect(tracking) as connection:
        assert connection.execute("SELECT current_user, current_database()").fetchone() == ("mlflow", "mlflow")
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        psycopg.connect(tracking.removesuffix("/mlflow") + "/nerveroot")
    with psycopg.connect(record) as connection:
        row = connection.execute("SELECT rolsuper, rolcreatedb FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row == (False, False)
