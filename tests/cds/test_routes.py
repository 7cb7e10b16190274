"""CDS Hooks over HTTP: discovery, calls and feedback of the service as it is delivered."""

import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from service.app import create_app
from service.cds.discovery import CHART_OPENED, IMAGING_ORDERED
from service.cds.suggestions import DEFER, suggestion_id
from service.identity.record_systems import CdsClient
from service.record.database import Database
from service.record.pseudonyms import Pseudonyms
from service.settings import Settings
from service.terminology.systems import OVERRIDE_REASONS
from tests.builders import a_body
from tests.cds.corpus_calls import HOSTILE, RETENTION, TEN_DAYS, sciatica, signed, with_form
from tests.cds.fhir_data import (
    ABSENT,
    CAUDA_EQUINA,
    CERVICAL_MRI,
    FEVER,
    TOKEN,
    authorization,
    condition,
    order,
    order_sign,
    patient,
    patient_view,
    prefetched,
)
from tests.cds.fhir_server import FhirServer
from tests.cds.schema import valid
from tests.record.entries import an_entry
from tests.service.test_recorded import NOWHERE

ORDERS = f"/cds-services/{IMAGING_ORDERED}"
CHARTS = f"/cds-services/{CHART_OPENED}"
WHEN = "2026-11-22T12:00:00Z"


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service whose record is empty."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def kept(kind: str) -> list[dict[str, Any]]:
    """What stands in the record of the test, of one kind."""
    path = Settings().database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "select e.about, e.tenant, e.entrance, c.answer from entries e left join contents c on c.seq = e.seq "
            "where e.kind = ? order by e.seq",
            (kind,),
        ).fetchall()
    return [{"about": about, "tenant": tenant, "entrance": way, "said": said} for about, tenant, way, said in rows]


def test_discovery_is_open_and_lists_both_services(client: TestClient) -> None:
    answer = client.get("/cds-services")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    valid("discovery", answer.json())
    assert {each["id"] for each in answer.json()["services"]} == {CHART_OPENED, IMAGING_ORDERED}


def test_each_card_is_an_assessment_on_record(client: TestClient) -> None:
    """Hazard H-27: what was answered cannot be shown again."""
    answer = client.post(ORDERS, json=order_sign(order(id="a"), order(id="b"), prefetch=with_form(TEN_DAYS)))
    assert answer.headers["Nerveroot-Record"] == "stored"
    cards = answer.json()["cards"]
    assert len({card["uuid"] for card in cards}) == 2
    for card in cards:
        stored = client.get(f"/v1/assessments/{card['uuid']}").json()
        assert stored["management"]["imaging"]["rule_id"] == card["source"]["topic"]["code"]
    assert {each["entrance"] for each in kept("assessment")} == {"cds-hooks"}


def test_what_is_silent_is_neither_assessed_nor_recorded(client: TestClient) -> None:
    for path, call in ((ORDERS, order_sign(order({"text": "MRI brain"}))), (CHARTS, patient_view())):
        answer = client.post(path, json=call)
        assert (answer.status_code, answer.json()) == (200, {"cards": []})
        assert answer.headers["Nerveroot-Record"] == "none"
    assert kept("assessment") == []


@pytest.mark.parametrize("path", ["/cds-services/other", "/cds-services/other/feedback"])
def test_a_service_that_is_not_there(client: TestClient, path: str) -> None:
    answer = client.post(path, json=order_sign())
    assert answer.status_code == 404
    assert answer.json()["resourceType"] == "OperationOutcome"


@pytest.mark.parametrize(
    ("body", "media_type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b" " * (4 * 1024 * 1024 + 1), "application/json", 413),
        (b'{"hook": "order-sign"}', "application/json", 400),
    ],
)
def test_refusals_are_operation_outcomes(client: TestClient, body: bytes, media_type: str, status: int) -> None:
    answer = client.post(ORDERS, content=body, headers={"Content-Type": media_type})
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/fhir+json"
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_a_refusal_names_its_place(client: TestClient) -> None:
    (issue,) = client.post(ORDERS, json=order_sign(hookInstance="1")).json()["issue"]
    assert issue["expression"] == ["hookInstance"]


