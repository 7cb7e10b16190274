"""`make bench`: what is made of the figures; no server is measured here."""

import json
import sys
from dataclasses import replace
from pathlib import Path

import psutil
import pytest

from bench.serving import page, plot
from bench.serving.figures import RESULT, Figures, Measured, Shared, Turn, Workers, added, keep, kept, times
from bench.serving.goals import goals
from bench.serving.machine import processor
from bench.serving.ours import EXPLAINED, FLOOR, NEW_PERSON, NO_OP, OURS, UNRECORDED, bodies
from bench.serving.peers.named import BENTOML, MLFLOW_GRAPH, MLFLOW_PIPELINE, MLSERVER
from bench.serving.servers import Server, running
from bench.serving.sync import one_sync
from bench.serving.tables import answers_table, workers_table
from bench.serving.wrk import Slice, read
from service.intake import read_exam

SAID = """Running 4s test @ http://127.0.0.1:8000/v1/assessments
  1 threads and 32 connections

JSON {"requests": 6000, "microseconds": 4000000, "p50": 15000.0, "p99": 45000.0, "refused": 0, "broken": 0}
"""


def a_server(name: str, *rates: float, p50: float = 2.0, p99: float = 6.0) -> Measured:
    turns = tuple(Turn(rate=rate, p50=p50, p99=p99, cpu=0.75) for rate in rates)
    return Measured(name=name, turns={1: turns, 32: turns}, first_answer=1.5, mebibytes=120.0)


def figures(*servers: Measured, workers: tuple[Workers, ...] = ()) -> Figures:
    return Figures(
        machine={"processor": "a fast one"},
        versions={"ours": "nerveroot"},
        seconds=4,
        exam_bytes=1000,
        answer_bytes=13000,
        servers=servers,
        syncs=(1.0, 1.5, 0.5),
        workers=workers,
    )


def workers(one: float, *two: float) -> Workers:
    def shared(rate: float) -> Shared:
        return Shared(rate=rate, service_cores=1.25, other_cores=0.5)

    return Workers(name="plain", one=(shared(one),) * len(two), two=tuple(map(shared, two)))


WHOLE = figures(
    a_server(FLOOR, 10_000, 20_000, 10_000),
    a_server(NO_OP, 2000, 4000, 2000),
    a_server(OURS, 2000, 6000, 2200),
    a_server(EXPLAINED, 1000, 2000, 1000, p99=9.0),
    a_server(NEW_PERSON, 2000, 6000, 2200, p50=3.0),
    a_server(UNRECORDED, 2400, 7000, 2400, p50=2.0),
    a_server(MLFLOW_GRAPH, 500, 1000, 500),
    a_server(MLFLOW_PIPELINE, 20, 40, 20),
    a_server(BENTOML, 600, 1500, 700),
    a_server(MLSERVER, 900, 1800, 900),
    workers=(workers(1000, 1600, 1800, 1750),),
)


def test_what_wrk_says_becomes_answers_a_second_and_milliseconds() -> None:
    assert read("url", SAID) == Slice(requests=6000, rate=1500.0, p50=15.0, p99=45.0)


@pytest.mark.parametrize("fault", ["refused", "broken"])
def test_figures_with_a_refusal_among_them_are_none(fault: str) -> None:
    with pytest.raises(RuntimeError, match="of 6000 refused"):
        read("url", SAID.replace(f'"{fault}": 0', f'"{fault}": 3'))


def test_a_client_that_broke_off_is_no_slice() -> None:
    with pytest.raises(RuntimeError, match="unable to connect"):
        read("url", "unable to connect to 127.0.0.1:1\n")


def test_ratios_are_taken_within_a_round() -> None:
    one, other = a_server("a", 100, 400, 300), a_server("b", 50, 400, 100)
    assert times(one, other, 32) == 2.0  # and not 3, the ratio of the medians
    assert added(a_server("a", 1, p50=3.5), a_server("b", 1, p50=2.0), 1) == 1.5


def test_goals_are_held_against_what_was_reached() -> None:
    found = {each.words: each for each in goals(WHOLE)}
    assert {words: each.reached for words, each in found.items()} == {
        f"{OURS}: of the answers of the no-op, 32 at once": "1.10",
        f"{EXPLAINED}: of the answers of the no-op, 32 at once": "0.50",
        f"{OURS}: p99 of p50, 32 at once": "3.00",
        f"{EXPLAINED}: p99 of p50, 32 at once": "4.50",
        f"{OURS}: times the answers of {MLFLOW_GRAPH}, 32 at once": "4.40",
        f"{OURS}: times the answers of {BENTOML}, 32 at once": "3.33",
        f"{OURS}: times the answers of {MLFLOW_PIPELINE}, 32 at once": "110.00",
        f"{OURS}: times the answers of {MLSERVER}, 32 at once": "2.44",
        "the record: added to the median answer, 1 at once, in ms": "1.00",
        "two processes on two cores with PostgreSQL, plain: times one": "1.75",
    }
    assert [words for words, each in found.items() if not each.kept] == [
        f"{EXPLAINED}: of the answers of the no-op, 32 at once",
        f"{EXPLAINED}: p99 of p50, 32 at once",
    ]


