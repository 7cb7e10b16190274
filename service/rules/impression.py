"""The impression in words: what the pattern is, which roots and discs, for the clinician and for the person."""

from dataclasses import dataclass
from enum import StrEnum

from features.anatomy import DERMATOMES, DISC_LEVELS, MYOTOMES, REFLEX_ARCS, DiscLevel, NerveRoot
from features.answer import Answer
from features.exam import Examination, positive, unable
from features.involvement import MORE_LIKELY_THAN_NOT, Involvement
from service.rules.findings import lost_reflex, neurologic_deficit, speaks_of_a_root, upper_motor_neuron
from service.rules.guideline import Urgency
from service.rules.pathway import ClinicalPicture, Phase

USUAL_LEVELS = "Over 90 % of symptomatic herniations lie at L4/L5 or L5/S1."
SOURCES = ("lurie2008", "kortelainen1985")
"""Of the sentence above: 93 % of 1190 and 98 % of 403 herniations."""

_FUNCTION_OF = {NerveRoot.L4: "single_leg_sit_to_stand", NerveRoot.L5: "heel_walk", NerveRoot.S1: "toe_walk"}


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
    citations: tuple[str, ...]


def concordant_kinds(leg: Examination, root: NerveRoot) -> tuple[str, ...]:
    """Which of motor, reflex and sensory findings point to `root`, alone or with another root."""
    weak = [leg.weak(row.movement) for row in MYOTOMES if root in row.roots]
    kinds = {
        "motor": Answer.any((*weak, unable(getattr(leg, _FUNCTION_OF[root])))),
        "reflex": Answer.any(lost_reflex(leg, row.reflex) for row in REFLEX_ARCS if root in row.roots),
        "sensory": Answer.any(leg.altered_sensation(row.region) for row in DERMATOMES if root in row.roots),
    }
    return tuple(kind for kind, answer in kinds.items() if answer is Answer.YES)


def abstention(picture: ClinicalPicture) -> str | None:
    """Why the probabilities allow no useful statement, with what would mend it; None where they do."""
    if picture.involvement is None:
        return "The classifier could not answer; red flags and management do not depend on it."
    if upper_motor_neuron(picture.exam) is Answer.YES:
        return "Signs of the upper motor neuron: the cause is above the roots, and the model was never shown it."
    if not speaks_of_a_root(picture.exam):
        return (
            "Nothing stated tells one root from another: ask where in the leg it hurts and tingles, and examine "
            "strength, reflexes, sensation and straight leg raise."
        )
    return None


def likely_roots(picture: ClinicalPicture) -> tuple[NerveRoot, ...]:
    """The roots held to be involved; none where the probabilities allow no useful statement, or the pain is gone."""
    if picture.involvement is None or abstention(picture) is not None or picture.recovered:
        return ()
    return picture.involvement.likely_roots


def _signs(picture: ClinicalPicture) -> tuple[Answer, ...]:
    """What was looked for in the leg: deficits and signs of root tension."""
    leg = picture.exam.examination
    raised = None if leg.straight_leg_raise is None else leg.straight_leg_raise.result
    tension = (raised, leg.crossed_straight_leg_raise, leg.slump, leg.femoral_stretch, leg.crossed_femoral_stretch)
    found = (neurologic_deficit(leg, picture.exam), *(positive(test) for test in tension))
    return tuple(answer for answer in found if answer is not Answer.NOT_ASSESSED)


def _looks_referred(picture: ClinicalPicture) -> bool:
    """Pain that stays above the knee, and nothing found among the signs of a root that were looked for."""
    return picture.exam.history.below_knee is Answer.NO and Answer.YES not in _signs(picture)


def _pattern(picture: ClinicalPicture, roots: tuple[NerveRoot, ...]) -> Pattern:
    referred = _looks_referred(picture)
    if roots:
        return Pattern.UNDETERMINED if referred else Pattern.RADICULAR
    higher = upper_motor_neuron(picture.exam) is Answer.YES
    settled = referred and bool(_signs(picture)) and not higher and picture.involvement is not None
    return Pattern.REFERRED if settled else Pattern.UNDETERMINED


