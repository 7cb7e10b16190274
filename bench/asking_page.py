"""`python -m bench.asking_page` (`make asking`): what asking for the suggested finding gains, as table and picture."""

import io
import sys
from collections.abc import Mapping
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.asking import RANDOM, STEPS, SUGGESTED, TEXTBOOK, Learned, play
from service.classifier import Classifier
from service.settings import Settings
from training.cohort.completeness import COMPLETENESS
from training.cohort.draw import draw
from training.cohort.world import draw_worlds
from training.marks import put_between

DOCS = Path(__file__).parent.parent / "docs"
PAGE, PICTURE = "next-examinations.md", "next-examinations.svg"
BEGIN, END = "<!-- asking: begin, written by `make asking` -->", "<!-- asking: end -->"
PATIENTS, WORLDS, SEED = 2500, 5, 41
"""Patients of each completeness, in so many worlds that the model did not learn from."""
COLOURS = {SUGGESTED: "#0072B2", TEXTBOOK: "#D55E00", RANDOM: "#6B6B6B"}
MARKERS = {SUGGESTED: "o", TEXTBOOK: "s", RANDOM: "v"}

Results = Mapping[str, Mapping[str, Learned]]
"""What was learned by completeness of the exam and way of asking."""


def table(results: Results, version: str) -> str:
    """The gains as Markdown, with what was expected of the first finding beside what it brought."""
    lines = [
        f"Model {version}; {PATIENTS} patients of each kind of exam, in {WORLDS} worlds that it did not learn from. "
        "Bits learned of the true set of roots, mean and standard error:",
        "",
        "| exam | after | suggested | textbook order | random | suggested less textbook | suggested less random |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, ways in results.items():
        for step in (1, 3, STEPS):
            cells = [_number(ways[name].bits[:, step - 1]) for name in (SUGGESTED, TEXTBOOK, RANDOM)]
            cells += [_number((ways[SUGGESTED].bits - ways[name].bits)[:, step - 1]) for name in (TEXTBOOK, RANDOM)]
            lines.append(f"| {kind} | {step} finding{'s' if step > 1 else ''} | " + " | ".join(cells) + " |")
    lines += ["", "What the first suggestion was expected to tell, and what it told:", ""]
    lines += ["| exam | expected bits | learned bits |", "|---|---|---|"]
    for kind, ways in results.items():
        first = ways[SUGGESTED]
        lines.append(f"| {kind} | {_number(first.expected)} | {_number(first.bits[:, 0])} |")
    return "\n".join(lines)


def _number(values: np.ndarray) -> str:
    return f"{values.mean():.3f} ± {values.std(ddof=1) / np.sqrt(len(values)):.3f}"


def picture(results: Results) -> Figure:
    """Bits learned by findings asked for, one panel a kind of exam."""
    figure = Figure(figsize=(10, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, len(results), sharey=True, squeeze=False)[0]
    steps = np.arange(STEPS + 1)
    for axes, (kind, ways) in zip(panels, results.items(), strict=True):
        for name, learned in ways.items():
            means, errors = np.append(0, learned.means), np.append(0, 1.96 * learned.errors)
            axes.errorbar(steps, means, yerr=errors, color=COLOURS[name], marker=MARKERS[name], label=name, capsize=2)
        axes.set_title(f"{kind} exam", fontsize=10)
        axes.set_xlabel("findings examined")
        axes.set_xticks(steps)
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("bits learned of the roots")
    panels[0].legend(frameon=False, fontsize=9, loc="upper left")
    figure.suptitle(
        "The suggested finding tells more than the next of the textbook, most where least is known", fontsize=11
    )
    return figure


def write(results: Results, version: str, docs: Path = DOCS) -> None:
    """Put the table between the marks of the page and the picture beside it.

    Raises:
        ValueError: the page has no marks.
    """
    page = docs / PAGE
    filled = put_between(page.read_text(encoding="utf-8"), BEGIN, END, table(results, version))
    page.write_text(filled, encoding="utf-8")
    drawn = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": PICTURE}):
        picture(results).savefig(drawn, format="svg", metadata={"Date": None})
    lines = (line.rstrip() for line in drawn.getvalue().splitlines())
    (docs / PICTURE).write_text("\n".join(lines) + "\n", encoding="utf-8")


def main() -> int:
    """Play, and write the page."""
    settings = Settings()
    classifier = Classifier(settings.model_dir, settings.model_version)
    worlds = draw_worlds(WORLDS, SEED)
    results = {}
    for kind in COMPLETENESS:
        print(f"asking on in {PATIENTS} {kind} exams", flush=True)
        results[kind] = play(draw(worlds, PATIENTS, SEED, completeness=kind, twice=False), classifier, SEED)
    write(results, classifier.version)
    print(table(results, classifier.version))
    return 0


if __name__ == "__main__":
    sys.exit(main())
