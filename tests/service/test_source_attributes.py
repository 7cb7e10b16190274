"""What is told of model and rules, attribute by attribute: all of it, of this release, and nothing that is not so."""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from starlette.testclient import TestClient

from features.encoding import FEATURES
from features.exam import Exam
from service.model_card import said, sentences
from service.model_card.report import REPORT, read_report
from service.model_card.required import OF_THE_MODEL, OF_THE_RULES
from service.model_card.source_attributes import SourceAttribute, of_the_model, of_the_rules
from service.models import Models
from service.rules import RULES_RELEASED, RULESET_VERSION
from service.settings import RELEASED, Settings
from tests.service.odd_models import CHAMPION, a_copy, an_odd_model, change_manifest

ODD = "9.0.0"

VERSIONS = sorted(folder.parent.name for folder in RELEASED.glob("*/manifest.json"))
NOT_DONE = {"(6)(i)", "(6)(ii)", "(6)(iii)", "(6)(iv)", "(7)(iii)", "(7)(iv)", "(7)(v)", "(8)(ii)", "(8)(iv)"}
"""Paragraphs that ask for what has not been done."""
PARAGRAPH = "170.315(b)(11)(iv)(B)"
EXAMPLES = Path(__file__).parent.parent.parent / "service" / "examples"


def told(version: str = CHAMPION, models: Path = RELEASED) -> dict[str, SourceAttribute]:
    """What is told of a release, by paragraph."""
    now = Models(Settings(model_dir=models, model_version=version)).current
    assert now.card is not None
    return {each.paragraph.removeprefix(PARAGRAPH): each for each in of_the_model(now.card, now.report)}


def test_the_list_is_that_of_the_rule() -> None:
    """Nine groups of 4, 4, 2, 4, 2, 4, 5, 4 and 2 attributes for a model, 13 for rules."""
    groups = [each.group for each in OF_THE_MODEL]
    assert [groups.count(group) for group in dict.fromkeys(groups)] == [4, 4, 2, 4, 2, 4, 5, 4, 2]
    assert len({each.paragraph for each in OF_THE_MODEL}) == 31
    assert (OF_THE_MODEL[0].paragraph, OF_THE_MODEL[-1].paragraph) == ("(1)(i)", "(9)(ii)")
    assert [each.paragraph for each in OF_THE_RULES] == [f"({number})" for number in range(1, 14)]


@pytest.mark.parametrize(
    ("required", "generated", "written"),
    [
        (OF_THE_MODEL, said.OF_THE_MODEL, sentences.OF_THE_MODEL),
        (OF_THE_RULES, said.OF_THE_RULES, sentences.OF_THE_RULES),
    ],
    ids=["model", "rules"],
)
def test_each_attribute_is_told_in_one_place(required: Any, generated: Mapping[str, Any], written: Any) -> None:
    assert {each.paragraph for each in required} == generated.keys() | written.keys()
    assert not generated.keys() & written.keys()


@pytest.mark.parametrize("version", VERSIONS)
def test_every_release_is_told_of_in_full(version: str) -> None:
    for each in told(version).values():
        assert each.text.strip() == each.text != ""
        assert "  " not in each.text
        assert "None" not in each.text
        assert each.text.endswith(".")
        for table in each.figures:
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns)}


def test_the_figures_are_those_of_the_report() -> None:
    report = json.loads((RELEASED / CHAMPION / REPORT).read_text())
    performance, elsewhere = told()["(7)(i)"].figures
    (all_l5,) = [row for row in performance.rows if row[:2] == ("all", "L5")]
    cell = report["overall"]["roots"]["L5"]
    assert dict(zip(performance.columns, all_l5, strict=True)) == {
        "exams": "all",
        "root": "L5",
        "n": cell["n"],
        "involved": round(cell["prevalence"], 3),
        "AUC": round(cell["auc"], 3),
        "from": round(cell["auc_low"], 3),
        "to": round(cell["auc_high"], 3),
        "log-loss": round(cell["log_loss"], 3),
        "Brier": round(cell["brier"], 3),
        "slope": round(cell["calibration_slope"], 3),
        "error": round(cell["ece"], 3),
        "kept": round(cell["coverage"], 3),
    }
    assert ("share kept by the prediction sets", *(round(each, 3) for each in report["other_worlds"]["coverage"])) in (
        elsewhere.rows
    )


