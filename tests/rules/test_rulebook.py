"""The rulebook: every rule is in it, as the service has it; ids are permanent; the document is up to date."""

import re
from pathlib import Path

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from service.app import create_app
from service.rulebook_page import PAGE, main, render
from service.rules import RULESET_VERSION
from service.rules.citations import citations
from service.rules.disclaimer import DISCLAIMER
from service.rules.rulebook import FAMILIES, RuleEntry, english_texts, entries, given, retired
from service.rules.wording import texts_of
from service.settings import Settings

ENTRIES = {rule.rule_id: rule for rule in entries()}
CHANGELOG = Path(__file__).parent.parent.parent / "CHANGELOG.md"


def version(text: str) -> tuple[int, ...]:
    """A version as numbers, so that 1.10.0 is later than 1.9.0."""
    return tuple(int(part) for part in text.split("."))


def test_no_rule_id_disappears_and_none_is_new_in_silence() -> None:
    gone = {rule.rule_id for rule in retired()}
    missing = given().keys() - ENTRIES.keys() - gone
    assert not missing, f"name them under [retired] in service/rules/rule_ids.toml: {sorted(missing)}"
    new = ENTRIES.keys() - given().keys()
    assert not new, f"add them under [given] in service/rules/rule_ids.toml: {sorted(new)}"
    assert not gone & ENTRIES.keys(), "a retired id was given again"
    assert gone <= given().keys()


def test_no_id_was_given_by_a_version_that_is_still_to_come() -> None:
    latest = version(RULESET_VERSION)
    assert all(version(since) <= latest for since in given().values()), "raise RULESET_VERSION in service/rules"
    for rule in retired():
        assert version(given()[rule.rule_id]) < version(rule.ruleset) <= latest
        assert rule.because


def test_the_changelog_names_what_was_retired() -> None:
    text = CHANGELOG.read_text(encoding="utf-8")
    assert [rule.rule_id for rule in retired() if rule.rule_id not in text] == []


def test_every_id_begins_with_the_prefix_of_its_family() -> None:
    for family in FAMILIES:
        assert family.rules, family.kind
        for rule in family.rules:
            assert re.fullmatch(rf"{family.prefix}(-[A-Z0-9]+)+", rule.rule_id), rule.rule_id
    assert len({family.kind for family in FAMILIES}) == len({family.prefix for family in FAMILIES}) == len(FAMILIES)
    assert len(ENTRIES) == sum(len(family.rules) for family in FAMILIES)


@pytest.mark.parametrize("rule", ENTRIES.values(), ids=ENTRIES.keys())
def test_every_entry_says_what_a_reviewer_needs(rule: RuleEntry) -> None:
    assert rule.trigger
    assert rule.action
    assert rule.since == given()[rule.rule_id]
    assert rule.checked == min(citations()[key].checked for key in rule.citations)
    if rule.kind in ("imaging", "surgery", "follow_up"):
        assert rule.timing
    if rule.kind == "recommendation":
        assert rule.text_for_patient
        assert rule.category
        assert rule.strength
    assert (rule.screening is not None) is (rule.kind == "red_flag")


def test_the_screening_of_the_flags() -> None:
    found = {name: ENTRIES[name].screening for name in ("RF-CES-RETENTION", "RF-CES-TONE", "RF-CANCER-COMPRESSION")}
    assert list(found.values()) == ["first_line", "second_line", "derived"]


def test_every_text_of_every_rule_is_in_the_document() -> None:
    page = render()
    for family in FAMILIES:
        for rule in family.rules:
            for part, text in texts_of(rule).items():
                shown = text in page or part.startswith("condition_for")
                assert shown, f"{rule.rule_id}.{part}: {text}"


def test_the_document_shows_each_rule_once_in_reading_order_and_each_source() -> None:
    page = render()
    shown = re.findall(r"^### ([A-Z0-9-]+)", page, re.MULTILINE)
    assert shown == list(ENTRIES)
    used = {key for rule in ENTRIES.values() for key in rule.citations}
    assert set(re.findall(r'<a id="([^"]+)"></a>', page)) == used
    for key in used:
        assert f"[{key}](#{key})" in page
    assert RULESET_VERSION in page.splitlines()[0]
    for family in FAMILIES:
        assert f"## {family.title}\n\n{family.combine}" in page
        assert f"(#{family.title.lower().replace(' ', '-')}), {len(family.rules)} |" in page


def test_the_document_is_what_the_rules_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == render(), "run `make rulebook`"


def test_a_stale_document_fails_and_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "rulebook.md"
    check = ["--check", "--page", str(page)]
    assert main(check) == 1
    assert main(["--page", str(page)]) == 0
    assert main(check) == 0
    capsys.readouterr()
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("within 24 hours", "within 48 hours", 1), encoding="utf-8")
    assert main(check) == 1
    assert "run `make rulebook`" in capsys.readouterr().err
    assert "within 48 hours" in page.read_text(encoding="utf-8")  # a check changes nothing


def test_the_service_serves_what_the_document_holds() -> None:
    with TestClient(create_app(Settings())) as client:
        book = client.get("/v1/rules").json()
        served = TypeAdapter(tuple[RuleEntry, ...]).validate_python(book["rules"])
        assert served == entries()
        assert book["ruleset_version"] == RULESET_VERSION
        assert [rule["rule_id"] for rule in book["retired"]] == [rule.rule_id for rule in retired()]
        for rule in served[::10]:
            one = client.get(f"/v1/rules/{rule.rule_id}").json()
            assert TypeAdapter(RuleEntry).validate_python(one) == rule


def test_a_retired_rule_says_why_it_went() -> None:
    with TestClient(create_app(Settings())) as client:
        for rule in retired():
            answer = client.get(f"/v1/rules/{rule.rule_id}")
            assert answer.status_code == 404
            assert rule.because in answer.json()["detail"]
        assert "retired" not in client.get("/v1/rules/RF-NOTHING").json()["detail"]


def test_what_can_be_translated_is_what_the_rules_hold() -> None:
    texts = english_texts()
    assert ENTRIES.keys() | {DISCLAIMER.rule_id} <= texts.keys()
    assert texts["RE-SAFETY-NET"].keys() == {"trigger", "text", "text_for_patient"}
    assert texts["RF-CES-RETENTION"].keys() == {"label", "trigger", "action"}
    for rule_id, parts in texts.items():
        assert all(text.strip() for text in parts.values()), rule_id
