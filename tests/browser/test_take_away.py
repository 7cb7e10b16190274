"""What is taken away from the bedside page says what was entered and answered, no more and no less."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from service.chart.questionnaire_response import read_response
from service.terminology.exam_items import Kind, exam_items
from tests.browser.accessibility import faults
from tests.browser.conftest import ServiceAt
from tests.browser.copying import copied, flat
from tests.browser.entering import NAMES, control, example, normal
from tests.browser.restoring import restore

Opened = Callable[[dict[str, Any]], Page]

NUMBERS = {"patient.age_years": 61, "history.pain_severity": 7, "red_flags.motor_deterioration_hours": 10}
UNLIKELY = {"patient.pregnant", "treatment.nsaid_contraindications"}
"""What a man of 61 years is not asked, or cannot have all of."""
NO_ROOM = "left out for room"


def everything(grade: float | str = 3.5) -> dict[str, Any]:
    """Every statement of the contract at once, each in the way that takes the most room."""
    stated: dict[str, Any] = {}
    for code, item in exam_items().items():
        if code in UNLIKELY:
            continue
        *way, last = code.split(".")
        inner = stated
        for name in way:
            inner = inner.setdefault(name, {})
        match item.kind:
            case Kind.BOOLEAN:
                inner[last] = True
            case Kind.NUMBER:
                inner[last] = NUMBERS.get(code, 45)
            case Kind.CHOICES:
                inner[last] = list(item.choices)
            case Kind.GRADE:
                inner[last] = grade
            case _:
                inner[last] = item.choices[-1]
    stated["patient"]["sex"] = "male"
    return stated


@pytest.fixture
def opened(page: Page, service_at: ServiceAt) -> Opened:
    """The page with an examination that was entered before a reload, and its answer."""

    def opening(stated: dict[str, Any]) -> Page:
        restore(page, service_at(), stated)
        expect(page.get_by_role("button", name="Copy as text")).to_be_visible()
        return page

    return opening


def answer_to(page: Page, stated: dict[str, Any]) -> dict[str, Any]:
    """What the service says without the page."""
    answer = page.request.post(f"{page.url}v1/assessments?commit=false", data=stated)
    assert answer.status == 201, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def pages_of(pdf: bytes) -> int:
    """How many pages a file of Chromium has."""
    return len(re.findall(rb"/Type\s*/Page\b", pdf))


def sheet_of(page: Page) -> Locator:
    """What would be printed, as long as the dialog to print is open."""
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    return page.locator("#sheet")


@pytest.mark.parametrize("name", NAMES)
def test_the_text_for_the_record_holds_the_whole_answer(opened: Opened, name: str) -> None:
    stated = example(name)
    page = opened(stated)
    told, text = answer_to(page, stated), copied(page)
    assert max(len(line) for line in text.splitlines()) <= 78
    flags, plan = told["red_flags"], told["management"]
    for part in (
        told["impression"]["text"],
        told["disclaimer"],
        plan["imaging"]["because"],
        plan["surgery"]["because"],
        plan["follow_up"]["because"],
        *(each["label"] for each in flags["present"] + flags["not_assessed"]),
        *(each["action"] for each in flags["present"]),
        *(each["text"] for each in plan["recommendations"] + told["caveats"] + told["questions"]),
        *(told["provenance"][each] for each in ("model_version", "ruleset_version", "software_version")),
    ):
        assert part in flat(text)
    assert "Not recorded" in text


def test_findings_stand_in_the_text_as_they_were_entered(opened: Opened) -> None:
    text = flat(copied(opened(example("exam"))))
    for part in (
        "Person: Age: 44 years; Sex: Female",
        "Strength (MRC): MRC 5: Knee extension; Plantar flexion. MRC 4: Ankle dorsiflexion; Great toe extension.",
        "Sensation: Normal: Medial leg; Lateral foot. Reduced: Dorsum of the foot.",
        "Positive, 45°: Straight leg raise.",
        "Reasons against an NSAID: none",
        "Asked, denied: Urinary retention; ",
        "What is not named was not assessed.",
        "L5 over 90 %",
    ):
        assert part in text
    assert "Other leg" not in text


def test_what_was_not_assessed_is_neither_normal_nor_denied(opened: Opened) -> None:
    """Hazard H-01."""
    text = copied(opened({"patient": {"age_years": 44}}))
    assert "denied" not in text
    assert "Normal:" not in text
    assert "ROUTINE SO FAR: NO RED FLAG QUESTION WAS ASKED" in text
    assert "NOT ASKED (17): " in text


def test_no_key_of_the_person_is_taken_away_in_a_text(opened: Opened) -> None:
    """Hazard H-26."""
    page = opened(example("exam"))
    assert "demo-17" not in copied(page)
    expect(sheet_of(page)).not_to_contain_text("demo-17")


def test_both_legs_stand_apart(opened: Opened) -> None:
    legs = {"examination": {"reflexes": {"achilles": "absent"}}, "other_leg": {"reflexes": {"achilles": "normal"}}}
    text = flat(copied(opened({"patient": {"age_years": 44}, **legs})))
    assert "Worse leg, Tendon reflexes: Absent: Achilles reflex." in text
    assert "Other leg, Tendon reflexes: Normal: Achilles reflex." in text


def test_where_the_browser_does_not_copy_the_text_is_shown_and_selected(opened: Opened) -> None:
    page = opened(example("exam"))
    page.context.grant_permissions(["geolocation"])  # what is not granted then is refused
    page.get_by_role("button", name="Copy as text").click()
    shown = page.locator("#takeaway textarea")
    expect(shown).to_be_focused()
    assert page.evaluate("document.getSelection().toString()") == shown.input_value()
    assert "RED FLAGS" in shown.input_value()


def test_a_recorded_answer_says_under_which_id(opened: Opened) -> None:
    page = opened({"patient": {"age_years": 44}})
    page.get_by_role("button", name="Record this answer").click()
    expect(page.locator("#recording")).to_contain_text("Recorded at")
    (identifier,) = re.findall(r"[0-9a-f]{8}-[0-9a-f-]{27}", page.locator("#recording").inner_text())
    assert f"Recorded as {identifier}" in copied(page)


def test_an_answer_to_other_findings_says_so_and_makes_no_leaflet(opened: Opened, watched: Any) -> None:
    """Hazard H-17: the leaflet reassures although the flag was ticked since."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    page = opened(example("exam"))
    page.context.set_offline(True)
    control(page, "/red_flags/urinary_retention").locator('label:has(input[value="true"])').click()
    expect(page.locator("#connection")).to_contain_text("No connection")
    text = copied(page)
    assert "Something was changed after this answer." in flat(text)
    assert "Asked, denied: Urinary retention" in flat(text), "findings are those of the answer"
    page.get_by_role("button", name="Leaflet").click()
    expect(page.locator("#takeaway [role=status]")).to_contain_text("wait for the answer")
    expect(page.locator("dialog.leaflet")).to_be_hidden()


