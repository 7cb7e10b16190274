"""Three services, one PostgreSQL: nothing but the database is shared, and no service is missed.

Killed in turn under load they lose nothing and keep nothing twice; ended in turn, as in a rolling update, they refuse
nobody.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx2
import pytest

from service.record.database import Database
from tests.record.postgres import Cluster
from tests.record.recording import stored_ids
from tests.record.round_robin import ASSESSMENTS, Client, Services, services
from tests.service.serving import PATIENCE

THREE = 3
CLIENTS = 4
ANSWERS = 5
"""How many each client gets between one kill and the next."""


@pytest.fixture
def postgresql(postgres: Cluster) -> Iterator[str]:
    """The address of a database in PostgreSQL with nothing in it."""
    url = postgres.new_database()
    yield url
    postgres.give_back(url)


def test_services_that_are_killed_in_turn_lose_nothing_and_keep_nothing_twice(postgresql: str, tmp_path: Path) -> None:
    _killed_in_turn(postgresql, tmp_path, rounds=1)


@pytest.mark.long
def test_services_that_are_killed_in_turn_again_and_again(postgresql: str, tmp_path: Path) -> None:
    _killed_in_turn(postgresql, tmp_path, rounds=8)


def _killed_in_turn(url: str, folder: Path, rounds: int) -> None:
    with services(url, folder, THREE) as some, ExitStack() as ended:
        clients = _clients(some, ended)
        for number in [*range(THREE)] * rounds:
            _all_get(ANSWERS, clients)
            some.kill(number)
            _all_get(ANSWERS, clients)  # from the two that are left
            some.start(number)
        ended.close()
        acknowledged = [each for client in clients for each in client.acknowledged]
        assert any(each.attempts > 1 for each in acknowledged), "nobody noticed a kill, so nothing was tested"
        _each_shows(some, {each.id: each.body for each in acknowledged[:: max(1, len(acknowledged) // 60)]})
    stored = stored_ids(url)  # and the chain holds
    times = Counter(stored)
    assert [each.key for each in acknowledged if times[each.id] != 1] == []
    assert len({each.id for each in acknowledged}) == len(acknowledged)
    assert len(stored) == len(acknowledged), "an answer is on record that nobody got, or one key has two"
    kept = _answers(url)
    assert [each.key for each in acknowledged if kept[each.id] != each.body] == []


def test_services_that_are_ended_in_turn_refuse_nobody(postgresql: str, tmp_path: Path) -> None:
    with services(postgresql, tmp_path, THREE) as some, ExitStack() as ended:
        clients = _clients(some, ended)
        for number in range(THREE):
            _all_get(ANSWERS, clients)
            assert some.end(number) in (0, -15)  # uvicorn raises the signal again when it is done
            some.start(number)
        _all_get(ANSWERS, clients)
        ended.close()
        assert [client.refused for client in clients] == [[]] * CLIENTS
        acknowledged = [each.id for client in clients for each in client.acknowledged]
    assert sorted(stored_ids(postgresql)) == sorted(acknowledged)


def test_what_one_service_recorded_the_others_compare_with(postgresql: str, tmp_path: Path) -> None:
    person = {"age_years": 50, "reference": "a-1"}
    before, after = ({"strength": {"great_toe_extension": grade}} for grade in (5, 3))
    with services(postgresql, tmp_path, 2) as some:
        first, second = some.urls
        _posted(first, {"patient": person, "examination": before, "examined_at": "2026-03-01T09:00:00Z"})
        found = _posted(second, {"patient": person, "examination": after, "examined_at": "2026-03-05T09:00:00Z"})
        assert found["comparison"]["verdict"] == "worse"


def _clients(some: Services, ended: ExitStack) -> list[Client]:
    clients = [Client(f"client-{each}", some) for each in range(CLIENTS)]
    for client in clients:
        ended.callback(client.end)
    return clients


def _all_get(more: int, clients: list[Client]) -> None:
    for client in clients:
        client.wait_for(more)


def _posted(url: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = httpx2.post(f"{url}{ASSESSMENTS}", json=body, timeout=PATIENCE)
    assert answer.status_code == HTTPStatus.CREATED, answer.text
    assert answer.headers["Nerveroot-Record"] == "stored"
    found: dict[str, Any] = answer.json()
    return found


def _each_shows(some: Services, bodies: dict[str, bytes]) -> None:
    """Every one of the services shows these answers, byte for byte."""
    for url in some.urls:
        with httpx2.Client(timeout=PATIENCE) as connection:
            for identifier, body in bodies.items():
                shown = connection.get(f"{url}{ASSESSMENTS}/{identifier}")
                assert (shown.status_code, shown.content) == (HTTPStatus.OK, body)


def _answers(url: str) -> dict[str, bytes]:
    database = Database(url, seconds=PATIENCE)
    try:
        with database.reading() as connection:
            rows = connection.exec_driver_sql("SELECT id, answer FROM entries JOIN contents USING (seq)")
            return {row.id: row.answer.encode() for row in rows}
    finally:
        database.close()