def test_the_words_of_the_rules_may_be_in_another_language_and_cards_say_so(tmp_path: Path) -> None:
    """Hazard H-12: a translation changes a decision."""
    told = '[RF-CES-RETENTION.label]\nenglish = "Urinary retention"\ntranslation = "Urineretentie"\n'
    (tmp_path / "nl.toml").write_text(told, encoding="utf-8")
    call = order_sign(prefetch=with_form(RETENTION))
    with TestClient(create_app(Settings(), catalogues=tmp_path)) as client:
        english = client.post(ORDERS, json=call)
        dutch = client.post(ORDERS, json=call, headers={"Accept-Language": "nl"})
    assert english.headers["Content-Language"] == "en"
    assert dutch.headers["Content-Language"] == "nl, en"
    assert dutch.headers["Vary"] == "Accept-Language"
    (before,), (after,) = english.json()["cards"], dutch.json()["cards"]
    assert "Urineretentie" in after["summary"]
    for part in ("indicator", "source"):
        assert after[part] == before[part]


def test_cards_link_to_the_address_that_the_settings_name() -> None:
    settings = Settings(public_url="https://localhost:8443/cds/", smart_launch_url="https://app.example/launch")
    with TestClient(create_app(settings)) as client:
        (card,) = client.post(ORDERS, json=signed(sciatica())).json()["cards"]
    assert card["source"]["url"] == "https://localhost:8443/cds/model"
    assert card["links"][0]["url"] == "https://app.example/launch"


def test_what_was_not_supplied_is_fetched_where_that_is_allowed(
    client: TestClient, fhir: FhirServer, caplog: pytest.LogCaptureFixture
) -> None:
    fhir.holds("Patient", patient())
    fhir.holds("Condition", sciatica())
    lent = {"fhirServer": fhir.base, "fhirAuthorization": authorization()}
    with caplog.at_level(logging.DEBUG):
        answer = client.post(ORDERS, json=order_sign(prefetch=ABSENT, **lent))
    (card,) = answer.json()["cards"]
    assert card["source"]["topic"]["code"] == "IM-FIRST-WEEKS"
    assert {asked.headers["Authorization"] for asked in fhir.asked} == {f"Bearer {TOKEN}"}
    assert TOKEN not in caplog.text + answer.text + str(kept("assessment"))


def test_what_was_not_supplied_is_not_fetched_for_an_order_of_something_else(
    client: TestClient, fhir: FhirServer
) -> None:
    lent = {"fhirServer": fhir.base, "fhirAuthorization": authorization()}
    assert client.post(ORDERS, json=order_sign(order(CERVICAL_MRI), prefetch=ABSENT, **lent)).json() == {"cards": []}
    assert fhir.asked == []


def test_only_discovery_is_open_where_record_systems_are_asked_who_they_are() -> None:
    """Hazard H-26: somebody unknown asks, or reports."""
    known = {"iss": "https://ehr.example", "jku": "http://127.0.0.1:1/jwks", "tenant": "clinic"}
    settings = Settings(cds_clients=(CdsClient.model_validate(known),))
    with TestClient(create_app(settings)) as client:
        assert client.get("/cds-services").status_code == 200
        for path in (ORDERS, f"{ORDERS}/feedback", "/cds-services/other"):
            assert client.post(path, json=signed(sciatica())).status_code == 401
    assert kept("assessment") == []


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[TestClient]:
    """A service that can record nothing anywhere."""
    (tmp_path / "file").write_text("")
    settings = Settings(database_url=NOWHERE, journal_dir=tmp_path / "file" / "journal", record_seconds=0.2)
    with TestClient(create_app(settings), raise_server_exceptions=False) as found:
        yield found


@pytest.mark.parametrize(
    ("call", "indicator"),
    [(signed(condition(CAUDA_EQUINA)), "critical"), (signed(condition(FEVER)), "warning")],
    ids=["emergency", "urgent"],
)
def test_where_nothing_can_be_recorded_red_flags_are_told_all_the_same(
    unwritable: TestClient, call: dict[str, Any], indicator: str
) -> None:
    """Hazards H-14, H-29: a full disk silences an emergency."""
    answer = unwritable.post(ORDERS, json=call)
    assert answer.status_code == 200
    assert answer.headers["Nerveroot-Record"] == "none"
    valid("response", answer.json())
    (card,) = answer.json()["cards"]
    assert card["indicator"] == indicator
    assert "could not be recorded" in card["summary"]
    assert "uuid" not in card


