"""The bedside page in a real browser: what is entered is what is asked, and the answer is what the service says."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage, ServiceAt
from tests.browser.entering import (
    NAMES,
    control,
    enter_by_keys,
    enter_by_mouse,
    example,
    last_asked,
    normal,
    settle,
)
from tests.browser.watching import Watched

Opened = Callable[[Page], Page]

AGE = "/patient/age_years"
RETENTION = "/red_flags/urinary_retention"
TOE = "/examination/strength/great_toe_extension"


def said_by_the_service(page: Page, stated: dict[str, Any]) -> dict[str, Any]:
    """What the service answers the same body without the page."""
    answer = page.request.post(f"{page.url}v1/assessments?commit=false", data=stated)
    assert answer.status == 201
    told: dict[str, Any] = answer.json()
    return told


def choose(page: Page, pointer: str, value: str) -> None:
    """Tap an answer."""
    control(page, pointer).locator(f'label:has(input[value="{value}"])').click()


@pytest.mark.parametrize("enter", [enter_by_mouse, enter_by_keys], ids=["mouse", "keys"])
@pytest.mark.parametrize("name", NAMES)
def test_an_example_of_the_contract_is_entered_and_answered(
    page: Page, bedside: Opened, name: str, enter: Callable[[Page, dict[str, Any]], None]
) -> None:
    """What is asked is the example, no statement more or less; what is shown is what the service says of it."""
    bedside(page)
    asked, stated = last_asked(page), example(name)
    enter(page, stated)
    told = said_by_the_service(page, stated)
    expect(page.locator(".banner")).to_contain_text(told["impression"]["text"].split(". ")[0])
    settle(page)
    assert normal(asked[-1]) == normal(stated)
    expect(page.locator(f".banner.{told['urgency']}")).to_be_visible()
    for flag in told["red_flags"]["present"]:
        expect(page.locator("#said .flags")).to_contain_text(flag["label"])
    for advice in told["management"]["recommendations"]:
        expect(page.locator("#said .plan")).to_contain_text(advice["text"])
    assert page.locator("#said .plan li.advice").count() == len(told["management"]["recommendations"])


def test_the_empty_page_says_nothing_and_asks_nothing(page: Page, bedside: Opened) -> None:
    """Hazard H-02: what nobody assessed is taken for absent, or for normal."""
    asked = last_asked(page)
    bedside(page)
    assert asked == []
    expect(page.locator("#connection")).to_contain_text("Enter the age")
    radios = page.locator("#entry input[type=radio]:checked")
    assert radios.count() > 80
    assert {each.input_value() for each in radios.all()} == {""}
    control(page, AGE).locator("input").fill("44")
    expect(page.locator(".banner")).to_contain_text("not all red flags were asked")
    settle(page)
    assert asked == [{"patient": {"age_years": 44}}]


def test_an_emergency_is_seen_at_once_and_says_what_to_do(page: Page, bedside: Opened) -> None:
    """Hazard H-01: the emergency is below what fits on the screen, or the action is not said."""
    bedside(page)
    control(page, AGE).locator("input").fill("39")
    choose(page, RETENTION, "true")
    banner = page.locator(".banner.emergency")
    expect(banner).to_be_in_viewport(ratio=0.9)
    expect(banner).to_contain_text("emergency department")
    expect(page.locator("#announced")).to_contain_text("Emergency")
    expect(page.locator(".glance")).to_contain_text("MRI, at once")


@pytest.mark.parametrize("width", [360, 1280])
def test_a_flag_without_an_age_is_not_passed_over_in_silence(open_page: OpenPage, bedside: Opened, width: int) -> None:
    """Hazard H-01: there is no answer without an age, and nothing is said of the flag."""
    page = bedside(open_page(viewport={"width": width, "height": 800}))
    choose(page, RETENTION, "true")
    expect(page.locator("#connection.notice")).to_contain_text("act on the flag")
    if width < 992:
        expect(page.locator("#bar")).to_be_in_viewport(ratio=1)
        expect(page.locator("#bar")).to_contain_text("act on the flag")
    control(page, AGE).locator("input").fill("39")
    expect(page.locator(".banner.emergency")).to_be_visible()
    expect(page.locator("#connection")).not_to_contain_text("act on the flag")


@pytest.mark.parametrize(
    ("pointer", "value"),
    [(RETENTION, "true"), ("/examination/sensation/perianal", "absent"), ("/examination/plantar_response", "extensor")],
)
def test_a_refused_value_hides_no_red_flag(
    page: Page, bedside: Opened, watched: Watched, pointer: str, value: str
) -> None:
    """Hazard H-01: an older *Routine* stands while a flag is ticked that no answer counts."""
    watched.expect("422")
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    control(page, "/history/pain_severity").locator("input").fill("11")
    choose(page, pointer, value)
    expect(page.locator("#connection")).to_contain_text("act on the flag")
    expect(page.locator("#said")).to_have_attribute("data-stale", "")


def test_on_a_phone_the_urgency_stays_in_sight(open_page: OpenPage, bedside: Opened) -> None:
    page = bedside(open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True))
    control(page, AGE).locator("input").fill("39")
    choose(page, RETENTION, "true")
    bar = page.locator("#bar.emergency")
    expect(bar).to_be_in_viewport(ratio=1)
    bar.locator("a").tap()
    expect(page.locator(".banner.emergency")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_on_a_phone_an_old_urgency_says_that_it_is_old(open_page: OpenPage, bedside: Opened, watched: Watched) -> None:
    """Hazard H-31: *Routine* at the foot of the screen is of older findings."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    page = bedside(open_page(viewport={"width": 360, "height": 740}))
    control(page, AGE).locator("input").fill("39")
    settle(page)
    expect(page.locator("#bar em")).to_be_hidden()
    page.context.set_offline(True)
    choose(page, RETENTION, "true")
    expect(page.locator("#bar em")).to_have_text("Not of what is entered now.")
    expect(page.locator("#bar em")).to_be_visible()


