"""A real FHIR server on loopback with the resources of a few patients, which can fail in the ways that servers do."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from tests.cds.fhir_data import outcome, searchset


@dataclass(kw_only=True)
class Answer:
    """What is said to one address."""

    body: bytes
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    hangs: bool = False
    """Whether it is kept back until the server ends."""


@dataclass(kw_only=True)
class Asked:
    """One request that came."""

    path: str
    headers: dict[str, str]


class FhirServer:
    """What the server holds by type of resource, and who asked for what."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.base = f"{address}/fhir"
        self.asked: list[Asked] = []
        self.ended = Event()
        self._answers: dict[str, Answer] = {}

    def holds(self, kind: str, *resources: dict[str, Any]) -> None:
        """Answer a search for that type with these resources, and a read with the first."""
        self.says(kind, resources[0] if kind == "Patient" and resources else searchset(*resources))

    def says(self, start: str, value: Any) -> None:
        """Answer every address below the base that begins so with this JSON."""
        self.answers(start, Answer(body=json.dumps(value).encode()))

    def answers(self, start: str, answer: Answer) -> None:
        """Answer every address below the base that begins so like this."""
        self._answers[f"/fhir/{start}"] = answer

    @property
    def paths(self) -> list[str]:
        """The addresses that were asked for, in the order of the alphabet: they are asked for at once."""
        return sorted(each.path for each in self.asked)

    def to(self, path: str) -> Answer:
        """The answer to an address: that of its longest known beginning."""
        path = path.replace("/fhir?", "/fhir/?")
        fitting = [start for start in self._answers if path.startswith(start)]
        return self._answers[max(fitting, key=len)] if fitting else NOT_FOUND


NOT_FOUND = Answer(body=json.dumps(outcome(code="not-found")).encode(), status=404)


@contextmanager
def serving_fhir() -> Iterator[FhirServer]:
    """A server that holds nothing yet, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            fhir.asked.append(Asked(path=self.path, headers=dict(self.headers.items())))
            answer = fhir.to(self.path)
            if answer.hangs:
                fhir.ended.wait(timeout=10)
            with suppress(ConnectionError):  # whoever asked may have read enough, or gone
                self.send_response(answer.status)
                self.send_header("Content-Type", "application/fhir+json")
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    fhir = FhirServer(f"http://127.0.0.1:{server.server_address[1]}")
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield fhir
    finally:
        fhir.ended.set()
        server.shutdown()
        server.server_close()
        thread.join()
