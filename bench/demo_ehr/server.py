"""What the small record system serves on this machine: its public key, and FHIR for whoever has the token of a call."""

import json
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import unquote

from bench.demo_ehr.charts import Resource
from bench.demo_ehr.search import found
from bench.demo_ehr.signing import Signer

HOST: Final = "127.0.0.1"
KEYS: Final = "/jwks.json"
FHIR: Final = "/fhir"


@dataclass(frozen=True, kw_only=True)
class Served:
    """Where it is, and the access token that its FHIR server takes."""

    address: str
    access_token: str

    @property
    def jku(self) -> str:
        """Where its public key is."""
        return self.address + KEYS

    @property
    def fhir(self) -> str:
        """The base of its FHIR server."""
        return self.address + FHIR


@contextmanager
def serving(signer: Signer, resources: Sequence[Resource], port: int = 0) -> Iterator[Served]:
    """The server, as long as the block lasts.

    Raises:
        OSError: the port is taken.
    """
    token = secrets.token_urlsafe(24)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = self._answer()
            content = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json" if self.path == KEYS else "application/fhir+json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have gone
                self.wfile.write(content)

        def _answer(self) -> tuple[HTTPStatus, Any]:
            if self.path == KEYS:
                return HTTPStatus.OK, signer.key_set
            if not self.path.startswith(f"{FHIR}/"):
                return HTTPStatus.NOT_FOUND, _outcome("not-found")
            if self.headers.get("Authorization") != f"Bearer {token}":
                return HTTPStatus.UNAUTHORIZED, _outcome("login")
            resource = found(unquote(self.path.removeprefix(f"{FHIR}/")), resources)
            if resource is None:
                return HTTPStatus.NOT_FOUND, _outcome("not-found")
            return HTTPStatus.OK, resource

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer((HOST, port), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Served(address=f"http://{HOST}:{server.server_address[1]}", access_token=token)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _outcome(code: str) -> Resource:
    return {"resourceType": "OperationOutcome", "issue": [{"severity": "error", "code": code}]}
