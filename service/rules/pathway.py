"""Where in the pathway a person is: the phases, the thresholds between them, and what the rules look at."""

from dataclasses import dataclass
from functools import cached_property

from features.anatomy import ROOTS, NerveRoot
from features.answer import Answer
from features.exam import Exam
from features.involvement import Involvement
from features.term import Term
from features.treatment import NsaidContraindication, PainRelief
from service.rules.findings import (
    any_deficit_known,
    foot_drop_not_excluded,
    severe_weakness,
    tension,
    weakness_progresses,
)
from service.rules.flags_before import emergency_not_asked_again
from service.rules.guideline import Group, Policy, RedFlag, Urgency
from service.rules.progression import not_tested_again, spread

CONSERVATIVE_WEEKS = 6.0
"""Weeks of adequate conservative care before imaging is weighed: the earlier end of 6 to 8 (nhg2015, acr2021)."""

CONSERVATIVE_DAYS = 7 * CONSERVATIVE_WEEKS

CARE_SLACK_WEEKS = 1.0
"""Weeks by which care may be said to outlast the symptoms before it is asked again: both are rounded."""

SEVERE_PAIN = 7.0
"""Numeric rating from which pain is called severe; a convention (docs/guideline.md)."""


class Phase(Term):
    """Where in the pathway a person is."""

    EMERGENCY = "emergency"
    RED_FLAG_WORKUP = "red_flag_workup"
    MOTOR_DEFICIT_REFERRAL = "motor_deficit_referral"
    INITIAL_CONSERVATIVE_CARE = "initial_conservative_care"
    PERSISTENT_SYMPTOMS = "persistent_symptoms"
    RECOVERED = "recovered"