@pytest.mark.parametrize("paper", ["A4", "Letter"])
@pytest.mark.parametrize("stated", [example("exam"), example("exam_emergency"), everything()], ids=["L5", "CES", "all"])
def test_one_page_is_printed_whatever_was_entered(opened: Opened, stated: dict[str, Any], paper: str) -> None:
    page = opened(stated)
    assert pages_of(page.pdf(format=paper)) == 1
    expect(page.locator("#sheet")).to_be_empty()
    expect(page.locator("#sheet")).to_be_hidden()


def test_the_sheet_says_whose_it_is_and_how_urgent(opened: Opened) -> None:
    """Hazard H-10."""
    sheet = sheet_of(opened(example("exam_emergency")))
    for name in ("Person", "Examined by", "Place, date"):
        expect(sheet.locator(".blank", has_text=name)).to_have_count(1)
    expect(sheet.locator(".urgency")).to_contain_text("Emergency")
    expect(sheet.locator(".urgency")).to_contain_text("emergency department")
    assert sheet.locator("svg .mark[fill^='url(#sheet-']").count() > 0, "the marks are on the drawing"
    expect(sheet).not_to_contain_text(NO_ROOM)


def test_what_has_no_room_on_the_sheet_is_said(opened: Opened) -> None:
    page = opened(everything())
    sheet = sheet_of(page)
    expect(sheet).to_contain_text(NO_ROOM)
    told = answer_to(page, everything())
    for flag in told["red_flags"]["present"]:
        expect(sheet).to_contain_text(flag["label"])
    for note in told["caveats"]:
        expect(sheet).to_contain_text(note["text"])
    size = sheet.evaluate("each => parseFloat(getComputedStyle(each).fontSize) * 72 / 96")
    assert size >= 6.5


