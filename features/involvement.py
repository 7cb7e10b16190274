"""What a classifier says of one leg: how probable it is that each nerve root is involved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from features.anatomy import ROOTS, NerveRoot
from features.exam import Exam
from features.term import Term

MORE_LIKELY_THAN_NOT = 0.5


class Outside(Term):
    """In what an examination lies outside all that the model was trained on."""

    AGE = "age"
    PATTERN = "pattern"


@dataclass(frozen=True, kw_only=True)
class Involvement:
    """Probabilities from 0 to 1 that L4, L5, S1, and none of the three, are involved.

    Involvement is not exclusive: a foraminal stenosis can take two roots, so the three need not add up to one.
    `none` is coherent with them: no root can be more probable than "any of the three", nor all together less.
    `outside` names in what the examination is unlike all that the model was trained on.
    """

    roots: Mapping[NerveRoot, float]
    none: float
    outside: frozenset[Outside] = frozenset()

    @property
    def likely_roots(self) -> tuple[NerveRoot, ...]:
        """The roots held to be involved: none where that is the more probable; otherwise every root that is more
        likely than not, or the likeliest one where the evidence is split between them.
        """
        if self.none >= MORE_LIKELY_THAN_NOT:
            return ()
        likely = tuple(root for root in ROOTS if self.roots[root] >= MORE_LIKELY_THAN_NOT)
        return likely or (max(ROOTS, key=lambda root: self.roots[root]),)


Classify = Callable[[Exam], Involvement]
