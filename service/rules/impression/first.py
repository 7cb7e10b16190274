"""What comes before the roots: red flags and severe weakness, and look-alikes where the findings point away.

While one of FIRST is said, the person is told of that and of nothing else.
"""

from collections.abc import Callable

from features.answer import Answer
from service.rules.impression.sentence import Sentence, Values, View
from service.rules.pathway import Phase


def _flags(view: View) -> tuple[Values, ...]:
    labels = (view.wording.of(flag).label for flag in view.leading_flags)
    return ({"flags": "; ".join(labels)},)


def _flagged(*phases: Phase) -> Callable[[View], bool]:
    return lambda view: bool(view.leading_flags) and view.picture.phase in phases


def _unflagged_weakness(answer: Answer) -> Callable[[View], bool]:
    """Weakness that decides the phase without a red flag: of MRC 3 or less, or, else, dorsiflexion not graded."""

    def applies(view: View) -> bool:
        picture = view.picture
        referred = picture.phase is Phase.MOTOR_DEFICIT_REFERRAL and not view.leading_flags
        return referred and (picture.severe is Answer.YES) is (answer is Answer.YES)

    return applies


FIRST = (
    Sentence(
        rule_id="IP-EMERGENCY-FIRST",
        applies=_flagged(Phase.EMERGENCY),
        trigger="A red flag that is an emergency",
        text="Emergency first: {flags}.",
        text_for_patient="You need to go to hospital today. Something may be pressing on the nerves in your back.",
        citations=("nerveroot_guideline",),
        values=_flags,
    ),
    Sentence(
        rule_id="IP-WEAKNESS-FLAG-FIRST",
        applies=_flagged(Phase.MOTOR_DEFICIT_REFERRAL),
        trigger="A red flag of weakness, and no other",
        text="Red flags first: {flags}.",
        text_for_patient="The weakness in your leg comes first. A doctor needs to look at it in the next few days.",
        citations=("nerveroot_guideline",),
        values=_flags,
    ),
    Sentence(
        rule_id="IP-RED-FLAGS-FIRST",
        applies=_flagged(Phase.RED_FLAG_WORKUP),
        trigger="Another red flag that overrides, age over 50 aside",
        text="Red flags first: {flags}.",
        text_for_patient="Some of your answers need a closer look first. After that we can say where the pain comes "
        "from.",
        citations=("nerveroot_guideline",),
        values=_flags,
    ),
    Sentence(
        rule_id="IP-SEVERE-WEAKNESS-FIRST",
        applies=_unflagged_weakness(Answer.YES),
        trigger="A movement of MRC 3 or less, and no red flag of weakness",
        text="Severe weakness first: a movement has MRC grade 3 or less.",
        text_for_patient="The weakness in your leg comes first. A doctor needs to look at it in the next few days.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-FOOT-DROP-FIRST",
        applies=_unflagged_weakness(Answer.NO),
        trigger="Weak dorsiflexion, or no walking on the heel, that nobody graded, and no red flag of weakness",
        text="Weakness first: ankle dorsiflexion is weak and not graded, so a foot drop is not excluded.",
        text_for_patient="The weakness in your foot comes first. We need to test how strong it is.",
        citations=("nerveroot_guideline",),
    ),
)
"""The first that applies is said, before anything else."""


def _conditions(view: View) -> tuple[Values, ...]:
    named = [view.wording.of(rule) for rule in view.look_alikes]
    return (
        {
            "conditions": "; ".join(rule.condition for rule in named),
            "conditions_for_patient": "; ".join(rule.condition_for_patient for rule in named),
        },
    )


LOOK_ALIKES_FIRST = (
    Sentence(
        rule_id="IP-LOOK-ALIKES-FIRST",
        applies=lambda view: view.points_away and bool(view.look_alikes),
        trigger="The findings point away from L4, L5 and S1, and speak for a look-alike",
        text="None of L4, L5 and S1 is likely to be involved on what was stated. Consider instead: {conditions}.",
        text_for_patient="It is probably none of the three nerves that most often cause this pain. It may be: "
        "{conditions_for_patient}.",
        citations=("nerveroot_guideline",),
        values=_conditions,
    ),
)
"""Said in place of a root."""

LOOK_ALIKES_TOO = (
    Sentence(
        rule_id="IP-LOOK-ALIKES-TOO",
        applies=lambda view: not view.points_away and bool(view.look_alikes),
        trigger="The findings speak for a look-alike, and do not point away from L4, L5 and S1",
        text="Consider as well: {conditions}.",
        text_for_patient="We should also check for: {conditions_for_patient}.",
        citations=("nerveroot_guideline",),
        values=_conditions,
    ),
)
"""Said after the roots."""
