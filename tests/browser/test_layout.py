"""The bedside page on screens of every size: nothing covers what has the focus, nothing jumps, nothing runs out."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opened, OpenPage
from tests.browser.entering import AGE, RETENTION, TOE, choose, control, enter_by_mouse, example, settle
from tests.browser.watching import Watched

PHONE = {"width": 360, "height": 740}
COVERED = """() => {
  if (document.activeElement.id === "answer") return null; // as tall as all that is in it
  const at = document.activeElement.closest("label, summary, button, a, h2") ?? document.activeElement;
  const { top, bottom } = at.getBoundingClientRect();
  const over = [...document.querySelectorAll("#top, #bar")]
    .filter((each) => each.checkVisibility() && !each.contains(at) && getComputedStyle(each).position !== "static")
    .map((each) => each.getBoundingClientRect());
  return over.some((each) => top < each.bottom - 1 && bottom > each.top + 1) ? at.outerHTML.slice(0, 120) : null;
}"""


@pytest.mark.parametrize("width", [360, 700, 800, 1100])
def test_nothing_lies_over_what_has_the_focus(open_page: OpenPage, bedside: Opened, width: int) -> None:
    """WCAG 2.2, 2.4.11."""
    page = bedside(open_page(viewport={"width": width, "height": 600}))
    control(page, AGE).locator("input").fill("44")
    choose(page, RETENTION, "true")
    settle(page)
    control(page, AGE).locator("input").focus()
    covered = []
    for _ in range(60):
        page.keyboard.press("Tab")
        covered.append(page.evaluate(COVERED))
    for _ in range(30):
        page.keyboard.press("Shift+Tab")
        covered.append(page.evaluate(COVERED))
    for _ in range(6):
        page.keyboard.press("]")
        covered.append(page.evaluate(COVERED))
    assert [each for each in covered if each] == []


def test_the_urgency_at_the_foot_gives_way_to_the_banner_and_leads_back(open_page: OpenPage, bedside: Opened) -> None:
    page = bedside(open_page(viewport=PHONE))
    control(page, AGE).locator("input").fill("44")
    choose(page, RETENTION, "true")
    settle(page)
    bar = page.locator("#bar")
    expect(bar.locator("a")).to_be_visible()
    expect(bar.locator("button")).to_be_hidden()
    bar.locator("a").click()
    expect(page.locator(".banner.emergency")).to_be_in_viewport(ratio=0.9)
    expect(bar.locator("a")).to_be_hidden()
    bar.get_by_role("button", name="Back to the examination").click()
    expect(control(page, RETENTION).locator("input:checked")).to_be_focused()
    expect(control(page, RETENTION)).to_be_in_viewport()
    expect(bar.locator("a")).to_be_visible()


@pytest.mark.parametrize("width", [360, 800, 1280])
def test_an_answer_moves_no_other_question(open_page: OpenPage, bedside: Opened, width: int) -> None:
    """Hazard H-32: the next tap hits what has slipped under the finger."""
    page = bedside(open_page(viewport={"width": width, "height": 900}))
    control(page, AGE).locator("input").fill("44")
    settle(page)
    control(page, TOE).scroll_into_view_if_needed()
    where = """() => Object.fromEntries([...document.querySelectorAll("#entry .item")]
      .filter((each) => each.checkVisibility())
      .map((each) => [each.dataset.pointer, each.getBoundingClientRect().top + window.scrollY]))"""
    before = page.evaluate(where)
    for pointer, value in ((TOE, "4"), (RETENTION, "true"), ("/history/pain_severity", "7")):
        if value == "7":
            control(page, pointer).locator("input").fill(value)
        else:
            choose(page, pointer, value)
    settle(page)
    moved = {key: at - before[key] for key, at in page.evaluate(where).items() if abs(at - before[key]) > 1}
    assert moved == {}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_an_old_answer_is_told_by_more_than_its_shade(
    open_page: OpenPage, bedside: Opened, watched: Watched, scheme: str
) -> None:
    """Hazard H-31; WCAG 1.4.1: a frame and a word, and the text stays as legible as it was."""
    watched.expect("ERR_INTERNET_DISCONNECTED")
    page = bedside(open_page(color_scheme=scheme))
    control(page, AGE).locator("input").fill("39")
    choose(page, RETENTION, "true")
    settle(page)
    page.context.set_offline(True)
    choose(page, TOE, "4")
    expect(page.locator("#connection")).to_contain_text("OLD ANSWER")
    said = page.locator("#said")
    expect(said).to_have_css("border-top-style", "dashed")
    expect(said).to_have_css("opacity", "1")
    assert (
        page.evaluate(
            """() => {
          const { color, backgroundColor } = getComputedStyle(document.querySelector("#said .banner"));
          const light = (text) => {
            const [r, g, b] = text.match(/[\\d.]+/g).map(Number)
              .map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const [most, least] = [light(color), light(backgroundColor)].sort((one, other) => other - one);
          return (most + 0.05) / (least + 0.05);
        }"""
        )
        >= 4.5
    )


@pytest.mark.parametrize(
    ("width", "size"),
    [(320, "100%"), (360, "200%"), (1280, "200%")],
    ids=["320", "360 twice the text", "twice the text"],
)
def test_large_text_and_a_narrow_screen_need_no_scrolling_sideways(
    open_page: OpenPage, bedside: Opened, width: int, size: str
) -> None:
    """WCAG 1.4.4 and 1.4.10."""
    page = bedside(open_page(viewport={"width": width, "height": 900}))
    page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", size)
    enter_by_mouse(page, example("exam_emergency"))
    settle(page)
    page.locator("#other-leg > summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    out = page.evaluate(
        """(width) => [...document.querySelectorAll("#entry *, #answer *")]
          .filter((each) => each.checkVisibility() && !each.closest("svg, .unseen, .rare, [popover]"))
          .filter((each) => each.getBoundingClientRect().right > width + 1)
          .map((each) => each.outerHTML.slice(0, 100))""",
        width,
    )
    assert out == []


TARGETS = """() => [...document.querySelectorAll("a, button, summary, select, input, .choices label")]
  .filter((each) => each.checkVisibility() && !each.closest("[popover], .rare, svg, .unseen, .skip"))
  .filter((each) => !each.matches(".choices input, .check input"))
  .filter((each) => {
    // A link in a sentence is as large as its words (WCAG 2.2, 2.5.8).
    const around = each.closest("p, li, dd, div, figcaption, td")?.textContent.trim() ?? "";
    const inText = each.matches("a, .link") && around.length > each.textContent.trim().length + 3;
    return each.tagName === "SUMMARY" || !inText;
  })
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, { width, height }]) => width < 43.9 || height < 43.9)
  .map(([each, { width, height }]) => `${each.outerHTML.slice(0, 90)} ${width} x ${height}`)"""


@pytest.mark.parametrize("path", ["", "rules", "model", "form", "launch"])
def test_every_target_is_44_pixels(open_page: OpenPage, bedside: Opened, path: str) -> None:
    """WCAG 2.2, 2.5.5, on every page."""
    page: Page = bedside(open_page(viewport=PHONE))
    if path:
        page.goto(f"{page.url}{path}")
    else:
        enter_by_mouse(page, example("exam_emergency"))
        settle(page)
        page.locator("#said details").evaluate_all("(all) => all.forEach((each) => { each.open = true; })")
    assert page.evaluate(TARGETS) == []
