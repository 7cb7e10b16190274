"""What is hidden: causes with their roots, ages and sexes, and the states they take."""

import numpy as np
import pytest

from features.anatomy import ROOTS
from training.cohort.causes import (
    CAUSES,
    INVOLVED,
    LESIONS,
    MIMICS,
    NO_LESION,
    ROOT_NAMES,
    SETTINGS,
    UPPER,
    age_shares,
    ages,
    cause_shares,
    female_shares,
)
from training.cohort.figures import Figures
from training.cohort.states import (
    INCIDENTALS,
    NOT_REACHED,
    SEVERITIES,
    STATES,
    VARIANTS,
    incidental_shares,
    severity_shares,
    state_shares,
    variant_shares,
)
from training.cohort.world import World

NAMES = tuple((cause.lesion, cause.name) for cause in CAUSES)


def cause(lesion: str, name: str) -> int:
    """The position of a cause."""
    return NAMES.index((lesion, name))


@pytest.mark.parametrize("setting", SETTINGS)
def test_the_shares_of_a_setting_add_up(figures: Figures, setting: str) -> None:
    for shares in (cause_shares(figures, setting), state_shares(figures, setting), severity_shares(figures, setting)):
        assert shares.sum() == pytest.approx(1, abs=1e-12)
        assert (shares > 0).all()


def test_the_shares_of_a_drawn_world_add_up(figures: Figures) -> None:
    drawn = figures.drawn(np.random.default_rng(2))
    for setting in SETTINGS:
        assert state_shares(drawn, setting).sum() == pytest.approx(1, abs=1e-12)


def test_variants_and_incidental_levels_add_up(figures: Figures) -> None:
    assert variant_shares(figures).sum() == pytest.approx(1)
    assert variant_shares(figures)[0] == pytest.approx(0.8)
    assert incidental_shares(figures).sum() == pytest.approx(1)
    assert (len(VARIANTS), len(SEVERITIES), len(INCIDENTALS)) == (3, 3, 3)


@pytest.mark.parametrize(
    ("lesion", "name", "involved"),
    [
        ("paracentral", "L4", "L4"),
        ("paracentral", "L5", "L5"),
        ("paracentral", "S1", "S1"),
        ("paracentral", "L5+S1", "L5 S1"),
        ("paracentral", "L4+L5", "L4 L5"),
        ("paracentral", UPPER, ""),
        ("lateral_recess", "L4+L5+S1", "L4 L5 S1"),
        ("foraminal", "L4", "L4"),
        ("foraminal", f"L4+{UPPER}", "L4"),
        ("foraminal", UPPER, ""),
        *((NO_LESION, mimic, "") for mimic in MIMICS),
    ],
)
def test_a_cause_involves_the_roots_it_reaches(lesion: str, name: str, involved: str) -> None:
    row = INVOLVED[cause(lesion, name)]
    assert [str(root) for root, there in zip(ROOTS, row, strict=True) if there] == involved.split()


def test_mimics_reach_no_root_and_an_upper_root_none_of_the_three() -> None:
    for mimic in MIMICS:
        assert CAUSES[cause(NO_LESION, mimic)].reached == ()
    assert CAUSES[cause("paracentral", UPPER)].reached == (UPPER,)


def test_causes_are_named_once() -> None:
    assert len(set(NAMES)) == len(NAMES) == 27
    assert {lesion for lesion, _ in NAMES} == {*LESIONS, NO_LESION}


def test_the_rarer_the_mimics_the_higher_the_setting(figures: Figures) -> None:
    none = [cause_shares(figures, setting)[[not each.reached for each in CAUSES]].sum() for setting in SETTINGS]
    assert none == pytest.approx([figures.value("no_root", "all", setting) for setting in SETTINGS])
    assert none[0] > none[1] > none[2]


def test_ages_keep_to_the_limits_and_follow_the_lesion(figures: Figures) -> None:
    years, shares = ages(figures), age_shares(figures)
    assert (years[0], years[-1], len(years)) == (18, 95, 78)
    assert shares.sum(axis=1) == pytest.approx(np.ones(len(CAUSES)))
    mean = shares @ years
    # Cutting at 18 and 95 makes the youngest group a year older.
    for level, published in (("S1", 44.1), ("L5", 49.5), ("L4", 59.5)):
        assert mean[cause("paracentral", level)] == pytest.approx(published, abs=1.2)
    assert mean[cause("paracentral", "L5")] < mean[cause("foraminal", "L5")] < mean[cause("lateral_recess", "L5")]


def test_women_by_cause(figures: Figures) -> None:
    women = female_shares(figures)
    assert women[cause(NO_LESION, "trochanteric")] == figures.value("female", "trochanteric")
    assert women[cause("paracentral", "L5")] == women[cause("foraminal", "S1")] == figures.value("female", "other")


def test_states_are_every_combination_once() -> None:
    table = np.column_stack([STATES.cause, STATES.severity, STATES.variant, STATES.incidental])
    assert len(np.unique(table, axis=0)) == len(STATES)
    counted = np.bincount(STATES.cause, minlength=len(CAUSES))
    for number, each in enumerate(CAUSES):
        reached = len(each.reached)
        variants = len(VARIANTS) if reached else 1
        assert counted[number] == len(SEVERITIES) ** reached * variants * len(INCIDENTALS)


def test_only_reached_roots_have_a_severity() -> None:
    reached = np.array([[name in each.reached for name in ROOT_NAMES] for each in CAUSES])[STATES.cause]
    assert ((STATES.severity != NOT_REACHED) == reached).all()
    assert STATES.severity.max() == len(SEVERITIES) - 1


@pytest.mark.parametrize("setting", SETTINGS)
def test_states_of_a_cause_have_its_share(figures: Figures, setting: str) -> None:
    by_cause = np.bincount(STATES.cause, weights=state_shares(figures, setting), minlength=len(CAUSES))
    assert by_cause == pytest.approx(cause_shares(figures, setting))


def test_the_higher_the_setting_the_worse_the_roots(world: World) -> None:
    l5 = STATES.cause == cause("paracentral", "L5")
    severe = [
        world.state[setting][l5 & (STATES.severity[:, 1] == 2)].sum() / world.state[setting][l5].sum()
        for setting in SETTINGS
    ]
    assert severe == pytest.approx([0.13, 0.33, 0.50])
