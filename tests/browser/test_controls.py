"""The controls of the bedside page: grades, numbers, lists, groups of red flags, the other leg; by hand and by key."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, OpenPage, ServiceAt
from tests.browser.entering import (
    AGE,
    RETENTION,
    TOE,
    choose,
    control,
    last_asked,
    settle,
)
from tests.browser.watching import Watched


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


@pytest.mark.parametrize(
    ("typed", "held"), [("45", 45), ("45,5", 45.5), ("45.5", 45.5), (" 45 ", 45), ("45.", 45), ("+45", 45)]
)
def test_a_number_is_taken_as_it_is_written(page: Page, bedside: Opened, typed: str, held: float) -> None:
    """Hazard H-32: a comma that is passed over makes 455 of 45,5."""
    bedside(page)
    asked = last_asked(page)
    age = control(page, AGE).locator("input")
    age.press_sequentially(typed)
    settle(page)
    expect(age).to_have_value(typed)
    assert asked[-1] == {"patient": {"age_years": held}}


@pytest.mark.parametrize("typed", ["-", "1e", "--", ",5,", " 4", "\u0661"])
def test_what_is_no_number_leaves_none_in_force(page: Page, bedside: Opened, typed: str) -> None:
    """Hazard H-31: the answer is of the number before."""
    bedside(page)
    age = control(page, AGE)
    age.locator("input").fill("44")
    expect(page.locator(".banner")).to_be_visible()
    age.locator("input").press_sequentially(typed)
    expect(age.locator(".fault")).to_contain_text("not a number")
    expect(page.locator(".banner")).to_have_count(0)


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
    page.locator("#other-leg > summary").click()
    choose(page, TOE, "3")
    settle(page)
    assert page.locator("#other-leg").get_attribute("open") is None  # who folds it has done with it


def test_every_control_says_of_which_leg_it_is(page: Page, bedside: Opened) -> None:
    """Hazard H-32: a finding of one leg is entered for the other."""
    bedside(page)
    expect(page.locator("#h-examination")).to_have_text("Signs of the worse leg")
    page.locator("#other-leg > summary").click()
    other = page.locator("#other-leg")
    told = other.locator("h3, legend, .item > label").all_text_contents()
    assert len(told) > 40
    assert [each for each in told if "(other leg)" not in each] == []
    assert "(other leg)" not in page.locator("#s-examination").inner_text()
    choose(page, "/history/side", "right")
    expect(page.locator("#h-examination")).to_have_text("Signs of the worse leg: right")
    expect(page.locator("#h-other_leg")).to_have_text("The other leg: left")
    choose(page, "/history/side", "bilateral")
    expect(page.locator("#h-other_leg")).to_have_text("The other leg")


def test_what_the_next_person_is_asked_has_to_be_read_anew(page: Page, bedside: Opened) -> None:
    """Hazard H-32: a group is denied that was read for the person before; then never again can it be."""
    bedside(page)
    group = page.locator("[data-flags]").first
    button = group.locator(".all-no button")
    for item in group.locator(".item").all():
        item.scroll_into_view_if_needed()
        page.wait_for_timeout(350)
    button.click()
    page.locator("#clear").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    expect(button).to_be_disabled()
    for item in group.locator(".item").all():
        item.scroll_into_view_if_needed()
        page.wait_for_timeout(350)
    button.click()
    expect(group.locator("input[value=false]:checked").first).to_be_attached()


def test_who_runs_through_with_the_tab_key_has_read_nothing(open_page: OpenPage, bedside: Opened) -> None:
    """Hazard H-32: the focus passes over the questions faster than they can be read."""
    page = bedside(open_page(viewport={"width": 1280, "height": 60}))  # too low for a question to be on screen
    group = page.locator("[data-flags]").first
    items = group.locator(".item")
    for item in items.all():
        item.locator("input").first.evaluate("(input) => input.focus({ preventScroll: true })")
    expect(group.locator(".all-no button")).to_be_disabled()
    for item in items.all():
        item.locator("input").first.evaluate("(input) => input.focus({ preventScroll: true })")
        page.wait_for_timeout(350)
    expect(group.locator(".all-no button")).to_be_enabled()


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
    page.keyboard.press("[")
    expect(page.locator("#h-treatment")).to_be_focused()
    page.keyboard.press("]")
    expect(page.locator("#answer")).to_be_focused()
    control(page, RETENTION).locator("input:checked").focus()
    page.keyboard.press("a")
    expect(control(page, RETENTION).locator("input:checked")).to_be_focused()
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    dialog.get_by_role("checkbox").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    expect(dialog).to_be_hidden()
