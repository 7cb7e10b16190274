"""Examinations for properties, as bodies of the wire contract, and how many of them a property is asked of.

A body is drawn so that it is never refused: what would contradict itself is left out while it is made. Values stand at
the thresholds of the rules and between them. Calm examinations are drawn as often as grave ones, because a property of
urgency says little where everything is an emergency already. The first value of each list is what a failure shrinks to.
"""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.anatomy import BELOW_KNEE, Movement, Perianal, Reflex, Region, Side
from features.exam import Ability, Exam, PlantarResponse, ReflexGrade, Sensation, Sex, TestResult
from features.treatment import NsaidContraindication, PainRelief
from service.intake import EXAM, read_exam
from tests.builders import NOON, Body

QUICK, LONG = 60, 1_000
"""Examples a property is asked of by `make test` and by `make test-long`; the same ones every time."""

SHORT, PERIANAL = 3, Perianal.PERIANAL.value
GRADES: tuple[float, ...] = (5, 4.5, 4, 3.5, 3, 2.5, 2, 1.5, 1, 0.5, 0)
FLAGS = tuple(
    name
    for name, field in EXAM.json_schema()["$defs"]["RedFlagScreen"]["properties"].items()
    if {"type": "boolean"} in field["anyOf"]
)
"""The questions of the screen that are answered with yes or no."""

BEDSIDE_TESTS = (
    *("crossed_straight_leg_raise", "slump", "femoral_stretch", "crossed_femoral_stretch", "faber"),
    *("hip_internal_rotation_pain", "trochanteric_tenderness", "fibular_head_tinel", "pedal_pulses_reduced"),
    "dermatomal_rash",
)
FUNCTIONS = ("heel_walk", "toe_walk", "single_leg_sit_to_stand")


def holds(**drawn: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[[], None]]:
    """The decorator of a property: ask it of QUICK examples; its attribute `at_length` asks it of LONG ones."""

    def decorate(check: Callable[..., None]) -> Callable[[], None]:
        def asked(examples: int) -> Callable[[], None]:
            chosen = settings(
                max_examples=examples,
                derandomize=True,
                database=None,
                deadline=None,
                suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
            )
            made: Callable[[], None] = chosen(given(**drawn)(check))
            return made

        quick = asked(QUICK)
        quick.at_length = asked(LONG)  # type: ignore[attr-defined]
        return quick

    return decorate


def read(body: Body) -> Exam:
    """The exam that `body` states, by the very reader of requests; it was received at noon."""
    return read_exam(json.dumps(body).encode(), NOON)


def rarely(usual: Any, *others: Any) -> st.SearchStrategy[Any]:
    """Three times of four the usual value, otherwise another."""
    return st.sampled_from([usual] * (3 * len(others)) + list(others))


def number(*known: float, highest: float) -> st.SearchStrategy[float]:
    """A number from zero: one at a threshold, or any."""
    return st.sampled_from(known) | st.floats(0, highest).map(lambda drawn: round(drawn, 2))


_MAYBE = st.sampled_from([None, False, True])
_CALM = {
    "grade": rarely(5.0, 4.5, 4.0, 3.5, "weak", None),
    "able": rarely(Ability.ABLE.value, Ability.UNABLE.value),
    "reflex": rarely(ReflexGrade.NORMAL.value, *(each.value for each in ReflexGrade)),
    "sensation": rarely(Sensation.NORMAL.value, *(each.value for each in Sensation)),
    "sign": rarely(False, True),
    "plantar": rarely(PlantarResponse.FLEXOR.value, PlantarResponse.EXTENSOR.value),
    "result": rarely(TestResult.NEGATIVE.value, TestResult.POSITIVE.value),
    "perianal": rarely(Sensation.NORMAL.value, Sensation.REDUCED.value),
}
_ANY = {
    "grade": st.sampled_from([*GRADES, "weak", None]),
    "able": st.sampled_from([each.value for each in Ability]),
    "reflex": st.sampled_from([each.value for each in ReflexGrade]),
    "sensation": st.sampled_from([each.value for each in Sensation]),
    "sign": st.booleans(),
    "plantar": st.sampled_from([each.value for each in PlantarResponse]),
    "result": st.sampled_from([each.value for each in reversed(TestResult)]),
    "perianal": st.sampled_from([each.value for each in Sensation]),
}


