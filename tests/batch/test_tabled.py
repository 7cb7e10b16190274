"""Rows decided together say what each says by itself, and what stands for a function says what the function says."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from batch.output import OUTPUT, ROW, Scope
from batch.rowwise import Decided, RowWise
from batch.tabled import CLOSE, Disagreement, Tabled
from batch.tabled.given import GIVEN
from batch.tabled.places import columns
from batch.tabled.reading import read
from batch.tabled.rules import Rules
from features.completeness import findings_of
from features.encoding import FEATURES, encode
from features.exam import Exam
from service.intake import EXAM
from service.rules import findings
from service.rules.guideline import Policy
from service.settings import Settings
from tests.batch.examinations import as_table, cohort, grave
from tests.builders import a_body
from training.site.columns import exam_columns, from_arrow, nested

NOW = datetime.now(UTC)
COUNT = 300
RELEASED = sorted(each.parent.name for each in (Path(__file__).parents[2] / "models").glob("*/manifest.json"))
LATER = {findings_of.__wrapped__, findings.leg_examined.__wrapped__}  # type: ignore[attr-defined]
"""Counted in the rows of the classifier, which are held against `encode` here."""


@cache
def exams() -> pa.RecordBatch:
    """Examinations of every kind: with flags, two legs and no grades; of synthetic patients; at random."""
    found = cohort(COUNT)
    drawn = found.select([name for name in found.column_names if name in exam_columns()])
    tables = [as_table(grave(COUNT)), drawn, as_table([at_random(seed) for seed in range(COUNT)])]
    together = pa.concat_tables(tables, promote_options="permissive").combine_chunks()
    (batch,) = together.to_batches()
    return batch


def at_random(seed: int) -> dict[str, Any]:
    """An examination in which anything may stand beside anything: of the table's own words, more or less of them."""
    rng = np.random.default_rng(seed)
    often, other_often = rng.choice([0.02, 0.1, 0.3, 0.9]), rng.choice([0.0, 0.1, 0.5])
    numbers = (0, 1, 5, 6, 6.5, 7, 10, 14, 24, 30, 42, 43, 70, 71, 200)
    flat: dict[str, Any] = {}
    for name, place in columns().items():
        if rng.random() > (other_often if name.startswith("other_leg") else often):
            continue
        words = [word.value for word in getattr(place, "words", ())]
        match type(place).__name__:
            case "Listed":
                flat[name] = [words[each] for each in rng.permutation(len(words))[: rng.integers(4)]]
            case "Word":
                word = words[rng.integers(len(words))]
                flat[name] = {"yes": True, "no": False}.get(word, word)
            case _ if place.grade:  # type: ignore[union-attr]
                flat[name] = ["weak", 5, 5, 4.5, 4, 3.5, 3, 2, 0][rng.integers(9)]
            case _:
                fitting = [each for each in numbers if each <= place.high]  # type: ignore[union-attr]
                flat[name] = fitting[rng.integers(len(fitting))]
    flat["patient.age_years"] = float(rng.choice([18, 49, 50, 51, 60, 61, 82, 104]))
    return nested(flat)


def one_by_one(rows: pa.RecordBatch) -> Decided:
    return RowWise(Settings(), NOW)(rows, 1)


def test_every_decision_is_that_of_the_row_by_itself() -> None:
    """Hazard H-33."""
    together, single = Tabled(Settings(), NOW)(exams(), 1), one_by_one(exams())
    assert together.refused == single.refused
    assert together.answers.schema == OUTPUT
    assert together.answers.num_rows == single.answers.num_rows > COUNT
    for name in OUTPUT.names:
        one, other = together.answers.column(name).to_pylist(), single.answers.column(name).to_pylist()
        assert one == (pytest.approx(other, abs=CLOSE, nan_ok=False) if name.endswith(tuple(ENDS)) else other), name


ENDS = ("probability.L4", "probability.L5", "probability.S1", "probability.none")


def test_what_was_learned_before_changes_nothing() -> None:
    decide = Tabled(Settings(), NOW)
    first = decide(exams(), 1)
    assert decide(exams(), 1) == first
    backwards = exams().take(pa.array(range(exams().num_rows - 1, -1, -1)))
    again = decide(backwards, 1).answers
    assert again.num_rows == first.answers.num_rows
    turned = exams().num_rows + 1 - again.column(ROW).to_numpy()
    for name in ("urgency", "red_flags.present", "recommendations", "impression.rule_ids", "other_leg.likely_roots"):
        of_row = dict(zip(first.answers.column(ROW).to_pylist(), first.answers.column(name).to_pylist(), strict=True))
        assert [of_row[row] for row in turned] == again.column(name).to_pylist()


def test_the_rows_of_the_classifier_are_those_of_the_service() -> None:
    chunk, readable = whole()
    rules = Rules(Policy.LISTED)
    for column, feature in enumerate(FEATURES):
        found = rules.of_exam(lambda exam, read=feature.read: float(read(exam)))  # type: ignore[misc]
        codes = found.codes(chunk)
        expected = [float(encode(exam)[column]) for exam in readable]
        assert [found.values[code] for code in codes] == pytest.approx(expected, nan_ok=True), feature.name


