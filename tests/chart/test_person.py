"""Age and sex of a Patient, as far as they can be read."""

from datetime import UTC, datetime
from typing import Any

import pytest

from service.chart.facts import Person
from service.chart.person import read_person

AT = datetime(2026, 11, 23, 12, tzinfo=UTC)

AGES = [
    pytest.param("1980-11-23", 46, id="birthday today"),
    pytest.param("1980-11-24", 45, id="birthday tomorrow"),
    pytest.param("2004-02-29", 22, id="a leap day"),
    pytest.param("1980-11", 46, id="this month: the fifteenth"),
    pytest.param("1980-12", 45, id="next month"),
    pytest.param("1980", 46, id="a year: the first of July"),
    pytest.param("2026-11-23", 0, id="born today"),
    pytest.param("2026-11-24", None, id="not born yet"),
    pytest.param("0000", None, id="year zero"),
    pytest.param("1980-13", None, id="no month"),
    pytest.param("1981-02-29", None, id="no day"),
    pytest.param("1980-5-7", None, id="no zeros"),
    pytest.param("1980-05-17T10:00:00Z", None, id="with a time"),
    pytest.param("١٩٨٠", None, id="other digits"),
    pytest.param("", None, id="empty"),
    pytest.param(None, None, id="null"),
    pytest.param(1980, None, id="a number"),
    pytest.param(["1980"], None, id="a list"),
    pytest.param({"value": "1980"}, None, id="an object"),
]


@pytest.mark.parametrize(("birth", "age"), AGES)
def test_age_in_completed_years(birth: Any, age: int | None) -> None:
    assert read_person({"birthDate": birth}, AT).age_years == age


@pytest.mark.parametrize("gender", ["female", "male", "other", "unknown"])
def test_sex_in_the_words_of_fhir(gender: str) -> None:
    assert read_person({"gender": gender}, AT).sex == gender


@pytest.mark.parametrize("gender", ["F", "Female", "", None, 1, ["female"], {"code": "female"}])
def test_other_words_for_sex_are_not_read(gender: Any) -> None:
    assert read_person({"gender": gender}, AT).sex is None


@pytest.mark.parametrize("identifier", [None, 7, ["p1"], {}])
def test_an_id_is_a_text(identifier: Any) -> None:
    assert read_person({"id": identifier}, AT) == Person(id=None, age_years=None)
    assert read_person({"id": "p1"}, AT).id == "p1"
