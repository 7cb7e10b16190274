"""The small record system: it asks as a real one does, and shows what a clinician has to see."""

import json
import re
import stat
from datetime import date
from pathlib import Path
from typing import Any

import httpx2
import jsonschema
import jwt
import pytest
from fastapi import FastAPI, Request
from fhir.resources.R4B import get_fhir_model_class
from jwt import PyJWKSet

from bench.demo_ehr.__main__ import alone, main
from bench.demo_ehr.calling import RecordSystem
from bench.demo_ehr.charts import LUMBAR_MRI, Chart, early, order
from bench.demo_ehr.scenes import checks_tokens, everybody, play
from bench.demo_ehr.search import filled, found
from bench.demo_ehr.server import Served, serving
from bench.demo_ehr.showing import WIDTH, plain, shown
from bench.demo_ehr.signing import ALGORITHM, ISSUER, Signer, kept_key, new_key
from service.terminology.exam_items import exam_items
from service.terminology.standard_codes import standard_codes
from service.terminology.systems import CPT, LOINC, QUESTIONNAIRE, SNOMED
from tests.service.serving import served

TODAY = date(2026, 11, 23)
CONTEXT = {"patientId": "early", "userId": "Practitioner/demo"}
AUDIENCE = "https://nerveroot.example/cds-services/nerveroot-lumbar-imaging"

HOOKS = ("patient-view", "order-select", "order-sign")
PREFETCH = {"patient": "Patient/{{context.patientId}}", "conditions": "Condition?patient={{context.patientId}}"}
SCHEMAS = Path(__file__).parent.parent / "cds" / "schemas"

CARD: dict[str, Any] = {
    "uuid": "0193597d-6ee5-7c5a-9ae9-6b0a3c4d5e6f",
    "summary": "No MRI now",
    "indicator": "warning",
    "detail": "**Why**: most people improve \\(two thirds\\).\n\n- [Chou 2011](https://doi.org/10.1) "
    + "and more " * 20,
    "source": {"label": "nerveroot", "url": "https://nerveroot.example/model"},
    "selectionBehavior": "any",
    "suggestions": [
        {
            "label": "Take the order back",
            "uuid": "1",
            "isRecommended": True,
            "actions": [{"type": "delete", "description": "Delete the order", "resourceId": "ServiceRequest/x"}],
        }
    ],
    "overrideReasons": [{"code": "a", "system": "b", "display": "More than 6 weeks"}],
    "links": [{"label": "Enter the examination", "url": "https://nerveroot.example/", "type": "absolute"}],
}


@pytest.fixture(scope="module")
def signer() -> Signer:
    return Signer(new_key())


@pytest.mark.parametrize("chart", everybody(TODAY), ids=lambda chart: str(chart.patient_id))
def test_the_charts_are_fhir(chart: Chart) -> None:
    for resource in (*chart.resources, order(chart)):
        get_fhir_model_class(resource["resourceType"]).model_validate(resource)
        subject = resource.get("subject", {"reference": f"Patient/{chart.patient_id}"})
        assert subject == {"reference": f"Patient/{chart.patient_id}"}
    assert chart.resources[0]["resourceType"] == "Patient"


def test_every_standard_code_was_seen() -> None:
    codings = list(codings_of([*(chart.resources for chart in everybody(TODAY)), LUMBAR_MRI]))
    standard = {(each["system"], each["code"]) for each in codings if each["system"] in (SNOMED, LOINC, CPT)}
    assert standard
    assert standard <= standard_codes().keys()