@pytest.mark.parametrize(
    "call",
    [signed(sciatica()), order_sign(prefetch=prefetched(patient=patient(60)))],
    ids=["no flag", "age over 50 alone"],
)
def test_where_nothing_can_be_recorded_and_nothing_presses_it_is_refused(
    unwritable: TestClient, call: dict[str, Any]
) -> None:
    answer = unwritable.post(ORDERS, json=call)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert answer.json()["resourceType"] == "OperationOutcome"


def test_of_two_orders_each_tells_of_the_flag_where_nothing_can_be_recorded(unwritable: TestClient) -> None:
    """Hazard H-14: what fails takes the red flags along."""
    with_reason = order(id="b", reasonCode=[{"coding": condition(CAUDA_EQUINA)["code"]["coding"]}])
    call = order_sign(order(id="a"), with_reason, prefetch=signed(sciatica())["prefetch"])
    cards = unwritable.post(ORDERS, json=call).json()["cards"]
    assert [card["indicator"] for card in cards] == ["critical", "critical"]


def test_where_the_service_breaks_the_red_flags_are_told_all_the_same() -> None:
    """Hazard H-14: a fault silences an emergency."""

    def broken(exam: Any) -> Any:
        raise ZeroDivisionError("secret detail")

    with TestClient(create_app(Settings(), broken), raise_server_exceptions=False) as client:
        told = client.post(ORDERS, json=signed(condition(CAUDA_EQUINA)))
        refused = client.post(ORDERS, json=signed(sciatica()))
    assert told.json()["cards"][0]["indicator"] == "critical"
    assert refused.status_code == 500
    assert "secret" not in told.text + refused.text
    assert kept("assessment") == []


def a_card(client: TestClient) -> str:
    """The id of a card that was just shown."""
    return str(client.post(ORDERS, json=signed(sciatica())).json()["cards"][0]["uuid"])


def report(client: TestClient, *items: dict[str, Any]) -> Any:
    """Say what became of cards."""
    return client.post(f"{ORDERS}/feedback", json={"feedback": [{"outcomeTimestamp": WHEN, **each} for each in items]})


def test_feedback_is_recorded_with_the_assessment_of_the_card(client: TestClient) -> None:
    card = a_card(client)
    answer = report(
        client,
        {"card": card, "outcome": "accepted", "acceptedSuggestions": [{"id": suggestion_id(card, DEFER)}]},
        {
            "card": card,
            "outcome": "overridden",
            "overrideReason": {"reason": {"code": "trauma", "system": OVERRIDE_REASONS}, "userComment": HOSTILE},
        },
    )
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["Nerveroot-Record"] == "stored"
    first, second = kept("feedback")
    assert (first["about"], first["tenant"]) == (card, "local")
    assert json.loads(first["said"])["accepted_suggestions"] == [DEFER]
    assert json.loads(second["said"])["override_reason"]["code"] == "trauma"
    assert json.loads(second["said"])["commented"] is True


