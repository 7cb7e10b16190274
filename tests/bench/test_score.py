"""The command that writes the table of README: it serves, scores, renders and puts the table in its place."""

from pathlib import Path

import pytest

from bench.score import BEGIN, END, render, score, write_between_marks
from service.settings import Settings

SCORER = """
import argparse, json, urllib.request
parser = argparse.ArgumentParser()
parser.add_argument("--url"); parser.add_argument("--json"); parser.add_argument("--cases")
args = parser.parse_args()
ready = json.load(urllib.request.urlopen(args.url + "/health/ready"))["status"]
counts = {"ready": [int(ready == "ready"), 1], "cases": [len(open(args.cases).read().splitlines()), 3]}
json.dump({"counts": counts, "refused": ["somebody"]}, open(args.json, "w"))
"""


def test_a_scorer_talks_to_a_running_service_that_ends_with_it(tmp_path: Path) -> None:
    scorer, cases = tmp_path / "scorer.py", tmp_path / "cases.jsonl"
    scorer.write_text(SCORER)
    cases.write_text("{}\n{}\n")
    counts = score(Settings(), None, scorer, cases, verbose=False)
    assert counts == {"ready": (1, 1), "cases": (2, 3), "refused": (1, 4)}


def test_the_table_has_a_column_for_each_service() -> None:
    table = render({"model": {"roots": (7, 9)}, "rule": {"roots": (4, 9)}})
    assert table.splitlines() == ["| | model | rule |", "|---|---|---|", "| roots | 7 of 9 | 4 of 9 |"]


def test_the_table_replaces_what_was_between_the_marks(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    write_between_marks(readme, "new")
    assert readme.read_text() == f"before\n{BEGIN}\nnew\n{END}\nafter\n"


def test_a_readme_without_marks_is_left_alone(tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("nothing")
    with pytest.raises(ValueError, match="has no"):
        write_between_marks(readme, "new")
    assert readme.read_text() == "nothing"
