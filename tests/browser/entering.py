"""Entering an examination at the bedside page: with a mouse alone, and with the keys alone."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, Request, expect

EXAMPLES: Final = Path(__file__).parents[2] / "service" / "examples"
NAMES: Final = ("exam", "exam_l4", "exam_emergency")
"""The examples of the contract."""

AGE: Final = "/patient/age_years"
RETENTION: Final = "/red_flags/urinary_retention"
TOE: Final = "/examination/strength/great_toe_extension"
PAIN: Final = "/history/pain_locations"
MIDLINE: Final = "low_back"
MOST_STOPS: Final = 400
"""Stops of the tab key from the top of the page to its end; it has fewer."""


def example(name: str) -> dict[str, Any]:
    """The body of an example."""
    stated: dict[str, Any] = json.loads((EXAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return stated


def statements(stated: Mapping[str, Any], way: str = "") -> Iterator[tuple[str, Any]]:
    """Every statement by its JSON pointer; a list is one."""
    for key, value in stated.items():
        if isinstance(value, dict):
            yield from statements(value, f"{way}/{key}")
        else:
            yield f"{way}/{key}", value


def written(value: Any) -> str:
    """A value as the control of the page has it."""
    if isinstance(value, bool):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def sides(stated: Mapping[str, Any]) -> tuple[str, ...]:
    """The legs on which an example hurts."""
    side = stated.get("history", {}).get("side", "left")
    return ("left", "right") if side == "bilateral" else (side,)


def normal(stated: Any) -> Any:
    """A body with its lists in one order: they are sets."""
    if isinstance(stated, dict):
        return {key: normal(value) for key, value in stated.items()}
    return sorted(stated) if isinstance(stated, list) else stated


def control(page: Page, pointer: str) -> Locator:
    """The control of an item."""
    return page.locator(f'[data-pointer="{pointer}"]')


def choose(page: Page, pointer: str, value: str) -> None:
    """Tap an answer."""
    control(page, pointer).locator(f'label:has(input[value="{value}"])').click()


def started(page: Page) -> None:
    """Wait until the scripts of the bedside page have run: they take away what says that they have not."""
    expect(page.locator("#entry")).to_be_visible()
    expect(page.locator("#not-started")).to_have_count(0)


def settle(page: Page) -> None:
    """Wait until the page has an answer to what is entered, or says why not."""
    expect(page.locator('#said[aria-busy="false"]')).to_be_attached()


def last_asked(page: Page) -> list[dict[str, Any]]:
    """What the page asks the service from now on, the last one last."""
    bodies: list[dict[str, Any]] = []

    def take(request: Request) -> None:
        if "/v1/assessments" in request.url and request.method == "POST":
            bodies.append(json.loads(request.post_data or "{}"))

    page.on("request", take)
    return bodies


def enter_by_mouse(page: Page, stated: Mapping[str, Any]) -> None:
    """Point and click; digits alone are typed, where a number was clicked into."""
    for pointer, value in statements(stated):
        if pointer == PAIN:
            _mark_by_mouse(page, value, sides(stated))
            continue
        item = control(page, pointer)
        for folded in page.locator(f'details:not([open]):has([data-pointer="{pointer}"])').all():
            folded.locator("> summary").click()
        match item.get_attribute("data-kind"):
            case "number" | "text":
                item.locator("input").click()
                page.keyboard.type(written(value))
            case "choices":
                for each in value or [""]:
                    item.locator(f'label:has(input[value="{each}"])').click()
            case _:
                answer = item.locator(f'label:has(input[value="{written(value)}"])')
                if not answer.locator("input").is_checked():  # the side follows the marks
                    answer.click()


def _mark_by_mouse(page: Page, regions: list[str], legs: tuple[str, ...]) -> None:
    for region in regions:
        for leg in ("both",) if region == MIDLINE else legs:
            page.locator(f'#body .region[data-region="{region}"][data-side="{leg}"]').first.click()


def enter_by_keys(page: Page, stated: Mapping[str, Any]) -> None:
    """From the top of the page to its end with the tab key; at each control the keys that the page documents."""
    left = dict(statements(stated))
    page.locator("body").press("Home")
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate(
            """() => {
              const at = document.activeElement;
              const item = at.closest("[data-pointer]");
              const folded = at.tagName === "SUMMARY" ? [...at.parentElement.querySelectorAll("[data-pointer]")] : [];
              return {
                pointer: item?.dataset.pointer, kind: item?.dataset.kind, value: at.value, type: at.type,
                region: at.dataset.region, folded: folded.map((each) => each.dataset.pointer),
              };
            }"""
        )
        if any(each in left for each in here["folded"]):
            page.keyboard.press("Enter")
        elif here["region"] and PAIN in left:
            _mark_by_keys(page, left[PAIN], sides(stated))
            del left[PAIN]
        elif here["pointer"] in left and here["type"] != "button":  # how it is examined
            _answer_by_keys(page, here, left)
        if not left:
            return
    raise AssertionError(f"the keys do not lead to {sorted(left)}")


def _answer_by_keys(page: Page, here: Mapping[str, Any], left: dict[str, Any]) -> None:
    pointer, value = here["pointer"], left[here["pointer"]]
    match here["kind"]:
        case "number" | "text":
            page.keyboard.type(written(value))
        case "choices":
            if here["value"] not in (value or [""]):
                return
            page.keyboard.press("Space")
            if value and here["value"] != value[-1]:
                return
        case "grade" if value not in (0, 1, 2, 3, 4, 5, "weak"):
            page.keyboard.press(written(value + 0.5))
            page.keyboard.press("-")
        case "boolean":
            page.keyboard.press("y" if value else "n")
        case "grade":
            page.keyboard.press(written(value)[0])
        case _:
            _choose_by_arrows(page, written(value))
    del left[pointer]


def _mark_by_keys(page: Page, regions: list[str], legs: tuple[str, ...]) -> None:
    """From the first region of the first view: what is drawn there by its arrows, the rest in the list by name."""
    page.locator("#body .by-name summary").focus()
    page.keyboard.press("Enter")
    wanted = {(region, leg) for region in regions for leg in (("both",) if region == MIDLINE else legs)}
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        here = page.evaluate("[document.activeElement.dataset.region, document.activeElement.dataset.side]")
        if tuple(here) in wanted:
            page.keyboard.press("Enter")
            wanted.discard((here[0], here[1]))
        if not wanted:
            return
    raise AssertionError(f"the keys do not lead to {sorted(wanted)}")


def _choose_by_arrows(page: Page, value: str) -> None:
    for _ in range(12):
        if page.evaluate("document.activeElement.value") == value:
            return
        page.keyboard.press("ArrowRight")
    raise AssertionError(f"the arrow keys do not lead to {value}")
