"""Record systems that call: their tokens, and an entrance that asks for them, with a database of its own."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request

from service.identity.caller import Caller, Scope
from service.identity.cds_clients import CdsAdmission, cds_admission_of
from service.problems import Refusal
from service.record.database import Database
from service.record.migration import migrate
from service.record.seen_tokens import SeenTokens
from service.responding import respond
from service.settings import Settings
from tests.identity.asking import Answer, run
from tests.identity.issuer import Issuer
from tests.identity.timing import START, Clock
from tests.identity.tokens import token

EHR = "https://ehr.example"
CALLER = Caller(tenant="clinic", name=EHR, scopes=frozenset({Scope.ASSESS}))
"""Whom a token of it lets in."""
NOW = START.timestamp()
PUBLIC = "https://nerveroot.example"
SERVICE = "/cds-services/nerveroot-lumbar-imaging"
FEEDBACK = f"{SERVICE}/feedback"
PATIENCE = 30.0


def claims_of_ehr(**changes: Any) -> dict[str, Any]:
    """The claims of a token for one call of the service; a change to None takes a claim out."""
    now = START.timestamp()
    stated = {"iss": EHR, "aud": PUBLIC + SERVICE, "exp": now + 300, "iat": now, "jti": "d1577c69-dfbe"} | changes
    return {name: value for name, value in stated.items() if value is not None}


def token_of_ehr(
    header: Mapping[str, Any] | None = None, *, by: str = "first", algorithm: str = "RS256", **changes: Any
) -> str:
    """A token of the record system, with these changes in header and claims."""
    stated = {"typ": "JWT"} | dict(header or {})
    return token(claims_of_ehr(**changes), by=by, algorithm=algorithm, header=stated)


@dataclass(frozen=True, kw_only=True)
class CdsDoor:
    """An admission of record systems, and the labels that it counted."""

    admission: CdsAdmission
    refused: list[str]

    def call(self, credential: str, **how: Any) -> Caller | Answer:
        """Call the service with this token."""
        return self.ask(("Authorization", f"Bearer {credential}"), **how)

    def ask(self, *headers: tuple[str, str], **how: Any) -> Caller | Answer:
        """Call it with these headers."""
        return run(self.asking(*headers, **how))

    async def asking(
        self,
        *headers: tuple[str, str],
        path: str = SERVICE,
        host: str = "nerveroot.example",
        client: str | None = "192.0.2.1",
    ) -> Caller | Answer:
        """Call it from within an event loop; `host` is the header, `client` the address that the call comes from."""
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in (("Host", host), *headers)]
        request = Request(
            {
                "type": "http",
                "method": "POST",
                "scheme": "http",
                "path": path,
                "root_path": "",
                "query_string": b"",
                "headers": raw,
                "server": ("127.0.0.1", 8000),
                "client": None if client is None else (client, 40000),
            }
        )
        try:
            caller = await self.admission.admit(request, path=path)
        except Refusal as refused:
            answer = respond(refused.problem, refused.headers, path=path)
            return Answer(status=answer.status_code, headers=dict(answer.headers), body=bytes(answer.body))
        assert request.state.caller == caller
        return caller


def cds_door(clock: Clock, *, seconds: float = PATIENCE, **stated: Any) -> CdsDoor:
    """An admission as the settings ask for it, on the database of the test, and what it counts."""
    settings = Settings(**({"public_url": PUBLIC, "auth": "api_key"} | stated))
    url = settings.database_url.get_secret_value()
    migrate(url, seconds=PATIENCE)
    used = SeenTokens(Database(url, seconds=seconds), seconds=seconds, now=lambda: clock.now().timestamp())
    refused: list[str] = []
    made = cds_admission_of(settings, used, refused=refused.append, now=clock.now, clock=clock)
    return CdsDoor(admission=made, refused=refused)


def client(issuer: Issuer, **changes: Any) -> dict[str, Any]:
    """How the settings name a record system whose keys `issuer` publishes."""
    return {"iss": EHR, "jku": issuer.url, "tenant": "clinic"} | changes


def status(said: Caller | Answer) -> int:
    """The status that whoever asked gets to see, 200 where it was let in."""
    return said.status if isinstance(said, Answer) else 200
