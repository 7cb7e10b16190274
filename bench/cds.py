"""How long does a card take? A call of CDS Hooks with everything prefetched (`python -m bench.cds`).

Two services run as processes with records of their own on SQLite: one lets in whoever signs (JWT), one asks nobody.
Over one connection each, kept open, the same lumbar MRI is signed by turns at both, and the same examination posted to
`/v1`, so that whatever else the machine does falls on all three alike. The chart is an ordinary one: 30 conditions, 15
medications, 40 observations, one exam form. Tokens are signed before the clock starts. The exit status is 1 where 95 of
100 calls with a token take longer than the goal.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import uuid
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import numpy as np

from bench.demo_ehr.server import serving
from bench.demo_ehr.signing import ISSUER, Signer, new_key
from bench.load import Answer, Connection, Request
from bench.own_service import ROOT, own_service
from service.terminology.systems import LOINC
from tests.cds.fhir_data import (
    LUMBAR_RADICULOPATHY,
    OSTEOPOROSIS,
    Resource,
    ago,
    coded,
    condition,
    exam_form,
    medication,
    order_sign,
    patient,
    prefetched,
    searchset,
)

CALLS: Final = 500
WARM_UP: Final = 50
GOAL: Final = 50.0
"""Milliseconds that 95 of 100 calls with a token may take."""
CONDITIONS, MEDICATIONS, OBSERVATIONS = 30, 15, 40

SIGNED: Final = "order-sign, signed"
UNSIGNED: Final = "order-sign, nobody is asked"
PLAIN: Final = "POST /v1/assessments"
PATH: Final = "/cds-services/nerveroot-lumbar-imaging"


def examination() -> dict[str, Any]:
    """What is examined, whichever way it is sent."""
    exam: dict[str, Any] = json.loads((ROOT / "service" / "examples" / "exam.json").read_text(encoding="utf-8"))
    # Earlier examinations of one reference are read and compared; a card is asked for without any.
    del exam["patient"]["reference"]
    return exam


def chart() -> Resource:
    """The prefetch of an ordinary chart: what is told of the back, and a lot besides."""
    besides = CONDITIONS - 2
    conditions = [
        condition(LUMBAR_RADICULOPATHY, onset=ago(18)),
        condition(OSTEOPOROSIS),
        # Codes of nobody's list: an entry that is not known here is counted, and costs a look-up all the same.
        *(condition(f"9{number:07}", onset=ago(100 * number)) for number in range(besides)),
    ]
    medications = [medication(f"Medicine {number}", id=f"m-{number}") for number in range(MEDICATIONS)]
    observations = [
        {
            "resourceType": "Observation",
            "id": f"o-{number}",
            "status": "final",
            "code": coded(f"{10_000 + number}-0", LOINC),
            "subject": {"reference": f"Patient/{patient()['id']}"},
            "effectiveDateTime": ago(number),
            "valueQuantity": {"value": number, "unit": "1"},
        }
        for number in range(OBSERVATIONS)
    ]
    return prefetched(
        patient=patient(age=44),
        conditions=searchset(*conditions),
        medications=searchset(*medications),
        observations=searchset(*observations),
        examinations=searchset(exam_form(examination())),
    )


def call(prefetch: Resource, token: str | None) -> Request:
    """A lumbar MRI is signed; every call is another one."""
    said: dict[str, Any] = order_sign(prefetch=prefetch, hookInstance=str(uuid.uuid4()))
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return Request(path=PATH, body=json.dumps(said).encode(), headers=headers)


async def measure(ways: dict[str, tuple[int, Callable[[], Request]]], calls: int) -> dict[str, list[float]]:
    """Milliseconds of each call, by way; the ways take turns.

    Raises:
        RuntimeError: an answer is not what it should be.
    """
    connections = {name: Connection(port) for name, (port, _) in ways.items()}
    took: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(WARM_UP + calls):
        for name, (_, ask) in ways.items():
            answer = await connections[name].ask(ask())
            _check(name, answer)
            if turn >= WARM_UP:
                took[name].append(answer.seconds * 1000)
    for connection in connections.values():
        await connection.close()
    return took


def _check(name: str, answer: Answer) -> None:
    due = HTTPStatus.CREATED if name == PLAIN else HTTPStatus.OK
    if answer.status != due or answer.headers.get("nerveroot-record") != "stored":
        raise RuntimeError(f"{name}: status {answer.status}, record {answer.headers.get('nerveroot-record')}")
    if name != PLAIN and len(json.loads(answer.body)["cards"]) != 1:
        raise RuntimeError(f"{name}: one card was due")


def table(took: dict[str, list[float]]) -> str:
    """The figures, as Markdown."""
    lines = ["| milliseconds | median | p95 | p99 | most |", "|---|---|---|---|---|"]
    for name, each in took.items():
        figures = " | ".join(f"{value:.1f}" for value in (*np.percentile(each, [50, 95, 99]), max(each)))
        lines.append(f"| {name} | {figures} |")
    return "\n".join(lines)


def run(calls: int, folder: Path) -> dict[str, list[float]]:
    """Start both services, ask them, and end them."""
    signer, prefetch = Signer(new_key()), chart()
    exam = json.dumps(examination()).encode()
    first, second = folder / "signed", folder / "unsigned"
    first.mkdir()
    second.mkdir()
    with serving(signer, ()) as served:
        clients = json.dumps([{"iss": ISSUER, "jku": served.jku, "tenant": "bench"}])
        audience = f"http://127.0.0.1{PATH}"  # bench.load names the host without its port
        with (
            own_service(first, {"NERVEROOT_CDS_CLIENTS": clients}) as signed,
            own_service(second) as unsigned,
        ):
            ways = {
                SIGNED: (signed, lambda: call(prefetch, signer.token(audience, served.jku))),
                UNSIGNED: (unsigned, lambda: call(prefetch, None)),
                PLAIN: (unsigned, lambda: Request(path="/v1/assessments?explain=false", body=exam)),
            }
            return asyncio.run(measure(ways, calls))


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--calls", type=int, default=CALLS)
    stated = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        took = run(stated.calls, Path(folder))
    size = len(call(chart(), None).body)
    print(f"{stated.calls} calls of each kind, one after the other; {size / 1024:.0f} KiB a call of CDS Hooks\n")
    print(table(took))
    return 0 if float(np.percentile(took[SIGNED], 95)) < GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
