"""The decisions of a batch are those of the API, row by row; the faults of a refused row too, word for word."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from batch.output import CLASSIFIED, OUTPUT, Scope
from batch.run import Asked, run
from service.app import create_app
from service.body import MAX_BODY
from service.settings import Settings
from tests.batch.examinations import answered, as_lines, as_table, cohort, grave, read, through_columns, write
from tests.builders import Body
from tests.service.hostile import hostile
from training.site.columns import exam_columns, from_arrow, nested

CLOSE = 1e-9
QUICK, LONG = 200, 5_000
"""Examinations of either kind: those of the properties, and those of the synthetic cohort."""


@pytest.fixture(scope="module")
def client() -> Any:
    """The whole service; no model is left alone for being slow on a busy machine."""
    with TestClient(create_app(Settings(model_seconds=30))) as found:
        yield found


def flat(answer: dict[str, Any]) -> dict[str, Any]:
    """The decisions of an answer, read off its JSON."""
    plan, flags, since = answer["management"], answer["red_flags"], answer["comparison"]
    other = answer["other_leg"] or {"classifier": None, "impression": None}
    advice = {
        f"{part}.{name}": plan[part][name]
        for part, names in {
            "imaging": ("indicated", "modality", "timing", "rule_id"),
            "surgery": ("indicated", "timing", "rule_id"),
            "follow_up": ("within_days", "rule_id"),
        }.items()
        for name in names
    }
    return {
        "urgency": answer["urgency"],
        **leg(answer["classifier"], answer["impression"]),
        "red_flags.present": ids(flags["present"]),
        "red_flags.not_assessed": ids(flags["not_assessed"]),
        "red_flags.screen_complete": flags["screen_complete"],
        **{name: plan[name] for name in ("phase", "overridden_by", "override_rests_on_age_alone")},
        **advice,
        "recommendations": ids(plan["recommendations"]),
        "questions": ids(answer["questions"]),
        "caveats": ids(answer["caveats"]),
        **{f"other_leg.{name}": value for name, value in leg(other["classifier"], other["impression"]).items()},
        **(dict.fromkeys(SINCE) if since is None else since_last_time(since)),
    }


def leg(said: dict[str, Any] | None, seen: dict[str, Any] | None) -> dict[str, Any]:
    if said is None or seen is None:
        return dict.fromkeys(LEG)
    levels = [f"{each['root']} {each['disc']} {each['mechanism']}" for each in seen["likely_levels"]]
    return {
        # The model adds up many rows in another order than one.
        **{
            f"probability.{root}": pytest.approx(each["probability"], abs=CLOSE) for root, each in said["roots"].items()
        },
        "probability.none": pytest.approx(said["none_probability"], abs=CLOSE),
        **{name: said[name] for name in ("status", "likely_roots", "prediction_set", "abstained")},
        "abstentions": ids(said["abstentions"]),
        "impression.pattern": seen["pattern"],
        "impression.likely_levels": levels,
        "impression.consider": ids(seen["consider"]),
        "impression.rule_ids": seen["rule_ids"],
    }


def since_last_time(found: dict[str, Any]) -> dict[str, Any]:
    changes = found["changes"]
    return {
        "comparison.verdict": found["verdict"],
        "comparison.rule_ids": found["rule_ids"],
        # The request that states no time was done some seconds before the run, or after it.
        "comparison.hours_between": pytest.approx(found["hours_between"], abs=0.2),
        "comparison.worse": [each["finding"] for each in changes if each["direction"] == "worse"],
        "comparison.better": [each["finding"] for each in changes if each["direction"] == "better"],
        "comparison.marked": [each["finding"] for each in changes if each["marked"]],
        "comparison.not_tested_again": found["not_tested_again"],
    }


def ids(rules: Sequence[dict[str, Any]]) -> list[str]:
    return [rule["rule_id"] for rule in rules]


SINCE = [name for name in OUTPUT.names if name.startswith("comparison.")]
LEG = [name.removeprefix("other_leg.") for name in OUTPUT.names if name.startswith("other_leg.")]


def assert_same(
    client: TestClient, lines: Sequence[bytes], given: Path, out: Path, *, one_by_one: bool = False
) -> list[dict[str, Any]]:
    """The answers of a run are those of the API to the same lines; the refused rows are, too."""
    asked = Asked(given=given, out=out, at=datetime.now(UTC), chunk_rows=97, one_by_one=one_by_one)
    with (out.parent / "told").open("w") as told:
        summary = run(asked, Settings(), told)
    said = answered(client, lines)
    expected = [
        {"row": row, "reference": _reference(lines[row - 1]), **flat(answer)}
        for row, answer in _numbered(lines, said)
        if "type" not in answer
    ]
    found = read(out)
    assert [each["row"] for each in found] == [each["row"] for each in expected]
    for one, other in zip(found, expected, strict=True):
        assert one == other
    refused = read(out.with_suffix(".refused.jsonl")) if summary.tally.refused else []
    assert [(each["row"], each["errors"]) for each in refused] == [
        (row, answer.get("errors") or [{"pointer": "", "detail": f"{answer['title']}. {answer['detail']}"}])
        for row, answer in _numbered(lines, said)
        if "type" in answer
    ]
    return found


def _numbered(lines: Sequence[bytes], said: Sequence[dict[str, Any]]) -> list[tuple[int, dict[str, Any]]]:
    """The number of its line with each answer; a blank one gets none."""
    stated = [number for number, line in enumerate(lines, 1) if line.strip() or len(line) > MAX_BODY]
    return list(zip(stated, said, strict=True))


def _reference(line: bytes) -> Any:
    return json.loads(line)["patient"].get("reference")


def of_tables(client: TestClient, folder: Path, count: int) -> list[dict[str, Any]]:
    """Examinations of both kinds through one Parquet file."""
    drawn = grave(count)
    ours = as_table(drawn)
    exams = cohort(count)
    theirs = exams.select([name for name in exams.column_names if name in exam_columns()])
    together = pa.concat_tables([ours, theirs], promote_options="permissive")
    given = write(folder / "exams.parquet", together, rows=777)
    lines = as_lines([*map(through_columns, drawn), *_bodies(theirs)])
    return assert_same(client, lines, given, folder / "answers.parquet")


def _bodies(table: Any) -> list[Body]:
    """The rows of a table of the cohort as an app would post them."""
    kinds = exam_columns()
    rows = ({name: from_arrow(cell, kinds[name]) for name, cell in row.items()} for row in table.to_pylist())
    return [nested({name: value for name, value in row.items() if value is not None}) for row in rows]


def test_a_table_is_decided_as_the_api_does(client: TestClient, tmp_path: Path) -> None:
    found = of_tables(client, tmp_path, QUICK)
    # What is compared is not all of one kind.
    assert {row["urgency"] for row in found} == {"routine", "urgent", "emergency"}
    assert any(row["other_leg.status"] for row in found)
    assert {"worse", "better", "unchanged", "not_comparable"} <= {row["comparison.verdict"] for row in found}
    assert any(row["abstained"] for row in found)
    assert any(row["likely_roots"] for row in found)
    assert any(row["reference"] for row in found)


@pytest.mark.long
def test_ten_thousand_rows_are_decided_as_the_api_does(client: TestClient, tmp_path: Path) -> None:
    assert len(of_tables(client, tmp_path, LONG)) >= 2 * LONG


def test_lines_are_decided_as_the_api_does_whatever_is_in_them(client: TestClient, tmp_path: Path) -> None:
    lines = [each.body.replace(b"\n", b" ") for each in hostile(QUICK)] + as_lines(grave(QUICK))
    lines[5:5] = [b"", b" \t\r", b" " * (MAX_BODY + 1), as_lines(grave(1))[0].ljust(MAX_BODY), b"x" * 3_000_000, b""]
    given = write(tmp_path / "exams.jsonl", lines)
    found = assert_same(client, lines, given, tmp_path / "answers.jsonl")
    assert len(found) > QUICK


@pytest.mark.parametrize("one_by_one", [False, True])
def test_faults_of_a_table_are_those_of_the_api(client: TestClient, tmp_path: Path, one_by_one: bool) -> None:
    """Values of other types than the contract has: they are told in the words of the API, in their places."""
    table = pa.table(
        {
            "patient.age_years": pa.array(["40", "forty", None], pa.string()),
            "patient.pregnant": pa.array([None, None, True]),
            "history.pain_severity": pa.array([float("nan"), float("inf"), 11.0]),
            "history.pain_locations": pa.array(["heel;sole", "none", "elsewhere"]),
            "examined_at": pa.array([datetime(2026, 11, 1), None, datetime(2026, 11, 2)]),
        }
    )
    given = write(tmp_path / "exams.parquet", table)
    bodies = [
        {
            "patient": {"age_years": "40"},
            "history": {"pain_locations": ["heel", "sole"]},
            "examined_at": "2026-11-01T00:00:00",
        },
        {"patient": {"age_years": "forty"}, "history": {"pain_severity": float("inf"), "pain_locations": []}},
        {
            "patient": {"pregnant": True},
            "history": {"pain_severity": 11, "pain_locations": ["elsewhere"]},
            "examined_at": "2026-11-02T00:00:00",
        },
    ]
    assert assert_same(client, as_lines(bodies), given, tmp_path / "answers.parquet", one_by_one=one_by_one) == []


def test_the_classification_alone_is_that_of_the_whole_answer(tmp_path: Path) -> None:
    given = write(tmp_path / "exams.parquet", as_table(grave(100)))
    found = {}
    with (tmp_path / "told").open("w") as told:
        for scope in Scope:
            out = tmp_path / f"{scope}.parquet"
            run(Asked(given=given, out=out, at=datetime.now(UTC), scope=scope), Settings(), told)
            found[scope] = pa.Table.from_pylist(read(out), schema=OUTPUT if scope is Scope.ALL else CLASSIFIED)
    assert found[Scope.CLASSIFICATION] == found[Scope.ALL].select(CLASSIFIED.names)
