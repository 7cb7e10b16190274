"""The rules as tables: which functions of a clinical picture are asked of all rows at once."""

from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from batch.tabled import wide
from batch.tabled.given import GIVEN, exam, flag_of
from batch.tabled.questions import BitsAt, Chunk, NumberAt, WordAt, answered
from batch.tabled.table import Found, Results, Table, Tables, Trace
from batch.tabled.watched import result, watch
from batch.tabled.watched_values import Quantity, Regions
from features.anatomy import ROOTS
from features.answer import Answer
from features.exam import Exam
from features.involvement import Involvement, Outside
from service.rules.abstention import ABSTENTIONS, abstaining
from service.rules.guideline import Policy, RedFlag
from service.rules.impression.sentence import View
from service.rules.pathway import ClinicalPicture
from service.rules.red_flags import RED_FLAGS
from service.rules.wording import ENGLISH

PROBABILITY, NONE, OUTSIDE, NOT_RULED_OUT = "probability", "probability.none", "outside", "not_ruled_out"
"""What the classifier adds to the columns of a chunk."""

SETS: Final = tuple(tuple(root for place, root in enumerate(ROOTS) if bits >> place & 1) for bits in range(8))
"""The sets of roots by their bits."""

Run = Callable[[Trace], Any]


class Rules:
    """The functions that decide, as tables that are learned while rows are answered, under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        own = {abstaining.__wrapped__: self._abstaining, View.open_flags.func: self._open_flags}  # type: ignore[attr-defined]
        self.tables = Tables(given={**GIVEN, **own})
        self._raised = Found(wide.Subset(RED_FLAGS, [self._flag(flag, Answer.YES) for flag in RED_FLAGS]))
        self.raised = self._raised.table
        asked = [flag for flag in RED_FLAGS if not flag.derived]
        first = [flag for flag in RED_FLAGS if flag.first_line]
        self._screen = Found(
            wide.Subset(
                tuple(Answer),
                [wide.one_of([self._flag(flag, answer) for flag in first]) for answer in Answer],
                frozenset,
            )
        )
        self.unasked = wide.Subset(asked, [self._flag(flag, Answer.NOT_ASSESSED) for flag in asked])
        self._made: dict[Any, Results] = {}

    def of_picture(self, function: Callable[[ClinicalPicture], Any]) -> Results:
        """The results of a function of the clinical picture."""
        return self._table(function, lambda trace: result(function(self.picture(trace))))

    def of_exam(self, function: Callable[[Exam], Any]) -> Results:
        """The results of a function of the examination."""
        return self._table(function, lambda trace: result(function(exam(trace))))

    def picture(self, trace: Trace) -> ClinicalPicture:
        """The clinical picture of the row, watched."""

        def read(name: str) -> Any:
            match name:
                case "exam":
                    return exam(trace)
                case "raised":
                    return _value(self._raised, trace)
                case "screen":
                    return _value(self._screen, trace)
                case "policy":
                    return self.policy
                case "involvement":
                    return _involvement(trace)
                case "not_ruled_out":
                    return SETS[trace.ask(WordAt(NOT_RULED_OUT))]
                case _:
                    return False  # no earlier examination was looked for

        made: ClinicalPicture = watch(ClinicalPicture, read, trace, self.picture, "picture")
        return made

    def of_view(self, function: Callable[[View], Any], *, other_leg: bool) -> Results:
        """The results of a function of what the sentences of the impression look at."""
        view = partial(self.view, other_leg=other_leg)
        return self._table((function, other_leg), lambda trace: result(function(view(trace))))

    def view(self, trace: Trace, *, other_leg: bool) -> View:
        """What the sentences look at, watched."""

        def read(name: str) -> Any:
            match name:
                case "picture":
                    return self.picture(trace)
                case "wording":
                    return ENGLISH
                case "other_leg":
                    return other_leg
                case _:
                    return False  # nobody asked for numbers

        path = "view.other_leg" if other_leg else "view"
        made: View = watch(View, read, trace, partial(self.view, other_leg=other_leg), path)
        return made

    def given(self, chunk: Chunk, other: Chunk, rows: npt.NDArray[np.int64]) -> None:
        """Tell a chunk of other legs, of the `rows` of `chunk`, what is decided of the person as a whole."""
        for each in (self._raised, self._screen):
            other.answers[each] = answered(each, chunk)[rows]

    def _open_flags(self, path: str, tables: Tables) -> Results:
        first = [flag for flag in RED_FLAGS if flag.first_line]
        return wide.Subset(first, [self._flag(flag, Answer.NOT_ASSESSED) for flag in first])

    def _abstaining(self, path: str, tables: Tables) -> Results:
        applies = [wide.holds(self.of_picture(rule.applies), True) for rule in ABSTENTIONS]
        return wide.Subset(ABSTENTIONS, applies)

    def _flag(self, flag: RedFlag, answer: Answer) -> Callable[[Chunk], wide.Flags]:
        return wide.holds(flag_of(flag, self.tables), answer)

    def _table(self, key: Hashable, run: Run) -> Results:
        known = self._made.get(key)
        if known is None:
            known = self._made[key] = Table(str(key), run, self.tables)
        return known


def _value(found: Found, trace: Trace) -> Any:
    return found.table.values[trace.ask(found)]


def _involvement(trace: Trace) -> Involvement:
    def read(name: str) -> Any:
        match name:
            case "roots":
                return {root: Quantity(trace, NumberAt(f"{PROBABILITY}.{root.value}")) for root in ROOTS}
            case "none":
                return Quantity(trace, NumberAt(NONE))
            case _:
                return Regions(trace, BitsAt(OUTSIDE), tuple(Outside))

    made: Involvement = watch(Involvement, read, trace, _involvement, "involvement")
    return made
