"""The answer as a clinician reads it: in the order of acting, and whole; the text for the record says the same."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from tests.browser.conftest import Answered
from tests.browser.copying import copied, flat
from tests.browser.entering import control, example
from tests.browser.examinations import CANCER, COMPLETE, DENIED, EVERY, NORMAL, OTHER_LEG, SINCE, SPINAL_CORD, stated

ORDER = (
    *("banner", "glance", "flags", "comparison", "questions", "roots", "other_leg_roots"),
    *("plan", "next", "ask", "caveats", "provenance"),
)


def answer_to(page: Page, stated: dict[str, Any]) -> dict[str, Any]:
    """What the service says without the page."""
    answer = page.request.post(f"{page.url}v1/assessments?commit=false", data=stated)
    assert answer.status == 201, answer.text()
    told: dict[str, Any] = answer.json()
    return told


def in_the_page(page: Page, module: str, call: str, *values: Any) -> Any:
    """What a function of a script of the page returns."""
    return page.evaluate(
        """async ([module, call, values]) => {
          const address = new URL(module, document.querySelector("script[type=module]").src);
          const made = (await import(address))[call](...values);
          return Array.isArray(made) ? made.map((each) => each.outerHTML).join("") : made;
        }""",
        [module, call, list(values)],
    )


@pytest.mark.parametrize("name", EVERY)
def test_the_parts_stand_in_the_order_in_which_one_acts(answered: Answered, name: str) -> None:
    page = answered(EVERY[name])
    parts = page.evaluate("[...document.querySelectorAll('#said > *')].map((each) => each.classList)")
    found = [next(part for part in ORDER if part in each.values()) for each in parts]
    assert found == [part for part in ORDER if part in found]
    assert {"banner", "glance", "roots", "plan", "provenance"} <= set(found)


@pytest.mark.parametrize(
    ("body", "urgency"),
    [
        (stated(), "Routine so far: no red flag question was asked"),
        (
            stated(examination={"strength": {"great_toe_extension": 4}}),
            "Routine so far: no red flag question was asked",
        ),
        (example("exam"), "Routine so far: 5 red flags not asked"),
        (stated(red_flags=DENIED), "Routine so far: 1 red flag not asked"),
        (stated(red_flags={"fever": True}), "Urgent so far: 16 red flags not asked"),
        (COMPLETE, "Routine"),
        (stated(red_flags={**DENIED, "fever": True}, examination=SPINAL_CORD), "Urgent"),
        (example("exam_emergency"), "Emergency"),
    ],
    ids=["nothing", "signs alone", "some", "all but one", "urgent", "complete", "urgent, complete", "emergency"],
)
def test_the_urgency_says_how_many_red_flags_were_not_asked(
    answered: Answered, body: dict[str, Any], urgency: str
) -> None:
    """Hazard H-01: *Routine* or *Urgent* is taken for the last word while an emergency was not asked about."""
    page = answered(body)
    expect(page.locator(".banner .urgency")).to_have_text(urgency)
    expect(page.locator(".banner[data-open]")).to_have_count(int("so far" in urgency or urgency == "Emergency"))
    assert urgency.upper() in copied(page)
    open_flags = [each for each in answer_to(page, body)["red_flags"]["not_assessed"] if not each["second_line"]]
    if "not asked" in urgency:
        assert f" {len(open_flags)} red" in urgency
    if open_flags:
        assert f"NOT ASKED ({len(open_flags)}): " in copied(page)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (COMPLETE, "asked; none is present. Those of the second line were not looked for."),
        (stated(red_flags=DENIED), "No red flag is present among those that were asked."),
        (example("exam_emergency"), "Still open: 15 red flags not asked."),
        (
            stated(red_flags={**DENIED, "fever": True}, examination=SPINAL_CORD),
            "Every red flag of the first line was asked. Those of the second line were not looked for.",
        ),
        (
            stated(
                red_flags={**DENIED, "reduced_anal_tone": False, "post_void_residual_ml": 10}, examination=SPINAL_CORD
            ),
            "Every red flag of the first line was asked; none is present.",
        ),
    ],
    ids=["second line open", "first line open", "emergency", "a flag, second line open", "all asked"],
)
def test_the_banner_says_how_far_the_screen_went(answered: Answered, body: dict[str, Any], said: str) -> None:
    page = answered(body)
    expect(page.locator(".banner")).to_contain_text(said)
    second = page.locator(".banner", has_text="second line")
    expect(second).to_have_count(int("second line" in said))


def test_nothing_is_called_absent_that_nobody_asked(answered: Answered) -> None:
    """Hazard H-02."""
    page = answered(stated())
    expect(page.locator(".banner")).not_to_contain_text("present")
    expect(page.locator("#said .flags")).to_have_count(0)


@pytest.mark.parametrize("name", ["exam_emergency", "cancer", "fever", "age alone", "other leg", "since"])
def test_the_banner_says_what_each_overriding_flag_asks_for_once(answered: Answered, name: str) -> None:
    page = answered(EVERY[name])
    told = answer_to(page, EVERY[name])
    raised = [each for each in told["red_flags"]["present"] if each["overrides"]]
    assert raised
    shown, whole = (page.locator(place).inner_text() for place in (".banner", "#said .flags"))
    for flag in raised:
        assert shown.count(flag["action"]) == 1
        assert flag["action"] not in whole
        assert flag["label"] in shown
        assert flag["label"] in whole


def test_what_age_alone_asks_for_comes_before_the_roots(answered: Answered) -> None:
    page = answered(EVERY["age alone"])
    first = page.locator(".banner .first").first
    expect(first).to_contain_text("Age over 50: ")


def test_an_emergency_comes_before_what_is_urgent(answered: Answered) -> None:
    page = answered(stated(red_flags={"fever": True, "urinary_retention": True}))
    shown = page.locator(".banner").inner_text()
    assert -1 < shown.index("Suspected cauda equina") < shown.index("looking for spinal infection")


@pytest.mark.parametrize(
    ("body", "policy", "said"),
    [
        (EVERY["age alone"], "listed", ["because of age alone: Age over 50", "age over 50 overrides"]),
        (EVERY["age alone"], "contextual", ["does not override by itself", "adds to other flags"]),
        (CANCER, "listed", ["because of: History of cancer, Unexplained weight loss, Age over 50"]),
        (
            CANCER,
            "contextual",
            ["because of: History of cancer, Unexplained weight loss", "Supported by: Age over 50", "adds to other"],
        ),
        (OTHER_LEG, "listed", ["Because of: Other leg", "because of: Deficit in both legs"]),
        (
            SINCE,
            "listed",
            [
                "Since January 1, 2026",
                "Great toe extension: MRC 5 → MRC 4, worse",
                "Saddle anesthesia: yes → no, better",
                "Patellar reflex: Absent → Normal, better; two examiners may differ by as much",
                "Great toe extension (last time)",
                "Not tested again:",
            ],
        ),
        (stated(), "listed", ["What would help: Ask where in the leg it hurts"]),
    ],
    ids=["age, listed", "age, contextual", "cancer, listed", "cancer, contextual", "both legs", "since", "abstained"],
)
def test_what_the_answer_states_is_shown(
    answered: Answered, body: dict[str, Any], policy: str, said: list[str]
) -> None:
    page = answered(body, red_flag_policy=policy)
    for text in said:
        expect(page.locator("#said")).to_contain_text(text)


def test_a_finding_says_from_where_it_started(answered: Answered) -> None:
    page = answered(example("exam"))
    page.locator("#said .roots .why summary").click()
    expect(page.locator("#said .roots .why")).to_contain_text("It starts from 33 %: L5 at this age and sex")


def test_the_impression_has_its_sources(answered: Answered) -> None:
    page = answered(example("exam"))
    impression = answer_to(page, example("exam"))["impression"]
    links = page.locator("#said .roots > details.sources a")
    found = {each.get_attribute("href") for each in links.all()}
    assert {f"rules#{each}" for each in impression["rule_ids"]} <= found


def test_the_text_for_the_record_has_the_same_facts(answered: Answered) -> None:
    for body, said in (
        (
            CANCER,
            ("History of cancer (supported by: Age over 50)", "Unexplained weight loss (supported by: Age over 50)"),
        ),
        (EVERY["age alone"], ("because of age alone: Age over 50", "Red flag policy: age over 50 overrides")),
        (SINCE, ("Since January 1, 2026: Great toe extension: MRC 5 → MRC 4, worse;",)),
    ):
        text = flat(copied(answered(body)))
        for each in said:
            assert each in text


@pytest.mark.parametrize(
    ("body", "said"),
    [(example("exam"), "still possible (90 % coverage): L5"), (NORMAL, "no root stands out; that excludes none")],
    ids=["a set", "an empty set"],
)
def test_a_root_is_never_said_to_be_ruled_out(answered: Answered, body: dict[str, Any], said: str) -> None:
    """An empty set excludes none: of a hundred people with a root involved it misses the root in some."""
    page = answered(body)
    text = flat(copied(page))
    assert said in text
    assert "ruled out" not in text
    assert "ruled out" not in page.locator("#said .roots").inner_text()


def test_more_than_six_chips_are_folded(answered: Answered) -> None:
    page = answered(stated())
    first = page.locator("#said .ask > ul.chips").first.locator("button")
    expect(first).to_have_count(6)
    folded = page.locator("#said .ask > details")
    expect(folded.locator("button").first).to_be_hidden()
    folded.locator("summary").click()
    expect(folded.locator("button")).to_have_count(11)
    folded.locator("button").last.click()
    expect(control(page, "/examination/plantar_response").locator("input:checked")).to_be_focused()


@pytest.mark.parametrize(
    ("pointer", "name"),
    [
        ("/previous_examination/examination/strength/great_toe_extension", "Great toe extension (last time)"),
        ("/previous_examination/other_leg/reflexes/achilles", "Achilles reflex (other leg) (last time)"),
        ("/previous_examination/examined_at", "Examined at (last time)"),
        ("/examined_at", "Examined at"),
        ("/other_leg", "Other leg"),
        ("/other_leg/straight_leg_raise", "Straight leg raise (other leg)"),
        ("/examination", "Signs"),
        ("/examination/strength", "Strength (MRC)"),
        ("/examination/straight_leg_raise", "Straight leg raise"),
        ("/examination/straight_leg_raise/angle_degrees", "Straight leg raise, angle"),
        ("/red_flags", "Red flags"),
        ("/patient/age_years", "Age"),
    ],
)
def test_items_and_groups_have_the_names_of_the_form(answered: Answered, pointer: str, name: str) -> None:
    page = answered(stated())
    assert in_the_page(page, "vocabulary.js", "label", pointer) == name
    made = in_the_page(page, "links.js", "chips", [pointer])
    assert name in made
    assert ("<button" in made) is not pointer.startswith("/previous_examination/")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("name", ["cancer", "since", "other leg", "nothing asked"])
def test_the_answer_has_no_serious_fault_and_fits(answered: Answered, name: str, width: int) -> None:
    page = answered(EVERY[name], width=width)
    page.evaluate("document.querySelectorAll('#said details').forEach((each) => { each.open = true; })")
    assert faults(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
