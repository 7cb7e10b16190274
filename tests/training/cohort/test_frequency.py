"""A published frequency, shared out among hidden states, comes back when the states are added up again."""

import numpy as np
import pytest

from features.anatomy import ROOTS, Movement, Reflex
from tests.training.cohort.test_causes import cause
from training.cohort.causes import MIMICS, NO_LESION, UPPER, Bools, Floats
from training.cohort.figures import Figures
from training.cohort.findings import (
    ABSENT,
    FULL_POWER,
    FUNCTIONS,
    MOVEMENTS,
    NEGATIVE,
    POSITIVE,
    POSITIVE_BEYOND,
    POSITIVE_IN_RANGE,
    REDUCED,
    REFLEXES,
    TESTS,
    UNGRADED,
)
from training.cohort.frequency import REFERENCE, combined, graded
from training.cohort.signs import TERRITORIES
from training.cohort.states import STATES
from training.cohort.symptoms import COURSES, PAIRS, PATHS
from training.cohort.world import World

THIRDS = np.array([0.34, 0.33, 0.33])
UNEVEN = np.array([0.56, 0.31, 0.13])
USUAL, CAUDAL = 0, 2
ROOT_CAUSES = ("L4", "L5", "S1", UPPER)


@pytest.mark.parametrize("shares", [THIRDS, UNEVEN], ids=["thirds", "uneven"])
@pytest.mark.parametrize("loading", [0.0, 0.3, 0.6, 0.85, 0.99])
def test_levels_average_to_the_mean_and_rise(shares: Floats, loading: float) -> None:
    mean = np.array([1e-4, 0.01, 0.05, 0.3, 0.5, 0.77, 0.95, 0.9999])
    levels = graded(mean, shares, loading)
    assert shares @ levels == pytest.approx(mean, abs=1e-12)
    steps = np.diff(levels, axis=0)
    if loading:
        # Near always, the upper levels are always, in double precision.
        assert ((steps > 0) | (levels[1:] > 1 - 1e-12)).all()
    else:
        assert steps == pytest.approx(np.zeros_like(steps))


@pytest.mark.parametrize("certain", [0.0, 1.0])
def test_what_never_or_always_happens_does_so_at_every_level(certain: float) -> None:
    assert graded(np.array([certain]), THIRDS, 0.85) == pytest.approx(np.full((3, 1), certain), abs=1e-12)


def test_a_higher_loading_spreads_the_levels() -> None:
    mean = np.array([0.4])
    spread = [np.ptp(graded(mean, THIRDS, loading)) for loading in (0.2, 0.5, 0.8)]
    assert spread == sorted(spread)


def test_independent_reasons_combine() -> None:
    assert combined(np.array([0.5, 0.0]), np.array([0.5, 0.2])) == pytest.approx([0.75, 0.2])


def over_states(world: World, name: str, lesion: str, table: Floats, *, variant: int | None = USUAL) -> Floats:
    """A table over states, (s, …), averaged over those of one cause as met in the reference setting."""
    chosen: Bools = STATES.cause == cause(lesion, name)
    if variant is not None:
        chosen &= STATES.variant == variant
    weights = world.state[REFERENCE][chosen]
    return np.asarray(weights @ table[chosen] / weights.sum())


def published(figures: Figures, table: str, rows: tuple[str, ...], name: str) -> list[float]:
    """The frequencies as the table has them; a root never has fewer signs than nothing has."""
    least = [0.0 if name in MIMICS else figures.value(table, row, "other") for row in rows]
    return [max(figures.value(table, row, name), base) for row, base in zip(rows, least, strict=True)]


@pytest.mark.parametrize(
    ("name", "lesion"),
    [*((root, "paracentral") for root in ROOT_CAUSES), *((mimic, NO_LESION) for mimic in MIMICS)],
)
def test_signs_are_as_frequent_as_published(world: World, figures: Figures, name: str, lesion: str) -> None:
    young = 0
    signs = world.signs
    slr_young, slr_old = 1 - signs.slr[..., NEGATIVE]
    cases = (
        ("weak", tuple(MOVEMENTS), signs.strength[young, ..., UNGRADED]),
        ("unable", FUNCTIONS, signs.function[young, ..., 1]),
        ("reflex", tuple(REFLEXES), signs.reflex[young][..., [REDUCED, ABSENT]].sum(axis=-1)),
        ("test", TESTS, signs.test[young, ..., 1]),
        ("test", ("straight_leg_raise",), slr_young),
        ("test_over_60", ("straight_leg_raise",), slr_old),
    )
    for table, rows, by_state in cases:
        found = over_states(world, name, lesion, by_state)
        assert found == pytest.approx(published(figures, table, rows, name), abs=1e-10), table


@pytest.mark.parametrize(("root", "own"), [("L4", "L4"), ("L5", "L5"), ("S1", "S1"), (UPPER, "thigh")])
def test_sensory_loss_of_the_own_territory_is_as_published_over_all_variants(
    world: World, figures: Figures, root: str, own: str
) -> None:
    found = over_states(world, root, "paracentral", world.signs.lost, variant=None)
    # Where a severe root always loses it, it cannot lose it more often to make up for the variants.
    assert found[tuple(TERRITORIES).index(own)] == pytest.approx(figures.value("sensory", own, root), abs=0.005)


