"""The calls of the corpus."""

from functools import partial
from typing import Any

from service.cds.discovery import CHART_OPENED
from service.terminology.systems import ICD10CM, LOINC, SNOMED
from tests.cds.corpus import EVIL, Asked, Expected, early, opened, rated, refused, silent
from tests.cds.fhir_data import (
    ABSENT,
    CAUDA_EQUINA,
    CERVICAL_MRI,
    CERVICAL_RADICULOPATHY,
    CHRONIC_LOW_BACK_PAIN,
    FAMILY_OSTEOPOROSIS,
    FEVER,
    HEAD_CT,
    HISTORY_OF_CANCER,
    HOOK_INSTANCE,
    LOW_BACK_PAIN,
    LUMBAR_CT,
    LUMBAR_MRI_CPT,
    LUMBAR_MRI_SNOMED,
    LUMBAR_RADICULOPATHY,
    LUMBAR_RADIOGRAPH,
    OSTEOPOROSIS,
    SCIATICA,
    TOKEN,
    URINARY_INCONTINENCE,
    URINARY_RETENTION,
    ago,
    authorization,
    coded,
    condition,
    drafts,
    exam_form,
    medication,
    next_page,
    observation,
    order,
    order_select,
    order_sign,
    outcome,
    patient,
    patient_view,
    prefetched,
    searchset,
)

Resource = dict[str, Any]

TEN_DAYS = {"patient": {"age_years": 40}, "history": {"symptom_duration_days": 10}}
CANDIDATE = {
    "patient": {"age_years": 40},
    "history": {"symptom_duration_days": 70, "pain_locations": ["posterior_thigh"], "pain_severity": 6},
    "treatment": {"conservative_care_weeks": 8, "pain_relief": "inadequate", "surgery_candidate": True},
}
RETENTION = {"patient": {"age_years": 40}, "red_flags": {"urinary_retention": True}}
ELSEWHERE = {"reference": "Patient/somebody-else"}
HOSTILE = f'<img src=x onerror=alert(1)> **[click](https://{EVIL})** <script>fetch("//{EVIL}")</script>'


def sciatica(days: float = 10, **more: Any) -> Resource:
    """Sciatica that began some days ago."""
    return condition(SCIATICA, onset=ago(days), **more)


def problems(*conditions: Resource, **more: Any) -> Resource:
    """A prefetch with these problems; other keys as given."""
    return prefetched(conditions=searchset(*conditions), **more)


def signed(*conditions: Resource, **more: Any) -> Resource:
    """A lumbar MRI is signed for somebody with these problems."""
    return order_sign(prefetch=problems(*conditions), **more)


def with_form(body: Resource, days_old: float = 1.0, **more: Any) -> Resource:
    """A prefetch with an exam form of that age on file."""
    return prefetched(examinations=searchset(exam_form(body, days_old=days_old)), **more)


def ordered(one: Resource, *conditions: Resource) -> Resource:
    """One order is signed for somebody with sciatica of ten days, unless other problems are given."""
    return order_sign(one, prefetch=problems(*(conditions or (sciatica(),))))


