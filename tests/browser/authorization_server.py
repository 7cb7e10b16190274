"""A small record system on loopback: SMART App Launch, OAuth 2 with PKCE, one patient. It checks what it is told."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.identity.tokens import claims, published, token

CLIENT: Final = "nerveroot-page"
LAUNCH: Final = "launch-4711"
AUDIENCE: Final = "https://nerveroot.example"
PATIENT: Final = {"resourceType": "Patient", "id": "p/1", "birthDate": "1980-05-17", "gender": "female"}


@dataclass(kw_only=True)
class RecordSystem:
    """What it answers, which a test may change, and what it was asked."""

    url: str = ""
    patient: dict[str, Any] | None = field(default_factory=lambda: dict(PATIENT))
    """None: the token names nobody."""
    methods: tuple[str, ...] = ("S256",)
    denies: bool = False
    token_origin: str | None = None
    """Where the token endpoint is said to be, if elsewhere."""
    mixed_up: bool = False
    """Whether the way back names another issuer."""
    silent: bool = False
    """Whether the way back names no issuer, though the metadata say that it does."""
    names_issuer: str | None = None
    """Whom the metadata name, if somebody else."""
    version_2: bool = True
    """Whether it has the scopes of SMART App Launch 2."""
    openid: bool = True
    """Whether it has the metadata of OpenID Connect; those of OAuth (RFC 8414) it has."""
    lets_pages_ask: bool = True
    """Whether it answers with the headers of CORS."""
    takes_codes: bool = True
    framed: str = ""
    """The address that its page `/viewer` shows in a frame."""
    scopes: list[str] = field(default_factory=list)
    """What it was asked for at sign-ins."""
    lifetime: float = 300.0
    """Seconds; access tokens for the service itself."""
    refusals: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    @property
    def iss(self) -> str:
        """The base address of its FHIR server."""
        return f"{self.url}/fhir"

    @property
    def metadata(self) -> dict[str, Any]:
        """What it says of itself."""
        return {
            "issuer": self.names_issuer or self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.token_origin or self.url}/token",
            "code_challenge_methods_supported": list(self.methods),
            "authorization_response_iss_parameter_supported": True,
            "capabilities": ["launch-ehr", "client-public", *(["permission-v2"] if self.version_2 else [])],
        }

    def authorize(self, query: dict[str, str]) -> str:
        """Where the browser is sent next; the person says yes to everything, unless it denies."""
        self._expect(query, response_type="code", client_id=CLIENT, code_challenge_method="S256")
        scopes = query.get("scope", "").split()
        self.scopes.append(query.get("scope", ""))
        if "launch" in scopes:
            self._expect(query, launch=LAUNCH)
        if {"launch", "launch/patient"} & {*scopes}:
            self._expect(query, aud=self.iss)
        named = {} if self.silent else {"iss": "https://other.example" if self.mixed_up else self.url}
        back = {"state": query["state"], **named}
        if self.denies:
            return f"{query['redirect_uri']}?{urlencode({'error': 'access_denied', **back})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        return f"{query['redirect_uri']}?{urlencode({'code': code, **back})}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """The token for a code, once; None where anything is not as it was agreed."""
        was = self.codes.pop(form.get("code", ""), None)
        if was is None or not self.takes_codes:
            self.refusals.append("code")
            return None
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        agreed = base64.urlsafe_b64encode(challenge).rstrip(b"=").decode() == was["code_challenge"]
        same = all(form.get(name) == was[name] for name in ("client_id", "redirect_uri"))
        if not agreed or not same or form.get("grant_type") != "authorization_code" or "client_secret" in form:
            self.refusals.append("exchange")
            return None
        if "assess" in was["scope"].split():
            return {"access_token": self.own_token(was), "token_type": "Bearer", "expires_in": int(self.lifetime)}
        named = {} if self.patient is None else {"patient": self.patient["id"]}
        return {"access_token": "token-of-the-record", "token_type": "Bearer", "scope": was["scope"], **named}

    def read(self, path: str, authorization: str | None) -> dict[str, Any] | None:
        """What is at `path`; None where nothing is that the caller may see."""
        match path:
            case "/fhir/.well-known/smart-configuration" | "/.well-known/oauth-authorization-server":
                return self.metadata
            case "/.well-known/openid-configuration" if self.openid:
                return self.metadata
            case "/jwks":
                return {"keys": [published("first")]}
            case "/fhir/Patient/p%2F1" if authorization == "Bearer token-of-the-record":
                return self.patient
        return None

    def own_token(self, was: dict[str, str]) -> str:
        """An access token for the service itself, for which this is the issuer."""
        now = time.time()
        stated = {
            "iss": self.url,
            "aud": was["resource"],
            "iat": now,
            "exp": now + self.lifetime,
            "scope": was["scope"],
        }
        return token(claims(**stated))

    def _expect(self, query: dict[str, str], **values: str) -> None:
        self.refusals += [name for name, value in values.items() if query.get(name) != value]


@contextmanager
def record_system() -> Iterator[RecordSystem]:
    """A record system, as long as the block lasts."""
    system = RecordSystem()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            system.asked.append(self.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", system.authorize(dict(parse_qsl(parts.query))))
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            if parts.path == "/viewer":
                frame = f'<iframe src="{system.framed}" width="1000" height="800"></iframe>'
                self._send(
                    200,
                    "text/html",
                    f"<!doctype html><title>Record</title><link rel='icon' href='data:,'>{frame}".encode(),
                )
                return
            held = system.read(parts.path, self.headers.get("Authorization"))
            self._say(404 if held is None else 200, held or {})

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            system.asked.append(self.path)
            held = system.exchange(dict(parse_qsl(body))) if self.path == "/token" else None
            self._say(200 if held else 400, held or {"error": "invalid_grant"})

        def do_OPTIONS(self) -> None:
            self._say(204, None)

        def _say(self, status: int, said: Any) -> None:
            self._send(status, "application/json", b"" if said is None else json.dumps(said).encode())

        def _send(self, status: int, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            # As SMART App Launch asks of servers with clients in browsers; where nothing is, servers often forget it.
            if system.lets_pages_ask and (status != HTTPStatus.NOT_FOUND or ".well-known" not in self.path):
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Access-Control-Allow-Headers", "Authorization")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    system.url = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield system
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