@pytest.mark.parametrize("mimic", MIMICS)
def test_sensory_loss_of_mimics_is_as_published(world: World, figures: Figures, mimic: str) -> None:
    found = over_states(world, mimic, NO_LESION, world.signs.lost)
    assert found == pytest.approx(published(figures, "sensory", tuple(TERRITORIES), mimic), abs=1e-10)


@pytest.mark.parametrize(("root", "moved_to"), [("L4", "L5"), ("L5", "S1"), ("S1", "S1"), (UPPER, "L4")])
def test_a_caudal_variant_moves_the_skin_of_a_root_one_territory_down(
    world: World, figures: Figures, root: str, moved_to: str
) -> None:
    usual, caudal = (
        over_states(world, root, "paracentral", world.signs.lost, variant=variant) for variant in (USUAL, CAUDAL)
    )
    own = {"L4": 1, "L5": 2, "S1": 3, UPPER: 0}[root]
    there = tuple(TERRITORIES).index(moved_to)
    base = figures.value("sensory", moved_to, "other")
    excess = (usual[own] - (home := figures.value("sensory", tuple(TERRITORIES)[own], "other"))) / (1 - home)
    assert caudal[there] == pytest.approx(1 - (1 - base) * (1 - excess), abs=1e-10)
    if there != own:
        assert caudal[own] == pytest.approx(home, abs=1e-10)


def test_a_foraminal_lesion_shows_less_of_the_same(world: World, figures: Figures) -> None:
    column = MOVEMENTS.index(Movement.GREAT_TOE_EXTENSION)
    base, full = (figures.value("weak", "great_toe_extension", whose) for whose in ("other", "L5"))
    expected = base + (full - base) * figures.value("attenuation", "foraminal")
    found = over_states(world, "L5", "foraminal", world.signs.strength[0, ..., UNGRADED])
    assert found[column] == pytest.approx(expected, abs=1e-10)


def test_two_roots_show_the_signs_of_both(world: World, figures: Figures) -> None:
    found = over_states(world, "L5+S1", "paracentral", world.signs.reflex[0][..., [REDUCED, ABSENT]].sum(axis=-1))
    base, l5, s1 = (figures.value("reflex", "achilles", whose) for whose in ("other", "L5", "S1"))
    expected = 1 - (1 - l5) * (1 - s1) / (1 - base)
    assert found[REFLEXES.index(Reflex.ACHILLES)] == pytest.approx(expected, abs=1e-10)


@pytest.mark.parametrize("name", ROOTS)
def test_severe_roots_show_their_signs_more_often(world: World, name: str) -> None:
    own = [str(root) for root in ROOTS].index(name)
    chosen = (STATES.cause == cause("paracentral", name)) & (STATES.variant == USUAL) & (STATES.incidental == 1)
    by_severity = [world.signs.lost[chosen & (STATES.severity[:, own] == level)][0, own + 1] for level in range(3)]
    assert by_severity[0] < by_severity[1] < by_severity[2]


def test_ankle_jerks_are_lost_with_age_whatever_the_cause(world: World, figures: Figures) -> None:
    gone = figures.value("reflex_lost_with_age", "achilles")
    kept = 1 - world.signs.reflex[..., [REDUCED, ABSENT]].sum(axis=-1)
    achilles = REFLEXES.index(Reflex.ACHILLES)
    assert kept[1, :, achilles] == pytest.approx(kept[0, :, achilles] * (1 - gone))
    others = [column for column in range(len(REFLEXES)) if column != achilles]
    assert kept[1][:, others] == pytest.approx(kept[0][:, others])


def test_every_table_of_signs_holds_probabilities_that_add_up(world: World) -> None:
    signs = world.signs
    graded_or_full = signs.strength[..., :UNGRADED].sum(axis=-1)
    assert graded_or_full == pytest.approx(np.ones_like(graded_or_full))
    assert signs.strength[..., UNGRADED] == pytest.approx(1 - signs.strength[..., FULL_POWER])
    assert signs.slr[..., POSITIVE] == pytest.approx(
        signs.slr[..., POSITIVE_IN_RANGE] + signs.slr[..., POSITIVE_BEYOND]
    )
    for table in (signs.function, signs.reflex, signs.test, signs.region):
        assert table.sum(axis=-1) == pytest.approx(np.ones(table.shape[:-1]))
    for table in (signs.strength, signs.function, signs.reflex, signs.slr, signs.test, signs.lost, signs.region):
        assert ((table >= 0) & (table <= 1)).all()


def test_every_table_of_symptoms_holds_probabilities_that_add_up(world: World) -> None:
    told = world.symptoms
    assert told.course.sum(axis=1) == pytest.approx(np.ones(len(told.course)))
    for table in (
        told.course,
        *(style.hurts for style in told.styles),
        told.tingles,
        told.tingling,
        told.follows_root,
        told.both_sides,
        told.history,
    ):
        assert ((table >= 0) & (table <= 1)).all()


@pytest.mark.parametrize("root", ROOTS)
def test_pain_of_one_root_takes_its_paths_as_published(world: World, figures: Figures, root: str) -> None:
    """Kortelainen 1985, as the table has it: a path with itself is the path alone."""
    course = world.symptoms.course[cause("paracentral", root)]
    by_path = dict.fromkeys(PATHS, 0.0)
    for share, (target, _) in zip(course, COURSES, strict=True):
        if share:
            first, second = PAIRS[target]
            assert first == second
            by_path[PATHS[first]] += share
    for path in figures.rows("pain_path", root):
        assert by_path[path] == pytest.approx(figures.value("pain_path", path, root), abs=1e-9)
