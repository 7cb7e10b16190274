"""The numbers of the cohort: each with an origin, none stated twice, shares that add up."""

from pathlib import Path

import pytest

from training.figures import TABLE, Figures
from training.population import CAUSES

HEADER = "table,row,column,value,basis,evidence,sources,note\n"


@pytest.mark.parametrize("column", CAUSES)
def test_the_paths_of_pain_of_every_cause_add_up(figures: Figures, column: str) -> None:
    _, shares = figures.shares("pain_path", column)
    assert shares.sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("share_of_none", "all"),
        ("share_of_roots", "all"),
        ("stratum", "all"),
        ("letter_signs", "all"),
        ("grade", "root"),
        ("grade", "incidental"),
        ("pain_extent", "root"),
        ("pain_extent", "none"),
    ],
)
def test_shares_add_up(figures: Figures, table: str, column: str) -> None:
    _, shares = figures.shares(table, column)
    assert shares.sum() == pytest.approx(1)


def test_a_published_figure_names_its_evidence(figures: Figures) -> None:
    published = figures.table[figures.table["basis"] == "published"]
    assert (published["evidence"] != "").all()


def test_what_was_recalled_is_never_called_published(figures: Figures) -> None:
    """Rows F148 to F159 and P064 to P067 of the evidence were quoted from memory."""
    recalled = {*(f"F{number}" for number in range(148, 160)), "P064", "P065", "P066", "P067", "F028", "F029"}
    published = figures.table[figures.table["basis"] == "published"]
    assert not [row for row in published["evidence"] if set(row.split()) & recalled]


def test_a_cause_without_a_row_of_its_own_takes_that_of_all_others(figures: Figures) -> None:
    assert figures.value("weak", "plantar_flexion", "L4") == figures.value("weak", "plantar_flexion", "other")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("share,none,all,0.3,guess,,,\n", "unknown basis"),
        ("share,none,all,0.3,published,PR003,,\n", "no source"),
        ("share,none,all,0.3,assumption,,,\n" * 2, "stated twice"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + line)
    with pytest.raises(ValueError, match=complaint):
        Figures.load(path)


def test_shares_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + "stratum,full,all,0.3,assumption,,,\n")
    with pytest.raises(ValueError, match=r"add up to 0\.3"):
        Figures.load(path).shares("stratum")