@pytest.mark.parametrize("width", [360, 768, 1280])
def test_everything_to_tap_is_44_pixels_and_nothing_runs_out_of_the_page(
    open_page: OpenPage, bedside: Opened, width: int
) -> None:
    """WCAG 2.2, 2.5.5; regions of the drawing have a button of that size too."""
    page = bedside(open_page(viewport={"width": width, "height": 900}))
    control(page, AGE).locator("input").fill("44")
    choose(page, TOE, "4")
    expect(page.locator(".banner")).to_be_visible()
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, summary, select, input, .choices label")]
          .filter((each) => each.checkVisibility() && !each.closest("[popover], .rare, .choices label > *"))
          .filter((each) => !each.matches(".choices input, .check input, button.link"))
          .map((each) => [each.outerHTML.slice(0, 90), each.getBoundingClientRect()])
          .filter(([, at]) => at.width < 43.9 || at.height < 43.9)
          .map(([text, at]) => `${text} ${at.width} x ${at.height}`)"""
    )
    assert small == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_all_no_waits_until_every_question_of_its_group_was_on_screen(page: Page, bedside: Opened) -> None:
    """Hazard H-32: a whole group is denied that nobody has read."""
    bedside(page)
    asked = last_asked(page)
    control(page, AGE).locator("input").fill("44")
    group = page.locator("[data-flags]").last
    button = group.locator(".all-no button")
    expect(button).to_be_disabled()
    for item in group.locator(".item").all():
        item.scroll_into_view_if_needed()
        page.wait_for_timeout(350)
    expect(button).to_be_enabled()
    first = group.locator(".item[data-kind=boolean]").first
    first.locator('label:has(input[value="true"])').click()
    button.click()
    expect(page.locator("#announced")).not_to_be_empty()
    expect(button).to_be_disabled()
    denied = {each.get_attribute("data-pointer") for each in group.locator(".item[data-kind=boolean]").all()}
    settle(page)
    flags = asked[-1]["red_flags"]
    assert flags.pop((first.get_attribute("data-pointer") or "").rsplit("/", 1)[1]) is True
    assert {f"/red_flags/{name}" for name in flags} == denied - {first.get_attribute("data-pointer")}
    assert set(flags.values()) == {False}


def test_what_takes_an_examination_is_not_denied_with_the_questions(page: Page, bedside: Opened) -> None:
    """Hazard H-32: anal tone that nobody examined is denied with what was asked."""
    bedside(page)
    group = page.locator('[data-flags]:has([data-pointer="/red_flags/reduced_anal_tone"])')
    for item in group.locator(".item").all():
        item.scroll_into_view_if_needed()
        page.wait_for_timeout(350)
    group.locator(".all-no button").click()
    expect(control(page, RETENTION).locator("input[value=false]")).to_be_checked()
    expect(control(page, "/red_flags/reduced_anal_tone").locator('input[value=""]')).to_be_checked()


def test_a_second_tap_takes_an_answer_back(page: Page, bedside: Opened) -> None:
    bedside(page)
    choose(page, TOE, "4")
    expect(control(page, TOE).locator('input[value="4"]')).to_be_checked()
    choose(page, TOE, "4")
    expect(control(page, TOE).locator('input[value=""]')).to_be_checked()


@pytest.mark.parametrize(
    ("pressed", "value"),
    [
        (["4"], "4"),
        (["4", "-"], "3.5"),
        (["4", "+"], "4.5"),
        (["0", "+"], "0.5"),
        (["0", "-"], "0"),
        (["+"], ""),
        (["w", "+"], "weak"),
        (["5", "+"], "5"),
        (["w"], "weak"),
        (["3", "Delete"], ""),
        (["3", "Backspace"], ""),
        (["x"], ""),
    ],
    ids=lambda each: "".join(each) if isinstance(each, list) else None,
)
def test_keys_of_a_grade(page: Page, bedside: Opened, pressed: list[str], value: str) -> None:
    bedside(page)
    control(page, TOE).locator("input:checked").focus()
    for key in pressed:
        page.keyboard.press(key)
    expect(control(page, TOE).locator(f'input[value="{value}"]')).to_be_checked()
    expect(control(page, TOE).locator("input:checked")).to_be_focused()


def test_a_double_tap_takes_no_red_flag_back(page: Page, bedside: Opened) -> None:
    """Hazard H-32: a flag is ticked with two quick taps, and is gone."""
    bedside(page)
    control(page, RETENTION).locator('label:has(input[value="true"])').dblclick()
    expect(control(page, RETENTION).locator("input[value=true]")).to_be_checked()


@pytest.mark.parametrize("typed", ["-", "1e", "--"])
def test_what_is_no_number_leaves_none_in_force(page: Page, bedside: Opened, typed: str) -> None:
    """Hazard H-31: the answer is of the number before."""
    bedside(page)
    age = control(page, AGE)
    age.locator("input").fill("44")
    expect(page.locator(".banner")).to_be_visible()
    age.locator("input").press_sequentially(typed)
    expect(age.locator(".fault")).to_contain_text("not a number")
    expect(page.locator(".banner")).to_have_count(0)


def test_a_connection_that_hangs_dims_the_answer_and_counts_as_lost(page: Page, bedside: Opened) -> None:
    """Hazard H-31: the answer to older findings stands as if it were the one to these."""
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    page.route("**/v1/assessments*", lambda route: None)
    choose(page, RETENTION, "true")
    expect(page.locator("#said")).to_have_attribute("data-stale", "")
    expect(page.locator("#connection")).to_contain_text("Working it out")
    expect(page.locator("#connection")).to_contain_text("No connection", timeout=12_000)
    page.unroute("**/v1/assessments*")
    page.get_by_role("button", name="Try now").click()
    expect(page.locator(".banner.emergency")).to_be_visible()


def test_red_flags_of_a_service_that_cannot_answer_come_before_the_older_answer(
    page: Page, bedside: Opened, watched: Watched
) -> None:
    """Hazard H-14: a refusal carries an emergency, and the page goes on saying *Routine*."""
    watched.expect("503")
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    flag = {"rule_id": "RF-CES-RETENTION", "label": "Urinary retention", "action": "Send now."}
    problem = {"title": "x", "urgency": "emergency", "red_flags": {"present": [flag]}}
    page.route("**/v1/assessments*", lambda route: route.fulfill(status=503, json=problem))
    choose(page, RETENTION, "true")
    expect(page.locator(".banner.emergency")).to_contain_text("Urinary retention")
    expect(page.locator("#announced")).to_contain_text("Emergency")


def test_the_key_of_a_person_is_asked_about_once_it_is_whole(page: Page, bedside: Opened) -> None:
    """Hazard H-10: half a key is the key of somebody else."""
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    asked = last_asked(page)
    page.locator("#i-reference").press_sequentially("P-123", delay=150)
    settle(page)
    assert asked == []
    page.keyboard.press("Tab")
    settle(page)
    assert [each["patient"]["reference"] for each in asked] == ["P-123"]


def test_what_is_cleared_while_it_is_recorded_does_not_come_back(page: Page, bedside: Opened) -> None:
    """Hazard H-31: the next person is told of the last one's record."""
    bedside(page)
    control(page, AGE).locator("input").fill("77")
    settle(page)
    held: list[Route] = []
    page.route("**/v1/assessments", lambda route: held.append(route))
    page.get_by_role("button", name="Record this answer").click()
    page.wait_for_function("document.querySelector('#recording').textContent.includes('Recording')")
    page.locator("#clear").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    held[0].continue_()
    page.wait_for_timeout(500)
    assert "77" not in page.evaluate("JSON.stringify({...sessionStorage})")
    expect(page.locator("#recording")).to_contain_text("Not recorded")


