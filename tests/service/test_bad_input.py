"""What is refused, and how: a status, a pointer and a sentence for each fault, all at once, and nothing else."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from service.intake import MAX_BODY, read_exam
from service.problems import Refusal
from tests.builders import a_body


def post(client: TestClient, body: bytes, content_type: str | None = "application/json") -> Any:
    headers = {"Content-Type": content_type} if content_type else {}
    return client.post("/v1/assessments", content=body, headers=headers)


def faults(client: TestClient, body: Any) -> dict[str, str]:
    answer = post(client, json.dumps(body).encode())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["type"] == "urn:nerveroot:problem:invalid-exam"
    assert problem["status"] == 422
    return {fault["pointer"]: fault["detail"] for fault in problem["errors"]}


@pytest.mark.parametrize(
    ("pointer", "sections", "words"),
    [
        ("/patient/age_years", {"patient": {"age_years": 17.9}}, "18 or over"),
        ("/patient/age_years", {"patient": {"age_years": 120.1}}, "120 or less"),
        ("/patient/age_years", {"patient": {"age_years": None}}, "must be a number"),
        ("/patient/age_years", {"patient": {"age_years": "44"}}, "must be a number"),
        ("/patient/age_years", {"patient": {"age_years": True}}, "must be a number"),
        ("/patient/reference", {"patient": {"reference": "x" * 129}}, "at most 128"),
        ("/patient/sex", {"patient": {"sex": "Female"}}, "one of"),
        ("/patient/name", {"patient": {"name": "x"}}, "no field"),
        ("/surname", {"surname": "x"}, "no field"),
        ("/[key]", {"[key]": "x"}, "no field"),
        ("/examination/strength/[key]", {"examination": {"strength": {"[key]": 4}}}, "no field"),
        ("/a~1b~0c", {"a/b~c": 1}, "no field"),
        ("/history/pain_severity", {"history": {"pain_severity": 10.1}}, "10 or less"),
        ("/history/pain_severity", {"history": {"pain_severity": -0.1}}, "0 or more"),
        ("/history/symptom_duration_days", {"history": {"symptom_duration_days": -1}}, "0 or more"),
        ("/history/pain_locations/1", {"history": {"pain_locations": ["knee", "head"]}}, "one of"),
        ("/history/pain_locations", {"history": {"pain_locations": "knee"}}, "a list"),
        ("/history/pain_locations/0", {"history": {"pain_locations": ["perianal"]}}, "one of"),
        ("/history/side", {"history": {"side": "both"}}, "one of"),
        ("/history/worse_with_sitting", {"history": {"worse_with_sitting": "no"}}, "true or false"),
        ("/red_flags/fever", {"red_flags": {"fever": 0}}, "true or false"),
        ("/red_flags/age", {"red_flags": {"age": True}}, "no field"),
        ("/examination/strength/hip_flexion", {"examination": {"strength": {"hip_flexion": 5.5}}}, "MRC grade"),
        ("/examination/strength/hip_flexion", {"examination": {"strength": {"hip_flexion": 4.2}}}, "MRC grade"),
        ("/examination/strength/hip_flexion", {"examination": {"strength": {"hip_flexion": "4"}}}, "MRC grade"),
        ("/examination/strength/hip", {"examination": {"strength": {"hip": 4}}}, "no field"),
        ("/examination/sensation/toe", {"examination": {"sensation": {"toe": "normal"}}}, "no field"),
        ("/examination/sensation/heel", {"examination": {"sensation": {"heel": "brisk"}}}, "one of"),
        ("/examination/reflexes/patellar", {"examination": {"reflexes": {"patellar": 2}}}, "one of"),
        (
            "/examination/straight_leg_raise/angle_degrees",
            {"examination": {"straight_leg_raise": {"result": "positive", "angle_degrees": 91}}},
            "90 or less",
        ),
        ("/examination/straight_leg_raise", {"examination": {"straight_leg_raise": "positive"}}, "an object"),
        ("/treatment/nsaid_contraindications/0", {"treatment": {"nsaid_contraindications": ["age"]}}, "one of"),
        ("/treatment", {"treatment": []}, "an object"),
        ("/examined_at", {"examined_at": "2026-11-22"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "2026-11-22T10:00:00"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "2026-11-22 10:00:00Z"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "2026-11-22T10:00Z"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "2026-11-22T10:00:00+0100"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "2026-13-22T10:00:00Z"}, "RFC 3339"),
        ("/examined_at", {"examined_at": "1700000000"}, "RFC 3339"),
        ("/examined_at", {"examined_at": 1700000000}, "a text"),
        ("/examined_at", {"examined_at": "2999-11-22T10:00:00Z"}, "in the future"),
        (
            "/previous_examination/examined_at",
            {"previous_examination": {"examined_at": "2999-11-22T10:00:00Z"}},
            "not earlier",
        ),
        ("/other_leg/slump", {"other_leg": {"slump": "yes"}}, "one of"),
        (
            "/previous_examination/examination/clonus",
            {"previous_examination": {"examined_at": "2026-11-22T10:00:00Z", "examination": {"clonus": "no"}}},
            "true or false",
        ),
        (
            "/history/pain_radiates_below_knee",
            {"history": {"pain_radiates_below_knee": False, "pain_locations": ["sole"]}},
            "Correct one of the two",
        ),
    ],
)
def test_each_fault_has_a_pointer_and_a_sentence(client: TestClient, pointer: str, sections: Any, words: str) -> None:
    """Hazards H-13, H-15, H-16: a child, a misspelt field or a grade that is none is answered."""
    found = faults(client, a_body(**sections))
    assert list(found) == [pointer]
    assert words in found[pointer]


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(client: TestClient, number: str) -> None:
    """Hazard H-16: infinity passes for a measurement."""
    answer = post(client, f'{{"patient": {{"age_years": 40}}, "history": {{"pain_severity": {number}}}}}'.encode())
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"pointer": "/history/pain_severity", "detail": "must be a finite number."}]


def test_all_faults_are_told_at_once_contradictions_too(client: TestClient) -> None:
    body = {
        "patient": {"age_years": 12, "sex": "m"},
        "history": {"pain_radiates_below_knee": False, "pain_locations": ["knee", "head", "sole"]},
        "red_flags": {"progressive_motor_weakness": False, "motor_deterioration_hours": 2, "fever": "no"},
        "extra": 1,
    }
    assert faults(client, body).keys() == {
        "/patient/age_years",
        "/patient/sex",
        "/history/pain_locations/1",
        "/red_flags/fever",
        "/extra",
        "/history/pain_radiates_below_knee",
        "/red_flags/motor_deterioration_hours",
    }


@pytest.mark.parametrize("body", [{}, {"history": {}}, {"patient": {}}, {"patient": None}])
def test_age_is_the_one_thing_that_is_required(client: TestClient, body: Any) -> None:
    """Hazard H-13: somebody whose age nobody knows is treated as an adult."""
    assert set(faults(client, body)) <= {"/patient", "/patient/age_years"}


@pytest.mark.parametrize("body", ["[]", "3", "null", '"exam"', "true"])
def test_a_body_that_is_no_object(client: TestClient, body: str) -> None:
    assert faults(client, json.loads(body)) == {"": "must be an object."}


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"{'patient': 1}", id="single quotes"),
        pytest.param(b"\xff\xfe", id="not UTF-8"),
    ],
)
def test_what_is_not_json_is_400(client: TestClient, body: bytes) -> None:
    answer = post(client, body)
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:nerveroot:problem:not-json"


def test_a_key_that_is_there_twice_is_400(client: TestClient) -> None:
    """Hazard H-15: of two answers to one question the wrong one counts."""
    answer = post(client, b'{"patient": {"age_years": 40}, "red_flags": {"fever": true, "fever": false}}')
    assert answer.status_code == 400
    assert answer.json()["type"] == "urn:nerveroot:problem:repeated-key"


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b'{"patient": {"age_years": 40}, "x": ' + b"[" * 20_000 + b"]" * 20_000 + b"}", id="deep"),
        pytest.param(b'{"patient": {"age_years": 40}, "x": ' + b"[" * 500 + b"]" * 500 + b"}", id="500 deep"),
        pytest.param(b'{"patient": {"age_years": 40, "reference": "\\ud800"}}', id="half a character"),
        pytest.param(b'{"patient": {"age_years": ' + b"9" * 5_000 + b"}}", id="5,000 digits"),
    ],
)
def test_json_that_no_examination_can_hold_is_422(client: TestClient, body: bytes) -> None:
    answer = post(client, body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded", "application/xml", ""])
def test_another_media_type_is_415(client: TestClient, media_type: str | None) -> None:
    answer = post(client, json.dumps(a_body()).encode(), media_type)
    assert answer.status_code == 415
    assert "application/json" in answer.json()["detail"]


def test_json_with_a_charset_is_json(client: TestClient) -> None:
    assert post(client, json.dumps(a_body()).encode(), "Application/JSON; charset=utf-8").status_code == 201


def test_the_body_may_take_64_kib_and_no_more(client: TestClient) -> None:
    body = json.dumps(a_body()).encode()
    assert post(client, body + b" " * (MAX_BODY - len(body))).status_code == 201
    answer = post(client, body + b" " * (MAX_BODY - len(body) + 1))
    assert answer.status_code == 413
    assert "64 KiB" in answer.json()["detail"]


def test_a_refusal_repeats_no_value_of_the_patient(client: TestClient) -> None:
    """Hazard H-26: a name stands in an error message, and in a log."""
    marker = "Ada-Lovelace"
    body = a_body(
        patient={"sex": marker, "reference": marker * 20},
        history={"side": marker, "pain_locations": [marker], "pain_severity": marker},
        examination={"strength": {"hip_flexion": marker}, "reflexes": {"patellar": marker}},
        red_flags={"fever": marker},
        examined_at=marker,
    )
    answer = post(client, json.dumps(body).encode())
    assert answer.status_code == 422
    assert marker not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nothing", 404),
        ("GET", "/v1/rules/RF-NONE", 404),
        ("GET", "/v1/assessments", 405),
        ("DELETE", "/v1/rules", 405),
    ],
)
def test_every_error_is_a_problem(client: TestClient, method: str, path: str, status: int) -> None:
    """Hazard H-14: a failure looks like an answer."""
    answer = client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/assessments", "POST"),
        ("/v1/assessments/batch", "POST"),
        ("/v1/assessments/0199", "GET"),
        ("/v1/assessments/0199/outcome", "GET, PUT"),
        ("/health/ready", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(client: TestClient, path: str, methods: str) -> None:
    assert client.request("PATCH", path).headers["Allow"] == methods


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
FIELDS = st.sampled_from(["patient", "history", "examination", "red_flags", "treatment", "other_leg", "examined_at"])


@given(st.dictionaries(FIELDS | st.text(max_size=5), VALUES, max_size=5))
@settings(max_examples=300)
def test_whatever_is_sent_is_read_or_refused(body: Any) -> None:
    """Hazard H-15: what cannot be read is half read."""
    refusal = None
    try:
        read_exam(json.dumps(body).encode())
    except Refusal as refused:
        refusal = refused.problem
    assert refusal is None or refusal.status == 400 or (refusal.status == 422 and refusal.errors)


@given(st.binary(max_size=200))
def test_whatever_bytes_are_sent_are_refused(body: bytes) -> None:
    with pytest.raises(Refusal):
        read_exam(body)
