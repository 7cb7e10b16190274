"""The numbers of the cohort: each with an origin, none stated twice, shares that add up."""

import ast
import inspect
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest

from training import cohort, completeness, population, signs, symptoms
from training.figures import TABLE, Figures
from training.population import CAUSES
from training.run import CHECKOUT

HEADER = "table,row,column,value,basis,evidence,provenance,sources,note\n"
EVIDENCE = CHECKOUT.parent / "shared" / "evidence"
COHORT = (population, symptoms, signs, completeness, cohort)
"""The modules that draw the cohort."""


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
        ("angle_degrees", "within"),
        ("angle_degrees", "beyond"),
    ],
)
def test_shares_add_up(figures: Figures, table: str, column: str) -> None:
    _, shares = figures.shares(table, column)
    assert shares.sum() == pytest.approx(1)


def test_a_published_figure_names_its_evidence(figures: Figures) -> None:
    published = figures.table[figures.table["basis"] == "published"]
    assert (published["evidence"] != "").all()


def test_what_was_recalled_alone_counts_as_nothing_better(figures: Figures) -> None:
    table = figures.table
    assert set(table.loc[table["basis"] == "published", "provenance"]) == {"seen"}
    assert set(table.loc[table["basis"] == "working", "provenance"]) <= {"seen", "mixed"}
    assert set(table.loc[table["provenance"] == "recalled", "basis"]) == {"recalled"}


def test_what_was_recalled_is_known_here_too(figures: Figures) -> None:
    """Rows F148 to F159 and P064 to P067 of the evidence, those among them that the table names, are from memory."""
    recalled = {"F148", "F151", "F154", "F155", "F156", "F158", "F159", "P067"}
    for evidence, provenance in zip(figures.table["evidence"], figures.table["provenance"], strict=True):
        from_memory = {row in recalled for row in evidence.split()}
        assert provenance == {(): "", (False,): "seen", (True,): "recalled"}.get(tuple(from_memory), "mixed")


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="the evidence tables are not beside this checkout")
def test_the_provenance_is_that_of_the_evidence(figures: Figures) -> None:
    tables = [pd.read_csv(EVIDENCE / f"{name}.csv", dtype=str) for name in ("findings", "patterns", "priors")]
    of = dict(zip(*(pd.concat(tables)[column] for column in ("id", "provenance")), strict=True))
    for evidence, provenance in zip(figures.table["evidence"], figures.table["provenance"], strict=True):
        found = {of[row] for row in evidence.split()}
        assert provenance == ("mixed" if len(found) > 1 else "".join(found))


@pytest.mark.parametrize("module", COHORT, ids=lambda module: module.__name__)
def test_no_number_of_the_cohort_stands_in_the_code(module: ModuleType) -> None:
    """A share, a rate or an angle is a fraction or large; what remains are counts, positions, never and always."""
    tree = ast.parse(inspect.getsource(module))
    numbers = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is float]
    assert set(numbers) <= {0.0, 1.0}
    divided = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    assert not [node for node in divided if isinstance(node.right, ast.Constant)]
    whole = [node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) is int]
    assert set(whole) <= {0, 1, 2, 4}


def test_a_cause_without_a_row_of_its_own_takes_that_of_all_others(figures: Figures) -> None:
    assert figures.value("weak", "plantar_flexion", "L4") == figures.value("weak", "plantar_flexion", "other")


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("share,none,all,0.3,guess,,,,\n", "unknown basis"),
        ("share,none,all,0.3,published,PR003,seen,,\n", "no source"),
        ("share,none,all,0.3,assumption,,,,\n" * 2, "stated twice"),
        (
            "share,none,all,0.3,published,F154,recalled,deyo1992,\n",
            r"basis published, but its evidence \(F154\) is recall",
        ),
        ("share,none,all,0.3,working,F154,recalled,deyo1992,\n", "is recalled"),
        ("share,none,all,0.3,assumption,F154,recalled,deyo1992,\n", "is recalled"),
        ("share,none,all,0.3,recalled,F021,seen,deville2000,\n", "is seen"),
        ("share,none,all,0.3,assumption,F021,,deville2000,\n", "of no stated provenance"),
        ("share,none,all,0.3,published,,seen,deville2000,\n", "none"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + line)
    with pytest.raises(ValueError, match=complaint):
        Figures.load(path)


def test_shares_that_do_not_add_up_are_refused(tmp_path: Path) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + "stratum,full,all,0.3,assumption,,,,\n")
    with pytest.raises(ValueError, match=r"add up to 0\.3"):
        Figures.load(path).shares("stratum")
