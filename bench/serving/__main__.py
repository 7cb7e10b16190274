"""Measure the servers side by side (`make bench`); `--write` writes docs/speed.md and its picture."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench.serving import page, plot
from bench.serving.figures import Figures, keep, kept
from bench.serving.goals import goals
from bench.serving.machine import machine, versions
from bench.serving.ours import bodies, ours, stored_answer
from bench.serving.peers.served import Peer, peers
from bench.serving.rounds import measure
from bench.serving.servers import running
from bench.serving.sync import one_sync
from bench.serving.tables import answers_table, goals_table, start_table, workers_table
from bench.serving.two_workers import two_workers
from bench.serving.wrk import ensure_wrk

ROUNDS, SECONDS = 3, 4


def run(folder: Path, rounds: int, seconds: int, *, with_peers: bool, with_workers: bool) -> Figures:
    """Measure; `folder` holds what the servers keep."""
    posted = bodies(folder)
    answer = stored_answer(folder, posted.nobody)
    beside: list[Peer] = peers(folder, posted.exam) if with_peers else []
    with ExitStack() as stack:
        servers = [*ours(folder, posted, answer), *(peer.server for peer in beside)]
        up = [stack.enter_context(running(each, folder / f"{number}.log")) for number, each in enumerate(servers)]
        for peer, server in zip(beside, up[len(up) - len(beside) :], strict=True):
            peer.check(server)
        measured, syncs = measure(up, rounds, seconds, lambda: one_sync(folder))
    shared = folder / "shared"
    shared.mkdir()
    return Figures(
        machine=machine(),
        versions=versions(with_peers=with_peers),
        seconds=seconds,
        exam_bytes=posted.exam.stat().st_size,
        answer_bytes=answer.stat().st_size,
        servers=measured,
        syncs=syncs,
        workers=two_workers(shared, rounds, seconds) if with_workers else (),
    )


def told(figures: Figures) -> str:
    """All of it, as Markdown."""
    head = f"{figures.rounds} rounds of {figures.seconds} s; examination {figures.exam_bytes} bytes, answer "
    parts = [f"{head}{figures.answer_bytes} bytes", answers_table(figures), start_table(figures)]
    if figures.workers:
        parts.append(workers_table(figures.workers))
    return "\n\n".join([*parts, goals_table(goals(figures))])


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS, help="of load on one server in one round")
    parser.add_argument("--peers", action="store_true", help="MLflow, BentoML and MLServer too")
    parser.add_argument("--workers", action="store_true", help="two processes with PostgreSQL beside one, too")
    parser.add_argument("--write", action="store_true", help="all of it, and write docs/speed.md and its picture")
    parser.add_argument("--again", action="store_true", help="measure nothing: write the page from what was kept")
    stated = parser.parse_args()
    if stated.again:
        figures = kept()
    elif ensure_wrk() != 0:
        return 1
    else:
        with tempfile.TemporaryDirectory() as temporary:
            figures = run(
                Path(temporary),
                stated.rounds,
                stated.seconds,
                with_peers=stated.peers or stated.write,
                with_workers=stated.workers or stated.write,
            )
        print(told(figures))
    if stated.write:
        keep(figures)
    if stated.write or stated.again:
        page.write(figures)
        plot.write(figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
