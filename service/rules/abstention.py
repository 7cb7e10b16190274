"""When the service makes no statement about a root: why, and what would mend it.

An abstention silences the roots, rules none of them out, and does nothing else. Red flags, urgency and management
never read it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from features.anatomy import DERMATOMES
from features.answer import Answer
from features.completeness import findings_of
from features.exam import Exam
from features.involvement import MORE_LIKELY_THAN_NOT, Outside
from features.once import once
from service.rules.discordance import DISCORDANCES, Discordance
from service.rules.findings import felt, neurologic_deficit, speaks_of_a_root, upper_motor_neuron
from service.rules.management import Applies, ManagementRule
from service.rules.pathway import ClinicalPicture
from service.rules.pointers import not_stated, of_other_leg
from service.rules.red_flags import RED_FLAGS
from service.rules.wording import ENGLISH, Wording

FEW_FINDINGS = 5
"""Statements of history and examination below which an undecided classifier was told too little: a convention
(docs/guideline.md)."""


UNDECIDED_ROOTS = 2
"""Roots not ruled out from which a classifier that was told little is undecided: a convention (docs/guideline.md)."""


@dataclass(frozen=True, kw_only=True)
class AbstentionRule(ManagementRule):
    """A reason to name no root; `ask` names the statements that would mend it (JSON pointers)."""

    reason: str
    mend: str
    ask: Callable[[ClinicalPicture], tuple[str, ...]]


@dataclass(frozen=True, kw_only=True)
class Abstention:
    """A reason for which no root is named."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    rule_id: str
    reason: str
    mend: str
    """What would mend it."""
    ask: tuple[str, ...]
    """The statements to make, or to check (JSON pointers into the body)."""
    citations: tuple[str, ...]


TELLING = (
    *("/history/pain_locations", "/history/paresthesia_locations"),
    *("/examination/strength/knee_extension", "/examination/strength/ankle_dorsiflexion"),
    *("/examination/strength/great_toe_extension", "/examination/strength/plantar_flexion"),
    *("/examination/reflexes/patellar", "/examination/reflexes/achilles"),
    *("/examination/sensation/medial_leg", "/examination/sensation/dorsum_foot", "/examination/sensation/lateral_foot"),
    "/examination/straight_leg_raise",
)
"""What tells L4, L5 and S1 apart: where it is felt, and the usual sign of each root of each kind."""

_UPPER_MOTOR_NEURON = next(flag for flag in RED_FLAGS if flag.rule_id == "RF-UPPER-MOTOR-NEURON")


_OF_ONE_ROOT = frozenset(row.region for row in DERMATOMES if len(row.roots) == 1)


@once
def names_a_root(exam: Exam) -> bool:
    """Whether a deficit is known, or pain or tingling is felt in a region that belongs to one root alone."""
    return bool(felt(exam) & _OF_ONE_ROOT) or neurologic_deficit(exam.examination, exam) is Answer.YES


def _too_little(picture: ClinicalPicture) -> bool:
    """The classifier cannot decide between roots, and was told little: no deficit, no dermatome."""
    found, exam = picture.involvement, picture.exam
    if found is None or max(found.none, *found.roots.values()) >= MORE_LIKELY_THAN_NOT:
        return False
    told = speaks_of_a_root(exam) and not names_a_root(exam)
    undecided = len(picture.not_ruled_out) >= UNDECIDED_ROOTS
    return told and undecided and findings_of(exam) < FEW_FINDINGS


def _outside(what: Outside) -> Applies:
    return lambda picture: picture.involvement is not None and what in picture.involvement.outside


def _telling(picture: ClinicalPicture) -> tuple[str, ...]:
    return not_stated(picture.exam, TELLING)


def _always(*pointers: str) -> Callable[[ClinicalPicture], tuple[str, ...]]:
    return lambda picture: pointers