def test_undo_does_not_undo_that_it_was_recorded(page: Page, bedside: Opened) -> None:
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    choose(page, TOE, "4")
    settle(page)
    page.get_by_role("button", name="Record this answer").click()
    expect(page.locator("#recording")).to_contain_text("Recorded at")
    page.locator("#undo").click()
    expect(page.locator("#recording")).to_contain_text("Changed since")
    page.locator("#redo").click()
    expect(page.locator("#recording")).to_contain_text("Recorded at")


def test_undo_and_redo_go_step_by_step(page: Page, bedside: Opened) -> None:
    bedside(page)
    age = control(page, AGE).locator("input")
    age.click()
    page.keyboard.type("44")
    choose(page, TOE, "4")
    choose(page, TOE, "2")
    page.keyboard.press("Control+z")
    expect(control(page, TOE).locator('input[value="4"]')).to_be_checked()
    page.keyboard.press("Control+z")
    expect(control(page, TOE).locator('input[value=""]')).to_be_checked()
    page.locator("#undo").click()
    expect(age).to_have_value("")
    expect(page.locator("#undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    expect(age).to_have_value("44")
    page.keyboard.press("Control+y")
    expect(control(page, TOE).locator('input[value="4"]')).to_be_checked()


def test_a_reload_loses_nothing_and_another_tab_knows_nothing(page: Page, bedside: Opened) -> None:
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    choose(page, TOE, "4")
    expect(page.locator(".banner")).to_be_visible()
    page.reload()
    expect(control(page, AGE).locator("input")).to_have_value("44")
    expect(control(page, TOE).locator('input[value="4"]')).to_be_checked()
    expect(page.locator(".banner")).to_be_visible()
    page.locator("#undo").click()
    expect(control(page, TOE).locator('input[value=""]')).to_be_checked()
    other = page.context.new_page()
    bedside(other)
    expect(control(other, AGE).locator("input")).to_have_value("")


def test_clearing_forgets_everything_for_good(page: Page, bedside: Opened) -> None:
    """Hazard H-31: the findings of one person stay for the next."""
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    choose(page, TOE, "4")
    page.locator("#clear").click()
    page.get_by_role("button", name="Keep").click()
    expect(control(page, AGE).locator("input")).to_have_value("44")
    page.locator("#clear").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    expect(control(page, AGE).locator("input")).to_have_value("")
    expect(page.locator("#undo")).to_be_disabled()
    expect(page.locator(".banner")).to_have_count(0)
    kept = page.evaluate("[JSON.stringify({...sessionStorage}), localStorage.length, document.cookie]")
    assert "44" not in kept[0]
    assert kept[1:] == [0, ""]


def test_without_a_connection_the_page_says_so_and_tries_again(page: Page, bedside: Opened, watched: Watched) -> None:
    """Hazard H-31: an answer to older findings is taken for the answer to these."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    bedside(page)
    control(page, AGE).locator("input").fill("39")
    expect(page.locator(".banner.routine")).to_be_visible()
    page.context.set_offline(True)
    choose(page, RETENTION, "true")
    expect(page.locator("#connection")).to_contain_text("No connection")
    expect(page.locator("#connection")).to_contain_text("Not of what is entered now")
    expect(page.locator("#said")).to_have_attribute("data-stale", "")
    expect(page.get_by_role("button", name="Record this answer")).to_be_disabled()
    page.context.set_offline(False)
    expect(page.locator(".banner.emergency")).to_be_visible()
    expect(page.locator("#said")).not_to_have_attribute("data-stale", "")
    expect(page.locator("#connection")).not_to_contain_text("No connection.")


def test_what_cannot_be_is_said_beside_the_question(page: Page, bedside: Opened, watched: Watched) -> None:
    watched.expect("422")
    bedside(page)
    age = control(page, AGE)
    age.locator("input").fill("17")
    expect(age.locator(".fault")).to_contain_text("18")
    expect(page.locator("#connection")).to_contain_text("cannot be right")
    age.locator("input").fill("18")
    expect(page.locator(".banner")).to_be_visible()
    expect(age.locator(".fault")).to_be_hidden()


def test_nothing_is_recorded_until_somebody_says_so(page: Page, bedside: Opened) -> None:
    """Hazard H-31: what is on record is not what was seen."""
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    trials = []
    page.on("response", lambda answer: trials.append(answer) if "commit=false" in answer.url else None)
    choose(page, TOE, "4")
    expect(page.locator("#said .plan")).to_be_visible()
    settle(page)
    assert {each.headers["nerveroot-record"] for each in trials} == {"none"}
    assert page.request.get(f"{page.url}v1/assessments/{trials[-1].json()['id']}").status == 404
    expect(page.locator("#recording")).to_contain_text("Not recorded")
    button = page.get_by_role("button", name="Record this answer")
    with page.expect_response("**/v1/assessments") as caught:
        button.click()
    assert caught.value.headers["nerveroot-record"] == "stored"
    identifier = caught.value.json()["id"]
    expect(page.locator("#recording")).to_contain_text(identifier)
    expect(button).to_be_disabled()
    kept = page.request.get(f"{page.url}v1/assessments/{identifier}")
    assert kept.status == 200
    assert kept.body() == caught.value.body()
    choose(page, TOE, "3")
    expect(page.locator("#recording")).to_contain_text("Changed since")
    expect(button).to_be_enabled()


def test_a_suggested_examination_leads_to_its_control(page: Page, bedside: Opened) -> None:
    bedside(page)
    enter_by_mouse(page, example("exam"))
    chip = page.locator("#said .next .chips button").first
    name = chip.inner_text()
    chip.click()
    focused = page.evaluate("document.activeElement.closest('[data-pointer]').dataset.label")
    assert focused == name
    assert page.evaluate("document.activeElement.checkVisibility()")


def test_sources_stand_one_tap_away(page: Page, bedside: Opened) -> None:
    bedside(page)
    enter_by_mouse(page, example("exam_emergency"))
    place = page.locator("#said .flags details.sources").first
    place.locator("summary").click()
    expect(place.locator("li").first).to_be_visible()
    rule = place.get_by_role("link", name="Rule RF-CES-RETENTION")
    assert rule.get_attribute("href") == "rules#RF-CES-RETENTION"


def test_the_other_leg_has_every_control_of_the_worse_one(page: Page, bedside: Opened) -> None:
    bedside(page)
    pointers = page.evaluate("[...document.querySelectorAll('[data-pointer]')].map((each) => each.dataset.pointer)")
    worse = {each.removeprefix("/examination") for each in pointers if each.startswith("/examination/")}
    other = {each.removeprefix("/other_leg") for each in pointers if each.startswith("/other_leg/")}
    assert len(worse) > 40
    assert worse == other
    asked = last_asked(page)
    control(page, AGE).locator("input").fill("44")
    page.locator("#other-leg > summary").click()
    choose(page, TOE.replace("/examination/", "/other_leg/"), "4")
    expect(page.locator("#said .other_leg_roots")).to_be_visible()
    assert asked[-1]["other_leg"] == {"strength": {"great_toe_extension": 4}}


def test_a_list_is_complete_or_was_not_asked(page: Page, bedside: Opened) -> None:
    bedside(page)
    asked = last_asked(page)
    control(page, AGE).locator("input").fill("44")
    item = "/treatment/nsaid_contraindications"
    for tapped, held in (("", []), ("peptic_ulcer", ["peptic_ulcer"]), ("peptic_ulcer", None)):
        choose(page, item, tapped)
        settle(page)
        assert asked[-1].get("treatment", {}).get("nsaid_contraindications") == held


def test_single_keys_go_about_the_page_and_can_be_turned_off(
    page: Page, bedside: Opened, service_at: ServiceAt
) -> None:
    """WCAG 2.2, 2.1.4."""
    bedside(page)
    page.keyboard.press("]")
    expect(page.locator("#h-patient")).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("#h-red_flags")).to_be_focused()
    page.keyboard.press("a")
    expect(page.locator("#answer")).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
