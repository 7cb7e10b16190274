"""Probabilities as RiskAssessments. In FHIR R4 they are per cent, and nothing but these tests would see a share."""

from typing import Any

import pytest

from features.anatomy import ROOTS
from service.fhir.rationale import finding_name
from service.fhir.risk_assessment import INVOLVED, NOT_RULED_OUT, OUTSIDE, SILENT, percentage
from service.terminology.systems import NERVE_ROOTS, SNOMED
from tests.builders import a_body, an_exam, classifier_of
from tests.entrances.patients import PATIENTS
from tests.fhir.answers import Found, answered, as_bundle, by_the_model, exam_of, of_type, released, the


@pytest.mark.parametrize(
    ("probability", "sent"),
    [
        (0.71, 71.0),
        (0.5, 50.0),
        (0.123, 12.3),
        (0.12345, 12.3),
        (0.0725, 7.2),
        (0.01, 1.0),
        (0.001, 0.1),
        (0.0004, 0.1),
        (1e-9, 0.1),
        (0.0, 0.0),
        (0.999, 99.9),
        (0.9996, 99.9),
        (1 - 1e-9, 99.9),
        (1.0, 100.0),
    ],
)
def test_a_probability_is_sent_in_per_cent(probability: float, sent: float) -> None:
    """Hazard H-30: a fraction is sent; and certainty is never a matter of rounding."""
    assert percentage(probability) == sent


def by_root(risk: Found) -> dict[str, Found]:
    return {each["outcome"]["coding"][0]["code"]: each for each in risk["prediction"]}


def test_a_share_of_071_is_71_per_cent_on_the_wire() -> None:
    """Hazards H-16, H-30: a probability is read a hundred times too small."""
    _, bundle = answered(
        classify=classifier_of(0.08, 0.71, 0.12, 0.2), examination={"strength": {"great_toe_extension": 4}}
    )
    sent = {root: each["probabilityDecimal"] for root, each in by_root(the(bundle, "RiskAssessment")).items()}
    assert sent == {"L4": 8.0, "L5": 71.0, "S1": 12.0}


@pytest.mark.parametrize("name", PATIENTS)
def test_the_same_is_said_as_in_the_plain_answer(name: str) -> None:
    """Hazard H-30: an entrance says another number. Each is that of `/v1` in per cent, at most 100 (ras-2)."""
    exam = exam_of(PATIENTS[name])
    answer = by_the_model(exam)
    legs = [answer.classifier, *([answer.other_leg.classifier] if answer.other_leg else [])]
    risks = of_type(as_bundle(exam, answer), "RiskAssessment")
    for risk, said in zip(risks, legs, strict=True):
        predictions = by_root(risk)
        assert list(predictions) == [root.value for root in ROOTS]
        for root in ROOTS if not said.abstained else ():
            probability = said.roots[root].probability
            assert probability is not None
            sent = predictions[root.value]["probabilityDecimal"]
            assert 0 <= sent <= 100
            assert sent == pytest.approx(100 * probability, abs=0.1)
        held = [root for root, each in predictions.items() if each["qualitativeRisk"]["text"] == INVOLVED]
        assert held == [root.value for root in said.likely_roots]


def test_what_is_held_of_each_root() -> None:
    """The thresholds of the tests rule out what is below 20 %."""
    _, bundle = answered(
        classify=classifier_of(0.3, 0.71, 0.05, 0.1), examination={"strength": {"great_toe_extension": 4}}
    )
    risk = the(bundle, "RiskAssessment")
    held = {root: each["qualitativeRisk"]["text"] for root, each in by_root(risk).items()}
    assert held == {"L4": NOT_RULED_OUT, "L5": INVOLVED, "S1": OUTSIDE}
    told = [each["text"] for each in risk["note"]]
    assert "Not ruled out at 90 % coverage: L4, L5." in told
    assert "None of the three: 10.0 %." in told


def test_while_the_model_abstains_no_root_is_named_and_no_probability_is_sent() -> None:
    """Hazard H-30: a number that the model does not stand by is shown as its answer."""
    answer, bundle = answered()
    assert answer.classifier.abstained
    risk = the(bundle, "RiskAssessment")
    assert {each["qualitativeRisk"]["text"] for each in risk["prediction"]} == {SILENT}
    assert not [each for each in risk["prediction"] if "probabilityDecimal" in each]
    told = " ".join(each["text"] for each in risk["note"])
    for each in answer.classifier.abstentions:
        assert each.reason in told
        assert each.mend in told
    assert "None of the three" not in told


