"""The table of figures: nothing claims more than its evidence gives it."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.burden.figures import TABLE, End, Figure, Figures, Key, source_titles
from bench.burden.people import PATHOLOGIES, PLACES, QUESTIONS

FIGURES = Figures.load()
SOUND = Figure(
    key=Key("background", "fever", "all"),
    value=0.01,
    low=0.003,
    high=0.03,
    basis="published",
    evidence="R052",
    provenance="seen",
    sources=("melbourneED",),
    quoted="what the source says",
)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"basis": "guess"}, "is none of"),
        ({"value": 0.5}, "rising order"),
        ({"high": 1.5}, "rising order"),
        ({"provenance": "recalled"}, "cannot rest on"),
        ({"evidence": "", "provenance": ""}, "cannot rest on"),
        ({"evidence": ""}, "cannot rest on"),
        ({"sources": ()}, "no source"),
        ({"quoted": ""}, "neither what the source says"),
        ({"sources": ("nobody2020",)}, "in no list"),
    ],
    ids=lambda value: str(value),
)
def test_a_row_that_claims_too_much_is_refused(change: dict[str, object], fault: str) -> None:
    assert SOUND.fault(source_titles()) is None
    assert fault in str(replace(SOUND, **change).fault(source_titles()))  # type: ignore[arg-type]


def test_a_figure_that_stands_twice_is_refused(tmp_path: Path) -> None:
    head, first, *_ = TABLE.read_text(encoding="utf-8").splitlines()
    twice = tmp_path / "figures.csv"
    twice.write_text("\n".join([head, first, first]) + "\n", encoding="utf-8")
    with pytest.raises(ValueError, match="stated twice"):
        Figures.load(twice)


def test_every_source_of_the_table_has_a_title_and_every_own_source_is_used() -> None:
    named = {source for figure in FIGURES.rows.values() for source in figure.sources}
    assert all(source_titles()[source] for source in named)
    own = {line.split(",")[0] for line in (TABLE.parent / "sources.csv").read_text(encoding="utf-8").splitlines()[1:]}
    mentioned = TABLE.read_text(encoding="utf-8")
    assert {source for source in own if source not in mentioned} == set()


def test_every_question_has_a_frequency_among_the_healthy_and_may_go_unasked() -> None:
    tables = {question: {key.table for key in FIGURES.rows if key.row == question} for question in QUESTIONS}
    assert all("background" in found for question, found in tables.items() if question != "residual_urine")
    assert all("asked" in found for found in tables.values())


def test_every_disease_has_a_prevalence_somewhere_and_an_age() -> None:
    for disease in PATHOLOGIES:
        assert any(FIGURES.states("prevalence", disease, place) for place in PLACES)
        assert FIGURES.states("share_over_50", "all", disease)


def test_one_table_at_its_end_leaves_the_others_alone() -> None:
    low = FIGURES.at(End.LOW, "background")
    fever = FIGURES.rows[Key("background", "fever", "all")]
    assert low.value("background", "fever") == fever.low < FIGURES.value("background", "fever")
    assert low.value("sensitivity", "fever", "infection") == FIGURES.value("sensitivity", "fever", "infection")