def _contradiction(pair: Discordance) -> AbstentionRule:
    """The abstention on a pair: one of the two speaks for the very root that the other speaks against."""
    return AbstentionRule(
        rule_id=pair.rule_id,
        applies=lambda picture: pair.found(picture.exam.examination),
        trigger=pair.trigger,
        reason=pair.reason,
        mend="Test both again, check that both are of the same leg, correct the one that is wrong, and ask again.",
        ask=_always(*pair.pointers),
        citations=("nerveroot_guideline",),
    )


ABSTENTIONS = (
    AbstentionRule(
        rule_id="AB-UNAVAILABLE",
        applies=lambda picture: picture.involvement is None,
        trigger="The classifier could not answer",
        reason="The classifier could not answer. Red flags and management do not depend on it.",
        mend="Ask again later; if it stays so, tell whoever runs the service.",
        ask=_always(),
        citations=("nerveroot_guideline",),
    ),
    AbstentionRule(
        rule_id="AB-UPPER-MOTOR-NEURON",
        applies=lambda picture: upper_motor_neuron(picture.exam) is Answer.YES,
        trigger="Upper motor neuron signs",
        reason="Signs of the upper motor neuron: the cause is above the roots, and the model was never shown it.",
        mend="Look above the lumbar spine. If the signs turn out not to be there, correct them and ask again.",
        ask=lambda picture: _UPPER_MOTOR_NEURON.because(picture.exam),
        citations=("nerveroot_guideline", "nvn_lrs"),
    ),
    AbstentionRule(
        rule_id="AB-NOTHING-STATED",
        applies=lambda picture: not speaks_of_a_root(picture.exam),
        trigger="Nothing stated tells one root from another",
        reason="Nothing stated tells one root from another.",
        mend="Ask where in the leg it hurts and tingles, and examine strength, reflexes, sensation and straight leg "
        "raise.",
        ask=_telling,
        citations=("nerveroot_guideline",),
    ),
    AbstentionRule(
        rule_id="AB-TOO-LITTLE",
        applies=_too_little,
        trigger="Fewer than 5 findings, no deficit and no dermatome among them; neither a root nor none of the three "
        "is more likely than not, and two roots or more are not ruled out",
        reason="Too little was examined: no root is more likely than not, and more than one cannot be ruled out.",
        mend="Ask where in the leg it hurts and tingles, and examine strength, reflexes and sensation.",
        ask=_telling,
        citations=("nerveroot_guideline",),
    ),
    *(_contradiction(pair) for pair in DISCORDANCES),
    AbstentionRule(
        rule_id="AB-AGE",
        applies=_outside(Outside.AGE),
        trigger="An age that the model was not trained on",
        reason="The model was not trained on people of this age.",
        mend="Check the age. If it is right, weigh the findings without the model.",
        ask=_always("/patient/age_years"),
        citations=("nerveroot_guideline",),
    ),
    AbstentionRule(
        rule_id="AB-PATTERN",
        applies=_outside(Outside.PATTERN),
        trigger="A pattern of findings unlike all that the model was trained on",
        reason="These findings together are unlike all that the model was trained on.",
        mend="Check the findings for a slip, or for the wrong leg. If they are right, weigh them without the model and "
        "think of more than one cause.",
        ask=_always(),
        citations=("nerveroot_guideline",),
    ),
)
"""Every reason to name no root; all that apply are given."""


@once
def abstaining(picture: ClinicalPicture) -> tuple[AbstentionRule, ...]:
    """The reasons for which no root is named; none where the probabilities can be used."""
    return tuple(rule for rule in ABSTENTIONS if rule.applies(picture))


def abstentions(
    picture: ClinicalPicture, wording: Wording = ENGLISH, *, other_leg: bool = False
) -> tuple[Abstention, ...]:
    """What the answer says of them; with `other_leg` the picture is of the other leg and pointers lead there."""
    said = []
    for rule in abstaining(picture):
        ask, worded = rule.ask(picture), wording.of(rule)
        said.append(
            Abstention(
                rule_id=rule.rule_id,
                reason=worded.reason,
                mend=worded.mend,
                ask=of_other_leg(ask) if other_leg else ask,
                citations=rule.citations,
            )
        )
    return tuple(said)
