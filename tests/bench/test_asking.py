"""Asking on: the same truth for every way of asking, and a page that holds what was found."""

import re
from pathlib import Path

import numpy as np
import pytest

from bench.asking import RANDOM, STEPS, SUGGESTED, TEXTBOOK, TEXTBOOK_ORDER, Learned, play
from bench.asking_page import BEGIN, DOCS, END, PAGE, PICTURE, picture, table, write
from features.information import EXAMINABLE
from service.classifier import Classifier
from service.released import CHAMPION, version_meant
from service.settings import RELEASED, Settings
from training.cohort.draw import draw
from training.cohort.world import draw_worlds, published_world

PATIENTS = 25


@pytest.fixture(scope="module")
def learned() -> dict[str, Learned]:
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    cohort = draw([published_world()], PATIENTS, 3, completeness="sparse", twice=False)
    return play(cohort, classifier, seed=1)


def test_every_way_asks_on_in_the_same_exams(learned: dict[str, Learned]) -> None:
    assert list(learned) == [SUGGESTED, TEXTBOOK, RANDOM]
    assert all(each.bits.shape == (PATIENTS, STEPS) for each in learned.values())
    assert all(np.isfinite(each.bits).all() for each in learned.values())


def test_what_is_expected_is_expected_of_the_suggestion_alone(learned: dict[str, Learned]) -> None:
    assert (learned[SUGGESTED].expected > 0).all()
    assert np.isnan(learned[RANDOM].expected).all()


def test_the_same_seed_learns_the_same(learned: dict[str, Learned]) -> None:
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    cohort = draw([published_world()], PATIENTS, 3, completeness="sparse", twice=False)
    again = play(cohort, classifier, seed=1)
    assert all((again[name].bits == learned[name].bits).all() for name in learned)


def test_the_textbook_asks_for_what_can_be_examined_and_for_nothing_twice() -> None:
    assert len(set(TEXTBOOK_ORDER)) == len(TEXTBOOK_ORDER)
    assert set(TEXTBOOK_ORDER) <= {each.pointer for each in EXAMINABLE}


def test_the_page_keeps_what_is_written_by_hand(learned: dict[str, Learned], tmp_path: Path) -> None:
    page = tmp_path / PAGE
    page.write_text(f"before\n{BEGIN}\nstale table\n{END}\nafter\n")
    write({"sparse": learned}, "1.2.0", tmp_path)
    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("after\n")
    assert "stale table" not in text
    assert "| sparse | 1 finding |" in text
    assert (tmp_path / PICTURE).read_text().startswith("<?xml")
    page.write_text("no marks")
    with pytest.raises(ValueError, match="asking: begin"):
        write({"sparse": learned}, "1.2.0", tmp_path)


def test_the_page_of_the_docs_shows_the_released_model() -> None:
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    assert f"Model {version_meant(RELEASED, CHAMPION)};" in text


def gains() -> list[tuple[str, list[float]]]:
    """Each row of the table of gains: its exam and step, then suggested, textbook order and random."""
    text = (DOCS / PAGE).read_text(encoding="utf-8")
    rows = [
        line.split(" | ") for line in text.splitlines() if re.match(r"\| (full|partial|sparse) \| \d finding", line)
    ]
    return [(f"{row[0]}, {row[1]}", [float(cell.split(" ± ")[0]) for cell in row[2:5]]) for row in rows]


def test_the_suggested_finding_gained_more_than_a_random_one_and_than_the_textbook() -> None:
    found = gains()
    assert len(found) == 9
    for name, (suggested, textbook, random) in found:
        assert suggested > random, name
        assert suggested >= textbook, name


@pytest.mark.long
def test_it_does_so_in_patients_that_nobody_looked_at() -> None:
    """A gain smaller than twice its standard error could be chance: enough patients that it cannot."""
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    cohort = draw(draw_worlds(3, 97), 500, 97, completeness="sparse", twice=False)
    found = play(cohort, classifier, seed=97)
    for other in (RANDOM, TEXTBOOK):
        gained = (found[SUGGESTED].bits - found[other].bits)[:, 0]
        assert gained.mean() > 2 * gained.std() / np.sqrt(len(gained)), other


def test_a_panel_for_each_kind_of_exam(learned: dict[str, Learned]) -> None:
    assert len(picture({"sparse": learned, "full": learned}).axes) == 2
    assert table({"sparse": learned}, "9.9.9").startswith("Model 9.9.9;")