EARLY = {
    "sciatica of ten days, LOINC order": early(partial(signed, sciatica()), "No recent exam form is on file"),
    "the same at selecting": early(lambda: order_select(prefetch=problems(sciatica()))),
    "CPT order": early(lambda: ordered(order(LUMBAR_MRI_CPT))),
    "SNOMED order": early(lambda: ordered(order(LUMBAR_MRI_SNOMED))),
    "CT": early(lambda: ordered(order(LUMBAR_CT))),
    "radiograph in words": early(lambda: ordered(order(LUMBAR_RADIOGRAPH))),
    "MRI in words": early(lambda: ordered(order({"text": "MRI lumbar spine without contrast"}))),
    "41 days": early(lambda: signed(sciatica(41))),
    "radiculopathy in ICD-10": early(lambda: signed(condition("M54.16", system=ICD10CM, onset=ago(5)))),
    "known by the exam form alone": early(lambda: order_sign(prefetch=with_form(TEN_DAYS))),
    "problems null, exam form fresh": early(lambda: order_sign(prefetch=with_form(TEN_DAYS, conditions=None))),
    "medications not supplied": early(
        lambda: order_sign(prefetch=problems(sciatica(), medications=ABSENT)), "medication list was not supplied"
    ),
    "twelve codes that nobody knows": early(
        lambda: signed(sciatica(), *(condition(f"99900{n}", system="urn:local") for n in range(12))),
        "not known here: 12",
    ),
    "contextless extensions": early(
        lambda: {
            **signed(sciatica()),
            "extension": {"com.example.x": {"a": None}},
            "unheardOf": [1, {"b": "c"}],
        },
    ),
    "cervical and lumbar spine in one": early(
        lambda: ordered(order({"text": "MRI cervical and lumbar spine"})), removes=False
    ),
    "sciatica as the reason": early(lambda: ordered(order(reasonCode=[coded(SCIATICA)], priority="routine"))),
    "sciatica of the list as the reason": early(
        lambda: ordered(order(reasonReference=[{"reference": f"Condition/c-{SCIATICA}"}]))
    ),
    "re-signed order": early(lambda: ordered(order(status="active")), removes=False),
    "order without id": early(lambda: ordered(order(id=None)), removes=False),
    "order with an id of its own kind": early(lambda: ordered(order(id="a_b|c")), removes=False),
}

NOT_PRESENT = {
    f"{name}: {status}": early(partial(signed, sciatica(), condition(code, **entry)))
    for name, code in (("cauda equina", CAUDA_EQUINA), ("fever", FEVER), ("cancer in the past", HISTORY_OF_CANCER))
    for status, entry in (
        ("refuted", {"verification": "refuted"}),
        ("entered in error", {"verification": "entered-in-error"}),
        ("resolved", {"clinical": "resolved"}),
    )
} | {
    "family history of osteoporosis": early(lambda: signed(sciatica(), condition(FAMILY_OSTEOPOROSIS))),
    "retention, inactive": early(lambda: signed(sciatica(), condition(URINARY_RETENTION, clinical="inactive"))),
    "prednisolone cream": early(
        lambda: order_sign(prefetch=problems(sciatica(), medications=searchset(medication("Prednisolone cream 0.5 %"))))
    ),
    "fever denied by an observation": early(
        lambda: order_sign(prefetch=problems(sciatica(), observations=searchset(observation("red_flags.fever", False))))
    ),
}

FLAGS = {
    name: rated(verdict, partial(signed, sciatica(), condition(code, system=system)))
    for name, code, system, verdict in (
        ("retention", URINARY_RETENTION, SNOMED, "emergency"),
        ("incomplete emptying", "249288007", SNOMED, "emergency"),
        ("urinary incontinence, undated", URINARY_INCONTINENCE, SNOMED, "emergency"),
        ("fecal incontinence", "72042002", SNOMED, "emergency"),
        ("cauda equina", CAUDA_EQUINA, SNOMED, "emergency"),
        ("cauda equina in ICD-10", "G83.4", ICD10CM, "emergency"),
        ("history of cancer", HISTORY_OF_CANCER, SNOMED, "red_flag"),
        ("metastasis of the spine", "94602001", SNOMED, "red_flag"),
        ("weight loss", "422868009", SNOMED, "red_flag"),
        ("fever", FEVER, SNOMED, "red_flag"),
        ("injecting drug use", "226034001", SNOMED, "red_flag"),
        ("immunosuppression", "86406008", SNOMED, "red_flag"),
        ("osteoporosis", OSTEOPOROSIS, SNOMED, "red_flag"),
        ("long-term steroids", "Z79.52", ICD10CM, "red_flag"),
        ("fracture", "125608002", SNOMED, "red_flag"),
        ("foot drop", "6077001", SNOMED, "red_flag"),
    )
} | {
    "cauda equina, suspected": rated(
        "emergency",
        lambda: signed(condition(CAUDA_EQUINA, verification="provisional"), sciatica()),
        "suspected, not confirmed",
    ),
    "metastasis, resolved, is still a history": rated(
        "red_flag", lambda: signed(sciatica(), condition("94602001", clinical="resolved"))
    ),
    "prednisolone tablets": rated(
        "red_flag",
        lambda: order_sign(
            prefetch=problems(sciatica(), medications=searchset(medication("Prednisolone 5 mg tablet")))
        ),
    ),
    "saddle anesthesia observed": rated(
        "emergency",
        lambda: order_sign(
            prefetch=problems(sciatica(), observations=searchset(observation("red_flags.saddle_anesthesia", True)))
        ),
    ),
    "retention in the exam form": rated("emergency", lambda: order_sign(prefetch=with_form(RETENTION))),
    "cauda equina as the reason for the order": rated(
        "emergency", lambda: ordered(order(reasonCode=[coded(CAUDA_EQUINA)])), "reason for an order"
    ),
    "cauda equina as a reason that is referred to": rated(
        "emergency",
        lambda: ordered(
            order(
                contained=[{**condition(CAUDA_EQUINA), "id": "why"}],
                reasonReference=[{"reference": "#why"}],
            )
        ),
    ),
    "retention, and only the first page of problems": rated(
        "emergency",
        lambda: order_sign(
            prefetch=prefetched(
                conditions=searchset(condition(URINARY_RETENTION), link=next_page("https://ehr.example/2"))
            )
        ),
        "only partly known",
    ),
    "retention in the exam form, problems not supplied": rated(
        "emergency", lambda: order_sign(prefetch=with_form(RETENTION, conditions=ABSENT))
    ),
    "retention, problems failed": rated(
        "emergency", lambda: order_sign(prefetch=with_form(RETENTION, conditions=outcome()))
    ),
    "radiograph with a history of cancer": rated(
        "red_flag",
        lambda: ordered(order(LUMBAR_RADIOGRAPH), sciatica(), condition(HISTORY_OF_CANCER)),
        "Asked for is MRI; ordered is a radiograph.",
    ),
}

