"""What a look-alike is made of: a cause of leg pain that is none of L4, L5 and S1, and what separates it from them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from features.anatomy import Movement, Region
from features.answer import Answer
from features.exam import Exam, positive
from service.rules.guideline import Sign
from service.rules.pointers import not_stated, of_other_leg, open_first
from service.rules.wording import ENGLISH, Wording

Says = Callable[[Exam], Answer]


@dataclass(frozen=True, kw_only=True)
class LookAlike:
    """A look-alike. Its predicate sees the exam alone, so it is named whatever the probabilities are.

    - `when`: the exam speaks for it; *not assessed* names nothing.
    - `signs`: the statements that can speak for it; those that do are shown.
    - `separated_by`: the statements (JSON pointers) that tell it from a root.
    - `explains`: the motor and reflex signs that it brings by itself, by what they are called within the examination;
      where another one is found, it does not take the place of a root.
    - `condition`, `condition_for_patient`: its name, within a list.
    """

    rule_id: str
    condition: str
    condition_for_patient: str
    trigger: str
    when: Says
    signs: tuple[Sign, ...]
    separated_by: tuple[str, ...]
    text: str
    text_for_patient: str
    citations: tuple[str, ...]
    explains: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Alternative:
    """A cause of leg pain other than L4, L5 and S1 that one exam speaks for."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    rule_id: str
    condition: str
    text: str
    text_for_patient: str
    because: tuple[str, ...]
    """The statements that speak for it (JSON pointers into the body)."""
    separated_by: tuple[str, ...]
    """The statements that tell it from a root, what was not yet assessed first."""
    ask: tuple[str, ...]
    """Those of them that nobody has made yet: what is left to examine."""
    citations: tuple[str, ...]


def alternative(rule: LookAlike, exam: Exam, wording: Wording = ENGLISH, *, other_leg: bool = False) -> Alternative:
    """What the answer says of a look-alike; with `other_leg` the exam is of the other leg and pointers lead there."""
    because = tuple(dict.fromkeys(sign.pointer for sign in rule.signs if sign.present(exam) is Answer.YES))
    separated_by, ask = open_first(exam, rule.separated_by), not_stated(exam, rule.separated_by)
    worded = wording.of(rule)
    return Alternative(
        rule_id=rule.rule_id,
        condition=worded.condition,
        text=worded.text,
        text_for_patient=worded.text_for_patient,
        because=of_other_leg(because) if other_leg else because,
        separated_by=of_other_leg(separated_by) if other_leg else separated_by,
        ask=of_other_leg(ask) if other_leg else ask,
        citations=rule.citations,
    )


def bedside(name: str) -> Sign:
    """The sign that a bedside test of the leg was positive."""
    return Sign(pointer=f"/examination/{name}", present=lambda exam: positive(getattr(exam.examination, name)))


def weakness(movement: Movement) -> Sign:
    """The sign that a movement is weaker than MRC 5, graded or not."""
    return Sign(pointer=f"/examination/strength/{movement}", present=lambda exam: exam.examination.weak(movement))


def spared(movement: Movement) -> Sign:
    """The sign that a movement was tested and is not weak."""
    return Sign(pointer=f"/examination/strength/{movement}", present=lambda exam: ~exam.examination.weak(movement))


def altered(region: Region, leg: str = "examination") -> Sign:
    """The sign that sensation of a region is anything but normal, in either leg."""

    def present(exam: Exam) -> Answer:
        examined = getattr(exam, leg)
        return Answer.NOT_ASSESSED if examined is None else examined.altered_sensation(region)

    return Sign(pointer=f"/{leg}/sensation/{region}", present=present)


def told(field: str, answer: Answer = Answer.YES) -> Sign:
    """The sign that a question of the history was answered with `answer`, yes or no."""

    def present(exam: Exam) -> Answer:
        stated: Answer = getattr(exam.history, field)
        return stated if answer is Answer.YES else ~stated

    return Sign(pointer=f"/history/{field}", present=present)


def felt(region: Region, field: str = "pain_locations") -> Sign:
    """The sign that pain, or tingling, is felt in a region."""

    def present(exam: Exam) -> Answer:
        regions = getattr(exam.history, field)
        return Answer.of(None if regions is None else region in regions)

    return Sign(pointer=f"/history/{field}", present=present)


@dataclass(frozen=True)
class AnyOf:
    """The predicate that one of several holds."""

    parts: tuple[Says, ...]

    def __call__(self, exam: Exam) -> Answer:
        """Yes if one says yes; it asks no further than it must."""
        return Answer.any(says(exam) for says in self.parts)


@dataclass(frozen=True)
class AllOf:
    """The predicate that all of several hold."""

    parts: tuple[Says, ...]

    def __call__(self, exam: Exam) -> Answer:
        """No if one says no; it asks no further than it must."""
        return Answer.all(says(exam) for says in self.parts)


@dataclass(frozen=True)
class Unless:
    """The predicate that something was not found: yes where nobody looked, for then it can still be looked for."""

    says: Says

    def __call__(self, exam: Exam) -> Answer:
        """Never *not assessed*."""
        return Answer.of(self.says(exam) is not Answer.YES)


def found(*signs: Sign) -> Says:
    """The predicate that one of `signs` is there."""
    return AnyOf(tuple(sign.present for sign in signs))


def unless(says: Says) -> Says:
    """The predicate that something was not found."""
    return Unless(says)


def every(*says: Says) -> Says:
    """The predicate that all of `says` hold."""
    return AllOf(says)


def either(*says: Says) -> Says:
    """The predicate that one of `says` holds."""
    return AnyOf(says)
