"""What stands behind the bottom line: on which findings each root rests, at which disc, and what does not fit."""

from collections.abc import Callable

from features.anatomy import NerveRoot
from service.rules.impression.sentence import Sentence, Values, View, named
from service.rules.roots import Kind, roots_shown, signs_of, stays_above_the_knee, unexplained


def _resting_on(*kinds: Kind) -> Callable[[View], tuple[NerveRoot, ...]]:
    """The likely roots that rest on these kinds of findings and no other."""
    return lambda view: tuple(root for root, found in view.resting_on if set(found) == set(kinds))


def _evidence(name: str, kinds: tuple[Kind, ...], on: str, text: str) -> Sentence:
    roots_on = _resting_on(*kinds)
    return Sentence(
        rule_id=f"IP-EVIDENCE-{name}",
        applies=lambda view: view.said_of_roots and not view.unsigned and bool(roots_on(view)),
        trigger=f"A likely root with {on}",
        text=text,
        text_for_patient=None,
        citations=("nerveroot_guideline", "ekedahl2018"),
        values=lambda view: tuple(
            {"root": root.value, "findings": named(signs_of(view.picture.exam, root), view)} for root in roots_on(view)
        ),
    )


EVIDENCE = (
    _evidence(
        *("ALL", tuple(Kind), "motor, reflex and sensory findings"),
        "Motor, reflex and sensory findings point to {root}: {findings}.",
    ),
    _evidence(
        *("MOTOR-REFLEX", (Kind.MOTOR, Kind.REFLEX), "motor and reflex findings"),
        "Motor and reflex findings point to {root}: {findings}.",
    ),
    _evidence(
        *("MOTOR-SENSORY", (Kind.MOTOR, Kind.SENSORY), "motor and sensory findings"),
        "Motor and sensory findings point to {root}: {findings}.",
    ),
    _evidence(
        *("REFLEX-SENSORY", (Kind.REFLEX, Kind.SENSORY), "reflex and sensory findings"),
        "Reflex and sensory findings point to {root}: {findings}.",
    ),
    _evidence(
        *("MOTOR", (Kind.MOTOR,), "motor findings alone"),
        "Motor findings alone point to {root}: {findings}.",
    ),
    _evidence(
        *("REFLEX", (Kind.REFLEX,), "a reflex finding alone"),
        "A reflex alone points to {root}: {findings}.",
    ),
    _evidence(
        *("SENSORY", (Kind.SENSORY,), "sensory findings alone"),
        "Sensory findings alone point to {root}: {findings}.",
    ),
    _evidence(
        *("NONE", (), "no motor, reflex or sensory finding"),
        "No motor, reflex or sensory finding points to {root}.",
    ),
)
"""On which kinds of findings each likely root rests."""


def _disc(root: NerveRoot, text: str, *citations: str) -> Sentence:
    return Sentence(
        rule_id=f"IP-DISC-{root}",
        applies=lambda view: root in view.of_a_disc,
        trigger=f"{root} is likely and a root is more likely than not; no emergency, no red flag to be worked up"
        + ("; not IP-L5-OR-PERONEAL-SPARED" if root is NerveRoot.L5 else ""),
        text=text,
        text_for_patient=None,
        citations=citations,
    )


DISCS = (
    _disc(
        NerveRoot.L4,
        "L4: usually the disc L3/L4 (paracentral), or L4/L5 (foraminal).",
        *("kortelainen1985", "epstein_fld"),
    ),
    _disc(
        NerveRoot.L5,
        "L5: usually the disc L4/L5 (paracentral), or L5/S1 (foraminal).",
        *("kortelainen1985", "orita2016"),
    ),
    _disc(NerveRoot.S1, "S1: usually the disc L5/S1 (paracentral).", "kortelainen1985"),
    Sentence(
        rule_id="IP-USUAL-LEVELS",
        applies=lambda view: bool(view.of_a_disc),
        trigger="One of IP-DISC-L4, IP-DISC-L5 and IP-DISC-S1",
        # 93 % of 1190 and 98 % of 403 herniations.
        text="Over 90 % of symptomatic herniations lie at L4/L5 or L5/S1.",
        text_for_patient=None,
        citations=("lurie2008", "kortelainen1985"),
    ),
)
"""At which disc."""


def _above_knee(view: View) -> bool:
    """L5 or S1 is likely and L4 is not, whose pain may stay above the knee; and the pain stays above the knee."""
    lower = bool(view.roots) and NerveRoot.L4 not in view.roots and not view.work_up
    return lower and stays_above_the_knee(view.picture.exam)


def _misfit(view: View) -> bool:
    """Whether a sign is found that none of the likely roots explains."""
    return view.said_of_roots and any(not {*roots} & {*view.roots} for roots in roots_shown(view.picture.exam))


def _not_fitting(view: View) -> tuple[Values, ...]:
    signs = unexplained(view.picture.exam, view.roots)
    usual = dict.fromkeys(sign.roots[0] for sign in signs)
    return ({"findings": named(signs, view), "roots": ", ".join(usual)},)


MISFITS = (
    Sentence(
        rule_id="IP-UNEXPLAINED",
        applies=lambda view: _misfit(view) and not _above_knee(view),
        trigger="A motor, reflex or sensory finding that belongs to none of the likely roots",
        text="What does not fit: {findings} (usually {roots}).",
        text_for_patient=None,
        citations=("nerveroot_guideline",),
        values=_not_fitting,
    ),
    Sentence(
        rule_id="IP-ABOVE-KNEE",
        applies=lambda view: _above_knee(view) and not _misfit(view),
        trigger="L5 or S1 is likely, L4 is not, and there is pain that stays above the knee; not LA-UPPER-ROOT; no red "
        "flag to be worked up",
        text="What does not fit: the pain stays above the knee.",
        text_for_patient=None,
        citations=("konstantinou2015",),
    ),
    Sentence(
        rule_id="IP-UNEXPLAINED-ABOVE-KNEE",
        applies=lambda view: _misfit(view) and _above_knee(view),
        trigger="Both IP-UNEXPLAINED and IP-ABOVE-KNEE would be said",
        text="What does not fit: {findings} (usually {roots}); and the pain stays above the knee.",
        text_for_patient=None,
        citations=("nerveroot_guideline", "konstantinou2015"),
        values=_not_fitting,
    ),
    Sentence(
        rule_id="IP-NOT-RULED-OUT",
        applies=lambda view: (
            bool(view.not_ruled_out) and not (view.abstains_for or view.picture.recovered or view.work_up)
        ),
        trigger="The prediction set holds roots beside the likely ones; no red flag to be worked up",
        text="Not ruled out: {roots}.",
        text_for_patient=None,
        citations=("nerveroot_guideline",),
        values=lambda view: ({"roots": ", ".join(view.not_ruled_out)},),
    ),
)
"""What does not fit, and what stays open."""
