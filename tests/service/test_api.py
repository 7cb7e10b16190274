"""The service as a clinical app meets it, with the released model."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.testclient import TestClient

from features.anatomy import ROOTS
from service.app import create_app
from service.rules.rulebook import entries
from service.settings import Settings
from tests.builders import a_body
from tests.rules.sections import RECOVERED

EXAMPLES = Path(__file__).parent.parent.parent / "service" / "examples"


def assess(client: TestClient, body: Any) -> Any:
    answer = client.post("/v1/assessments", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def example(client: TestClient, name: str) -> Any:
    return assess(client, json.loads((EXAMPLES / name).read_text()))


def test_the_l5_example_is_l5_and_conservative(client: TestClient) -> None:
    answer = example(client, "exam.json")
    assert answer["urgency"] == "routine"
    assert answer["classifier"]["likely_roots"] == ["L5"]
    assert "L5" in answer["classifier"]["prediction_set"]
    assert answer["impression"]["pattern"] == "radicular"
    assert answer["impression"]["likely_levels"][0]["disc"] == "L4/L5"
    plan = answer["management"]
    assert plan["phase"] == "initial_conservative_care"
    assert plan["imaging"]["indicated"] is False
    assert plan["surgery"]["timing"] == "none"
    assert plan["follow_up"]["within_days"] == 28
    assert [advice["rule_id"] for advice in plan["recommendations"]] == [
        "RE-EDUCATION",
        "RE-ACTIVITY",
        "RE-FOLLOW-UP",
        "RE-NSAID",
        "RE-SAFETY-NET",
    ]
    assert answer["red_flags"]["present"] == []
    assert answer["red_flags"]["screen_complete"] is False


def test_the_l4_example_is_l4(client: TestClient) -> None:
    answer = example(client, "exam_l4.json")
    assert answer["classifier"]["likely_roots"] == ["L4"]
    assert answer["urgency"] == "routine"
    assert {level["disc"] for level in answer["impression"]["likely_levels"]} == {"L3/L4", "L4/L5"}


def test_the_cauda_equina_example_is_an_emergency(client: TestClient) -> None:
    answer = example(client, "exam_emergency.json")
    assert answer["urgency"] == "emergency"
    assert answer["management"]["phase"] == "emergency"
    assert answer["management"]["imaging"]["timing"] == "immediate"
    assert answer["management"]["surgery"]["timing"] == "within_24_hours"
    assert {"RF-CES-RETENTION", "RF-CES-SADDLE", "RF-CES-RESIDUAL"} <= set(answer["management"]["overridden_by"])
    assert not [advice for advice in answer["management"]["recommendations"] if advice["category"] == "medication"]


def test_the_answer_has_every_field_of_the_contract(client: TestClient) -> None:
    """Hazard H-07: the sources or the disclaimer are missing."""
    answer = example(client, "exam.json")
    contract = {
        "": "id created_at urgency impression classifier red_flags management caveats citations provenance disclaimer",
        "impression": "text text_for_patient pattern likely_levels",
        "classifier": "status roots likely_roots prediction_set coverage none_probability abstained",
        "red_flags": "present not_assessed screen_complete policy",
        "management": "phase overridden_by imaging recommendations surgery follow_up",
        "provenance": "model_version model_sha256 feature_schema ruleset_version software_version",
    }
    for section, names in contract.items():
        assert set(names.split()) <= (answer[section] if section else answer).keys()
    assert answer["classifier"]["roots"].keys() == set(ROOTS)
    assert answer["created_at"].endswith("Z")
    shown = {"title", "year"}
    assert all(shown <= citation.keys() for citation in answer["citations"].values())


def test_probabilities_are_coherent(client: TestClient) -> None:
    """Hazard H-21: the probabilities contradict one another."""
    answer = example(client, "exam.json")["classifier"]
    found = [answer["roots"][root]["probability"] for root in ROOTS]
    none = answer["none_probability"]
    assert max(0.0, 1 - sum(found)) - 1e-12 <= none <= 1 - max(found) + 1e-12


def test_headers(client: TestClient) -> None:
    first, second = (client.post("/v1/assessments", json=a_body()) for _ in range(2))
    assert first.headers["location"] == f"/v1/assessments/{first.json()['id']}"
    assert first.headers["nerveroot-record"] == "stored"
    assert first.headers["content-type"] == "application/json"
    # Time-ordered: later answers sort later.
    assert first.json()["id"] < second.json()["id"]


def test_changing_the_side_changes_nothing_but_the_side(client: TestClient) -> None:
    bodies = [a_body(history={"side": side, "pain_locations": ["sole"]}) for side in ("left", "right")]
    left, right = (assess(client, body) for body in bodies)
    for answer in (left, right):
        del answer["id"], answer["created_at"]
    assert left == right


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"history": {"side": "left"}},
        {"history": {"pain_locations": ["low_back"]}},
        {"history": {"pain_locations": []}},
        {"history": {"pain_severity": 9, "worse_with_cough_or_sneeze": True}},
        {"examination": {"clonus": False, "sensation": {"perianal": "normal"}}},
    ],
    ids=str,
)
def test_what_tells_no_root_from_another_names_none(client: TestClient, sections: Any) -> None:
    """Hazard H-07: a root is named of which nothing was said."""
    answer = assess(client, a_body(**sections))
    assert answer["classifier"]["abstained"] is True
    assert "examine" in answer["classifier"]["abstentions"][0]["mend"]
    assert answer["classifier"]["likely_roots"] == []
    assert answer["impression"]["pattern"] != "radicular"
    assert "CA-ONE-KIND-OF-SIGN" not in {note["rule_id"] for note in answer["caveats"]}


def test_pain_above_the_knee_without_a_sign_is_not_called_radicular(client: TestClient) -> None:
    answer = assess(client, a_body(history={"pain_locations": ["anterolateral_thigh"]}))
    assert answer["impression"]["pattern"] in ("undetermined", "referred")


@pytest.mark.parametrize("flag", ["history_of_cancer", "fever", "significant_trauma", "urinary_retention"])
def test_the_person_is_not_reassured_while_a_red_flag_is_open(client: TestClient, flag: str) -> None:
    """Hazard H-17: a harmless cause is named beside an open flag."""
    body = json.loads((EXAMPLES / "exam.json").read_text())
    body["red_flags"][flag] = True
    answer = assess(client, body)
    assert "first" in answer["impression"]["text"]
    assert "irritated nerve" not in answer["impression"]["text_for_patient"]


def test_what_was_not_examined_is_not_called_absent(client: TestClient) -> None:
    unexamined = assess(client, a_body(history={"pain_radiates_below_knee": False}))["impression"]
    assert unexamined["pattern"] == "undetermined"
    assert "no deficit" not in unexamined["text"]
    normal = {
        "strength": {"great_toe_extension": 5, "plantar_flexion": 5, "knee_extension": 5},
        "reflexes": {"achilles": "normal", "patellar": "normal"},
        "straight_leg_raise": {"result": "negative"},
    }
    body = a_body(50, history={"pain_locations": ["low_back", "buttock"]}, examination=normal)
    examined = assess(client, body)["impression"]
    assert examined["pattern"] == "referred"
    assert "among those looked for" in examined["text"]


def test_an_upper_root_is_not_called_no_nerve(client: TestClient) -> None:
    """Hazard H-22: L2 or L3 is called no nerve at all."""
    signs = {
        "strength": {"hip_flexion": 3, "knee_extension": 5, "great_toe_extension": 5, "plantar_flexion": 5},
        "sensation": {"anterior_thigh": "reduced", "medial_leg": "normal"},
        "reflexes": {"patellar": "normal", "achilles": "normal"},
    }
    seen = assess(client, a_body(history={"pain_locations": ["groin", "anterior_thigh"]}, examination=signs))[
        "impression"
    ]
    assert seen["likely_levels"] == []
    assert "L2 or L3" in seen["text"]
    assert "trapped nerve" not in seen["text_for_patient"]


def test_somebody_without_pain_is_recovered_and_has_no_root(client: TestClient) -> None:
    answer = assess(client, a_body(**RECOVERED))
    assert answer["management"]["phase"] == "recovered"
    assert answer["classifier"]["likely_roots"] == []
    assert "recovered" in answer["impression"]["text"]


def test_an_unscreened_person_is_told_that_questions_are_open(client: TestClient) -> None:
    """Hazard H-02: the person believes that all was asked."""
    assert "warning signs" in example(client, "exam.json")["impression"]["text_for_patient"]


def test_upper_motor_neuron_signs_are_not_called_a_root(client: TestClient) -> None:
    """Hazards H-11, H-22: a compressed cord is called a root, or the abstention hides it."""
    body = json.loads((EXAMPLES / "exam.json").read_text())
    body["examination"]["plantar_response"] = "extensor"
    answer = assess(client, body)
    assert answer["classifier"]["abstained"] is True
    assert answer["classifier"]["likely_roots"] == []
    assert answer["impression"]["likely_levels"] == []
    assert "look higher" in answer["impression"]["text"].lower()
    assert answer["urgency"] == "urgent"


def test_the_other_leg_is_assessed_too(client: TestClient) -> None:
    """Hazard H-20: a deficit of the other leg is not seen."""
    body = json.loads((EXAMPLES / "exam.json").read_text())
    assert assess(client, body)["other_leg"] is None
    other = {"strength": {"plantar_flexion": 3.5}, "reflexes": {"achilles": "absent"}}
    answer = assess(client, body | {"other_leg": other})
    roots = answer["other_leg"]["classifier"]["roots"]
    assert roots["S1"]["probability"] > roots["L5"]["probability"]
    assert "RF-BILATERAL" in {flag["rule_id"] for flag in answer["red_flags"]["present"]}


def test_the_contextual_policy_is_named_and_followed() -> None:
    with TestClient(create_app(Settings(red_flag_policy="contextual"))) as client:
        answer = assess(client, a_body(51))
        assert answer["red_flags"]["policy"] == "contextual"
        assert answer["urgency"] == "routine"
        assert client.get("/v1/rules").json()["policy"] == "contextual"
        assert client.get("/health/ready").json()["red_flag_policy"] == "contextual"


def test_the_rules_are_shown_with_their_sources(client: TestClient) -> None:
    book = client.get("/v1/rules").json()
    assert [rule["rule_id"] for rule in book["rules"]] == [rule.rule_id for rule in entries()]
    assert {key for rule in book["rules"] for key in rule["citations"]} <= book["citations"].keys()
    one = client.get("/v1/rules/RF-CES-RETENTION").json()
    assert one in book["rules"]
    assert one["urgency"] == "emergency"


def test_the_model_card(client: TestClient) -> None:
    """Hazard H-09: nobody can tell which model answered."""
    card = client.get("/v1/model").json()
    provenance = example(client, "exam.json")["provenance"]
    assert card["version"] == provenance["model_version"]
    assert card["onnx_sha256"] == provenance["model_sha256"]
    assert card["feature_schema"] == provenance["feature_schema"]
    assert "synthetic" in card["training"]["data"]


def test_health(client: TestClient) -> None:
    assert client.get("/health/live").json() == {"status": "live"}
    assert client.get("/health/ready").json()["status"] == "ready"


def test_the_openapi_document_holds_the_examples_and_they_fit(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/v1/assessments"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    assert body["examples"].keys() == {"exam", "exam_l4", "exam_emergency"}
    resolver = {"components": document["components"]}
    for each in body["examples"].values():
        jsonschema.validate(each["value"], {**resolver, **body["schema"]})
    answered = operation["responses"]["201"]["content"]["application/json"]["schema"]
    for name in ("exam.json", "exam_l4.json", "exam_emergency.json"):
        jsonschema.validate(example(client, name), {**resolver, **answered})
    assert {"400", "413", "415", "422"} <= operation["responses"].keys()


def test_the_openapi_document_describes_every_field_of_an_exam(client: TestClient) -> None:
    schemas = client.get("/openapi.json").json()["components"]["schemas"]
    for name in ("Exam", "Patient", "History", "Examination", "RedFlagScreen", "Treatment"):
        for field, schema in schemas[name]["properties"].items():
            assert schema.get("description"), f"{name}.{field}"
    assert schemas["Exam"]["required"] == ["patient"]
    assert schemas["Patient"]["required"] == ["age_years"]


def test_the_openapi_document_names_what_the_service_refuses_and_nothing_else(client: TestClient) -> None:
    document = client.get("/openapi.json").json()
    assert "HTTPValidationError" not in json.dumps(document)
    body = {"patient": {"age_years": 40}, "examination": {"sensation": {"toe": "normal"}}}
    schema = {"components": document["components"], "$ref": "#/components/schemas/Exam"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(body, schema)
    created = document["paths"]["/v1/assessments"]["post"]["responses"]["201"]
    assert created["headers"].keys() == {
        *("Location", "Nerveroot-Record", "Content-Language", "Vary"),
        "Idempotency-Replayed",
    }


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_health_can_be_asked_with_head(client: TestClient, path: str) -> None:
    assert client.head(path).status_code == 200


@pytest.mark.parametrize("name", ["exam.json", "exam_l4.json", "exam_emergency.json"])
def test_the_same_exam_gets_the_same_answer(client: TestClient, name: str) -> None:
    """Hazard H-09: an answer cannot be made again."""
    body = {**json.loads((EXAMPLES / name).read_text()), "examined_at": "2026-11-22T12:00:00Z"}
    first, second = (client.post("/v1/assessments?commit=false", json=body).json() for _ in range(2))
    for answer in (first, second):
        del answer["id"], answer["created_at"]
    assert first == second
