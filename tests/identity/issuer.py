"""A real server on loopback that publishes keys, and can fail in the ways that servers do."""

import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Thread
from typing import Any


class Issuer:
    """What the server publishes, and how often it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.status = 200
        self.headers: dict[str, str] = {}
        self.body = b""
        self.pause = 0.0
        """Seconds between two bytes of the body; 0: all at once."""
        self.asked: list[str] = []
        self.answers = Event()
        """Clear: the server keeps whoever asks waiting."""
        self.answers.set()

    def publishes(self, *keys: dict[str, Any]) -> None:
        """Publish these keys from now on."""
        self.status, self.body = 200, json.dumps({"keys": keys}).encode()

    def fails(self, status: int = 503, body: bytes = b"", headers: dict[str, str] | None = None) -> None:
        """Answer like this from now on."""
        self.status, self.body, self.headers = status, body, headers or {}


@contextmanager
def serving(*keys: dict[str, Any], certificate: Path | None = None) -> Iterator[Issuer]:
    """An issuer that publishes `keys`, as long as the block lasts; by https with a `certificate` (and key, PEM)."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            issuer.asked.append(self.path)
            issuer.answers.wait(timeout=10)
            self.send_response(issuer.status)
            for name, value in issuer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(issuer.body)))
            self.end_headers()
            with suppress(ConnectionError):  # whoever asked may have read enough
                if not issuer.pause:
                    self.wfile.write(issuer.body)
                    return
                for byte in issuer.body:
                    self.wfile.write(bytes([byte]))
                    time.sleep(issuer.pause)

        def handle(self) -> None:
            with suppress(ssl.SSLError):  # whoever asked may not trust the certificate
                super().handle()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate is not None:
        secured = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        secured.load_cert_chain(certificate)
        server.socket = secured.wrap_socket(server.socket, server_side=True)
    scheme = "https" if certificate is not None else "http"
    issuer = Issuer(f"{scheme}://127.0.0.1:{server.server_address[1]}/jwks.json")
    issuer.publishes(*keys)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield issuer
    finally:
        issuer.answers.set()
        server.shutdown()
        server.server_close()
        thread.join()
