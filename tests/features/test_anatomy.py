"""The anatomy as tables: complete, and with a source in every row."""

import pytest

from features.anatomy import (
    BELOW_KNEE,
    DERMATOMES,
    DISC_LEVELS,
    MYOTOMES,
    REFLEX_ARCS,
    ROOTS,
    Movement,
    NerveRoot,
    Reflex,
    Region,
    movements_of,
    reflex_of,
    regions_of,
)
from service.rules.citations import citations


def test_every_movement_reflex_and_region_has_one_row() -> None:
    assert [row.movement for row in MYOTOMES] == list(Movement)
    assert [row.reflex for row in REFLEX_ARCS] == list(Reflex)
    assert [row.region for row in DERMATOMES] == list(Region)


@pytest.mark.parametrize("row", [*MYOTOMES, *REFLEX_ARCS, *DERMATOMES, *DISC_LEVELS], ids=repr)
def test_every_row_names_a_known_source(row: object) -> None:
    sources = getattr(row, "sources", ())
    assert sources
    assert set(sources) <= citations().keys()


@pytest.mark.parametrize(
    ("root", "movement", "reflex", "region"),
    [
        (NerveRoot.L4, Movement.KNEE_EXTENSION, Reflex.PATELLAR, Region.MEDIAL_LEG),
        (NerveRoot.L5, Movement.GREAT_TOE_EXTENSION, Reflex.MEDIAL_HAMSTRING, Region.DORSUM_FOOT),
        (NerveRoot.S1, Movement.PLANTAR_FLEXION, Reflex.ACHILLES, Region.LATERAL_FOOT),
    ],
)
def test_the_picture_of_each_root(root: NerveRoot, movement: Movement, reflex: Reflex, region: Region) -> None:
    assert movement in movements_of(root)
    assert reflex_of(root) is reflex
    assert region in regions_of(root)


def test_no_reflex_of_the_leg_tests_l2() -> None:
    with pytest.raises(LookupError, match="L2"):
        reflex_of(NerveRoot.L2)


def test_the_same_disc_can_give_l4_or_l5() -> None:
    reached = {(level.mechanism, level.root) for level in DISC_LEVELS if level.disc == "L4/L5"}
    assert reached == {("paracentral", NerveRoot.L5), ("foraminal", NerveRoot.L4)}
    assert {level.root for level in DISC_LEVELS} == set(ROOTS)


def test_the_knee_is_not_below_the_knee() -> None:
    assert Region.KNEE not in BELOW_KNEE
    assert {Region.MEDIAL_LEG, Region.SOLE} <= BELOW_KNEE