OTHERS = {
    "candidate whose care failed": rated("indicated", lambda: order_sign(prefetch=with_form(CANDIDATE))),
    "sixty, and nothing else": rated(
        "age_alone", lambda: order_sign(prefetch=problems(sciatica(), patient=patient(60)))
    ),
    "retention in the exam form of last month": rated(
        "urgent", lambda: order_sign(prefetch=with_form(RETENTION, days_old=30))
    ),
}

NOT_ENOUGH = {
    name: rated("not_enough", make, *says)
    for name, make, *says in (
        ("nothing known", lambda: order_sign()),
        ("low back pain without onset", lambda: signed(condition(LOW_BACK_PAIN))),
        ("sixty days, care not known", lambda: signed(sciatica(60))),
        ("chronic low back pain", lambda: signed(condition(CHRONIC_LOW_BACK_PAIN))),
        (
            "problems: an OperationOutcome",
            lambda: order_sign(prefetch=with_form(TEN_DAYS, conditions=outcome())),
            "problem list could not be read",
        ),
        (
            "problems: an OperationOutcome within",
            lambda: order_sign(prefetch=prefetched(conditions=searchset(sciatica(), outcome()))),
        ),
        (
            "problems: first page",
            lambda: order_sign(
                prefetch=prefetched(conditions=searchset(sciatica(), link=next_page("https://ehr.example/2")))
            ),
        ),
        (
            "problems: more than came",
            lambda: order_sign(prefetch=prefetched(conditions=searchset(sciatica(), total=9))),
        ),
        ("problems: a text", lambda: order_sign(prefetch=with_form(TEN_DAYS, conditions="none"))),
        (
            "medications: failed",
            lambda: order_sign(prefetch=problems(sciatica(), medications=outcome())),
            "medication list could not be read",
        ),
        (
            "an entry that cannot be read",
            lambda: signed(sciatica(), {**condition(FEVER), "clinicalStatus": coded("??", "urn:x")}),
        ),
        (
            "incontinence for years",
            lambda: signed(sciatica(), condition(URINARY_INCONTINENCE, onset="2019")),
            "2019",
        ),
        (
            "a reason in words",
            lambda: ordered(order(reasonCode=[{"text": HOSTILE}])),
            "is not understood here",
        ),
        (
            "a reason of a code that nobody knows",
            lambda: ordered(order(reasonCode=[coded("S34.3", "http://hl7.org/fhir/sid/icd-10", text=EVIL)])),
            "is not understood here",
        ),
        (
            "a reason that lies elsewhere",
            lambda: ordered(order(reasonReference=[{"reference": "Condition/elsewhere", "display": EVIL}])),
            "is not understood here",
        ),
        (
            "a known reason with other words",
            lambda: ordered(order(reasonCode=[coded(SCIATICA, text=f"cannot pass urine {EVIL}")])),
            "speak of a disturbance of bladder or bowel",
        ),
        ("an urgent order", lambda: ordered(order(priority="stat")), "marked as urgent"),
        ("a note on the order", lambda: ordered(order(note=[{"text": EVIL}])), "carries a note"),
        (
            "an order in words that may be a flag",
            lambda: ordered(order({"text": f"MRI lumbar spine, cauda equina? {EVIL}"})),
            "speak of a compression of the cauda equina or cord",
        ),
        (
            "somebody who has died",
            lambda: order_sign(prefetch=problems(sciatica(), patient=patient(deceasedBoolean=True))),
            "has died",
        ),
        ("paresis of a leg", lambda: signed(sciatica(), condition("102568007"))),
        (
            "exam form of a version that nobody knows",
            lambda: order_sign(
                prefetch=problems(
                    sciatica(),
                    examinations=searchset(
                        {**exam_form(TEN_DAYS), "questionnaire": "urn:nerveroot:fhir:Questionnaire:exam|99"}
                    ),
                )
            ),
        ),
    )
}

