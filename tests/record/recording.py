"""A record that tests append to, and what stands in its database afterwards."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from service.record.database import Database
from service.record.journal import Journal
from service.record.record import Record
from service.record.verification import verify

PATIENCE = 60.0
"""More than anything here takes, on a machine that is busy with other things."""
SOON = 1.0
"""What the stores have where one of them hangs: a test waits for it, and a busy machine must answer within it."""


@asynccontextmanager
async def recorded(
    url: str, folder: Path, seconds: float = PATIENCE, clock: Callable[[], float] = time.monotonic
) -> AsyncIterator[Record]:
    """A record that is open."""
    record = Record(Database(url, seconds=seconds), Journal(folder), seconds=seconds, clock=clock)
    await record.start()
    try:
        yield record
    finally:
        await record.close()


async def until(holds: Callable[[], bool]) -> None:
    """Wait for something to hold."""
    async with asyncio.timeout(PATIENCE):
        while not holds():
            await asyncio.sleep(0.01)


async def caught_up(record: Record) -> None:
    """Wait until nothing is deferred any more."""
    await until(lambda: record.state().deferred == 0 and record.state().database == "up")


def stored_ids(url: str) -> list[str]:
    """Every id in the database in the order of the chain, which must hold."""
    database = Database(url, seconds=PATIENCE)
    try:
        assert [str(fault) for fault in verify(database)] == []
        with database.reading() as connection:
            return [row.id for row in connection.exec_driver_sql("SELECT id FROM entries ORDER BY seq")]
    finally:
        database.close()


def execute(url: str, statement: str) -> None:
    """Do something to the database behind the back of the record."""
    database = Database(url, seconds=PATIENCE)
    with database.writing() as connection:
        connection.exec_driver_sql(statement)
    database.close()
