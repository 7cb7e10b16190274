"""Asking to be let in, as a request over the network does."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.requests import Request

from service.identity.admission import Admission, admission_of
from service.identity.caller import Caller, Scope
from service.problems import Refusal
from service.responding import respond
from service.settings import Settings
from tests.identity.timing import Clock

T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What whoever is refused gets to see."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, kw_only=True)
class Door:
    """An admission, and the labels that it counted."""

    admission: Admission
    refused: list[str]

    def ask(
        self, *headers: tuple[str, str], scope: Scope | None = None, host: str | None = "192.0.2.1"
    ) -> Caller | Answer:
        """Ask with these headers, from `host`."""
        return run(self.asking(*headers, scope=scope, host=host))

    def bearer(self, credential: str, scope: Scope | None = None, host: str | None = "192.0.2.1") -> Caller | Answer:
        """Ask with this key or token."""
        return self.ask(("Authorization", f"Bearer {credential}"), scope=scope, host=host)

    async def asking(
        self, *headers: tuple[str, str], scope: Scope | None = None, host: str | None = "192.0.2.1"
    ) -> Caller | Answer:
        """Ask from within an event loop."""
        raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers]
        client = (host, 40000) if host is not None else None
        request = Request({"type": "http", "method": "POST", "path": "/", "headers": raw, "client": client})
        try:
            return await self.admission.admit(request, scope)
        except Refusal as refused:
            answer = respond(refused.problem, refused.headers)
            return Answer(status=answer.status_code, headers=dict(answer.headers), body=bytes(answer.body))


def door(clock: Clock, **settings: Any) -> Door:
    """An admission as the settings ask for it, and what it counts."""
    refused: list[str] = []
    made = admission_of(Settings(**settings), refused=refused.append, now=clock.now, clock=clock)
    return Door(admission=made, refused=refused)


def run(doing: Coroutine[Any, Any, T]) -> T:
    """Do it in an event loop of its own, and leave nothing under way."""
    return asyncio.run(doing)
