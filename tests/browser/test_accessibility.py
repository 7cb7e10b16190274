"""axe-core finds no serious fault on any page, whatever it shows: wide and narrow, by day and by night."""

from typing import Any

import pytest
from _pytest.mark import ParameterSet
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from tests.browser.conftest import OpenPage, ServiceAt
from tests.browser.entering import enter_by_mouse, example, settle

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
SCREENS: dict[str, dict[str, Any]] = {
    "wide": {"viewport": WIDE, "color_scheme": "light"},
    "wide and dark": {"viewport": WIDE, "color_scheme": "dark"},
    "narrow": {"viewport": NARROW, "color_scheme": "light"},
    "narrow and dark": {"viewport": NARROW, "color_scheme": "dark"},
    "more contrast": {"viewport": WIDE, "contrast": "more"},
    "forced colours": {"viewport": NARROW, "forced_colors": "active"},
}
PATHS = ("/", "/form", "/rules", "/model", "/launch")
ANSWERED = {"routine": "exam", "emergency": "exam_emergency"}
"""Examples by the urgency of their answer."""


def at_length(*case: str) -> ParameterSet:
    """A case that is looked at by `make test-long`: it takes seconds, and differs little from its neighbours."""
    return pytest.param(*case, marks=pytest.mark.long)


@pytest.mark.parametrize("screen", ["wide", at_length("narrow and dark")])
@pytest.mark.parametrize("path", PATHS)
def test_a_page_as_it_is_opened(open_page: OpenPage, service_at: ServiceAt, path: str, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    answer = page.goto(f"{service_at()}{path}")
    assert answer is not None
    assert answer.status == 200
    assert faults(page) == []


@pytest.mark.parametrize(
    ("urgency", "screen"),
    [
        ("emergency", "wide"),
        ("emergency", "forced colours"),
        ("routine", "narrow and dark"),
        *(at_length("emergency", screen) for screen in ("wide and dark", "narrow", "narrow and dark", "more contrast")),
        at_length("routine", "wide"),
    ],
)
def test_the_bedside_page_with_an_answer(open_page: OpenPage, service_at: ServiceAt, urgency: str, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    page.goto(f"{service_at()}/")
    enter_by_mouse(page, example(ANSWERED[urgency]))
    expect(page.locator(f".banner.{urgency}")).to_be_visible()
    settle(page)
    unfold(page)
    assert faults(page) == []


@pytest.mark.parametrize("screen", ["narrow and dark", at_length("wide")])
@pytest.mark.parametrize("button", ["keys", "clear"])
def test_what_opens_over_the_bedside_page(open_page: OpenPage, service_at: ServiceAt, button: str, screen: str) -> None:
    page = open_page(**SCREENS[screen])
    page.goto(f"{service_at()}/")
    page.locator('[data-pointer="/patient/age_years"] input').fill("44")
    page.locator(f"#{button}").click()
    expect(page.locator("dialog[open]")).to_be_visible()
    assert faults(page) == []


def unfold(page: Page) -> None:
    """Open everything that is folded: what is not shown is not looked at."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")


def test_a_fault_is_found(page: Page) -> None:
    page.set_content("<main><h1>Age</h1><input><p style='color: #bbb'>pale</p></main>")
    assert {fault.split(" ")[0] for fault in faults(page)} >= {"label", "color-contrast", "html-has-lang"}
