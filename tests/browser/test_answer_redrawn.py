"""A new answer in the place of the one before takes nothing out of the reader's hands."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Answered
from tests.browser.entering import example, settle
from tests.browser.examinations import EVERY, SINCE, stated

TOP = "document.querySelector('#said .plan').getBoundingClientRect().top"
SCROLLED = "document.querySelector('#answer').scrollTop"
FOLDED = "[...document.querySelectorAll('#said details')].map((each) => [each.dataset.key, each.open])"
FOCUSABLE = "[...document.querySelectorAll('#said :is(button, a, summary)')].map((at) => at.dataset.key)"


def ask_again(page: Page) -> None:
    """Let the page ask for the same answer once more."""
    with page.expect_response("**/v1/assessments*"):
        page.evaluate("window.dispatchEvent(new Event('online'))")
    settle(page)


def choose(page: Page, pointer: str, value: str) -> None:
    """Choose an answer without taking the focus or the screen from where they are."""
    page.evaluate(
        """([pointer, value]) => {
          const input = document.querySelector(`[data-pointer="${pointer}"] input[value="${value}"]`);
          input.checked = true;
          input.dispatchEvent(new Event("change", { bubbles: true }));
        }""",
        [pointer, value],
    )
    settle(page)


@pytest.mark.parametrize("name", EVERY)
def test_whatever_can_have_the_focus_has_a_key_of_its_own(answered: Answered, name: str) -> None:
    page = answered(EVERY[name])
    keys = page.evaluate(FOCUSABLE)
    assert len(keys) > 15
    assert None not in keys
    assert len(keys) == len(set(keys))


def test_the_focus_stays_where_it_is_over_a_new_answer(answered: Answered) -> None:
    page = answered(SINCE)
    page.evaluate("document.querySelectorAll('#said details').forEach((each) => { each.open = true; })")
    wanted = page.evaluate(
        "[...document.querySelectorAll('#said :is(button, a, summary)')].map((at) => at.dataset.key)"
    )
    held = page.evaluate(
        """async ([keys, answer]) => {
          const { showAnswer } = await import(new URL("answer.js", document.querySelector("script[type=module]").src));
          return keys.filter((key) => {
            document.querySelector(`#said [data-key="${CSS.escape(key)}"]`).focus();
            showAnswer(document.getElementById("said"), answer);
            return document.activeElement.dataset.key === key;
          });
        }""",
        [wanted, page.request.post(f"{page.url}v1/assessments?commit=false", data=SINCE).json()],
    )
    assert held == wanted


def test_where_what_had_the_focus_is_gone_the_answer_has_it(answered: Answered) -> None:
    page = answered(stated(44, red_flags={"fever": True}))
    page.locator("#said .flags summary").first.focus()
    choose(page, "/red_flags/fever", "false")
    expect(page.locator("#said .flags")).to_have_count(0)
    expect(page.locator("#answer")).to_be_focused()


def test_what_was_opened_stays_open_and_the_rest_closed(answered: Answered) -> None:
    page = answered(example("exam"))
    page.locator("#said .roots .why summary").click()
    page.locator("#said .plan details.sources summary").first.click()
    before = page.evaluate(
        "[...document.querySelectorAll('#said details')].map((each) => [each.dataset.key, each.open])"
    )
    assert [is_open for _, is_open in before].count(True) == 2
    ask_again(page)
    after = page.evaluate(
        "[...document.querySelectorAll('#said details')].map((each) => [each.dataset.key, each.open])"
    )
    assert after == before


def test_what_is_read_stays_where_it_is_over_a_new_answer(answered: Answered) -> None:
    page = answered(stated(history={"pain_locations": ["lateral_leg"]}))
    page.locator("#answer").evaluate("each => { each.scrollTop = document.querySelector('#said .plan').offsetTop; }")
    top, scrolled = page.evaluate(TOP), page.evaluate(SCROLLED)
    assert scrolled > 300
    ask_again(page)
    assert page.evaluate(SCROLLED) == pytest.approx(scrolled, abs=2)
    questions = page.locator("#said .questions li").count()
    choose(page, "/treatment/nsaid_contraindications", "")
    expect(page.locator("#said .questions > ul > li")).not_to_have_count(questions)
    assert page.evaluate(TOP) == pytest.approx(top, abs=4)
    assert page.evaluate(SCROLLED) != pytest.approx(scrolled, abs=4)


def test_what_has_become_graver_is_seen(answered: Answered) -> None:
    """Hazard H-01: the banner turns red above what is in sight."""
    page = answered(example("exam"))
    page.locator("#answer").evaluate("each => { each.scrollTop = 900; }")
    choose(page, "/red_flags/urinary_retention", "true")
    expect(page.locator(".banner.emergency")).to_be_in_viewport(ratio=0.9)
