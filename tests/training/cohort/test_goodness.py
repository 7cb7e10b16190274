"""Every published figure that bears on the cohort comes out of it, or the table says why not."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from training.cohort.causes import CAUSES, SETTINGS
from training.cohort.draw import SIX_WEEKS, Cohort
from training.cohort.findings import COLUMN, COLUMNS, FULL_POWER, KEPT, NEGATIVE
from training.cohort.goodness import TABLE, Fit, goodness, unexplained, wilson
from training.cohort.measures import finding, population
from training.cohort.world import World, draw_worlds
from training.provenance import CHECKOUT

EVIDENCE = Path(__file__).parents[4] / "shared" / "evidence"
PATIENTS = 200_000
KINDS = {"share", "mean", "lr", "or", "kappa", "area", "best_single"}


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(TABLE, keep_default_na=False)


@pytest.fixture(scope="module")
def fits(world: World) -> list[Fit]:
    return goodness(world, (), PATIENTS, 4)


def test_the_build_rule_every_figure_is_inside_its_range_or_says_why(fits: list[Fit]) -> None:
    assert unexplained(fits) == []


def test_the_docs_say_why_a_figure_lies_outside_its_range(fits: list[Fit]) -> None:
    page = (CHECKOUT / "docs" / "cohort.md").read_text(encoding="utf-8")
    missing = [fit.what for fit in fits if not fit.inside and not (fit.what in page and fit.because in page)]
    assert missing == []


def test_every_figure_can_be_worked_out(fits: list[Fit], table: pd.DataFrame) -> None:
    assert len(fits) == len(table) > 80
    assert [fit.what for fit in fits] == list(table["what"])
    assert np.isfinite([fit.simulated for fit in fits]).all()
    # No other worlds were drawn, so there is no range over them.
    assert np.isnan([(fit.least, fit.most) for fit in fits]).all()


def test_most_figures_need_no_excuse(fits: list[Fit]) -> None:
    assert np.mean([fit.inside for fit in fits]) > 0.75


def test_a_toy_would_not_pass(fits: list[Fit]) -> None:
    """The roots are about as hard to tell as the literature finds, imaging taken as the truth; L4 is the easiest."""
    area = {fit.what: fit.simulated for fit in fits if fit.what.startswith("everything, area for")}
    l4, l5, s1 = (area[f"everything, area for {root} on imaging"] for root in ("L4", "L5", "S1"))
    assert 0.65 <= min(l5, s1) <= max(l5, s1) <= 0.85
    assert l4 > max(l5, s1)


def test_rows_are_well_formed(table: pd.DataFrame) -> None:
    assert set(table["kind"]) == KINDS
    assert not table.duplicated(["what"]).any()
    assert ((table["low"] != "") == (table["high"] != "")).all()
    # A range as stated, or the number of people that one follows from; never both, never neither.
    assert ((table["low"] != "") != (table["n"] != "")).all()
    assert (table.loc[table["n"] != "", "kind"] == "share").all()
    assert ((table["versus"] != "") == table["kind"].isin({"lr", "or"})).all()
    assert ((table["measure"] != "") | (table["kind"] == "best_single")).all()
    assert (table["evidence"] != "").all()
    ranged = table[table["low"] != ""]
    low, published, high = (ranged[name].astype(float) for name in ("low", "published", "high"))
    assert ((low <= published) & (published <= high)).all()


@pytest.mark.skipif(not EVIDENCE.is_dir(), reason="the evidence tables are not beside this checkout")
def test_every_figure_names_evidence_that_exists(table: pd.DataFrame) -> None:
    known = {
        row
        for name in ("findings", "patterns", "priors")
        for row in pd.read_csv(EVIDENCE / f"{name}.csv", dtype=str)["id"]
    }
    named = {
        row
        for rows in [*table["evidence"], *table["because"].str.findall(r"\b(?:PR|F|P)\d{3}\b").str.join(" ")]
        for row in rows.split()
    }
    assert named - known == {"README"}


def test_other_worlds_give_a_range(world: World) -> None:
    fits = goodness(world, draw_worlds(3, 5), 4_000, 6)
    shares = [fit for fit in fits if np.isfinite(fit.least)]
    assert len(shares) > 75
    assert all(fit.least <= fit.most for fit in shares)
    assert sum(fit.least < fit.most for fit in shares) > 70


@pytest.mark.parametrize(
    ("share", "n", "low", "high"),
    [
        # Wilson 1927 as in common tables: 0 of 10, 5 of 10, 1 of 20, 81 of 263 (Newcombe 1998, Stat Med 17:857-872).
        (0.0, 10, 0.0, 0.2775),
        (0.5, 10, 0.2366, 0.7634),
        (1.0, 10, 0.7225, 1.0),
        (0.05, 20, 0.0089, 0.2361),
        (81 / 263, 263, 0.2553, 0.3662),
        (15 / 148, 148, 0.0624, 0.1605),
        (0.0, 20, 0.0, 0.1611),
        (1 / 29, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_the_published_ones(share: float, n: int, low: float, high: float) -> None:
    assert wilson(share, n) == pytest.approx((low, high), abs=1e-4)


def fit_of(simulated: float, because: str = "") -> Fit:
    """A figure of 0.5, published as 0.4 to 0.6."""
    return Fit(
        evidence="F001",
        what="a sign",
        published=0.5,
        low=0.4,
        high=0.6,
        simulated=simulated,
        least=float("nan"),
        most=float("nan"),
        range_from="judgement",
        because=because,
    )


@pytest.mark.parametrize(
    ("simulated", "inside"), [(0.4, True), (0.6, True), (0.3999, False), (0.6001, False), (float("nan"), False)]
)
def test_a_figure_outside_its_range_must_say_why(simulated: float, inside: bool) -> None:
    assert fit_of(simulated).inside is inside
    assert len(unexplained([fit_of(simulated)])) == (0 if inside else 1)
    assert unexplained([fit_of(simulated, "papers conflict")]) == []


def test_the_sentence_names_the_figure_its_evidence_and_both_numbers() -> None:
    (sentence,) = unexplained([fit_of(0.7)])
    assert sentence == "a sign (F001): simulated 0.700, published 0.400 to 0.600"


def test_an_unknown_word_is_refused_and_not_taken_for_nobody(cohort: Cohort) -> None:
    with pytest.raises(ValueError, match="unknown population paracentrel"):
        population(cohort, "specialist paracentrel")
    with pytest.raises(ValueError, match="unknown population L6"):
        population(cohort, "L5|L6")
    with pytest.raises(ValueError, match="unknown measure 'weka:hip_flexion'"):
        finding(cohort, "weka:hip_flexion")


def test_words_mean_what_they_say(cohort: Cohort) -> None:
    names, lesions = (np.array([getattr(each, name) for each in CAUSES])[cohort.cause] for name in ("name", "lesion"))
    age = cohort.complete[:, COLUMN["age_years"]]
    reached = np.array([len(each.reached) for each in CAUSES])[cohort.cause]
    expected = {
        "surgical": cohort.setting == SETTINGS.index("surgical"),
        "age:40-76": (age >= 40) & (age <= 76),
        "imaging": cohort.imaging.any(axis=1),
        "imaging:S1": cohort.imaging[:, 2],
        "not_imaging:L5": ~cohort.imaging[:, 1],
        "no_imaging": ~cohort.imaging.any(axis=1),
        "any_root": reached > 0,
        "no_root": lesions == "none",
        "one_root": reached == 1,
        "two_roots": reached > 1,
        "upper": (names == "upper_root") | (names == "L4"),
        "L5|S1": (names == "L5") | (names == "S1"),
        "paracentral": lesions == "paracentral",
        "hip": names == "hip",
        "not_stenosis": (lesions != "lateral_recess") & (names != "neurogenic_claudication"),
        "surgical paracentral L5": (cohort.setting == 2) & (lesions == "paracentral") & (names == "L5"),
    }
    for words, members in expected.items():
        assert members.any(), words
        assert not members.all(), words
        np.testing.assert_array_equal(population(cohort, words), members, err_msg=words)


def test_measures_mean_what_they_say(cohort: Cohort) -> None:
    """On one patient, normal but for what is named."""
    normal = np.zeros((1, len(COLUMNS)), dtype=np.int8)
    normal[:, [COLUMN[name] for name in ("great_toe_extension", "hip_flexion", "knee_extension")]] = FULL_POWER
    normal[:, [COLUMN[name] for name in ("ankle_dorsiflexion", "plantar_flexion")]] = FULL_POWER
    normal[:, COLUMN["age_years"]] = 40
    one = replace(
        cohort.where(np.array([0])),
        complete=normal,
        duration_days=np.array([SIX_WEEKS]),
        imaging=np.zeros((1, 3), dtype=bool),
    )

    def said(measure: str, **changed: int) -> bool:
        codes = normal.copy()
        for name, code in changed.items():
            codes[:, COLUMN[name.replace("__", ".")]] = code
        return bool(finding(replace(one, complete=codes), measure)[0])

    for measure, changed in (
        ("weak:great_toe_extension", {"great_toe_extension": 6}),
        ("grade3:great_toe_extension", {"great_toe_extension": 3}),
        ("lost:achilles", {"achilles": 1}),
        ("numb:L5", {"sensation__dorsum_foot": 3}),
        ("yes:slump", {"slump": 1}),
        ("slr", {"straight_leg_raise": 3}),
        ("pain:groin", {"pain__groin": 1}),
        ("female", {"female": 1}),
        ("tingles", {"paresthesia__heel": 1}),
        ("any_weak", {"plantar_flexion": 0}),
        ("any_lost", {"patellar": 2}),
        ("any_numb", {"sensation__medial_leg": 1}),
        ("any_deficit", {"patellar": 2}),
        ("two_signs", {"achilles": 2, "sensation__lateral_foot": 1}),
        ("age:41-50", {"age_years": 41}),
    ):
        assert not said(measure), measure
        assert said(measure, **changed), measure
    assert not said("grade3:great_toe_extension", great_toe_extension=4)
    assert not said("lost:achilles", achilles=3)
    assert not said("two_signs", achilles=2, sensation__dorsum_foot=1)
    assert not said("two_signs", great_toe_extension=1, ankle_dorsiflexion=1)
    assert not finding(one, "early")[0]
    assert finding(replace(one, duration_days=np.array([SIX_WEEKS - 1])), "early")[0]
    assert finding(one, "age")[0] == 40
    assert (NEGATIVE, KEPT) == (0, 0)
