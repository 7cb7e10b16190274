"""`make demo-ehr`: a small record system asks the service, with signed tokens, and prints the cards.

With `--base` it asks the service there. Without, it asks the one on this machine at its usual port, and where none
answers it starts one of its own in a folder of its own, and ends it.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import httpx2

from bench.demo_ehr.calling import SECONDS, RecordSystem, Refused, Unanswered
from bench.demo_ehr.scenes import checks_tokens, everybody, play
from bench.demo_ehr.server import Served, serving
from bench.demo_ehr.signing import ISSUER, Signer, kept_key, new_key
from bench.own_service import own_service
from service.settings import KEPT

USUAL: Final = "http://127.0.0.1:8000"
PORT: Final = 8401
"""Where the key is published for a service that runs already: it has to be told where before it starts."""
KEY: Final = KEPT / "demo-ehr.pem"


def main(arguments: list[str] | None = None) -> int:
    """Play it; the exit status is 1 where the service does not answer, or refuses."""
    parser = argparse.ArgumentParser(prog="python -m bench.demo_ehr", description=__doc__)
    parser.add_argument("--base", help=f"address of the service that is asked (default: {USUAL}, or one of its own)")
    parser.add_argument("--port", type=int, default=PORT, help="where the key and the FHIR server of the demo are")
    parser.add_argument("--key", type=Path, default=KEY, help="file of its key for a service that runs already")
    stated = parser.parse_args(arguments)
    try:
        with _record_system(stated.base, stated.port, stated.key) as system:
            _play(system)
    except Unanswered as fault:
        print(f"{fault}. Start the service with `make serve`, or leave BASE out.", file=sys.stderr)
        return 1
    except Refused as refused:
        known = _setting(f"http://127.0.0.1:{stated.port}/jwks.json")
        hint = f" It has to know this record system: start it with\n  {known}" if refused.status in (401, 403) else ""
        print(f"The service refused the call ({refused}).{hint}", file=sys.stderr)
        return 1
    except RuntimeError as fault:
        print(fault, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever reads has seen enough, as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # for what is flushed at the end
    except OSError as fault:
        print(f"Port {stated.port} cannot be used ({fault.strerror}); ARGS='--port …' names another.", file=sys.stderr)
        return 1
    return 0


def _play(system: RecordSystem) -> None:
    today = date.today()
    checked = checks_tokens(system, today)
    print(
        "tokens: a call without one is refused; every call below has its own (ES384)"
        if checked
        else "tokens: sent, but not looked at; this service asks nobody who they are"
    )
    cards = play(system, today, print)
    print(f"\n{cards} cards shown. What model and rules rest on: {system.base}/model")


@contextmanager
def _record_system(base: str | None, port: int, key: Path) -> Iterator[RecordSystem]:
    """The record system, and a service for it to ask."""
    with httpx2.Client(timeout=SECONDS, trust_env=False) as client:
        if base is None and not _answers(client):
            print(f"nothing answers at {USUAL}: a service of its own is started, and ended with this")
            with alone(client) as system:
                yield system
            return
        address = (base or USUAL).rstrip("/")
        signer = Signer(kept_key(key))
        with serving(signer, _resources(), port) as served:
            print(f"the service at {address} is asked")
            yield RecordSystem(base=address, served=served, signer=signer, client=client)


@contextmanager
def alone(client: httpx2.Client) -> Iterator[RecordSystem]:
    """The record system, and a service of its own that knows it and nobody else."""
    signer = Signer(new_key())
    with (
        tempfile.TemporaryDirectory() as folder,
        serving(signer, _resources()) as served,
        own_service(Path(folder), {"NERVEROOT_CDS_CLIENTS": _clients(served.jku)}) as port,
    ):
        yield RecordSystem(base=f"http://127.0.0.1:{port}", served=served, signer=signer, client=client)


def _answers(client: httpx2.Client) -> bool:
    """Whether a service that speaks CDS Hooks is at the usual address."""
    try:
        RecordSystem(base=USUAL, served=Served(address="", access_token=""), signer=None, client=client).discover()
    except Unanswered:
        return False
    return True


def _resources() -> tuple[dict[str, object], ...]:
    return tuple(resource for chart in everybody(date.today()) for resource in chart.resources)


def _clients(jku: str) -> str:
    return json.dumps([{"iss": ISSUER, "jku": jku, "tenant": "demo-ehr"}])


def _setting(jku: str) -> str:
    return f"NERVEROOT_CDS_CLIENTS='{_clients(jku)}'"


if __name__ == "__main__":
    sys.exit(main())
