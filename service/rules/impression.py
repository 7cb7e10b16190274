"""The impression in words: what the pattern is, which roots and discs, for the clinician and for the person."""

from dataclasses import dataclass
from enum import StrEnum

from features.anatomy import DISC_LEVELS, DiscLevel, NerveRoot, movements_of, reflex_of, regions_of
from features.answer import Answer
from features.encoding import nothing_stated
from features.exam import Examination
from features.involvement import MORE_LIKELY_THAN_NOT, Involvement
from service.rules.findings import lost_reflex, neurologic_deficit, upper_motor_neuron
from service.rules.guideline import Urgency
from service.rules.pathway import ClinicalPicture, Phase


class Pattern(StrEnum):
    """What kind of pain it is."""

    RADICULAR = "radicular"
    REFERRED = "referred"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, kw_only=True)
class Impression:
    """The pattern, in words and as likely levels."""

    text: str
    text_for_patient: str
    pattern: Pattern
    likely_levels: tuple[DiscLevel, ...]


def concordant_kinds(leg: Examination, root: NerveRoot) -> tuple[str, ...]:
    """Which of motor, reflex and sensory findings point to `root`."""
    kinds = {
        "motor": Answer.any(leg.weak(movement) for movement in movements_of(root)),
        "reflex": lost_reflex(leg, reflex_of(root)),
        "sensory": Answer.any(leg.altered_sensation(region) for region in regions_of(root)),
    }
    return tuple(kind for kind, answer in kinds.items() if answer is Answer.YES)


def abstention(picture: ClinicalPicture) -> str | None:
    """Why the probabilities allow no useful statement, with what would mend it; None where they do."""
    if picture.involvement is None:
        return "The classifier could not answer; red flags and management do not depend on it."
    if upper_motor_neuron(picture.exam) is Answer.YES:
        return "Signs of the upper motor neuron: the cause is above the roots, and the model was never shown it."
    if nothing_stated(picture.exam):
        return "Nothing was stated about pain or signs: examine strength, reflexes, sensation and straight leg raise."
    return None


def likely_roots(picture: ClinicalPicture) -> tuple[NerveRoot, ...]:
    """The roots held to be involved; none where the probabilities allow no useful statement."""
    if picture.involvement is None or abstention(picture) is not None:
        return ()
    return picture.involvement.likely_roots


def _looks_referred(picture: ClinicalPicture) -> bool:
    deficit = neurologic_deficit(picture.exam.examination, picture.exam)
    return picture.exam.history.below_knee is Answer.NO and deficit is not Answer.YES


def _pattern(picture: ClinicalPicture, roots: tuple[NerveRoot, ...]) -> Pattern:
    if roots:
        return Pattern.RADICULAR
    higher = upper_motor_neuron(picture.exam) is Answer.YES
    answered = picture.involvement is not None
    return Pattern.REFERRED if answered and not higher and _looks_referred(picture) else Pattern.UNDETERMINED


def _root_text(involvement: Involvement, leg: Examination, roots: tuple[NerveRoot, ...]) -> str:
    parts = []
    for root in roots:
        kinds = concordant_kinds(leg, root)
        shown = f"{', '.join(kinds)} findings" if kinds else "no motor, reflex or sensory finding of its own"
        parts.append(f"{root} ({involvement.roots[root]:.0%}; {shown})")
    named = " and ".join(parts)
    if max(involvement.roots[root] for root in roots) < MORE_LIKELY_THAN_NOT:
        return f"A root is more likely involved than not, but which one is open; the likeliest is {named}."
    return f"The findings fit involvement of {named}."


def impression(picture: ClinicalPicture) -> Impression:
    """The impression of one clinical picture."""
    roots = likely_roots(picture)
    pattern = _pattern(picture, roots)
    if upper_motor_neuron(picture.exam) is Answer.YES:
        text = "Signs of the upper motor neuron: this is not a nerve root. Look higher, above the lumbar spine."
        plain = (
            "Some signs point to the spinal cord higher up, not to a nerve in the low back. That needs a closer look."
        )
    elif picture.involvement is None:
        text = "The classifier gave no answer, so the root is not named. Red flags and management hold all the same."
        plain = "We cannot tell from this answer which nerve is involved. The advice below holds all the same."
    elif nothing_stated(picture.exam):
        text = "Nothing was stated about pain or signs, so no root can be named."
        plain = "We have not examined your leg yet, so we cannot say which nerve may be involved."
    elif roots:
        text = _root_text(picture.involvement, picture.exam.examination, roots)
        names = " and ".join(roots)
        plain = f"Your signs may come from an irritated nerve in the low back (the one doctors call {names})."
    elif pattern is Pattern.REFERRED:
        text = "None of L4, L5 and S1 is likely, and the pain stays above the knee: referred pain is more likely."
        plain = "The pain in your leg probably comes from the back or hip itself, not from a trapped nerve."
    else:
        text = "None of L4, L5 and S1 is likely to be involved on what was stated. Consider another cause of leg pain."
        plain = "From what we know so far, a trapped nerve in the low back is not the likeliest cause."
    if picture.phase is Phase.EMERGENCY:
        labels = ", ".join(flag.label.lower() for flag in picture.overriding if flag.urgency is Urgency.EMERGENCY)
        text = f"Emergency first: {labels}. {text}"
        plain = f"You need to go to hospital today. {plain}"
    levels = tuple(level for level in DISC_LEVELS if level.root in roots)
    return Impression(text=text, text_for_patient=plain, pattern=pattern, likely_levels=levels)
