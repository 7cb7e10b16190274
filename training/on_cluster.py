"""The fits of the search on a Dask cluster, where one is named: folds side by side instead of one after the other.

The trials stay one after the other, for each is drawn from those before. Every fit runs on one thread and draws from
its own seed, so what is found is the same wherever it runs, as long as all machines are of one kind.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any, Final

from joblib import parallel_config

from training.provenance import CHECKOUT, libraries

SECONDS: Final = 30.0
"""How long to wait for the scheduler, and for a first worker to come to it."""


class NoCluster(Exception):
    """There is no Dask cluster at the address, or not one of this software; the message says what to do."""


@contextmanager
def fits_at(scheduler: str | None) -> Iterator[None]:
    """Within the block joblib fits on the cluster of a scheduler (`tcp://HOST:PORT`); with None, here.

    Raises:
        NoCluster: nobody answers there, no worker comes, or one has other code or other libraries than this process.
    """
    if scheduler is None:
        yield
        return
    client = _connected(scheduler)
    with client, parallel_config(backend="dask", client=client):
        yield


def _connected(scheduler: str) -> Any:
    # It takes half a second to import, and training by itself does without.
    import dask
    from distributed import Client

    # The examinations go with each fit: so a fit can be done again elsewhere, when its worker dies.
    dask.config.set({"distributed.admin.large-graph-warning-threshold": "1GiB"})
    try:
        client = Client(scheduler, timeout=SECONDS)
    except (OSError, ValueError) as fault:
        raise NoCluster(f"No Dask scheduler answers at SCHEDULER={scheduler} ({type(fault).__name__}).") from None
    try:
        client.wait_for_workers(1, timeout=SECONDS)
        away = None in client.run(find_spec, "training").values()
        others = [] if away else [worker for worker, found in client.run(software).items() if found != software()]
    except TimeoutError:
        client.close()
        raise NoCluster(f"No worker came to the Dask scheduler at {scheduler} within {SECONDS:g} s.") from None
    if away:
        client.close()
        raise NoCluster(
            f"A worker of the Dask scheduler at {scheduler} does not find this project: start it in the folder of the "
            "checkout, by `python -m dask`."
        )
    if others:
        client.close()
        raise NoCluster(
            f"The Dask worker {others[0]} has other code or other libraries: its fits would not be those of this "
            "checkout. Give every worker the same checkout and the same lock file."
        )
    return client


def software() -> str:
    """A digest of the code that fits, and of the libraries that can change what comes of it."""
    digest = hashlib.sha256(repr(sorted(libraries().items())).encode())
    for folder in ("features", "training"):
        for path in sorted((CHECKOUT / folder).rglob("*.py")):
            digest.update(path.relative_to(CHECKOUT).as_posix().encode() + path.read_bytes())
    return digest.hexdigest()
