"""How numbers and tables are written on the page: no more digits than the simulation can stand for."""

from collections.abc import Iterable, Sequence

from bench.burden.people import SUSPECTED

NAMES = {
    "primary_care": "primary care",
    "specialist": "specialist care",
    "surgical": "surgical clinic",
    SUSPECTED: "suspected cauda equina, emergency",
}
NOTHING = "\N{EN DASH}"
"""Stands where there is nothing to tell."""
_THOUSAND = 1000
_TEN = 10


def table(head: Sequence[str], rows: Iterable[Sequence[str]], *, words: int = 0) -> str:
    """A Markdown table: the first column and the last `words` hold words, the others numbers."""
    numbers = len(head) - 1 - words
    ruler = "|---|" + "---:|" * numbers + "---|" * words
    return "\n".join(["| " + " | ".join(head) + " |", ruler, *("| " + " | ".join(row) + " |" for row in rows)])


def percent(share: float) -> str:
    """A share as whole percent."""
    return f"{100 * share:.0f} %"


def people(number: float) -> str:
    """A number of people: rounded to hundreds from a thousand on."""
    if number >= _THOUSAND:
        return f"{round(number, -2):,.0f}"
    return f"{number:.0f}" if number >= _TEN else f"{number:.1f}"


def interval(numbers: Sequence[float]) -> str:
    """A share as percent, with its interval."""
    value, low, high = (100 * number for number in numbers)
    digits = 0 if value >= _TEN else 1
    return f"{value:.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def count(numbers: Sequence[float]) -> str:
    """A number of people, with its interval."""
    value, low, high = (people(number) for number in numbers)
    return f"{value} ({low} to {high})"


def chances(numbers: Sequence[float] | None) -> str:
    """Scans per one found, with its interval; a dash where too little was found to tell."""
    if numbers is None:
        return NOTHING
    value, low, high = (people(number) if number >= _THOUSAND else f"{number:.0f}" for number in numbers)
    return f"{value} ({low} to {high})"