_NORMAL = {
    "grade": st.just(5.0),
    "able": st.just(Ability.ABLE.value),
    "reflex": st.just(ReflexGrade.NORMAL.value),
    "sensation": st.just(Sensation.NORMAL.value),
    "sign": st.just(False),
    "plantar": st.just(PlantarResponse.FLEXOR.value),
    "result": st.just(TestResult.NEGATIVE.value),
    "perianal": st.just(Sensation.NORMAL.value),
}
_WEAK = {**_NORMAL, "grade": _ANY["grade"], "able": _ANY["able"]}
GRAVITY = {"normal": _NORMAL, "calm": _CALM, "weak": _WEAK, "any": _ANY}
"""How much is wrong. Everything at random is nearly always an emergency, and recovery nearly never drawn."""


def _leg(found: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Body]:
    regions = [region.value for region in Region]
    sensation = st.builds(
        lambda areas, perianal: areas | ({} if perianal is None else {PERIANAL: perianal}),
        st.dictionaries(st.sampled_from(regions), found["sensation"], max_size=SHORT),
        st.none() | found["perianal"],
    )
    raised = st.fixed_dictionaries(
        {}, optional={"result": found["result"], "angle_degrees": number(45, 29.9, 30, 70, 70.1, highest=90)}
    )
    return st.fixed_dictionaries(
        {},
        optional={
            "strength": st.dictionaries(st.sampled_from([each.value for each in Movement]), found["grade"], max_size=4),
            "reflexes": st.dictionaries(st.sampled_from([each.value for each in Reflex]), found["reflex"]),
            "sensation": sensation,
            **dict.fromkeys(FUNCTIONS, found["able"]),
            "plantar_response": found["plantar"],
            "clonus": found["sign"],
            "straight_leg_raise": st.none() | raised,
            **dict.fromkeys(BEDSIDE_TESTS, found["result"]),
        },
    )


def legs() -> st.SearchStrategy[Body]:
    """The signs of one leg: hardly anything wrong, or anything at all."""
    return _leg(_CALM) | _leg(_ANY)


@st.composite
def screens(draw: st.DrawFn, most: int = 2) -> Body:
    """The screen for red flags: a few yes at most; of the rest nothing, all, or some were asked and denied."""
    up = draw(st.sets(st.sampled_from(FLAGS), max_size=most))
    denied = draw(st.just(set()) | st.just(set(FLAGS)) | st.sets(st.sampled_from(FLAGS)))
    screen: Body = {name: name in up for name in FLAGS if name in up | denied}
    residual = draw(rarely(None, 0, 199.9, 200, 600) if most else st.none())
    hours = draw(rarely(None, 0, 23.9, 24, 72) if most else st.none())
    if residual is not None:
        screen["post_void_residual_ml"] = residual
    if hours is not None and screen.get("progressive_motor_weakness") is not False:
        screen["motor_deterioration_hours"] = hours
    return screen


@st.composite
def histories(draw: st.DrawFn) -> Body:
    """What the person tells."""
    regions = st.lists(st.sampled_from([region.value for region in Region]), max_size=SHORT, unique=True)
    told = st.fixed_dictionaries(
        {},
        optional={
            "symptom_duration_days": number(14, 0, 41.9, 42, 400, highest=4000),
            "side": st.sampled_from([side.value for side in Side]),
            "pain_locations": regions,
            "paresthesia_locations": regions,
            "pain_radiates_below_knee": st.booleans(),
            "pain_severity": number(5, 0, 6.9, 7, 10, highest=10),
            **{
                name: st.booleans()
                for name in (
                    *("leg_pain_worse_than_back_pain", "worse_with_cough_or_sneeze", "worse_with_sitting"),
                    *("worse_with_walking", "relieved_by_flexion"),
                )
            },
        },
    )
    history: Body = draw(told)
    if set(history.get("pain_locations", ())) & BELOW_KNEE and history.get("pain_radiates_below_knee") is False:
        del history["pain_radiates_below_knee"]
    return history


