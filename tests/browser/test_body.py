"""The drawing: marks by tap and by key, on the right leg, in the lists of the contract; and the shading of roots."""

from typing import Any, Final

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Opened, OpenPage
from tests.browser.entering import control, enter_by_mouse, example, settle

KEPT: Final = "JSON.parse(sessionStorage.getItem('nerveroot.entry'))?.now ?? {exam: {}, page: {}}"
LISTS: Final = {"pain": "pain_locations", "tingling": "paresthesia_locations"}


def region(page: Page, name: str, side: str, view: str = "front") -> Locator:
    """A region of a view."""
    return page.locator(f'#body [data-view="{view}"] .region[data-region="{name}"][data-side="{side}"]')


def history(page: Page) -> dict[str, Any]:
    """What is entered of the history."""
    found: dict[str, Any] = page.evaluate(KEPT)["exam"].get("history", {})
    return found


def focused(page: Page) -> str:
    """What has the focus, as it is read out."""
    said: str = page.evaluate("document.activeElement.getAttribute('aria-label')")
    return said


def come_with_a_list(page: Page, **stated: Any) -> None:
    """Regions that were not marked here, as those of a reload of what an older page kept."""
    page.evaluate(
        """(history) => sessionStorage.setItem("nerveroot.entry",
          JSON.stringify({now: {exam: {history}, page: {}}, past: [], future: []}))""",
        stated,
    )
    page.reload()


def test_taps_go_from_pain_over_both_to_tingling_and_back(page: Page, bedside: Opened) -> None:
    bedside(page)
    knee = region(page, "knee", "left")
    for pain, tingling, said in (
        (True, False, "Knee, left: pain"),
        (True, True, "Knee, left: pain and tingling"),
        (False, True, "Knee, left: tingling"),
        (False, False, "Knee, left: no mark"),
    ):
        knee.click()
        assert (LISTS["pain"] in history(page), LISTS["tingling"] in history(page)) == (pain, tingling)
        expect(knee).to_have_attribute("aria-label", said)
        expect(page.locator("#announced")).to_have_text(said)
    assert history(page) == {}, "no mark is not asked: never an empty list, never a side"


def test_the_same_by_keys(page: Page, bedside: Opened) -> None:
    bedside(page)
    region(page, "knee", "left").focus()
    for key, stated in (
        ("p", {"pain_locations": ["knee"], "side": "left"}),
        ("t", {"pain_locations": ["knee"], "paresthesia_locations": ["knee"], "side": "left"}),
        ("p", {"paresthesia_locations": ["knee"], "side": "left"}),
        ("Delete", {}),
        ("Enter", {"pain_locations": ["knee"], "side": "left"}),
        ("Control+z", {}),
    ):
        page.keyboard.press(key)
        assert history(page) == stated, key


def test_arrows_lead_to_what_lies_there_and_a_view_is_one_stop_of_the_tab_key(page: Page, bedside: Opened) -> None:
    bedside(page)
    region(page, "knee", "right").focus()
    for key, said in (
        ("ArrowRight", "Knee, left"),
        ("ArrowDown", "Anterior leg, left"),
        ("ArrowRight", "Lateral leg, left"),
        ("ArrowUp", "Knee, left"),
        ("Home", "Groin, left"),
        ("Tab", "Medial ankle, left"),
        ("Shift+Tab", "Groin, left"),
    ):
        page.keyboard.press(key)
        assert focused(page) == f"{said}: no mark"
    assert page.locator("#body .body-view [tabindex='0']").count() == page.locator("#body .body-view").count()
    expect(page.locator("[data-view=front] .ring[href]")).to_have_count(1)


def test_the_views_show_the_same_and_the_low_back_is_of_no_side(page: Page, bedside: Opened) -> None:
    bedside(page)
    region(page, "low_back", "both", "back").click()
    assert history(page) == {"pain_locations": ["low_back"]}
    region(page, "great_toe", "right", "sole").click()
    assert history(page) == {"pain_locations": ["great_toe", "low_back"], "side": "right"}
    for view in ("front", "dorsum", "sole"):
        mark = page.locator(f'[data-view={view}] .region[data-region=great_toe][data-side="right"] + .mark')
        expect(mark).to_have_attribute("fill", "url(#body-pain)")
    seen_again = region(page, "great_toe", "right", "sole")
    expect(seen_again).to_have_attribute("aria-label", "Great toe, right (Soles of the feet): pain")
    region(page, "knee", "left").click()
    assert history(page)["side"] == "bilateral"