TWO = {
    "two orders": Asked(
        make=lambda: order_sign(order(id="a"), order(LUMBAR_RADIOGRAPH, id="b"), prefetch=problems(sciatica())),
        expected=Expected(verdicts=("not_now", "not_now"), removes=True),
    ),
    "two orders, the second in an emergency": Asked(
        make=lambda: order_sign(
            order(id="a"), order(id="b", reasonCode=[coded(CAUDA_EQUINA)]), prefetch=problems(sciatica())
        ),
        expected=Expected(verdicts=("emergency", "emergency")),
    ),
    "two orders, the reason of the one that is not selected": Asked(
        make=lambda: order_select(
            order(id="a"),
            order(id="b", reasonCode=[coded(URINARY_RETENTION)]),
            selections=["ServiceRequest/a"],
            prefetch=problems(sciatica()),
        ),
        expected=Expected(verdicts=("emergency",)),
    ),
    "the same order twice, the second in an emergency": rated(
        "emergency", lambda: order_sign(order(), order(reasonCode=[coded(CAUDA_EQUINA)]), prefetch=problems(sciatica()))
    ),
    "a condition beside the order": rated(
        "emergency", lambda: order_sign(order(), condition(CAUDA_EQUINA), prefetch=problems(sciatica()))
    ),
    "two orders, one selected": early(
        lambda: order_select(
            order(id="a"), order(id="b"), selections=["ServiceRequest/b"], prefetch=problems(sciatica())
        )
    ),
    "the same order twice": early(lambda: order_sign(order(), order(), prefetch=problems(sciatica()))),
    "a lumbar and a cervical order": early(
        lambda: order_sign(order(CERVICAL_MRI, id="a"), order(id="b"), prefetch=problems(sciatica()))
    ),
    "twenty-one orders": refused(
        422, lambda: order_sign(*(order(id=f"o{n}") for n in range(21)), prefetch=problems(sciatica()))
    ),
}

SILENT = {
    "cervical MRI": silent(lambda: ordered(order(CERVICAL_MRI))),
    "CT of the head": silent(lambda: ordered(order(HEAD_CT))),
    "lumbar puncture": silent(lambda: ordered(order({"text": "Lumbar puncture under CT guidance"}))),
    "nothing ordered": silent(lambda: order_sign(context={"draftOrders": drafts()}, prefetch=ABSENT)),
    "the sandbox opens its screen": silent(
        lambda: order_select(order({"coding": [{}]}, reasonCode=[]), prefetch=prefetched(patient=patient(30)))
    ),
    "selected what is not there": silent(lambda: order_select(selections=["ServiceRequest/other"])),
    "a drug": silent(lambda: order_sign(medication("Ibuprofen 400 mg", status="draft"))),
    "revoked": silent(lambda: ordered(order(status="revoked"))),
    "not to be done": silent(lambda: ordered(order(doNotPerform=True))),
    "cervical, and no prefetch at all": silent(lambda: order_sign(order(CERVICAL_MRI), prefetch=ABSENT)),
}

