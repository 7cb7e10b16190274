"""How a decision table learns: by running the function once for each way through it, and never by guessing."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pytest

from batch.tabled.given import exam
from batch.tabled.reading import read
from batch.tabled.table import Table, Tables, Trace
from batch.tabled.watched_values import Unwatched
from features.anatomy import Movement, Region
from features.answer import Answer
from features.exam import Exam, Sex
from features.once import once

RUNS: list[str] = []
NOW = datetime.now(UTC)


def rows(**columns: list[Any]) -> Any:
    """A chunk of rows by column, `__` for the dots; everybody is 40 unless something else is stated."""
    size = len(next(iter(columns.values())))
    named = {name.replace("__", "."): values for name, values in columns.items()}
    chunk, sound = read(pa.RecordBatch.from_pydict({"patient.age_years": [40.0] * size, **named}), NOW)
    assert sound.all()
    return chunk


def results(function: Callable[[Exam], Any], chunk: Any, tables: Table | None = None) -> tuple[list[Any], Table]:
    """What the function says of each row, and its table."""
    table = tables or Table(function.__qualname__, lambda trace: function(exam(trace)), Tables(given={}))
    codes = table.codes(chunk)
    return [table.values[code] for code in codes], table


def test_a_function_is_run_once_for_each_way_through_it() -> None:
    runs = []

    def old_woman(found: Exam) -> bool:
        runs.append(found)
        return found.patient.sex is Sex.FEMALE and found.patient.age_years > 60

    chunk = rows(patient__sex=["female", "male", "female", None] * 5, patient__age_years=[61.0, 70.0, 60.0, 80.0] * 5)
    said, table = results(old_woman, chunk)
    assert said == [True, False, False, False] * 5
    # Woman over 60, woman not over 60, man, and nobody says: of a man the age is not asked.
    assert len(runs) == 4
    again, _ = results(old_woman, rows(patient__sex=["female"] * 3, patient__age_years=[99.0, 18.0, 60.5]), table)
    assert again == [True, False, True]
    assert len(runs) == 4


def test_a_way_that_was_never_gone_is_asked_of_the_function() -> None:
    def graded(found: Exam) -> str:
        grade = found.examination.strength.get(Movement.KNEE_EXTENSION)
        return "untested" if grade is None else "weak" if grade == "weak" else "low" if grade <= 3 else "high"

    said, table = results(graded, rows(examination__strength__knee_extension=["5", "5"]))
    assert said == ["high", "high"]
    chunk = rows(examination__strength__knee_extension=["3", "weak", None, "3.5"])
    assert results(graded, chunk, table)[0] == ["low", "weak", "untested", "high"]


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (lambda found: found.patient.age_years + 1 > 60.5, [False, True]),
        (lambda found: 7 * (found.patient.age_years - 1) >= 413, [False, True]),
        (lambda found: 100 - found.patient.age_years < 40.5, [False, True]),
        (lambda found: float(found.patient.age_years), [59.5, 60.0]),
        (lambda found: max(found.patient.age_years, 59.75) > 59.75, [False, True]),
        (lambda found: found.history.pain_locations is None, [False, True]),
        (lambda found: Region.SOLE in (found.history.pain_locations or frozenset()), [True, False]),
        (lambda found: bool((found.history.pain_locations or frozenset()) - {Region.SOLE}), [True, False]),
        (lambda found: tuple(found.history.pain_locations or ()), [(Region.HEEL, Region.SOLE), ()]),
        (lambda found: tuple(found.examination.sensation), [(Region.SOLE,), ()]),
        (lambda found: found.other_leg is None, [True, False]),
        (lambda found: found.previous_examination is None, [True, True]),
    ],
)
def test_what_is_asked_is_answered_as_by_one_examination(function: Callable[[Exam], Any], expected: list[Any]) -> None:
    chunk = rows(
        patient__age_years=[59.5, 60.0],
        history__pain_locations=[["sole", "heel"], None],
        examination__sensation__sole=["absent", None],
        other_leg__heel_walk=[None, "able"],
    )
    said, _ = results(function, chunk)
    assert said == expected


@pytest.mark.parametrize(
    "function",
    [
        lambda found: f"{found.patient.age_years}",
        lambda found: {found.patient.age_years},
        lambda found: found.patient == found.patient,
        lambda found: found.history.pain_locations == frozenset(),
        lambda found: found.examination.strength == {},
        lambda found: hash(found),
    ],
)
def test_what_cannot_be_watched_is_refused_and_not_answered_wrongly(function: Callable[[Exam], Any]) -> None:
    """Hazard H-33."""
    chunk = rows(patient__age_years=[40.0], history__pain_locations=[["sole"]])
    with pytest.raises(Unwatched):
        results(function, chunk)


def test_a_function_that_says_one_thing_and_then_another_is_found_out() -> None:
    readers: list[Callable[[Exam], Any]] = [lambda found: found.patient.sex, lambda found: found.patient.pregnant]
    asked = iter(readers)

    def fickle(found: Exam) -> Any:
        return next(asked)(found)

    table = results(fickle, rows(patient__sex=["male"]))[1]
    with pytest.raises(RuntimeError, match="cannot be tabled"):
        results(fickle, rows(patient__sex=["female"]), table)


@once
def tired(found: Exam) -> Answer:
    """A function that many ask."""
    RUNS.append("tired")
    return Answer.of(found.patient.age_years > 50)


def test_what_is_asked_by_many_has_a_table_of_its_own() -> None:
    RUNS.clear()
    chunk = rows(patient__age_years=[49.0, 51.0, 52.0], patient__sex=["male", "female", "male"])
    tables = Tables(given={})
    for wanted in (Sex.MALE, Sex.FEMALE):

        def ask(trace: Trace, wanted: Sex = wanted) -> bool:
            found = exam(trace)
            return tired(found) is Answer.YES and found.patient.sex is wanted

        table = Table("ask", ask, tables)
        codes = table.codes(chunk)
        assert [table.values[code] for code in codes] == [False, wanted is Sex.FEMALE, wanted is Sex.MALE]
    assert RUNS == ["tired"] * 2
