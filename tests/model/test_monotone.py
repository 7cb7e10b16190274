"""Over the whole cohort no root of the released model is lowered by its own sign."""

from itertools import pairwise

import numpy as np
import pytest

from features.encoding import FEATURES, Row
from service.classifier import Classifier
from service.settings import Settings
from training.cohort.draw import draw
from training.cohort.findings import rows
from training.cohort.world import draw_worlds

AT = {feature.name: column for column, feature in enumerate(FEATURES)}
TOE, TOE_WEAK = AT["great_toe_extension.deficit"], AT["great_toe_extension.weak"]
ROUNDING = 1e-12
BATCH = 4096


@pytest.fixture(scope="module")
def released() -> Classifier:
    settings = Settings()
    return Classifier(settings.model_dir, settings.model_version)


def exams(patients: int, seed: int) -> Row:
    return rows(draw(draw_worlds(4, seed), patients, seed).codes)


def probabilities(classifier: Classifier, table: Row) -> np.ndarray:
    parts = [classifier.answers(table[at : at + BATCH]).probabilities for at in range(0, len(table), BATCH)]
    return np.concatenate(parts)


def with_toe(table: Row, halves: float) -> Row:
    changed = table.copy()
    changed[:, TOE], changed[:, TOE_WEAK] = halves, halves > 0
    return changed


def with_reflex(table: Row, name: str, degree: float) -> Row:
    changed = table.copy()
    changed[:, AT[f"{name}.lost"]] = degree
    return changed


def share_lowered(classifier: Classifier, milder_to_worse: list[Row], root: int) -> float:
    """The share of exams in which a worse sign lowers its root."""
    found = [probabilities(classifier, table)[:, root] for table in milder_to_worse]
    lowered = [after < before - ROUNDING for before, after in pairwise(found)]
    return float(np.any(lowered, axis=0).mean())


SIZES = [pytest.param(600, id="quick"), pytest.param(60_000, id="whole", marks=pytest.mark.long)]


@pytest.mark.parametrize("patients", SIZES)
def test_a_weaker_great_toe_never_lowers_l5(released: Classifier, patients: int) -> None:
    """Hazard H-21: a severe deficit read as less likely radicular than a slight one."""
    table = exams(patients, 3)
    assert share_lowered(released, [with_toe(table, halves) for halves in range(11)], root=1) == 0


@pytest.mark.parametrize("patients", SIZES)
def test_toe_weakness_without_a_grade_never_lowers_l5(released: Classifier, patients: int) -> None:
    table = exams(patients, 4)
    ungraded = table.copy()
    ungraded[:, TOE], ungraded[:, TOE_WEAK] = np.nan, 1
    assert share_lowered(released, [with_toe(table, 0), ungraded], root=1) == 0


@pytest.mark.parametrize("patients", SIZES)
@pytest.mark.parametrize(("reflex", "root"), [("achilles", 2), ("patellar", 0)])
def test_a_lost_reflex_never_lowers_its_root(released: Classifier, patients: int, reflex: str, root: int) -> None:
    """Hazard H-21: a lost reflex read as speaking against its root."""
    table = exams(patients, 5)
    assert share_lowered(released, [with_reflex(table, reflex, degree) for degree in range(3)], root) == 0
