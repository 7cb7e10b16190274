"""The record in both databases: every test that takes `database` or `url` runs on SQLite and on PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from service.record.database import Database
from service.record.journal import Journal
from service.record.migration import migrate
from tests.record.journals import opened_at
from tests.record.outage import Outage
from tests.record.postgres import Cluster, running_cluster

pytest.register_assert_rewrite("tests.record.crashes")  # what is lost, or out of order, is told

BOTH = ("sqlite", "postgresql")
SECONDS = 30
"""For tests that are not about time."""


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The PostgreSQL of this test run."""
    with running_cluster() as made:
        yield made


@pytest.fixture
def postgres(cluster: Cluster) -> Cluster:
    """The PostgreSQL of this test run, for a test that does something to it; it is running, whatever was done before.

    After a crash it need not replay what earlier tests wrote.
    """
    cluster.resume()
    cluster.start()
    cluster.checkpoint()
    return cluster


def _on_the_cluster(request: pytest.FixtureRequest, *, migrated: bool) -> Iterator[str]:
    cluster: Cluster = request.getfixturevalue("cluster")
    cluster.resume()
    cluster.start()
    url = cluster.new_database(migrated=migrated)
    yield url
    cluster.give_back(url)


@pytest.fixture(params=BOTH)
def backend(request: pytest.FixtureRequest) -> str:
    """Which of the two databases."""
    return str(request.param)


@pytest.fixture
def empty_url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database without tables; of SQLite, not even the file is there."""
    if backend == "sqlite":
        yield f"sqlite:///{tmp_path / 'kept' / 'record.sqlite3'}"
    else:
        yield from _on_the_cluster(request, migrated=False)


@pytest.fixture
def url(backend: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with the newest tables and nothing in them."""
    if backend == "sqlite":
        address = f"sqlite:///{tmp_path / 'kept' / 'record.sqlite3'}"
        migrate(address, seconds=SECONDS)
        yield address
    else:
        yield from _on_the_cluster(request, migrated=True)


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A record with nothing in it."""
    opened = Database(url, seconds=SECONDS)
    yield opened
    opened.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the journal is, or will be."""
    return tmp_path / "journal"


@pytest.fixture
def outage(url: str, backend: str, request: pytest.FixtureRequest) -> Outage:
    """The database of the test, for it to be away for a while."""
    cluster: Cluster | None = request.getfixturevalue("postgres") if backend == "postgresql" else None
    return Outage(url, cluster)


@pytest.fixture
def journal(folder: Path) -> Iterator[Journal]:
    """A journal that is open, with nothing in it."""
    opened = opened_at(folder)
    yield opened
    opened.close()
