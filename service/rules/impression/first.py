"""What comes before all else: red flags and severe weakness. While one is said, the person is told of that alone."""

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
        text_for_patient="You need to go to hospital now. Something may be pressing on the nerves in your back.",
        citations=("nerveroot_guideline",),
        values=_flags,
    ),
    Sentence(
        rule_id="IP-WEAKNESS-FLAG-FIRST",
        applies=_flagged(Phase.MOTOR_DEFICIT_REFERRAL),
        trigger="A red flag of weakness, and no other",
        text="Red flags first: {flags}.",
        text_for_patient="The nerves of your leg do not work as they should. That comes first. A doctor needs to look "
        "at it in the next few days.",
        citations=("nerveroot_guideline",),
        values=_flags,
    ),
    Sentence(
        rule_id="IP-RED-FLAGS-FIRST",
        applies=_flagged(Phase.RED_FLAG_WORKUP),
        trigger="Another red flag that overrides, age over 50 aside",
        text="Red flags first: {flags}.",
        text_for_patient="Some of your answers or tests need a closer look first. After that we can say more about "
        "the pain.",
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
