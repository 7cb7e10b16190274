"""Why and what next, as a clinical app gets them from the released model."""

import copy
import json
import math
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.anatomy import ROOTS
from features.exam import Exam
from features.reasons import Reasons
from service.app import create_app
from service.classified import BITS_DECIMALS, LOG_ODDS_DECIMALS
from service.errors import ClassifierUnavailable
from service.settings import Settings
from tests.builders import an_assessment, an_exam

EXAMPLES = Path(__file__).parent.parent.parent / "service" / "examples"
NAMES = ("exam", "exam_l4")


def example(name: str) -> dict[str, Any]:
    """The example of that name, of nobody in particular: nothing is compared with what was posted before."""
    body: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text())
    body["patient"].pop("reference", None)
    return body


def classifier(client: TestClient, body: dict[str, Any], query: str = "") -> dict[str, Any]:
    answer = client.post(f"/v1/assessments{query}", json=body)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()["classifier"]
    return found


def stated_at(body: dict[str, Any], pointer: str) -> Any:
    place: Any = body
    for step in pointer.split("/")[1:]:
        place = place.get(step) if isinstance(place, dict) else None
    return place


@pytest.mark.parametrize("name", NAMES)
def test_the_parts_add_up_to_the_probability(client: TestClient, name: str) -> None:
    found = classifier(client, example(name))
    for root in ROOTS:
        parts = [each["log_odds"] for each in found["explanation"] if each["root"] == root]
        probability = found["roots"][root]["probability"]
        whole = math.log(probability / (1 - probability))
        rounding = (len(parts) + 1) * 0.5 * 10**-LOG_ODDS_DECIMALS
        assert found["baseline_log_odds"][root] + sum(parts) == pytest.approx(whole, abs=rounding)


@pytest.mark.parametrize("name", NAMES)
def test_only_what_was_stated_is_evidence(client: TestClient, name: str) -> None:
    body = example(name)
    found = classifier(client, body)
    named = {each["finding"] for each in found["explanation"]}
    assert named
    assert all(stated_at(body, pointer) is not None for pointer in named)
    assert not any(pointer.startswith(("/patient", "/red_flags", "/treatment")) for pointer in named)


@pytest.mark.parametrize("name", NAMES)
def test_only_what_was_not_stated_is_suggested(client: TestClient, name: str) -> None:
    body = example(name)
    suggested = classifier(client, body)["next_examinations"]
    assert 0 < len(suggested) <= 5
    assert all(stated_at(body, each["finding"]) is None for each in suggested)
    bits = [each["expected_information_bits"] for each in suggested]
    assert bits == sorted(bits, reverse=True)
    assert all(bit >= 10**-BITS_DECIMALS for bit in bits)


def test_what_counts_most_comes_first(client: TestClient) -> None:
    sizes = [abs(each["log_odds"]) for each in classifier(client, example("exam"))["explanation"]]
    assert sizes == sorted(sizes, reverse=True)


def test_a_suggestion_that_was_followed_is_not_made_again_and_is_explained(client: TestClient) -> None:
    body = example("exam_l4")
    first = classifier(client, body)["next_examinations"][0]["finding"]
    assert first == "/examination/strength/hip_flexion"
    body["examination"]["strength"]["hip_flexion"] = 5
    found = classifier(client, body)
    assert first not in {each["finding"] for each in found["next_examinations"]}
    assert first in {each["finding"] for each in found["explanation"]}


def test_with_nothing_but_the_age_there_is_nothing_to_explain_and_most_to_examine(client: TestClient) -> None:
    found = classifier(client, {"patient": {"age_years": 50}})
    assert found["explanation"] == []
    assert len(found["next_examinations"]) == 5
    for root in ROOTS:
        probability = found["roots"][root]["probability"]
        assert found["baseline_log_odds"][root] == pytest.approx(math.log(probability / (1 - probability)), abs=1e-4)


def test_an_emergency_is_not_kept_waiting_by_further_examinations(client: TestClient) -> None:
    found = classifier(client, example("exam_emergency"))
    assert found["next_examinations"] == []
    assert found["explanation"]


def test_they_are_left_out_when_not_wanted(client: TestClient) -> None:
    body = {**example("exam"), "other_leg": {"slump": "negative"}}
    plain, full = (client.post(f"/v1/assessments{query}", json=body).json() for query in ("?explain=false", ""))
    for part in (plain["classifier"], plain["other_leg"]["classifier"]):
        assert not {"explanation", "next_examinations", "baseline_log_odds"} & part.keys()
    for answer in (plain, full):
        for name in ("id", "created_at"):
            answer.pop(name)
    for part in (full["classifier"], full["other_leg"]["classifier"]):
        for name in ("explanation", "next_examinations", "baseline_log_odds"):
            part.pop(name)
    assert plain == full


def test_the_other_leg_is_explained_by_its_own_signs(client: TestClient) -> None:
    body = copy.deepcopy(example("exam_l4"))
    body["other_leg"] = {"strength": {"great_toe_extension": 4}, "reflexes": {"achilles": "normal"}}
    other = client.post("/v1/assessments", json=body).json()["other_leg"]["classifier"]
    named = {each["finding"] for each in other["explanation"]}
    assert named == {"/other_leg/strength/great_toe_extension", "/other_leg/reflexes/achilles"}
    assert all(each["finding"].startswith("/other_leg/") for each in other["next_examinations"])


def test_a_model_that_does_not_tell_how_likely_an_exam_is_explains_all_the_same() -> None:
    with TestClient(create_app(Settings(model_version="1.1.0"))) as client:
        found = classifier(client, example("exam"))
    assert found["next_examinations"] is None
    assert found["explanation"]


def test_the_answer_stands_when_the_reasons_fail() -> None:
    def fails(exam: Exam) -> Reasons:
        raise ClassifierUnavailable("out of order")

    exam = an_exam(examination={"slump": "positive"})
    without, failed = (an_assessment(exam, explain=explain) for explain in (None, fails))
    assert failed == without
    assert failed.classifier.explanation is None
    assert failed.classifier.abstained is False
