"""What the bedside page keeps, takes back, forgets and puts on record."""

from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Opened
from tests.browser.entering import (
    AGE,
    TOE,
    choose,
    control,
    last_asked,
    settle,
)


def test_the_key_of_a_person_is_asked_about_once_it_is_whole(page: Page, bedside: Opened) -> None:
    """Hazard H-10: half a key is the key of somebody else."""
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    asked = last_asked(page)
    page.get_by_text("Key of the person").click()
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
    expect(page.locator("#undo")).to_be_focused()
    page.locator("#announced").evaluate("(place) => { place.textContent = ''; }")
    page.keyboard.press("Control+z")
    expect(page.locator("#announced")).to_be_empty()
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


def test_recording_by_key_keeps_the_focus(page: Page, bedside: Opened) -> None:
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    settle(page)
    button = page.get_by_role("button", name="Record this answer")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#recording")).to_contain_text("Recorded at")
    expect(button).to_be_focused()


def test_what_was_entered_where_it_was_folded_is_in_sight_after_a_reload(page: Page, bedside: Opened) -> None:
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    page.get_by_text("Key of the person").click()
    page.locator("#i-reference").fill("P-123")
    page.keyboard.press("Tab")
    settle(page)
    page.reload()
    expect(page.locator("#i-reference")).to_be_visible()
    expect(page.locator("#i-reference")).to_have_value("P-123")
