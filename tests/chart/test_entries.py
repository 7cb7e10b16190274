"""The fields of an entry: codes, statuses, days and times, and a plain no to anything else."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from service.chart.entries import Days, Unreadable, codings, days_of, known_codes, moment_of, status_code
from service.terminology.systems import ICD10CM, LOINC, SNOMED

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
KNOWN = frozenset({"active", "resolved"})
CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"

DAYS = [
    pytest.param("2026-05-17", date(2026, 5, 17), date(2026, 5, 17), id="a day"),
    pytest.param("2026-05-17T23:30:00-05:00", date(2026, 5, 17), date(2026, 5, 17), id="a time: the day where it was"),
    pytest.param("2026-05-17T10:00", date(2026, 5, 17), date(2026, 5, 17), id="a time without zone"),
    pytest.param("2024-02", date(2024, 2, 1), date(2024, 2, 29), id="a month"),
    pytest.param("2026-12", date(2026, 12, 1), date(2026, 12, 31), id="december"),
    pytest.param("2026", date(2026, 1, 1), date(2026, 12, 31), id="a year"),
]
NO_DAYS: list[Any] = [
    "",
    "0000",
    "2026-13",
    "2026-02-30",
    "26-01-01",
    "9999-12",
    "2026-05-17 10:00",
    "soon",
    None,
    2026,
    [],
    {},
]


@pytest.mark.parametrize(("stated", "first", "last"), DAYS)
def test_the_days_that_a_date_may_mean(stated: str, first: date, last: date) -> None:
    assert days_of(stated) == Days(first=first, last=last)


@pytest.mark.parametrize("stated", NO_DAYS)
def test_what_is_no_date(stated: Any) -> None:
    assert days_of(stated) is None


MOMENTS = [
    pytest.param("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC), id="a time"),
    pytest.param(
        "2026-11-20T10:00:00+02:00",
        datetime(2026, 11, 20, 10, tzinfo=timezone(timedelta(hours=2))),
        id="a time elsewhere",
    ),
    pytest.param("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC), id="a day begins at midnight"),
    pytest.param("2026-11-24", NOW, id="a day that has begun elsewhere"),
    pytest.param("2030-01-01", datetime(2030, 1, 1, tzinfo=UTC), id="a day of the future stays there"),
    pytest.param("2026-11-20T10:00:00", None, id="a time without zone"),
    pytest.param("2026-11", None, id="a month"),
    pytest.param("2026", None, id="a year"),
    pytest.param("0000-01-01", None, id="year zero"),
    pytest.param("2026-02-30", None, id="no day"),
    pytest.param("", None, id="empty"),
    pytest.param(None, None, id="null"),
    pytest.param(20261120, None, id="a number"),
    pytest.param(["2026-11-20"], None, id="a list"),
]


@pytest.mark.parametrize(("stated", "moment"), MOMENTS)
def test_moments(stated: Any, moment: datetime | None) -> None:
    assert moment_of(stated, NOW) == moment


def test_a_day_alone_without_a_clock_is_its_beginning() -> None:
    assert moment_of("2026-11-24", None) == datetime(2026, 11, 24, tzinfo=UTC)


@pytest.mark.parametrize(
    "concept",
    [
        *(None, "386661006", 7, [], {}, {"text": "fever"}),
        *({"coding": None}, {"coding": "x"}, {"coding": {"code": "x"}}, {"coding": [None, 1]}),
        *({"coding": [{"code": "386661006"}]}, {"coding": [{"system": SNOMED}]}),
        {"coding": [{"system": [SNOMED], "code": "386661006"}]},
        *({"coding": [{"system": SNOMED, "code": code}]} for code in (True, 3866.0, [386661006])),
    ],
)
def test_a_code_needs_its_system_and_both_are_texts(concept: Any) -> None:
    assert not list(codings(concept))
    assert known_codes(concept) == ()


@pytest.mark.parametrize("number", [10**400, -1])
def test_a_number_that_can_be_no_code_is_none(number: int) -> None:
    assert known_codes({"coding": [{"system": SNOMED, "code": number}]}) == ()


SPELLED = [
    (SNOMED, SNOMED),
    ("HTTPS://SNOMED.info/sct/ ", SNOMED),
    ("http://snomed.info/sct |http://snomed.info/sct/900000000000207008", SNOMED),
    ("URN:OID:2.16.840.1.113883.6.96", SNOMED),
    ("urn:oid:2.16.840.1.113883.6.90", ICD10CM),
    ("http://hl7.org/fhir/sid/icd-10-cm|2026", ICD10CM),
    ("urn:oid:2.16.840.1.113883.6.3", "http://hl7.org/fhir/sid/icd-10"),
    ("urn:oid:2.16.840.1.113883.6.1", LOINC),
    ("https://loinc.org", LOINC),
    ("urn:Local", "urn:Local"),
]


@pytest.mark.parametrize(("written", "system"), SPELLED)
def test_a_system_is_known_however_it_is_written(written: str, system: str) -> None:
    assert list(codings({"coding": [{"system": written, "code": " 386661006 "}]})) == [(system, "386661006")]
    assert list(codings({"coding": [{"system": written, "code": 386661006}]})) == [(system, "386661006")]


def test_codes_are_found_among_others_however_many() -> None:
    many = [{"system": "urn:local", "code": str(number)} for number in range(500)]
    concept = {"coding": [*many, {"system": SNOMED, "code": "386661006"}]}
    assert [each.code for each in known_codes(concept)] == ["386661006"]


def _status(*codes: str, system: str = CLINICAL) -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code} for code in codes]}


@pytest.mark.parametrize(
    ("concept", "code"),
    [
        pytest.param(None, None, id="none"),
        pytest.param(_status("active"), "active", id="one"),
        pytest.param(_status("active", "active"), "active", id="twice the same"),
        pytest.param(
            {"coding": [*_status("resolved")["coding"], {"system": "urn:x", "code": "A"}]}, "resolved", id="two"
        ),
    ],
)
def test_statuses(concept: Any, code: str | None) -> None:
    assert status_code(concept, "condition-clinical", KNOWN) == code


@pytest.mark.parametrize(
    "concept",
    [
        *("active", [], {}, {"text": "active"}),
        *(_status("done"), _status("Active"), _status("active", "resolved"), _status("active", system="urn:x")),
        {"coding": [{"system": CLINICAL, "code": ["active"]}]},
    ],
)
def test_a_status_that_fhir_does_not_have_is_not_guessed_at(concept: Any) -> None:
    with pytest.raises(Unreadable):
        status_code(concept, "condition-clinical", KNOWN)
