"""Which exam form on file is today's examination, which one is the one before, and what they say together."""

from datetime import datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from service.chart.exam_of_chart import forms_of
from service.chart.facts import ExamOnFile, Source, State
from service.chart.meanings import CANCER
from tests.chart.charts import NOW
from tests.entrances.forms import response

Body = dict[str, Any]
NOTHING: tuple[Any, ...] = (None, [], "x", 7, {})
SIGNS: Body = {"examination": {"reflexes": {"achilles": "reduced"}}}


def form(body: Body, days: float = 0, **more: Any) -> Body:
    """A form that was filled in so many days before noon."""
    return {**response(body), "authored": (NOW - timedelta(days=days)).isoformat(), **more}


def forms(*resources: Any) -> tuple[ExamOnFile | None, ExamOnFile | None, int]:
    """What they come to at noon."""
    return forms_of(Source(state=State.COMPLETE, resources=resources), NOW)


def flags(**stated: Any) -> Body:
    """The screen for red flags."""
    return {"red_flags": stated}


def test_no_form_is_none() -> None:
    assert forms() == (None, None, 0)


@pytest.mark.parametrize(
    ("days", "today"),
    [(0, True), (13.99, True), (14, True), (14.001, False), (15, False), (400, False)],
)
def test_a_form_counts_as_todays_for_fourteen_days(days: float, today: bool) -> None:
    exam, earlier, unread = forms(form(SIGNS, days))
    expected = ExamOnFile(body=SIGNS, authored=NOW - timedelta(days=days))
    assert (exam, earlier, unread) == ((expected, None, 0) if today else (None, expected, 0))


@pytest.mark.parametrize(
    ("ages", "today", "before"),
    [
        pytest.param((1, 10), 1, 10, id="both of these days"),
        pytest.param((3, 10, 40), 3, 10, id="the one before, not the oldest"),
        pytest.param((14, 14.001), 14, 14.001, id="either side of fourteen days"),
        pytest.param((15, 40), None, 15, id="all too old"),
    ],
)
def test_of_several_the_newest_counts_whatever_their_order(
    ages: tuple[float, ...], today: float | None, before: float
) -> None:
    for order in permutations(ages):
        exam, earlier, unread = forms(*(form(SIGNS, days) for days in order))
        assert (None if exam is None else exam.authored) == (None if today is None else NOW - timedelta(days=today))
        assert earlier is not None
        assert (earlier.authored, unread) == (NOW - timedelta(days=before), 0)


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({**response(SIGNS)}, id="without a time"),
        pytest.param(form(SIGNS, authored="2026-11"), id="of a month"),
        pytest.param(form(SIGNS, authored="2026-11-22T10:00:00"), id="of a time somewhere"),
        pytest.param(form(SIGNS, -1.01), id="of the day after tomorrow"),
        pytest.param(form(SIGNS, authored="2026-12-24"), id="of next month"),
        pytest.param(form(SIGNS, authored="1899-12-31T12:00:00Z"), id="of before 1900"),
        pytest.param(form(SIGNS, authored="0001-01-01T00:00:00+14:00"), id="of the beginning of time"),
        pytest.param(form(SIGNS, authored="9999-12-31T23:59:59-12:00"), id="of the end of time"),
        pytest.param(form(SIGNS, authored="2026-11-22T10:00:00+01:00:30"), id="of an offset in seconds"),
        pytest.param(form(SIGNS, status="stopped"), id="given up"),
        pytest.param(form(SIGNS, questionnaire="http://x"), id="of another questionnaire"),
        pytest.param(form(SIGNS, item=[{"linkId": "mood"}]), id="of other items"),
        pytest.param(form({"history": {"pain_severity": 11}}), id="beyond its scale"),
        pytest.param(
            form({"examination": {"strength": {"knee_extension": 3.7}}}, item=[]) | {"item": 7}, id="no items"
        ),
        pytest.param(form(flags(progressive_motor_weakness=False, motor_deterioration_hours=5)), id="contradictory"),
        pytest.param({"resourceType": "Observation"}, id="something else"),
        *(pytest.param(each, id=repr(each)) for each in NOTHING),
    ],
)
def test_what_cannot_be_read_or_placed_is_counted_and_takes_nothing_along(odd: Any) -> None:
    exam, earlier, unread = forms(odd, form(SIGNS, 2))
    assert exam == ExamOnFile(body=SIGNS, authored=NOW - timedelta(days=2))
    assert (earlier, unread) == (None, 1)


def test_a_clock_may_be_ahead_of_ours() -> None:
    exam, _, unread = forms(form(flags(urinary_retention=True), -0.1))
    assert exam is not None
    assert (exam.body, unread) == (flags(urinary_retention=True), 0)


def test_a_day_that_has_begun_in_the_east_is_now() -> None:
    exam, _, _ = forms(form(SIGNS, authored="2026-11-24"))
    assert exam is not None
    assert exam.authored == NOW


