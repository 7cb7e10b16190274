"""What the findings and the probabilities together say of the roots: which are likely, on which kinds of findings."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from features.anatomy import (
    DERMATOMES,
    MYOTOMES,
    REFLEX_ARCS,
    ROOTS,
    STRENGTH_TESTS,
    Dermatome,
    Myotome,
    NerveRoot,
    ReflexArc,
    StrengthTest,
)
from features.answer import Answer
from features.exam import Exam, unable
from features.involvement import MORE_LIKELY_THAN_NOT
from features.once import once
from service.rules.abstention import abstaining
from service.rules.findings import lost_to_a_root, neurologic_deficit, tension_tested
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


@dataclass(frozen=True, kw_only=True)
class RootSign:
    """One sign of the leg: what it is called within the examination, its kind, and its roots, the usual one first."""

    finding: str
    kind: Kind
    roots: tuple[NerveRoot, ...]
    present: Callable[[Exam], Answer]


def _motor(row: Myotome) -> RootSign:
    return RootSign(
        finding=f"strength/{row.movement}",
        kind=Kind.MOTOR,
        roots=row.roots,
        present=lambda exam: exam.examination.weak(row.movement),
    )


def _function(test: StrengthTest) -> RootSign:
    return RootSign(
        finding=test.name,
        kind=Kind.MOTOR,
        roots=(test.root,),
        present=lambda exam: unable(getattr(exam.examination, test.name)),
    )


def _reflex(row: ReflexArc) -> RootSign:
    return RootSign(
        finding=f"reflexes/{row.reflex}",
        kind=Kind.REFLEX,
        roots=row.roots,
        present=lambda exam: lost_to_a_root(exam.examination, row.reflex, exam),
    )


def _sensory(row: Dermatome) -> RootSign:
    return RootSign(
        finding=f"sensation/{row.region}",
        kind=Kind.SENSORY,
        roots=row.roots,
        present=lambda exam: exam.examination.altered_sensation(row.region),
    )


ROOT_SIGNS = (
    *(_motor(row) for row in MYOTOMES),
    *(_function(test) for test in STRENGTH_TESTS),
    *(_reflex(row) for row in REFLEX_ARCS),
    *(_sensory(row) for row in DERMATOMES if row.roots),
)
"""Every sign of a root."""


@once
def root_signs(exam: Exam) -> tuple[RootSign, ...]:
    """The signs of a root that were found in the leg."""
    return tuple(sign for sign in ROOT_SIGNS if sign.present(exam) is Answer.YES)


@once
def has_root_sign(exam: Exam) -> bool:
    """Whether a sign of a root was found in the leg."""
    return bool(root_signs(exam))


def signs_of(exam: Exam, root: NerveRoot) -> tuple[RootSign, ...]:
    """The signs found that point to `root`, alone or with another root."""
    return tuple(sign for sign in root_signs(exam) if root in sign.roots)


@once
def kinds_by_root(exam: Exam) -> frozenset[tuple[NerveRoot, Kind]]:
    """Which kinds of findings point to which of L4, L5 and S1, alone or with another root."""
    return frozenset((root, sign.kind) for sign in root_signs(exam) for root in sign.roots if root in ROOTS)


def concordant_kinds(exam: Exam, root: NerveRoot) -> tuple[Kind, ...]:
    """Which of motor, reflex and sensory findings point to `root`, alone or with another root."""
    return tuple(kind for kind in Kind if (root, kind) in kinds_by_root(exam))


@once
def roots_shown(exam: Exam) -> frozenset[tuple[NerveRoot, ...]]:
    """The roots of each sign found."""
    return frozenset(sign.roots for sign in root_signs(exam))


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


@once
def deficits(exam: Exam) -> tuple[RootSign, ...]:
    """The motor and reflex signs found, which somebody can see without asking the person."""
    return tuple(sign for sign in root_signs(exam) if sign.kind is not Kind.SENSORY)


@once
def _looked_for(exam: Exam) -> Answer:
    """Whether the leg has a deficit or a sign of root tension, by what was looked for; not assessed if nothing was."""
    leg = exam.examination
    found = (neurologic_deficit(leg, exam), tension_tested(leg))
    return Answer.any(answer for answer in found if answer is not Answer.NOT_ASSESSED)


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
    signs, found = _looked_for(exam), picture.involvement
    if not stays_above_the_knee(exam) or signs is Answer.YES:
        sure = found is not None and any(found.roots[root] >= MORE_LIKELY_THAN_NOT for root in roots)
        return Pattern.RADICULAR if sure else Pattern.UNDETERMINED
    nerve = any(rule.rule_id in _NOT_REFERRED for rule in look_alikes(exam))
    settled = not roots and signs is Answer.NO and not abstaining(picture) and not nerve
    return Pattern.REFERRED if settled else Pattern.UNDETERMINED
