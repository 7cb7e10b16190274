"""The cohort says what the figures say, within the error of the draw, and nothing that the wire would refuse."""

from itertools import product

import numpy as np
import numpy.typing as npt
import pytest

from features.anatomy import BELOW_KNEE, ROOTS, Movement, NerveRoot, Reflex, Region
from features.consistency import contradictions
from features.exam import Exam
from training.cohort import LabelledExam, draw_cohort
from training.completeness import BARE, FULL, LETTER, SIGNS, STRATA
from training.dataset import Dataset
from training.figures import Figures
from training.population import CAUSES, MIMICS, Population, cause_sets, draw_population
from training.signs import MOVEMENTS, REFLEXES, TESTS, Signs, draw_signs
from training.symptoms import PATHS, REGIONS, Symptoms, draw_symptoms, pain_rates

N = 60000


@pytest.fixture(scope="module")
def people(figures: Figures) -> Population:
    return draw_population(figures, N, np.random.default_rng(1))


@pytest.fixture(scope="module")
def signs(figures: Figures, people: Population) -> Signs:
    return draw_signs(figures, people, np.random.default_rng(2))


@pytest.fixture(scope="module")
def symptoms(figures: Figures, people: Population) -> Symptoms:
    return draw_symptoms(figures, people, np.random.default_rng(3))


def only(people: Population, cause: str, *, young: bool = True) -> np.ndarray:
    """Patients with this cause alone, up to 60 unless asked otherwise."""
    alone = people.caused[:, CAUSES.index(cause)] & (people.caused.sum(axis=1) == 1)
    return np.asarray(alone & ((people.age_years <= 60) | (not young)))


def within_sampling_error(found: npt.ArrayLike, expected: float) -> bool:
    """Within four standard errors of a proportion."""
    shown = np.asarray(found)
    return bool(abs(shown.mean() - expected) <= 4 * np.sqrt(expected * (1 - expected) / len(shown)) + 1e-3)


def test_a_third_has_none_of_the_three_roots(figures: Figures, people: Population) -> None:
    assert within_sampling_error(~people.roots.any(axis=1), figures.value("share", "none"))


@pytest.mark.parametrize("root", ["L4", "L5", "S1"])
def test_age_by_root_is_as_published(figures: Figures, people: Population, root: str) -> None:
    # Whole years and the limits of 18 and 95 shift the mean by about half a year.
    assert people.age_years[only(people, root, young=False)].mean() == pytest.approx(
        figures.value("age_mean", root), abs=1.0
    )


@pytest.mark.parametrize("cause", ["L4", "L5", "S1", "referred"])
@pytest.mark.parametrize(
    "movement",
    [Movement.KNEE_EXTENSION, Movement.GREAT_TOE_EXTENSION, Movement.PLANTAR_FLEXION, Movement.HIP_ABDUCTION],
)
def test_weakness_is_as_frequent_as_stated(
    figures: Figures, people: Population, signs: Signs, cause: str, movement: Movement
) -> None:
    weak = signs.power[only(people, cause, young=False), MOVEMENTS.index(movement)] < 5
    assert within_sampling_error(weak, figures.value("weak", movement, cause))


@pytest.mark.parametrize("cause", ["L4", "L5", "S1", "referred"])
@pytest.mark.parametrize("reflex", list(Reflex))
def test_reflexes_are_lost_as_often_as_stated(
    figures: Figures, people: Population, signs: Signs, cause: str, reflex: Reflex
) -> None:
    lost = np.isin(signs.reflexes[only(people, cause), REFLEXES.index(reflex)], (1, 2))
    assert within_sampling_error(lost, figures.value("reflex", reflex, cause))


@pytest.mark.parametrize("cause", ["L4", "L5", "S1", "referred"])
@pytest.mark.parametrize("test", ["straight_leg_raise", "femoral_stretch", "crossed_straight_leg_raise"])
def test_bedside_tests_are_positive_as_often_as_stated(
    figures: Figures, people: Population, signs: Signs, cause: str, test: str
) -> None:
    found = signs.tests[only(people, cause), list(TESTS).index(test)]
    assert within_sampling_error(found, figures.value("test", test, cause))


def test_the_straight_leg_raise_fades_over_sixty(figures: Figures, people: Population, signs: Signs) -> None:
    old = only(people, "L5", young=False) & (people.age_years > 60)
    found = signs.tests[old, list(TESTS).index("straight_leg_raise")]
    assert within_sampling_error(found, figures.value("test_over_60", "straight_leg_raise", "L5"))


def test_ankle_jerks_are_lost_with_age_whatever_the_cause(people: Population, signs: Signs) -> None:
    lost = signs.reflexes[:, REFLEXES.index(Reflex.ACHILLES)] == 2
    referred = only(people, "referred", young=False)
    assert lost[referred & (people.age_years > 60)].mean() > lost[referred & (people.age_years <= 60)].mean() + 0.1


def test_signs_of_one_root_go_together_more_than_those_of_two(people: Population, signs: Signs) -> None:
    """Shared severity: in L5 disease two L5 signs are correlated, an L5 and an S1 sign less, and neither not at all."""
    l5 = only(people, "L5", young=False)
    weak = signs.power[l5] < 5
    great_toe, abduction, plantar = (
        weak[:, MOVEMENTS.index(m)]
        for m in (Movement.GREAT_TOE_EXTENSION, Movement.HIP_ABDUCTION, Movement.PLANTAR_FLEXION)
    )
    same_root = np.corrcoef(great_toe, abduction)[0, 1]
    other_root = np.corrcoef(great_toe, plantar)[0, 1]
    assert same_root > 0.3
    assert 0 < other_root < same_root


