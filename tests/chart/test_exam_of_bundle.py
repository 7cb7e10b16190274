"""An examination as coded resources of one Patient: what counts, and since when."""

import json
from collections.abc import Iterator
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from features.answer import Answer
from features.exam import Exam, Sex
from service.chart.exam_of_bundle import exam_of_bundle
from service.chart.meanings import CANCER, COMPRESSION
from service.intake import read_exam
from tests.cds.fhir_data import (
    CAUDA_EQUINA,
    FAMILY_OSTEOPOROSIS,
    FEVER,
    LOW_BACK_PAIN,
    SCIATICA,
    URINARY_INCONTINENCE,
    ago,
    condition,
    medication,
)
from tests.chart.bundles import (
    AGE,
    PLACE,
    PLACES,
    SEVERITY,
    SEX,
    WHO,
    Resource,
    faults,
    form,
    of,
    placed,
    read,
    said,
    unmeasured,
)
from tests.chart.charts import DURATION, FLAG_FEVER, INCONTINENCE, NOW, RESIDUAL, SLR, WEAK, seen, sign, undated
from tests.entrances.forms import bundle
from tests.entrances.patients import PATIENTS


@pytest.mark.parametrize("name", PATIENTS)
def test_the_same_examination_as_the_body_states(name: str) -> None:
    person = {**PATIENTS[name]["patient"], "age_years": 44}
    body = {**PATIENTS[name], "patient": person, "examined_at": NOW.isoformat()}
    sent = bundle(body)
    sent["entry"][0]["resource"]["birthDate"] = WHO["birthDate"]
    assert exam_of_bundle(sent, place=PLACE, at=NOW) == exam_as_stated(body)


def exam_as_stated(body: Resource) -> Exam:
    """The exam of a body, without what FHIR has other places for."""
    person = {name: each for name, each in body["patient"].items() if name != "reference"}
    kept = {name: each for name, each in body.items() if name != "previous_examination"}
    return read_exam(json.dumps({**kept, "patient": person}).encode(), NOW)


def test_somebody_alone_is_an_examination_of_nothing() -> None:
    exam = read()
    assert (exam.patient.age_years, exam.patient.sex, exam.examined_at) == (44, Sex.FEMALE, NOW)


def test_it_was_done_when_the_newest_was_observed() -> None:
    exam = read(seen(SLR, "positive", 3), seen(WEAK, 3.5, 2), form({"history": {"side": "left"}}, 5))
    assert exam.examined_at == NOW - timedelta(days=2)
    assert read(undated(seen(SLR, "positive", 3))).examined_at == NOW