def codings_of(value: Any) -> Any:
    """Every Coding within some JSON."""
    if isinstance(value, dict):
        if {"system", "code"} <= value.keys() and "value" not in value:
            yield value
        for each in value.values():
            yield from codings_of(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from codings_of(each)


def test_every_answer_of_the_forms_is_one_of_the_exam() -> None:
    items = exam_items()
    forms = [each for chart in everybody(TODAY) for each in chart.resources if "questionnaire" in each]
    assert forms
    for form in forms:
        for answered in form["item"]:
            item, (answer,) = items[answered["linkId"]], answered["answer"]
            assert answer.get("valueCoding", {}).get("code") in (None, *item.choices)
            assert ("valueCoding" in answer) is bool(item.choices)


@pytest.mark.parametrize(
    ("template", "ids"),
    [
        ("Patient/{{context.patientId}}", None),
        ("Condition?patient={{context.patientId}}&_count=200", ["early-128196005"]),
        ("MedicationRequest?patient={{context.patientId}}&status=active&_count=200", ["early-medication"]),
        ("Observation?patient={{context.patientId}}&category=exam,survey&_sort=-date&_count=100", []),
        (f"QuestionnaireResponse?patient={{{{context.patientId}}}}&questionnaire={QUESTIONNAIRE}", ["early-form"]),
        ("QuestionnaireResponse?patient={{context.patientId}}&questionnaire=another", []),
    ],
    ids=["read", "conditions", "medications", "observations", "forms", "another form"],
)
def test_a_template_is_resolved_as_a_server_would(template: str, ids: list[str] | None) -> None:
    everything = [resource for chart in everybody(TODAY) for resource in chart.resources]
    answer = found(filled(template, CONTEXT), everything)
    assert answer is not None
    get_fhir_model_class(answer["resourceType"]).model_validate(answer)
    if ids is None:
        assert answer == early(TODAY).resources[0]
    else:
        assert [each["resource"]["id"] for each in answer.get("entry", [])] == ids
        assert answer["total"] == len(ids)


def test_a_search_sorts_and_counts_and_filters_by_category() -> None:
    observations = [
        {
            "resourceType": "Observation",
            "id": day,
            "subject": {"reference": "Patient/early"},
            "category": [{"coding": [{"code": "exam" if day != "2026-01-02" else "laboratory"}]}],
            "effectiveDateTime": day,
        }
        for day in ("2026-01-01", "2026-01-03", "2026-01-02", "2026-01-04")
    ]
    answer = found("Observation?patient=early&category=exam,survey&_sort=-date&_count=2", observations)
    assert answer is not None
    assert [each["resource"]["id"] for each in answer["entry"]] == ["2026-01-04", "2026-01-03"]
    assert answer["total"] == 3
    assert found("Patient/nobody", observations) is None


def test_a_token_is_what_the_specification_asks_for(signer: Signer) -> None:
    """CDS Hooks 2.0, trusting CDS clients."""
    jku = "http://127.0.0.1:1/jwks.json"
    token = signer.token(AUDIENCE, jku)
    header = jwt.get_unverified_header(token)
    assert header == {"alg": ALGORITHM, "typ": "JWT", "kid": signer.kid, "jku": jku}
    (key,) = PyJWKSet.from_dict(signer.key_set).keys
    assert key.key_id == signer.kid
    assert "d" not in signer.key_set["keys"][0]
    claims = jwt.decode(token, key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER)
    assert claims["exp"] - claims["iat"] == 300
    again = jwt.decode(signer.token(AUDIENCE, jku), key, algorithms=[ALGORITHM], audience=AUDIENCE)
    assert again["jti"] != claims["jti"]


def test_a_key_is_kept_for_its_owner_alone(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "key.pem"
    first = Signer(kept_key(file))
    assert Signer(kept_key(file)).kid == first.kid
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_its_server_shows_the_key_to_all_and_charts_to_whoever_has_the_token(signer: Signer) -> None:
    chart = early(TODAY)
    with serving(signer, chart.resources) as shown_to, httpx2.Client(trust_env=False) as client:
        assert client.get(shown_to.jku).json() == signer.key_set
        address = f"{shown_to.fhir}/Condition?patient=early&questionnaire=urn%3Ax"
        assert client.get(address).status_code == 401
        assert client.get(address, headers={"Authorization": "Bearer other"}).status_code == 401
        lent = {"Authorization": f"Bearer {shown_to.access_token}"}
        assert client.get(f"{shown_to.fhir}/Patient/early", headers=lent).json() == chart.resources[0]
        assert client.get(f"{shown_to.fhir}/Patient/nobody", headers=lent).status_code == 404
        assert client.get(f"{shown_to.address}/elsewhere", headers=lent).status_code == 404


def test_a_card_is_shown_in_full() -> None:
    text = shown(CARD)
    for part in (
        "[WARNING] No MRI now",
        "Why: most people improve (two thirds).",
        "Chou 2011 (https://doi.org/10.1)",
        "suggestion 1 (choose any): (recommended) Take the order back",
        "delete ServiceRequest/x: Delete the order",
        "reasons to override: More than 6 weeks",
        "link (absolute): Enter the examination https://nerveroot.example/",
        "source: nerveroot https://nerveroot.example/model",
    ):
        assert part in text
    assert max(map(len, text.splitlines())) <= WIDTH


def test_the_least_card_is_shown_too() -> None:
    least = {"summary": "Short", "indicator": "info", "source": {"label": "nerveroot"}}
    assert shown(least) == "  [INFO] Short\n    source: nerveroot"


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("**bold** and [a link](https://a.b/c)", "bold and a link (https://a.b/c)"),
        (r"5 \* 3 \_x\_ \<b\>", "5 * 3 _x_ <b>"),
        ("## Heading\ntext", "Heading\ntext"),
        ("- item", "- item"),
    ],
    ids=["bold and link", "escaped", "heading", "list"],
)
def test_markdown_is_read_as_text(markdown: str, text: str) -> None:
    assert plain(markdown) == text