REFUSED = {
    "no prefetch": refused(412, lambda: order_sign(prefetch=ABSENT)),
    "empty prefetch": refused(412, lambda: order_sign(prefetch={})),
    "no patient": refused(412, lambda: order_sign(prefetch=problems(sciatica(), patient=ABSENT))),
    "patient null": refused(412, lambda: order_sign(prefetch=problems(sciatica(), patient=None))),
    "patient failed": refused(412, lambda: order_sign(prefetch=problems(sciatica(), patient=outcome()))),
    "patient without birth date": refused(
        412, lambda: order_sign(prefetch=problems(sciatica(), patient={**patient(), "birthDate": "unknown"}))
    ),
    "no problems": refused(412, lambda: order_sign(prefetch=prefetched(conditions=ABSENT))),
    "a server that nobody allowed": refused(
        412,
        lambda: order_sign(prefetch=ABSENT, fhirServer="https://ehr.example/fhir", fhirAuthorization=authorization()),
    ),
    "another patient": refused(
        422, lambda: order_sign(prefetch=problems(sciatica(), patient={**patient(), "id": "other"}))
    ),
    "a problem of another patient": refused(422, lambda: signed(sciatica(subject=ELSEWHERE))),
    "a problem of another patient within the order": refused(
        422, lambda: ordered(order(contained=[condition(CAUDA_EQUINA, subject=ELSEWHERE)]))
    ),
    "an order for another patient": refused(422, lambda: ordered(order(subject=ELSEWHERE))),
    "not JSON": refused(400, lambda: b"order-sign", well_formed=False),
    "nothing": refused(400, lambda: b"", well_formed=False),
    "a list": refused(400, lambda: [signed(sciatica())], well_formed=False),
    "a key twice": refused(400, lambda: b'{"hook": "order-sign", "hook": "order-select"}', well_formed=False),
    "no instance": refused(400, lambda: signed(sciatica(), hookInstance=ABSENT), well_formed=False),
    "an instance that is no UUID": refused(400, lambda: signed(sciatica(), hookInstance="1"), well_formed=False),
    "no context": refused(400, lambda: {"hook": "order-sign", "hookInstance": HOOK_INSTANCE}, well_formed=False),
    "no orders": refused(400, lambda: order_sign(context={"draftOrders": ABSENT}), well_formed=False),
    "no selections": refused(400, lambda: order_select(context={"selections": ABSENT}), well_formed=False),
    "a hook of another service": refused(400, lambda: patient_view()),
    "a patient who signs": refused(400, lambda: order_sign(context={"userId": "Patient/p1"})),
    "access without a server": refused(400, lambda: order_sign(fhirAuthorization=authorization()), well_formed=False),
}

OPENED = {
    "opened: nothing of the back": opened(None, lambda: patient_view()),
    "opened: neck": opened(None, lambda: patient_view(prefetch=problems(condition(CERVICAL_RADICULOPATHY)))),
    "opened: osteoporosis alone": opened(None, lambda: patient_view(prefetch=problems(condition(OSTEOPOROSIS)))),
    "opened: sciatica resolved": opened(None, lambda: patient_view(prefetch=problems(sciatica(clinical="resolved")))),
    "opened: sciatica": opened(
        "unexamined", lambda: patient_view(prefetch=problems(sciatica())), "no recent exam form"
    ),
    "opened: back pain": opened(None, lambda: patient_view(prefetch=problems(condition(LOW_BACK_PAIN)))),
    "opened: sciatica of last year": opened(None, lambda: patient_view(prefetch=problems(sciatica(300)))),
    "opened: sciatica of last year, and fever now": opened(
        "red_flag", lambda: patient_view(prefetch=problems(sciatica(300), condition(FEVER)))
    ),
    "opened: somebody who has died": opened(
        None, lambda: patient_view(prefetch=problems(sciatica(), patient=patient(deceasedDateTime="2026-01-01")))
    ),
    "opened: sixty": opened("unexamined", lambda: patient_view(prefetch=problems(sciatica(), patient=patient(60)))),
    "opened: exam form": opened("examined", lambda: patient_view(prefetch=with_form(CANDIDATE)), "Exam form of"),
    "opened: exam form of last month": opened(None, lambda: patient_view(prefetch=with_form(CANDIDATE, days_old=30))),
    "opened: sciatica and cancer": opened(
        "red_flag", lambda: patient_view(prefetch=problems(sciatica(), condition(HISTORY_OF_CANCER)))
    ),
    "opened: cauda equina": opened(
        "emergency", lambda: patient_view(prefetch=problems(condition(CAUDA_EQUINA), sciatica()))
    ),
    "opened: by the patient": opened(
        "examined", lambda: patient_view("Patient/p1", prefetch=with_form(CANDIDATE)), "This is no diagnosis"
    ),
    "opened: by a relative, in an emergency": opened(
        "emergency",
        lambda: patient_view("RelatedPerson/r1", prefetch=problems(condition(CAUDA_EQUINA))),
        "hospital now",
    ),
    "opened: a minor": opened(None, lambda: patient_view(prefetch=problems(sciatica(), patient=patient(15)))),
    "opened: no problems supplied": Asked(
        make=lambda: patient_view(prefetch=prefetched(conditions=ABSENT)),
        expected=Expected(status=412),
        service=CHART_OPENED,
    ),
}

