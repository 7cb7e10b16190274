"""From a chart to an examination: what beats what, what is left out, and that no red flag is lost."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from features.answer import Answer
from features.exam import Exam, Examination, Sex
from features.red_flag_screen import RedFlagScreen
from service.chart.exam_of_chart import LESS_IS_WORSE, disagreements, exam_of
from service.chart.facts import OBSERVATIONS, Basis, Chart, ExamOnFile, Found, Person
from service.chart.findings import DURATION, LASTING, ORDER, RED_FLAGS
from service.intake import EXAM
from service.terminology.exam_items import Item, Kind, exam_items
from tests.chart.charts import NOW
from tests.properties.strategies import GRADES

Body = dict[str, Any]
RESIDUAL, HOURS = "red_flags.post_void_residual_ml", "red_flags.motor_deterioration_hours"
SIGNS: Body = {"examination": {"reflexes": {"achilles": "reduced"}}}


def on_file(body: Body, days: float = 0) -> ExamOnFile:
    """A form that was filled in so many days before noon."""
    return ExamOnFile(body=body, authored=NOW - timedelta(days=days))


def chart(
    statements: Body | None = None,
    *,
    form: Body | None = None,
    days: float = 1,
    earlier: ExamOnFile | None = None,
    age: float | None = 44,
    sex: str | None = None,
) -> Chart:
    """What is known of somebody at noon."""
    return Chart(
        person=Person(id="p1", age_years=age, sex=sex),
        at=NOW,
        found=Found(statements=statements or {}),
        exam=None if form is None else on_file(form, days),
        earlier=earlier,
    )


def said(exam: Exam, code: str) -> Any:
    """What an exam states of an item, in the words of the contract."""
    found: Any = EXAM.dump_python(exam, mode="json")
    for name in code.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def test_a_chart_of_nothing_is_an_examination_in_which_nothing_was_assessed() -> None:
    exam = exam_of(chart())
    assert (exam.patient.age_years, exam.patient.sex, exam.patient.reference) == (44, None, None)
    assert exam.examined_at == NOW
    assert (exam.red_flags, exam.examination) == (RedFlagScreen(), Examination())
    assert exam.previous_examination is None


@pytest.mark.parametrize("age", [None, -1, 0, 17, 120.5, 200, float("nan")])
def test_an_examination_is_of_an_adult(age: float | None) -> None:
    with pytest.raises(ValueError, match="the age of an adult"):
        exam_of(chart(age=age))


@pytest.mark.parametrize("age", [18, 120])
def test_of_the_youngest_and_the_oldest(age: float) -> None:
    assert exam_of(chart(age=age)).patient.age_years == age


def test_it_was_done_when_the_form_was_filled_in() -> None:
    exam = exam_of(chart(form=SIGNS, days=3))
    assert exam.examined_at == NOW - timedelta(days=3)
    assert said(exam, "examination.reflexes.achilles") == "reduced"


FEVER, SEVERITY, SIDE = "red_flags.fever", "history.pain_severity", "history.side"


@pytest.mark.parametrize(
    ("code", "form", "found", "stands"),
    [
        pytest.param(FEVER, False, True, True, id="yes of the chart beats no of the form"),
        pytest.param(FEVER, True, False, True, id="yes of the form beats no of the chart"),
        pytest.param(FEVER, None, True, True, id="yes of the chart, the form is silent"),
        pytest.param(FEVER, None, False, False, id="no of the chart, the form is silent"),
        pytest.param(FEVER, False, None, False, id="no of the form"),
        pytest.param(FEVER, False, False, False, id="no of both"),
        pytest.param(RESIDUAL, 600, 20, 600, id="more urine in the form"),
        pytest.param(RESIDUAL, 20, 600, 600, id="more urine in the chart"),
        pytest.param(RESIDUAL, None, 20, 20, id="urine in the chart alone"),
        pytest.param(HOURS, 5, 48, 5, id="faster weakness in the form"),
        pytest.param(HOURS, 48, 5, 5, id="faster weakness in the chart"),
        pytest.param(SEVERITY, 3, 8, 3, id="the form beats the rest of the chart"),
        pytest.param(SEVERITY, None, 8, 8, id="the rest of the chart, the form is silent"),
        pytest.param(SIDE, "left", "right", "left", id="the side of the form"),
    ],
)
def test_what_beats_what(code: str, form: Any, found: Any, stands: Any) -> None:
    section, name = code.split(".")
    exam = exam_of(chart({} if found is None else {code: found}, form={} if form is None else {section: {name: form}}))
    assert said(exam, code) == stands


@pytest.mark.parametrize(
    ("days", "grown"), [(0, 20), (0.9, 20), (1, 21), (13.9, 33), (14, 34), (-0.5, 20)], ids=lambda each: str(each)
)
def test_symptoms_last_on_after_the_form_was_filled_in(days: float, grown: int) -> None:
    exam = exam_of(chart(form={"history": {"symptom_duration_days": 20.0}}, days=days))
    assert exam.history.symptom_duration_days == grown


def test_a_duration_of_the_chart_is_of_today_and_yields_to_that_of_the_form() -> None:
    assert exam_of(chart({DURATION: 50}, form=SIGNS, days=10)).history.symptom_duration_days == 50
    form = {"history": {"symptom_duration_days": 20.0}}
    assert exam_of(chart({DURATION: 50}, form=form, days=10)).history.symptom_duration_days == 30


@pytest.mark.parametrize("code", sorted(LASTING))
@pytest.mark.parametrize("days", [20, 4000])
def test_what_does_not_go_away_is_carried_from_an_older_form(code: str, days: int) -> None:
    name = code.removeprefix(RED_FLAGS)
    before = on_file({"red_flags": {name: True}}, days)
    for statements in ({}, {code: False}):
        for form in (None, SIGNS, {"red_flags": {name: False}}):
            assert said(exam_of(chart(statements, form=form, earlier=before)), code) is True


def test_a_no_of_an_older_form_says_nothing_of_today() -> None:
    before = on_file({"red_flags": dict.fromkeys(("fever", "history_of_cancer", "osteoporosis"), False)}, 20)
    exam = exam_of(chart(earlier=before))
    assert exam.red_flags.fever is exam.red_flags.history_of_cancer is Answer.NOT_ASSESSED


def test_what_goes_away_is_told_as_it_was_then() -> None:
    before = on_file({"red_flags": {"urinary_retention": True}}, 20)
    exam = exam_of(chart(earlier=before))
    assert exam.red_flags.urinary_retention is Answer.NOT_ASSESSED
    assert exam.previous_examination is not None
    assert exam.previous_examination.red_flags.urinary_retention is Answer.YES


def test_an_older_form_is_the_previous_examination() -> None:
    whole = {
        **SIGNS,
        "patient": {"sex": "female"},
        "history": {"side": "left", "pain_severity": 9.0},
        "other_leg": {"slump": "negative"},
        "red_flags": {"fever": True},
        "treatment": {"conservative_care_weeks": 3.0},
    }
    exam = exam_of(chart(form={"history": {"side": "right"}}, earlier=on_file(whole, 20)))
    before = exam.previous_examination
    assert before is not None
    assert before.other_leg is not None
    assert before.examined_at == NOW - timedelta(days=20)
    assert said(exam, "previous_examination.examination.reflexes.achilles") == "reduced"
    assert (exam.history.pain_severity, exam.patient.sex, exam.treatment.conservative_care_weeks) == (None, None, None)


@pytest.mark.parametrize(
    ("body", "authored"),
    [
        pytest.param({"history": {"side": "left"}}, NOW - timedelta(days=20), id="that examined nothing"),
        pytest.param({}, NOW - timedelta(days=20), id="that says nothing"),
        pytest.param(SIGNS, NOW, id="of now"),
        pytest.param(SIGNS, datetime(1850, 1, 1, tzinfo=NOW.tzinfo), id="of another century"),
    ],
)
def test_an_older_form_that_cannot_be_compared_with_is_left_out(body: Body, authored: datetime) -> None:
    exam = exam_of(chart(earlier=ExamOnFile(body=body, authored=authored)))
    assert exam.previous_examination is None


PROGRESSIVE = "red_flags.progressive_motor_weakness"
BELOW, PAIN = "history.pain_radiates_below_knee", "history.pain_locations"
CONTRADICTIONS: dict[str, tuple[Chart, Body]] = {
    "a flag of the chart and a no of the form": (
        chart({HOURS: 5}, form={"red_flags": {"progressive_motor_weakness": False, "fever": False}}),
        {HOURS: 5, PROGRESSIVE: None, FEVER: False},
    ),
    "a flag of the chart and a no of the chart": (
        chart({PROGRESSIVE: False, HOURS: 5, FEVER: True}),
        {HOURS: 5, PROGRESSIVE: None, FEVER: True},
    ),
    "a flag of the form and a no of the chart": (
        chart({PROGRESSIVE: False}, form={"red_flags": {"motor_deterioration_hours": 5.0}}),
        {HOURS: 5, PROGRESSIVE: None},
    ),
    "pain of the form and of the chart": (
        chart({BELOW: False, SEVERITY: 7.0}, form={"history": {"pain_locations": ["sole"]}}),
        {BELOW: None, PAIN: ["sole"], SEVERITY: 7},
    ),
    "pain in two places of the chart": (chart({PAIN: ["sole"], BELOW: False}), {PAIN: ["sole"], BELOW: None}),
    "a pain of nought that cannot be borne": (
        chart({"treatment.intolerable_pain": True}, form={"history": {"pain_severity": 0.0}}),
        {"treatment.intolerable_pain": None, SEVERITY: 0},
    ),
    "a pregnant man: drugs and rays count": (
        chart({FEVER: True}, form={"patient": {"pregnant": True}, **SIGNS}, sex="male"),
        {"patient.pregnant": True, "patient.sex": None, FEVER: True, "examination.reflexes.achilles": "reduced"},
    ),
    "a man whose form lists pregnancy": (
        chart(form={"treatment": {"nsaid_contraindications": ["pregnancy"]}}, sex="male"),
        {"treatment.nsaid_contraindications": ["pregnancy"], "patient.sex": None},
    ),
    "a number that is none": (
        chart({SEVERITY: 11, FEVER: True, "red_flags.nothing": 1}),
        {SEVERITY: None, FEVER: True},
    ),
    "a flag that is none": (chart({RESIDUAL: -1, FEVER: True}), {RESIDUAL: None, FEVER: True}),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_what_contradicts_is_left_out_and_a_red_flag_last(name: str) -> None:
    told, stands = CONTRADICTIONS[name]
    exam = exam_of(told)
    assert {code: said(exam, code) for code in stands} == stands


def test_the_sex_is_that_of_the_chart_and_else_of_the_form() -> None:
    form: Body = {"patient": {"sex": "female", "pregnant": True}}
    assert exam_of(chart(form=form, sex="other")).patient.sex is Sex.OTHER
    assert exam_of(chart(form=form)).patient.sex is Sex.FEMALE
    assert exam_of(chart(form=form)).patient.pregnant is Answer.YES


def values(item: Item) -> st.SearchStrategy[Any]:
    """What an item may state."""
    if item.kind is Kind.BOOLEAN:
        return st.booleans()
    if item.kind is Kind.CHOICES:
        return st.lists(st.sampled_from(item.choices), max_size=3, unique=True)
    if item.kind is Kind.CHOICE:
        return st.sampled_from(item.choices)
    if item.kind is Kind.GRADE:
        return st.sampled_from([*GRADES, "weak"])
    return st.floats(item.low or 0, item.high or 1000)


ITEMS = {code: item for code, item in exam_items().items() if not code.startswith("patient.") or "pregnant" in code}
CONTRARY = (PROGRESSIVE, HOURS, BELOW, PAIN, SEVERITY, "treatment.intolerable_pain", "patient.pregnant")
CODES = (
    st.sampled_from(CONTRARY)
    | st.sampled_from([each for each in ITEMS if RED_FLAGS in each])
    | st.sampled_from(list(ITEMS))
)


@st.composite
def statements(draw: st.DrawFn) -> Body:
    """Some statements by their codes; they may contradict each other."""
    return {code: draw(values(ITEMS[code])) for code in sorted(draw(st.sets(CODES, max_size=8)))}


def as_body(stated: Body) -> Body:
    """The body of a form that states this."""
    body: Body = {}
    for code, value in stated.items():
        *way, last = code.split(".")
        inner = body
        for name in way:
            inner = inner.setdefault(name, {})
        inner[last] = value
    return body


@settings(max_examples=200, derandomize=True, database=None, deadline=None)
@given(
    found=statements(),
    form=st.none() | statements(),
    older=st.none() | statements(),
    days=st.floats(0, 14),
    gap=st.floats(0, 300),
    age=st.floats(18, 120),
    sex=st.none() | st.sampled_from([each.value for each in Sex]),
)
def test_any_chart_of_an_adult_is_an_examination_and_no_red_flag_that_is_there_is_lost(
    found: Body, form: Body | None, older: Body | None, days: float, gap: float, age: float, sex: str | None
) -> None:
    """Hazard H-28: one part of a chart talks a flag of another down."""
    before = None if older is None else on_file(as_body(older), days + gap)
    exam = exam_of(
        chart(found, form=None if form is None else as_body(form), days=days, earlier=before, age=age, sex=sex)
    )
    assert exam.patient.age_years == age
    for code, value in (*found.items(), *(form or {}).items()):
        if not code.startswith(RED_FLAGS) or value is False:
            continue
        stands = said(exam, code)
        assert stands is True if value is True else (stands <= value if code in LESS_IS_WORSE else stands >= value)
    assert all(said(exam, code) is True for code in LASTING if (older or {}).get(code) is True)
    stated = {code for code in exam_items() if said(exam, code) not in (None, [])}
    assert stated <= {"patient.age_years", "patient.sex", *LASTING, *found, *(form or {})}, "nothing is made up"


WEAK = "examination.strength.ankle_dorsiflexion"
STRONG: Body = {"examination": {"strength": {"ankle_dorsiflexion": 5.0}}}


def told(value: Any, *, source: str = OBSERVATIONS, days: float | None = None, code: str = WEAK) -> Found:
    """What the chart says beside a form of a day ago."""
    at = None if days is None else NOW - timedelta(days=days)
    return Found(statements={code: value}, basis={code: (Basis(label="x", source=source, at=at),)})


@pytest.mark.parametrize(
    ("beside", "counts"),
    [
        pytest.param(told(2.0, days=0.5), 2.0, id="observed after the form"),
        pytest.param(told(2.0, days=1.5), 5.0, id="observed before the form"),
        pytest.param(told(2.0), 5.0, id="nobody says when"),
        pytest.param(told("weak", source=ORDER), "weak", id="the reason for the order"),
    ],
)
def test_a_later_sign_takes_the_place_of_the_forms_and_somebody_is_asked_to_look(beside: Found, counts: Any) -> None:
    """Hazard H-28: a form hides what was found after it."""
    apart = replace(chart(form=STRONG), found=beside)
    assert said(exam_of(apart), WEAK) == counts
    assert [each.code for each in disagreements(apart)] == [f"apart_{WEAK}"]
    assert "Ankle dorsiflexion" in disagreements(apart)[0].text


@pytest.mark.parametrize(
    ("form", "beside"),
    [(STRONG, told(5.0)), (SIGNS, told(2.0)), (None, told(2.0)), ({"history": {"side": "left"}}, Found())],
)
def test_form_and_chart_may_agree_or_speak_of_something_else(form: Body | None, beside: Found) -> None:
    assert disagreements(replace(chart(form=form), found=beside)) == ()


def test_weakness_that_nobody_graded_takes_no_grade_of_the_form_away() -> None:
    """Hazard H-28: a reason for an order talks a severe deficit of the form down."""
    severe: Body = {"examination": {"strength": {"ankle_dorsiflexion": 2.0}}}
    apart = replace(chart(form=severe), found=told("weak", source=ORDER))
    assert (said(exam_of(apart), WEAK), disagreements(apart)) == (2.0, ())


UNBEARABLE = "treatment.intolerable_pain"
BEARABLE: Body = {"treatment": {"intolerable_pain": False}}


@pytest.mark.parametrize(
    ("beside", "form", "asked"),
    [
        pytest.param(told(True, code=UNBEARABLE, days=0.5), BEARABLE, [UNBEARABLE], id="after the form"),
        pytest.param(told(True, code=UNBEARABLE), BEARABLE, [UNBEARABLE], id="nobody says when"),
        pytest.param(told(True, code=UNBEARABLE, days=3), BEARABLE, [], id="the form is newer"),
        pytest.param(told(False, code=UNBEARABLE, days=0.5), BEARABLE, [], id="the same"),
        pytest.param(
            told(8.0, code=SEVERITY, days=0.5), {"history": {"pain_severity": 3.0}}, [], id="a score of another hour"
        ),
        pytest.param(told(True, code=FEVER), {"red_flags": {"fever": False}}, [], id="a flag counts"),
        pytest.param(
            told(True, code=UNBEARABLE, days=3), {"history": {"pain_severity": 0.0}}, [UNBEARABLE], id="left out"
        ),
    ],
)
def test_what_disagrees_is_never_silent(beside: Found, form: Body, asked: list[str]) -> None:
    """Hazard H-28: what contradicts the form is dropped, and nobody hears of it."""
    found = disagreements(replace(chart(form=form), found=beside))
    assert [each.code for each in found] == [f"apart_{code}" for code in asked]
    assert all(each.text.endswith("?") for each in found)


def test_entries_that_contradict_each_other_are_asked_about_without_any_form() -> None:
    (asked,) = disagreements(chart({"history.pain_locations": ["sole"], "history.pain_radiates_below_knee": False}))
    assert "below the knee: what the chart says contradicts the rest" in asked.text


def test_a_pregnant_man_is_asked_about() -> None:
    (asked,) = disagreements(chart(form={"patient": {"pregnant": True}}, sex="male"))
    assert asked.code == "apart_patient.sex"


@pytest.mark.parametrize("age", [None, 7])
def test_nobody_examined_is_no_disagreement(age: float | None) -> None:
    assert disagreements(chart({FEVER: True}, age=age)) == ()


@pytest.mark.parametrize(
    ("days", "listed", "apart"), [(18, 70, True), (18, 41, False), (50, 70, False), (41, 41, True)]
)
def test_a_duration_on_the_other_side_of_six_weeks_is_asked_about(days: int, listed: int, apart: bool) -> None:
    """The form is a day old: what had lasted 41 days then has lasted six weeks."""
    form = {"history": {"symptom_duration_days": days}}
    found = disagreements(chart({DURATION: listed}, form=form))
    assert bool(found) is apart
