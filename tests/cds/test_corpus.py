"""More than a hundred calls of every kind, sent to the service as it is delivered."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.cds.cards import EXTENSION
from service.cds.wording import LONGEST_SUMMARY
from service.settings import Settings
from tests.cds.corpus import INDICATORS
from tests.cds.corpus_calls import CORPUS, NEVER_SHOWN
from tests.cds.schema import faults, valid
from tests.fhir.shapes import check, nothings


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def ask(client: TestClient, name: str) -> Any:
    """The answer to one call."""
    asked = CORPUS[name]
    body = asked.make()
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    return client.post(f"/cds-services/{asked.service}", content=content, headers=headers)


def test_there_are_enough() -> None:
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("name", CORPUS)
def test_calls_that_are_meant_to_be_calls_of_cds_hooks_are(name: str) -> None:
    body = CORPUS[name].make()
    wrong = ["not JSON"] if isinstance(body, bytes) else faults("request", body)
    assert (not wrong) is CORPUS[name].well_formed, wrong


@pytest.mark.parametrize("name", CORPUS)
def test_every_call_gets_the_answer_that_is_expected(client: TestClient, name: str) -> None:
    """Hazard H-06: imaging that is needed is withheld; H-02: what was not read is taken for absent."""
    expected, answer = CORPUS[name].expected, ask(client, name)
    assert answer.status_code == expected.status, answer.text
    for text in NEVER_SHOWN:
        assert text not in answer.text
    if expected.status != 200:
        said = answer.json()
        assert said["resourceType"] == "OperationOutcome"
        assert said["issue"]
        assert nothings(said) == []
        return
    said = answer.json()
    valid("response", said)
    assert nothings(said["cards"]) in ([], [""])
    assert [_verdict(card) for card in said["cards"]] == [*expected.verdicts]
    assert [card["indicator"] for card in said["cards"]] == [INDICATORS[each] for each in expected.verdicts]
    assert any(_removes(card) for card in said["cards"]) is expected.removes
    for card in said["cards"]:
        assert len(card["summary"]) <= LONGEST_SUMMARY
        assert not set("<>") & set(card["detail"])
        for resource in _created(card):
            check(resource)
    for text in expected.says:
        assert any(text in card["detail"] + card["summary"] for card in said["cards"])


def _verdict(card: dict[str, Any]) -> str | None:
    told = card.get("extension", {}).get(EXTENSION)
    return told["verdict"] if told else None


def _actions(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for suggestion in card.get("suggestions", []):
        yield from suggestion["actions"]


def _removes(card: dict[str, Any]) -> bool:
    return any(action["type"] != "create" for action in _actions(card))


def _created(card: dict[str, Any]) -> Iterator[dict[str, Any]]:
    return (action["resource"] for action in _actions(card) if action["type"] == "create")


@pytest.mark.parametrize("name", [name for name in CORPUS if CORPUS[name].expected.status == 200])
def test_only_orders_that_come_too_early_may_be_taken_back(client: TestClient, name: str) -> None:
    """Hazards H-06, H-29: imaging that is needed is withheld."""
    for card in ask(client, name).json()["cards"]:
        if _verdict(card) != "not_now":
            assert not _removes(card)
            assert "overrideReasons" not in card
