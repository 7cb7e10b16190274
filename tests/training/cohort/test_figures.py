"""The numbers of the cohort: each with an origin, none stated twice or left unused, with ranges to draw worlds from."""

import ast
import inspect
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from training.cohort import causes, completeness, draw, signs, states, symptoms, world
from training.cohort.causes import LESIONS, MIMICS, SETTINGS
from training.cohort.figures import BASES, TABLE, Figures
from training.cohort.findings import rows
from training.cohort.world import build
from training.naive_bayes import naive_bayes

HEADER = "table,row,column,value,low,high,basis,evidence,provenance,sources,note\n"
EVIDENCE = Path(__file__).parents[4] / "shared" / "evidence"
WITH_EVIDENCE = pytest.mark.skipif(not EVIDENCE.is_dir(), reason="the evidence tables are not beside this checkout")
MODULES = (causes, states, symptoms, signs, world, completeness, draw)
"""The modules that make the cohort."""
WORLDS = 400
STANDARD_ERRORS = 5
"""About two hundred figures are held against their ranges at once."""
WHOLES = (
    ("setting", "all"),
    ("lesion", "all"),
    *(("roots", lesion) for lesion in LESIONS),
    ("share_of_none", "all"),
    *(("severity", setting) for setting in SETTINGS),
    ("incidental", "all"),
    *(("grade", whose) for whose in ("mild", "moderate", "severe", "incidental", "nerve")),
    *(("pain_path", source) for source in (*MIMICS, "L4", "L5", "S1", "upper_root")),
    *(("pain_extent", whose) for whose in ("none", "root")),
    ("stratum", "all"),
)
"""Tables and columns whose rows are parts of a whole."""


@pytest.mark.parametrize(("table", "column"), WHOLES)
def test_shares_add_up_to_one_as_published(figures: Figures, table: str, column: str) -> None:
    stated = [figures.value(table, row, column) for row in figures.rows(table, column)]
    assert sum(stated) == pytest.approx(1, abs=1e-9)


def test_shares_are_scaled_to_one_in_a_drawn_world(figures: Figures) -> None:
    drawn = figures.drawn(np.random.default_rng(1))
    raw = sum(drawn.value("lesion", row) for row in drawn.rows("lesion"))
    names, shares = drawn.shares("lesion")
    assert abs(raw - 1) > 1e-6
    assert set(names) == set(LESIONS)
    assert shares.sum() == pytest.approx(1)


def test_every_value_lies_in_its_range_and_every_range_is_whole(figures: Figures) -> None:
    table = figures.table
    assert (table["low"].isna() == table["high"].isna()).all()
    ranged = table[table["low"].notna()]
    assert len(ranged) > 50
    assert ((ranged["low"] < ranged["value"]) & (ranged["value"] < ranged["high"])).all()
    # The log-odds of a share, and the logarithm of anything beyond one, must exist at both ends.
    assert ((ranged["value"] > 1) | ((ranged["low"] > 0) & (ranged["high"] < 1))).all()
    assert table.loc[table["basis"] == "design", "low"].isna().all()


def test_every_basis_is_known_and_used(figures: Figures) -> None:
    assert tuple(figures.bases()) == BASES
    assert all(figures.bases().values())
    assert sum(figures.bases().values()) == len(figures.table)


def test_what_was_recalled_alone_counts_as_nothing_better(figures: Figures) -> None:
    table = figures.table
    assert set(table.loc[table["basis"] == "published", "provenance"]) == {"seen"}
    assert (table.loc[table["basis"] == "published", "evidence"] != "").all()
    assert set(table.loc[table["basis"] == "working", "provenance"]) <= {"seen", "mixed"}
    assert set(table.loc[table["provenance"] == "recalled", "basis"]) == {"recalled"}


