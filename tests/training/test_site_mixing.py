"""PRIOR_WEIGHT mixes the synthetic cohort in as so many local exams; the study shows what that does."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from training.dataset import Dataset
from training.site import study_page
from training.site.mixing import DEFAULT_PRIOR_WEIGHT, mix
from training.site.study import EVIDENCE_MODEL, FINDINGS_MODEL, Curves, Plan, fit, judge, run
from training.site.study_page import Studies
from training.site.worlds import BEYOND, FAR, WITHIN, draw, published, shifted

PLAN = Plan(
    sites=4, sizes=(60, 600), weights=(DEFAULT_PRIOR_WEIGHT,), prior_patients=1200, site_patients=600, test_patients=600
)
FEW = replace(PLAN, sites=2, sizes=(60,))


@pytest.fixture(scope="module")
def prior() -> Dataset:
    return draw(published(), 1200, np.random.default_rng(1))


@pytest.fixture(scope="module")
def site() -> Dataset:
    rng = np.random.default_rng(2)
    return draw(shifted(rng), 600, rng)


@pytest.fixture(scope="module")
def curves() -> Curves:
    return run(EVIDENCE_MODEL, PLAN, seed=4, tell=lambda progress: None)


@pytest.fixture(scope="module")
def studies(curves: Curves) -> Studies:
    few = run(EVIDENCE_MODEL, FEW, seed=4, tell=lambda progress: None)
    return Studies(beyond=curves, within=curves, far=curves, findings=few)


def test_the_prior_weighs_what_it_is_told(site: Dataset, prior: Dataset) -> None:
    mixed = mix(site, prior, 250)
    assert len(mixed) == len(site) + len(prior)
    assert mixed.weights[: len(site)].tolist() == site.weights.tolist()
    assert mixed.weights[len(site) :].sum() == pytest.approx(250)


def test_the_weights_inside_the_prior_keep_their_proportions(site: Dataset, prior: Dataset) -> None:
    first, second = mix(site, prior, 10), mix(site, prior, 20)
    assert second.weights[len(site) :] == pytest.approx(2 * first.weights[len(site) :])


def test_patients_of_both_are_told_apart(prior: Dataset) -> None:
    mixed = mix(prior, prior, 10)  # the very same keys on both sides
    assert len(set(mixed.patients)) == 2 * len(set(prior.patients))


def test_without_a_weight_the_site_stands_alone(site: Dataset, prior: Dataset) -> None:
    assert mix(site, prior, 0) is site


@pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
def test_a_weight_that_is_none_is_refused(site: Dataset, prior: Dataset, weight: float) -> None:
    with pytest.raises(ValueError, match="PRIOR_WEIGHT must be a number"):
        mix(site, prior, weight)


def test_a_weight_for_nothing_is_refused(site: Dataset, prior: Dataset) -> None:
    with pytest.raises(ValueError, match="no synthetic cohort"):
        mix(site, prior.where(np.zeros(len(prior), dtype=bool)), 100)


def test_a_site_differs_from_the_papers(site: Dataset, prior: Dataset) -> None:
    def none(data: Dataset) -> float:
        return float((~data.involved.any(axis=1)).mean())

    assert none(site) < none(prior)
    assert np.isnan(site.rows).all(axis=0).sum() > np.isnan(prior.rows).all(axis=0).sum()


def test_a_heavy_prior_gives_the_prior_and_a_light_one_the_site(site: Dataset, prior: Dataset) -> None:
    site, prior = EVIDENCE_MODEL.columns(site), EVIDENCE_MODEL.columns(prior)
    test, seen = site.where(np.arange(300, len(site))), site.where(np.arange(300))
    alone, local = fit(EVIDENCE_MODEL, prior)(test), fit(EVIDENCE_MODEL, seen)(test)
    heavy, light = (fit(EVIDENCE_MODEL, mix(seen, prior, weight))(test) for weight in (1e6, 1e-6))
    apart = np.abs(alone - local).mean()
    assert np.abs(heavy - alone).mean() < np.abs(heavy - local).mean()
    assert np.abs(light - local).mean() < apart / 2
    assert apart > 0.03


def test_a_root_that_the_site_never_saw_is_not_impossible(site: Dataset) -> None:
    seen = EVIDENCE_MODEL.columns(site.where(~site.involved[:, 0]))
    answers = fit(EVIDENCE_MODEL, seen)(seen)
    assert answers[:, 0] == pytest.approx(0.5 / (len(seen) + 1))


def test_a_clinic_is_of_its_setting_and_holds_nothing_that_nobody_examines() -> None:
    rng = np.random.default_rng(8)
    place = shifted(rng, FAR, "specialist")
    drawn = draw(place, 300, rng)
    assert set(drawn.setting) == {"specialist"}
    assert np.isnan(drawn.rows[:, list(place.blank)]).all()
    assert drawn.findings is None


@pytest.mark.parametrize("spread", [WITHIN, BEYOND, FAR])
def test_every_invented_site_can_be_drawn(spread: float) -> None:
    for seed in range(5):
        rng = np.random.default_rng(seed)
        drawn = draw(shifted(rng, spread), 500, rng)
        assert len(set(drawn.patients)) == 500


def test_more_local_exams_help_local_data_and_not_the_prior(curves: Curves) -> None:
    assert curves.local[:, 1, 0].mean() < curves.local[:, 0, 0].mean()
    assert curves.prior.shape == (4, 2)
    assert curves.mixed.shape == (4, 1, 2, 2)


def test_the_same_seed_gives_the_same_sites(curves: Curves, studies: Studies) -> None:
    """The table that sets one model beside the other, at the first of the same sites, rests on it."""
    assert np.array_equal(studies.findings.local, curves.local[:2, :1])


def test_the_model_on_the_findings_learns_too(site: Dataset) -> None:
    test, seen = site.where(np.arange(300, len(site))), site.where(np.arange(300))
    loss, area = judge(fit(FINDINGS_MODEL, seen)(test), test)
    shares = np.broadcast_to(seen.involved.mean(axis=0), test.involved.shape)
    assert loss < judge(shares, test)[0]
    assert area > 0.6


def test_mixing_at_few_cases_is_better_than_local_alone(curves: Curves) -> None:
    assert curves.mixed[:, 0, 0, 0].mean() < curves.local[:, 0, 0].mean()


def test_how_many_exams_it_takes_until_local_wins() -> None:
    plan = Plan(sites=4, sizes=(10, 100, 1000), weights=())
    behind = np.array([[-1, -1, -1], [1, 1, 1], [2, 1, -1], [1, -1, 1]])  # the last is ahead once, and not for good
    prior, local = np.zeros((4, 2)), np.zeros((4, 3, 2))
    local[..., 0] = behind
    curves = Curves(plan=plan, prior=prior, local=local, mixed=np.zeros((4, 0, 3, 2)))
    assert curves.until_local_wins == pytest.approx([10, np.inf, 10**2.5, np.inf])


def test_regret_is_taken_from_the_better_of_the_two(curves: Curves) -> None:
    better = np.minimum(curves.local[0, 1, 0], curves.prior[0, 0])
    assert curves.regret[0, 0, 1] == pytest.approx(curves.mixed[0, 0, 1, 0] - better)


def test_judged_by_hand() -> None:
    truth = np.array([[True, True, True], [False, False, False]])
    base = draw(published(), 3, np.random.default_rng(1)).where(np.array([0, 1]))
    base.involved[:] = truth
    loss, area = judge(np.where(truth, 0.8, 0.4), base)
    assert loss == pytest.approx(-(np.log(0.8) + np.log(0.6)) / 2)
    assert area == 1


def test_the_page_is_written_between_its_marks_and_the_same_each_time(tmp_path: Path, studies: Studies) -> None:
    page = tmp_path / "site-data.md"
    page.write_text(f"before\n{study_page.BEGIN}\nold\n{study_page.END}\nafter\n", encoding="utf-8")
    study_page.write(studies, tmp_path)
    first, picture = page.read_text(encoding="utf-8"), (tmp_path / "site-data.svg").read_bytes()
    study_page.write(studies, tmp_path)
    assert page.read_text(encoding="utf-8") == first
    assert (tmp_path / "site-data.svg").read_bytes() == picture
    assert first.startswith("before\n")
    assert first.endswith("\nafter\n")
    assert "old" not in first
    assert "| 600 |" in first


def test_a_page_without_marks_is_refused(tmp_path: Path, studies: Studies) -> None:
    (tmp_path / "site-data.md").write_text("nothing here", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        study_page.write(studies, tmp_path)


def test_the_docs_hold_the_study() -> None:
    page = (Path(__file__).parents[2] / "docs" / "site-data.md").read_text(encoding="utf-8")
    assert f"PRIOR_WEIGHT={DEFAULT_PRIOR_WEIGHT:g} |" in page
    assert f"leave it at {DEFAULT_PRIOR_WEIGHT:g}" in page
    median, most = re.search(r"by site: median (\S+), from \S+ to (\S+)\.\n", page).groups()  # type: ignore[union-attr]
    assert f"**About {median} to learn from, at most {most}: " in page
