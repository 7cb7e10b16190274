"""What stands in the place of functions through which too many ways lead to be learned one by one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from batch.tabled import wide
from batch.tabled.questions import Chunk
from batch.tabled.table import Made, Results, Table, Tables, Trace
from batch.tabled.watched import result, statement
from features.anatomy import ROOTS, NerveRoot
from features.answer import Answer
from features.completeness import findings_of
from features.encoding import FEATURES
from features.exam import Exam
from service.rules import findings
from service.rules.guideline import RedFlag, Sign
from service.rules.instead import deficit_unexplained
from service.rules.look_alikes import LOOK_ALIKES, look_alikes, nerves
from service.rules.look_alikes.look_alike import AllOf, AnyOf, Unless
from service.rules.red_flags import neurologic, systemic
from service.rules.roots import (
    ROOT_SIGNS,
    Kind,
    RootSign,
    deficits,
    has_root_sign,
    kinds_by_root,
    root_signs,
    roots_shown,
)

STATED, EXAMINED = "stated", "examined"
"""Columns that are worked out of the rows of the classifier: the number of findings, and whether any is of the leg."""

DEFICITS: Final = tuple(sign for sign in ROOT_SIGNS if sign.kind is not Kind.SENSORY)


def exam(trace: Trace) -> Exam:
    """The examination of the row, watched."""
    made: Exam = statement(Exam, "", trace)
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


def flag_of(flag: RedFlag, tables: Tables) -> Results:
    """What the examination says of a red flag."""
    key = ("flag", flag)
    if key not in tables.learned:
        tables.learned[key] = _signs(flag.signs, tables) if flag.when is None else _learned(flag, flag.present, tables)
    return tables.learned[key]


def _root_signs(candidates: Sequence[RootSign], tables: Tables) -> wide.Subset:
    there = [wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in candidates]
    return wide.Subset(candidates, there)


def _any_root_sign(signs: Sequence[RootSign], tables: Tables) -> Callable[[Chunk], wide.Flags]:
    return wide.one_of([wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in signs])


def _kinds_by_root(path: str, tables: Tables) -> wide.Subset:
    pairs = [(root, kind) for root in ROOTS for kind in Kind]

    def there(root: NerveRoot, kind: Kind) -> Callable[[Chunk], wide.Flags]:
        signs = [sign for sign in ROOT_SIGNS if root in sign.roots and sign.kind is kind]
        found = [wide.holds(_learned(sign, sign.present, tables), Answer.YES) for sign in signs]
        return wide.one_of(found)

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


def _roots_shown(path: str, tables: Tables) -> wide.Subset:
    sets = tuple(dict.fromkeys(sign.roots for sign in ROOT_SIGNS))
    of_set = [[sign for sign in ROOT_SIGNS if sign.roots == roots] for roots in sets]
    return wide.Subset(sets, [_any_root_sign(signs, tables) for signs in of_set], frozenset)


def _deficit_unexplained(path: str, tables: Tables) -> wide.Worked:
    look_alikes = {rule: wide.holds(_says(rule.when, tables), Answer.YES) for rule in LOOK_ALIKES}
    left = [
        wide.without(
            wide.holds(_learned(sign, sign.present, tables), Answer.YES),
            [there for rule, there in look_alikes.items() if sign.finding in rule.explains],
        )
        for sign in DEFICITS
    ]
    return wide.whether(wide.one_of(left))


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
        has_root_sign: lambda path, tables: wide.whether(_any_root_sign(ROOT_SIGNS, tables)),
        root_signs: lambda path, tables: _root_signs(ROOT_SIGNS, tables),
        deficits: lambda path, tables: _root_signs(DEFICITS, tables),
        kinds_by_root: _kinds_by_root,
        look_alikes: _look_alikes,
        roots_shown: _roots_shown,
        deficit_unexplained: _deficit_unexplained,
        findings.leg_examined: _at(lambda path: wide.Worked((False, True), lambda chunk: chunk.words[EXAMINED])),
    }
    return {function.__wrapped__: make for function, make in stands_for.items()}


GIVEN: Final = _given()
"""Functions through which too many ways lead to be learned, and what gives their results instead."""
