"""What an answer takes of PostgreSQL, and how many one chain takes a second, however many processes append to it."""

import asyncio
import random
import secrets
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Final

import httpx2
import psutil
import psycopg
from pydantic import TypeAdapter

from bench.own_service import own_service
from bench.recording import LIMIT, measure
from bench.soaking import PEOPLE, examination
from service.record.database import Database
from service.record.entry import Entry
from service.record.journal import Journal
from service.record.record import Mark, Record
from tests.record.postgres import Cluster, running_cluster

RESULT: Final = Path(__file__).with_name("result.json")
QUERIES: Final = {"without explanation": "?explain=false", "with explanation": ""}
KNOWN: Final = 0.08
"""The share of people who are examined under a reference, and may have been before, as in `make soak`."""
AT_ONCE: Final = 16
CALLERS: Final = 64
"""Who waits for an answer, and who appends, at once."""
JSON: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one answer takes, on average over many."""

    answer_bytes: float
    """Of the answer as it is sent."""
    database_bytes: float
    """In the tables of PostgreSQL and their indexes."""
    wal_bytes: float
    """Written ahead, which is what a replica gets too."""
    service_cpu: float
    database_cpu: float
    """Milliseconds of a processor."""


@dataclass(frozen=True, kw_only=True)
class Figures:
    """All that was measured."""

    answers: int
    """Answers of each kind that were averaged."""
    costs: dict[str, Cost]
    appended: dict[int, float]
    """Answers a second that are appended, by the number of processes that append."""
    mebibytes: float
    """Of one process of the service."""


FIGURES: Final = TypeAdapter(Figures)


def measured(answers: int, seconds: float) -> Figures:
    """Measure; a PostgreSQL is started for it, and is gone afterwards."""
    with running_cluster() as cluster, tempfile.TemporaryDirectory() as name:
        costs, mebibytes = {}, 0.0
        for number, (kind, query) in enumerate(QUERIES.items()):
            folder = Path(name) / str(number)
            folder.mkdir()
            costs[kind], mebibytes = _cost(cluster, folder, query, answers)
        answer = round(costs["without explanation"].answer_bytes)
        appended = {each: _appended(cluster, Path(name), each, seconds, answer) for each in (1, 2, 3)}
    return Figures(answers=answers, costs=costs, appended=appended, mebibytes=mebibytes)


def _cost(cluster: Cluster, folder: Path, query: str, answers: int) -> tuple[Cost, float]:
    """What an answer takes, and the memory of the process that gave so many."""
    url, drawn = cluster.new_database(), random.Random(query)  # noqa: S311 - nothing here is a secret
    exams = [
        examination(drawn, f"person-{drawn.randrange(PEOPLE)}" if drawn.random() < KNOWN else None)
        for _ in range(answers)
    ]
    with own_service(folder, {"NERVEROOT_DATABASE_URL": url}) as port:
        service = next(each for each in psutil.Process().children() if _listens(each, port))
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", timeout=LIMIT) as client:

            def ask(exam: bytes) -> int:
                answer = client.post(f"/v1/assessments{query}", content=exam, headers=JSON)
                answer.raise_for_status()
                return len(answer.content)

            with ThreadPoolExecutor(AT_ONCE) as threads:
                list(threads.map(ask, exams[:AT_ONCE]))  # connections are there, statements compiled
                before = (*_taken(url), _cpu([service]), _cpu(_processes(url)))
                sent = list(threads.map(ask, exams))
                after = (*_taken(url), _cpu([service]), _cpu(_processes(url)))
        mebibytes = service.memory_info().rss / 2**20
    cluster.give_back(url)
    kept, logged, service_cpu, database_cpu = ((b - a) / answers for a, b in zip(before, after, strict=True))
    cost = Cost(
        answer_bytes=sum(sent) / answers,
        database_bytes=kept,
        wal_bytes=logged,
        service_cpu=service_cpu * 1000,
        database_cpu=database_cpu * 1000,
    )
    return cost, mebibytes


def _taken(url: str) -> tuple[float, float]:
    """Bytes of the tables with all that belongs to them, and bytes written ahead so far."""
    with psycopg.connect(url) as connection:
        row = connection.execute(
            "SELECT pg_total_relation_size('entries') + pg_total_relation_size('contents'), "
            "pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
        ).fetchone()
    assert row is not None
    return float(row[0]), float(row[1])


def _processes(url: str) -> list[psutil.Process]:
    """The processes of the database server that live now; those of the service's connections do while it runs."""
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert found is not None
        return psutil.Process(psutil.Process(found[0]).ppid()).children()


def _cpu(processes: Sequence[psutil.Process]) -> float:
    seconds = 0.0
    for each in processes:
        try:
            used = each.cpu_times()
        except psutil.NoSuchProcess:  # one for a connection that has just ended
            continue
        seconds += used.user + used.system
    return seconds


def _listens(process: psutil.Process, port: int) -> bool:
    return port in {each.laddr.port for each in process.net_connections("tcp")}


def _appended(cluster: Cluster, folder: Path, processes: int, seconds: float, answer: int) -> float:
    """Answers a second that so many processes append together to one chain; nothing else is worked out."""
    url = cluster.new_database()
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        begin = time.time() + 5.0  # all of them are there, and connected
        jobs = [
            pool.submit(append, url, str(folder / f"journal-{processes}-{each}"), begin, seconds, answer)
            for each in range(processes)
        ]
        total = sum(each.result() for each in jobs)
    cluster.give_back(url)
    return total


def append(url: str, folder: str, begin: float, seconds: float, answer: int) -> float:
    """Answers a second that this process appends, CALLERS at once, from `begin` (seconds since 1970) on."""
    # Nothing that compresses better than an answer does: half of it is text that occurs again and again.
    text = (secrets.token_hex(answer // 4) + "f" * answer)[:answer]

    async def play() -> float:
        record = Record(Database(url, seconds=LIMIT), Journal(Path(folder)), seconds=LIMIT)
        await record.start()

        async def one(entry: Entry) -> None:
            if (await record.append(entry)).mark is not Mark.STORED:
                raise RuntimeError("the database is too slow to be measured")

        await measure(one, CALLERS, 0.5, text)
        await asyncio.sleep(max(0.0, begin - time.time()))
        found = await measure(one, CALLERS, seconds, text)
        await record.close()
        return found.rows_per_second

    return asyncio.run(play())