@pytest.mark.parametrize("name", NAMES)
def test_the_leaflet_has_the_words_for_the_person_and_no_others(opened: Opened, name: str) -> None:
    stated = {**example(name), "examined_at": "2026-01-05T10:00:00Z"}
    page = opened(stated)
    told = answer_to(page, stated)
    button = page.get_by_role("button", name="Leaflet")
    button.click()
    dialog = page.get_by_role("dialog")
    said = [told["impression"]["text_for_patient"]]
    said += [each["text_for_patient"] for each in told["management"]["recommendations"]]
    shown = dialog.locator("section p").all_inner_texts()
    assert set(said) <= set(shown)
    assert shown[0] == said[0]
    rest = set(shown) - set(said)
    assert rest == ({"Come back by Monday, February 2, 2026 at the latest."} if name != "exam_emergency" else set())
    assert "%" not in dialog.inner_text()
    assert faults(page) == []
    assert pages_of(page.pdf(format="A4")) == 1
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(button).to_be_focused()


def test_the_leaflet_is_what_is_printed_while_it_is_shown(opened: Opened) -> None:
    page = opened(example("exam_emergency"))
    page.get_by_role("button", name="Leaflet").click()
    sheet = sheet_of(page)
    expect(sheet.locator("section p").first).to_contain_text("You need to go to hospital now.")
    expect(sheet).not_to_contain_text("MRC")


def test_files_hold_what_was_entered_and_the_answer_as_it_came(opened: Opened, page: Page, tmp_path: Path) -> None:
    came: list[bytes] = []
    page.on("response", lambda each: came.append(each.body()) if "/v1/assessments" in each.url else None)
    stated = example("exam_l4")
    opened(stated)
    page.locator("#takeaway summary").click()
    assert json.loads(downloaded(page, "Examination (JSON)", "exam", tmp_path)) == stated
    assert downloaded(page, "Answer (JSON)", "answer", tmp_path) == came[-1]


@pytest.mark.parametrize(
    "stated",
    [*(example(each) for each in NAMES), everything(), everything("weak"), everything(4)],
    ids=[*NAMES, "all", "weak", "whole grades"],
)
def test_the_answer_in_fhir_is_that_to_the_same_examination(
    opened: Opened, page: Page, tmp_path: Path, stated: dict[str, Any]
) -> None:
    """The form that is sent reads as what was entered; nothing is recorded."""
    forms: list[dict[str, Any]] = []
    marks: list[str | None] = []

    def came(answer: Any) -> None:
        if "$assess" in answer.url:
            forms.append(json.loads(answer.request.post_data))
            marks.append(answer.header_value("Nerveroot-Record"))

    page.on("response", came)
    opened(stated)
    page.locator("#takeaway summary").click()
    bundle = json.loads(downloaded(page, "Answer in FHIR", "fhir", tmp_path))
    assert bundle["resourceType"] == "Bundle"
    told = answer_to(page, stated)
    for said in told["red_flags"]["present"] + told["management"]["recommendations"]:
        assert said["rule_id"] in json.dumps(bundle)
    (form,), (mark,) = forms, marks
    read = read_response(form, place="")
    reference = stated["patient"].get("reference")
    person = {**stated["patient"]}
    person.pop("reference", None)
    assert normal(read.body) == normal({**stated, "patient": person})
    assert form.get("subject") == ({"identifier": {"value": reference}} if reference else None)
    assert mark == "none"


def downloaded(page: Page, button: str, what: str, folder: Path) -> bytes:
    """The file that a button saves; its name says nothing of the person."""
    with page.expect_download() as saved:
        page.get_by_role("button", name=button).click()
    assert re.fullmatch(rf"nerveroot-\d{{4}}-\d\d-\d\d-\d{{4}}-{what}\.json", saved.value.suggested_filename)
    saved.value.save_as(folder / what)
    return (folder / what).read_bytes()
