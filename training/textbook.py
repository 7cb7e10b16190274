"""The baseline: the picture of each root as a textbook draws it, as an if-then that a doctor can read.

The pictures: L4, pain from the anterolateral thigh to the medial leg, weak knee extension, reduced patellar reflex;
L5, pain along lateral thigh and leg to the dorsum of the foot, weak great-toe extension and dorsiflexion; S1, pain in
posterior thigh and calf to lateral foot and sole, weak plantar flexion, reduced Achilles reflex. Which movement, reflex
and region is whose is read from `features.anatomy`, each with its usual root alone, so the rule goes a little further
than the pictures: the front of the leg counts for L4, weak hip extension for S1. A model that does not beat this rule
is not worth its trouble.
"""

from features.anatomy import BELOW_KNEE, ROOTS, NerveRoot, Region, movements_of, reflex_of, regions_of
from features.answer import Answer
from features.exam import Exam, ReflexGrade
from features.involvement import Involvement

_LOST = (ReflexGrade.REDUCED, ReflexGrade.ABSENT)


def textbook_roots(exam: Exam) -> tuple[NerveRoot, ...]:
    """Every root that shows a sign; if none does, the roots whose region hurts or tingles below the knee; if none
    does, those whose region does above it.
    """
    signs = tuple(root for root in ROOTS if _shows_a_sign(exam, root))
    if signs:
        return signs
    felt = (exam.history.pain_locations or frozenset()) | (exam.history.paresthesia_locations or frozenset())
    return _roots_of(felt & BELOW_KNEE) or _roots_of(felt - BELOW_KNEE)


def textbook_involvement(exam: Exam) -> Involvement:
    """The rule's answer as probabilities of 0 and 1, so that it can stand in for the classifier."""
    called = textbook_roots(exam)
    return Involvement(roots={root: float(root in called) for root in ROOTS}, none=float(not called))


def _shows_a_sign(exam: Exam, root: NerveRoot) -> bool:
    """A weak movement, a lost reflex or altered sensation that is this root's own."""
    found = exam.examination
    weak = any(found.weak(movement) is Answer.YES for movement in movements_of(root))
    lost = found.reflexes.get(reflex_of(root)) in _LOST
    numb = any(found.altered_sensation(region) is Answer.YES for region in regions_of(root))
    return weak or lost or numb


def _roots_of(felt: frozenset[Region]) -> tuple[NerveRoot, ...]:
    return tuple(root for root in ROOTS if felt.intersection(regions_of(root)))
