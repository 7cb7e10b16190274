"""docs/scaling.md says what follows from the figures beside it; nothing is measured here."""

from dataclasses import replace

import pytest

from bench.scaling.__main__ import PAGE, filled
from bench.scaling.measure import FIGURES, RESULT, Cost, Figures
from bench.scaling.tables import chain_table, cost_table, scale_table

COST = Cost(answer_bytes=20_000, database_bytes=10_000, wal_bytes=12_000, service_cpu=6.0, database_cpu=0.6)
ROUND = Figures(answers=100, costs={"short": COST}, appended={1: 1_000.0, 2: 800.0}, mebibytes=512)


def cells(table: str, row: str) -> list[str]:
    (line,) = [line for line in table.splitlines() if line.startswith(f"| {row} |")]
    return line.strip("| ").split(" | ")[1:]


def test_the_page_says_what_was_measured() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert filled(text, FIGURES.validate_json(RESULT.read_bytes())) == text, "run `python -m bench.scaling --again`"


def test_other_figures_make_another_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    kept = FIGURES.validate_json(RESULT.read_bytes())
    assert filled(text, replace(kept, appended={1: 1.0})) != text


def test_a_page_without_marks_is_refused() -> None:
    with pytest.raises(ValueError, match="no <!-- cost"):
        filled("no marks", FIGURES.validate_json(RESULT.read_bytes()))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ("processes of the service, a core each", ["1", "10", "1,000"]),  # 6 ms at 60 %: a core for 100 a second
        ("memory of these, GiB", ["0.5", "5", "500"]),
        ("cores of PostgreSQL", ["1", "1", "100"]),
        ("written ahead, MB/s", ["0.12", "12", "1,200"]),
        ("chains", ["1", "2", "167"]),  # the most is 1,000, of which 600 are used
        ("answers a year, million", ["63", "6,307", "630,720"]),
        ("kept a year, TB", ["0.63", "63", "6,307"]),
        ("core hours a year, all of it at its busiest", ["35,040", "113,880", "11,388,000"]),
    ],
)
def test_what_many_a_second_take(row: str, expected: list[str]) -> None:
    assert cells(scale_table(ROUND, "short"), row) == expected


def test_costs_and_chains_are_shown_as_measured() -> None:
    assert cells(cost_table(ROUND), "written ahead (WAL), kB") == ["12.0"]
    assert cells(chain_table(ROUND), "2") == ["800", "0.80"]
