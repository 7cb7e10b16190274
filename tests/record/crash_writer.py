"""Many clients that append as fast as they can, in a process of its own that tests kill (`python -m`).

It prints a line for each entry that was acknowledged, right after it was: client, number, id, mark; and whether the
record says then that something can be written, as readiness does. What is printed
must be on record whatever happens to this process afterwards. SIGTERM ends it as the service ends.
"""

import argparse
import asyncio
import os
import signal
from pathlib import Path

from service.errors import RecordUnavailable
from service.record.database import Database
from service.record.journal import Journal
from service.record.record import Record
from tests.record.entries import a_content, an_entry

REFUSED = "refused"
REPLAYED = "replayed"
STARTED = "started"


async def _run(url: str, folder: Path, seconds: float, clients: int, pause: float, answer: str) -> None:
    stopping = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    record = Record(Database(url, seconds=seconds), Journal(folder), seconds=seconds)
    await record.start()
    _say(STARTED)
    async with asyncio.TaskGroup() as group:
        for client in range(clients):
            group.create_task(_client(record, client, pause, answer, stopping))
    await record.close()


async def _client(record: Record, client: int, pause: float, answer: str, stopping: asyncio.Event) -> None:
    """One answer after the other; every fifth is asked for twice at once with one Idempotency-Key."""
    name = f"{os.getpid()}-{client}"
    number = 0
    while not stopping.is_set():
        number += 1
        twice = number % 5 == 0
        key = f"{name}-{number}" if twice else None
        await asyncio.gather(
            *(_append(record, client, 2 * number + each, key, name, answer) for each in range(2 if twice else 1))
        )
        await asyncio.sleep(pause)


async def _append(record: Record, client: int, number: int, key: str | None, name: str, answer: str) -> None:
    entry = an_entry(a_content(answer=answer), caller=name, idempotency_key=key, request_digest=key)
    try:
        receipt = await record.append(entry)
    except RecordUnavailable:
        _say(f"{client} {number} {entry.id} {REFUSED} {record.state().writable:d}")
        await asyncio.sleep(0.02)
    else:
        mark = REPLAYED if receipt.replayed else receipt.mark
        _say(f"{client} {number} {receipt.entry.id} {mark} {record.state().writable:d}")


def _say(line: str) -> None:
    os.write(1, f"{line}\n".encode())  # at once, and whole: a pipe takes short writes in one piece


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("url")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--pause", type=float, default=0, help="seconds between two answers of a client")
    parser.add_argument("--bytes", type=int, default=1000)
    stated = parser.parse_args()
    answer = "x" * stated.bytes
    asyncio.run(_run(stated.url, stated.folder, stated.seconds, stated.clients, stated.pause, answer))
