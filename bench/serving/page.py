"""The figures in docs/speed.md, between marks; the prose around them is by hand."""

from pathlib import Path
from typing import Final

from bench.own_service import ROOT
from bench.serving.figures import Figures
from bench.serving.goals import goals
from bench.serving.tables import answers_table, goals_table, start_table, workers_table
from training.marks import put_between

DOCS: Final = ROOT / "docs"
PAGE: Final = "speed.md"


def marks(block: str) -> tuple[str, str]:
    """The lines between which a block of the page is written."""
    return f"<!-- {block}: begin, written by `make bench WRITE=1` -->", f"<!-- {block}: end -->"


def write(figures: Figures, docs: Path = DOCS) -> None:
    """Put the tables between the marks of the page.

    Raises:
        ValueError: the page has no marks.
    """
    path = docs / PAGE
    text = path.read_text(encoding="utf-8")
    for block, filled in blocks(figures).items():
        text = put_between(text, *marks(block), filled)
    path.write_text(text, encoding="utf-8")


def blocks(figures: Figures) -> dict[str, str]:
    """What stands between each pair of marks."""
    found = goals(figures)
    missed = [each.words for each in found if not each.kept]
    verdict = f"{len(found) - len(missed)} of {len(found)} goals are kept."
    if missed:
        verdict += " Not kept: " + "; ".join(missed) + "."
    return {
        "goals": f"{verdict}\n\n{goals_table(found)}",
        "answers": f"{_made(figures)}\n\n{answers_table(figures)}",
        "workers": workers_table(figures.workers),
        "start": start_table(figures),
        "machine": "\n".join(f"- {name}: {said}" for name, said in {**figures.machine, **figures.versions}.items()),
    }


def _made(figures: Figures) -> str:
    syncs = ", ".join(f"{each:.2f}" for each in figures.syncs)
    return (
        f"{figures.rounds} rounds, {figures.seconds} s of load on each server in each. The examination has "
        f"{figures.exam_bytes:,} bytes, the answer without explanation {figures.answer_bytes:,}. One sync of the disk "
        f"took {syncs} ms in these rounds."
    )