@dataclass(frozen=True, kw_only=True)
class ClinicalPicture:
    """What management sees: the exam, the red flags that are up, the policy, and what the classifier said, if it did.

    `screen` holds the answers that the first-line flags gave: with *not assessed* among them it is not complete.

    `not_ruled_out` is the prediction set; where nothing was computed, nothing is ruled out.

    `earlier_unread` says that there may be earlier examinations which could not be looked up.

    No part of it that decides on urgency, imaging or surgery reads `involvement` or `not_ruled_out`.
    """

    exam: Exam
    raised: tuple[RedFlag, ...]
    screen: frozenset[Answer]
    policy: Policy
    involvement: Involvement | None
    not_ruled_out: tuple[NerveRoot, ...] = ROOTS
    earlier_unread: bool = False

    @cached_property
    def overriding(self) -> tuple[RedFlag, ...]:
        """The raised flags that replace the ordinary pathway."""
        return tuple(flag for flag in self.raised if flag.overrides(self.policy))

    @cached_property
    def age_alone(self) -> bool:
        """Whether the override rests on age over 50 and nothing else, no severe deficit either."""
        weak_only = bool(self.overriding) and all(flag.weak for flag in self.overriding)
        return weak_only and self.phase is Phase.RED_FLAG_WORKUP

    def has(self, *groups: Group) -> bool:
        """Whether a flag of one of `groups` is up, age aside."""
        return any(flag.group in groups and not flag.weak for flag in self.raised)

    @cached_property
    def phase(self) -> Phase:
        """The phase, the most pressing first."""
        pressing = self._pressing
        if pressing is not None:
            return pressing
        return Phase.RED_FLAG_WORKUP if self.overriding else self.course

    @cached_property
    def course(self) -> Phase:
        """The phase as it would be if age over 50 did not override: where treatment of the sciatica itself stands."""
        pressing = self._pressing
        if pressing is not None:
            return pressing
        if self.recovered:
            return Phase.RECOVERED
        return Phase.PERSISTENT_SYMPTOMS if self.persistent else Phase.INITIAL_CONSERVATIVE_CARE

    @cached_property
    def in_course(self) -> bool:
        """Whether the ordinary pathway with pain is where the person is, age aside."""
        return self.course in (Phase.INITIAL_CONSERVATIVE_CARE, Phase.PERSISTENT_SYMPTOMS)

    @cached_property
    def _pressing(self) -> Phase | None:
        """The phase that red flags other than age, or a severe deficit, ask for."""
        strong = [flag for flag in self.overriding if not flag.weak]
        if any(flag.urgency is Urgency.EMERGENCY for flag in strong):
            return Phase.EMERGENCY
        if any(flag.group is not Group.MOTOR for flag in strong):
            return Phase.RED_FLAG_WORKUP
        motor = Answer.YES in (self.severe, self.may_be_foot_drop, self.deteriorates)
        return Phase.MOTOR_DEFICIT_REFERRAL if motor or strong else None

    @cached_property
    def severe(self) -> Answer:
        """A movement of MRC grade 3 or less."""
        return severe_weakness(self.exam)

    @cached_property
    def progressive(self) -> Answer:
        """Weakness that grows."""
        return weakness_progresses(self.exam)

    @cached_property
    def deteriorates(self) -> Answer:
        """Weakness that grows, or a deficit that has reached a new root or both legs since the last examination."""
        return self.progressive | (Answer.YES if spread(self.exam) is Answer.YES else Answer.NO)

    @cached_property
    def may_be_foot_drop(self) -> Answer:
        """Weak dorsiflexion of either leg that nobody graded."""
        return Answer.any(foot_drop_not_excluded(leg) for leg in self.exam.legs)

    @cached_property
    def in_pain(self) -> bool:
        """Whether pain is told of, or nobody asked: all but a pain of zero with no region of pain named."""
        return self.exam.history.pain_severity != 0 or bool(self.exam.history.pain_locations)

    @cached_property
    def well(self) -> bool:
        """No pain, no tingling, no deficit and no sign of tension, as far as anybody looked."""
        tingles = bool(self.exam.history.paresthesia_locations)
        found = (any_deficit_known(self.exam), *(tension(leg) for leg in self.exam.legs))
        return not self.in_pain and not tingles and Answer.YES not in found

    @cached_property
    def recovered(self) -> bool:
        """Well, with a deficit looked for and none found, and nothing of the previous examination left open."""
        looked_for = any_deficit_known(self.exam) is Answer.NO and self.exam.history.paresthesia_locations is not None
        return self.well and looked_for and not not_tested_again(self.exam) and not self.emergency_open

    @cached_property
    def emergency_open(self) -> tuple[str, ...]:
        """The pointers of an emergency of the previous examination that nobody asked about again."""
        return emergency_not_asked_again(self.exam)

    @cached_property
    def cared_for(self) -> Answer:
        """Six weeks or more of adequate conservative care; not assessed where it is said to outlast the symptoms."""
        weeks, days = self.exam.treatment.conservative_care_weeks, self.exam.history.symptom_duration_days
        outlasts = weeks is not None and days is not None and 7 * (weeks - CARE_SLACK_WEEKS) > days
        return Answer.of(None if weeks is None or outlasts else weeks >= CONSERVATIVE_WEEKS)

    @cached_property
    def long_standing(self) -> Answer:
        """Symptoms for six weeks or more."""
        days = self.exam.history.symptom_duration_days
        return Answer.of(None if days is None else days >= CONSERVATIVE_DAYS)

    @cached_property
    def not_relieved(self) -> Answer:
        """Relief that is inadequate, or pain that cannot be borne, whatever is said of the relief."""
        relief, intolerable = self.exam.treatment.pain_relief, self.exam.treatment.intolerable_pain
        if intolerable is Answer.YES or relief is PainRelief.INADEQUATE:
            return Answer.YES
        return intolerable if relief is PainRelief.PARTIAL else Answer.of(None if relief is None else False)

    @cached_property
    def persistent(self) -> bool:
        """Not well after six weeks of care, or, where nobody says how long care was given, of symptoms."""
        relieved = self.exam.treatment.pain_relief is PainRelief.ADEQUATE and self.not_relieved is Answer.NO
        lasted = self.long_standing if self.cared_for is Answer.NOT_ASSESSED else self.cared_for
        return lasted is Answer.YES and not relieved

    @cached_property
    def lasted(self) -> bool:
        """Six weeks or more of symptoms or of care, relieved or not."""
        return Answer.YES in (self.long_standing, self.cared_for)

    @cached_property
    def duration_unknown(self) -> bool:
        """Neither how long the symptoms have lasted nor how long they were treated is known."""
        return self.long_standing is Answer.NOT_ASSESSED and self.cared_for is Answer.NOT_ASSESSED

    @cached_property
    def candidate(self) -> Answer:
        """Whether the person is a candidate for surgery or epidural injection."""
        return self.exam.treatment.surgery_candidate | self.exam.treatment.epidural_injection_candidate

    @cached_property
    def severe_pain(self) -> Answer:
        """Pain of 7 or more, or pain that cannot be borne."""
        severity = self.exam.history.pain_severity
        return Answer.of(None if severity is None else severity >= SEVERE_PAIN) | self.exam.treatment.intolerable_pain

    def contraindicated(self, reason: NsaidContraindication) -> Answer:
        """Whether `reason` speaks against an NSAID; pregnancy counts wherever it is stated."""
        stated = self.exam.treatment.nsaid_contraindications
        listed = Answer.of(None if stated is None else reason in stated)
        if reason is NsaidContraindication.PREGNANCY:
            return Answer.YES if Answer.YES in (listed, self.exam.patient.pregnant) else listed
        return listed

    @cached_property
    def nsaid_contraindicated(self) -> Answer:
        """Whether anything speaks against an NSAID; not assessed where nobody asked."""
        return Answer.any(self.contraindicated(reason) for reason in NsaidContraindication)
