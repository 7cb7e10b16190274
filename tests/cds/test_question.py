"""The imaging question: what the card says first, and when it says nothing of the order at all."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from service.cds.order_reasons import NOT_READ, NOTE, URGENT
from service.cds.orders import Order
from service.cds.question import DECEASED, HARMLESS, UNKNOWN_YET, Verdict, missing, of_interest, verdict
from service.cds.suggestions import suggestions
from service.chart.facts import CONDITIONS, EXAMINATIONS, MEDICATIONS, OBSERVATIONS, Chart, ExamOnFile, Question, State
from service.rules.guideline import Policy
from service.rules.imaging import IMAGING, ImagingTiming
from service.rules.questions import QUESTIONS
from tests.builders import NOON, an_assessment, an_exam, classifier_of, no_classifier
from tests.cds.charts import EARLY, ORDER, a_case, a_chart

LAST_MONTH = NOON - timedelta(days=30)
CANDIDATE = {"conservative_care_weeks": 8, "pain_relief": "inadequate", "surgery_candidate": True}
LONG = {"symptom_duration_days": 70, "pain_locations": ["posterior_thigh"], "pain_severity": 6}

ASKED: dict[str, tuple[Verdict, dict[str, Any]]] = {
    "urinary retention": (Verdict.EMERGENCY, {"red_flags": {"urinary_retention": True}}),
    "known compression": (Verdict.EMERGENCY, {"red_flags": {"cauda_equina_or_cord_compression": True}}),
    "cancer with weakness": (
        Verdict.EMERGENCY,
        {"red_flags": {"history_of_cancer": True}, "examination": {"strength": {"ankle_dorsiflexion": 4}}},
    ),
    "emergency over 50": (Verdict.EMERGENCY, {"age": 70, "red_flags": {"fecal_incontinence": True}}),
    "history of cancer": (Verdict.RED_FLAG, {"red_flags": {"history_of_cancer": True}, **EARLY}),
    "fever": (Verdict.RED_FLAG, {"red_flags": {"fever": True}}),
    "osteoporosis over 50": (Verdict.RED_FLAG, {"age": 70, "red_flags": {"osteoporosis": True}}),
    "upper motor neuron": (Verdict.RED_FLAG, {"examination": {"plantar_response": "extensor"}}),
    "severe weakness": (Verdict.RED_FLAG, {"examination": {"strength": {"ankle_dorsiflexion": 2}}, **EARLY}),
    "foot drop not graded": (Verdict.RED_FLAG, {"examination": {"strength": {"ankle_dorsiflexion": "weak"}}, **EARLY}),
    "severe weakness over 50": (
        Verdict.RED_FLAG,
        {"age": 60, "examination": {"strength": {"great_toe_extension": 3}}, **EARLY},
    ),
    "age over 50 alone": (Verdict.AGE_ALONE, {"age": 60, **EARLY}),
    "age over 50 alone, nothing known": (Verdict.AGE_ALONE, {"age": 60}),
    "candidate whose care failed": (Verdict.INDICATED, {"history": LONG, "treatment": CANDIDATE}),
    "cold leg": (
        Verdict.URGENT,
        {"examination": {"pedal_pulses_reduced": "positive", "sensation": {"great_toe": "reduced"}}, **EARLY},
    ),
    "cold leg over 50": (
        Verdict.URGENT,
        {
            "age": 60,
            "examination": {"pedal_pulses_reduced": "positive", "sensation": {"great_toe": "reduced"}},
            **EARLY,
        },
    ),
    "emergency of last time not asked again": (
        Verdict.URGENT,
        {
            "examined_at": "2026-11-22T10:00:00Z",
            "previous_examination": {
                "examined_at": "2026-11-01T10:00:00Z",
                "examination": {},
                "red_flags": {"urinary_retention": True},
            },
            **EARLY,
        },
    ),
    "ten days": (Verdict.NOT_NOW, EARLY),
    "41 days": (Verdict.NOT_NOW, {"history": {"symptom_duration_days": 41}}),
    "over 50, contextual": (Verdict.NOT_NOW, {"age": 60, "policy": Policy.CONTEXTUAL, **EARLY}),
    "mild weakness, graded": (Verdict.NOT_NOW, {"examination": {"strength": {"great_toe_extension": 4}}, **EARLY}),
    "care has only begun": (
        Verdict.NOT_NOW,
        {"history": LONG, "treatment": {"conservative_care_weeks": 2}},
    ),
    "no candidate": (
        Verdict.NOT_NOW,
        {
            "history": LONG,
            "treatment": {
                **CANDIDATE,
                "surgery_candidate": False,
                "epidural_injection_candidate": False,
                "intolerable_pain": False,
            },
        },
    ),
    "42 days, nothing known of care": (Verdict.NOT_ENOUGH, {"history": {"symptom_duration_days": 42}}),
    "no candidate, and nobody asked whether the pain can be borne": (
        Verdict.NOT_ENOUGH,
        {
            "history": LONG,
            "treatment": {**CANDIDATE, "surgery_candidate": False, "epidural_injection_candidate": False},
        },
    ),
    "nothing known": (Verdict.NOT_ENOUGH, {}),
    "weakness not graded": (
        Verdict.NOT_ENOUGH,
        {"examination": {"strength": {"great_toe_extension": "weak"}}, **EARLY},
    ),
    "cannot walk on the toes": (Verdict.NOT_ENOUGH, {"examination": {"toe_walk": "unable"}, **EARLY}),
    "both sides, one leg examined": (
        Verdict.NOT_ENOUGH,
        {"history": {"symptom_duration_days": 10, "side": "bilateral"}},
    ),
}


@pytest.mark.parametrize("name", ASKED)
def test_an_order_is_judged_as_the_plan_has_it(name: str) -> None:
    """Hazard H-06: imaging that is needed is withheld, or imaging that is not is waved through."""
    expected, sections = ASKED[name]
    assert a_case(**sections).verdict is expected


UNREAD: dict[str, tuple[bool, Chart]] = {
    "all was read": (True, a_chart()),
    "problems: nothing there": (True, a_chart(states={CONDITIONS: State.NOTHING})),
    "problems: not supplied": (False, a_chart(states={CONDITIONS: State.ABSENT})),
    "problems: failed": (False, a_chart(states={CONDITIONS: State.FAILED})),
    "problems: first page": (False, a_chart(states={CONDITIONS: State.PARTIAL})),
    "medications: not supplied": (True, a_chart(states={MEDICATIONS: State.ABSENT})),
    "medications: failed": (False, a_chart(states={MEDICATIONS: State.FAILED})),
    "observations: first page": (False, a_chart(states={OBSERVATIONS: State.PARTIAL})),
    "exam forms: failed": (False, a_chart(states={EXAMINATIONS: State.FAILED})),
    "exam forms: not supplied": (True, a_chart(states={EXAMINATIONS: State.ABSENT})),
    "an entry that cannot be read": (False, a_chart(unread=1)),
    "an entry of unknown code": (True, a_chart(unknown=12)),
    "a question": (False, a_chart(questions=(Question(code="paresis", text="Which movement is weak?"),))),
}


@pytest.mark.parametrize("name", UNREAD)
def test_an_order_is_called_early_only_where_the_chart_was_read(name: str) -> None:
    """Hazards H-02, H-29: what could not be read is taken for absent."""
    enough, chart = UNREAD[name]
    found = a_case(chart=chart, **EARLY)
    assert found.verdict is (Verdict.NOT_NOW if enough else Verdict.NOT_ENOUGH)
    assert bool(missing(found.assessment, chart)) is not enough


@pytest.mark.parametrize("name", UNREAD)
def test_an_unread_chart_takes_nothing_from_a_red_flag(name: str) -> None:
    """Hazard H-29: what could not be read hides what was."""
    found = a_case(chart=UNREAD[name][1], red_flags={"urinary_retention": True})
    assert found.verdict is Verdict.EMERGENCY


def test_parts_that_nobody_tells_of_count_as_not_supplied() -> None:
    chart = a_chart()
    untold = Chart(person=chart.person, at=chart.at, found=chart.found)
    assert missing(a_case(**EARLY).assessment, untold) == ("The problem list was not supplied.",)


@pytest.mark.parametrize("asked", [NOT_READ, NOTE, URGENT], ids=lambda each: each.code)
def test_an_order_whose_reason_is_not_read_is_not_called_early(asked: Question) -> None:
    """Hazards H-02, H-29: a flag that stands in the words of an order is taken for absent."""
    chart = a_chart(questions=(asked,))
    found = a_case(chart=chart, **EARLY)
    assert found.verdict is Verdict.NOT_ENOUGH
    assert missing(found.assessment, chart) == (asked.text,)


@pytest.mark.parametrize("name", [name for name in ASKED if ASKED[name][0] not in (Verdict.NOT_NOW,)])
def test_of_a_person_who_has_died_nothing_is_rated_and_what_presses_is_told(name: str) -> None:
    """Hazards H-06, H-29: a mark that may be a mistake hides a red flag, or rates an order that nobody needs."""
    expected, sections = ASKED[name]
    found = a_case(chart=a_chart(questions=(DECEASED,)), **sections)
    pressing = expected in (Verdict.EMERGENCY, Verdict.RED_FLAG, Verdict.URGENT)
    assert found.verdict is (expected if pressing else Verdict.NOT_ENOUGH)
    assert suggestions(found) == ()


OPENED: dict[str, tuple[Verdict, Chart, dict[str, Any]]] = {
    "problem without an exam": (Verdict.UNEXAMINED, a_chart(), EARLY),
    "problem with an old exam": (Verdict.UNEXAMINED, a_chart(earlier=True), EARLY),
    "exam on file": (Verdict.EXAMINED, a_chart(exam=True), EARLY),
    "over 50 without an exam": (Verdict.UNEXAMINED, a_chart(), {"age": 70}),
    "over 50 with an exam": (Verdict.EXAMINED, a_chart(exam=True), {"age": 70}),
    "candidate": (Verdict.EXAMINED, a_chart(exam=True), {"history": LONG, "treatment": CANDIDATE}),
    "cancer": (Verdict.RED_FLAG, a_chart(), {"red_flags": {"history_of_cancer": True}}),
    "saddle": (Verdict.EMERGENCY, a_chart(exam=True), {"red_flags": {"saddle_anesthesia": True}}),
}


@pytest.mark.parametrize("name", OPENED)
def test_somebody_who_opens_the_chart_is_told(name: str) -> None:
    expected, chart, sections = OPENED[name]
    assert a_case(chart=chart, order=None, **sections).verdict is expected


SINCE = "history.symptom_duration_days"
LEG: dict[str, Any] = {"radicular": True}
INTERESTING: dict[str, tuple[bool, Chart]] = {
    "leg pain, since when is not known": (True, a_chart(**LEG)),
    "leg pain of 84 days": (True, a_chart(**LEG, statements={SINCE: 84})),
    "leg pain of 85 days": (False, a_chart(**LEG, statements={SINCE: 85})),
    "leg pain of last year, and a form of this week": (True, a_chart(exam=True, **LEG, statements={SINCE: 400})),
    "leg pain of last year, and fever": (True, a_chart(**LEG, statements={SINCE: 400, "red_flags.fever": True})),
    "back pain alone": (False, a_chart()),
    "back pain, and a cancer once": (True, a_chart(statements={"red_flags.history_of_cancer": True})),
    "back pain, and no fever": (False, a_chart(statements={"red_flags.fever": False})),
    "back pain, and a foot drop": (True, a_chart(statements={"examination.strength.ankle_dorsiflexion": "weak"})),
    "back pain, and an old form": (False, a_chart(earlier=True)),
    "back pain, and an emergency of last month that nobody asked about again": (
        True,
        replace(a_chart(), earlier=ExamOnFile(body={"red_flags": {"saddle_anesthesia": True}}, authored=LAST_MONTH)),
    ),
    "nothing of the back": (False, a_chart(lumbar=False)),
    "nothing of the back, and a form of this week": (True, a_chart(lumbar=False, exam=True)),
    "nothing of the back, and an old form": (False, a_chart(lumbar=False, earlier=True)),
    "nothing of the back, and osteoporosis": (
        False,
        a_chart(lumbar=False, statements={"red_flags.osteoporosis": True}),
    ),
    "somebody who has died": (False, a_chart(exam=True, questions=(DECEASED,), **LEG)),
}


@pytest.mark.parametrize("name", INTERESTING)
def test_an_opened_chart_is_silent_unless_there_is_something_new_to_say(name: str) -> None:
    interesting, chart = INTERESTING[name]
    assert of_interest(chart) is interesting


def test_every_verdict_is_reached() -> None:
    reached = {expected for expected, _ in ASKED.values()} | {expected for expected, _, _ in OPENED.values()}
    assert reached == set(Verdict)


def test_only_emergencies_are_critical() -> None:
    assert [each for each in Verdict if each.indicator == "critical"] == [Verdict.EMERGENCY]


def test_the_named_rules_are_there() -> None:
    not_now = {rule.rule_id for rule in IMAGING if rule.timing is ImagingTiming.NOT_NOW}
    assert not_now >= UNKNOWN_YET
    assert {rule.rule_id for rule in QUESTIONS} >= HARMLESS


@pytest.mark.parametrize("order", [ORDER, None])
def test_the_verdict_is_of_the_answer_and_not_of_the_classifier(order: Order | None) -> None:
    """Hazards H-03, H-29: a probability decides on urgency."""
    exam = an_exam(40, **EARLY)
    said = {
        verdict(an_assessment(exam, classify=each), a_chart(), order)
        for each in (classifier_of(l5=0.99), classifier_of(l5=0.01, none=0.97), no_classifier)
    }
    assert len(said) == 1
