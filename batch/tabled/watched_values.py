"""Numbers and lists of a row that tell what is asked of them."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from batch.tabled.questions import Calculated, Constant, Exactly, Expression, Holds
from batch.tabled.table import Trace


class Unwatched(TypeError):
    """Something is asked of an examination that no table can hold."""


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
