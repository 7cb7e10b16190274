"""Two processes of the service beside one, on two cores, with PostgreSQL (`python -m bench.serving.two_workers`).

A process of the service has one port, so two have two, and each has half of the clients; one has all of them. Nothing
is bound to a core. The client and PostgreSQL share the two cores with the service: what they use, two processes cannot
have, so twice the answers is out of reach here. Each round has a slice of either; both processes are up all the time.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Final

import psutil

from bench.serving.figures import Shared, Workers
from bench.serving.ours import SHORT, bodies, own
from bench.serving.servers import Running, running
from bench.serving.tables import workers_table
from bench.serving.wrk import ensure_wrk, loads
from tests.record.postgres import running_cluster

CORES: Final = "0,1"
CLIENTS: Final = 32
"""In all."""
WARM_UP: Final = 2
QUERIES: Final = {"`?explain=false`": SHORT, "with explanation": ""}


def two_workers(folder: Path, rounds: int, seconds: int) -> tuple[Workers, ...]:
    """Measure; `folder` holds what the processes keep."""
    posted = bodies(folder)
    with ExitStack() as stack:
        database = stack.enter_context(running_cluster()).new_database()
        shared = {"DATABASE_URL": database, "JOURNAL_DIR": str(folder / "journal"), "RECORD_KEY": os.urandom(32).hex()}
        services = [replace(own(name, folder / name, posted.exam, settings=shared), cores=CORES) for name in "ab"]
        up = [stack.enter_context(running(each, folder / f"{each.name}.log")) for each in services]
        return tuple(_measure(name, query, up, rounds, seconds) for name, query in QUERIES.items())


def _measure(name: str, query: str, up: Sequence[Running], rounds: int, seconds: int) -> Workers:
    one, two = [], []
    _share(up, query, up, WARM_UP)
    for number in range(rounds):
        one.append(_share([up[0], up[0]], query, up, seconds))
        two.append(_share(up, query, up, seconds))
        print(f"round {number + 1} of {rounds}, one process and two: {name}", file=sys.stderr)
    return Workers(name=name, one=tuple(one), two=tuple(two))


def _share(asked: Sequence[Running], query: str, up: Sequence[Running], seconds: int) -> Shared:
    """Two clients, the first at the first of `asked`, the second at the other, which may be the same."""
    urls = [f"{each.url}{query}" for each in asked]
    began, service, busy = time.perf_counter(), _used(up), _busy()
    slices = loads(urls, asked[0].server.body, CLIENTS // len(urls), seconds, CORES)
    took, service, busy = time.perf_counter() - began, _used(up) - service, _busy() - busy
    for each in up:
        each.settle()
    rate = sum(each.rate for each in slices)
    return Shared(rate=rate, service_cores=service / took, other_cores=(busy - service) / took)


def _used(up: Sequence[Running]) -> float:
    return sum(each.cpu_seconds for each in up)


def _busy() -> float:
    """Seconds that the processors of this machine have worked."""
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait - times.guest - times.guest_nice)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=4, help="of load in one slice")
    stated = parser.parse_args()
    if ensure_wrk() != 0:
        return 1
    with tempfile.TemporaryDirectory() as temporary:
        print(workers_table(two_workers(Path(temporary), stated.rounds, stated.seconds)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
