"""One examination, field for field as the wire contract states it.

Every field that nobody filled in reads *not assessed*: an `Answer.NOT_ASSESSED`, a `None`, or no entry in the mapping.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, ClassVar, Literal

from features.anatomy import BELOW_KNEE, Movement, Perianal, Reflex, Region, Side, SkinArea
from features.answer import Answer
from features.red_flag_screen import RedFlagScreen
from features.term import Term
from features.treatment import Treatment
from features.wire import STRICT, AtMost, Between, FromZero, Grade, NullIs, StatedOnly, WithZone


class Sex(Term):
    """Sex as the sending system records it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"
    UNKNOWN = "unknown"


class Ability(Term):
    """Whether a functional test of strength could be done."""

    ABLE = "able"
    UNABLE = "unable"


class ReflexGrade(Term):
    """A tendon reflex against what is normal for the person."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"
    BRISK = "brisk"


class PlantarResponse(Term):
    """The great toe on stroking the sole; extensor is Babinski's sign."""

    FLEXOR = "flexor"
    EXTENSOR = "extensor"


class Sensation(Term):
    """Light touch or pinprick in one region."""

    NORMAL = "normal"
    REDUCED = "reduced"
    ABSENT = "absent"
    INCREASED = "increased"


class TestResult(Term):
    """The result of a bedside test."""

    __test__ = False  # not a test class, whatever pytest thinks of the name

    POSITIVE = "positive"
    NEGATIVE = "negative"


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
NumericRating = Annotated[float, Between(0, 10)]
Angle = Annotated[float, Between(0, 90)]
Moment = Annotated[datetime, WithZone()]


@dataclass(frozen=True, kw_only=True)
class Patient:
    """Who was examined; `reference` is the caller's own pseudonymous key."""

    __pydantic_config__: ClassVar = STRICT

    age_years: Age
    """Years; adults only, 18 to 120. The one field that is required."""
    sex: Sex | None = None
    """As the sending system records it."""
    pregnant: Answer = Answer.NOT_ASSESSED
    """Whether the person is pregnant."""
    reference: Annotated[str, AtMost(128)] | None = None
    """The caller's own pseudonymous key; links examinations of one person."""


