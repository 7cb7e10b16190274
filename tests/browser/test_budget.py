"""The bedside page is small, comes from the service alone, runs under a strict policy, and leaves nothing behind."""

from playwright.sync_api import Browser, Page, expect

from bench.bedside import BUDGET, FIRST, LOADED, NEXT, measure, told
from tests.browser.budget import left_behind, loading
from tests.browser.conftest import ServiceAt
from tests.browser.entering import enter_by_mouse, example, settle
from tests.browser.watching import origin_of


def test_everything_the_page_loads_is_small_and_its_own(page: Page, service_at: ServiceAt) -> None:
    base = service_at()
    with loading(page) as loaded:
        page.goto(f"{base}/", wait_until="networkidle")
    assert {origin_of(url) for url in loaded.plain} == {base}
    assert f"{base}/" in loaded.plain
    assert len(loaded.plain) > 5, "scripts and styles are files of their own"
    assert 0 < loaded.transferred < BUDGET, loaded.sent
    assert loaded.transferred < loaded.size / 2, "it comes compressed"


def over_the_wire(page: Page) -> list[str]:
    """The addresses of what the page got from the service and not from its own memory."""
    urls: list[str] = page.evaluate(
        """() => performance.getEntries().filter((each) => each.transferSize > 0).map((each) => each.name)"""
    )
    return urls


def test_what_was_loaded_once_is_not_loaded_again(page: Page, service_at: ServiceAt) -> None:
    page.goto(f"{service_at()}/", wait_until="networkidle")
    assert len(over_the_wire(page)) > 5
    page.goto(f"{service_at()}/model", wait_until="networkidle")
    page.goto(f"{service_at()}/", wait_until="networkidle")
    assert over_the_wire(page) == [f"{service_at()}/"]


def test_the_policy_lets_nothing_run_but_files_of_the_service(page: Page, service_at: ServiceAt) -> None:
    answer = page.goto(f"{service_at()}/")
    assert answer is not None
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules["default-src"] == "'none'"
    assert {rules[name] for name in ("script-src", "style-src", "img-src", "connect-src")} == {"'self'"}
    assert {rules[name] for name in ("base-uri", "form-action", "frame-ancestors")} == {"'none'"}
    assert rules.keys() <= {
        *("default-src", "script-src", "style-src", "img-src", "connect-src"),
        *("base-uri", "form-action", "frame-ancestors"),
    }


def test_nothing_of_an_examination_outlives_the_tab(page: Page, service_at: ServiceAt) -> None:
    """Hazard H-26: the next person at a shared computer reads whose legs were examined."""
    page.goto(f"{service_at()}/", wait_until="networkidle")
    enter_by_mouse(page, example("exam"))
    expect(page.locator(".banner")).to_be_visible()
    settle(page)
    assert set(left_behind(page).values()) == {0}, left_behind(page)
    assert page.evaluate("sessionStorage.length") > 0, "a reload keeps it"
    assert "?" not in page.url
    assert "#" not in page.url
    other = page.context.new_page()
    other.goto(page.url, wait_until="networkidle")
    assert other.locator("#entry .answered").count() == 0


def test_the_measurement_measures_every_round(chromium: Browser, service_at: ServiceAt) -> None:
    measured = measure(chromium, f"{service_at()}/", rounds=2)
    assert {name: len(each) for name, each in measured.took.items()} == {LOADED: 2, FIRST: 2, NEXT: 2}
    assert all(milliseconds > 0 for each in measured.took.values() for milliseconds in each)
    assert f"| all | {measured.loaded.size / 1024:.1f} |" in told(measured)
