"""Examinations that tell what is asked of them: each stands for one row of a chunk, and keeps what it was asked.

They have the classes of the contract, so that every function of an Exam takes them. What cannot be watched is refused
with Unwatched and never answered wrongly: the row is then answered one by one.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, Final

import numpy as np

from batch.tabled.places import Keyed, Listed, Number, Part, Place, UNGRADED, Word, places
from batch.tabled.questions import (
    BitsAt,
    Calculated,
    Constant,
    Exactly,
    Expression,
    Holds,
    ListStated,
    NumberAt,
    NumberStated,
    There,
    WordAt,
)
from batch.tabled.table import Found, Trace
from features.answer import Answer


class Unwatched(TypeError):
    """Something is asked of an examination that no table can hold."""


def seen(value: Any) -> bool:
    """Whether a value is itself watched, or holds something that is: no result of a table."""
    if isinstance(value, tuple | list | frozenset | set):
        return any(seen(each) for each in value)
    return isinstance(value, Quantity | Regions | Entries) or hasattr(type(value), "_watched")


class Quantity:
    """A number of the row: comparisons are asked, and sums are carried on; its exact value only where it must be."""

    __slots__ = ("_expression", "_trace")

    def __init__(self, trace: Trace, expression: Expression) -> None:
        self._trace, self._expression = trace, expression

    def _with(self, function: Callable[..., Any], other: object, *, swapped: bool = False) -> Expression | None:
        match other:
            case Quantity():
                parts = (self._expression, other._expression)
            case bool() | int() | float():
                parts = (self._expression, Constant(float(other)))
            case _:
                return None
        return Calculated(function, parts[::-1] if swapped else parts)

    def _asked(self, function: Callable[..., Any], other: object) -> Any:
        together = self._with(function, other)
        return NotImplemented if together is None else bool(self._trace.ask(Holds(together)))

    def _carried(self, function: Callable[..., Any], other: object, *, swapped: bool = False) -> Any:
        together = self._with(function, other, swapped=swapped)
        return NotImplemented if together is None else Quantity(self._trace, together)

    def __lt__(self, other: object) -> Any:
        return self._asked(np.less, other)

    def __le__(self, other: object) -> Any:
        return self._asked(np.less_equal, other)

    def __gt__(self, other: object) -> Any:
        return self._asked(np.greater, other)

    def __ge__(self, other: object) -> Any:
        return self._asked(np.greater_equal, other)

    def __eq__(self, other: object) -> Any:
        return self._asked(np.equal, other)

    def __ne__(self, other: object) -> Any:
        return self._asked(np.not_equal, other)

    def __bool__(self) -> bool:
        return bool(self._trace.ask(Holds(self._expression)))

    def __add__(self, other: object) -> Any:
        return self._carried(np.add, other)

    def __radd__(self, other: object) -> Any:
        return self._carried(np.add, other, swapped=True)

    def __sub__(self, other: object) -> Any:
        return self._carried(np.subtract, other)

    def __rsub__(self, other: object) -> Any:
        return self._carried(np.subtract, other, swapped=True)

    def __mul__(self, other: object) -> Any:
        return self._carried(np.multiply, other)

    def __rmul__(self, other: object) -> Any:
        return self._carried(np.multiply, other, swapped=True)

    def __float__(self) -> float:
        return float(np.int64(self._trace.ask(Exactly(self._expression))).view(np.float64))

    def __floor__(self) -> int:
        return int(np.floor(float(self)))

    def __hash__(self) -> int:
        raise Unwatched("the hash of a number")

    def __str__(self) -> str:
        raise Unwatched("the digits of a number")

    __repr__ = __str__

    def __format__(self, form: str) -> str:
        raise Unwatched("the digits of a number")


class Regions:
    """A list of the row, as a set."""

    __slots__ = ("_expression", "_trace", "_words")

    def __init__(self, trace: Trace, expression: Expression, words: tuple[Any, ...]) -> None:
        self._trace, self._expression, self._words = trace, expression, words

    def _bits(self, other: object) -> Expression:
        if isinstance(other, Regions):
            return other._expression
        if isinstance(other, frozenset | set) and other <= {*self._words}:
            return Constant(sum(1 << place for place, word in enumerate(self._words) if word in other))
        raise Unwatched("a list held against something that is no list of its words")

    def _made(self, function: Callable[..., Any], other: object) -> "Regions":
        together = Calculated(function, (self._expression, self._bits(other)))
        return Regions(self._trace, together, self._words)

    def __and__(self, other: object) -> "Regions":
        return self._made(np.bitwise_and, other)

    def __or__(self, other: object) -> "Regions":
        return self._made(np.bitwise_or, other)

    __rand__, __ror__ = __and__, __or__

    def __sub__(self, other: object) -> "Regions":
        without = Calculated(np.invert, (self._bits(other),))
        return Regions(self._trace, Calculated(np.bitwise_and, (self._expression, without)), self._words)

    def __contains__(self, word: object) -> bool:
        return word in self._words and bool(self & {word})

    def __bool__(self) -> bool:
        return bool(self._trace.ask(Holds(self._expression)))

    def __iter__(self) -> Iterator[Any]:
        return (word for word in self._words if word in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __eq__(self, other: object) -> bool:
        raise Unwatched("a list compared as a whole")

    def __hash__(self) -> int:
        raise Unwatched("the hash of a list")


class Entries(Mapping[Any, Any]):
    """A mapping of the row: what was stated at each key, in the order of the contract."""

    def __init__(self, trace: Trace, path: str, place: Keyed) -> None:
        self._trace, self._path, self._place = trace, path, place

    def get(self, key: Any, default: Any = None) -> Any:
        """What was stated there."""
        if key not in self._place.words:
            return default
        found = field(self._trace, f"{self._path}.{key.value}", self._place.value)
        return default if found is None else found

    def __getitem__(self, key: Any) -> Any:
        found = self.get(key)
        if found is None:
            raise KeyError(key)
        return found

    def __contains__(self, key: object) -> bool:
        return self.get(key) is not None

    def __iter__(self) -> Iterator[Any]:
        return (word for word in self._place.words if word in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    def __eq__(self, other: object) -> bool:
        raise Unwatched("a mapping compared as a whole")

    __hash__ = None  # type: ignore[assignment]


def field(trace: Trace, path: str, place: Place) -> Any:
    """What the row of `trace` has at a place: the word itself, or None, or something watched."""
    match place:
        case Word(words):
            code = trace.ask(WordAt(path))
            nothing = Answer.NOT_ASSESSED if isinstance(words[0], Answer) else None
            return words[code - 1] if code else nothing
        case Number():
            stated = trace.ask(NumberStated(path))
            return (None, Quantity(trace, NumberAt(path)), UNGRADED)[stated]
        case Listed(words):
            return Regions(trace, BitsAt(path), words) if trace.ask(ListStated(path)) else None
        case Keyed():
            return Entries(trace, path, place)
        case Part(shape, optional):
            return None if optional and not trace.ask(There(path)) else statement(shape, path, trace)


def statement(shape: type, path: str, trace: Trace) -> Any:
    """The part of an examination at `path`, of the class `shape`, watched."""
    known = places(shape)

    def read(name: str) -> Any:
        return field(trace, f"{path}.{name}".lstrip("."), known[name]) if name in known else None

    return watch(shape, read, trace, lambda inner: statement(shape, path, inner), path)


Again = Callable[[Trace], Any]


def watch(shape: type, read: Callable[[str], Any], trace: Trace, again: Again, path: str) -> Any:
    """An object of the class `shape` whose fields are read by `read`; `again` makes the same for another row."""
    made = object.__new__(_watched(shape))
    for name, value in (("_read", read), ("_trace", trace), ("_again", again), ("_path", path)):
        object.__setattr__(made, name, value)
    return made


@cache
def _watched(shape: type) -> Any:
    names: Final = frozenset(shape.__dataclass_fields__)  # type: ignore[attr-defined]
    kept: Final = {name: each.func for name, each in vars(shape).items() if isinstance(each, cached_property)}

    def get(self: Any, name: str) -> Any:
        own: Callable[[str], Any] = lambda inner: object.__getattribute__(self, inner)  # noqa: E731
        if name in names:
            return own("_read")(name)
        if name == "__dict__":
            return Kept(own("_trace"), own("_again"), (shape, own("_path")))
        if name in kept:
            return node((shape, own("_path")), kept[name], own("_again"), own("_trace"))
        if name == "__class__":
            return shape
        return own(name)

    def refuse(self: Any, *others: object) -> Any:
        raise Unwatched(f"{shape.__name__} as a whole")

    body = {"__getattribute__": get, "__eq__": refuse, "__hash__": refuse, "__repr__": refuse, "_watched": True}
    return type(f"Watched{shape.__name__}", (shape,), body)


def node(where: tuple[type, str], function: Callable[[Any], Any], again: Again, trace: Trace) -> Any:
    """What `function` says of the object that `again` makes, from a table of its own where its results can be kept."""
    tables = trace.tables
    if (function, where) not in tables.unkept:
        results = tables.of(function, where, lambda inner: result(function(again(inner))))
        try:
            return results.values[trace.ask(Found(results))]
        except Unkept:
            tables.unkept.add((function, where))
    return function(again(trace))


class Unkept(TypeError):
    """A function returned something of the row itself: it has no results by themselves."""


def result(value: Any) -> Any:
    """The result of a function, as a table keeps it.

    Raises:
        Unkept: it is watched, or cannot be told from others.
    """
    if seen(value):
        raise Unkept
    try:
        hash(value)
    except TypeError as fault:
        raise Unkept from fault
    return value


class Kept:
    """What `features.once` has kept with a watched object: all, each from a table of its own."""

    def __init__(self, trace: Trace, again: Again, where: Any) -> None:
        self._trace, self._again, self._where = trace, again, where

    def __contains__(self, name: str) -> bool:
        return _function(name) is not None

    def __getitem__(self, name: str) -> Any:
        function = _function(name)
        if function is None:
            raise KeyError(name)
        return node(self._where, function, self._again, self._trace)

    def get(self, name: str, default: Any = None) -> Any:
        """What is kept under the name."""
        return self[name] if name in self else default

    def __setitem__(self, name: str, value: Any) -> None:
        """Nothing is kept with a row."""


@cache
def _function(name: str) -> Callable[[Any], Any] | None:
    """The function that `features.once` keeps under a name; None for one within another."""
    module, _, rest = name.rpartition(".")
    found = getattr(sys.modules.get(module), rest, None)
    return getattr(found, "__wrapped__", None)
