"""Which entries of a problem list count: every status, and what is new."""

from datetime import date
from typing import Any

import pytest

from service.chart.conditions import problem_of, problems_of_reasons
from service.chart.entries import Unreadable
from service.chart.meanings import NEW_DAYS
from service.chart.words import TUMOUR
from service.terminology.systems import SNOMED
from tests.cds.fhir_data import FEVER, HISTORY_OF_CANCER, LOW_BACK_PAIN, coded, condition

TODAY = date(2026, 11, 23)
METASTASIS = "94602001"

CLINICAL: dict[str | None, bool] = {None: True, "active": True, "recurrence": True, "relapse": True}
OVER: dict[str | None, bool] = {"inactive": False, "remission": False, "resolved": False}


@pytest.mark.parametrize(("clinical", "counts"), {**CLINICAL, **OVER}.items())
def test_clinical_status(clinical: str | None, counts: bool) -> None:
    assert (problem_of(condition(FEVER, clinical=clinical), TODAY) is not None) is counts


@pytest.mark.parametrize(
    ("verification", "counts", "provisional"),
    [
        (None, True, False),
        ("confirmed", True, False),
        ("provisional", True, True),
        ("differential", True, True),
        ("unconfirmed", True, True),
        ("refuted", False, False),
        ("entered-in-error", False, False),
    ],
)
def test_verification_status(verification: str | None, counts: bool, provisional: bool) -> None:
    found = problem_of(condition(FEVER, verification=verification), TODAY)
    assert (found is not None) is counts
    assert found is None or found.provisional is provisional


@pytest.mark.parametrize("name", ["clinicalStatus", "verificationStatus"])
@pytest.mark.parametrize("status", ["active", [], {}, {"text": "active"}, coded("confirmed", "urn:x"), 7])
def test_a_status_that_is_not_understood_is_unread(name: str, status: Any) -> None:
    with pytest.raises(Unreadable):
        problem_of({**condition(FEVER), name: status}, TODAY)


def test_an_error_is_none_whatever_its_other_status() -> None:
    assert problem_of({**condition(FEVER, verification="entered-in-error"), "clinicalStatus": "gone"}, TODAY) is None


@pytest.mark.parametrize("clinical", OVER)
@pytest.mark.parametrize("code", [METASTASIS, "128462008"])
def test_a_cancer_that_is_over_is_a_history_of_it(clinical: str | None, code: str) -> None:
    found = problem_of(condition(code, clinical=clinical), TODAY)
    assert found is not None
    assert found.over
    assert all(found.counts(each) for each in found.meanings)


@pytest.mark.parametrize(("clinical", "counts"), [("inactive", True), ("remission", True), ("resolved", False)])
def test_a_history_of_cancer_is_one_until_it_is_taken_back(clinical: str, counts: bool) -> None:
    found = problem_of(condition(HISTORY_OF_CANCER, clinical=clinical), TODAY)
    assert (found is not None and all(found.counts(each) for each in found.meanings)) is counts


def test_active_and_over_is_not_understood() -> None:
    with pytest.raises(Unreadable):
        problem_of({**condition(FEVER, clinical="active"), "abatementDateTime": "2010-01-01"}, TODAY)


@pytest.mark.parametrize(
    ("code", "worries"),
    [
        ({"text": "Saddle anaesthesia"}, ("a compression of the cauda equina or cord",)),
        ({"coding": [{"system": SNOMED, "code": "1", "display": "Malignant tumor of breast"}]}, (TUMOUR,)),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C79.51"}]}, (TUMOUR,)),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "D48.0"}]}, (TUMOUR,)),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "c7b.03"}]}, (TUMOUR,)),
        ({"coding": [{"system": "urn:oid:2.16.840.1.113883.6.3", "code": "C61"}]}, (TUMOUR,)),
        ({"coding": [{"system": "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "code": "C50.9"}]}, (TUMOUR,)),
        ({"coding": [{"system": "urn:local", "code": "C50.9"}]}, ()),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "D50.9"}]}, ()),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "I10"}]}, ()),
        ({"text": "Hypertension"}, ()),
        ({"text": "Family history of breast cancer"}, ()),
        ({"text": "Attention deficit disorder"}, ()),
        ({"text": ["Saddle anaesthesia"]}, ()),
        (None, ()),
        ("Saddle anaesthesia", ()),
    ],
)
def test_words_in_the_place_of_a_known_code_are_a_reason_to_ask(code: Any, worries: tuple[str, ...]) -> None:
    """Hazard H-28: what no code tells of is taken for nothing."""
    found = problem_of({**condition("1"), "code": code}, TODAY)
    assert found is not None
    assert (found.meanings, found.worries) == ((), worries)


def test_a_cancer_that_was_refuted_is_none() -> None:
    assert problem_of(condition(METASTASIS, clinical="resolved", verification="refuted"), TODAY) is None


ABATED = [
    pytest.param({"abatementDateTime": "2026-11-23"}, False, id="today"),
    pytest.param({"abatementDateTime": "2019"}, False, id="years ago"),
    pytest.param({"abatementPeriod": {"end": "2026-10"}}, False, id="at the end of a period"),
    pytest.param({"abatementBoolean": True}, False, id="at some time"),
    pytest.param({"abatementDateTime": "2026-11-24"}, True, id="tomorrow"),
    pytest.param({"abatementDateTime": "soon"}, True, id="no date"),
    pytest.param({"abatementPeriod": ["2019"]}, True, id="no period"),
    pytest.param({"abatementBoolean": "true"}, True, id="no boolean"),
]


