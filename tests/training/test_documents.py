"""What cards, README and docs say of the models and of the software is so."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.training.conftest import SmallModel
from training.cohort.figures import Figures
from training.cohort.posterior import limit
from training.cohort.world import World
from training.conformal import prediction_sets
from training.evaluation.card import Origin, card, in_short, performance_table, statements
from training.evaluation.report import Report, report
from training.naive_bayes import naive_bayes
from training.params import Params
from training.provenance import CHECKOUT
from training.textbook import textbook_called

ROOTS = ("L4", "L5", "S1")
DOCUMENTS = sorted(
    [*(CHECKOUT / "docs").rglob("*.md"), CHECKOUT / "models" / "README.md", CHECKOUT / "bench" / "README.md"]
)
CODE = re.compile(r"`((?:training|service|features|bench|tests|docs|models|requirements)/[\w./-]+)`")
RELEASED = sorted(path.parent for path in (CHECKOUT / "models").glob("*/report.json"))


@pytest.fixture(scope="module")
def judged(small_model: SmallModel, world: World, figures: Figures) -> Report:
    """The report on the small model, as a run makes it."""
    test, model = small_model.parts["test"], small_model.model
    stated, held = model.probabilities(test.rows), small_model.parts["conformal"]
    sets = prediction_sets(model.probabilities(held.rows), held, 0.9).sets(stated, test.rows)
    assert test.findings is not None
    return report(
        test,
        stated,
        sets,
        coverage=0.9,
        baselines={
            "textbook": textbook_called(test.rows),
            "naive_bayes": naive_bayes(figures, test.rows, small_model.parts["fit"].involved.mean(axis=0)),
        },
        limit=limit([world], test.findings),
    )


@pytest.fixture(scope="module")
def text(judged: Report, figures: Figures) -> str:
    """The card of the small model."""
    told = {
        "version": "9.8.7",
        "created": "2026-01-02",
        **statements(judged, origin=Origin.SYNTHETIC, bases=figures.bases()),
        "prediction_set": {"method": "split conformal"},
        "training": {"origin": "synthetic", "data": "invented", "model": "A line.", "seed": 7, "data_sha256": "0"},
        "metrics": {"parity": 1.5e-9, "parity_rows": 100_000},
    }
    return card(told, judged)


def row_of(text: str, kind: str, root: str) -> list[str]:
    """The cells of one line of the table of performance."""
    (line,) = (line for line in text.splitlines() if line.startswith(f"| {kind} | {root} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("kind", ["all", "full", "sparse"])
def test_the_numbers_of_the_card_are_those_of_the_report(text: str, judged: Report, kind: str, root: str) -> None:
    group = judged["overall"] if kind == "all" else judged["subgroups"]["completeness"][kind]
    cell = group["roots"][root]
    shown = row_of(text, kind, root)
    assert shown[2:4] == [str(cell["n"]), f"{cell['prevalence']:.0%}"]
    assert shown[4] == f"{cell['auc']:.2f} ({cell['auc_low']:.2f} to {cell['auc_high']:.2f})"
    assert shown[5:7] == [f"{cell['limit']['auc']:.2f}", f"{cell['log_loss']:.3f}"]
    assert shown[7:10] == [
        f"{cell['baselines'][name]['log_loss']:.3f}" for name in ("prevalence", "textbook", "naive_bayes")
    ]
    assert shown[-3:] == [f"{cell['calibration_slope']:.2f}", f"{cell['ece']:.3f}", f"{cell['coverage']:.2f}"]


def test_the_card_says_in_short_what_the_summary_says(text: str, judged: Report) -> None:
    summary, told = judged["summary"], " ".join(text.split())
    assert all(sentence in told for sentence in in_short(judged))
    assert f"Log-loss on full examinations: {100 * (summary['log_loss_ratio_full'] - 1):.1f} % above" in told
    assert f"keep {summary['coverage']:.1%} of involved roots" in told
    assert all(f"{root} {summary['auc'][root]:.2f}" in told for root in ROOTS)


def test_the_card_counts_the_figures_it_rests_on(text: str, figures: Figures) -> None:
    bases, told = figures.bases(), " ".join(text.split())
    world = sum(count for basis, count in bases.items() if basis != "design")
    assert f"{bases['assumption']} of the {world} figures of the cohort are assumptions" in told
    assert f"{bases['recalled']} were quoted from memory" in told


@pytest.mark.parametrize("folder", RELEASED, ids=lambda folder: folder.name)
def test_the_card_of_a_release_is_written_from_its_own_report(folder: Path) -> None:
    text = (folder / "MODEL_CARD.md").read_text(encoding="utf-8")
    judged: Any = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    told = " ".join(text.split())
    assert all(sentence in told for sentence in in_short(judged))
    assert performance_table(judged) in text


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_every_link_and_every_path_leads_somewhere(document: Path) -> None:
    written = document.read_text(encoding="utf-8")
    links = re.findall(r"\]\((?!http)([^)#]+)\)", written)
    assert [link for link in links if not (document.parent / link).exists()] == []
    paths = [path for path in CODE.findall(written) if "x.y.z" not in path]
    assert [path for path in paths if not (CHECKOUT / path).exists()] == []


def test_every_command_that_the_documents_name_is_there() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (CHECKOUT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for document in [CHECKOUT / "README.md", *DOCUMENTS]:
        named = set(re.findall(r"`make ([a-z-]+)", document.read_text(encoding="utf-8")))
        assert named <= targets, document


def test_the_limits_that_the_docs_promise_are_those_of_the_parameters() -> None:
    promised = (CHECKOUT / "models" / "README.md").read_text(encoding="utf-8")
    parity = Params.load().parity
    assert (parity.largest_difference, parity.rows) == (1e-5, 100_000)
    assert "1e-5 or better over 100,000 rows" in " ".join(promised.split())