def test_every_subgroup_of_the_report_is_shown() -> None:
    report = json.loads((RELEASED / CHAMPION / REPORT).read_text())
    names = {(family, name.replace("_", " ")) for family, groups in report["subgroups"].items() for name in groups}
    (fairness,), (people,) = told()["(7)(ii)"].figures, told()["(4)(iii)"].figures
    assert {row[:2] for row in fairness.rows} == names
    assert {row[:2] for row in people.rows} == {each for each in names if each[0] in ("age", "sex", "setting")}
    for family in ("age", "sex", "setting"):
        assert sum(float(row[3] or 0) for row in people.rows if row[0] == family) == pytest.approx(1, abs=0.003)


def test_the_limits_of_the_manifest_are_told_word_by_word() -> None:
    manifest = json.loads((RELEASED / CHAMPION / "manifest.json").read_text())
    found = told()
    for key, paragraph in (("intended_use", "(2)(i)"), ("not_for", "(3)(i)"), ("limits", "(3)(ii)")):
        assert all(sentence in found[paragraph].text for sentence in manifest[key])
    assert manifest["training"]["data"] in found["(4)(i)"].text


def test_what_was_not_done_is_said() -> None:
    """Hazards H-07, H-13: a model is believed to have been validated."""
    found = told()
    missing = {paragraph for paragraph, each in found.items() if not each.available}
    assert missing == NOT_DONE | {"(1)(i)", "(1)(ii)", "(8)(iii)", "(9)(i)", "(9)(ii)"}
    assert "never from patients" in found["(6)(i)"].text
    for paragraph in ("(4)(ii)", "(5)(i)", "(7)(ii)"):
        assert "race, ethnicity" in found[paragraph].text


def test_what_is_there_in_part_is_not_told_as_there() -> None:
    """A developer without an address, and updates without a schedule."""
    found = told()
    for paragraph, words in (
        ("(1)(i)", "no address"),
        ("(9)(i)", "no fixed schedule"),
        ("(9)(ii)", "no fixed time"),
    ):
        assert words in found[paragraph].text
        assert not found[paragraph].available


@pytest.mark.parametrize(
    ("paragraph", "file"), [("(3)(ii)", "docs/hazards.md"), ("(6)(iv)", "docs/published-cases.md")]
)
def test_a_file_of_the_software_that_is_named_is_there(paragraph: str, file: str) -> None:
    assert f"{file} of the software" in told()[paragraph].text
    assert (RELEASED.parent / file).is_file()


def test_what_the_model_reads_of_a_person_is_what_is_told() -> None:
    read = {feature.name for feature in FEATURES if feature.pointer.startswith("/patient/")}
    assert read == {name for names in said.DEMOGRAPHIC_FEATURES.values() for name in names}


def test_an_examination_has_no_field_for_what_is_not_used() -> None:
    words = {word for name in names_of(Exam) for word in name.split("_")}
    assert not words & {"race", "ethnicity", "language", "orientation", "gender", "income", "education", "smoking"}
    assert "sex" in words


def names_of(shape: Any) -> set[str]:
    """The names of all fields of a dataclass and of those within it."""
    found = set()
    hints = get_type_hints(shape)
    for each in fields(shape):
        found.add(each.name)
        for inner in (hints[each.name], *get_args(hints[each.name])):
            if is_dataclass(inner) and inner is not shape:
                found |= names_of(inner)
    return found


