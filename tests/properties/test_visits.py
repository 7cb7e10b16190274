"""Visits of one reference, one after the other: what is added, or left out, never calms the last of them."""

from datetime import timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import strategies as st

from service.earlier import linked
from service.rules.guideline import Urgency
from tests.builders import NOON, Body, an_assessment
from tests.properties.changes import with_stated
from tests.properties.strategies import bodies, holds, legs, previous_examinations, read

HOURS = (1000, 400, 60, 30, 10, 1)


@st.composite
def visits(draw: st.DrawFn) -> list[Body]:
    """Two to four visits of one person for the same leg; what was looked at last had mostly been looked at before."""
    last = with_stated(with_stated(draw(bodies()), "somebody", "patient", "reference"), "left", "history", "side")
    last = with_stated(last, NOON.isoformat(), "examined_at") | {"previous_examination": None}
    whens = sorted(draw(st.sets(st.sampled_from(HOURS), min_size=1, max_size=3)), reverse=True)
    return [*(_before(draw, last, when) for when in whens), last]


def _before(draw: st.DrawFn, last: Body, hours: float) -> Body:
    then = draw(previous_examinations(last.get("examination") or {}))
    return {
        "patient": last["patient"],
        "history": {"side": "left"},
        **{name: then[name] for name in ("examination", "red_flags")},
        "other_leg": draw(st.none() | legs()),
        "examined_at": _at(hours),
    }


def _at(hours: float) -> str:
    return (NOON - timedelta(hours=hours)).isoformat()


def urgency_of(seen: list[Body]) -> Urgency:
    """The urgency of the last visit, after the others."""
    *before, last = (read(body) for body in seen)
    return an_assessment(linked(last, before)).urgency


@holds(seen=visits(), hours=st.sampled_from([500, 50, 20, 5, 0.5]), told=st.sampled_from([{}, {"fever": False}]))
def test_a_visit_that_states_no_sign_hides_nothing(seen: list[Body], hours: float, told: Body) -> None:
    """Hazard H-08: a telephone visit comes between two examinations, and what changed is compared with nothing."""
    patient: Any = seen[-1]["patient"]
    call = {"patient": patient, "history": {"pain_severity": 4}, "red_flags": told, "examined_at": _at(hours)}
    with_call = sorted([*seen, call], key=lambda body: str(body["examined_at"]))
    assert urgency_of(with_call) >= urgency_of(seen)


@holds(seen=visits(), then=previous_examinations({}), like_now=st.booleans())
def test_an_examination_sent_along_hides_nothing(seen: list[Body], then: Body, like_now: bool) -> None:
    """Hazard H-08: an app sends one earlier examination, and the one that shows the loss is not looked at."""
    *before, last = seen
    sent = {**then, "examination": last.get("examination") or {}} if like_now else then
    alone, remembered = urgency_of([last | {"previous_examination": sent}]), urgency_of(seen)
    assert urgency_of([*before, last | {"previous_examination": sent}]) >= max(alone, remembered)


@holds(seen=visits(), side=st.sampled_from([None, "bilateral"]))
def test_leaving_the_side_out_hides_nothing(seen: list[Body], side: str | None) -> None:
    """Hazards H-04, H-08: the side is not stated, and nothing is compared."""
    *before, last = seen
    assert urgency_of([*before, with_stated(last, side, "history", "side")]) >= urgency_of(seen)


@holds(seen=visits(), which=st.integers(0, 2), hours=st.lists(st.sampled_from([1500, 300, 45, 25, 23, 8, 3, 0.2])))
def test_what_is_left_out_of_repeats_changes_nothing(seen: list[Body], which: int, hours: list[float]) -> None:
    """Hazard H-08: an examination that was posted several times is weighed by its first and its last time alone."""
    *before, last = seen
    repeated = before[which % len(before)]
    posts = sorted(
        [*before, *(repeated | {"examined_at": _at(each)} for each in hours)], key=lambda body: str(body["examined_at"])
    )
    weighed = linked(read(last), [read(body) for body in posts])
    with patch("service.earlier._without_repeats", lambda visits: visits):
        assert linked(read(last), [read(body) for body in posts]) == weighed