def test_the_age_is_that_of_the_chart_and_the_rest_of_the_person_is_kept() -> None:
    exam, _, _ = forms(form({"patient": {"age_years": 7, "sex": "female", "pregnant": True}}))
    assert exam is not None
    assert exam.body == {"patient": {"sex": "female", "pregnant": True}}
    exam, _, _ = forms(form({"patient": {"age_years": 44}}))
    assert exam is not None
    assert exam.body == {}


HOURS = 1 / 24


@pytest.mark.parametrize(
    ("newest", "other", "days", "together"),
    [
        pytest.param(SIGNS, flags(fever=True), HOURS, {**SIGNS, **flags(fever=True)}, id="asked an hour before"),
        pytest.param(SIGNS, flags(fever=False), HOURS, {**SIGNS, **flags(fever=False)}, id="denied an hour before"),
        pytest.param(SIGNS, flags(fever=True), 1, {**SIGNS, **flags(fever=True)}, id="asked a day before"),
        pytest.param(SIGNS, flags(fever=True), 1.01, SIGNS, id="asked longer before"),
        pytest.param(flags(fever=False), flags(fever=True), HOURS, flags(fever=False), id="denied since"),
        pytest.param(flags(fever=True), flags(fever=False), HOURS, flags(fever=True), id="there since"),
        pytest.param(
            flags(osteoporosis=False), flags(osteoporosis=True), HOURS, flags(osteoporosis=True), id="lasting"
        ),
        pytest.param(
            flags(post_void_residual_ml=50),
            flags(post_void_residual_ml=600),
            HOURS,
            flags(post_void_residual_ml=50),
            id="measured again",
        ),
        pytest.param(
            flags(progressive_motor_weakness=False),
            flags(motor_deterioration_hours=5),
            HOURS,
            flags(progressive_motor_weakness=False),
            id="what would contradict",
        ),
        pytest.param(flags(fever=False), SIGNS, HOURS, flags(fever=False), id="signs may have changed"),
        pytest.param(flags(fever=False), SIGNS, 0, {**SIGNS, **flags(fever=False)}, id="parts of the same time"),
        pytest.param(flags(fever=False), flags(fever=True), 0, flags(fever=True), id="both of the same time"),
    ],
)
def test_forms_of_one_visit_are_put_together(newest: Body, other: Body, days: float, together: Body) -> None:
    for pair in ((form(newest, 1), form(other, 1 + days)), (form(other, 1 + days), form(newest, 1))):
        exam, earlier, _ = forms(*pair)
        assert exam is not None
        assert (exam.body, exam.authored) == (together, NOW - timedelta(days=1))
        assert (earlier is None) is (days == 0)


def test_of_two_of_the_same_time_the_order_decides_nothing() -> None:
    left, right = form({"history": {"side": "left"}}, 1), form({"history": {"side": "right"}}, 1)
    assert forms(left, right) == forms(right, left)


@pytest.mark.parametrize(
    ("bodies", "before"),
    [
        pytest.param([SIGNS, flags(fever=True)], {**SIGNS, **flags(fever=True)}, id="silent about it since"),
        pytest.param([flags(fever=False), flags(fever=True)], flags(fever=False), id="denied since"),
        pytest.param(
            [SIGNS, flags(fever=False), flags(fever=True)], {**SIGNS, **flags(fever=False)}, id="denied in between"
        ),
        pytest.param(
            [flags(history_of_cancer=False), flags(history_of_cancer=True)],
            flags(history_of_cancer=True),
            id="cancer was known before",
        ),
        pytest.param([flags(fever=True), SIGNS], flags(fever=True), id="signs of another visit are no signs of this"),
    ],
)
def test_a_visit_that_asked_about_something_else_hides_no_red_flag(bodies: list[Body], before: Body) -> None:
    """Hazard H-28: the latest form hides what an earlier one found."""
    on_file = [form(body, 20 + 10 * number) for number, body in enumerate(bodies)]
    for resources in ([form({"history": {"side": "left"}}, 1), *on_file], on_file, on_file[::-1]):
        _, earlier, _ = forms(*resources)
        assert earlier == ExamOnFile(body=before, authored=NOW - timedelta(days=20))


def test_hundreds_of_forms_are_read_in_one_go() -> None:
    screen = flags(**{CANCER.removeprefix("red_flags."): True, "fever": True})
    exam, earlier, unread = forms(*(form(screen, number / 10) for number in range(300)))
    assert exam is not None
    assert earlier is not None
    assert (exam.authored, earlier.authored, unread) == (NOW, NOW - timedelta(days=0.1), 0)


def test_a_day_alone_is_its_beginning() -> None:
    exam, _, _ = forms(form(SIGNS, authored="2026-11-09"))
    assert exam is None, "fourteen and a half days"
    exam, _, _ = forms(form(SIGNS, authored="2026-11-10"))
    assert exam is not None
    assert exam.authored == datetime(2026, 11, 10, tzinfo=NOW.tzinfo)


def test_a_form_that_was_entered_in_error_is_none() -> None:
    assert forms(form(SIGNS, status="entered-in-error")) == (None, None, 0)
