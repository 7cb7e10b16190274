"""The hazard log keeps its promises: every hazard is rated by its own matrix and proven by tests that name it."""

import ast
import re
from pathlib import Path

import pytest

from service.rules.rulebook import FAMILIES

ROOT = Path(__file__).parent.parent
LOG = (ROOT / "docs" / "hazards.md").read_text(encoding="utf-8")
FIELDS = ("Cause", "Effect", "Who", "Before", "Mitigation", "Left", "Proof")
HEADING = re.compile(r"^### (H-\d\d) (.+)$", re.MULTILINE)
ID = re.compile(r"\bH-\d\d\b")
RATING = re.compile(r"(\w+), ([\w ]+): (\d)")


def sections() -> dict[str, str]:
    """The text below the heading of each hazard, by its id."""
    found = list(HEADING.finditer(LOG))
    ends = [*(each.start() for each in found[1:]), len(LOG)]
    return {each[1]: LOG[each.end() : end] for each, end in zip(found, ends, strict=True)}


def field(section: str, name: str) -> str:
    """One field of a hazard, its lines joined; empty where it is not there."""
    found = re.search(rf"^- \*\*{name}:\*\*(.*?)(?=^- \*\*|\Z)", section, re.MULTILINE | re.DOTALL)
    return " ".join(found[1].split()) if found else ""


def rows(*first: str) -> dict[str, list[str]]:
    """The rows of the table whose head begins with `first`, by their first cell."""
    table = re.search(rf"^\| {re.escape(' | '.join(first))} \|.*?(?=\n\n)", LOG, re.MULTILINE | re.DOTALL)
    assert table, first
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()]
    return {row[0]: row[1:] for row in cells if not set(row[0]) <= set("-")}


def documented() -> dict[str, str]:
    """Every test of this repository as `path::name`, with its docstring."""
    found = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                found[f"{path.relative_to(ROOT).as_posix()}::{node.name}"] = ast.get_docstring(node) or ""
    return found


HAZARDS = sections()
TESTS = documented()


def proofs(hazard: str) -> list[str]:
    """The tests that the log names for a hazard."""
    return re.findall(r"`(tests/[^`]+)`", field(HAZARDS[hazard], "Proof"))


def named_in(docstring: str) -> set[str]:
    """The hazards that a docstring says its test guards against."""
    said = re.search(r"Hazards? (H-\d\d(?:, H-\d\d)*)", docstring)
    return set(ID.findall(said[1])) if said else set()


@pytest.mark.parametrize("hazard", HAZARDS)
def test_every_hazard_is_told_in_full_and_rated_by_the_matrix(hazard: str) -> None:
    section = HAZARDS[hazard]
    assert all(field(section, name) for name in FIELDS)
    severities, likelihoods, matrix = rows("severity"), rows("likelihood"), rows("risk")
    risks = []
    for name in ("Before", "Left"):
        rated = RATING.match(field(section, name))
        assert rated, name
        severity, likelihood, risk = rated.groups()
        assert severity in severities
        assert likelihood in likelihoods
        assert matrix[likelihood][matrix["risk"].index(severity)] == risk
        risks.append(int(risk))
    before, left = risks
    assert left <= before
    assert rows("id")[hazard][1:] == [str(before), str(left)]


def test_the_overview_names_every_hazard_by_its_heading() -> None:
    shown = {hazard: cells[0] for hazard, cells in rows("id").items() if ID.match(hazard)}
    assert shown == {found[1]: found[2] for found in HEADING.finditer(LOG)}
    assert list(shown) == sorted(shown)


@pytest.mark.parametrize("hazard", HAZARDS)
def test_every_hazard_names_tests_that_exist_and_name_it(hazard: str) -> None:
    assert proofs(hazard)
    assert len(set(proofs(hazard))) == len(proofs(hazard))
    for test in proofs(hazard):
        assert test in TESTS, test
        assert hazard in named_in(TESTS[test]), test


def test_every_hazard_that_a_test_names_is_in_the_log() -> None:
    named = {hazard: test for test, docstring in TESTS.items() for hazard in named_in(docstring)}
    assert {hazard: test for hazard, test in named.items() if hazard not in HAZARDS} == {}
    speaking = {test: named_in(docstring) for test, docstring in TESTS.items() if re.search(r"\bHazards?\b", docstring)}
    assert [test for test, hazards in speaking.items() if not hazards] == []


def test_every_rule_and_file_that_the_log_names_exists() -> None:
    ids = {rule.rule_id for family in FAMILIES for rule in family.rules}
    for rule_id in re.findall(r"\b(?:RF|IM|SU|FU|RE|QU|CA|IP|LA|AB|CO)-[A-Z0-9][A-Z0-9-]*\*?", LOG):
        family = rule_id.rstrip("*")
        assert rule_id in ids or (rule_id.endswith("*") and any(each.startswith(family) for each in ids)), rule_id
    for path in re.findall(r"`((?:service|features|training|docs|bench)/[^`]+)`", LOG):
        assert (ROOT / path).exists(), path
