"""`python -m bench.scaling`: measure what an answer costs, and write the tables of docs/scaling.md."""

import argparse
import sys
from pathlib import Path
from typing import Final

from bench.own_service import ROOT
from bench.scaling.measure import FIGURES, RESULT, Figures, measured
from bench.scaling.tables import chain_table, cost_table, scale_table
from training.marks import put_between

PAGE: Final = ROOT / "docs" / "scaling.md"


def filled(text: str, figures: Figures) -> str:
    """The page with the tables that follow from the figures.

    Raises:
        ValueError: it lacks the marks between which they stand.
    """
    tables = {
        "cost": f"{cost_table(figures)}\n\nMeans over {figures.answers:,} answers of each kind to varied examinations; "
        f"one process of the service had {figures.mebibytes:.0f} MiB after them.",
        "chain": chain_table(figures),
        "short": scale_table(figures, "without explanation"),
        "long": scale_table(figures, "with explanation"),
    }
    for block, table in tables.items():
        text = put_between(text, f"<!-- {block}: begin, written by `make scaling` -->", f"<!-- {block}: end -->", table)
    return text


def main() -> int:
    """Measure, or take what was measured, and write the page; the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description=__doc__)
    parser.add_argument("--again", action="store_true", help="write the page from what was measured before")
    parser.add_argument("--answers", type=int, default=2_000, help="of each kind (default: 2,000)")
    parser.add_argument("--seconds", type=float, default=5.0, help="for each number of processes that append")
    parser.add_argument("--page", type=Path, default=PAGE, help=argparse.SUPPRESS)
    stated = parser.parse_args()
    if not stated.again:
        figures = measured(stated.answers, stated.seconds)
        RESULT.write_bytes(FIGURES.dump_json(figures, indent=2) + b"\n")
    figures = FIGURES.validate_json(RESULT.read_bytes())
    stated.page.write_text(filled(stated.page.read_text(encoding="utf-8"), figures), encoding="utf-8")
    print(cost_table(figures), chain_table(figures), sep="\n\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
