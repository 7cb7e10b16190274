"""Whatever is sent, the service answers as its OpenAPI document says.

Schemathesis makes requests from the document: valid ones, ones that break it in one place, other methods, no or wrong
credentials, and sequences in which one answer names what the next request asks for. Its checks hold each answer against
the document: no 5xx, status, media type, headers and schema as documented, what is wrong refused, and who is not known.
"""

from collections.abc import Iterable
from ipaddress import IPv4Address
from itertools import count
from pathlib import Path

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from service.app import create_app
from service.record.database import Database
from service.record.verification import verify
from service.settings import Auth, Settings
from tests.identity.keys import made
from tests.outside.exploring import Explored, explore

SECONDS = 30.0
FOR_RECORD_SYSTEMS = ("POST /cds-services/{service_id}", "POST /cds-services/{service_id}/feedback")
"""They show who they are by tokens of their own."""


def assert_record_is_whole(found: Explored) -> None:
    """Every answer that was said to be on record is, and the chain holds."""
    database = Database(Settings().database_url.get_secret_value(), seconds=SECONDS)
    try:
        assert [str(fault) for fault in verify(database)] == []
        with database.reading() as connection:
            stored = {row.id for row in connection.exec_driver_sql("SELECT id FROM entries")}
    finally:
        database.close()
    assert {place.rpartition("/")[2] for place in found.recorded} <= stored


def assert_conforms(found: Explored, closed: Iterable[str] = ()) -> None:
    """It is as documented; all but what is `closed` to the caller was done at least once."""
    assert found.failures == {}, "\n\n".join(f"{where}\n{what}" for where, what in found.failures.items())
    operations = {operation for operation, _ in found.statuses if " /" in operation}
    done = {operation for operation, status in found.statuses if " /" in operation and status < 300}
    assert operations - done == set(closed)
    assert len(operations) > 10
    assert_record_is_whole(found)


def test_every_endpoint_answers_as_documented() -> None:
    found = explore(create_app(Settings()), examples=4, walks=2)
    assert_conforms(found)
    assert found.requests > 1_000


def test_with_keys_every_endpoint_asks_who_is_there(tmp_path: Path) -> None:
    """What the document's own limits suggest is tried without keys, and with them at length: it takes a while."""
    assert_conforms(with_keys(tmp_path, examples=20, walks=0, limits=False), FOR_RECORD_SYSTEMS)


@pytest.mark.long
def test_thousands_of_requests_are_answered_as_documented() -> None:
    found = explore(create_app(Settings()), examples=1000, walks=200)
    assert_conforms(found)
    assert found.requests > 5_000


@pytest.mark.long
def test_thousands_of_requests_with_keys_are_answered_as_documented(tmp_path: Path) -> None:
    assert_conforms(with_keys(tmp_path, examples=200, walks=50), FOR_RECORD_SYSTEMS)


def with_keys(folder: Path, *, examples: int, walks: int, limits: bool = True) -> Explored:
    """Explore as a caller who may do everything."""
    file = folder / "keys.json"
    key = made(file, scopes="assess,read,outcome,admin")
    settings = Settings(auth=Auth.API_KEY, api_keys_file=file, rate_limit="100000/second")
    app = FromEverywhere(create_app(settings))
    headers = {"Authorization": f"Bearer {key}"}
    return explore(app, examples=examples, walks=walks, headers=headers, limits=limits)


class FromEverywhere:
    """Each request comes from an address of its own: who guesses from one address is soon no longer listened to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._addresses = count(int(IPv4Address("10.0.0.1")))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http":
            scope = {**scope, "client": (str(IPv4Address(next(self._addresses))), 40000)}
        await self._app(scope, receive, send)
