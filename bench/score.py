"""Score the service on published patients, with the released model and with the textbook rule in its place.

    python -m bench.score [--scorer FILE] [--cases FILE] [--verbose] [--readme FILE]

Both run behind the very same service, so that the tables differ by the classifier and by nothing else.
"""

import argparse
import json
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from pydantic import SecretStr

from features.involvement import Classify
from service.app import create_app
from service.rules.guideline import Policy
from service.settings import Settings
from training.marks import put_between
from training.textbook import textbook_involvement

ROOT = Path(__file__).parent.parent
SCORER = ROOT.parent / "shared" / "cases" / "score.py"
BEGIN, END = "<!-- score: begin, written by `make score` -->", "<!-- score: end -->"

Counts = dict[str, tuple[int, int]]


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The URL of `app`, served from a free port of this machine until the end of the block."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def score(settings: Settings, classify: Classify | None, scorer: Path, cases: Path | None, verbose: bool) -> Counts:
    """What `scorer` counts of the service that `settings` and `classify` make: hits and total by name, and `refused`.

    The service has a record of its own, which ends with it: these patients are nobody's.
    """
    with tempfile.TemporaryDirectory() as folder, serving(create_app(_apart(settings, folder), classify)) as url:
        counted = Path(folder) / "counts.json"
        command = [sys.executable, str(scorer), "--url", url, "--json", str(counted)]
        command += ["--cases", str(cases)] if cases else []
        command += ["--verbose"] if verbose else []
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        if verbose:
            print(done.stdout)
        found = json.loads(counted.read_text())
    counts = {name: (hits, total) for name, (hits, total) in found["counts"].items()}
    refused = len(found["refused"])
    return counts | {"refused": (refused, refused + max((total for _, total in counts.values()), default=0))}


def _apart(settings: Settings, folder: str) -> Settings:
    record = SecretStr(f"sqlite:///{Path(folder) / 'record.sqlite3'}")
    return settings.model_copy(update={"database_url": record, "journal_dir": Path(folder) / "journal"})


def render(columns: dict[str, Counts]) -> str:
    """The counts as a Markdown table, one column a service."""
    names = list(dict.fromkeys(name for counts in columns.values() for name in counts))
    lines = ["| | " + " | ".join(columns) + " |", "|---|" + "---|" * len(columns)]
    for name in names:
        cells = [f"{counts[name][0]} of {counts[name][1]}" for counts in columns.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def write_between_marks(readme: Path, table: str) -> None:
    """Put `table` between the marks of `readme`.

    Raises:
        ValueError: a mark is not there.
    """
    readme.write_text(put_between(readme.read_text(encoding="utf-8"), BEGIN, END, table), encoding="utf-8")


def main() -> int:
    """Score, print the table, write it into the README."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scorer", type=Path, default=SCORER, help="script that scores a running service")
    parser.add_argument("--cases", type=Path, help="cases to score on; the scorer's own if left out")
    parser.add_argument("--verbose", action="store_true", help="say for each patient what was missed")
    parser.add_argument("--readme", type=Path, default=ROOT / "README.md", help="file to write the table into")
    args = parser.parse_args()
    if not args.scorer.is_file():
        print(f"{args.scorer} is not there; name the scorer with --scorer FILE (make score SCORER=FILE)")
        return 2
    columns: dict[str, Counts] = {}
    for policy in Policy:
        settings = Settings(red_flag_policy=policy)
        for name, classify in (("model", None), ("textbook rule", textbook_involvement)):
            title = f"{name}, `{policy}`"
            print(f"scoring: {title}", flush=True)
            columns[title] = score(settings, classify, args.scorer, args.cases, args.verbose)
    table = render(columns)
    print(table)
    write_between_marks(args.readme, table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