def test_nothing_that_answers_is_said_in_a_sentence(
    signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(signer, ()) as something:
        address = something.address
        assert main(["--base", address, "--port", "0", "--key", str(tmp_path / "key")]) == 1
    assert f"what answers at {address}/cds-services is no CDS service (status 404)" in capsys.readouterr().err
    assert main(["--base", address, "--port", "0", "--key", str(tmp_path / "key")]) == 1
    assert f"nothing answers at {address}" in capsys.readouterr().err


def test_a_port_that_is_taken_is_said_in_a_sentence(
    signer: Signer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(signer, ()) as something:
        port = something.address.rpartition(":")[2]
        assert main(["--base", "http://127.0.0.1:1", "--port", port, "--key", str(tmp_path / "key")]) == 1
    assert f"Port {port} cannot be used" in capsys.readouterr().err


def test_what_it_sends_is_what_the_specification_describes(signer: Signer) -> None:
    """CDS Hooks 2.0: a token of its own on every call, discovery and feedback included."""
    sent: list[dict[str, Any]] = []
    audiences: list[str] = []
    app = FastAPI()

    def took(request: Request) -> None:
        token = request.headers["Authorization"].removeprefix("Bearer ")
        audiences.append(jwt.decode(token, options={"verify_signature": False})["aud"])

    @app.get("/cds-services")
    async def discover(request: Request) -> dict[str, Any]:
        took(request)
        return {"services": [{"id": "x", "hook": hook, "prefetch": PREFETCH} for hook in HOOKS]}

    @app.post("/cds-services/x")
    async def answer(request: Request) -> dict[str, Any]:
        took(request)
        sent.append(await request.json())
        return {"cards": []}

    @app.post("/cds-services/x/feedback")
    async def feedback(request: Request) -> dict[str, Any]:
        took(request)
        sent.append(await request.json())
        return {}

    chart, lent = early(TODAY), Served(address="http://127.0.0.1:1", access_token="t")  # noqa: S106
    with served(app) as port, httpx2.Client(trust_env=False) as client:
        base = f"http://127.0.0.1:{port}"
        system = RecordSystem(base=base, served=lent, signer=signer, client=client)
        for service in system.discover():
            orders = () if service["hook"] == "patient-view" else (order(chart),)
            assert system.call(service, chart, *orders) == []
            assert system.call(service, chart, *orders, fetched=True) == []
        assert system.tell({"id": "x"}, "card", outcome="accepted", acceptedSuggestions=[{"id": "1"}]) == 200
    assert audiences == [f"{base}/cds-services", *[f"{base}/cds-services/x"] * 6, f"{base}/cds-services/x/feedback"]
    *calls, told = sent
    for said in calls:
        jsonschema.validate(said, schema("request"), format_checker=jsonschema.FormatChecker())
    jsonschema.validate(told, schema("feedback"), format_checker=jsonschema.FormatChecker())
    assert [sorted(said.keys() & {"prefetch", "fhirServer", "fhirAuthorization"}) for said in calls[:2]] == [
        ["prefetch"],
        ["fhirAuthorization", "fhirServer"],
    ]


def schema(name: str) -> dict[str, Any]:
    """The schema of what is sent."""
    found: dict[str, Any] = json.loads((SCHEMAS / f"cds-{name}.schema.json").read_text())
    return found


def test_it_plays_from_discovery_to_feedback() -> None:
    """The real service, with tokens that it checks, and a FHIR server that it asks."""
    told: list[str] = []
    with httpx2.Client(timeout=60, trust_env=False) as client, alone(client) as system:
        assert checks_tokens(system, date.today())
        cards = play(system, date.today(), told.append)
    text = "\n".join(told)
    parts = re.split(r"\n(?=\d\. )", text)
    first, emergency, empty, late, elsewhere, neck = parts[1:]
    assert cards == text.count("[CRITICAL]") + text.count("[WARNING]") + text.count("[INFO]") == 6
    assert "[WARNING]" in first
    assert "delete ServiceRequest/early-order" in first
    assert "feedback: accepted" in first
    assert "[CRITICAL]" in emergency
    assert "delete" not in emergency
    assert "[INFO]" in empty
    assert "delete" not in empty
    assert late.count("[INFO]") == 2
    assert "patient-view, the chart is opened: 1 card" in late
    assert "[WARNING]" in elsewhere
    assert "order-sign, cervical MRI: no card" in neck