@dataclass(frozen=True, kw_only=True)
class History:
    """What the person tells. A list of regions is complete: what is not on it was denied; an empty one means none."""

    __pydantic_config__: ClassVar = STRICT

    symptom_duration_days: FromZero | None = None
    """Days since the leg pain began."""
    side: Side | None = None
    """The side of the leg pain."""
    pain_locations: frozenset[Region] | None = None
    """Every region that hurts; an empty list means asked, none. "leg" is the part between knee and ankle."""
    paresthesia_locations: frozenset[Region] | None = None
    """Every region that tingles or feels numb; an empty list means asked, none."""
    pain_radiates_below_knee: Answer = Answer.NOT_ASSESSED
    """Derived from the regions of pain where it is absent."""
    pain_severity: NumericRating | None = None
    """Numeric rating scale, 0 to 10."""
    leg_pain_worse_than_back_pain: Answer = Answer.NOT_ASSESSED
    """Whether the leg hurts more than the back."""
    worse_with_cough_or_sneeze: Answer = Answer.NOT_ASSESSED
    """Whether coughing, sneezing or straining makes the leg pain worse."""
    worse_with_sitting: Answer = Answer.NOT_ASSESSED
    """Whether sitting makes it worse."""
    worse_with_walking: Answer = Answer.NOT_ASSESSED
    """Whether walking makes it worse."""
    relieved_by_flexion: Answer = Answer.NOT_ASSESSED
    """Whether bending forward or sitting down relieves it."""

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
    """Positive where the leg pain is reproduced."""
    angle_degrees: Angle | None = None
    """Angle from the couch at which it was; only 30 to 70 degrees supports root tension."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """The signs of one leg."""

    __pydantic_config__: ClassVar = STRICT

    strength: Annotated[Mapping[Movement, MRCGrade], StatedOnly(tuple(Movement))] = field(default_factory=dict)
    """MRC grade 0 to 5 in steps of 0.5 by movement (4- is 3.5, 4+ is 4.5), or "weak" where it was not graded."""
    heel_walk: Ability | None = None
    """Walking on the heel of that leg."""
    toe_walk: Ability | None = None
    """Walking on the toes of that leg."""
    single_leg_sit_to_stand: Ability | None = None
    """Rising from a chair on that leg."""
    reflexes: Annotated[Mapping[Reflex, ReflexGrade], StatedOnly(tuple(Reflex))] = field(default_factory=dict)
    """Tendon reflexes, against what is normal for the person."""
    plantar_response: PlantarResponse | None = None
    """The great toe on stroking the sole; extensor is Babinski's sign."""
    clonus: Answer = Answer.NOT_ASSESSED
    """Whether there is ankle clonus."""
    sensation: Annotated[Mapping[SkinArea, Sensation], StatedOnly((*Region, *Perianal))] = field(default_factory=dict)
    """Light touch or pinprick by region, or `perianal`."""
    straight_leg_raise: StraightLegRaise | None = None
    """Lasègue's test of that leg."""
    crossed_straight_leg_raise: TestResult | None = None
    """Raising the other leg reproduces the pain in this one."""
    slump: TestResult | None = None
    """Slump test."""
    femoral_stretch: TestResult | None = None
    """Bending the knee, lying prone, reproduces the pain."""
    crossed_femoral_stretch: TestResult | None = None
    """The same on the other side reproduces the pain in this leg."""
    hip_internal_rotation_pain: TestResult | None = None
    """Internal rotation of the hip hurts: sign of a hip."""
    trochanteric_tenderness: TestResult | None = None
    """The greater trochanter is tender."""
    faber: TestResult | None = None
    """Flexion, abduction and external rotation of the hip hurts."""
    fibular_head_tinel: TestResult | None = None
    """Tapping the fibular head tingles: sign of peroneal neuropathy."""
    pedal_pulses_reduced: TestResult | None = None
    """Pulses of the foot are reduced: sign of arterial disease."""
    dermatomal_rash: TestResult | None = None
    """Rash within one dermatome: sign of zoster."""

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
class PreviousExamination:
    """An earlier examination of the same leg."""

    __pydantic_config__: ClassVar = STRICT

    examined_at: Moment | None = None
    """When, with the offset from UTC (RFC 3339)."""
    examination: Annotated[Examination, NullIs(Examination)] = field(default_factory=Examination)
    """The signs of the same leg then."""
    red_flags: Annotated[RedFlagScreen, NullIs(RedFlagScreen)] = field(default_factory=RedFlagScreen)
    """The questions and measurements that look for serious pathology."""
    other_leg: Examination | None = None
    """The signs of the other leg then, where it was examined: of the same leg as `other_leg` is now."""

    @property
    def blank(self) -> bool:
        """Whether nothing was examined or asked: there is nothing to compare with."""
        nothing = (None, Examination())
        return self.examination in nothing and self.other_leg in nothing and self.red_flags == RedFlagScreen()


@dataclass(frozen=True, kw_only=True)
class RememberedExamination(PreviousExamination):
    """An earlier examination that the service remembers; no body states it.

    `elsewhere` are the pointers of what another visit than that of `examined_at` supplied, because this one did not
    assess it; `side_assumed` says that one of the two sides was not stated, or both legs, so that the worse leg then is
    taken for the worse leg now.
    """

    elsewhere: frozenset[str] = frozenset()
    side_assumed: bool = False


@dataclass(frozen=True, kw_only=True)
class Exam:
    """One examination of one person: the body of `POST /v1/assessments`.

    `examination` is the symptomatic, or the worse, leg; `other_leg` the other one, where it was examined.
    """

    __pydantic_config__: ClassVar = STRICT

    patient: Patient
    """Who was examined."""
    history: Annotated[History, NullIs(History)] = field(default_factory=History)
    """What the person tells."""
    examination: Annotated[Examination, NullIs(Examination)] = field(default_factory=Examination)
    """The signs of the symptomatic, or the worse, leg."""
    other_leg: Examination | None = None
    """The signs of the other leg, where it was examined."""
    red_flags: Annotated[RedFlagScreen, NullIs(RedFlagScreen)] = field(default_factory=RedFlagScreen)
    """The questions and measurements that look for serious pathology."""
    treatment: Annotated[Treatment, NullIs(Treatment)] = field(default_factory=Treatment)
    """What was done so far and what could be done next."""
    examined_at: Moment | None = None
    """When, with the offset from UTC (RFC 3339); now where it is absent."""
    previous_examination: PreviousExamination | None = None
    """An earlier examination of the same leg, for comparison."""

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
