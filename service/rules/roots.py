"""What the findings and the probabilities together say of the roots: which are likely, on which kinds of findings."""

from dataclasses import dataclass, replace
from enum import StrEnum

from features.anatomy import DERMATOMES, MYOTOMES, REFLEX_ARCS, ROOTS, STRENGTH_TESTS, NerveRoot, Reflex
from features.answer import Answer
from features.exam import Exam, positive, unable
from features.involvement import MORE_LIKELY_THAN_NOT
from features.once import once
from service.rules.abstention import abstaining
from service.rules.findings import neurologic_deficit, reflex_deficit
from service.rules.look_alikes import look_alikes
from service.rules.pathway import ClinicalPicture


class Pattern(StrEnum):
    """What kind of pain it is."""

    RADICULAR = "radicular"
    REFERRED = "referred"
    UNDETERMINED = "undetermined"


class Kind(StrEnum):
    """A kind of finding; two kinds that agree on a root make it firm."""

    MOTOR = "motor"
    REFLEX = "reflex"
    SENSORY = "sensory"


def _lost(exam: Exam, reflex: Reflex) -> Answer:
    """Whether a reflex is lost to a root: ankle jerks lost on both sides over 60 are not."""
    leg = exam.examination
    if reflex not in leg.reflexes:
        return Answer.NOT_ASSESSED
    return reflex_deficit(replace(leg, reflexes={reflex: leg.reflexes[reflex]}), exam)


@dataclass(frozen=True, kw_only=True)
class RootSign:
    """One sign of the leg: what it is called within the examination, its kind, and its roots, the usual one first."""

    finding: str
    kind: Kind
    roots: tuple[NerveRoot, ...]


@once
def root_signs(exam: Exam) -> tuple[RootSign, ...]:
    """The signs of a root that were found in the leg."""
    leg = exam.examination
    looked_for = (
        *((Kind.MOTOR, f"strength/{row.movement}", row.roots, leg.weak(row.movement)) for row in MYOTOMES),
        *((Kind.MOTOR, test.name, (test.root,), unable(getattr(leg, test.name))) for test in STRENGTH_TESTS),
        *((Kind.REFLEX, f"reflexes/{row.reflex}", row.roots, _lost(exam, row.reflex)) for row in REFLEX_ARCS),
        *(
            (Kind.SENSORY, f"sensation/{row.region}", row.roots, leg.altered_sensation(row.region))
            for row in DERMATOMES
        ),
    )
    return tuple(
        RootSign(finding=finding, kind=kind, roots=roots)
        for kind, finding, roots, answer in looked_for
        if answer is Answer.YES and roots
    )


def signs_of(exam: Exam, root: NerveRoot) -> tuple[RootSign, ...]:
    """The signs found that point to `root`, alone or with another root."""
    return tuple(sign for sign in root_signs(exam) if root in sign.roots)


def concordant_kinds(exam: Exam, root: NerveRoot) -> tuple[Kind, ...]:
    """Which of motor, reflex and sensory findings point to `root`, alone or with another root."""
    found = {sign.kind for sign in signs_of(exam, root)}
    return tuple(kind for kind in Kind if kind in found)


def unexplained(exam: Exam, named: tuple[NerveRoot, ...]) -> tuple[RootSign, ...]:
    """The signs found that none of the `named` roots explains."""
    return tuple(sign for sign in root_signs(exam) if not {*sign.roots} & {*named})


@once
def likely_roots(picture: ClinicalPicture) -> tuple[NerveRoot, ...]:
    """The roots held to be involved; none while the service abstains, or once the pain is gone.

    While it abstains, an empty list is no statement. It is empty for every reason to abstain, a contradiction too:
    which of two findings is the slip is open, and the root that is named may rest on it.
    """
    if picture.involvement is None or picture.recovered or abstaining(picture):
        return ()
    return picture.involvement.likely_roots


@once
def possible_roots(picture: ClinicalPicture) -> tuple[NerveRoot, ...]:
    """The roots that cannot be ruled out: the prediction set, or all three while the service abstains.

    Whoever makes no statement rules nothing out: the promised coverage holds for exams like those learned from.
    """
    return ROOTS if abstaining(picture) else picture.not_ruled_out


def deficits(exam: Exam) -> tuple[RootSign, ...]:
    """The motor and reflex signs found, which somebody can see without asking the person."""
    return tuple(sign for sign in root_signs(exam) if sign.kind is not Kind.SENSORY)


@once
def _signs(exam: Exam) -> tuple[Answer, ...]:
    """What was looked for in the leg: deficits and signs of root tension."""
    leg = exam.examination
    raised = None if leg.straight_leg_raise is None else leg.straight_leg_raise.result
    tension = (raised, leg.crossed_straight_leg_raise, leg.slump, leg.femoral_stretch, leg.crossed_femoral_stretch)
    found = (neurologic_deficit(leg, exam), *(positive(test) for test in tension))
    return tuple(answer for answer in found if answer is not Answer.NOT_ASSESSED)


@once
def stays_above_the_knee(exam: Exam) -> bool:
    """Whether there is pain, and it is known not to go below the knee; an empty list of regions tells of no pain.

    Pain of an upper root stays there too, and is not held against a root.
    """
    history = exam.history
    told = history.pain_radiates_below_knee is Answer.NO or bool(history.pain_locations)
    upper = any(rule.rule_id == "LA-UPPER-ROOT" for rule in look_alikes(exam))
    return told and history.below_knee is Answer.NO and not upper


_NOT_REFERRED = frozenset({"LA-STENOSIS", "LA-UPPER-ROOT", "LA-MERALGIA"})
"""Look-alikes whose pain comes from a nerve or the canal although it may stay above the knee."""


@once
def pattern_of(picture: ClinicalPicture) -> Pattern:
    """Radicular where a root is more likely than not; referred where the pain stays above the knee, no sign of a root
    is found and no look-alike speaks for a nerve or the canal.
    """
    exam, roots = picture.exam, likely_roots(picture)
    signs, found = _signs(exam), picture.involvement
    if not stays_above_the_knee(exam) or Answer.YES in signs:
        sure = found is not None and any(found.roots[root] >= MORE_LIKELY_THAN_NOT for root in roots)
        return Pattern.RADICULAR if sure else Pattern.UNDETERMINED
    nerve = any(rule.rule_id in _NOT_REFERRED for rule in look_alikes(exam))
    settled = not roots and bool(signs) and not abstaining(picture) and not nerve
    return Pattern.REFERRED if settled else Pattern.UNDETERMINED