@pytest.mark.parametrize(("worse", "other"), [("examination", "other_leg"), ("other_leg", "examination")])
def test_a_leg_on_which_the_model_abstains_has_no_probability_and_the_other_has(worse: str, other: str) -> None:
    weak = {"strength": {"great_toe_extension": 3}, "straight_leg_raise": {"result": "positive"}, "slump": "positive"}
    legs_of: dict[str, Any] = {worse: weak, other: {"clonus": False}}
    exam = exam_of(a_body(history={"side": "left"}, **legs_of))
    answer = by_the_model(exam)
    assert answer.other_leg is not None
    legs = {"examination": answer.classifier, "other_leg": answer.other_leg.classifier}
    assert {leg: said.abstained for leg, said in legs.items()} == {worse: False, other: True}
    risks = dict(zip(legs, of_type(as_bundle(exam, answer), "RiskAssessment"), strict=True))
    for leg, sent in ((worse, 3), (other, 0)):
        assert sum("probabilityDecimal" in each for each in risks[leg]["prediction"]) == sent


SIDES = [
    ("left", "L5 radiculopathy, left leg", "L5 radiculopathy, right leg"),
    ("right", "L5 radiculopathy, right leg", "L5 radiculopathy, left leg"),
    ("bilateral", "L5 radiculopathy, worse leg", "L5 radiculopathy, other leg"),
    (None, "L5 radiculopathy, symptomatic leg", "L5 radiculopathy, other leg"),
]


@pytest.mark.parametrize(("side", "worse", "other"), SIDES)
def test_each_leg_is_named(side: str | None, worse: str, other: str) -> None:
    _, bundle = answered(history={"side": side}, examination={"clonus": False}, other_leg={"clonus": False})
    texts = [by_root(each)["L5"]["outcome"]["text"] for each in of_type(bundle, "RiskAssessment")]
    assert texts == [worse, other]


@pytest.mark.parametrize(("root", "coarser"), [("L4", "128196005"), ("L5", "128196005"), ("S1", "2415007")])
def test_our_code_of_the_root_stands_first_and_the_coarser_standard_one_beside_it(root: str, coarser: str) -> None:
    _, bundle = answered()
    own, standard = by_root(the(bundle, "RiskAssessment"))[root]["outcome"]["coding"]
    assert (own["system"], own["code"]) == (NERVE_ROOTS, root)
    assert (standard["system"], standard["code"]) == (SNOMED, coarser)


def rationales(**sections: Any) -> dict[str, str]:
    exam = exam_of(a_body(**sections))
    risk = the(as_bundle(exam, by_the_model(exam)), "RiskAssessment")
    return {root: each["rationale"] for root, each in by_root(risk).items() if "rationale" in each}


def test_the_rationale_names_what_moved_the_probability() -> None:
    said = rationales(
        history={"side": "left"}, examination={"strength": {"great_toe_extension": 3}, "slump": "positive"}
    )
    assert "great toe extension +" in said["L5"]
    assert "great toe extension +" not in said["S1"]


def test_the_rationale_names_five_findings_and_counts_the_rest() -> None:
    said = rationales(**{name: part for name, part in PATIENTS["every finding stated"].items() if name != "patient"})
    assert said.keys() == {"L4", "L5", "S1"}
    for text in said.values():
        assert text.count(";") == 5
        assert text.endswith(" more.")


def test_where_nothing_was_stated_there_is_no_rationale() -> None:
    assert rationales() == {}


def test_every_finding_that_the_model_reads_has_a_name() -> None:
    model = released()
    assert model.explain is not None
    reasons = model.explain(exam_of(PATIENTS["every finding stated"]))
    for each in reasons.contributions:
        assert finding_name(each.finding)
        assert finding_name(each.finding.replace("/examination/", "/other_leg/"))


def test_made_by_the_model_of_the_form_at_the_time() -> None:
    exam = an_exam(examined_at="2026-11-20T10:00:00+02:00")
    bundle = as_bundle(exam, by_the_model(exam), card=released().card)
    risk = the(bundle, "RiskAssessment")
    assert risk["occurrenceDateTime"] == "2026-11-20T08:00:00Z"
    urls = {each["fullUrl"]: each["resource"] for each in bundle["entry"]}
    maker = urls[risk["performer"]["reference"]]
    assert maker["id"] == f"nerveroot-classifier-{released().version}"
    assert released().version in risk["method"]["text"]
