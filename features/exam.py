"""One examination, field for field as the wire contract states it.

Every field that nobody filled in reads *not assessed*: an `Answer.NOT_ASSESSED`, a `None`, or no entry in the mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from features.anatomy import BELOW_KNEE, Movement, Perianal, Reflex, Region, Side, SkinArea
from features.answer import Answer
from features.wire import STRICT, AtMost, Between, Grade, NullIs, StatedOnly, WithZone


class Sex(StrEnum):
    """Sex as the sending system records it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Ability(StrEnum):
    """Whether a functional test of strength could be done."""

    ABLE = "able"
    UNABLE = "unable"


class ReflexGrade(StrEnum):
    """A tendon reflex against what is normal for the person."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"
    BRISK = "brisk"


class PlantarResponse(StrEnum):
    """The great toe on stroking the sole; extensor is Babinski's sign."""

    FLEXOR = "flexor"
    EXTENSOR = "extensor"


class Sensation(StrEnum):
    """Light touch or pinprick in one region."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"
    INCREASED = "increased"


class TestResult(StrEnum):
    """The result of a bedside test."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    POSITIVE = "positive"
    NEGATIVE = "negative"


class PainRelief(StrEnum):
    """Relief under the conservative care given so far."""

    ADEQUATE = "adequate"
    PARTIAL = "partial"
    INADEQUATE = "inadequate"


class NsaidContraindication(StrEnum):
    """A reason not to give a non-steroidal anti-inflammatory drug."""

    PEPTIC_ULCER = "peptic_ulcer"
    GI_BLEEDING = "gi_bleeding"
    CHRONIC_KIDNEY_DISEASE = "chronic_kidney_disease"
    HEART_FAILURE = "heart_failure"
    ISCHEMIC_HEART_DISEASE = "ischemic_heart_disease"
    ANTICOAGULATION = "anticoagulation"
    NSAID_HYPERSENSITIVITY = "nsaid_hypersensitivity"
    PREGNANCY = "pregnancy"


NORMAL_POWER = 5.0
"""MRC grade of normal power (0 no contraction to 5 normal; 4 minus is 3.5, 4 plus is 4.5)."""

MRCGrade = Annotated[
    float | Literal["weak"],
    Grade(
        highest=NORMAL_POWER,
        step=0.5,
        ungraded="weak",
        sentence='must be an MRC grade from 0 to 5 in steps of 0.5 (4- is 3.5, 4+ is 4.5), or "weak" if not graded',
    ),
]
Age = Annotated[float, Between(18, 120)]
FromZero = Annotated[float, Between(0)]
NumericRating = Annotated[float, Between(0, 10)]
Angle = Annotated[float, Between(0, 90)]
Moment = Annotated[datetime, WithZone()]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """Who was examined; `reference` is the caller's own pseudonymous key."""

    __pydantic_config__: ClassVar = STRICT

    age_years: Age
    sex: Sex | None = None
    pregnant: Answer = Answer.NOT_ASSESSED
    reference: Annotated[str, AtMost(128)] | None = None


@dataclass(frozen=True, kw_only=True)
class History:
    """What the person tells. A list of regions is complete: what is not on it was denied; an empty one means none."""

    __pydantic_config__: ClassVar = STRICT

    symptom_duration_days: FromZero | None = None
    side: Side | None = None
    pain_locations: frozenset[Region] | None = None
    paresthesia_locations: frozenset[Region] | None = None
    pain_radiates_below_knee: Answer = Answer.NOT_ASSESSED
    pain_severity: NumericRating | None = None
    leg_pain_worse_than_back_pain: Answer = Answer.NOT_ASSESSED
    worse_with_cough_or_sneeze: Answer = Answer.NOT_ASSESSED
    worse_with_sitting: Answer = Answer.NOT_ASSESSED
    worse_with_walking: Answer = Answer.NOT_ASSESSED
    relieved_by_flexion: Answer = Answer.NOT_ASSESSED

    @property
    def below_knee(self) -> Answer:
        """Whether the pain goes below the knee: as stated, or else as the regions of pain tell."""
        if self.pain_radiates_below_knee is not Answer.NOT_ASSESSED or self.pain_locations is None:
            return self.pain_radiates_below_knee
        return Answer.of(bool(self.pain_locations & BELOW_KNEE))


@dataclass(frozen=True, kw_only=True)
class StraightLegRaise:
    """Lasègue's test; positive means that the leg pain is reproduced, at `angle_degrees` from the couch."""

    __pydantic_config__: ClassVar = STRICT

    result: TestResult | None = None
    angle_degrees: Angle | None = None