SPECIAL = {
    "a minor": rated(None, lambda: order_sign(prefetch=problems(sciatica(), patient=patient(15))), "paediatric"),
    "two thousand problems": early(
        lambda: signed(sciatica(), *(condition(f"9{n:06}", system="urn:local") for n in range(2000))),
        "not known here: 2000",
    ),
    "two thousand problems, the last a flag": rated(
        "emergency",
        lambda: signed(*(condition(f"9{n:06}", system="urn:local") for n in range(2000)), condition(URINARY_RETENTION)),
    ),
    "hostile texts": rated(
        "not_enough",
        lambda: order_sign(
            order(
                {"coding": [{"system": LOINC, "code": "24968-0", "display": HOSTILE}], "text": HOSTILE},
                note=[{"text": HOSTILE}],
                reasonCode=[coded("1", "urn:local", text=HOSTILE)],
            ),
            prefetch=problems(sciatica()),
        ),
    ),
    "hostile texts beside what is read": early(
        lambda: order_sign(
            order({"coding": [{"system": LOINC, "code": "24968-0", "display": HOSTILE}], "text": HOSTILE}),
            prefetch=problems(
                {**sciatica(), "code": coded(SCIATICA, text=HOSTILE), "note": [{"text": HOSTILE}]},
                condition("1", system=HOSTILE),
                patient=patient(name=[{"text": HOSTILE}]),
            ),
        )
    ),
    "hostile texts of a flag": rated(
        "emergency",
        lambda: signed(
            {**condition(CAUDA_EQUINA), "code": {**coded(CAUDA_EQUINA), "text": HOSTILE}},
            {**condition(LUMBAR_RADICULOPATHY, onset=ago(3)), "id": HOSTILE},
        ),
    ),
    "hostile id of an order": early(lambda: ordered(order(id=HOSTILE)), removes=False),
    "hostile texts of another language": rated(
        "not_enough", lambda: signed(condition(LOW_BACK_PAIN, note=[{"text": "\u202e\ud83d\ude00 " + EVIL}]))
    ),
    "a token that is not needed": early(
        lambda: signed(sciatica(), fhirServer="https://ehr.example/fhir", fhirAuthorization=authorization())
    ),
}

CORPUS: dict[str, Asked] = {
    **{f"early: {name}": asked for name, asked in EARLY.items()},
    **{f"not present: {name}": asked for name, asked in NOT_PRESENT.items()},
    **{f"flag: {name}": asked for name, asked in FLAGS.items()},
    **OTHERS,
    **{f"not enough: {name}": asked for name, asked in NOT_ENOUGH.items()},
    **TWO,
    **{f"silent: {name}": asked for name, asked in SILENT.items()},
    **{f"refused: {name}": asked for name, asked in REFUSED.items()},
    **OPENED,
    **SPECIAL,
}

NEVER_SHOWN = (EVIL, TOKEN)
"""What no answer repeats."""