@pytest.mark.parametrize(
    ("resources", "code", "stands"),
    [
        pytest.param([seen(SEVERITY, 4, 2), seen(SEVERITY, 6, 1)], SEVERITY, 6, id="the newest"),
        pytest.param(
            [seen(SEVERITY, 4, 1), form({"history": {"pain_severity": 6}}, 2)], SEVERITY, 4, id="not the form"
        ),
        pytest.param([seen(SEVERITY, 4, 2), form({"history": {"pain_severity": 6}}, 1)], SEVERITY, 6, id="the form"),
        pytest.param([undated(seen(SEVERITY, 4, 0)), seen(SEVERITY, 6, 1)], SEVERITY, 6, id="what has a day"),
        pytest.param([seen(SEVERITY, 4, 1), seen(SEVERITY, 4, 1)], SEVERITY, 4, id="the same twice"),
        pytest.param([seen(SEVERITY, 4, 1), unmeasured(SEVERITY, 0)], SEVERITY, 4, id="not measured again"),
        pytest.param([seen(FLAG_FEVER, True, 2), seen(FLAG_FEVER, False, 1)], FLAG_FEVER, False, id="a newer no"),
        pytest.param([seen(FLAG_FEVER, False, 1), seen(FLAG_FEVER, True, 1)], FLAG_FEVER, True, id="yes and no"),
        pytest.param([seen(FLAG_FEVER, True, 2), unmeasured(FLAG_FEVER, 1)], FLAG_FEVER, True, id="not asked again"),
        pytest.param(
            [undated(seen(FLAG_FEVER, True, 0)), seen(FLAG_FEVER, False, 1)], FLAG_FEVER, True, id="yes, maybe today"
        ),
        pytest.param([seen(CANCER, True, 900), seen(CANCER, False, 0)], CANCER, True, id="cancer does not go away"),
        pytest.param([seen(FLAG_FEVER, False, 0), condition(FEVER)], FLAG_FEVER, True, id="a problem beats a no"),
        pytest.param([seen(FLAG_FEVER, False, 0), sign(FEVER, True, 3)], FLAG_FEVER, True, id="a finding beats a no"),
        pytest.param(
            [sign(FEVER, False, 1), seen(SEVERITY, 4, 0)], FLAG_FEVER, False, id="a finding that is not there"
        ),
        pytest.param(
            [seen("red_flags.steroid_use", False, 0), medication("prednisone")],
            "red_flags.steroid_use",
            True,
            id="drug",
        ),
        pytest.param([condition("6077001"), seen(WEAK, 3.5, 0)], WEAK, 3.5, id="a grade beats the name of a problem"),
        pytest.param([condition("6077001")], WEAK, "weak", id="foot drop"),
        pytest.param([condition(CAUDA_EQUINA, verification="provisional")], COMPRESSION, True, id="suspected"),
        pytest.param([condition(CAUDA_EQUINA, verification="refuted")], COMPRESSION, None, id="refuted"),
        pytest.param([condition(FEVER, clinical="resolved")], FLAG_FEVER, None, id="resolved"),
        pytest.param([condition("94602001", clinical="resolved")], CANCER, True, id="a cancer that is over"),
        pytest.param([condition(FAMILY_OSTEOPOROSIS)], "red_flags.osteoporosis", None, id="of a relative"),
        pytest.param([condition(URINARY_INCONTINENCE, onset="2019")], INCONTINENCE, None, id="old"),
        pytest.param([condition(URINARY_INCONTINENCE, onset="2026-11-20")], INCONTINENCE, True, id="new"),
        pytest.param([condition("1")], FLAG_FEVER, None, id="an unknown code"),
        pytest.param([seen(FLAG_FEVER, True, 0, status="entered-in-error")], FLAG_FEVER, None, id="entered in error"),
        pytest.param([seen(SEX, "female", 0)], SEX, "female", id="the sex is that of the Patient"),
        pytest.param([form({"patient": {"sex": "unknown"}})], SEX, "female", id="a sex that was left open"),
        pytest.param([seen(AGE, 45, 0)], AGE, 44, id="and so is the age"),
        pytest.param([form({"patient": {"age_years": 43}})], AGE, 44, id="before the birthday"),
        pytest.param([seen(AGE, 40, 4 * 365)], AGE, 44, id="an age of then"),
        pytest.param(
            [seen(FLAG_FEVER, False, 0.1), {**seen(FLAG_FEVER, True, 0), "effectiveDateTime": "2026-11-23"}],
            FLAG_FEVER,
            True,
            id="yes, some time of the same day",
        ),
        pytest.param(
            [{**seen(FLAG_FEVER, True, 0), "effectiveDateTime": "2026-11-22"}, seen(FLAG_FEVER, False, 0.1)],
            FLAG_FEVER,
            False,
            id="no, a day later",
        ),
        pytest.param([seen(WEAK, "weak", 1), seen(WEAK, 3.5, 1)], WEAK, 3.5, id="weakness, and its grade"),
        pytest.param([seen(SEVERITY, 4, 1), unmeasured(SEVERITY, 1)], SEVERITY, 4, id="a value and none"),
        pytest.param([placed(1, "sole"), placed(1, "lateral_foot")], PLACES, ["lateral_foot", "sole"], id="in parts"),
        pytest.param(
            [placed(2, "sole"), placed(1, "buttock")], PLACES, ["buttock"], id="parts of another time are none"
        ),
        pytest.param([placed(1), placed(1)], PLACES, [], id="nowhere, twice"),
        pytest.param([seen("patient.pregnant", True, 0)], "patient.pregnant", True, id="pregnancy is observed"),
    ],
)
def test_what_counts_whatever_the_order_of_entries(resources: list[Resource], code: str, stands: Any) -> None:
    for order in permutations(resources):
        assert said(read(*order), code) == stands


@pytest.mark.parametrize(
    ("stale", "code", "stands"),
    [
        pytest.param(seen(SLR, "negative", 14), SLR, "negative", id="fourteen days before the newest"),
        pytest.param(seen(SLR, "negative", 14.01), SLR, None, id="longer before"),
        pytest.param(seen(FLAG_FEVER, False, 14.01), FLAG_FEVER, None, id="a no of then is none of today"),
        pytest.param(seen(FLAG_FEVER, True, 84), FLAG_FEVER, True, id="a red flag of twelve weeks"),
        pytest.param(seen(FLAG_FEVER, True, 84.01), FLAG_FEVER, None, id="an older one is to be asked for"),
        pytest.param(seen(CANCER, True, 4000), CANCER, True, id="one that does not go away is never lost"),
        pytest.param(sign(FEVER, True, 84), FLAG_FEVER, True, id="a finding of twelve weeks"),
        pytest.param(sign(FEVER, True, 86), FLAG_FEVER, None, id="an older finding"),
        pytest.param(seen(RESIDUAL, 600, 84), RESIDUAL, 600, id="what was measured of one within twelve weeks"),
        pytest.param(seen(RESIDUAL, 600, 84.01), RESIDUAL, None, id="what was measured before"),
        pytest.param(form({"history": {"side": "left"}}, 15), "history.side", None, id="a form of then"),
    ],
)
def test_what_is_older_than_the_examination_was_not_assessed_in_it(stale: Resource, code: str, stands: Any) -> None:
    """Hazard H-28: what was denied long ago is taken for denied today."""
    today = seen(SEVERITY, 4, 0)
    assert said(read(stale, today), code) == said(read(today, stale), code) == stands


