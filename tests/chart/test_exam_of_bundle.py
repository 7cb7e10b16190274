"""An examination as coded resources of one Patient: what counts, whose it is, and every fault with its place."""

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
from service.intake import EXAM, read_exam
from service.problems import Refusal
from service.terminology.exam_items import NOWHERE
from service.terminology.systems import EXAM_VALUES
from tests.cds.fhir_data import (
    CAUDA_EQUINA,
    FAMILY_OSTEOPOROSIS,
    FEVER,
    LOW_BACK_PAIN,
    PATIENT_ID,
    SCIATICA,
    SUBJECT,
    URINARY_INCONTINENCE,
    ago,
    coded,
    condition,
    medication,
    outcome,
    patient,
)
from tests.chart.charts import DURATION, FLAG_FEVER, INCONTINENCE, NOW, RESIDUAL, SLR, WEAK, seen, sign, undated
from tests.entrances.forms import bundle, response
from tests.entrances.patients import PATIENTS

Resource = dict[str, Any]
PLACE = "/Parameters/parameter/0/resource"
SEVERITY, PLACES = "history.pain_severity", "history.pain_locations"
AGE, SEX = "patient.age_years", "patient.sex"
WHO = {**patient(44, NOW), "birthDate": "1982-05-17"}
OTHER = {"reference": "Patient/p2"}


