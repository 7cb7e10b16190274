"""A running service that asks who is there, and callers of two tenants who can show it."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from service.identity.caller import Scope
from service.identity.key_file import alone, read_keys, write_keys
from service.record.database import Database
from service.record.verification import verify
from tests.identity.issuer import serving
from tests.identity.keys import made
from tests.identity.tokens import AUDIENCE, ISSUER, claims, published, token
from tests.service.serving import PATIENCE, Running, running

Headers = dict[str, str]
Who = tuple[str, str, str]
"""Tenant, scopes and name of a caller."""
ALL = " ".join(Scope)
MINE, THEIRS = "north", "south"
"""The two tenants: whoever attacks is of the first, what is attacked is of the second."""
WAYS = ("api_key", "jwt")


@dataclass(frozen=True, kw_only=True)
class World:
    """The service, its record, and how its callers show who they are."""

    way: str
    service: Running
    url: str
    keys: Path
    client: httpx2.Client
    shown: Mapping[Who, str]

    def who(self, tenant: str, scopes: str = ALL, name: str = "ward-app") -> Headers:
        """The header of a caller."""
        return {"Authorization": f"Bearer {self.shown[tenant, scopes, name]}"}

    def ask(self, method: str, path: str, headers: Mapping[str, str] | None = None, **more: Any) -> httpx2.Response:
        """Send one request."""
        return self.client.request(method, f"{self.service.url}{path}", headers=headers, **more)

    def rows(self, tenant: str) -> list[Mapping[str, Any]]:
        """All that is on record of a tenant, in a chain that holds."""
        database = Database(self.url, seconds=PATIENCE)
        try:
            assert [str(fault) for fault in verify(database)] == []
            asked = "SELECT * FROM entries LEFT JOIN contents USING (seq) WHERE tenant = ? ORDER BY seq"
            with database.reading() as connection:
                return [dict(row._mapping) for row in connection.exec_driver_sql(asked, (tenant,))]
        finally:
            database.close()

    def kept(self, tenant: str, column: str) -> set[str]:
        """All that stands in a column of the rows of a tenant; something does."""
        found = {row[column] for row in self.rows(tenant)} - {None}
        assert found
        return found

    def until_unknown(self, method: str, path: str, headers: Headers) -> httpx2.Response:
        """Ask until the caller is no longer known; what is answered then."""
        until = time.monotonic() + PATIENCE
        while (answer := self.ask(method, path, headers)).status_code != 401:
            assert time.monotonic() < until, answer.text
            time.sleep(0.05)
        return answer


def a_key(file: Path, tenant: str, scopes: str, name: str) -> str:
    """A key as people make them."""
    return made(file, tenant=tenant, name=name, scopes=scopes.replace(" ", ","))


def a_token(tenant: str, scopes: str, name: str, **changes: Any) -> str:
    """An access token as the issuer gives it, valid for an hour from now."""
    now = datetime.now(UTC).timestamp()
    stated = {"iat": now, "exp": now + 3600, "tenant": tenant, "scope": scopes, "client_id": name, "sub": name}
    return token(claims(**(stated | changes)))


def expire(file: Path, key: str) -> None:
    """Let the last day of a key be yesterday: no command does that."""
    yesterday = datetime.now(UTC).date() - timedelta(days=1)
    with alone(file):
        kept = read_keys(file)[0]
        ended = key.split("_")[1]
        write_keys(file, [replace(each, expires=yesterday) if each.id == ended else each for each in kept])


@contextmanager
def world(way: str, folder: Path, callers: Iterable[Who]) -> Iterator[World]:
    """The service as a process, with an empty record, that takes keys or the tokens of a real issuer."""
    keys, url = folder / "keys.json", f"sqlite:///{folder / 'record.sqlite3'}"
    shown = {who: a_key(keys, *who) if way == "api_key" else a_token(*who) for who in callers}
    settings = {
        "NERVEROOT_AUTH": way,
        "NERVEROOT_DATABASE_URL": url,
        "NERVEROOT_JOURNAL_DIR": str(folder / "journal"),
        "NERVEROOT_API_KEYS_FILE": str(keys),
        "NERVEROOT_RATE_LIMIT": "100000/second",
        "NERVEROOT_JWT_ISSUER": ISSUER,
        "NERVEROOT_JWT_AUDIENCE": AUDIENCE,
    }
    with (
        serving(published("first")) as issuer,
        running({**settings, "NERVEROOT_JWT_JWKS_URL": issuer.url}) as service,
        httpx2.Client(timeout=PATIENCE) as client,
    ):
        yield World(way=way, service=service, url=url, keys=keys, client=client, shown=shown)
