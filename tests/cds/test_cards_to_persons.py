"""Cards to the person instead of a clinician, and cards without a record."""

import dataclasses
import re
from typing import Any

import pytest

from service.cds.cards import Card, card, card_to_a_minor, card_without_record, pressing
from service.cds.wording import (
    WEAK,
    summary,
)
from service.silenced import FlagsAtLeast
from tests.cds.card_cases import CASES, TO_PERSONS
from tests.cds.charts import EARLY, ORDER, PAGES, a_case, a_chart
from tests.cds.schema import valid
from tests.fhir.shapes import nothings

NUMBER = re.compile(r"\d+(\.\d+)?\s?%")


@pytest.mark.parametrize("name", TO_PERSONS)
def test_the_person_reads_other_words_and_the_same_decisions(name: str) -> None:
    """Hazard H-12: the words for one reader change a decision."""
    plain, technical = card(TO_PERSONS[name], PAGES), card(CASES[name], PAGES)
    for shared in ("uuid", "indicator", "source", "extension"):
        assert plain[shared] == technical[shared]
    assert plain["detail"] != technical["detail"]
    assert not NUMBER.search(plain["detail"] + plain["summary"])
    assert "links" not in plain


def test_the_person_in_an_emergency_is_sent_to_hospital() -> None:
    case = a_case(order=None, to_person=True, red_flags={"saddle_anesthesia": True})
    made = card(case, PAGES)
    assert "go to hospital now" in made["summary"]
    assert "You need to go to hospital now" in made["detail"]


def of_flags(**sections: Any) -> FlagsAtLeast:
    found = a_case(**sections).assessment
    return FlagsAtLeast(urgency=found.urgency, red_flags=found.red_flags)


WITHOUT_RECORD: dict[str, tuple[str, bool, FlagsAtLeast | None]] = {
    "emergency": ("critical", True, of_flags(red_flags={"urinary_retention": True})),
    "urgent": ("warning", True, of_flags(red_flags={"fever": True})),
    "age over 50 alone": ("info", False, of_flags(age=60)),
    "no flag": ("info", False, of_flags()),
    "not even the flags": ("info", False, None),
}


@pytest.mark.parametrize("name", WITHOUT_RECORD)
def test_what_is_left_of_an_answer_that_is_not_on_record(name: str) -> None:
    """Hazard H-14: what fails takes the red flags along."""
    indicator, told, flagged = WITHOUT_RECORD[name]
    made: Card = card_without_record(flagged, a_chart(), ORDER, PAGES)
    valid("response", {"cards": [made]})
    assert nothings(made) == []
    assert pressing(flagged) is told
    assert made["indicator"] == indicator
    assert "could not be recorded" in made["summary"]
    assert not {"uuid", "suggestions", "overrideReasons"} & set(made)


def test_a_minor_is_told_of_and_not_rated() -> None:
    """Hazard H-13: used for people it was not made for."""
    made = card_to_a_minor(PAGES)
    valid("response", {"cards": [made]})
    assert made["indicator"] == "info"
    assert "paediatric" in made["summary"]


def test_the_weak_flags_are_those_of_the_rules() -> None:
    assert {"RF-AGE-OVER-50"} == WEAK


def test_the_summary_to_a_clinician_is_never_that_to_the_person() -> None:
    case = a_case(order=None, **EARLY)
    assert summary(case) != summary(dataclasses.replace(case, to_person=True))