def _root_text(involvement: Involvement, leg: Examination, roots: tuple[NerveRoot, ...]) -> str:
    parts = []
    for root in roots:
        kinds = concordant_kinds(leg, root)
        shown = f"{', '.join(kinds)} findings" if kinds else "no motor, reflex or sensory finding of its own"
        parts.append(f"{root} ({involvement.roots[root]:.0%}; {shown})")
    named = " and ".join(parts)
    levels = "; ".join(
        f"{root} usually from "
        + " or ".join(f"{level.disc} ({level.mechanism})" for level in DISC_LEVELS if level.root is root)
        for root in roots
    )
    if max(involvement.roots[root] for root in roots) < MORE_LIKELY_THAN_NOT:
        return f"A root is more likely involved than not, but which one is open; the likeliest is {named}. {levels}."
    return f"The findings fit involvement of {named}. {levels}. {USUAL_LEVELS}"


def _words(picture: ClinicalPicture, roots: tuple[NerveRoot, ...], pattern: Pattern) -> tuple[str, str]:
    """What to say of the roots: to the clinician, and to the person."""
    if upper_motor_neuron(picture.exam) is Answer.YES:
        return (
            "Signs of the upper motor neuron: this is not a nerve root. Look higher, above the lumbar spine.",
            "Some signs point to the spinal cord higher up, not to a nerve in the low back. That needs a closer look.",
        )
    if picture.involvement is None:
        return (
            "The classifier gave no answer, so the root is not named. Red flags and management hold all the same.",
            "We cannot tell from this answer which nerve is involved. The advice below holds all the same.",
        )
    if picture.recovered:
        return (
            "The pain is gone and no deficit is known: recovered, as far as was examined.",
            "Good to hear that the pain is gone.",
        )
    if roots:
        sure = max(picture.involvement.roots[root] for root in roots) >= MORE_LIKELY_THAN_NOT
        return (
            _root_text(picture.involvement, picture.exam.examination, roots),
            f"Your signs may come from an irritated nerve in the low back (doctors call it {' and '.join(roots)})."
            if sure
            else "A nerve in the low back may be irritated, but we cannot yet say which one.",
        )
    if pattern is Pattern.REFERRED:
        return (
            "The pain stays above the knee, and no deficit or sign of root tension was found among those looked for: "
            "referred pain is more likely.",
            "The pain in your leg may come from the back or hip itself rather than from a trapped nerve.",
        )
    if abstention(picture) is not None:
        return (
            "Nothing stated tells one root from another, so none is named.",
            "We do not know enough yet to say which nerve may be involved.",
        )
    upper = " Findings of L2 or L3 are among them: consider an upper root." if _upper_root(picture) else ""
    return (
        f"None of L4, L5 and S1 is likely to be involved on what was stated; consider another cause.{upper}",
        "From what we know so far, it is probably none of the three nerves that most often cause this pain.",
    )


def _upper_root(picture: ClinicalPicture) -> bool:
    """Weak hip flexion, altered sensation of the front of the thigh, or a positive femoral stretch."""
    leg = picture.exam.examination
    upper = (NerveRoot.L2, NerveRoot.L3)
    weak = (leg.weak(row.movement) for row in MYOTOMES if row.roots[:1] and row.roots[0] in upper)
    altered = (leg.altered_sensation(row.region) for row in DERMATOMES if row.roots[:1] and row.roots[0] in upper)
    return Answer.YES in (*weak, *altered, positive(leg.femoral_stretch))


def impression(picture: ClinicalPicture) -> Impression:
    """The impression of one clinical picture: red flags first, then the roots."""
    roots = likely_roots(picture)
    pattern = _pattern(picture, roots)
    text, plain = _words(picture, roots, pattern)
    emergency = picture.phase is Phase.EMERGENCY
    strong = [flag for flag in picture.overriding if not flag.weak]
    if strong:
        first = [flag for flag in strong if flag.urgency is Urgency.EMERGENCY or not emergency]
        labels = ", ".join(flag.label.lower() for flag in first)
        text = f"{'Emergency' if emergency else 'Red flags'} first: {labels}. {text}"
        if emergency:
            plain = "You need to go to hospital today. Something may be pressing on the nerves in your back."
        elif picture.phase is Phase.MOTOR_DEFICIT_REFERRAL:
            plain = "The weakness in your leg comes first: it needs a closer look soon."
        else:
            plain = "Before we say where the pain comes from, some of your answers need a closer look."
    elif Answer.NOT_ASSESSED in picture.screen:
        plain = f"{plain} We still need to ask you some questions about warning signs."
    levels = tuple(level for level in DISC_LEVELS if level.root in roots)
    return Impression(
        text=text,
        text_for_patient=plain,
        pattern=pattern,
        likely_levels=levels,
        citations=SOURCES if roots and USUAL_LEVELS in text else (),
    )
