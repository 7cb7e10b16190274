"""Red flags as DetectedIssues: as severe as they are urgent, and never as if somebody had taken care of them."""

from typing import Any

import pytest

from service.fhir.detected_issues import ADDS_ONLY
from service.rules.guideline import Policy, Urgency
from service.terminology.systems import EXAM_ITEMS, RULES
from tests.fhir.answers import FORM, SUBJECT, Found, answered, of_type, the


def issues(bundle: Found) -> dict[str, Found]:
    return {each["code"]["coding"][0]["code"]: each for each in of_type(bundle, "DetectedIssue")}


@pytest.mark.parametrize(
    ("rule_id", "severity", "sections"),
    [
        ("RF-CES-RETENTION", "high", {"red_flags": {"urinary_retention": True}}),
        ("RF-CES-SUSPECTED", "high", {"red_flags": {"cauda_equina_or_cord_compression": True}}),
        ("RF-INFECTION-FEVER", "moderate", {"red_flags": {"fever": True}}),
        ("RF-AGE-OVER-50", "moderate", {"age": 63}),
    ],
)
def test_as_severe_as_urgent(rule_id: str, severity: str, sections: dict[str, Any]) -> None:
    answer, bundle = answered(**sections)
    (flag,) = (flag for flag in answer.red_flags.present if flag.rule_id == rule_id)
    found = issues(bundle)[rule_id]
    assert found["severity"] == severity
    assert found["code"]["text"] == flag.label
    assert found["code"]["coding"] == [{"system": RULES, "code": rule_id}]
    assert flag.action in found["detail"]
    assert ADDS_ONLY not in found["detail"]


def test_a_weak_flag_that_only_adds_is_low_and_says_so() -> None:
    answer, bundle = answered(63, policy=Policy.CONTEXTUAL)
    (flag,) = answer.red_flags.present
    assert (flag.urgency, flag.overrides) == (Urgency.ROUTINE, False)
    found = issues(bundle)["RF-AGE-OVER-50"]
    assert found["severity"] == "low"
    assert found["detail"].endswith(ADDS_ONLY)


def test_no_flag_looks_as_if_it_were_taken_care_of() -> None:
    """Hazard H-01: `mitigation` would say that somebody has acted."""
    _, bundle = answered(red_flags={"urinary_retention": True, "fever": True})
    for each in of_type(bundle, "DetectedIssue"):
        assert "mitigation" not in each


def test_the_most_urgent_comes_first() -> None:
    _, bundle = answered(63, red_flags={"fever": True, "fecal_incontinence": True})
    severities = [each["severity"] for each in of_type(bundle, "DetectedIssue")]
    assert severities == sorted(severities, key=["high", "moderate", "low"].index)
    assert severities[0] == "high"
    assert "moderate" in severities


def evidence(rule_id: str, **sections: Any) -> list[str]:
    _, bundle = answered(**sections)
    (found,) = issues(bundle)[rule_id]["evidence"]
    assert found["detail"] == [FORM]
    codes = [each["coding"][0] for each in found["code"]]
    assert {each["system"] for each in codes} == {EXAM_ITEMS}
    return [each["code"] for each in codes]


@pytest.mark.parametrize(
    ("rule_id", "sections", "codes"),
    [
        ("RF-INFECTION-FEVER", {"red_flags": {"fever": True}}, ["red_flags.fever"]),
        ("RF-AGE-OVER-50", {"age": 51}, ["patient.age_years"]),
        (
            "RF-CES-BLADDER",
            {"red_flags": {"urinary_incontinence": True, "new_bladder_symptom": True}},
            ["red_flags.urinary_incontinence", "red_flags.new_bladder_symptom"],
        ),
        (
            "RF-CES-SADDLE",
            {"other_leg": {"sensation": {"perianal": "reduced"}}},
            ["other_leg.sensation.perianal"],
        ),
    ],
)
def test_the_evidence_is_coded(rule_id: str, sections: dict[str, Any], codes: list[str]) -> None:
    assert evidence(rule_id, **sections) == codes


def test_what_stood_at_the_previous_examination_has_the_same_code_once() -> None:
    codes = evidence(
        "RF-MOTOR-PROGRESSIVE",
        examination={"strength": {"great_toe_extension": 3}},
        examined_at="2026-11-22T10:00:00Z",
        previous_examination={
            "examined_at": "2026-11-01T10:00:00Z",
            "examination": {"strength": {"great_toe_extension": 5}},
        },
    )
    assert codes == ["examination.strength.great_toe_extension"]


def test_whose_flag_it_is_and_what_raised_it() -> None:
    _, bundle = answered(red_flags={"fever": True})
    found = the(bundle, "DetectedIssue")
    urls = {each["fullUrl"]: each["resource"] for each in bundle["entry"]}
    assert found["patient"] == SUBJECT
    assert urls[found["author"]["reference"]]["id"].startswith("nerveroot-rules-")


def test_no_flag_no_issue() -> None:
    answer, bundle = answered(30)
    assert answer.red_flags.present == ()
    assert issues(bundle) == {}
