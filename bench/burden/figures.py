"""The numbers the simulation is drawn from, each with its origin and its range, in one table: `figures.csv`.

Kept apart from the code so that a clinician can review them without reading Python. A row belongs to a `table`; `row`
says what is counted, `column` among whom. `low` and `high` are the range that the sources leave open, or our margin
where they state none. `evidence` names the rows of the project's evidence tables that bear on the value (or says that
it was looked up), `sources` the papers, `quoted` what they say. The basis:

- `published`: stands so in the source, for much the same people.
- `working`: a judgement between published values, or carried over from like people.
- `recalled`: rests on a figure that was quoted from memory and must be checked before anyone relies on it.
- `assumption`: no source gives it; the note says what it was taken from.
"""

import csv
from collections.abc import Collection
from dataclasses import dataclass, replace
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple, Self

from service.rules.citations import citations

TABLE = Path(__file__).parent / "figures.csv"
SOURCES = Path(__file__).parent / "sources.csv"
BASES = ("published", "working", "recalled", "assumption")
_RESTS_ON = {
    "published": {"seen"},
    "working": {"seen", "mixed"},
    "recalled": {"recalled"},
    "assumption": {"", "seen", "mixed"},
}
"""The provenances that each basis may have: nothing that was only recalled counts as anything better."""


class End(StrEnum):
    """Which end of its range a figure takes."""

    VALUE = "value"
    LOW = "low"
    HIGH = "high"


class Key(NamedTuple):
    """Where a figure stands in the table."""

    table: str
    row: str
    column: str


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its range and its origin."""

    key: Key
    value: float
    low: float
    high: float
    basis: str
    evidence: str
    provenance: str
    sources: tuple[str, ...]
    quoted: str

    def fault(self, known: Collection[str]) -> str | None:
        """What is wrong with the row, if anything; `known` are the keys of the sources."""
        if self.basis not in BASES:
            return f"the basis {self.basis!r} is none of {', '.join(BASES)}"
        if not 0 <= self.low <= self.value <= self.high <= 1:
            return f"{self.low} <= {self.value} <= {self.high} are not shares in rising order"
        if self.provenance not in _RESTS_ON[self.basis] or bool(self.evidence) != bool(self.provenance):
            return f"the basis {self.basis} cannot rest on evidence that is {self.provenance or 'of no provenance'}"
        if self.basis != "assumption" and not self.sources:
            return "it names no source"
        if not self.quoted:
            return "it says neither what the source says nor what was assumed"
        unknown = set(self.sources) - set(known)
        return f"the sources {sorted(unknown)} are in no list" if unknown else None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """The table; `ends` tells which tables of it stand at an end of their ranges."""

    rows: dict[Key, Figure]
    ends: dict[str, End]

    @classmethod
    def load(cls, path: Path = TABLE) -> Self:
        """Read the table.

        Raises:
            ValueError: a figure is stated twice, lies outside its range, or claims more than its evidence gives it.
        """
        rows: dict[Key, Figure] = {}
        known = source_titles().keys()
        with path.open(encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                figure = _figure(line)
                fault = "it is stated twice" if figure.key in rows else figure.fault(known)
                if fault:
                    raise ValueError(f"{path.name}: {', '.join(figure.key)}: {fault}")
                rows[figure.key] = figure
        return cls(rows=rows, ends={})

    def at(self, end: End, *tables: str) -> "Figures":
        """The same table, with all figures of `tables` at one end of their ranges."""
        return replace(self, ends=self.ends | dict.fromkeys(tables, end))

    def value(self, table: str, row: str, column: str = "all") -> float:
        """One figure, at the end that its table stands at.

        Raises:
            KeyError: there is no such row.
        """
        figure = self.rows[Key(table, row, column)]
        return float(getattr(figure, self.ends.get(table, End.VALUE)))

    def states(self, table: str, row: str, column: str = "all") -> bool:
        """Whether the table has such a row."""
        return Key(table, row, column) in self.rows

    def bases(self) -> dict[str, int]:
        """How many figures that are drawn from have each of BASES; published checks are not drawn from."""
        drawn = [figure.basis for key, figure in self.rows.items() if key.table != "check"]
        return {basis: drawn.count(basis) for basis in BASES}


def source_titles() -> dict[str, str]:
    """The title of every source that a figure may name: those that rules cite, and those of `sources.csv`."""
    with SOURCES.open(encoding="utf-8", newline="") as file:
        own = {line["key"]: line["title"] for line in csv.DictReader(file)}
    return {key: citation.title for key, citation in citations().items()} | own


def digest() -> str:
    """SHA-256 of the table, so that results tell which one they were made from."""
    return sha256(TABLE.read_bytes()).hexdigest()


def _figure(line: dict[str, str]) -> Figure:
    return Figure(
        key=Key(line["table"], line["row"], line["column"]),
        value=float(line["value"]),
        low=float(line["low"]),
        high=float(line["high"]),
        basis=line["basis"],
        evidence=line["evidence"],
        provenance=line["provenance"],
        sources=tuple(line["sources"].split()),
        quoted=line["quoted"],
    )