def test_a_record_that_adds_more_than_a_sync_and_a_fifth_misses_its_goal() -> None:
    slow = replace(WHOLE, syncs=(0.8, 0.8, 0.8))
    (found,) = (each for each in goals(slow) if each.words.startswith("the record"))
    assert (found.wanted, found.kept) == ("at most 0.96 (a sync of the disk and 20 %)", False)


def test_what_was_not_measured_is_no_goal() -> None:
    assert [each.words for each in goals(figures(a_server(OURS, 100)))] == [f"{OURS}: p99 of p50, 32 at once"]


def test_tables_show_every_server_and_ratios_to_the_floor() -> None:
    rows = answers_table(WHOLE).splitlines()
    assert len(rows) == 2 + 2 * len(WHOLE.servers)
    assert f"| {OURS} | 32 | 2200 | 0.220 | 1.100 | 2.00 | 6.00 | 3.0 | 0.75 |" in rows
    assert "| 1000 (1.25 + 0.50 cores) | 1750 (1.25 + 0.50 cores) | 1.75 |" in workers_table(WHOLE.workers)


def test_figures_are_kept_whole(tmp_path: Path) -> None:
    keep(WHOLE, tmp_path / "result.json")
    assert kept(tmp_path / "result.json") == WHOLE


def test_the_page_and_its_picture_are_written_from_the_figures(tmp_path: Path) -> None:
    (tmp_path / page.PAGE).write_text((page.DOCS / page.PAGE).read_text(encoding="utf-8"), encoding="utf-8")
    page.write(WHOLE, tmp_path)
    written = (tmp_path / page.PAGE).read_text(encoding="utf-8")
    assert "8 of 10 goals are kept. Not kept: ours, with explanation" in written
    assert "a fast one" in written
    plot.write(WHOLE, tmp_path)
    drawn = (tmp_path / plot.PICTURE).read_bytes()
    plot.write(WHOLE, tmp_path)
    assert (tmp_path / plot.PICTURE).read_bytes() == drawn


def test_the_page_says_what_was_kept() -> None:
    written = (page.DOCS / page.PAGE).read_text(encoding="utf-8")
    for block, filled in page.blocks(kept(RESULT)).items():
        begin, end = page.marks(block)
        assert f"{begin}\n{filled}\n{end}" in written, block


def test_both_bodies_are_examinations_and_one_names_nobody(tmp_path: Path) -> None:
    posted = bodies(tmp_path)
    assert read_exam(posted.exam.read_bytes()).patient.reference == "demo-17"
    assert read_exam(posted.nobody.read_bytes()).patient.reference is None


def test_the_processor_is_named() -> None:
    assert processor("processor\t: 0\nmodel name\t: AMD EPYC 7B13\nflags\t: fpu\n") == "AMD EPYC 7B13"
    assert processor("Hardware\t: BCM2711\n") == "unknown"


def test_one_sync_leaves_nothing_behind(tmp_path: Path) -> None:
    assert one_sync(tmp_path) > 0
    assert list(tmp_path.iterdir()) == []


PARENT_AND_CHILD = """
import http.server, pathlib, subprocess, sys

class Answers(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)

child = subprocess.Popen(["sleep", "600"], start_new_session=True)
pathlib.Path("child").write_text(str(child.pid))
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answers).serve_forever()
"""


def a_process(folder: Path, script: str) -> Server:
    (folder / "body").write_text("[1, 2]")
    command = [sys.executable, "-c", script, "{port}"]
    return Server(name="a process", command=command, path="/", body=folder / "body", folder=folder)


def test_a_server_ends_with_its_children_even_those_in_a_session_of_their_own(tmp_path: Path) -> None:
    with running(a_process(tmp_path, PARENT_AND_CHILD), tmp_path / "log") as server:
        child = psutil.Process(int((tmp_path / "child").read_text()))
        assert json.loads(server.answer) == [1, 2]
        assert server.url == f"http://127.0.0.1:{server.port}/"
        assert server.mebibytes > child.memory_info().rss / 2**20
        server.settle()
    assert not child.is_running()
    assert not psutil.pid_exists(server.process.pid)


def test_a_server_that_does_not_start_says_why(tmp_path: Path) -> None:
    script = "import sys; sys.exit('no such model')"
    with pytest.raises(RuntimeError, match="no such model"), running(a_process(tmp_path, script), tmp_path / "log"):
        pass
