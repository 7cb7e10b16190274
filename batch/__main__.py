"""`python -m batch`: answer the examinations of a file, or of a folder of files, into a file or folder."""

import argparse
import signal
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType

from pydantic import ValidationError

from batch.errors import Failed, Unusable
from batch.output import Scope
from batch.parts import Parts
from batch.run import Asked, run
from service.errors import ModelFault
from service.logs import configure_logs
from service.settings import Settings

ANSWERED, FAILED, WRONG, SOME_REFUSED = 0, 1, 2, 3
"""The exit status: all rows answered, something broke, the command cannot be carried out, some rows refused."""
BY_SIGNAL = 128
"""Added to the number of the signal that stopped the run."""


class Stopped(BaseException):
    """The run was told to stop, by a signal of this number."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def main() -> int:
    """Read the command line, run, and tell what came of it on standard output."""
    asked = _asked()
    try:
        settings = Settings()
    except ValidationError as found:
        for error in found.errors(include_url=False):
            _tell("".join(f"NERVEROOT_{str(part).upper()}: " for part in error["loc"][:1]) + error["msg"])
        return WRONG
    configure_logs("warning")
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        summary = run(asked, settings, sys.stderr)
    except Unusable as fault:
        _tell(str(fault))
        return WRONG
    except (Failed, ModelFault, OSError) as fault:
        _tell(f"{fault}{_how_to_go_on(asked)}")
        return FAILED
    except Stopped as stopped:
        _tell(f"Stopped.{_how_to_go_on(asked)}")
        return BY_SIGNAL + stopped.number
    print("\n".join(summary.sentences))
    return SOME_REFUSED if summary.tally.refused else ANSWERED


def _asked() -> Asked:
    parser = argparse.ArgumentParser(
        prog="python -m batch",
        description="Answer examinations as the service would, row by row, and keep nothing of them elsewhere. Exit "
        "status 0: all rows answered; 3: some refused, see the side file; 1: failed, the same command goes on; 2: it "
        "cannot be done as asked. docs/batch.md",
    )
    parser.add_argument(
        "--in",
        dest="given",
        type=_path,
        required=True,
        metavar="FILE",
        help=".parquet, .jsonl, or a folder of one kind",
    )
    parser.add_argument(
        "--out", type=_path, required=True, metavar="FILE", help=".parquet or .jsonl; a folder where IN is one"
    )
    parser.add_argument("--overwrite", action="store_true", help="begin anew, whatever is there")
    parser.add_argument(
        "--only",
        dest="scope",
        type=Scope,
        choices=[Scope.CLASSIFICATION],
        default=Scope.ALL,
        metavar="classification",
        help="ask the model alone: probabilities, no rules",
    )
    parser.add_argument(
        "--one-by-one", action="store_true", help="decide each row by itself: the same, many times slower"
    )
    parser.add_argument(
        "--at",
        type=_moment,
        default=datetime.now(UTC),
        metavar="TIME",
        help="when examinations without a time were done, with its offset (default: now)",
    )
    parser.add_argument(
        "--chunk-rows", type=_some, metavar="N", help="rows that are decided at a time (default: what suits)"
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument(
        "--workers",
        type=_some,
        metavar="N",
        help="processes on this machine (default: one a core, where there are rows enough)",
    )
    where.add_argument("--scheduler", metavar="tcp://HOST:PORT", help="a Dask cluster")
    return Asked(**vars(parser.parse_args()))


def _moment(text: str) -> datetime:
    """A time with its offset from UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no time, as in 2026-11-22T12:00:00+00:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text!r} has no offset from UTC, as in 2026-11-22T12:00:00+00:00")
    return moment


def _path(text: str) -> Path:
    """A file or folder; `make` hands on an empty name where none was given."""
    if not text:
        raise argparse.ArgumentTypeError("no name is given, as in IN=exams.parquet OUT=answers.parquet")
    return Path(text)


def _some(text: str) -> int:
    """A whole number from 1 on."""
    if not (text.isascii() and text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stopped(number)


def _how_to_go_on(asked: Asked) -> str:
    if not Parts.begun(asked.parts):
        return ""
    without = " without OVERWRITE=1" if asked.overwrite else ""
    return (
        f" Nothing that was done is lost: it is in {asked.parts}, and the same command{without} goes on with the rest."
    )


def _tell(sentence: str) -> None:
    sys.stderr.write(f"\n{sentence}\n")


if __name__ == "__main__":
    sys.exit(main())
