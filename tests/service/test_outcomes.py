"""What was found in the end: stated of an answer, superseded and never overwritten."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings
from tests.builders import a_body
from tests.service.test_recorded import rows


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service whose record is empty."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def outcome(**changes: Any) -> Any:
    return {"roots": ["L5"], "confirmed_by": "mri", "confirmed_on": "2026-11-20", **changes}


@pytest.fixture
def path(client: TestClient) -> str:
    """The outcome of an assessment that is on record."""
    return f"{client.post('/v1/assessments', json=a_body()).headers['Location']}/outcome"


def test_a_later_outcome_supersedes_and_none_is_overwritten(client: TestClient, path: str) -> None:
    assert client.get(path).json()["outcomes"] == []
    first = client.put(path, json=outcome())
    assert (first.status_code, first.json()["version"]) == (201, 1)
    assert client.put(path, json=outcome()).status_code == 200
    second = client.put(path, json=outcome(roots=["S1", "L5"], confirmed_by="surgery"))
    assert (second.status_code, second.json()["version"]) == (201, 2)
    assert client.put(path, json=outcome(roots=["L5", "S1"], confirmed_by="surgery")).json()["version"] == 2
    assert client.put(path, json=outcome()).json()["version"] == 3
    history = client.get(path).json()["outcomes"]
    assert [each["roots"] for each in history] == [["L5"], ["S1", "L5"], ["L5"]]
    assert [each["recorded_by"] for each in history] == ["local"] * 3
    assert rows("select count(*) from entries where kind = 'outcome'") == [(3,)]


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        (outcome(roots=["L3"]), {"/roots"}),
        (outcome(roots=["L5", "L5"]), {"/roots"}),
        (outcome(roots=None), {"/roots"}),
        (outcome(confirmed_by="guess"), {"/confirmed_by"}),
        (outcome(confirmed_on="2026-02-30"), {"/confirmed_on"}),
        (outcome(confirmed_on="2026-11-20T10:00:00Z"), {"/confirmed_on"}),
        (outcome(confirmed_on="2999-01-01"), {"/confirmed_on"}),
        (outcome(confirmed_on="2019-11-20"), {"/confirmed_on"}),
        ({"roots": ["L3"], "more": 1}, {"/roots", "/confirmed_by", "/confirmed_on", "/more"}),
    ],
)
def test_every_fault_of_an_outcome_is_named(client: TestClient, path: str, body: Any, pointers: set[str]) -> None:
    refused = client.put(path, json=body)
    assert refused.status_code == 422
    assert {fault["pointer"] for fault in refused.json()["errors"]} == pointers
    assert client.get(path).json()["outcomes"] == []


@pytest.mark.parametrize(("body", "status"), [(b"", 400), (b"{", 400), (b"[]", 422), (b"x" * 2000, 413)])
def test_what_is_no_outcome_at_all(client: TestClient, path: str, body: bytes, status: int) -> None:
    answer = client.put(path, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status


def test_an_outcome_is_no_assessment(client: TestClient, path: str) -> None:
    client.put(path, json=outcome())
    [(identifier,)] = rows("select id from entries where kind = 'outcome'")
    assert client.get(f"/v1/assessments/{identifier}").status_code == 404
    assert client.put(f"/v1/assessments/{identifier}/outcome", json=outcome()).status_code == 404
