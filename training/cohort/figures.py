"""The numbers the cohort is drawn from, each with its origin and its range, in one table: `figures.csv`.

Kept apart from the code that uses them so that a clinician can review them without reading Python. A row belongs to a
`table`; `row` says what is counted, `column` among whom; the column `other` stands for everybody without a row of
their own. `low` and `high` are the 95 % range that the papers leave open, where they say so. `evidence` names the rows
of the evidence tables that bear on the value, `sources` their papers, and `provenance` how those rows came by their
numbers: `seen` in a text, `recalled` from memory, or `mixed`. The basis:

- `published`: stands so in the source, for just these people.
- `working`: a judgement, taken between the published values that the row names or carried over from like people.
- `recalled`: all that bears on it was quoted from memory and must be checked before anyone relies on it.
- `assumption`: no source gives it; the note says why it was chosen.
- `design`: a choice of what the cohort should contain; it says nothing about the world and has no range.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import expit, logit

TABLE = Path(__file__).parent / "figures.csv"
BASES = ("published", "working", "recalled", "assumption", "design")
_RESTS_ON = {
    "published": {"seen"},
    "working": {"seen", "mixed"},
    "recalled": {"recalled"},
    "assumption": {"", "seen", "mixed"},
    "design": {""},
}
"""The provenances that each basis may have: nothing that was only recalled counts as anything better."""
_UNSTATED_ERROR = {"published": 0.15, "working": 0.25, "recalled": 0.35, "assumption": 0.35, "design": 0.0}
"""Standard error on the log-odds scale of a share whose row states no range: the weaker the basis, the wider."""
_UNSTATED_ERROR_BEYOND_ONE = {"published": 0.02, "working": 0.03, "recalled": 0.05, "assumption": 0.05, "design": 0.0}
"""Standard error on the log scale of a number that is no share (years, days) and whose row states no range."""
_TEXT = ("table", "row", "column", "basis", "evidence", "provenance", "sources", "note")
_NUMBERS = ("value", "low", "high")
_STANDARD_ERRORS_PER_RANGE = 2 * 1.96
EVERYBODY_ELSE = "other"


@dataclass(frozen=True)
class Figures:
    """The table, with one row per number and the columns that `figures.csv` has."""

    table: pd.DataFrame

    @classmethod
    def load(cls, path: Path = TABLE) -> "Figures":
        """Read the table.

        Raises:
            ValueError: a basis is unknown, a number is stated twice or lies outside its own range, a published one
                names no source, or one claims a better basis than its evidence gives it.
        """
        # Told, not guessed: a column without an entry would be taken for numbers.
        kinds = dict.fromkeys(_TEXT, "str") | dict.fromkeys(_NUMBERS, "float64")
        table = pd.read_csv(path, dtype=kinds)
        table[list(_TEXT)] = table[list(_TEXT)].fillna("")
        if unknown := set(table["basis"]) - set(BASES):
            raise ValueError(f"{path.name}: unknown basis {sorted(unknown)}; use one of {BASES}")
        twice = table.duplicated(["table", "row", "column"])
        if twice.any():
            raise ValueError(f"{path.name}: stated twice: {table.loc[twice, ['table', 'row', 'column']].to_dict()}")
        outside = (table["value"] < table["low"]) | (table["value"] > table["high"])
        if outside.any():
            raise ValueError(
                f"{path.name}: outside its range: {table.loc[outside, ['table', 'row', 'column']].to_dict()}"
            )
        unsourced = table["basis"].isin(["published", "working", "recalled"]) & (table["sources"] == "")
        if unsourced.any():
            raise ValueError(f"{path.name}: no source for {table.loc[unsourced, ['table', 'row', 'column']].to_dict()}")
        for line in table.to_dict("records"):
            if line["provenance"] not in _RESTS_ON[line["basis"]] or bool(line["evidence"]) != bool(line["provenance"]):
                raise ValueError(
                    f"{path.name}: {line['table']}, {line['row']}, {line['column']} has the basis {line['basis']}, but "
                    f"its evidence ({line['evidence'] or 'none'}) is {line['provenance'] or 'of no stated provenance'}"
                )
        return cls(table)

    def bases(self) -> dict[str, int]:
        """How many of the figures have each of BASES."""
        return {basis: int((self.table["basis"] == basis).sum()) for basis in BASES}

    def drawn(self, rng: np.random.Generator) -> "Figures":
        """One plausible world: every number drawn from its range, normal on the log-odds scale (log where it is no
        share). Numbers are drawn independently of one another; papers give no joint uncertainty.
        """
        value = self.table["value"].to_numpy(dtype=np.float64)
        low, high = (self.table[name].to_numpy(dtype=np.float64) for name in ("low", "high"))
        share = (value > 0) & (value < 1)
        beyond = value > 1
        error = self.table["basis"].map(_UNSTATED_ERROR).to_numpy(dtype=np.float64)
        error = np.where(beyond, self.table["basis"].map(_UNSTATED_ERROR_BEYOND_ONE), error)
        stated = ~np.isnan(low) & ~np.isnan(high)
        for chosen, scale in ((stated & share, logit), (stated & beyond, np.log)):
            error[chosen] = (scale(high[chosen]) - scale(low[chosen])) / _STANDARD_ERRORS_PER_RANGE
        noise = rng.standard_normal(len(value)) * error
        drawn = value.copy()
        drawn[share] = expit(logit(value[share]) + noise[share])
        drawn[beyond] = value[beyond] * np.exp(noise[beyond])
        # Through the logarithm and back, a number without an error would still move by a rounding.
        return Figures(self.table.assign(value=np.where(error > 0, drawn, value)))

    @cached_property
    def _values(self) -> dict[tuple[str, str, str], float]:
        keys = zip(self.table["table"], self.table["row"], self.table["column"], strict=True)
        return dict(zip(keys, self.table["value"].astype(float), strict=True))

    def value(self, table: str, row: str, column: str = "all") -> float:
        """One number; the column `other` answers for a column that has no row of its own.

        Raises:
            KeyError: neither is in the table.
        """
        own = self._values.get((table, row, column))
        return self._values[table, row, EVERYBODY_ELSE] if own is None else own

    def states(self, table: str, row: str, column: str) -> bool:
        """Whether the table has a number for just this column."""
        return (table, row, column) in self._values

    def rows(self, table: str, column: str = "all") -> tuple[str, ...]:
        """The rows of `table` that state a number for `column`, in the order of the file."""
        return tuple(row for name, row, among in self._values if (name, among) == (table, column))

    def shares(self, table: str, column: str = "all") -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
        """The rows of `table` for `column` with their numbers as shares of one.

        In the table as published they add up to one (a test); in a drawn world they are scaled until they do.
        """
        rows = self.rows(table, column)
        shares = np.array([self.value(table, row, column) for row in rows])
        return rows, shares / shares.sum()
