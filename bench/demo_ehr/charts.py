"""The patients of the small record system: invented, each for one thing that the service says."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from service.terminology.systems import CONTENT_VERSION, CPT, EXAM_ITEMS, EXAM_VALUES, LOINC, QUESTIONNAIRE, SNOMED

Resource = dict[str, Any]

_STATUS: Final = "http://terminology.hl7.org/CodeSystem/condition"
_DAYS_OF_A_YEAR: Final = 365.25

LUMBAR_MRI: Final[Resource] = {
    "coding": [{"system": CPT, "code": "72148"}, {"system": LOINC, "code": "30679-5"}],
    "text": "MRI lumbar spine without contrast",
}
CERVICAL_MRI: Final[Resource] = {"coding": [{"system": CPT, "code": "72141"}], "text": "MRI cervical spine"}


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Who it is, in a sentence for whoever watches, and what the record system holds; the Patient comes first."""

    title: str
    resources: tuple[Resource, ...]

    @property
    def patient_id(self) -> str:
        """The logical id of the Patient."""
        return str(self.resources[0]["id"])


def early(today: date) -> Chart:
    """Sciatica of eighteen days, and a form on file in which every red flag was asked."""
    return _chart(
        "Early sciatica: 44 years, 18 days, the red flags asked and absent",
        _patient("early", 44, "female", today),
        _condition("early", "128196005", "Lumbar radiculopathy", today - timedelta(days=18)),
        _medication("early", "Ibuprofen 400 mg"),
        _form("early", today, {**_NO_FLAGS, **_L5, "history.symptom_duration_days": 18.0}),
    )


def persistent(today: date) -> Chart:
    """Ten weeks, eight of them treated, and no relief: the form on file says so."""
    treated = {
        "history.symptom_duration_days": 70.0,
        "treatment.conservative_care_weeks": 8.0,
        "treatment.pain_relief": "inadequate",
        "treatment.surgery_candidate": True,
    }
    return _chart(
        "Persistent sciatica: 46 years, 10 weeks, 8 of them treated without relief",
        _patient("persistent", 46, "male", today),
        _condition("persistent", "128196005", "Lumbar radiculopathy", today - timedelta(days=70)),
        _form("persistent", today, {**_NO_FLAGS, **_L5, **treated}),
    )


def cauda_equina(today: date) -> Chart:
    """A compression that a colleague suspects, retention, and a bladder that was measured."""
    return _chart(
        "Suspected cauda equina syndrome: 38 years, urinary retention since yesterday",
        _patient("cauda", 38, "female", today),
        _condition("cauda", "23056005", "Sciatica", today - timedelta(days=9)),
        _condition("cauda", "192970008", "Cauda equina syndrome", today, verification="provisional"),
        _condition("cauda", "267064002", "Retention of urine", today - timedelta(days=1)),
        {
            "resourceType": "Observation",
            "id": "cauda-residual",
            "status": "final",
            "category": [{"coding": [{"system": f"{_OBSERVED}/observation-category", "code": "exam"}]}],
            "code": {"coding": [{"system": EXAM_ITEMS, "code": "red_flags.post_void_residual_ml"}]},
            "subject": {"reference": "Patient/cauda"},
            "effectiveDateTime": today.isoformat(),
            "valueQuantity": {"value": 450, "unit": "mL", "system": "http://unitsofmeasure.org", "code": "mL"},
        },
    )


def cancer(today: date) -> Chart:
    """Three weeks of leg pain in somebody who once had cancer."""
    return _chart(
        "A history of cancer: 47 years, leg pain for 3 weeks",
        _patient("cancer", 47, "female", today),
        _condition("cancer", "23056005", "Sciatica", today - timedelta(days=21)),
        _condition("cancer", "266987004", "History of malignant neoplasm", today - timedelta(days=2900)),
    )


