"""What one observation states: every kind of item, its units, and findings by the codes of conditions."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from service.chart.entries import Unreadable
from service.chart.observations import BEGINNING, Finding, Stated, told_by
from service.terminology.exam_items import Kind, exam_items
from service.terminology.systems import EXAM_ITEMS, EXAM_VALUES, LOINC, SNOMED, UCUM
from tests.cds.fhir_data import FEVER, ago, coded, observation

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STRENGTH, PAIN, SEVERITY = "examination.strength.knee_extension", "history.pain_locations", "history.pain_severity"
DURATION, SIDE, RETENTION = "history.symptom_duration_days", "history.side", "red_flags.urinary_retention"


def read(resource: Any) -> Any:
    """What it says at noon."""
    return told_by(resource, NOW)


def of(item: str, **value: Any) -> dict[str, Any]:
    """An observation of an item with just this value."""
    found = observation(item, True, at=ago(0, NOW))
    return {**{name: each for name, each in found.items() if name != "valueBoolean"}, **value}


def stated(item: str, **value: Any) -> Any:
    """The value that is read."""
    told = read(of(item, **value))
    assert isinstance(told, Stated)
    assert told.item.code == item
    return told.value


def quantity(value: Any, **more: Any) -> dict[str, Any]:
    """A value with a unit."""
    return {"valueQuantity": {"value": value, **more}}


def chosen(*codes: str, system: str = EXAM_VALUES) -> dict[str, Any]:
    """Codes as a value."""
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code} for code in codes]}}


def parts(*codes: str, item: str = PAIN) -> dict[str, Any]:
    """Codes as values of components."""
    return {"component": [{"code": coded(item, EXAM_ITEMS), **chosen(code)} for code in codes]}


VALUES = [
    pytest.param(RETENTION, {"valueBoolean": True}, True, id="yes"),
    pytest.param(RETENTION, {"valueBoolean": False}, False, id="no"),
    pytest.param(SEVERITY, {"valueInteger": 7}, 7, id="an integer"),
    pytest.param(SEVERITY, {"valueDecimal": 6.5}, 6.5, id="a decimal"),
    pytest.param(SEVERITY, quantity(7), 7, id="a quantity without a unit"),
    pytest.param(SEVERITY, quantity(7, code="{score}", system=UCUM), 7, id="a score"),
    pytest.param(SEVERITY, quantity(7, unit="1"), 7, id="the unit one"),
    pytest.param(DURATION, quantity(30, code="d", system=UCUM), 30, id="days"),
    pytest.param(DURATION, quantity(30, code="d", unit="days"), 30, id="the code before the unit"),
    pytest.param(SIDE, chosen("left"), "left", id="a choice"),
    pytest.param(SIDE, {"valueCoding": {"system": EXAM_VALUES, "code": "left"}}, "left", id="a coding"),
    pytest.param(STRENGTH, chosen("mrc-3.5"), 3.5, id="a grade"),
    pytest.param(STRENGTH, chosen("mrc-0"), 0, id="no power"),
    pytest.param(STRENGTH, chosen("weak"), "weak", id="weak, and not graded"),
    pytest.param(STRENGTH, {"valueInteger": 4}, 4, id="a grade as a number"),
    pytest.param(STRENGTH, quantity(4), 4, id="a grade as a quantity"),
    pytest.param(PAIN, chosen("buttock", "great_toe"), ["buttock", "great_toe"], id="places"),
    pytest.param(PAIN, chosen("none"), [], id="nowhere"),
    pytest.param(PAIN, parts("buttock", "great_toe", "buttock"), ["buttock", "great_toe"], id="places as components"),
]


@pytest.mark.parametrize(("item", "value", "expected"), VALUES)
def test_values(item: str, value: dict[str, Any], expected: Any) -> None:
    assert stated(item, **value) == expected


@pytest.mark.parametrize("item", exam_items().values(), ids=lambda item: item.code)
def test_every_item_can_be_observed(item: Any) -> None:
    if item.kind is Kind.BOOLEAN:
        assert stated(item.code, valueBoolean=True) is True
    elif item.kind is Kind.NUMBER:
        assert stated(item.code, **quantity(item.low, **({"code": item.unit} if item.unit else {}))) == item.low
    else:
        read_all = [stated(item.code, **chosen(code)) for code in item.choices]
        assert len({str(each) for each in read_all}) == len(item.choices)


@pytest.mark.parametrize("item", [RETENTION, SEVERITY, SIDE, STRENGTH, PAIN])
def test_an_absent_reason_is_not_assessed(item: str) -> None:
    assert stated(item, dataAbsentReason=coded("not-performed", "urn:x")) is None


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (RETENTION, {"valueBoolean": True, "dataAbsentReason": coded("not-performed", "urn:x")}),
        (RETENTION, {"valueBoolean": True, "valueString": "no"}),
        (SEVERITY, {"valueInteger": 3, **quantity(4)}),
        (STRENGTH, {**chosen("mrc-5"), **quantity(3)}),
        (SIDE, {**chosen("left"), "valueCoding": {"system": EXAM_VALUES, "code": "left"}}),
    ],
)
def test_two_values_are_none(item: str, said: dict[str, Any]) -> None:
    """Hazard H-28: one of two values is read, and the other one was the flag (FHIR R4, obs-6)."""
    with pytest.raises(Unreadable):
        stated(item, **said)


REFUSED = [
    pytest.param(RETENTION, {}, id="no value"),
    pytest.param(RETENTION, {"valueBoolean": "true"}, id="a text for a boolean"),
    pytest.param(RETENTION, {"valueInteger": 1}, id="one for yes"),
    pytest.param(RETENTION, {"valueString": "no"}, id="a text"),
    pytest.param(RETENTION, chosen("none"), id="none for no"),
    pytest.param(SEVERITY, {"valueInteger": True}, id="a boolean for a number"),
    pytest.param(SEVERITY, {"valueDecimal": "7"}, id="a text for a number"),
    pytest.param(SEVERITY, {"valueDecimal": math.nan}, id="not a number"),
    pytest.param(SEVERITY, {"valueDecimal": -math.inf}, id="infinite"),
    pytest.param(SEVERITY, {"valueInteger": 10**400}, id="larger than any float"),
    pytest.param(STRENGTH, {"valueInteger": 10**400}, id="a grade larger than any float"),
    pytest.param(DURATION, quantity(math.inf), id="infinitely long"),
    pytest.param(DURATION, quantity(None), id="no number"),
    pytest.param(DURATION, quantity(6, code="wk"), id="weeks for days"),
    pytest.param(DURATION, quantity(6, unit="weeks"), id="a unit in words"),
    pytest.param(DURATION, quantity(6, code="d", system="urn:x"), id="a unit of another system"),
    pytest.param(DURATION, quantity(6, code=["d"]), id="units in a list"),
    pytest.param(DURATION, quantity(42, comparator="<"), id="less than six weeks"),
    pytest.param(DURATION, {"valueQuantity": [42]}, id="a list for a quantity"),
    pytest.param(SEVERITY, quantity(70, code="%"), id="percent"),
    pytest.param(STRENGTH, quantity(4, comparator=">="), id="at least a grade"),
    pytest.param(STRENGTH, quantity(4, code="kg"), id="kilograms for a grade"),
    pytest.param(STRENGTH, chosen("mrc-3", "mrc-4"), id="two grades"),
    pytest.param(STRENGTH, chosen("mrc-6"), id="no grade"),
    pytest.param(STRENGTH, chosen("strong"), id="no word for a grade"),
    pytest.param(SIDE, chosen("left", "right"), id="two sides"),
    pytest.param(SIDE, chosen("none"), id="no side"),
    pytest.param(SIDE, chosen("left", system=SNOMED), id="a code of another system"),
    pytest.param(SIDE, {"valueCodeableConcept": {"text": "left"}}, id="a side in words"),
    pytest.param(SIDE, parts("left", item=SIDE), id="a choice as a component"),
    pytest.param(PAIN, {}, id="no places"),
    pytest.param(PAIN, {"valueCodeableConcept": {"coding": []}}, id="an empty list is not none"),
    pytest.param(PAIN, chosen("none", "buttock"), id="none, and one"),
    pytest.param(PAIN, chosen("buttock", "elbow"), id="a place that there is not"),
    pytest.param(PAIN, parts("buttock", "none"), id="none as a component"),
    pytest.param(PAIN, {"component": [*parts("buttock")["component"], {}]}, id="a component without a value"),
    pytest.param(PAIN, parts("buttock", item=SIDE), id="a component of another item"),
    pytest.param(PAIN, {"component": [None]}, id="no component"),
    pytest.param(PAIN, {"component": "buttock"}, id="a text for components"),
]


@pytest.mark.parametrize(("item", "value"), REFUSED)
def test_what_an_item_does_not_take_is_unread(item: str, value: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        read(of(item, **value))


@pytest.mark.parametrize("status", ["final", "amended", "corrected", "preliminary"])
def test_it_stands(status: str) -> None:
    assert isinstance(read(observation(RETENTION, True, status=status)), Stated)


@pytest.mark.parametrize("status", ["registered", "cancelled", "entered-in-error", "unknown"])
def test_it_does_not_stand(status: str) -> None:
    assert read(observation(RETENTION, True, status=status)) is None


@pytest.mark.parametrize("status", [None, "", "done", "Final", [], ["final"], {}, 7])
def test_another_status_is_unread(status: Any) -> None:
    with pytest.raises(Unreadable):
        read(observation(RETENTION, True, status=status))


@pytest.mark.parametrize("odd", [None, "x", 7, [], {}, {"resourceType": "Condition"}, {"resourceType": []}])
def test_what_is_no_observation_is_unread(odd: Any) -> None:
    with pytest.raises(Unreadable):
        read(odd)


WHEN = [
    pytest.param(
        {"effectiveDateTime": "2026-11-20T10:00:00Z"}, datetime(2026, 11, 20, 10, tzinfo=UTC), True, id="time"
    ),
    pytest.param({"effectiveDateTime": "2026-11-20"}, datetime(2026, 11, 20, tzinfo=UTC), True, id="day"),
    pytest.param({"effectiveDateTime": "2026-11-20T10:00"}, datetime(2026, 11, 20, tzinfo=UTC), True, id="no zone"),
    pytest.param({"effectiveDateTime": "2026-10"}, datetime(2026, 10, 31, tzinfo=UTC), False, id="a month"),
    pytest.param({"effectiveDateTime": "2026-11"}, BEGINNING, False, id="this month"),
    pytest.param({"effectiveDateTime": "2019"}, datetime(2019, 12, 31, tzinfo=UTC), False, id="a year"),
    pytest.param(
        {"effectiveInstant": "2026-11-20T10:00:00Z"}, datetime(2026, 11, 20, 10, tzinfo=UTC), True, id="instant"
    ),
    pytest.param(
        {"effectivePeriod": {"start": "2026-01-01", "end": "2026-11-20"}},
        datetime(2026, 11, 20, tzinfo=UTC),
        True,
        id="the end of a period",
    ),
    pytest.param({"effectivePeriod": {"start": "2026-01-01"}}, datetime(2026, 1, 1, tzinfo=UTC), True, id="its start"),
    pytest.param({"effectivePeriod": "2026"}, BEGINNING, False, id="no period"),
    pytest.param({"effectiveDateTime": "0000-01-01"}, BEGINNING, False, id="year zero"),
    pytest.param({"effectiveDateTime": ["2026"]}, BEGINNING, False, id="a list"),
    pytest.param({"effectiveTiming": {}}, BEGINNING, False, id="a timing"),
]


@pytest.mark.parametrize(("when", "at", "dated"), WHEN)
@pytest.mark.parametrize("code", [coded(RETENTION, EXAM_ITEMS), coded(FEVER)], ids=["item", "finding"])
def test_when_it_was(code: Any, when: dict[str, Any], at: datetime, dated: bool) -> None:
    told = read({"resourceType": "Observation", "status": "final", "code": code, "valueBoolean": True, **when})
    assert (told.at, told.dated) == (at, dated)


def test_standard_codes_of_items() -> None:
    pain = read({**of(SEVERITY, valueInteger=6), "code": coded("72514-3", LOINC)})
    assert (pain.item.code, pain.value) == (SEVERITY, 6)
    reflex = read({**of(SEVERITY, **chosen("absent")), "code": coded("32392-3", LOINC)})
    assert (reflex.item.code, reflex.value) == ("examination.reflexes.patellar", "absent")
    with pytest.raises(Unreadable):
        read({**of(SEVERITY, valueString="2+"), "code": coded("32392-3", LOINC)})


def test_our_code_counts_before_that_of_a_standard() -> None:
    both = {"coding": [coded("72514-3", LOINC)["coding"][0], coded(RETENTION, EXAM_ITEMS)["coding"][0]]}
    assert read({**of(RETENTION, valueBoolean=True), "code": both}).item.code == RETENTION


@pytest.mark.parametrize("codes", [("red_flags.none",), (RETENTION, SEVERITY), ("red_flags",)])
def test_a_code_of_ours_has_to_be_one_item(codes: tuple[str, ...]) -> None:
    named = {"coding": [{"system": EXAM_ITEMS, "code": code} for code in codes]}
    with pytest.raises(Unreadable):
        read({**of(RETENTION, valueBoolean=True), "code": named})


@pytest.mark.parametrize("code", [coded("8480-6", LOINC), coded("1"), {"text": "fever"}, None, "x", []])
def test_other_observations_say_nothing(code: Any) -> None:
    assert read({**of(RETENTION, valueBoolean=True), "code": code}) is None


def finding(code: str, **more: Any) -> Any:
    """An observation by the code of a condition."""
    return read({**of(RETENTION, **more), "code": coded(code)})


@pytest.mark.parametrize(
    ("more", "present"), [({}, True), ({"valueBoolean": True}, True), ({"valueBoolean": False}, False)]
)
def test_a_finding_is_there_unless_it_is_said_not_to_be(more: dict[str, Any], present: bool) -> None:
    found = finding(FEVER, **more)
    assert isinstance(found, Finding)
    assert found.present is present
    assert [each.item for each in found.meanings] == ["red_flags.fever"]


def test_a_finding_that_was_not_assessed_says_nothing() -> None:
    assert finding(FEVER, dataAbsentReason=coded("asked-declined", "urn:x")) is None


@pytest.mark.parametrize("more", [{"valueBoolean": "no"}, {"valueString": "no"}, quantity(38), chosen("none")], ids=str)
def test_a_finding_with_another_value_is_unread(more: dict[str, Any]) -> None:
    with pytest.raises(Unreadable):
        finding(FEVER, **more)


DENIALS = [
    pytest.param("267064002", "red_flags.urinary_retention", id="no retention"),
    pytest.param("165232002", "red_flags.urinary_incontinence", id="no incontinence"),
    pytest.param("72042002", "red_flags.fecal_incontinence", id="no fecal incontinence"),
    pytest.param("266987004", "red_flags.history_of_cancer", id="no history of cancer"),
    pytest.param("422868009", "red_flags.unexplained_weight_loss", id="no unexplained loss of weight"),
    pytest.param("226034001", "red_flags.iv_drug_use", id="no injecting"),
    pytest.param("64859006", "red_flags.osteoporosis", id="no osteoporosis"),
    pytest.param("297279009", "red_flags.steroid_use", id="no steroids"),
    pytest.param("86406008", None, id="no HIV is not: not immunosuppressed"),
    pytest.param("91302008", None, id="no sepsis is not: no infection"),
    pytest.param("94602001", None, id="no metastasis is not: no cancer"),
    pytest.param("236648008", None, id="no acute retention is not: no retention"),
    pytest.param("425671009", None, id="no neurogenic bowel is not: no incontinence"),
    pytest.param("192970008", None, id="no cauda equina syndrome is not: no compression"),
    pytest.param("426646004", None, id="no compression fracture is not: no trauma"),
    pytest.param("6077001", None, id="no foot drop is not: normal power"),
]


@pytest.mark.parametrize(("code", "item"), DENIALS)
def test_what_an_absent_finding_denies(code: str, item: str | None) -> None:
    assert [each.item for each in finding(code, valueBoolean=False).meanings] == ([item] if item else [])


def test_a_moment_at_the_edge_of_time_is_read() -> None:
    for when in ("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "9999-12-31"):
        told = read(observation(RETENTION, True, at=when))
        assert told.at - NOW != timedelta()
