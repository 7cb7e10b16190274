"""Examinations that tell what is asked of them: each stands for one row of a chunk, and keeps what it was asked.

They have the classes of the contract, so that every function of an Exam takes them. What cannot be watched is refused
with Unwatched and never answered wrongly: the row is then answered one by one.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property, partial
from typing import Any, Final

from batch.tabled.places import UNGRADED, Keyed, Listed, Number, Part, Place, Word, places
from batch.tabled.questions import BitsAt, ListStated, NumberAt, NumberStated, There, WordAt
from batch.tabled.table import Found, Trace
from batch.tabled.watched_values import Quantity, Regions, Unwatched
from features.answer import Answer


def seen(value: Any) -> bool:
    """Whether a value is itself watched, or holds something that is: no result of a table."""
    if isinstance(value, tuple | list | frozenset | set):
        return any(seen(each) for each in value)
    return isinstance(value, Quantity | Regions | Entries) or hasattr(type(value), "_watched")


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
        own = partial(object.__getattribute__, self)
        if name in names:
            return own("_read")(name)
        if name == "__dict__":
            return Kept(own("_trace"), own("_again"), (shape, own("_path")))
        if name in kept:
            return node((shape, own("_path")), kept[name], own("_again"), own("_trace"))
        return shape if name == "__class__" else own(name)

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
        return self[name] if _function(name) is not None else default

    def __setitem__(self, name: str, value: Any) -> None:
        """Nothing is kept with a row."""


@cache
def _function(name: str) -> Callable[[Any], Any] | None:
    """The function that `features.once` keeps under a name; None for one within another."""
    module, _, rest = name.rpartition(".")
    found = getattr(sys.modules.get(module), rest, None)
    return getattr(found, "__wrapped__", None)
