"""Searching the rules in a real browser: what has all the words is shown, and an address leads to what it names."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from service.rules.rulebook import entries
from tests.browser.conftest import OpenPage, ServiceAt

ALL = len(entries())
RETENTION = "RF-CES-RETENTION"

Opened = Callable[[str], Page]


@pytest.fixture
def opened(page: Page, service_at: ServiceAt) -> Opened:
    """Open the page of the rules at what follows `/rules`."""

    def at(place: str) -> Page:
        page.goto(f"{service_at()}/rules{place}")
        return page

    return at


def shown(page: Page) -> list[str]:
    """The ids of the rules that are shown."""
    ids: list[str] = page.locator(".rule:visible").evaluate_all("(rules) => rules.map((each) => each.id)")
    return ids


def test_it_filters_while_one_types_and_says_how_many(opened: Opened) -> None:
    page = opened("")
    expect(page.locator("#count")).to_have_text(f"{ALL} rules.")
    assert len(shown(page)) == ALL
    page.keyboard.press("/")
    page.keyboard.type("Retention URINARY")
    assert shown(page)
    assert RETENTION in shown(page)
    for rule in page.locator(".rule:visible").all():
        text = rule.inner_text().lower()
        assert "retention" in text
        assert "urinary" in text
    expect(page.locator("#count")).to_have_text(f"{len(shown(page))} of {ALL} rules have “Retention URINARY”.")
    assert page.locator(".family:visible").count() == page.locator(".contents li:visible").count() < 11


@pytest.mark.parametrize(
    ("words", "found"),
    [("rf-ces-retention", RETENTION), ("girft2023", RETENTION), ("emergency cauda girft", RETENTION)],
    ids=["id", "key of a source", "words anywhere"],
)
def test_it_looks_everywhere(opened: Opened, words: str, found: str) -> None:
    page = opened("")
    page.locator("#q").fill(words)
    assert found in shown(page)
    assert len(shown(page)) < ALL


def test_escape_clears_and_where_nothing_is_found_it_is_said(opened: Opened) -> None:
    page = opened("")
    page.keyboard.press("/")
    page.keyboard.type("zebra crossing")
    expect(page.locator("#count")).to_have_text("No rule has all words of “zebra crossing”.")
    assert shown(page) == []
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("")
    expect(page.locator("#q")).to_be_focused()
    assert len(shown(page)) == ALL
    assert page.url.endswith("/rules")


def test_the_address_keeps_what_was_searched_for(opened: Opened) -> None:
    page = opened("")
    page.locator("#q").fill("bladder")
    before = shown(page)
    assert page.url.endswith("/rules?q=bladder")
    page.reload()
    expect(page.locator("#q")).to_have_value("bladder")
    assert shown(page) == before


def test_an_address_leads_to_its_rule_whatever_is_searched_for(opened: Opened) -> None:
    """Hazard H-09: a link from an answer leads to an empty page."""
    page = opened(f"?q=naproxen#{RETENTION}")
    expect(page.locator(f"#{RETENTION}")).to_be_in_viewport()
    expect(page.locator("#count")).to_contain_text(f"{RETENTION} is shown beside them")
    page.goto(page.url.replace(RETENTION, "RF-CES-BOWEL"))
    expect(page.locator("#RF-CES-BOWEL")).to_be_in_viewport()
    expect(page.locator(f"#{RETENTION}")).to_be_hidden()


def test_a_link_to_a_rule_is_seen_below_the_search(opened: Opened) -> None:
    page = opened("#RE-EDUCATION")
    place = page.locator("#RE-EDUCATION h3").bounding_box()
    finder = page.locator("#finder").bounding_box()
    assert place is not None
    assert finder is not None
    assert finder["y"] + finder["height"] <= place["y"] < 900


def test_printing_prints_what_is_shown(opened: Opened) -> None:
    page = opened("?q=retention")
    before = shown(page)
    page.emulate_media(media="print")
    assert shown(page) == before
    expect(page.locator("#finder")).to_be_hidden()
    expect(page.locator("#count")).to_contain_text("“retention”")


def test_without_scripts_it_is_one_long_page(open_page: OpenPage, service_at: ServiceAt) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"{service_at()}/rules")
    expect(page.locator("#finder")).to_be_hidden()
    assert page.locator(".rule:visible").count() == ALL


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("path", ["rules", "model"])
def test_nothing_runs_out_of_the_page(open_page: OpenPage, service_at: ServiceAt, path: str, width: int) -> None:
    page = open_page(viewport={"width": width, "height": 800})
    page.goto(f"{service_at()}/{path}")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