@dataclass(frozen=True, kw_only=True)
class Examination:
    """The signs of one leg."""

    __pydantic_config__: ClassVar = STRICT

    strength: Annotated[Mapping[Movement, MRCGrade], StatedOnly()] = field(default_factory=dict)
    heel_walk: Ability | None = None
    toe_walk: Ability | None = None
    single_leg_sit_to_stand: Ability | None = None
    reflexes: Annotated[Mapping[Reflex, ReflexGrade], StatedOnly()] = field(default_factory=dict)
    plantar_response: PlantarResponse | None = None
    clonus: Answer = Answer.NOT_ASSESSED
    sensation: Annotated[Mapping[SkinArea, Sensation], StatedOnly()] = field(default_factory=dict)
    straight_leg_raise: StraightLegRaise | None = None
    crossed_straight_leg_raise: TestResult | None = None
    slump: TestResult | None = None
    femoral_stretch: TestResult | None = None
    crossed_femoral_stretch: TestResult | None = None
    hip_internal_rotation_pain: TestResult | None = None
    trochanteric_tenderness: TestResult | None = None
    faber: TestResult | None = None
    fibular_head_tinel: TestResult | None = None
    pedal_pulses_reduced: TestResult | None = None
    dermatomal_rash: TestResult | None = None

    def weak(self, movement: Movement) -> Answer:
        """Whether `movement` is weaker than MRC 5, graded or not."""
        grade = self.strength.get(movement)
        return Answer.of(None if grade is None else grade == "weak" or grade < NORMAL_POWER)

    def graded(self, movement: Movement) -> float | None:
        """The MRC grade of `movement`, or None where it was not tested or not graded."""
        grade = self.strength.get(movement)
        return None if grade is None or grade == "weak" else grade

    def altered_sensation(self, area: SkinArea) -> Answer:
        """Whether sensation in `area` is anything but normal."""
        found = self.sensation.get(area)
        return Answer.of(None if found is None else found is not Sensation.NORMAL)

    @property
    def saddle_altered(self) -> Answer:
        """Whether the skin around the anus feels anything but normal."""
        return self.altered_sensation(Perianal.PERIANAL)


@dataclass(frozen=True, kw_only=True)
class RedFlagScreen:
    """The questions and measurements that look for serious pathology, as they were answered."""

    __pydantic_config__: ClassVar = STRICT

    urinary_retention: Answer = Answer.NOT_ASSESSED
    urinary_incontinence: Answer = Answer.NOT_ASSESSED
    new_bladder_symptom: Answer = Answer.NOT_ASSESSED
    fecal_incontinence: Answer = Answer.NOT_ASSESSED
    saddle_anesthesia: Answer = Answer.NOT_ASSESSED
    reduced_anal_tone: Answer = Answer.NOT_ASSESSED
    bilateral_neurologic_deficit: Answer = Answer.NOT_ASSESSED
    post_void_residual_ml: FromZero | None = None
    progressive_motor_weakness: Answer = Answer.NOT_ASSESSED
    motor_deterioration_hours: FromZero | None = None
    history_of_cancer: Answer = Answer.NOT_ASSESSED
    unexplained_weight_loss: Answer = Answer.NOT_ASSESSED
    fever: Answer = Answer.NOT_ASSESSED
    iv_drug_use: Answer = Answer.NOT_ASSESSED
    recent_infection: Answer = Answer.NOT_ASSESSED
    immunosuppression: Answer = Answer.NOT_ASSESSED
    osteoporosis: Answer = Answer.NOT_ASSESSED
    steroid_use: Answer = Answer.NOT_ASSESSED
    significant_trauma: Answer = Answer.NOT_ASSESSED


@dataclass(frozen=True, kw_only=True)
class Treatment:
    """What has been done so far and what could be done next."""

    __pydantic_config__: ClassVar = STRICT

    conservative_care_weeks: FromZero | None = None
    pain_relief: PainRelief | None = None
    intolerable_pain: Answer = Answer.NOT_ASSESSED
    surgery_candidate: Answer = Answer.NOT_ASSESSED
    epidural_injection_candidate: Answer = Answer.NOT_ASSESSED
    mri_contraindicated: Answer = Answer.NOT_ASSESSED
    nsaid_contraindications: frozenset[NsaidContraindication] | None = None


@dataclass(frozen=True, kw_only=True)
class PreviousExamination:
    """An earlier examination of the same leg."""

    __pydantic_config__: ClassVar = STRICT

    examined_at: Moment | None = None
    examination: Annotated[Examination, NullIs(Examination)] = field(default_factory=Examination)
    red_flags: Annotated[RedFlagScreen, NullIs(RedFlagScreen)] = field(default_factory=RedFlagScreen)


@dataclass(frozen=True, kw_only=True)
class Exam:
    """One examination of one person: the body of `POST /v1/assessments`.

    `examination` is the symptomatic, or the worse, leg; `other_leg` the other one, where it was examined.
    """

    __pydantic_config__: ClassVar = STRICT

    patient: Patient
    history: Annotated[History, NullIs(History)] = field(default_factory=History)
    examination: Annotated[Examination, NullIs(Examination)] = field(default_factory=Examination)
    other_leg: Examination | None = None
    red_flags: Annotated[RedFlagScreen, NullIs(RedFlagScreen)] = field(default_factory=RedFlagScreen)
    treatment: Annotated[Treatment, NullIs(Treatment)] = field(default_factory=Treatment)
    examined_at: Moment | None = None
    previous_examination: PreviousExamination | None = None

    @property
    def legs(self) -> tuple[Examination, ...]:
        """The examinations of both legs, the worse first; one where the other leg was not examined."""
        return (self.examination,) if self.other_leg is None else (self.examination, self.other_leg)


def positive(result: TestResult | None) -> Answer:
    """Whether a bedside test was positive."""
    return Answer.of(None if result is None else result is TestResult.POSITIVE)


def unable(ability: Ability | None) -> Answer:
    """Whether a functional test could not be done."""
    return Answer.of(None if ability is None else ability is Ability.UNABLE)
