"""The bottom line: the one sentence that says which root it is, or why none is named."""

from collections.abc import Callable

from service.rules.discordance import DISCORDANCES
from service.rules.findings import OF_A_ROOT, felt
from service.rules.impression.sentence import Sentence, Values, View, named
from service.rules.roots import Pattern

_CONTRADICTORY = frozenset(pair.rule_id for pair in DISCORDANCES)
_UNKNOWN_NERVE = "We do not know enough yet to say which nerve may be involved."


def _roots(view: View) -> tuple[Values, ...]:
    """The likely roots as `first`, `second`, `third`, each with its probability."""
    values: dict[str, str] = {}
    for place, root in zip(("first", "second", "third"), view.roots, strict=False):
        values |= {place: root.value, f"{place}_percent": view.percent(root)}
    return (values,)


def _all_roots(view: View) -> tuple[Values, ...]:
    """The likely roots in one list, each with its probability."""
    return ({"roots": ", ".join(f"{root} ({view.percent(root)} %)" for root in view.roots)},)


def _felt(view: View) -> bool:
    """Whether a region that belongs to a root is known to hurt or tingle."""
    return bool(felt(view.picture.exam) & OF_A_ROOT)


def _named(count: int) -> Callable[[View], bool]:
    return lambda view: view.sure and len(view.roots) == count


BOTTOM_LINE = (
    Sentence(
        rule_id="IP-UPPER-MOTOR-NEURON",
        applies=lambda view: view.higher,
        trigger="Upper motor neuron signs",
        text="Signs of the upper motor neuron: this is not a nerve root. Look higher, above the lumbar spine.",
        text_for_patient="Some signs point to the spinal cord higher up. That is not a nerve in the low back. It "
        "needs a closer look.",
        citations=("nerveroot_guideline", "nvn_lrs"),
    ),
    Sentence(
        rule_id="IP-UNAVAILABLE",
        applies=lambda view: view.picture.involvement is None,
        trigger="The classifier could not answer",
        text="The classifier gave no answer, so the root is not named. Red flags and management hold all the same.",
        text_for_patient="We cannot tell from this answer which nerve is involved. The advice below holds all the "
        "same.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-EMERGENCY-ROOTS",
        applies=lambda view: view.emergency,
        trigger="An emergency, no upper motor neuron signs, and the classifier answered",
        text="Which root it is can wait.",
        text_for_patient=None,
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-RECOVERED",
        applies=lambda view: view.picture.recovered and not view.work_up,
        trigger="No pain, no tingling and no deficit known; no red flag to be worked up",
        text="The pain is gone and no deficit is known: recovered, as far as was examined.",
        text_for_patient="Good to hear that the pain is gone.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-NOTHING-STATED",
        applies=lambda view: "AB-NOTHING-STATED" in view.abstains_for,
        trigger="Nothing stated tells one root from another",
        text="Nothing stated tells one root from another, so none is named.",
        text_for_patient=_UNKNOWN_NERVE,
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-CONTRADICTORY",
        applies=lambda view: bool(_CONTRADICTORY & view.abstains_for),
        trigger="Two findings that can hardly both be true of one leg",
        text="Two findings can hardly both be true of this leg, so no root is named until they are tested again.",
        text_for_patient="Two of your tests do not fit each other. They should be done again.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-TOO-LITTLE",
        applies=lambda view: "AB-TOO-LITTLE" in view.abstains_for,
        trigger="Too little was examined for the classifier to decide",
        text="Too little was examined to name a root.",
        text_for_patient=_UNKNOWN_NERVE,
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-OUTSIDE",
        applies=lambda view: bool({"AB-AGE", "AB-PATTERN"} & view.abstains_for),
        trigger="An age or a pattern of findings that the model was not trained on",
        text="The model was not trained on examinations like this one, so no root is named: weigh the findings without "
        "it.",
        text_for_patient="The computer does not know enough people like you to say which nerve it is. Your doctor will "
        "judge without it.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-NO-SIGN-FELT",
        applies=lambda view: view.unsigned and _felt(view),
        trigger="A likely root to which no motor, reflex or sensory sign points, and it is known where it hurts "
        "or tingles",
        text="By where it hurts or tingles, and by age, the likeliest is {roots}; no motor, reflex or sensory sign "
        "points there yet.",
        text_for_patient="Where you feel it fits an irritated nerve in the low back. No test so far shows which nerve "
        "it is.",
        citations=("nerveroot_guideline",),
        values=_all_roots,
    ),
    Sentence(
        rule_id="IP-NO-SIGN",
        applies=lambda view: view.unsigned,
        trigger="A likely root to which no motor, reflex or sensory sign points, and it is not known where it hurts",
        text="On what was stated the likeliest is {roots}; no motor, reflex or sensory sign points there yet.",
        text_for_patient="It may come from a nerve in the low back. No test so far shows which nerve it is.",
        citations=("nerveroot_guideline",),
        values=_all_roots,
    ),
    Sentence(
        rule_id="IP-ONE-ROOT",
        applies=_named(1),
        trigger="One likely root",
        text="The findings fit involvement of {first} ({first_percent} %).",
        text_for_patient="Your signs may come from an irritated nerve in the low back. Doctors call it {first}.",
        citations=("nerveroot_guideline",),
        values=_roots,
    ),
    Sentence(
        rule_id="IP-TWO-ROOTS",
        applies=_named(2),
        trigger="Two likely roots",
        text="The findings fit involvement of {first} ({first_percent} %) and {second} ({second_percent} %).",
        text_for_patient="Your signs may come from two irritated nerves in the low back. Doctors call them {first} and "
        "{second}.",
        citations=("nerveroot_guideline",),
        values=_roots,
    ),
    Sentence(
        rule_id="IP-THREE-ROOTS",
        applies=_named(3),
        trigger="Three likely roots",
        text="The findings fit involvement of {first} ({first_percent} %), {second} ({second_percent} %) and {third} "
        "({third_percent} %). One disc reaches two roots at most: look for a cause beyond one disc.",
        text_for_patient="Your signs may come from more than one irritated nerve in the low back. That needs a closer "
        "look.",
        citations=("nerveroot_guideline",),
        values=_roots,
    ),
    Sentence(
        rule_id="IP-ROOT-OPEN",
        applies=lambda view: bool(view.roots) and not view.work_up,
        trigger="A root is more likely than none, and none of the three by itself more likely than not; no red flag to "
        "be worked up",
        text="A root is more likely involved than not, but which one is open; the likeliest is {first} "
        "({first_percent} %).",
        text_for_patient="We do not know yet if a nerve in the low back causes this, or which one.",
        citations=("nerveroot_guideline",),
        values=_roots,
    ),
    Sentence(
        rule_id="IP-DEFICIT-UNEXPLAINED",
        applies=lambda view: view.points_away and not view.work_up and view.deficit_unexplained,
        trigger="None of the three roots is likely, and a motor or reflex deficit is found that no look-alike brings",
        text="A deficit is not explained: {findings}. By the probabilities none of L4, L5 and S1 is likely, which does "
        "not settle it: find the cause of the deficit first.",
        text_for_patient="One of your tests shows that a nerve may not work as it should. We need to find out which "
        "nerve it is.",
        citations=("nerveroot_guideline",),
        values=lambda view: ({"findings": named(view.unexplained_deficits, view)},),
    ),
    Sentence(
        rule_id="IP-REFERRED",
        applies=lambda view: view.pattern is Pattern.REFERRED and not view.work_up,
        trigger="Pain that stays above the knee, no deficit or sign of root tension among those looked for, no likely "
        "root; not LA-STENOSIS, LA-UPPER-ROOT or LA-MERALGIA; no red flag to be worked up",
        text="The pain stays above the knee, and no deficit or sign of root tension was found among those looked for: "
        "referred pain is more likely.",
        text_for_patient="Your pain may come from the back or the hip itself. A trapped nerve is less likely.",
        citations=("nerveroot_guideline", "konstantinou2015"),
    ),
    Sentence(
        rule_id="IP-OTHER-LEG-NONE",
        applies=lambda view: view.other_leg and not view.instead and not view.roots,
        trigger="The other leg: none of the three roots is likely, and no look-alike takes their place",
        text="None of L4, L5 and S1 is likely to be involved on this side.",
        text_for_patient="It is probably none of the three usual nerves on this side.",
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-NONE-FLAGGED",
        applies=lambda view: bool(view.leading_flags) and not view.instead,
        trigger="A red flag comes first, and no root by itself is more likely than not",
        text="None of L4, L5 and S1 stands out on what was stated.",
        text_for_patient=None,
        citations=("nerveroot_guideline",),
    ),
    Sentence(
        rule_id="IP-NONE",
        applies=lambda view: not view.instead,
        trigger="None of the three roots is likely, and no look-alike takes their place",
        text="None of L4, L5 and S1 is likely to be involved on what was stated; consider another cause.",
        text_for_patient="From what we know so far, it is probably none of the three nerves that most often cause this "
        "pain.",
        citations=("nerveroot_guideline",),
    ),
)
"""The first that applies is said; none where look-alikes stand in its place."""