@pytest.mark.parametrize("function", [each for each in GIVEN if each not in LATER], ids=lambda each: each.__name__)
def test_what_stands_for_a_function_says_what_it_says(function: Callable[[Any], Any]) -> None:
    """Hazard H-33."""
    chunk, readable = whole()
    rules = Rules(Policy.LISTED)
    of_leg = next(iter(function.__annotations__.values())).__name__ == "Examination"
    for path in ("examination", "other_leg") if of_leg else ("",):
        found = GIVEN[function](path, rules.tables)
        for code, exam in zip(found.codes(chunk), readable, strict=True):
            asked = getattr(exam, path) if of_leg else exam
            if asked is not None:
                assert found.values[code] == function(asked)


@cache
def whole() -> tuple[Any, list[Exam]]:
    """The rows that can be read, as a chunk, and each as an examination."""
    _, sound = read(exams(), NOW)
    rows = exams().filter(pa.array(sound))
    kinds = exam_columns()
    found = []
    for row in rows.to_pylist():
        stated = {name: from_arrow(cell, kinds[name]) for name, cell in row.items() if cell is not None}
        found.append(EXAM.validate_python(nested(stated), strict=False))
    assert len(found) > COUNT
    return read(rows, NOW)[0], found


def test_rows_that_columns_cannot_hold_are_decided_one_by_one_in_their_places() -> None:
    """Hazard H-33."""
    earlier = {"examination": {"strength": {"knee_extension": 4}}, "examined_at": "2026-10-01T10:00:00Z"}
    rows = as_table(
        [
            a_body(40),
            a_body(41, previous_examination=earlier),
            a_body(17),
            a_body(43, history={"pain_radiates_below_knee": False, "pain_locations": ["sole"]}),
            a_body(44, examined_at="2026-10-01T10:00:00Z"),
            a_body(45),
        ]
    )
    (batch,) = rows.combine_chunks().to_batches()
    found = Tabled(Settings(), NOW)(batch, 101)
    assert found.answers.column(ROW).to_pylist() == [101, 102, 105, 106]
    assert [each.row for each in found.refused] == [103, 104]
    assert found.answers.column("comparison.verdict").to_pylist()[1] is not None


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string(), pa.dictionary(pa.int32(), pa.string())], ids=str)
def test_text_may_stand_in_a_file_in_whatever_way_arrow_has(kind: pa.DataType) -> None:
    """A column of pandas' categories is a dictionary."""
    stated = {
        "patient.reference": ["a" * 128, "a" * 129, "\N{GRINNING FACE}" * 128, None],
        "history.side": ["left", "left", None, "nowhere"],
        "examination.strength.great_toe_extension": ["5.0", "weak", "4.50", "4"],
    }
    columns = {name: pa.array(texts).dictionary_encode().cast(kind) for name, texts in stated.items()}
    batch = pa.RecordBatch.from_pydict({"patient.age_years": pa.array([50.0] * 4), **columns})
    together, single = Tabled(Settings(), NOW)(batch, 1), one_by_one(batch)
    assert together.refused == single.refused
    assert [each.row for each in together.refused] == [2, 4]
    assert together.answers.select(("row", "reference")) == single.answers.select(("row", "reference"))


def test_a_run_ends_where_rows_together_and_one_by_one_disagree() -> None:
    """Hazard H-33: the two are made to differ; the tables go by another policy."""
    decide = Tabled(Settings(red_flag_policy=Policy.LISTED), NOW)
    other = Tabled(Settings(red_flag_policy=Policy.CONTEXTUAL), NOW)
    decide._rules, decide._answers = other._rules, other._answers
    (over_50,) = as_table([a_body(51)]).combine_chunks().to_batches()
    with pytest.raises(Disagreement, match=r"Row 1 by itself comes out otherwise in .*phase"):
        decide(over_50, 1)
    (under_50,) = as_table([a_body(49)]).combine_chunks().to_batches()
    assert decide(under_50, 1).answers.num_rows == 1


@pytest.mark.parametrize("version", RELEASED)
def test_every_released_model_is_asked_of_many_rows_at_once(version: str, caplog: pytest.LogCaptureFixture) -> None:
    """Also where nobody's other leg was examined; a model that fails would be asked once more for each row."""
    (batch,) = (
        as_table([a_body(40), a_body(60), a_body(50, history={"pain_severity": 7})]).combine_chunks().to_batches()
    )
    settings = Settings(model_version=version)
    together, single = Tabled(settings, NOW)(batch, 1).answers, RowWise(settings, NOW)(batch, 1).answers
    assert caplog.records == []
    assert together.column("status").to_pylist() == ["ok"] * 3
    for name in ENDS:
        assert together.column(name).to_pylist() == pytest.approx(single.column(name).to_pylist(), abs=CLOSE)


def test_the_classification_alone_is_that_of_the_whole() -> None:
    alone = Tabled(Settings(), NOW, Scope.CLASSIFICATION)(exams(), 1)
    together = Tabled(Settings(), NOW)(exams(), 1)
    assert alone.refused == together.refused
    assert alone.answers == together.answers.select(alone.answers.schema.names)


def test_the_columns_are_those_of_the_contract() -> None:
    left_out = ("previous_examination.", "examined_at", "patient.reference")
    assert list(columns()) == [name for name in exam_columns() if not name.startswith(left_out)]