@WITH_EVIDENCE
def test_provenance_and_sources_are_those_of_the_evidence(figures: Figures) -> None:
    known = pd.concat([pd.read_csv(EVIDENCE / f"{name}.csv", dtype=str) for name in ("findings", "patterns", "priors")])
    provenance, source = (dict(zip(known["id"], known[name], strict=True)) for name in ("provenance", "source_key"))
    for line in figures.table.to_dict("records"):
        named = line["evidence"].split()
        found = {provenance[row] for row in named}
        assert line["provenance"] == ("mixed" if len(found) > 1 else "".join(found)), line
        assert line["sources"].split() == list(dict.fromkeys(source[row] for row in named)), line


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_no_number_of_the_cohort_stands_in_the_code(module: ModuleType) -> None:
    """A rate is a fraction, an age or a duration large; what remains are counts, positions, never and always.

    Numbers with a name of their own at the top of a module are about the machine, or say what six weeks are.
    """
    tree = ast.parse(inspect.getsource(module))
    named = {
        id(part)
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
        for part in ast.walk(node)
    }
    numbers = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and type(node.value) in {int, float}]
    fractions = {node.value for node in numbers if type(node.value) is float}
    assert fractions <= {0.0, 1.0}
    assert {node.value for node in numbers if type(node.value) is int and id(node) not in named} <= set(range(7))
    divided = [node for node in ast.walk(tree) if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div)]
    assert not [
        node for node in divided if isinstance(node.left, ast.Constant) and isinstance(node.right, ast.Constant)
    ]


class Watched(Figures):
    """Figures that note which of their rows were asked for."""

    asked: set[tuple[str, str, str]]

    def value(self, table: str, row: str, column: str = "all") -> float:
        """As above, and noted."""
        own = (table, row, column)
        self.asked.add(own if own in self._values else (table, row, "other"))
        return super().value(table, row, column)

    def states(self, table: str, row: str, column: str) -> bool:
        """As above, and noted."""
        self.asked.add((table, row, column))
        return super().states(table, row, column)


def test_every_row_is_used_by_something(figures: Figures) -> None:
    Watched.asked = set()
    watched = Watched(figures.table)
    drawn = draw.draw([build(watched)], 500, 1)
    naive_bayes(watched, rows(drawn.codes), [0.1, 0.3, 0.3])
    stated = set(figures.table[["table", "row", "column"]].itertuples(index=False, name=None))
    assert stated - watched.asked == set()


def test_the_column_other_answers_for_whoever_has_no_row(figures: Figures) -> None:
    assert figures.value("weak", "plantar_flexion", "L4") == figures.value("weak", "plantar_flexion", "other")
    assert figures.value("weak", "plantar_flexion", "S1") > figures.value("weak", "plantar_flexion", "other")
    assert figures.states("weak", "plantar_flexion", "S1")
    assert not figures.states("weak", "plantar_flexion", "L4")
    with pytest.raises(KeyError):
        figures.value("weak", "wiggling_ears", "S1")


GOOD = "no_root,all,specialist,0.3,0.2,0.4,working,PR003,seen,coster2010,\n"


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("no_root,all,surgical,0.3,,,guess,,,,\n", "unknown basis"),
        ("no_root,all,surgical,0.3,,,published,PR003,seen,,\n", "no source"),
        ("no_root,all,surgical,0.3,,,assumption,,,,\n" * 2, "stated twice"),
        ("no_root,all,surgical,0.3,0.31,0.4,assumption,,,,\n", "outside its range"),
        ("no_root,all,surgical,0.3,0.1,0.29,assumption,,,,\n", "outside its range"),
        (
            "no_root,all,surgical,0.3,,,published,F154,recalled,deyo1992,\n",
            r"basis published, but .* \(F154\) is recalle",
        ),
        ("no_root,all,surgical,0.3,,,published,F154 F155,mixed,deyo1992,\n", "is mixed"),
        ("no_root,all,surgical,0.3,,,working,F154,recalled,deyo1992,\n", "is recalled"),
        ("no_root,all,surgical,0.3,,,assumption,F154,recalled,deyo1992,\n", "is recalled"),
        ("no_root,all,surgical,0.3,,,recalled,F021,seen,deville2000,\n", "is seen"),
        ("no_root,all,surgical,0.3,,,design,F021,seen,deville2000,\n", "is seen"),
        ("no_root,all,surgical,0.3,,,assumption,F021,,deville2000,\n", "of no stated provenance"),
        ("no_root,all,surgical,0.3,,,published,,seen,deville2000,\n", "none"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, line: str, complaint: str) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + GOOD + line, encoding="utf-8")
    with pytest.raises(ValueError, match=complaint):
        Figures.load(path)