@pytest.mark.parametrize("example", sorted(path.name for path in EXAMPLES.glob("*.json")))
def test_no_rule_reads_the_sex(client: TestClient, example: str) -> None:
    body = json.loads((EXAMPLES / example).read_text())
    answers = []
    for sex in ("female", "male"):
        body["patient"]["sex"] = sex
        answers.append(client.post("/v1/assessments?commit=false&explain=false", json=body).json())
    for part in ("urgency", "red_flags", "management"):
        assert answers[0][part] == answers[1][part]
    assert answers[0]["classifier"]["roots"] != answers[1]["classifier"]["roots"]


def test_the_limit_of_training_is_the_one_that_is_told() -> None:
    params = tomllib.loads((RELEASED.parent / "training" / "params.toml").read_text())
    assert params["accept"]["coverage_subgroup"] == 0.03
    assert "more than three points off" in told()["(5)(i)"].text


def test_the_rules_are_those_in_force() -> None:
    (release,) = [each.text for each in of_the_rules() if each.attribute == "Release and revision"]
    assert RULESET_VERSION in release
    assert str(RULES_RELEASED) in release


@pytest.mark.parametrize(
    ("origin", "synthetic"), [("synthetic", True), ("site", False), ("mixed", False)], ids=lambda value: str(value)
)
def test_whose_exams_it_learned_from_is_told_as_it_is(tmp_path: Path, origin: str, synthetic: bool) -> None:
    """Hazard H-13: a model of one site is taken for one of a synthetic cohort, or the other way round."""
    folder = an_odd_model(tmp_path, ODD)
    manifest = json.loads((folder / "manifest.json").read_text())
    change_manifest(folder, training=manifest["training"] | {"origin": origin, "data": "what it learned from"})
    found = told(ODD, tmp_path)
    assert "Learned from: what it learned from." in found["(4)(i)"].text
    assert ("No patient was included" in found["(4)(i)"].text) is synthetic
    assert ("never patients" in found["(7)(i)"].text) is synthetic
    assert ("choice of design" in found["(4)(iii)"].text) is synthetic
    assert ("any one clinic is not known" in found["(4)(iv)"].text) is synthetic


def test_thresholds_that_are_the_same_for_all_are_not_told_as_fitted_to_groups(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    assert "age band" not in told(ODD, tmp_path)["(5)(ii)"].text
    assert "age band" in told()["(5)(ii)"].text


@pytest.mark.parametrize(
    "text",
    [None, b"", b"[]", b'{"format": 2}', b"\xff"],
    ids=["none", "empty", "no object", "another format", "no text"],
)
def test_a_report_that_cannot_be_read_is_left_out(tmp_path: Path, text: bytes | None) -> None:
    folder = a_copy(tmp_path)
    (folder / REPORT).unlink()
    if text is not None:
        (folder / REPORT).write_bytes(text)
    found = told(models=tmp_path)
    assert not found["(7)(i)"].available
    assert found["(7)(i)"].text == said.NO_REPORT
    assert not any(each.figures for each in found.values())


def test_a_report_of_another_release_is_left_out(tmp_path: Path) -> None:
    """Hazard H-09: the figures of another model are shown."""
    folder = a_copy(tmp_path)
    manifest = json.loads((folder / "manifest.json").read_text())
    assert read_report(folder, manifest) is not None
    manifest["metrics"]["coverage"] = 0.5
    assert read_report(folder, manifest) is None
    assert read_report(folder, {}) is None


def test_the_model_card_holds_them_beside_all_it_had(client: TestClient) -> None:
    card = client.get("/v1/model").json()
    manifest = json.loads((RELEASED / CHAMPION / "manifest.json").read_text())
    assert {key: card[key] for key in manifest} == manifest
    assert [each["paragraph"] for each in card["source_attributes"]] == [
        PARAGRAPH + each.paragraph for each in OF_THE_MODEL
    ]
    assert len(card["rules_source_attributes"]) == 13
    assert all({"group", "attribute", "text"} <= each.keys() for each in card["source_attributes"])
    assert all(each.get("figures", True) for each in card["source_attributes"])