def test_false_signs_go_together_too(people: Population, signs: Signs) -> None:
    weak = signs.power[only(people, "referred", young=False)] < 5
    great_toe, abduction = (weak[:, MOVEMENTS.index(m)] for m in (Movement.GREAT_TOE_EXTENSION, Movement.HIP_ABDUCTION))
    assert np.corrcoef(great_toe, abduction)[0, 1] > 0.15


def expected_below_knee(figures: Figures, members: str) -> float:
    """How often pain is named below the knee in a set of causes, by arithmetic: over every path that each of them may
    take and every extent, the chance that at least one of the regions within reach hurts.
    """
    causes = members.split("+")
    rates, below = pain_rates(figures), np.array([region in BELOW_KNEE for region in REGIONS])
    foot = np.array([region in BELOW_KNEE and not region.endswith(("leg", "calf")) for region in REGIONS])
    _, (_, to_leg, to_foot) = figures.shares("pain_extent", "root" if causes[0] in (*ROOTS, "upper_root") else "none")
    mapped = causes[0] in MIMICS and figures.states("pain_path", causes[0], causes[0])
    total = 0.0
    for taken in product(*(zip(*figures.shares("pain_path", cause), strict=True) for cause in causes)):
        highest = np.max([rates[PATHS.index(path)] for path, _ in taken], axis=0)
        leg, anywhere = (1 - np.prod(1 - highest[reached]) for reached in (below & ~foot, below))
        total += np.prod([share for _, share in taken]) * (anywhere if mapped else to_leg * leg + to_foot * anywhere)
    return float(total)


def test_pain_below_the_knee_is_as_common_as_the_figures_make_it(
    figures: Figures, people: Population, symptoms: Symptoms
) -> None:
    sets, shares = cause_sets(figures)
    expected = np.array([expected_below_knee(figures, members) for members in sets])
    for members, share in zip(sets, expected, strict=True):
        those = people.caused[:, [CAUSES.index(cause) for cause in members.split("+")]].all(axis=1)
        those &= people.caused.sum(axis=1) == len(members.split("+"))
        assert within_sampling_error(symptoms.below_knee[those], share), members
    assert within_sampling_error(symptoms.below_knee, float(expected @ shares))


def test_pain_below_the_knee_is_nearly_as_common_as_in_primary_care(figures: Figures) -> None:
    """PR004 and PR040: 0.70 and 0.68 over roots and no roots together. Here 0.62: regions are drawn one by one, so that
    pain may go down the leg and no region there be named.
    """
    sets, shares = cause_sets(figures)
    overall = sum(expected_below_knee(figures, members) * share for members, share in zip(sets, shares, strict=True))
    assert overall == pytest.approx(0.62, abs=0.01)


def test_groin_pain_speaks_for_l4(people: Population, symptoms: Symptoms) -> None:
    """P069 to P072: 0.25 of L4, 0 to 0.04 of L5 and S1."""
    groin = symptoms.pain[:, REGIONS.index(Region.GROIN)]
    assert groin[only(people, "L4", young=False)].mean() == pytest.approx(0.25, abs=0.03)
    assert groin[only(people, "S1")].mean() < 0.06


def test_the_strata_have_their_shares(figures: Figures, cohort: tuple[LabelledExam, ...]) -> None:
    found = np.array([entry.stratum for entry in cohort])
    for stratum in STRATA:
        assert within_sampling_error(found == stratum, figures.value("stratum", stratum))


def test_a_letter_states_few_findings_and_a_full_examination_many(data: Dataset) -> None:
    stated = (~np.isnan(data.rows)).sum(axis=1)
    letters, full = stated[data.completeness == LETTER], stated[data.completeness == FULL]
    assert np.median(letters) < 0.4 * len(data.rows[0]) < np.median(full)


def test_a_bare_examination_states_age_and_sex_alone(data: Dataset) -> None:
    bare = data.rows[data.completeness == BARE]
    assert len(bare)
    assert not np.isfinite(bare[:, 3:]).any()


def test_letters_say_weak_without_a_grade_and_normal_all_at_once(cohort: tuple[LabelledExam, ...]) -> None:
    strengths = [entry.exam.examination.strength for entry in cohort if entry.stratum == LETTER]
    assert sum("weak" in strength.values() for strength in strengths) > 100
    assert sum(len(strength) >= 4 and set(strength.values()) == {5.0} for strength in strengths) > 100


def test_no_exam_contradicts_itself_or_is_screened_for_red_flags(cohort: tuple[LabelledExam, ...]) -> None:
    for entry in cohort:
        assert not contradictions(entry.exam)
        assert entry.exam.red_flags == Exam(patient=entry.exam.patient).red_flags


def test_two_roots_occur_and_always_touch_l5(cohort: tuple[LabelledExam, ...]) -> None:
    several = [entry.roots for entry in cohort if len(entry.roots) > 1]
    assert several
    assert all(NerveRoot.L5 in roots for roots in several)


def test_the_same_seed_draws_the_same_cohort(figures: Figures) -> None:
    drawn = [list(draw_cohort(figures, 50, np.random.default_rng(3))) for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_every_sign_is_named_once() -> None:
    assert len(SIGNS) == len(set(SIGNS)) == 48
