"""The card says what the report says, and whose exams the model learned from."""

from typing import Any

import pytest

from training.evaluation.card import Origin, card, statements
from training.evaluation.report import Report

BASES = {"published": 10, "working": 20, "recalled": 3, "assumption": 40, "design": 5}


def manifest(report: Report, origin: Origin, **changes: Any) -> dict[str, Any]:
    return {
        "version": "9.8.7",
        "created": "2026-01-02",
        **statements(report, origin=origin, **changes),
        "prediction_set": {"method": "split conformal"},
        "training": {
            "origin": str(origin),
            "data": "invented",
            "model": "A line of two sentences.",
            "seed": 7,
            "data_sha256": "0123456789abcdef" * 4,
        },
        "metrics": {"parity": 1.5e-9, "parity_rows": 100_000},
    }


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin.SYNTHETIC, "synthetic cohort, never from patients"),
        (Origin.SITE, "labelled exams of one site and holds for exams like those"),
        (Origin.MIXED, "with a synthetic cohort mixed in"),
    ],
)
def test_the_card_says_whose_exams_it_learned_from(judged: Report, origin: Origin, words: str) -> None:
    text = " ".join(card(manifest(judged, origin), judged).split())
    assert words in text
    assert ("never from patients" in text) is (origin is Origin.SYNTHETIC)


def test_the_card_holds_the_sentences_and_provenance_of_the_manifest(judged: Report) -> None:
    told = manifest(judged, Origin.SYNTHETIC, bases=BASES, of_model=["It is a line."])
    text = " ".join(card(told, judged).split())
    for key in ("intended_use", "not_for", "limits"):
        assert told[key]
        assert all(sentence in text for sentence in told[key])
    assert "It is a line." in told["limits"]
    for part in ("9.8.7", "2026-01-02", "0123456789abcdef" * 4, "Seed 7", "split conformal", "1.5e-09 over 100000"):
        assert part in text
    assert all(len(line) <= 120 for line in card(told, judged).splitlines() if not line.startswith("|"))


def test_the_figures_that_count_are_those_about_the_world(judged: Report) -> None:
    """Design choices of the cohort say nothing about patients: 73 of the 78."""
    limits = statements(judged, origin=Origin.SYNTHETIC, bases=BASES)["limits"]
    assert "40 of the 73 figures of the cohort are assumptions, 3 were quoted from memory." in limits
    assert not any("figures" in limit for limit in statements(judged, origin=Origin.SITE)["limits"])


def test_the_table_has_the_numbers_of_the_report(judged: Report) -> None:
    text = card(manifest(judged, Origin.SYNTHETIC), judged)
    cell = judged["overall"]["roots"]["L5"]
    (line,) = (line for line in text.splitlines() if line.startswith("| all | L5 |"))
    cells = [part.strip() for part in line.strip("|").split("|")]
    assert cells[2] == str(cell["n"])
    assert cells[4] == f"{cell['auc']:.2f} ({cell['auc_low']:.2f} to {cell['auc_high']:.2f})"
    assert cells[6:10] == [
        f"{loss:.3f}"
        for loss in (
            cell["log_loss"],
            *(cell["baselines"][n]["log_loss"] for n in ("prevalence", "textbook", "naive_bayes")),
        )
    ]
    assert cells[-1] == f"{cell['coverage']:.2f}"
    widths = {line.count("|") for line in text.splitlines() if line.startswith("|")}
    assert len(widths) == 2  # two tables, each with rows of one width


def test_a_subgroup_that_cannot_be_judged_is_named(judged: Report) -> None:
    groups = {**judged["subgroups"]["sex"]}
    few = {"n": 9, "positives": 1, "prevalence": 0.11, "too_few": "1 of 9"}
    groups["unknown"] = {**groups["unknown"], "roots": {**groups["unknown"]["roots"], "S1": few}}
    report = {**judged, "subgroups": {**judged["subgroups"], "sex": groups}}
    limits = statements(report, origin=Origin.SITE)["limits"]
    assert "Too few exams to judge: sex unknown S1." in limits