def _in_ten(view: View) -> int:
    """The chance in ten that the likeliest of the likely roots is involved; 0 where none is likely."""
    return round(10 * max((view.probability(root) for root in view.roots), default=0.0))


def _likeliest(view: View) -> tuple[Values, ...]:
    root = max(view.roots, key=view.probability)
    return ({"root": root.value, "count": str(_in_ten(view))},)


NUMBERS = (
    Sentence(
        rule_id="IP-NUMBERS-MOST",
        applies=lambda view: view.with_numbers and _in_ten(view) > 9,
        trigger="Numbers are asked for, and the likeliest root has a probability of 95 % or more",
        text=None,
        text_for_patient="A computer model puts the chance that it is the nerve {root} at more than 9 in 10. The model "
        "was never tested on real patients.",
        citations=("nerveroot_guideline",),
        values=_likeliest,
    ),
    Sentence(
        rule_id="IP-NUMBERS",
        applies=lambda view: view.with_numbers and 0 < _in_ten(view) <= 9,
        trigger="Numbers are asked for, and a root is likely",
        text=None,
        text_for_patient="A computer model puts the chance that it is the nerve {root} at about {count} in 10. The "
        "model was never tested on real patients.",
        citations=("nerveroot_guideline",),
        values=_likeliest,
    ),
)
"""As a chance in ten, for who asks; the first that applies is said."""
