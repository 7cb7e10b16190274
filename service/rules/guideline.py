"""What a rule is made of. A rule is a value: an id, when it applies, what to do, how soon, and on whose authority."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from functools import total_ordering

from features.answer import Answer
from features.exam import Exam
from features.term import Term


@total_ordering
class Urgency(Enum):
    """How soon: routine < urgent < emergency."""

    ROUTINE = "routine"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    def __lt__(self, other: "Urgency") -> bool:
        order = list(Urgency)
        return order.index(self) < order.index(other)


class Policy(Term):
    """Whether every red flag of the list overrides the ordinary pathway, or the weak ones only add to the others."""

    LISTED = "listed"
    CONTEXTUAL = "contextual"


class Group(Term):
    """What a red flag is a sign of."""

    CAUDA_EQUINA = "cauda_equina"
    MOTOR = "motor"
    CANCER = "cancer"
    INFECTION = "infection"
    FRACTURE = "fracture"
    BILATERAL = "bilateral"
    UPPER_MOTOR_NEURON = "upper_motor_neuron"


class Category(Term):
    """What kind of thing a recommendation asks for."""

    EDUCATION = "education"
    ACTIVITY = "activity"
    MEDICATION = "medication"
    PHYSIOTHERAPY = "physiotherapy"
    INJECTION = "injection"
    IMAGING = "imaging"
    REFERRAL = "referral"
    SURGERY = "surgery"
    FOLLOW_UP = "follow_up"
    SAFETY_NET = "safety_net"


class Strength(Term):
    """How firmly the source recommends."""

    STRONG = "strong"
    WEAK = "weak"


@dataclass(frozen=True, kw_only=True)
class Citation:
    """A source; `checked` is the day (ISO 8601) on which what is quoted was last held against the evidence table."""

    key: str
    title: str
    authors: str
    published_in: str
    checked: str
    year: int | None = None
    doi: str | None = None
    pmid: str | None = None
    url: str | None = None


@dataclass(frozen=True, kw_only=True)
class Sign:
    """One statement of the exam that can raise a red flag.

    `pointer` is its JSON pointer. A sign that is only `supporting` raises the flag where it is present, but nobody is
    asked for it: the residual volume is not measured in everybody who denies every bladder symptom.
    """

    pointer: str
    present: Callable[[Exam], Answer]
    supporting: bool = False

    def answer(self, exam: Exam) -> Answer:
        """Whether the sign is there; for a supporting one that nobody looked for, no."""
        found = self.present(exam)
        return Answer.NO if self.supporting and found is Answer.NOT_ASSESSED else found


def any_sign(signs: tuple[Sign, ...]) -> Callable[[Exam], Answer]:
    """The predicate that one sign of several is enough."""
    return lambda exam: Answer.any(sign.answer(exam) for sign in signs)


@dataclass(frozen=True, kw_only=True)
class RedFlag:
    """A sign of serious pathology. Its predicate sees the exam alone, so no probability can talk it down.

    - `signs`: the statements it rests on; one is enough unless `when` says otherwise.
    - `second_line`: asked for once there is suspicion, so not part of a complete screen.
    - `derived`: made of other flags, so never asked for by itself.
    - `weak`: under the contextual policy it adds to the others and does not override by itself.
    """

    rule_id: str
    label: str
    group: Group
    urgency: Urgency
    action: str
    signs: tuple[Sign, ...]
    citations: tuple[str, ...]
    trigger: str
    when: Callable[[Exam], Answer] | None = None
    second_line: bool = False
    derived: bool = False
    weak: bool = False

    def present(self, exam: Exam) -> Answer:
        """Whether the flag is up, down, or was never looked for."""
        return (self.when or any_sign(self.signs))(exam)

    def because(self, exam: Exam) -> tuple[str, ...]:
        """The pointers of the statements that raise it."""
        return tuple(sign.pointer for sign in self.signs if sign.answer(exam) is Answer.YES)

    def ask(self, exam: Exam) -> tuple[str, ...]:
        """The pointers of the statements that would settle it."""
        return tuple(sign.pointer for sign in self.signs if sign.answer(exam) is Answer.NOT_ASSESSED)

    def overrides(self, policy: Policy) -> bool:
        """Whether it replaces the ordinary pathway under `policy`."""
        return not (self.weak and policy is Policy.CONTEXTUAL)

    @property
    def first_line(self) -> bool:
        """Whether a complete screen has to have looked for it."""
        return not self.second_line and not self.derived

    def supports(self, other: "RedFlag") -> bool:
        """Whether it is a weak flag that adds to the suspicion `other` raises: age to cancer and to fracture."""
        return self.weak and not other.weak and other.group in (Group.CANCER, Group.FRACTURE)
