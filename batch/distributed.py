"""The same run on a Dask cluster: workers decide, this process alone reads and writes.

So workers need no disk in common with it, and nothing can be written twice: a chunk that is worked on again, because
its worker died, comes back once. What a worker is asked changes nothing, so it may be asked as often as it takes.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import islice
from uuid import uuid4

from distributed import CancelledError, Client, Future, KilledWorker, LocalCluster, as_completed
from distributed.comm import CommClosedError

from batch.deciding import Terms, decide, packed
from batch.errors import Failed, Unusable
from batch.rowwise import Decided
from batch.source import Chunk, Place

AHEAD = 2
"""Chunks that are under way for each thread of a worker: one that is worked on, and one that waits beside it."""

ELSEWHERE = "does not find this project: start it in the folder of the checkout, by `python -m dask`."

CONNECT_SECONDS, WORKER_SECONDS = 20.0, 60.0
"""How long to wait for the scheduler, and for a first worker to come to it."""


@contextmanager
def cluster(scheduler: str | None, workers: int) -> Iterator[Client]:
    """A client of the cluster at an address, or of one on this machine with so many processes, which ends with it.

    Raises:
        Unusable: there is no scheduler at the address, no worker comes to it, or one lacks this project.
    """
    for name in [name for name in logging.root.manager.loggerDict if name.startswith("distributed")]:
        logging.getLogger(name).setLevel(
            logging.ERROR
        )  # it tells of every connection, and of what it does about faults
    if scheduler is None:
        with (
            LocalCluster(
                n_workers=workers, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None
            ) as own,
            Client(own) as client,
        ):
            yield client
        return
    try:
        client = Client(scheduler, timeout=CONNECT_SECONDS)
    except (OSError, ValueError) as fault:
        raise Unusable(f"No Dask scheduler answers at SCHEDULER={scheduler} ({type(fault).__name__}).") from None
    with client:
        try:
            client.wait_for_workers(1, timeout=WORKER_SECONDS)
        except TimeoutError:
            raise Unusable(
                f"No worker came to the Dask scheduler at {scheduler} within {WORKER_SECONDS:g} s."
            ) from None
        # A worker that cannot read its tasks ends, and who waits for them waits for ever.
        if None in client.run(find_spec, "batch").values():
            raise Unusable(f"A worker of the Dask scheduler at {scheduler} {ELSEWHERE}")
        yield client


def decided_by(client: Client, terms: Terms, chunks: Iterable[Chunk]) -> Iterator[tuple[Place, Decided]]:
    """What came of each chunk, as they are done; never more under way than the workers can take.

    Raises:
        OtherRelease: a worker has another model, other rules or another software.
        Failed: the scheduler went away, several workers died over one chunk, or one of them lacks this project.
    """
    run, waiting = uuid4().hex, iter(chunks)
    under_way: dict[str, Place] = {}

    def submitted(chunk: Chunk) -> Future:
        # The rows go with the task, and not to a worker that may die with them.
        key = f"decide-{run}-{chunk.place.file}-{chunk.place.number}"
        under_way[key] = chunk.place
        return client.submit(decide, terms, packed(chunk.rows), chunk.place.first_row, key=key, pure=False)

    done = as_completed([submitted(chunk) for chunk in islice(waiting, _at_once(client))], with_results=True)
    try:
        for future, decided in done:
            yield under_way.pop(future.key), decided
            del future  # the scheduler forgets the result
            # A worker that comes later gets its share, too.
            for chunk in islice(waiting, max(0, _at_once(client) - len(under_way))):
                done.add(submitted(chunk))
    except (KilledWorker, CancelledError, CommClosedError) as fault:
        raise Failed(
            f"The Dask cluster failed ({type(fault).__name__}): its scheduler went away, or several workers died over "
            "one chunk, as they do where memory is short."
        ) from None
    except (ModuleNotFoundError, RuntimeError) as fault:
        if not isinstance(fault, ModuleNotFoundError) and not isinstance(fault.__cause__, ModuleNotFoundError):
            raise
        raise Failed(f"The Dask scheduler, or a worker that came later, {ELSEWHERE}") from None


def _at_once(client: Client) -> int:
    threads: int = sum(client.nthreads().values())
    return AHEAD * max(1, threads)
