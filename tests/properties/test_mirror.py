"""Left and right: the answer follows the leg that was examined, and nothing else."""

import re
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from features.anatomy import ROOTS, Movement
from features.exam import Exam
from features.involvement import Involvement
from service.assessment import Assessment
from service.rules.guideline import Policy
from tests.builders import Body, an_assessment
from tests.properties.changes import legs_exchanged, other_side, with_stated
from tests.properties.strategies import bodies, holds, legs, read

ANSWER = TypeAdapter(Assessment)
POLICIES = st.sampled_from(Policy)
MIRROR = {"left": "right", "right": "left"}


def by_strength(exam: Exam) -> Involvement:
    """A classifier that sees nothing but the great toe of the leg it is shown."""
    grade = exam.examination.graded(Movement.GREAT_TOE_EXTENSION)
    likely = 0.3 if grade is None else 0.9 - 0.15 * grade
    return Involvement(roots=dict.fromkeys(ROOTS, likely), none=1 - likely)


def leaves(value: Any, path: str = "") -> dict[str, Any]:
    """Every plain value of a JSON document by its pointer."""
    if isinstance(value, dict | list) and value:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        return {name: leaf for key, inner in items for name, leaf in leaves(inner, f"{path}/{key}").items()}
    return {path: value}


def words(value: Any) -> list[str]:
    return re.findall(r"[A-Za-z]+|[^A-Za-z]+", str(value))


@holds(body=bodies(), policy=POLICIES)
def test_changing_side_mirrors_the_answer(body: Body, policy: Policy) -> None:
    """Hazard H-04: the answer depends on the side, or speaks of the side that does not hurt."""
    here, there = (
        ANSWER.dump_python(an_assessment(read(each), policy=policy), mode="json") for each in (body, other_side(body))
    )
    first, second = leaves(here), leaves(there)
    assert first.keys() == second.keys()
    for pointer, value in first.items():
        for one, other in zip(words(value), words(second[pointer]), strict=True):
            assert one == other or MIRROR.get(one.lower()) == other.lower(), pointer


@holds(body=bodies(), other=legs(), policy=POLICIES)
def test_exchanging_the_legs_keeps_every_flag(body: Body, other: Body, policy: Policy) -> None:
    """Hazards H-04, H-20: a deficit counts in the one leg and not in the other; a deficit in both is missed."""
    # What was found before is of the worse leg, so it cannot be exchanged.
    both = with_stated(body | {"other_leg": other}, None, "previous_examination")
    here, there = (an_assessment(read(each), policy=policy) for each in (both, legs_exchanged(both)))
    flags = [{flag.rule_id for flag in answer.red_flags.present} for answer in (here, there)]
    assert flags[0] == flags[1]
    assert here.urgency is there.urgency
    assert here.management.phase == there.management.phase
    # A look-alike is one of the leg that hurts: it may change why there is no surgeon, never how soon there is one.
    assert here.management.surgery.timing == there.management.surgery.timing


@holds(one=legs(), other=legs())
def test_the_other_leg_is_told_what_it_would_be_told_as_the_worse_one(one: Body, other: Body) -> None:
    """Hazard H-04: the probabilities of the one leg are shown for the other."""
    body = {"patient": {"age_years": 40}, "examination": one, "other_leg": other}
    here, there = (an_assessment(read(each), classify=by_strength) for each in (body, legs_exchanged(body)))
    assert here.other_leg is not None
    assert there.other_leg is not None
    assert here.other_leg.classifier.roots == there.classifier.roots
    assert there.other_leg.classifier.roots == here.classifier.roots
