"""The rules as tables: which functions of a clinical picture are asked of all rows at once."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from batch.tabled import wide
from batch.tabled.questions import BitsAt, Chunk, Codes, NumberAt, WordAt, answered
from batch.tabled.table import Found, Made, Results, Table, Tables, Trace
from batch.tabled.watched import Quantity, Regions, result, statement, watch
from features.anatomy import ROOTS, NerveRoot
from features.answer import Answer
from features.completeness import findings_of
from features.encoding import FEATURES
from features.exam import Exam
from features.involvement import Involvement, Outside
from service.rules import findings
from service.rules.abstention import ABSTENTIONS, abstaining
from service.rules.guideline import Policy, RedFlag, Sign
from service.rules.impression.sentence import View
from service.rules.look_alikes import LOOK_ALIKES, look_alikes, nerves
from service.rules.look_alikes.look_alike import AllOf, AnyOf, Unless
from service.rules.pathway import ClinicalPicture
from service.rules.red_flags import RED_FLAGS, neurologic, systemic
from service.rules.roots import ROOT_SIGNS, Kind, RootSign, deficits, has_root_sign, kinds_by_root, root_signs
from service.rules.wording import ENGLISH

PROBABILITY, NONE, OUTSIDE, NOT_RULED_OUT, STATED = (
    "probability",
    "probability.none",
    "outside",
    "not_ruled_out",
    "stated",
)
"""What the classifier adds to the columns of a chunk; `stated` counts the findings."""

SETS: Final = tuple(tuple(root for place, root in enumerate(ROOTS) if bits >> place & 1) for bits in range(8))
"""The sets of roots by their bits."""

Run = Callable[[Trace], Any]


def exam(trace: Trace) -> Exam:
    """The examination of the row, watched."""
    made: Exam = statement(Exam, "", trace)
    return made


class Rules:
    """The functions that decide, as tables that are learned while rows are answered, under one policy."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        own = {abstaining.__wrapped__: self._abstaining, View.open_flags.func: self._open_flags}  # type: ignore[attr-defined]
        self.tables = Tables(given={**_GIVEN, **own})
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
        applies = [wide.holds(self.of_picture(rule.applies), True) for rule in ABSTENTIONS]  # noqa: FBT003
        return wide.Subset(ABSTENTIONS, applies)

    def _flag(self, flag: RedFlag, answer: Answer) -> Callable[[Chunk], wide.Flags]:
        return wide.holds(_flag(flag, self.tables), answer)

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


def _learned(name: Any, function: Callable[[Exam], Any], tables: Tables) -> Results:
    """The results of a function of the examination that many ask for."""
    key = ("exam", name)
    if key not in tables.learned:
        tables.learned[key] = Table(
            getattr(name, "rule_id", getattr(name, "pointer", str(name))),
            lambda trace: result(function(exam(trace))),
            tables,
        )
    return tables.learned[key]


def _signs(signs: Sequence[Sign], tables: Tables) -> Results:
    """Whether one of the signs is there, each looked for by itself."""
    return wide.any_of([_learned(sign, sign.answer, tables) for sign in signs])


def _flag(flag: RedFlag, tables: Tables) -> Results:
    """What the examination says of a red flag."""
    key = ("flag", flag)
    if key not in tables.learned:
        tables.learned[key] = _signs(flag.signs, tables) if flag.when is None else _learned(flag, flag.present, tables)
    return tables.learned[key]


def _root_signs(candidates: Sequence[RootSign], tables: Tables) -> wide.Subset:
    there = [wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in candidates]
    return wide.Subset(candidates, there)


def _any_root_sign(tables: Tables) -> Callable[[Chunk], wide.Flags]:
    return wide.one_of([wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in ROOT_SIGNS])


def _kinds_by_root(path: str, tables: Tables) -> wide.Subset:
    pairs = [(root, kind) for root in NerveRoot for kind in Kind]

    def there(root: NerveRoot, kind: Kind) -> Callable[[Chunk], wide.Flags]:
        signs = [sign for sign in ROOT_SIGNS if root in sign.roots and sign.kind is kind]
        found = [wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in signs]
        return wide.one_of(found) if found else lambda chunk: np.zeros(chunk.size, dtype=np.bool_)

    return wide.Subset(pairs, [there(root, kind) for root, kind in pairs], frozenset)


def _says(says: Callable[[Exam], Answer], tables: Tables) -> Results:
    """What a predicate of a look-alike says, part by part."""
    match says:
        case AnyOf(parts):
            return wide.any_of([_says(part, tables) for part in parts])
        case AllOf(parts):
            return wide.all_of([_says(part, tables) for part in parts])
        case Unless(part):
            return wide.unless(_says(part, tables))
        case _:
            return _learned(says, says, tables)


def _look_alikes(path: str, tables: Tables) -> wide.Subset:
    speaks = [wide.holds(_says(rule.when, tables), Answer.YES) for rule in LOOK_ALIKES]
    return wide.Subset(LOOK_ALIKES, speaks)


def _at(make: Callable[[str], Results]) -> Made:
    return lambda path, tables: make(path)


def _given() -> Mapping[Callable[..., Any], Made]:
    stands_for: dict[Any, Made] = {
        findings.motor_deficit: _at(wide.motor_deficit),
        findings.sensory_deficit: _at(wide.sensory_deficit),
        findings.severe_weakness: _at(wide.severe_weakness),
        findings.ungraded: _at(wide.ungraded),
        nerves.numb_foot: _at(lambda leg: wide.sensory_deficit(leg, nerves.FOOT)),
        nerves.numb_roots: _at(wide.numb_roots),
        neurologic.weak_roots: _at(wide.weak_roots),
        systemic.new_deficit: lambda path, tables: _signs(systemic.NEW_DEFICIT, tables),
        findings_of: _at(lambda path: wide.Worked(range(len(FEATURES)), lambda chunk: chunk.words[STATED])),
        has_root_sign: lambda path, tables: wide.whether(_any_root_sign(tables)),
        root_signs: lambda path, tables: _root_signs(ROOT_SIGNS, tables),
        deficits: lambda path, tables: _root_signs(DEFICITS, tables),
        kinds_by_root: _kinds_by_root,
        look_alikes: _look_alikes,
    }
    return {function.__wrapped__: make for function, make in stands_for.items()}


DEFICITS: Final = tuple(sign for sign in ROOT_SIGNS if sign.kind is not Kind.SENSORY)
_GIVEN: Final = _given()
"""Functions through which too many ways lead to be learned, and what gives their results instead."""
