"""The bedside page without an answer: no connection, a slow one, a refusal, a service that cannot answer."""

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


def test_on_a_phone_an_old_urgency_says_that_it_is_old(open_page: OpenPage, bedside: Opened, watched: Watched) -> None:
    """Hazard H-31: *Routine* at the foot of the screen is of older findings."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    page = bedside(open_page(viewport={"width": 360, "height": 740}))
    control(page, AGE).locator("input").fill("39")
    settle(page)
    expect(page.locator("#bar em")).to_be_hidden()
    page.context.set_offline(True)
    choose(page, RETENTION, "true")
    expect(page.locator("#bar em")).to_have_text("OLD ANSWER:")
    expect(page.locator("#bar em")).to_be_visible()


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
    expect(page.get_by_role("alert")).to_have_text("Emergency: Urinary retention. Send now.")


def test_without_a_connection_the_page_says_so_and_tries_again(page: Page, bedside: Opened, watched: Watched) -> None:
    """Hazard H-31: an answer to older findings is taken for the answer to these."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    bedside(page)
    control(page, AGE).locator("input").fill("39")
    expect(page.locator(".banner.routine")).to_be_visible()
    page.context.set_offline(True)
    choose(page, RETENTION, "true")
    expect(page.locator("#connection")).to_contain_text("No connection")
    expect(page.locator("#connection")).to_contain_text("OLD ANSWER")
    expect(page.locator("#said")).to_have_attribute("data-stale", "")
    expect(page.get_by_role("button", name="Record this answer")).to_be_disabled()
    page.context.set_offline(False)
    expect(page.locator(".banner.emergency")).to_be_visible()
    expect(page.locator("#said")).not_to_have_attribute("data-stale", "")
    expect(page.locator("#connection")).not_to_contain_text("No connection.")


def test_a_second_try_in_vain_keeps_the_focus_and_is_not_said_twice(
    page: Page, bedside: Opened, watched: Watched
) -> None:
    """Who works with the keys is thrown to the top of the page, and a reader of the screen says the same again."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    bedside(page)
    control(page, AGE).locator("input").fill("39")
    settle(page)
    page.context.set_offline(True)
    choose(page, TOE, "4")
    expect(page.locator("#connection")).to_contain_text("No connection")
    page.evaluate(
        """() => {
          window.said = 0;
          const watcher = new MutationObserver(() => { window.said += 1; });
          const all = { childList: true, characterData: true, subtree: true };
          watcher.observe(document.getElementById("connection"), all);
        }"""
    )
    again = page.get_by_role("button", name="Try now")
    again.focus()
    page.keyboard.press("Enter")
    page.wait_for_timeout(3000)
    assert page.evaluate("window.said") == 0
    expect(again).to_be_focused()


def test_who_is_told_to_wait_waits_though_something_is_entered(page: Page, bedside: Opened, watched: Watched) -> None:
    """A page that asks at every tap keeps a service down that has just said how long it needs."""
    watched.expect("429")
    bedside(page)
    control(page, AGE).locator("input").fill("39")
    settle(page)
    asked = last_asked(page)
    busy = {"title": "x", "status": 429}
    page.route("**/v1/assessments*", lambda route: route.fulfill(status=429, headers={"Retry-After": "3"}, json=busy))
    choose(page, TOE, "4")
    expect(page.locator("#connection")).to_contain_text("Too many requests")
    page.unroute("**/v1/assessments*")
    assert len(asked) == 1
    choose(page, TOE, "3")
    page.wait_for_timeout(1000)
    assert len(asked) == 1
    expect(page.locator("#connection")).to_be_empty(timeout=8000)
    assert [each["examination"]["strength"]["great_toe_extension"] for each in asked] == [4, 3]


def test_every_fault_is_said_with_the_name_of_what_it_is_of(page: Page, bedside: Opened, watched: Watched) -> None:
    watched.expect("422")
    bedside(page)
    control(page, AGE).locator("input").fill("44")
    control(page, "/history/pain_severity").locator("input").fill("11")
    control(page, "/history/symptom_duration_days").locator("input").fill("-3")
    faults = page.locator("#connection li")
    expect(faults).to_have_count(2)
    for item in ("/history/pain_severity", "/history/symptom_duration_days"):
        name = control(page, item).get_attribute("data-label")
        leading = page.locator("#connection").get_by_role("button", name=name, exact=True)
        leading.click()
        expect(control(page, item).locator("input")).to_be_focused()


def test_a_page_whose_scripts_do_not_come_says_that_nothing_is_counted(
    page: Page, service_at: ServiceAt, watched: Watched
) -> None:
    """Hazard H-31: a form that looks alive takes a red flag, and nobody answers."""
    watched.expect("ERR_FAILED")
    page.route("**/live.js", lambda route: route.abort())
    page.goto(f"{service_at()}/")
    expect(page.locator("#not-started")).to_be_visible(timeout=10_000)
    page.unroute("**/live.js")
    page.reload()
    expect(page.locator("#not-started")).to_have_count(0)