def test_an_examination_of_last_year_is_one_of_then() -> None:
    exam = read(seen(SLR, "negative", 400), seen(FLAG_FEVER, False, 401))
    assert exam.examined_at == NOW - timedelta(days=400)
    assert exam.red_flags.fever is Answer.NO


@pytest.mark.parametrize(
    ("resources", "days"),
    [
        pytest.param([condition(SCIATICA, onset="2026-10-04")], 50, id="since the onset"),
        pytest.param([condition(SCIATICA, onset="2026-10-04"), seen(SLR, "positive", 4)], 46, id="as it was examined"),
        pytest.param([condition(SCIATICA, onset="2026-10-04"), seen(DURATION, 30, 0)], 30, id="as it was told"),
        pytest.param([seen(DURATION, 30, 10), seen(SLR, "positive", 4)], 36, id="told some days before"),
        pytest.param([seen(DURATION, 30, 100), seen(SLR, "positive", 0)], 130, id="told long before"),
        pytest.param([undated(seen(DURATION, 30, 0)), seen(SLR, "positive", 4)], 30, id="told at some time"),
        pytest.param([form({"history": {"symptom_duration_days": 30}}, 10), seen(SLR, "positive", 0)], 40, id="a form"),
        pytest.param([form({"history": {"symptom_duration_days": 30}}, None)], 30, id="a form without a time"),
        pytest.param([condition(LOW_BACK_PAIN)], None, id="nobody says"),
    ],
)
def test_how_long_it_has_lasted(resources: list[Resource], days: float | None) -> None:
    assert read(*resources).history.symptom_duration_days == days


def rotated(entries: list[Any]) -> Iterator[list[Any]]:
    """The entries, each of them first once, forwards and backwards."""
    for number in range(len(entries)):
        turned = [*entries[number:], *entries[:number]]
        yield turned
        yield turned[::-1]


def test_the_order_of_entries_has_no_effect() -> None:
    sent = of(
        *(seen(SEVERITY, 4, 2), seen(SEVERITY, 6, 1), undated(seen(FLAG_FEVER, True, 0)), seen(FLAG_FEVER, False, 0)),
        *(seen(DURATION, 20, 5), seen(SLR, "negative", 40), sign(FEVER, False, 1), medication("prednisone")),
        *(condition(SCIATICA, onset="2026-10-04"), condition("6077001"), condition(CAUDA_EQUINA)),
        *(form({"history": {"side": "left", "pain_severity": 8}}, 3), placed(1, "sole"), placed(1, "buttock")),
        *(seen(WEAK, "weak", 1), seen(WEAK, 3.5, 1), seen(FLAG_FEVER, True, 0), seen("history.side", "right", 4)),
    )
    exam = exam_of_bundle(sent, place=PLACE, at=NOW)
    assert said(exam, "history.side") == "left"
    for entries in rotated(sent["entry"]):
        assert exam_of_bundle({**sent, "entry": entries}, place=PLACE, at=NOW) == exam


@pytest.mark.parametrize("name", PATIENTS)
def test_a_form_inside_says_what_it_says_by_itself(name: str) -> None:
    person = {**PATIENTS[name]["patient"], "age_years": 44, "sex": "female"}
    body = {**PATIENTS[name], "patient": person, "examined_at": ago(1, NOW)}
    assert read(form(body, 1)) == exam_as_stated(body)


@pytest.mark.parametrize(
    "beside", [sign(FEVER, True, 401), seen(FLAG_FEVER, True, 400), condition(FEVER, abatementDateTime="2026-01-01")]
)
def test_a_flag_of_last_year_counts_in_an_examination_of_last_year(beside: Resource) -> None:
    assert read(seen(SLR, "negative", 400), beside).red_flags.fever is Answer.YES


@pytest.mark.parametrize("gender", [None, "unknown"])
def test_where_the_patient_has_no_sex_what_was_stated_counts(gender: str | None) -> None:
    assert said(read(seen(SEX, "male", 0), who={**WHO, "gender": gender}), SEX) == "male"


@pytest.mark.parametrize("reference", ["Medication/d1", "urn:uuid:0c"])
def test_a_drug_may_be_another_entry(reference: str) -> None:
    told = {name: each for name, each in medication("").items() if name != "medicationCodeableConcept"}
    sent = of({**told, "medicationReference": {"reference": reference}}, {"resourceType": "Medication", "id": "d1"})
    sent["entry"][2] |= {"fullUrl": "urn:uuid:0c"}
    assert faults(sent) == ["/entry/1/resource"]
    sent["entry"][2]["resource"]["code"] = {"text": "prednisolone 5 mg tablets"}
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.steroid_use is Answer.YES


def test_a_quantity_may_have_its_unit_in_words() -> None:
    told = seen(AGE, 44, 0, valueQuantity={"value": 44, "unit": "Years"})
    assert said(read(told), AGE) == 44
    assert faults(of({**told, "valueQuantity": {"value": 44, "unit": "months"}})) == ["/entry/1/resource"]
    assert faults(of({**told, "valueQuantity": {"value": 44, "unit": "years", "code": "mo"}})) == ["/entry/1/resource"]
