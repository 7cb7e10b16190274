"""Every fault of a table in one report, each with its row and column, written for the person who exported the table.

No report repeats a value: tables hold patients, and reports are mailed around.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field

LISTED = 200
"""How many faults a report spells out; the rest are counted."""

LISTED_ALIKE = 20
"""How many faults of one kind in one column it spells out, so that one column does not hide the others."""

HEADER = 0
"""The place of what concerns a whole column or the whole table."""


class BadTable(ValueError):
    """A table that nothing may be trained on; the message is the report."""


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One fault: the row (HEADER for the whole table), the dotted column, and a sentence that goes on from them."""

    row: int
    column: str
    sentence: str


@dataclass(kw_only=True)
class Faults:
    """Faults as they are found. `unit` is what a row is called: the line of a text file, the row of a Parquet file."""

    unit: str
    seen: int = 0
    """How many rows the table has."""
    absent: set[str] = field(default_factory=set)
    """Required columns that the whole table lacks: told once, not for every row."""
    listed: list[Fault] = field(default_factory=list)
    alike: Counter[tuple[str, str]] = field(default_factory=Counter)
    rows: set[int] = field(default_factory=set)

    def add(self, row: int, column: str, sentence: str) -> None:
        """Take down one fault; it is counted even where it is no longer spelt out."""
        if row != HEADER and column in self.absent:
            return
        self.alike[column, sentence] += 1
        if row != HEADER:
            self.rows.add(row)
        if self.alike[column, sentence] <= LISTED_ALIKE:
            self.listed.append(Fault(row=row, column=column, sentence=sentence))

    def __len__(self) -> int:
        return self.alike.total()

    def report(self, name: str) -> str:
        """The whole report on the table `name`."""
        many = f"{len(self):,} faults" if len(self) != 1 else "one fault"
        where = f" in {len(self.rows):,} of {self.seen:,} rows" if self.rows else ""
        shown = sorted(self.listed, key=lambda fault: fault.row)[:LISTED]
        lines = [f"{name}: {many}{where}. Nothing was trained.", *map(self._line, shown)]
        told = Counter((fault.column, fault.sentence) for fault in shown)
        untold: dict[str, int] = defaultdict(int)
        for (column, sentence), count in self.alike.items():
            untold[column] += count - told[column, sentence]
        lines += [f"  … and {count:,} more in {column or 'the rows'}" for column, count in untold.items() if count]
        return "\n".join(lines)

    def _line(self, fault: Fault) -> str:
        place = "the table" if fault.row == HEADER else f"{self.unit} {fault.row}"
        return f"  {place}, {fault.column}: {fault.sentence}" if fault.column else f"  {place}: {fault.sentence}"
