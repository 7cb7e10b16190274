"""Examinations decided some thousands at a time, by the rules themselves: see `batch.tabled.table`.

Some rows of every run are decided one by one as well, and the two have to say the same.
"""

from dataclasses import replace
from datetime import datetime
from typing import Final

import numpy as np
import pyarrow as pa

from batch.errors import Failed
from batch.output import COLUMNS, REFERENCE, ROW, Scope
from batch.rowwise import LINE, Decided, RowWise
from batch.tabled import wide
from batch.tabled.answers import Answers, Columns, probabilities
from batch.tabled.classified import classify
from batch.tabled.lines import table
from batch.tabled.questions import Chunk, Codes
from batch.tabled.reading import read
from batch.tabled.rules import Rules
from features.consistency import contradictions
from features.exam import Exam
from service.assessment import Provenance
from service.errors import ClassifierUnavailable
from service.settings import Settings

REFERENCE_COLUMN: Final = "patient.reference"
CHECKED_EVERY: Final = 2_000
"""Of so many rows one is decided one by one as well."""

CLOSE: Final = 1e-9
"""How far a probability may be from that of the same row by itself: the model adds up in another order."""


class Disagreement(Failed):
    """Rows decided together came out otherwise than one by one: nothing of this run may be used."""


def _contradictory(exam: Exam) -> bool:
    return bool(contradictions(exam))


class Tabled:
    """Decides rows all together, and what it cannot hold in columns one by one."""

    def __init__(self, settings: Settings, at: datetime, scope: Scope = Scope.ALL) -> None:
        self._one_by_one = RowWise(settings, at, scope)
        self._rules = Rules(settings.red_flag_policy)
        self._answers = Answers(self._rules)
        self._at, self.scope = at, scope

    @property
    def provenance(self) -> Provenance:
        """The model, the rules and the software that decide."""
        return self._one_by_one.provenance

    def __call__(self, rows: pa.RecordBatch, first_row: int) -> Decided:
        """Decide them.

        Raises:
            Disagreement: a row came out otherwise by itself.
        """
        if rows.num_rows == 0:
            return self._one_by_one(rows, first_row)
        stated, taken = table(rows.column(0)) if rows.schema.names == [LINE] else (rows, np.True_)
        chunk, sound = read(stated, self._at)
        sound &= taken
        if not sound.all():
            chunk, _ = read(stated.filter(pa.array(sound)), self._at)
        places = np.flatnonzero(sound)
        try:
            columns = self._decide(chunk)
        except ClassifierUnavailable:
            return self._one_by_one(rows, first_row)
        sound[places[wide.holds(self._rules.of_exam(_contradictory), True)(chunk)]] = False
        named = REFERENCE_COLUMN in stated.schema.names
        names = stated.column(REFERENCE_COLUMN) if named else pa.nulls(rows.num_rows)
        columns |= {ROW: pa.array(places + first_row), REFERENCE: names.take(pa.array(places)).cast(pa.string())}
        schema = COLUMNS[self.scope]
        together = pa.RecordBatch.from_arrays([columns[name] for name in schema.names], schema=schema)
        together = together.filter(pa.array(sound[places]))
        checked = np.arange(rows.num_rows) % CHECKED_EVERY == 0
        by_themselves = np.flatnonzero(~sound | checked)
        single = self._singly(rows, by_themselves, first_row)
        return _joined(together, single)

    def _decide(self, chunk: Chunk) -> Columns:
        classify(chunk, self._rules, self._one_by_one.classifier)
        if self.scope is Scope.CLASSIFICATION:
            return probabilities(chunk)
        other, rows = chunk.other_legs()
        classify(other, self._rules, self._one_by_one.classifier)
        self._rules.given(chunk, other, rows)
        return self._answers.all(chunk, other, rows)

    def _singly(self, rows: pa.RecordBatch, places: Codes, first_row: int) -> Decided:
        """The rows at `places`, one by one."""
        found = self._one_by_one(rows.take(pa.array(places)), 0)
        number = found.answers.column(ROW).to_numpy(zero_copy_only=False)
        answers = found.answers.set_column(0, ROW, pa.array(places[number] + first_row))
        refused = tuple(replace(each, row=int(places[each.row]) + first_row) for each in found.refused)
        return Decided(answers=answers, refused=refused)


def _joined(together: pa.RecordBatch, single: Decided) -> Decided:
    """All rows in order.

    Raises:
        Disagreement: a row is in both, and not the same.
    """
    both = np.isin(together.column(ROW).to_numpy(), single.answers.column(ROW).to_numpy())
    number = {row: place for place, row in enumerate(single.answers.column(ROW).to_pylist())}
    for row in together.filter(pa.array(both)).to_pylist():
        by_itself = single.answers.slice(number.pop(row[ROW]), 1).to_pylist()[0]
        if differ := [name for name, value in row.items() if not _same(value, by_itself[name])]:
            raise Disagreement(
                f"Row {row[ROW]} by itself comes out otherwise in {', '.join(differ)}. Use nothing of this run, report "
                "it, and run again with ONE_BY_ONE=1."
            )
    rest = single.answers.take(pa.array(sorted(number.values()), type=pa.int64()))
    if rest.num_rows == 0:
        return Decided(answers=together, refused=single.refused)
    table = pa.Table.from_batches([together, rest]).sort_by(ROW).combine_chunks()
    return Decided(answers=table.to_batches()[0], refused=single.refused)


def _same(one: object, other: object) -> bool:
    if isinstance(one, float) and isinstance(other, float):
        return abs(one - other) <= CLOSE
    return one == other
