"""An exam together with what a classifier says of it, for what is said of roots."""

from dataclasses import dataclass, field

from features.anatomy import ROOTS
from features.exam import Exam
from features.involvement import Involvement, Outside
from service.assessment import Assessment
from service.errors import ClassifierUnavailable
from tests.builders import an_assessment, an_exam
from tests.rules.red_flag_cases import Sections

L4, L5, S1 = ((0.8, 0.05, 0.1), (0.05, 0.8, 0.1), (0.05, 0.1, 0.8))


@dataclass(frozen=True, kw_only=True)
class Told:
    """Exam sections, and the probabilities of L4, L5 and S1 and of none of them; None where it cannot answer.

    Roots of 0.2 and more are not ruled out (tests/builders.py).
    """

    sections: Sections = field(default_factory=dict)
    roots: tuple[float, float, float] | None = L5
    none: float = 0.15
    outside: tuple[Outside, ...] = ()
    with_numbers: bool = False

    def classify(self, exam: Exam) -> Involvement:
        """What the classifier says of either leg."""
        if self.roots is None:
            raise ClassifierUnavailable("out of order")
        found = dict(zip(ROOTS, self.roots, strict=True))
        return Involvement(roots=found, none=self.none, outside=frozenset(self.outside))

    @property
    def answer(self) -> Assessment:
        """The answer to it."""
        return an_assessment(an_exam(**self.sections), classify=self.classify, with_numbers=self.with_numbers)


@dataclass(frozen=True, kw_only=True)
class ToldCases:
    """Cases by whether the rule is shown; names that begin with "?" are those of what was not assessed."""

    shown: dict[str, Told]
    hidden: dict[str, Told]