@pytest.mark.parametrize(("more", "counts"), ABATED)
def test_what_has_abated_is_over(more: dict[str, Any], counts: bool) -> None:
    assert (problem_of(condition(FEVER, clinical=None, **more), TODAY) is not None) is counts


NEW = [
    pytest.param({"onset": "2026-08-31"}, True, id="84 days"),
    pytest.param({"onset": "2026-08-30"}, False, id="85 days"),
    pytest.param({"onset": "2026-08"}, True, id="a month that ends 84 days ago"),
    pytest.param({"onset": "2026-07"}, False, id="the month before"),
    pytest.param({"onset": "2026"}, True, id="this year"),
    pytest.param({"onset": "2025"}, False, id="last year"),
    pytest.param({"onsetPeriod": {"start": "2019-01-01"}}, False, id="a period that began long ago"),
    pytest.param({"recordedDate": "2026-08-31"}, True, id="written down 84 days ago"),
    pytest.param({"recordedDate": "2026-08-30"}, False, id="written down 85 days ago"),
    pytest.param({"onset": "2019", "recordedDate": "2026-11-20"}, False, id="old, written down now"),
    pytest.param({"onset": "long ago", "recordedDate": "2019"}, False, id="no onset that can be read"),
    pytest.param({"onset": "2027-01-01"}, True, id="of the future"),
    pytest.param({"onset": ["2019"]}, True, id="a list"),
    pytest.param({"onsetString": "2019"}, True, id="a text is not read"),
    pytest.param({}, True, id="no date at all"),
    pytest.param({"clinical": "recurrence", "onset": "2019"}, True, id="it came back"),
    pytest.param({"clinical": "relapse", "recordedDate": "2019"}, True, id="it came back, written down at first"),
]


@pytest.mark.parametrize(("more", "new"), NEW)
def test_what_is_new(more: dict[str, Any], new: bool) -> None:
    found = problem_of(condition(FEVER, **more), TODAY)
    assert found is not None
    assert found.is_new(TODAY, NEW_DAYS) is new


@pytest.mark.parametrize(
    "odd", [None, "x", 7, [], {}, {"resourceType": "Observation"}, {"resourceType": ["Condition"]}]
)
def test_what_is_no_condition_is_unread(odd: Any) -> None:
    with pytest.raises(Unreadable):
        problem_of(odd, TODAY)


@pytest.mark.parametrize("code", [coded("1"), {"text": "Cauda equina syndrome"}, None, "fever", [], 7])
def test_a_text_or_another_code_says_nothing(code: Any) -> None:
    found = problem_of({**condition(FEVER), "code": code}, TODAY)
    assert found is not None
    assert (found.meanings, found.label) == ((), "")


def test_a_number_of_another_system_says_nothing() -> None:
    found = problem_of(condition(FEVER, system="urn:local"), TODAY)
    assert found is not None
    assert not found.label


def test_a_label_is_ours_and_no_text_of_the_chart() -> None:
    found = problem_of({**condition(FEVER), "code": coded(FEVER, text="Mrs Smith is hot")}, TODAY)
    assert found is not None
    assert found.label == "Fever (finding)"


def test_reasons_of_an_order() -> None:
    reasons: list[Any] = [coded(FEVER), {"text": "fever"}, None, "fever", [], coded(LOW_BACK_PAIN), coded("160313009")]
    found = problems_of_reasons(reasons, "order")
    assert [each.label for each in found][:2] == ["Fever (finding)", "Low back pain (finding)"]
    assert {each.source for each in found} == {"order"}


@pytest.mark.parametrize(
    ("code", "text", "asked"),
    [
        (LOW_BACK_PAIN, "Back pain, numb saddle since yesterday", ("a compression of the cauda equina or cord",)),
        (LOW_BACK_PAIN, "Low back pain", ()),
        (HISTORY_OF_CANCER, "History of breast cancer", ()),
        (HISTORY_OF_CANCER, "Breast cancer, febrile", ("an infection",)),
        (FEVER, "Fever", ()),
    ],
)
def test_words_beside_a_known_code_are_asked_about_where_they_say_more(
    code: str, text: str, asked: tuple[str, ...]
) -> None:
    """Hazard H-28: a harmless code hides the words beside it."""
    found = problem_of({**condition(code), "code": coded(code, text=text)}, TODAY)
    assert found is not None
    assert found.worries == asked


@pytest.mark.parametrize("clinical", ["inactive", "remission", "resolved"])
@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ({"text": "Breast cancer"}, (TUMOUR,)),
        ({"coding": [{"system": "http://hl7.org/fhir/sid/icd-10-cm", "code": "C50.911"}]}, (TUMOUR,)),
        ({"text": "Pneumonia with sepsis"}, None),
        ({"text": "Sprain"}, None),
    ],
)
def test_of_what_is_over_in_words_a_tumour_is_asked_about(
    code: dict[str, Any], asked: tuple[str, ...] | None, clinical: str
) -> None:
    found = problem_of({**condition("1", clinical=clinical), "code": code}, TODAY)
    assert (None if found is None else found.worries) == asked
