"""The tables: made once, whoever comes first; never used by software of another version; as `tables.py` has them."""

import contextlib
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import delete

from service.errors import SchemaOutdated, StartupError
from service.record import migration, migrations, schema
from service.record.appending import append
from service.record.connections import create_file, open_engine, read_url
from service.record.database import Database
from service.record.entry import Kind
from service.record.migration import Migrated, migrate
from service.record.migrations.triggers_0001 import triggers as triggers_of_a_start
from service.record.schema import VERSIONS, damaged_triggers, newest
from service.record.tables import CONTENTS, METADATA
from service.record.verification import verify
from tests.record.commands import run, run_process
from tests.record.conftest import SECONDS
from tests.record.entries import a_feedback, an_entry, an_outcome, moment
from tests.record.postgres import Cluster
from tests.record.tampering import execute, file_of
from tests.service.test_startup import start

NEXT = '''
"""A step that some later version may take."""

from alembic import op
from sqlalchemy import Column, Text

revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add a column that stays empty."""
    op.add_column("entries", Column("later", Text()))
'''


@pytest.fixture
def later_software(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The software of some later version: one step more."""
    folder = tmp_path / "migrations"
    shutil.copytree(Path(str(migrations.__file__)).parent, folder)
    (folder / "versions" / "record_9999.py").write_text(NEXT.format(before=newest()))
    monkeypatch.setattr(migration, "MIGRATIONS", str(folder))
    monkeypatch.setattr(schema, "VERSIONS", (*VERSIONS, "9999"))


def test_the_versions_and_triggers_that_a_start_asks_for_are_those_of_the_steps() -> None:
    """They are written down, so that the service need not load Alembic to start: a new step must not be forgotten."""
    steps = [step.module for step in ScriptDirectory.from_config(migration._config()).walk_revisions()]
    assert tuple(step.revision for step in reversed(steps)) == VERSIONS
    assert next(step.triggers for step in steps if hasattr(step, "triggers")) is triggers_of_a_start


def test_the_tables_are_those_that_the_code_knows(url: str, database: Database) -> None:
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []


@pytest.fixture
def first_url(empty_url: str) -> str:
    """The address of a record as software of version 0001 left it: with entries, one outcome and a purge."""
    address = read_url(empty_url)
    file = file_of(empty_url)
    if file is not None:
        create_file(file)
    engine = open_engine(address, seconds=SECONDS, writing=True)
    with engine.begin() as connection:
        command.upgrade(migration._config(connection), "0001")
        old, young = an_entry(at=moment(days_ago=400)), an_entry()
        purge = replace(an_entry(kind=Kind.PURGE, tenant="*", purged_before=moment(days_ago=365)), content=None)
        append(connection, [old, young, an_outcome(young.id), purge], acknowledged=False)
        connection.execute(delete(CONTENTS).where(CONTENTS.c.seq == 1))
    engine.dispose()
    return empty_url


def test_software_of_now_does_not_start_on_the_first_tables_and_says_what_to_do(first_url: str) -> None:
    """Also SQLite, whose file the service makes by itself, is not changed without being asked."""
    database = Database(first_url, seconds=SECONDS)
    with pytest.raises(SchemaOutdated, match=r"have version 0001, and this software writes 0002: run `make migrate`"):
        database.check_schema()
    refused = run(first_url, "verify")
    assert (refused.status, refused.out) == (2, "")
    assert "make migrate" in refused.err
    database.close()
    started = start(NERVEROOT_DATABASE_URL=first_url)
    assert started.returncode == 2
    assert "nerveroot cannot start: The tables of the record have version 0001" in started.stderr
    assert "run `make migrate`" in started.stderr
    with contextlib.closing(Database(first_url, seconds=SECONDS)) as unchanged, unchanged.reading() as connection:
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one() == "0001"


def test_the_first_tables_become_the_second_with_all_that_is_in_them(first_url: str) -> None:
    database = Database(first_url, seconds=SECONDS)
    head = database.head()
    done = run(first_url, "migrate")
    assert (done.status, done.out, done.err) == (0, "the tables have version 0002 now; they had 0001\n", "")
    database.check_schema()
    assert database.head() == head
    assert list(verify(database, anchor=head)) == []
    with database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        assert damaged_triggers(connection) == []
        contents = connection.exec_driver_sql("SELECT seq FROM contents ORDER BY seq").scalars().all()
        assert contents == [2, 3]
    young = an_entry()
    database.append([young, a_feedback(young.id)])
    assert list(verify(database, anchor=head)) == []
    assert database.head().seq == 6
    for statement in ("UPDATE entries SET at = ''", "UPDATE contents SET exam = ''", "UPDATE chain SET seq = 0"):
        with pytest.raises(Exception, match=r"append-only|never"):
            execute(first_url, statement)
    assert migrate(first_url, seconds=SECONDS) == Migrated(before="0002", after="0002")
    database.close()


HARMED = {
    "sqlite: one gone": ("DROP TRIGGER entries_stay",),
    "sqlite: several gone": ("DROP TRIGGER entries_stay", "DROP TRIGGER contents_stay", "DROP TRIGGER chain_grows"),
    "sqlite: one that does nothing": (
        "DROP TRIGGER contents_stay",
        "CREATE TRIGGER contents_stay BEFORE UPDATE ON contents WHEN 0 BEGIN SELECT RAISE(ABORT, 'x'); END",
    ),
    "postgresql: one gone": ("DROP TRIGGER entries_stay ON entries",),
    "postgresql: one switched off": ("ALTER TABLE chain DISABLE TRIGGER chain_grows",),
    "postgresql: all switched off": ("ALTER TABLE contents DISABLE TRIGGER USER",),
    "postgresql: one that does nothing": (
        "CREATE OR REPLACE FUNCTION contents_stay() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    ),
    "postgresql: one that looks elsewhere first": ("ALTER FUNCTION contents_covered() RESET search_path",),
}


@pytest.mark.parametrize(
    ("backend", "harm"),
    [pytest.param(name.partition(":")[0], harm, id=name) for name, harm in HARMED.items()],
    indirect=["backend"],
)
def test_a_trigger_that_is_missing_or_another_is_told_and_put_back(
    url: str, database: Database, harm: tuple[str, ...]
) -> None:
    """Hazard H-27: the record can be changed, and nobody sees that it can."""
    database.append([an_entry()])
    database.check_schema()
    execute(url, *harm)
    with pytest.raises(SchemaOutdated, match=r"put them back, run `make migrate`"):
        database.check_schema()
    database.check_schema(triggers=False)
    done = run(url, "migrate")
    assert done.status == 0
    assert "were put back: " in done.out
    database.check_schema()
    assert migrate(url, seconds=SECONDS).restored == ()
    for statement in ("UPDATE entries SET at = ''", "UPDATE contents SET exam = ''", "UPDATE chain SET seq = 0"):
        with pytest.raises(Exception, match=r"append-only|never"):
            execute(url, statement)
    assert list(verify(database)) == []


def test_an_empty_database_is_brought_to_the_newest_version_once(empty_url: str) -> None:
    assert migrate(empty_url, seconds=SECONDS) == Migrated(before=None, after=newest())
    assert migrate(empty_url, seconds=SECONDS) == Migrated(before=newest(), after=newest())
    database = Database(empty_url, seconds=SECONDS)
    database.check_schema()
    database.append([an_entry()])
    assert list(verify(database)) == []
    database.close()


def test_a_record_with_entries_goes_on_after_a_migration(url: str, database: Database, later_software: None) -> None:
    database.append([an_entry(), an_entry()])
    head = database.head()
    with pytest.raises(SchemaOutdated, match=r"make migrate") as outdated:
        database.check_schema()
    assert "9999" in str(outdated.value)
    assert migrate(url, seconds=SECONDS).after == "9999"
    database.check_schema()
    database.append([an_entry()])
    assert list(verify(database, anchor=head)) == []
    assert database.head().seq == 3


def test_a_newer_database_is_refused(url: str, database: Database) -> None:
    execute(url, "UPDATE alembic_version SET version_num = '9999'")
    for attempt in (database.check_schema, lambda: migrate(url, seconds=SECONDS)):
        with pytest.raises(SchemaOutdated, match="newer"):
            attempt()
    refused = run(url, "migrate")
    assert (refused.status, refused.out) == (2, "")
    assert "9999" in refused.err


def test_the_service_makes_a_file_but_no_tables_on_a_server(empty_url: str) -> None:
    database = Database(empty_url, seconds=SECONDS)
    if file_of(empty_url) is None:
        with pytest.raises(SchemaOutdated, match="make migrate"):
            database.check_schema()
    else:
        database.check_schema()
        assert database.head().seq == 0
    database.close()


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    (tmp_path / "other.sqlite3").touch()
    execute(url, "CREATE TABLE patients (name TEXT)")
    database = Database(url, seconds=SECONDS)
    with pytest.raises(SchemaOutdated, match="make migrate"):
        database.check_schema()
    database.close()


def test_the_command_says_what_it_did(empty_url: str) -> None:
    first, second = run(empty_url, "migrate"), run(empty_url, "migrate")
    assert (first.status, first.out) == (0, f"the tables have version {newest()} now; there were none\n")
    assert (second.status, second.out) == (0, f"the tables have version {newest()} already; nothing was changed\n")


def test_of_several_at_once_one_makes_the_tables(empty_url: str) -> None:
    with ThreadPoolExecutor(3) as threads:
        done = list(threads.map(lambda _: run_process(empty_url, "migrate"), range(3)))
    assert [each.err for each in done] == ["", "", ""]
    assert sorted("there were none" in each.out for each in done) == [False, False, True]


def test_the_command_says_what_is_wrong_with_the_settings(empty_url: str) -> None:
    for settings, word in (
        ({"NERVEROOT_DATABASE_URL": "mysql://u:secret@h/n"}, "mysql"),
        ({"NERVEROOT_RECORD_SECONDS": "-1"}, "NERVEROOT_RECORD_SECONDS"),
        ({"NERVEROOT_DATABASE_URI": "x"}, "NERVEROOT_DATABASE_URI"),
    ):
        refused = run(empty_url, "migrate", **settings)
        assert refused.status == 2
        assert word in refused.err
        assert len(refused.err.splitlines()) == 1
        assert "secret" not in refused.err


def test_a_server_that_would_lose_answers_is_refused(postgres: Cluster) -> None:
    database = Database(postgres.new_database(), seconds=SECONDS)
    with postgres.configured("fsync", "off"), pytest.raises(StartupError, match="fsync"):
        database.check_schema()
    database.check_schema()
    database.close()


def test_a_database_that_does_not_keep_every_text_is_refused(postgres: Cluster) -> None:
    execute(postgres.url("postgres"), "CREATE DATABASE bytes ENCODING 'SQL_ASCII' TEMPLATE template0")
    database = Database(postgres.url("bytes"), seconds=SECONDS)
    for attempt in (database.check_schema, lambda: migrate(postgres.url("bytes"), seconds=SECONDS)):
        with pytest.raises(StartupError, match="UTF8"):
            attempt()
    database.close()
