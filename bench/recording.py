"""What does it cost to keep an answer? Group commit beside one commit an answer (`python -m bench.recording`).

`Record.append` in a closed loop of 1, 8, 32 and 128 callers, on SQLite and, where it is installed, on PostgreSQL;
beside it, in the same run, the same tables and the same chain with a transaction of its own for each answer. The disk
is that of the folder for temporary files.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.migration import migrate
from service.record.record import Mark, Record
from tests.record.entries import a_content, an_entry
from tests.record.postgres import programs, running_cluster

CALLERS = (1, 8, 32, 128)
LIMIT = 60.0
"""Seconds: nothing here is to be deferred."""

Append = Callable[[Entry], Awaitable[object]]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One way of writing at one number of callers."""

    rows_per_second: float
    p50: float
    """Milliseconds."""
    p99: float

    def __str__(self) -> str:
        return f"{self.rows_per_second:.0f}/s, {self.p50:.2f} / {self.p99:.1f}"


async def measure(append: Append, callers: int, seconds: float, answer: str) -> Measured:
    """How many entries go through `append`, and how long each takes."""
    took: list[float] = []
    until = time.perf_counter() + seconds

    async def call() -> None:
        while (begun := time.perf_counter()) < until:
            await append(an_entry(a_content(answer=answer)))
            took.append(time.perf_counter() - begun)

    begun = time.perf_counter()
    await asyncio.gather(*(call() for _ in range(callers)))
    p50, p99 = np.percentile(took, [50, 99]) * 1000
    return Measured(rows_per_second=len(took) / (time.perf_counter() - begun), p50=float(p50), p99=float(p99))


async def grouped(url: str, folder: Path, seconds: float, answer: str) -> list[Measured]:
    """The record as the service has it."""
    record = Record(Database(url, seconds=LIMIT), Journal(folder), seconds=LIMIT)
    await record.start()

    async def append(entry: Entry) -> None:
        receipt = await record.append(entry)
        if receipt.mark is not Mark.STORED:
            raise RuntimeError("the database is too slow to be measured")

    await measure(append, 8, 0.5, answer)  # the first ones compile statements
    measured = [await measure(append, callers, seconds, answer) for callers in CALLERS]
    await record.close()
    return measured


async def one_by_one(url: str, seconds: float, answer: str) -> list[Measured]:
    """A transaction for each entry, one after the other in a thread, as the chain demands."""
    database = Database(url, seconds=LIMIT)
    database.check_schema()
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:

        async def append(entry: Entry) -> None:
            await loop.run_in_executor(thread, database.append, [entry])

        await measure(append, 8, 0.5, answer)
        measured = [await measure(append, callers, seconds, answer) for callers in CALLERS]
    database.close()
    return measured


@contextmanager
def addresses(folder: Path) -> Iterator[dict[str, Callable[[str], str]]]:
    """For each database there is, how to get the address of a new one."""

    def sqlite(name: str) -> str:
        url = f"sqlite:///{folder / name}"
        migrate(url, seconds=LIMIT)
        return url

    with running_cluster() if programs() else nullcontext() as cluster:
        made: dict[str, Callable[[str], str]] = {"SQLite": sqlite}
        if cluster is not None:
            made["PostgreSQL"] = lambda _: cluster.new_database()
        yield made


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--seconds", type=float, default=3.0, help="for each number of callers")
    parser.add_argument("--bytes", type=int, default=6000, help="of an answer")
    stated = parser.parse_args()
    answer = "x" * stated.bytes
    print("rows per second, p50 / p99 in ms, by callers at once")
    print("| | " + " | ".join(map(str, CALLERS)) + " |")
    print("|---" * (len(CALLERS) + 1) + "|")
    with tempfile.TemporaryDirectory() as name, addresses(Path(name)) as made:
        for database, address in made.items():
            single = asyncio.run(one_by_one(address("single"), stated.seconds, answer))
            print(f"| {database}, one commit an answer | " + " | ".join(map(str, single)) + " |", flush=True)
            group = asyncio.run(grouped(address("group"), Path(name) / "journal", stated.seconds, answer))
            print(f"| {database}, group commit | " + " | ".join(map(str, group)) + " |", flush=True)


if __name__ == "__main__":
    main()