@st.composite
def bodies(draw: st.DrawFn) -> Body:
    """A whole examination: every section and every field of it is sometimes absent, sometimes null."""
    patient = draw(
        st.fixed_dictionaries(
            {"age_years": rarely(40, 18, 50, 50.1, 60, 60.1, 70, 120) | st.floats(18, 120)},
            optional={
                "sex": st.sampled_from([each.value for each in Sex]),
                "pregnant": _MAYBE,
                "reference": st.just("somebody"),
            },
        )
    )
    gravity = draw(st.sampled_from(list(GRAVITY)))
    leg, most = _leg(GRAVITY[gravity]), {"normal": 0, "weak": 0, "calm": 1, "any": 2}[gravity]
    history, well = draw(histories()), False
    if gravity == "normal" and draw(st.booleans()):
        history |= {"pain_severity": 0, "pain_locations": [], "paresthesia_locations": []}
        well = draw(st.booleans())
    reasons = st.lists(st.sampled_from([each.value for each in NsaidContraindication]), max_size=2, unique=True)
    treatment: Body = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "conservative_care_weeks": number(3, 0, 5.9, 6, 12, highest=100),
                "pain_relief": st.sampled_from([each.value for each in PainRelief]),
                "intolerable_pain": _MAYBE,
                "surgery_candidate": _MAYBE,
                "epidural_injection_candidate": _MAYBE,
                "mri_contraindicated": _MAYBE,
                "nsaid_contraindications": st.none() | reasons,
            },
        )
    )
    _agree(patient, history, treatment)
    body: Body = {"patient": patient, "history": history, "examination": draw(leg), "treatment": treatment}
    if well:  # recovery is not drawn by chance: strength, reflexes and sensation have to be known
        body["examination"] |= {
            "strength": {Movement.GREAT_TOE_EXTENSION.value: 5},
            "reflexes": {Reflex.ACHILLES.value: ReflexGrade.NORMAL.value},
            "sensation": {Region.SOLE.value: Sensation.NORMAL.value},
        }
    body["red_flags"] = draw(screens(most))
    body["other_leg"] = draw(st.none() | leg)
    body["examined_at"] = draw(st.sampled_from([None, NOON.isoformat()]))
    body["previous_examination"] = draw(st.none() | previous_examinations(body["examination"]))
    silent = draw(rarely(None, *(name for name in body if name != "patient")))
    if silent is not None:
        body[silent] = None
    return body


def _agree(patient: Body, history: Body, treatment: Body) -> None:
    """Take out what contradicts: a pregnant man, pregnancy denied and listed, intolerable pain of zero."""
    listed = NsaidContraindication.PREGNANCY in (treatment.get("nsaid_contraindications") or ())
    if listed and patient.get("pregnant") is False:
        del patient["pregnant"]
    if (listed or patient.get("pregnant")) and patient.get("sex") == Sex.MALE:
        del patient["sex"]
    if history.get("pain_severity") == 0 and treatment.get("intolerable_pain"):
        del treatment["intolerable_pain"]


@st.composite
def previous_examinations(draw: st.DrawFn, now: Body) -> Body:
    """An earlier examination of the same leg, hours or weeks before noon, or at a time not told.

    Mostly what is found `now` was looked at then too, some of it otherwise: what was not assessed twice is no change.
    """
    times = [None, *((NOON - timedelta(hours=hours)).isoformat() for hours in (336, 24, 23.9, 1))]
    then: Body = draw(legs())
    if draw(st.sampled_from([True, True, False])):
        groups = {name: {**now.get(name, {}), **then.get(name, {})} for name in ("strength", "reflexes", "sensation")}
        then = {**now, **then, **groups}
    screen, other = draw(st.none() | screens()), draw(st.none() | legs())
    return {"examined_at": draw(st.sampled_from(times)), "examination": then, "red_flags": screen, "other_leg": other}