@pytest.mark.parametrize(("low", "high"), [("0.3", "0.4"), ("0.2", "0.3")])
def test_a_value_at_the_end_of_its_range_is_taken(tmp_path: Path, low: str, high: str) -> None:
    path = tmp_path / TABLE.name
    path.write_text(HEADER + GOOD.replace("0.2,0.4", f"{low},{high}"), encoding="utf-8")
    assert Figures.load(path).value("no_root", "all", "specialist") == 0.3


def test_a_drawn_world_is_the_same_for_the_same_seed(figures: Figures) -> None:
    first, again, other = (figures.drawn(np.random.default_rng(seed)).table["value"] for seed in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).mean() > 0.8


def test_drawing_changes_nothing_but_values_and_leaves_the_design_alone(figures: Figures) -> None:
    drawn = figures.drawn(np.random.default_rng(3)).table
    assert drawn.drop(columns="value").equals(figures.table.drop(columns="value"))
    changed = drawn["value"] != figures.table["value"]
    assert not changed[figures.table["basis"] == "design"].any()
    certain = figures.table["value"].isin([0.0, 1.0])
    assert not changed[certain].any()
    assert changed[~certain & (figures.table["basis"] != "design")].all()


@pytest.fixture(scope="module")
def many_worlds(figures: Figures) -> np.ndarray:
    """The values of WORLDS drawn worlds: (WORLDS, figures)."""
    rng = np.random.default_rng(11)
    return np.array([figures.drawn(rng).table["value"].to_numpy() for _ in range(WORLDS)])


def test_shares_stay_shares(figures: Figures, many_worlds: np.ndarray) -> None:
    value = figures.table["value"].to_numpy()
    share = (value > 0) & (value < 1)
    assert (many_worlds[:, share] > 0).all()
    assert (many_worlds[:, share] < 1).all()
    assert (many_worlds[:, value > 1] > 0).all()


def test_the_spread_of_worlds_is_the_range_that_the_papers_leave(figures: Figures, many_worlds: np.ndarray) -> None:
    table = figures.table
    ranged = table["low"].notna().to_numpy()
    for position in np.flatnonzero(ranged):
        value, low, high = (float(table[name].iloc[position]) for name in ("value", "low", "high"))
        scale = np.log if value > 1 else logit
        drawn = scale(many_worlds[:, position])
        # A 95 % range is 1.96 standard deviations to either side.
        expected = (scale(high) - scale(low)) / 3.92
        name = table.iloc[position].to_dict()
        assert abs(drawn.mean() - scale(value)) < STANDARD_ERRORS * expected / np.sqrt(WORLDS), name
        assert abs(drawn.std(ddof=1) / expected - 1) < STANDARD_ERRORS / np.sqrt(2 * WORLDS), name


def test_the_weaker_the_basis_the_wider_the_worlds(figures: Figures, many_worlds: np.ndarray) -> None:
    """Of shares whose row states no range."""
    value = figures.table["value"].to_numpy()
    open_share = figures.table["low"].isna().to_numpy() & (value > 0) & (value < 1)
    spread = {
        basis: float(
            np.median(logit(many_worlds[:, open_share & (figures.table["basis"] == basis).to_numpy()]).std(axis=0))
        )
        for basis in BASES
    }
    assert spread["design"] < 1e-12
    assert spread["published"] < spread["working"] < spread["recalled"]
    assert spread["recalled"] == pytest.approx(spread["assumption"], rel=0.05)
