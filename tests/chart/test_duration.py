"""How long the symptoms have lasted: only where the plan is the same for all that the entry leaves open."""

from datetime import date
from typing import Any

import pytest

from service.chart.conditions import problem_of
from service.chart.duration import duration_days
from tests.cds.fhir_data import (
    CERVICAL_RADICULOPATHY,
    CHRONIC_LOW_BACK_PAIN,
    FEVER,
    LOW_BACK_PAIN,
    SCIATICA,
    condition,
)

TODAY = date(2026, 11, 23)


def days(*conditions: dict[str, Any]) -> int | None:
    """What these entries say together."""
    return duration_days([each for one in conditions if (each := problem_of(one, TODAY)) is not None], TODAY)


ONE = [
    pytest.param({"onset": "2026-11-23"}, 0, id="today"),
    pytest.param({"onset": "2026-10-13"}, 41, id="41 days"),
    pytest.param({"onset": "2026-10-12"}, 42, id="42 days"),
    pytest.param({"onset": "2026-11"}, 0, id="this month: the shortest it can be"),
    pytest.param({"onset": "2026-09"}, 54, id="a month on the long side"),
    pytest.param({"onset": "2026-10"}, None, id="a month on both sides"),
    pytest.param({"onset": "2026"}, None, id="a year on both sides"),
    pytest.param({"onset": "2025"}, 327, id="last year"),
    pytest.param({"onset": "2026-11-24"}, None, id="of the future"),
    pytest.param({"onsetPeriod": {"start": "2026-10-12"}}, 42, id="a period"),
    pytest.param({"recordedDate": "2026-10-12"}, 42, id="written down 42 days ago: at the least"),
    pytest.param({"recordedDate": "2026-10-13"}, None, id="written down 41 days ago: it may be longer"),
    pytest.param({"recordedDate": "2026-10"}, None, id="written down in a month on both sides"),
    pytest.param({"onset": "2026-11-13", "recordedDate": "2020-01-01"}, 10, id="the onset before the record"),
    pytest.param({}, None, id="no date"),
    pytest.param({"clinical": "recurrence", "onset": "2019-01-01"}, None, id="recurrence: the first time says nothing"),
    pytest.param({"clinical": "relapse", "recordedDate": "2019-01-01"}, None, id="relapse, written down long ago"),
    pytest.param({"clinical": "resolved", "onset": "2019-01-01"}, None, id="over"),
]


@pytest.mark.parametrize(("more", "lasted"), ONE)
@pytest.mark.parametrize("code", [SCIATICA, LOW_BACK_PAIN])
def test_one_problem(code: str, more: dict[str, Any], lasted: int | None) -> None:
    assert days(condition(code, **more)) == lasted


CHRONIC = [
    pytest.param({}, 84, id="no date: three months by its name"),
    pytest.param({"onset": "2026-11-13"}, 84, id="ten days: its name says more"),
    pytest.param({"onset": "2026"}, 84, id="this year"),
    pytest.param({"onset": "2025-11-23"}, 365, id="a year ago"),
    pytest.param({"onset": "2027"}, 84, id="of the future"),
    pytest.param({"recordedDate": "2026-11-20"}, 84, id="written down lately"),
    pytest.param({"recordedDate": "2025-11-23"}, 365, id="written down a year ago"),
    pytest.param({"clinical": "recurrence", "onset": "2019"}, 84, id="recurrence"),
]


@pytest.mark.parametrize(("more", "lasted"), CHRONIC)
def test_chronic_pain(more: dict[str, Any], lasted: int) -> None:
    assert days(condition(CHRONIC_LOW_BACK_PAIN, **more)) == lasted


def test_the_leg_counts_before_the_back() -> None:
    back, leg = condition(LOW_BACK_PAIN, onset="2020-01-01"), condition(SCIATICA, onset="2026-11-13")
    assert days(back, leg) == days(leg, back) == 10


def test_a_leg_without_a_date_leaves_it_open_whatever_the_back() -> None:
    assert days(condition(CHRONIC_LOW_BACK_PAIN), condition(SCIATICA)) is None


def test_of_several_the_first_onset() -> None:
    assert days(condition(SCIATICA, onset="2026-11-13"), condition(SCIATICA, onset="2026-10-12")) == 42


@pytest.mark.parametrize("code", [CERVICAL_RADICULOPATHY, FEVER, "85007004", "10601006"])
def test_other_problems_say_nothing_of_it(code: str) -> None:
    assert days(condition(code, onset="2020-01-01")) is None


def test_nothing_says_nothing() -> None:
    assert days() is None