def test_a_comment_is_neither_stored_nor_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Hazard H-26: free text of users gets into record or log."""
    typed_in = "Mrs Doe of 5 Mill Lane"
    with caplog.at_level(logging.DEBUG):
        reason = {"reason": {"code": typed_in, "display": typed_in}, "userComment": typed_in}
        assert report(client, {"card": a_card(client), "outcome": "overridden", "overrideReason": reason}).is_success
        refused = report(client, {"card": typed_in, "outcome": typed_in})
    assert refused.status_code == 400
    assert typed_in not in refused.text + caplog.text + str(kept("feedback"))


def test_cards_that_are_not_on_record_are_passed_over(client: TestClient) -> None:
    unknown = "0192f0c0-0000-7000-8000-000000000001"
    answer = report(client, *({"card": each, "outcome": "overridden"} for each in (unknown, "card-1", "../../etc")))
    assert (answer.status_code, answer.json()) == (200, {})
    assert answer.headers["Nerveroot-Record"] == "none"
    assert kept("feedback") == []


def test_cards_of_another_tenant_are_passed_over() -> None:
    """Hazard H-10: what belongs to another organisation is touched."""
    settings = Settings()
    key = settings.record_key
    assert key is not None
    pseudonyms = Pseudonyms(key.get_secret_value().encode())
    theirs = an_entry(tenant="clinic")
    database = Database(settings.database_url.get_secret_value(), seconds=5, key=pseudonyms.fingerprint)
    database.check_schema()
    database.append([theirs])
    database.close()
    with TestClient(create_app(settings)) as client:
        assert report(client, {"card": theirs.id, "outcome": "overridden"}).is_success
    assert kept("feedback") == []


def test_what_is_reported_again_is_on_record_once(client: TestClient) -> None:
    """Whether in one call, or because the first one got no answer; nothing that is on record can be deleted."""
    first, second = ({"card": a_card(client), "outcome": "overridden"} for _ in range(2))
    assert report(client, *[first] * 100).headers["Nerveroot-Record"] == "stored"
    assert len(kept("feedback")) == 1
    again = report(client, first, second, first)
    assert (again.status_code, again.headers["Nerveroot-Record"]) == (200, "stored")
    assert [each["about"] for each in kept("feedback")] == [first["card"], second["card"]]
    report(client, first | {"outcome": "accepted"})
    assert len(kept("feedback")) == 3
    counted = client.get("/metrics").text
    assert 'nerveroot_cds_feedback_total{outcome="overridden"} 2.0' in counted


def test_an_assessment_that_was_no_card_is_passed_over(client: TestClient) -> None:
    asked = client.post("/v1/assessments", json=a_body()).json()["id"]
    assert report(client, {"card": asked, "outcome": "overridden"}).headers["Nerveroot-Record"] == "none"
    assert kept("feedback") == []


def test_feedback_on_feedback_is_passed_over(client: TestClient) -> None:
    report(client, {"card": a_card(client), "outcome": "overridden"})
    path = Settings().database_url.get_secret_value().removeprefix("sqlite:///")
    with closing(sqlite3.connect(path)) as connection:
        ((identifier,),) = connection.execute("select id from entries where kind = 'feedback'").fetchall()
    report(client, {"card": identifier, "outcome": "overridden"})
    assert len(kept("feedback")) == 1


def test_feedback_that_is_none_is_refused_and_nothing_of_it_recorded(client: TestClient) -> None:
    card = a_card(client)
    answer = report(client, {"card": card, "outcome": "overridden"}, {"card": card, "outcome": "ignored"})
    assert answer.status_code == 400
    assert [each["expression"] for each in answer.json()["issue"]] == [["feedback[1].outcome"]]
    assert kept("feedback") == []


def test_cards_and_what_became_of_them_are_counted(client: TestClient) -> None:
    card = a_card(client)
    client.post(ORDERS, json=signed(condition(CAUDA_EQUINA)))
    report(client, {"card": card, "outcome": "overridden"})
    found = {
        (sample.name, *(f"{name}={value}" for name, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(client.get("/metrics").text)
        for sample in family.samples
    }
    hook = "hook=order-sign"
    assert found["nerveroot_cds_cards_total", hook, "indicator=warning"] == 1
    assert found["nerveroot_cds_cards_total", hook, "indicator=critical"] == 1
    assert found["nerveroot_cds_cards_total", "hook=patient-view", "indicator=info"] == 0
    assert found["nerveroot_cds_feedback_total", "outcome=overridden"] == 1
    assert found["nerveroot_cds_feedback_total", "outcome=accepted"] == 0


def test_nothing_of_a_call_is_logged(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    """Hazard H-26: what identifies a patient leaks into the log."""
    named = patient(name=[{"family": "Lovelace"}], birthDate="1980-12-10")
    with caplog.at_level(logging.DEBUG):
        for prefetch in (prefetched(patient=named), prefetched(patient=named, conditions=[])):
            client.post(ORDERS, json=order_sign(prefetch=prefetch))
    assert "Lovelace" not in caplog.text
    assert "1980-12-10" not in caplog.text


def test_calls_are_in_the_openapi_document(client: TestClient) -> None:
    paths = client.get("/openapi.json").json()["paths"]
    assert {"/cds-services", "/cds-services/{service_id}", "/cds-services/{service_id}/feedback"} <= set(paths)
    called = paths["/cds-services/{service_id}"]["post"]
    assert {"200", "400", "401", "404", "412", "422", "503"} <= set(called["responses"])