def unknown(today: date) -> Chart:
    """Nobody wrote anything down."""
    return _chart("Nothing known: 35 years, an empty chart", _patient("unknown", 35, "male", today))


def order(chart: Chart, code: Resource = LUMBAR_MRI) -> Resource:
    """A draft order for this patient: a lumbar MRI unless another code is given."""
    return {
        "resourceType": "ServiceRequest",
        "id": f"{chart.patient_id}-order",
        "status": "draft",
        "intent": "order",
        "code": code,
        "subject": {"reference": f"Patient/{chart.patient_id}"},
    }


_OBSERVED: Final = "http://terminology.hl7.org/CodeSystem"
_NO_FLAGS: Final[Resource] = {
    f"red_flags.{name}": False
    for name in (
        *(
            "urinary_retention",
            "urinary_incontinence",
            "new_bladder_symptom",
            "fecal_incontinence",
            "saddle_anesthesia",
        ),
        *("bilateral_neurologic_deficit", "progressive_motor_weakness", "history_of_cancer", "unexplained_weight_loss"),
        *("fever", "iv_drug_use", "recent_infection", "immunosuppression", "osteoporosis", "steroid_use"),
        "significant_trauma",
    )
}
_L5: Final[Resource] = {
    "history.side": "left",
    "history.pain_radiates_below_knee": True,
    "examination.strength.great_toe_extension": "mrc-4",
    "examination.strength.ankle_dorsiflexion": "mrc-4.5",
    "examination.strength.plantar_flexion": "mrc-5",
    "examination.strength.knee_extension": "mrc-5",
    "examination.reflexes.patellar": "normal",
    "examination.reflexes.achilles": "normal",
    "examination.plantar_response": "flexor",
    "examination.sensation.dorsum_foot": "reduced",
    "examination.straight_leg_raise.result": "positive",
    "examination.straight_leg_raise.angle_degrees": 45.0,
}


def _chart(title: str, *resources: Resource) -> Chart:
    return Chart(title=title, resources=resources)


def _patient(identifier: str, years: int, gender: str, today: date) -> Resource:
    born = today - timedelta(days=_DAYS_OF_A_YEAR * years + 120)
    return {"resourceType": "Patient", "id": identifier, "gender": gender, "birthDate": born.isoformat()}


def _condition(patient: str, code: str, display: str, onset: date, verification: str = "confirmed") -> Resource:
    return {
        "resourceType": "Condition",
        "id": f"{patient}-{code}",
        "clinicalStatus": {"coding": [{"system": f"{_STATUS}-clinical", "code": "active"}]},
        "verificationStatus": {"coding": [{"system": f"{_STATUS}-ver-status", "code": verification}]},
        "code": {"coding": [{"system": SNOMED, "code": code, "display": display}]},
        "subject": {"reference": f"Patient/{patient}"},
        "onsetDateTime": onset.isoformat(),
    }


def _medication(patient: str, text: str) -> Resource:
    return {
        "resourceType": "MedicationRequest",
        "id": f"{patient}-medication",
        "status": "active",
        "intent": "order",
        "medicationCodeableConcept": {"text": text},
        "subject": {"reference": f"Patient/{patient}"},
    }


def _form(patient: str, today: date, answers: Resource) -> Resource:
    """The exam form on file, filled in today."""
    return {
        "resourceType": "QuestionnaireResponse",
        "id": f"{patient}-form",
        "questionnaire": f"{QUESTIONNAIRE}|{CONTENT_VERSION}",
        "status": "completed",
        "subject": {"reference": f"Patient/{patient}"},
        "authored": today.isoformat(),
        "item": [{"linkId": item, "answer": [_answer(value)]} for item, value in answers.items()],
    }


def _answer(value: bool | float | str) -> Resource:
    if isinstance(value, bool):
        return {"valueBoolean": value}
    if isinstance(value, float):
        return {"valueDecimal": value}
    return {"valueCoding": {"system": EXAM_VALUES, "code": value}}
