"""The bedside page in a real browser: what is entered is what is asked, and the answer is what the service says."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, OpenPage
from tests.browser.entering import (
    AGE,
    NAMES,
    RETENTION,
    TOE,
    choose,
    control,
    enter_by_keys,
    enter_by_mouse,
    example,
    last_asked,
    normal,
    settle,
)


def said_by_the_service(page: Page, stated: dict[str, Any]) -> dict[str, Any]:
    """What the service answers the same body without the page."""
    answer = page.request.post(f"{page.url}v1/assessments?commit=false", data=stated)
    assert answer.status == 201
    told: dict[str, Any] = answer.json()
    return told


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
    expect(page.locator(".banner")).to_contain_text("no red flag question was asked")
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
    expect(page.get_by_role("alert").filter(has_text="Emergency")).to_have_count(1)
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


def test_on_a_phone_the_urgency_stays_in_sight(open_page: OpenPage, bedside: Opened) -> None:
    page = bedside(open_page(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True))
    control(page, AGE).locator("input").fill("39")
    choose(page, RETENTION, "true")
    bar = page.locator("#bar.emergency")
    expect(bar).to_be_in_viewport(ratio=1)
    bar.locator("a").tap()
    expect(page.locator(".banner.emergency")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


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
