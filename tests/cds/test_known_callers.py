"""The whole service as record systems know it: whose token is taken where, and what readiness says of it."""

import time
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.cds.discovery import IMAGING_ORDERED
from service.settings import Settings
from tests.cds.corpus_calls import sciatica, signed
from tests.identity.clients import EHR, PUBLIC, client, token_of_ehr
from tests.identity.issuer import Issuer, serving
from tests.identity.keys import made
from tests.identity.tokens import published
from tests.record.outage import write_locked
from tests.record.recording import SOON

ORDERS = f"/cds-services/{IMAGING_ORDERED}"
FEEDBACK = f"{ORDERS}/feedback"
OTHER = "https://other.example"


@pytest.fixture
def ehr() -> Iterator[Issuer]:
    """The record systems: both have the keys of one issuer."""
    with serving(published("first")) as found:
        yield found


def a_service(ehr: Issuer, **stated: Any) -> TestClient:
    """A service that others reach, and that two record systems of one tenant may call."""
    known = (client(ehr), client(ehr, iss=OTHER))
    made(Settings().api_keys_file)
    settings = Settings(**({"cds_clients": known, "public_url": PUBLIC, "auth": "api_key"} | stated))
    return TestClient(create_app(settings), base_url=PUBLIC)


def call(service: TestClient, path: str, body: Any, **claims: Any) -> Any:
    """Call the service with a new token for that path, unless the claims say otherwise."""
    now = time.time()
    stated: dict[str, Any] = {"aud": PUBLIC + path, "iat": now, "exp": now + 300, "jti": str(uuid4())}
    return service.post(path, json=body, headers={"Authorization": f"Bearer {token_of_ehr(**(stated | claims))}"})


def report(service: TestClient, card: str, **claims: Any) -> Any:
    """Say that a card was overridden."""
    item = {"card": card, "outcome": "overridden", "outcomeTimestamp": "2026-11-22T12:00:00Z"}
    return call(service, FEEDBACK, {"feedback": [item]}, **claims)


def identity(service: TestClient) -> tuple[str, str]:
    """What readiness says of who can be let in."""
    (found,) = [each for each in service.get("/health/ready").json()["checks"] if each["name"] == "identity"]
    return found["status"], found["detail"]


def test_the_audience_is_the_very_address_that_is_called(ehr: Issuer) -> None:
    """Row "on every call, feedback included": a token for the one is none for the other."""
    with a_service(ehr) as service:
        answer = call(service, ORDERS, signed(sciatica()))
        assert answer.status_code == 200
        card = answer.json()["cards"][0]["uuid"]
        assert call(service, ORDERS, signed(sciatica()), aud=PUBLIC + FEEDBACK).status_code == 401
        assert report(service, card, aud=PUBLIC + ORDERS).status_code == 401
        assert report(service, card).headers["Nerveroot-Record"] == "stored"


def test_only_who_was_shown_a_card_reports_on_it(ehr: Issuer) -> None:
    """Hazard H-10: another record system of the same tenant says what became of a card that it never saw."""
    with a_service(ehr) as service:
        card = call(service, ORDERS, signed(sciatica())).json()["cards"][0]["uuid"]
        answers = [report(service, card, iss=iss) for iss in (OTHER, EHR)]
    assert [each.status_code for each in answers] == [200, 200]
    assert [each.headers["Nerveroot-Record"] for each in answers] == ["none", "stored"]


def test_readiness_tells_where_no_record_system_can_be_let_in_and_mends_it(ehr: Issuer) -> None:
    """Hazard H-14: every call of CDS Hooks is refused, and readiness says that all is well."""
    ehr.fails()
    with a_service(ehr) as service:
        status, detail = identity(service)
        assert (status, detail.startswith("CDS Hooks: ")) == ("degraded", True)
        assert service.get("/health/ready").status_code == 200
        assert call(service, ORDERS, signed(sciatica())).status_code == 503
    ehr.publishes(published("first"))
    with a_service(ehr) as service:
        assert identity(service)[0] == "ready"


def test_readiness_and_metrics_tell_of_tokens_that_other_processes_do_not_know(ehr: Issuer) -> None:
    """Decision 20: the database is locked; an emergency is answered all the same, and it is said."""
    url = Settings().database_url.get_secret_value()
    with a_service(ehr, record_seconds=SOON, metrics_open=True) as service:
        assert call(service, ORDERS, signed(sciatica())).status_code == 200
        assert identity(service)[0] == "ready"
        with write_locked(url):
            assert call(service, ORDERS, signed(sciatica())).headers["Nerveroot-Record"] == "deferred"
            status, detail = identity(service)
            assert (status, "not shared with other processes" in detail) == ("degraded", True)
            assert "nerveroot_cds_tokens_unshared_total 1.0" in service.get("/metrics").text
        until = time.monotonic() + 10
        while identity(service)[0] != "ready":
            assert time.monotonic() < until
            time.sleep(0.1)