def test_marks_move_to_the_leg_that_is_stated_and_stay_where_they_are_made_then(page: Page, bedside: Opened) -> None:
    """Hazard H-04: the pain is on one leg in the text and on the other in the drawing."""
    bedside(page)
    region(page, "knee", "left").click()
    control(page, "/history/side").locator('label:has(input[value="right"])').click()
    expect(region(page, "knee", "right")).to_have_attribute("aria-label", "Knee, right: pain")
    expect(region(page, "knee", "left")).to_have_attribute("aria-label", "Knee, left: no mark")
    note = page.locator("#body .astray")
    expect(note).to_be_hidden()
    region(page, "groin", "left").click()
    assert history(page) == {"pain_locations": ["groin", "knee"], "side": "right"}, "stated is stated"
    expect(note).to_contain_text("Right")
    page.locator("#undo").click()
    page.locator("#undo").click()
    expect(region(page, "knee", "left")).to_have_attribute("aria-label", "Knee, left: pain")


@pytest.mark.parametrize(
    ("side", "left", "right"),
    [("left", "pain", "no mark"), ("right", "no mark", "pain"), (None, "pain", "pain")],
)
def test_a_list_without_marks_is_shown_on_the_stated_side_or_on_both(
    page: Page, bedside: Opened, side: str | None, left: str, right: str
) -> None:
    bedside(page)
    come_with_a_list(page, pain_locations=["knee", "heel"], **({"side": side} if side else {}))
    expect(region(page, "knee", "left")).to_have_attribute("aria-label", f"Knee, left: {left}")
    expect(region(page, "knee", "right")).to_have_attribute("aria-label", f"Knee, right: {right}")
    region(page, "groin", "left").click()
    assert history(page)["pain_locations"] == ["groin", "heel", "knee"]
    assert history(page)["side"] == "left", "of the one mark that was made; nobody said where the others are"


def test_none_is_said_and_not_left_out(page: Page, bedside: Opened) -> None:
    """Hazard H-02: what nobody asked is taken for absent."""
    bedside(page)
    none, still_open = page.locator("#body [data-deny=tingling]"), page.locator("#body .open")
    expect(still_open).to_have_text("Pain: not asked. Tingling or numbness: not asked.")
    none.click()
    assert history(page) == {"paresthesia_locations": []}
    expect(none).to_have_attribute("aria-pressed", "true")
    expect(still_open).to_have_text("Pain: not asked.")
    none.click()
    assert history(page) == {}
    region(page, "knee", "left").click(click_count=2)
    expect(none).to_be_disabled()


def test_every_region_has_a_button_by_its_name(page: Page, bedside: Opened) -> None:
    bedside(page)
    page.locator("#body .by-name summary").click()
    button = page.locator('#body .by-name button[data-region="fifth_toe"][data-side="left"]')
    button.click()
    assert history(page) == {"pain_locations": ["fifth_toe"], "side": "left"}
    expect(button).to_have_text("Left: pain")
    assert page.locator("#body .by-name button").count() == 2 * 20 - 1


def share(page: Page, name: str, side: str) -> int:
    """How deep the skin of a region is shaded, in per cent."""
    said: str = region(page, name, side).evaluate("each => each.style.getPropertyValue('--share')")
    return int(said.removesuffix("%") or 0)


def test_the_skin_of_the_likely_root_is_the_deepest_on_the_leg_that_hurts(page: Page, bedside: Opened) -> None:
    enter_by_mouse(bedside(page), example("exam"))
    settle(page)
    expect(page.locator("#body .legend.roots")).to_contain_text("L5 over 90 %")
    assert share(page, "lateral_leg", "left") > 60
    assert share(page, "medial_leg", "left") < 10
    assert share(page, "anterior_thigh", "left") == 0, "the model says nothing of L3"
    assert share(page, "lateral_leg", "right") == 0
    control(page, "/patient/age_years").locator("input").fill("")
    expect(page.locator("#body .legend.roots")).to_contain_text("L5 \u2013")
    assert share(page, "lateral_leg", "left") == 0


def test_nothing_is_shaded_where_the_model_says_nothing(open_page: OpenPage, bedside: Opened) -> None:
    page = bedside(open_page())
    control(page, "/patient/age_years").locator("input").fill("44")
    expect(page.locator(".banner")).to_be_visible()
    settle(page)
    expect(page.locator("#said")).to_contain_text("No statement about a root")
    expect(page.locator("#body .legend.roots")).to_contain_text("L5 \u2013")
    assert share(page, "lateral_leg", "left") == 0
