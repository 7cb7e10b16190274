"""`make cohort-page`: how the cohort fits the papers, as a table and a picture in the docs."""

import io
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import matplotlib as mpl

from training.cohort.figures import Figures
from training.cohort.goodness import Fit, goodness, unexplained
from training.cohort.world import draw_worlds, published_world
from training.evaluation.fit_plot import goodness_of_fit
from training.marks import put_between
from training.params import Params
from training.provenance import CHECKOUT

DOCS = CHECKOUT / "docs"
PAGE, PICTURE = "cohort.md", "cohort-fit.svg"
BEGIN, END = "<!-- fit: begin, written by `make cohort-page` -->", "<!-- fit: end -->"
REFUSED = 2
HEAD = "| published figure | evidence | published (range) | range from | simulated (over worlds) |"


def table(fits: Sequence[Fit], bases: dict[str, int]) -> str:
    """The figures outside their published range with the reason, then all others, as Markdown."""
    outside = [fit for fit in fits if not fit.inside]
    counts = ", ".join(f"{count} {basis}" for basis, count in bases.items())
    return "\n".join(
        [
            f"The figures of the cohort by basis: {counts}.",
            "",
            f"**{len(fits) - len(outside)} of {len(fits)}** published figures come out within their published range. "
            f"The other {len(outside)}:",
            "",
            f"{HEAD} why it is let stand |",
            "|---|---|---|---|---|---|",
            *(f"| {_cells(fit)} | {fit.because} |" for fit in outside),
            "",
            "Those within:",
            "",
            HEAD,
            "|---|---|---|---|---|",
            *(f"| {_cells(fit)} |" for fit in fits if fit.inside),
        ]
    )


def _cells(fit: Fit) -> str:
    digits = 1 if fit.published > 1 else 2
    numbers = [
        f"{value:.{digits}f}" for value in (fit.published, fit.low, fit.high, fit.simulated, fit.least, fit.most)
    ]
    published, low, high, simulated, least, most = numbers
    stated = f"{fit.what} | {fit.evidence} | {published} ({low} to {high}) | {fit.range_from}"
    return f"{stated} | {simulated} ({least} to {most})"


def write(fits: Sequence[Fit], docs: Path = DOCS) -> None:
    """Put the table between the marks of the page and the picture beside it.

    Raises:
        ValueError: the page has no marks.
    """
    page = docs / PAGE
    filled = table(fits, Figures.load().bases())
    page.write_text(put_between(page.read_text(encoding="utf-8"), BEGIN, END, filled), encoding="utf-8")
    drawn = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": PICTURE}):
        plot = goodness_of_fit({"goodness_of_fit": [asdict(fit) | {"inside": fit.inside} for fit in fits]})
        plot.savefig(drawn, format="svg", metadata={"Date": None})
    (docs / PICTURE).write_text(
        "\n".join(line.rstrip() for line in drawn.getvalue().splitlines()) + "\n", encoding="utf-8"
    )


def main() -> int:
    """Simulate every published figure and write the page; 2 if one is outside its range without a reason."""
    params = Params.load()
    worlds = draw_worlds(params.cohort.worlds, params.seed)
    fits = goodness(published_world(), worlds, params.cohort.fit_patients, params.seed)
    write(fits)
    if faults := unexplained(fits):
        sys.stderr.write("the cohort does not fit the papers: " + "; ".join(faults) + "\n")
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