def of(*resources: Any, who: Resource = WHO, **more: Any) -> Resource:
    """A Bundle of these, after somebody."""
    entries = [{"resource": who}, *({"resource": each} for each in resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}


def read(*resources: Any, who: Resource = WHO) -> Exam:
    """The examination that these state, at noon."""
    return exam_of_bundle(of(*resources, who=who), place=PLACE, at=NOW)


def said(exam: Exam, code: str) -> Any:
    """What an exam states of an item, in the words of the contract."""
    found: Any = EXAM.dump_python(exam, mode="json")
    for name in code.split("."):
        found = found.get(name) if isinstance(found, dict) else None
    return sorted(found) if isinstance(found, list) else found


def unmeasured(item: str, days: float) -> Resource:
    """An observation that says why there is no value."""
    told = {name: each for name, each in seen(item, True, days).items() if not name.startswith("value")}
    return {**told, "dataAbsentReason": {"coding": [{"code": "not-performed"}]}}


def placed(days: float, *places: str) -> Resource:
    """Where it hurts, as one observation."""
    codings = [{"system": EXAM_VALUES, "code": each} for each in places or (NOWHERE,)]
    return {**unmeasured(PLACES, days), "dataAbsentReason": None, "valueCodeableConcept": {"coding": codings}}


def faults(sent: Resource) -> list[str]:
    """The places of what is wrong with it, below its own."""
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(sent, place=PLACE, at=NOW)
    assert refused.value.problem.status == 422
    places = [each.pointer for each in refused.value.problem.errors]
    assert all(each.startswith(PLACE) for each in places)
    return [each.removeprefix(PLACE) for each in places]


def form(body: Resource, days: float | None = 0, **more: Any) -> Resource:
    """A form that was filled in so many days ago; None: nobody says when."""
    return {**response(body), "subject": SUBJECT, **({} if days is None else {"authored": ago(days, NOW)}), **more}


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


@pytest.mark.parametrize(
    ("reference", "full_url"),
    [
        (f"Patient/{PATIENT_ID}", None),
        (f"Patient/{PATIENT_ID}/_history/3", None),
        (f"Patient/{PATIENT_ID}", "urn:uuid:0a"),
        ("urn:uuid:0a", "urn:uuid:0a"),
        (f"https://ehr.example/fhir/Patient/{PATIENT_ID}", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
        (f"https://ehr.example/fhir/Patient/{PATIENT_ID}/_history/3", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
        (f"Patient/{PATIENT_ID}", f"https://ehr.example/fhir/Patient/{PATIENT_ID}"),
    ],
)
def test_what_is_about_the_patient(reference: str, full_url: str | None) -> None:
    sent = of(condition(FEVER, subject={"reference": reference}))
    sent["entry"][0] |= {} if full_url is None else {"fullUrl": full_url}
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES


KNOWN_BY = [{"value": "7"}, {"system": "urn:oid:1.2", "value": "7"}]


def test_where_there_is_no_reference_an_identifier_tells_who_it_is() -> None:
    told = condition(FEVER, subject={"identifier": {"system": "urn:oid:1.2", "value": "7", "use": "usual"}})
    assert read(told, who={**WHO, "identifier": KNOWN_BY}).red_flags.fever is Answer.YES


def test_a_reference_is_to_the_server_of_what_refers() -> None:
    """Hazard H-28: two servers may have a Patient of the same id, and they are two people."""
    sent = of(seen(SEVERITY, 4, 0), condition(FEVER))
    sent["entry"][0]["fullUrl"] = f"https://ehr.example/fhir/Patient/{PATIENT_ID}"
    sent["entry"][2]["fullUrl"] = "https://ehr.example/fhir/Condition/c1"
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES
    sent["entry"][2]["fullUrl"] = "https://other.example/fhir/Condition/c1"
    assert faults(sent) == ["/entry/2/resource/subject"]


def test_without_a_subject_it_is_of_the_one_patient_there_is() -> None:
    told = {name: each for name, each in seen(FLAG_FEVER, True, 0).items() if name != "subject"}
    assert read(told).red_flags.fever is Answer.YES


@pytest.mark.parametrize(
    ("subject", "full_url"),
    [
        (OTHER, None),
        ({"reference": f"https://ehr.example/fhir/Patient/{PATIENT_ID}"}, None),
        ({"reference": f"https://ehr.example/fhir/Patient/{PATIENT_ID}"}, "urn:uuid:0a"),
        ({"reference": f"x/Patient/{PATIENT_ID}"}, None),
        ({"identifier": {"system": "urn:oid:1.2", "value": "8"}}, None),
        ({"identifier": {"system": "urn:oid:1.3", "value": "7"}}, None),
        ({"identifier": {"value": "7"}}, None),
        ({"identifier": []}, None),
        ({"reference": "Patient/p2", "identifier": {"system": "urn:oid:1.2", "value": "7"}}, None),
        ({"reference": f"Practitioner/{PATIENT_ID}"}, None),
        ({"reference": f"#{PATIENT_ID}"}, None),
        ({"reference": "urn:uuid:0b"}, "urn:uuid:0a"),
        ({"reference": f"https://other.example/Patient/{PATIENT_ID}"}, f"https://ehr.example/Patient/{PATIENT_ID}"),
        ({"reference": ""}, None),
        ({"reference": 7}, None),
        ({"display": "Somebody"}, None),
        ({}, None),
        ([], None),
        (f"Patient/{PATIENT_ID}", None),
    ],
)
@pytest.mark.parametrize(
    "resource",
    [seen(SLR, "positive", 0), condition(FEVER), medication("ibuprofen"), form({"history": {"side": "left"}})],
    ids=["an observation", "a condition", "a drug", "a form"],
)
def test_what_is_about_somebody_else_or_nobody_knows_whom_is_refused(
    resource: Resource, subject: Any, full_url: str | None
) -> None:
    """Hazard H-28: what was found in somebody else counts."""
    sent = of(seen(SEVERITY, 4, 0), {**resource, "subject": subject}, who={**WHO, "identifier": KNOWN_BY})
    sent["entry"][0] |= {} if full_url is None else {"fullUrl": full_url}
    assert faults(sent) == ["/entry/2/resource/subject"]


def test_somebody_without_an_id_is_known_by_the_url_alone() -> None:
    nameless = {name: each for name, each in WHO.items() if name != "id"}
    sent = of(condition(FEVER, subject={"reference": "urn:uuid:0a"}), who=nameless)
    sent["entry"][0]["fullUrl"] = "urn:uuid:0a"
    assert exam_of_bundle(sent, place=PLACE, at=NOW).red_flags.fever is Answer.YES
    assert faults(of(condition(FEVER), who=nameless)) == ["/entry/1/resource/subject"]


PAIN = seen(SEVERITY, 4, 0)
OTHER_TYPES: tuple[Any, ...] = ("transaction", "batch", "history", None, [], "")
SECOND, BOTH = ["/entry/2/resource"], ["/entry/1/resource", "/entry/2/resource"]
NO_BIRTHS_OF_ADULTS: tuple[Any, ...] = (
    *(None, "", "yesterday", 1980, []),
    *("2030-01-01", "2026-11-20", "2008-11-24", "1850-01-01"),
)


@pytest.mark.parametrize(
    ("sent", "places"),
    [
        pytest.param(of(PAIN, {**WHO, "id": "p2"}), ["/entry"], id="two people"),
        pytest.param(of(PAIN, WHO), ["/entry"], id="one person twice"),
        pytest.param(of(PAIN, who=PAIN), ["/entry"], id="nobody"),
        pytest.param({**of(PAIN), "entry": []}, ["/entry"], id="nothing"),
        pytest.param({**of(PAIN), "entry": {}}, ["/entry"], id="no list"),
        pytest.param(of(None), ["/entry/1"], id="an entry without a resource"),
        pytest.param({**of(), "entry": [{"resource": WHO}, None]}, ["/entry/1"], id="an entry that is none"),
        *(pytest.param(of(PAIN, type=each), ["/type"], id=f"a Bundle that is {each}") for each in OTHER_TYPES),
        *(
            pytest.param(of(PAIN, who={**WHO, "birthDate": born}), ["/entry/0/resource/birthDate"], id=f"born {born}")
            for born in NO_BIRTHS_OF_ADULTS
        ),
        pytest.param(of(seen(SEVERITY, 11, 0)), ["/entry/1/resource"], id="beyond its scale"),
        pytest.param(of(seen(SEVERITY, "left", 0)), ["/entry/1/resource"], id="a value that it does not take"),
        pytest.param(of(seen("history.mood", 1, 0)), ["/entry/1/resource"], id="an item that there is not"),
        pytest.param(of(seen(WEAK, 3.7, 0)), ["/entry/1/resource"], id="a grade that there is not"),
        pytest.param(of(seen(SLR, "positive", 0, status=[])), ["/entry/1/resource"], id="a status that is none"),
        pytest.param(of(condition(FEVER, verification="maybe")), ["/entry/1/resource"], id="a condition that may be"),
        pytest.param(of(medication("")), ["/entry/1/resource"], id="a drug without a name"),
        pytest.param(of(PAIN, outcome()), ["/entry/2/resource"], id="an outcome"),
        pytest.param(of({"resourceType": []}), ["/entry/1/resource"], id="a type that is none"),
        pytest.param(of({}), ["/entry/1/resource"], id="no type"),
        pytest.param(of(PAIN, seen(SEVERITY, 6, 0)), BOTH, id="two values at the same time"),
        pytest.param(of(undated(PAIN), undated(seen(SEVERITY, 6, 0))), BOTH, id="two values at no time"),
        pytest.param(of(PAIN, {**seen(SEVERITY, 6, 0), "effectiveDateTime": "2026-11-23"}), BOTH, id="one of that day"),
        pytest.param(of(seen(RESIDUAL, 20, 0), seen(RESIDUAL, 600, 0)), BOTH, id="two measured at the same time"),
        pytest.param(of(placed(1, "sole"), placed(1)), BOTH, id="somewhere and nowhere"),
        pytest.param(of(PAIN, {**seen(SLR, "positive", 0), "effectiveDateTime": "soon"}), SECOND, id="no time"),
        pytest.param(of(PAIN, {**seen(SLR, "positive", 0), "effectiveDateTime": "2031"}), SECOND, id="a year to come"),
        pytest.param(of(PAIN, {**undated(seen(SLR, "positive", 0)), "effectiveTiming": {}}), SECOND, id="at times"),
        pytest.param(of(seen(SLR, "positive", -3), seen(SEVERITY, 6, -2)), BOTH, id="both in the future"),
        pytest.param(of(PAIN, seen(SLR, "positive", -3)), SECOND, id="one of two in the future"),
        pytest.param(of(PAIN, {**seen(FLAG_FEVER, True, 0), "valueString": "no"}), SECOND, id="a second value"),
        pytest.param(of(PAIN, {**condition(FEVER), "code": {"coding": coded(FEVER)}}), SECOND, id="a code in no list"),
        pytest.param(of(PAIN, {**condition(FEVER), "code": FEVER}), SECOND, id="a code in no concept"),
        pytest.param(of(PAIN, seen(AGE, 46, 0)), SECOND, id="another age"),
        pytest.param(of(PAIN, seen(AGE, 44, 4 * 365)), SECOND, id="another age then"),
        pytest.param(of(PAIN, seen(SEX, "male", 0)), SECOND, id="another sex"),
        pytest.param(
            of(form({"patient": {"age_years": 70, "sex": "male"}})),
            ["/entry/1/resource/item/0", "/entry/1/resource/item/1"],
            id="a form of another age and sex",
        ),
        pytest.param(of(form({}), form({}, 3)), SECOND, id="two forms"),
        pytest.param(of(form({}), form({}, 3, status="in-progress")), SECOND, id="a second form, not finished"),
        pytest.param(of(form({}, status="stopped")), ["/entry/1/resource/status"], id="a form that was stopped"),
        pytest.param(of(PAIN, {"resourceType": "OperationOutcome"}), SECOND, id="an outcome of nothing"),
        pytest.param(of(seen(SLR, "positive", -3)), ["/entry/1/resource"], id="in the future"),
        pytest.param(of(form({"history": {"side": "left"}}, -3)), ["/entry/1/resource/authored"], id="a form of then"),
        pytest.param(of(seen(SLR, "positive", 60_000)), ["/entry/1/resource"], id="before 1900"),
        pytest.param(
            of(seen("patient.pregnant", True, 0), who={**WHO, "gender": "male"}),
            ["/entry/0/resource/gender"],
            id="a pregnant man",
        ),
        pytest.param(
            of(
                seen("red_flags.progressive_motor_weakness", False, 0),
                seen("red_flags.motor_deterioration_hours", 5, 0),
            ),
            ["/entry/2/resource"],
            id="what contradicts itself",
        ),
        pytest.param(of(form({}, item=[{"linkId": "mood"}])), ["/entry/1/resource/item/0/linkId"], id="in a form"),
        pytest.param(
            of(form({"history": {"side": "left", "pain_severity": 11}})),
            ["/entry/1/resource/item/1"],
            id="beyond its scale in a form",
        ),
    ],
)
def test_every_fault_has_its_place(sent: Resource, places: list[str]) -> None:
    assert faults(sent) == places


def test_every_fault_is_told_at_once_and_none_repeats_what_was_sent() -> None:
    private = "Mrs Example of Elm Street"
    wrong = [
        seen(SLR, private, 0),
        {**PAIN, "status": private},
        {**condition(FEVER), "subject": {"reference": private}},
        {"resourceType": private},
        form({}, item=[{"linkId": private}]),
    ]
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(of(*wrong, who={**WHO, "birthDate": private}), place=PLACE, at=NOW)
    assert len(refused.value.problem.errors) == 6
    assert private not in repr(refused.value.problem)


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


OF_NO_CONCERN = [
    pytest.param({"resourceType": "Encounter", "id": "e1"}, id="another type"),
    pytest.param({"resourceType": "Practitioner", "name": [{"text": "x"}]}, id="somebody who treats"),
    pytest.param({"resourceType": "Encounter", "subject": {"display": "x"}}, id="of nobody knows whom"),
    pytest.param({"resourceType": "Encounter", "modifierExtension": [{"url": "urn:x"}]}, id="modified"),
    pytest.param({**condition("1"), "clinicalStatus": "odd"}, id="an unknown code with a status that is none"),
    pytest.param({**condition("1"), "modifierExtension": [{"url": "urn:x"}]}, id="an unknown code, modified"),
    pytest.param({**condition("1"), "code": {"text": "x"}, "verificationStatus": []}, id="words"),
    pytest.param({**seen(SEVERITY, 1, 0), "code": coded("1"), "status": "odd"}, id="an observation of something else"),
    pytest.param({**seen(SEVERITY, 1, -9), "code": coded("1")}, id="one in the future"),
    pytest.param(seen(SEVERITY, 11, 0, status="entered-in-error"), id="entered in error"),
    pytest.param(form({}, questionnaire="https://other.example/phq-9", item=[{"linkId": "1"}]), id="another form"),
    pytest.param(form({"history": {"side": "left"}}, status="entered-in-error"), id="a form entered in error"),
    pytest.param(outcome("warning"), id="a warning"),
    pytest.param(outcome("information"), id="a remark"),
]


@pytest.mark.parametrize("beside", OF_NO_CONCERN)
def test_what_says_nothing_here_silences_no_emergency(beside: Resource) -> None:
    """Hazard H-28: one odd entry takes a red flag along."""
    assert said(read(condition(CAUDA_EQUINA), beside), COMPRESSION) is True


def test_our_items_in_the_form_of_somebody_else_are_not_passed_over() -> None:
    theirs = form({"red_flags": {"fever": True}}, questionnaire="https://other.example/back-pain")
    assert faults(of(PAIN, theirs)) == ["/entry/2/resource/questionnaire"]


MODIFIERS: list[Resource] = [
    {"modifierExtension": [{"url": "urn:x", "valueBoolean": True}]},
    {"implicitRules": "urn:x"},
]


@pytest.mark.parametrize("modifier", MODIFIERS, ids=["modifierExtension", "implicitRules"])
@pytest.mark.parametrize(
    "resource",
    [seen(SLR, "positive", 0), sign(FEVER, True, 0), condition(FEVER), medication("prednisone"), form({})],
    ids=["an observation", "a finding", "a condition", "a drug", "a form"],
)
def test_what_may_mean_something_else_is_refused(resource: Resource, modifier: Resource) -> None:
    """Hazard H-28: a modifier says "not in this person", and nobody reads it (FHIR R4, extensibility.html)."""
    assert faults(of(PAIN, {**resource, **modifier})) == ["/entry/2/resource"]
    assert read({**resource, "modifierExtension": []}, PAIN).history.pain_severity == 4


@pytest.mark.parametrize("modifier", MODIFIERS, ids=["modifierExtension", "implicitRules"])
def test_a_modifier_of_the_whole_or_of_the_patient_is_refused_too(modifier: Resource) -> None:
    assert faults(of(PAIN, **modifier)) == [""]
    assert faults(of(PAIN, who={**WHO, **modifier})) == ["/entry/0/resource"]
    inside = of(PAIN)
    inside["entry"][1] |= modifier
    assert faults(inside) == ["/entry/1/resource"]


def test_two_that_disagree_name_each_other() -> None:
    with pytest.raises(Refusal) as refused:
        exam_of_bundle(of(PAIN, seen(SEVERITY, 6, 0)), place=PLACE, at=NOW)
    one, other = refused.value.problem.errors
    assert other.pointer in one.detail
    assert one.pointer in other.detail


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
