"""`python -m training.cohort`: write synthetic labelled exams to a file, to rehearse with or to compare."""

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from training.cohort.causes import SETTINGS
from training.cohort.completeness import COMPLETENESS
from training.cohort.draw import Cohort, draw_blocks
from training.cohort.records import SUFFIXES, write_blocks
from training.cohort.world import draw_worlds, published_world

EVERY = "mixed"
REFUSED = 2


def whole(text: str) -> int:
    """A whole number from 0 on."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number") from None
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def some(text: str) -> int:
    """A whole number from 1 on."""
    if (number := whole(text)) < 1:
        raise argparse.ArgumentTypeError(f"{number} is below 1")
    return number


def out(text: str) -> Path:
    """A file that can be written, of a kind that the format knows."""
    path = Path(text)
    if not text.endswith(SUFFIXES):
        raise argparse.ArgumentTypeError(f"{text!r}: the name must end in one of {', '.join(SUFFIXES)}")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{path.absolute().parent} is not a folder")
    return path


@dataclass(kw_only=True)
class Progress:
    """Tells after each block how far the writing is."""

    patients: int
    exams: int = 0
    begun: float = field(default_factory=time.monotonic)

    @property
    def rate(self) -> str:
        """Exams drawn and written a second, so far."""
        return f"{self.exams / (time.monotonic() - self.begun):,.0f} exams a second"

    def of(self, blocks: Iterable[Cohort]) -> Iterator[Cohort]:
        """The blocks themselves; who asks for the next has written the one before."""
        for block in blocks:
            yield block
            self.exams += len(block)
            sys.stderr.write(f"\r{block.patient.max() + 1:,} of {self.patients:,} patients, {self.rate} ")


def main() -> int:
    """Read the command line, draw and write; 2 if the file could not be written."""
    parser = argparse.ArgumentParser(
        prog="python -m training.cohort",
        description="Draw synthetic patients with leg pain and write their examinations with the true roots. No row "
        "comes from a patient. What the file holds: docs/site-data.md; where the numbers come from: docs/cohort.md.",
    )
    parser.add_argument("--patients", type=some, default=1000, metavar="N", help="patients to draw (default 1000)")
    parser.add_argument(
        "--setting", choices=(*SETTINGS, EVERY), default=EVERY, help="where they are seen (default: mixed, all of them)"
    )
    parser.add_argument(
        "--completeness",
        choices=(*COMPLETENESS, EVERY),
        default=EVERY,
        help="how much of an examination is written down: all that a specialist tests, a part, or the few facts of a "
        "letter (default: mixed, all kinds)",
    )
    parser.add_argument("--seed", type=whole, default=1, metavar="S", help="the same seed gives the same file")
    parser.add_argument(
        "--worlds",
        type=whole,
        default=0,
        metavar="W",
        help="draw the figures from their ranges, W times (default 0: as published)",
    )
    parser.add_argument("--out", type=out, required=True, metavar="FILE", help=f"one of {', '.join(SUFFIXES)}")
    asked = parser.parse_args()
    worlds = draw_worlds(asked.worlds, asked.seed) if asked.worlds else (published_world(),)
    setting, completeness = (None if each == EVERY else each for each in (asked.setting, asked.completeness))
    progress = Progress(patients=asked.patients)
    blocks = draw_blocks(worlds, asked.patients, asked.seed, setting=setting, completeness=completeness)
    try:
        write_blocks(progress.of(blocks), asked.out, asked.seed)
    except OSError as fault:
        sys.stderr.write(f"{asked.out} could not be written: {fault}\n")
        return REFUSED
    sys.stderr.write(f"\r{progress.exams} exams of {asked.patients} patients in {asked.out} ({progress.rate})\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
