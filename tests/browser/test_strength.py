"""Strength over time: drawn of what is on record of one person and of what is entered, and never of another leg."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from tests.browser.conftest import ServiceAt
from tests.browser.entering import control
from tests.browser.restoring import restore
from tests.browser.watching import Watched

KEY = "/patient/reference"
TOE, KNEE = "great_toe_extension", "knee_extension"

Stated = dict[str, Any]


def visit(key: str, day: int, strength: Stated, side: str = "left", **more: Any) -> Stated:
    """One examination of November 2026."""
    return {
        "patient": {"age_years": 44, "reference": key},
        "history": {"side": side},
        "examination": {"strength": strength},
        "examined_at": f"2026-11-{day:02}T10:00:00Z",
        **more,
    }


@pytest.fixture
def key() -> str:
    """Of somebody whom no other test examines."""
    return f"person-{uuid4()}"


@pytest.fixture
def examined(page: Page, service_at: ServiceAt) -> Callable[..., Page]:
    """Record visits, and enter the last one at the page."""

    def recorded(*visits: Stated) -> Page:
        for each in visits[:-1]:
            answer = page.request.post(f"{service_at()}/v1/assessments", data=each)
            assert answer.status == 201, answer.text()
        return restore(page, service_at(), visits[-1])

    return recorded


def test_a_grade_that_fell_is_said_and_marked_by_its_shape(examined: Callable[..., Page], key: str) -> None:
    page = examined(
        visit(key, 1, {TOE: 4.5, KNEE: 4}),
        visit(key, 8, {TOE: 4, KNEE: 4}),
        visit(key, 15, {TOE: 3, KNEE: 5}),
    )
    charts = page.locator("#strength .course > li")
    expect(charts).to_have_count(2)
    toe, knee = charts.filter(has_text="Great toe extension"), charts.filter(has_text="Knee extension")
    expect(toe).to_contain_text("fell from MRC 4 to MRC 3")
    expect(toe.locator("svg .fell")).to_have_count(2)
    expect(toe.locator("svg .last")).to_have_text("3")
    expect(knee).to_contain_text("rose from MRC 4 to MRC 5")
    expect(knee.locator("svg .fell")).to_have_count(0)
    page.locator("#strength summary").click()
    rows = page.locator("#strength tbody tr").all_inner_texts()
    assert [row.split("\t") for row in rows] == [
        ["Knee extension", "MRC 4", "MRC 4", "MRC 5"],
        ["Great toe extension", "MRC 4+", "MRC 4", "MRC 3"],
    ]
    assert page.locator("#strength thead th").all_inner_texts()[-1] == "now"
    assert faults(page) == []


def test_weak_without_a_grade_is_joined_to_nothing(examined: Callable[..., Page], key: str) -> None:
    page = examined(visit(key, 1, {TOE: 4}), visit(key, 8, {TOE: "weak"}), visit(key, 15, {TOE: 4}))
    chart = page.locator("#strength .course > li")
    expect(chart.locator("svg .weak")).to_have_count(1)
    expect(chart).to_contain_text("unchanged at MRC 4")
    points = chart.locator("polyline").get_attribute("points")
    assert points is not None
    assert len(points.split()) == 2


def test_the_same_leg_is_drawn_where_the_other_one_was_worse(examined: Callable[..., Page], key: str) -> None:
    """Hazard H-10: strength of one leg is taken for that of the other."""
    page = examined(visit(key, 1, {TOE: 1}, "right", other_leg={"strength": {TOE: 5}}), visit(key, 8, {TOE: 4}, "left"))
    chart = page.locator("#strength .course > li")
    expect(chart).to_contain_text("fell from MRC 5 to MRC 4")
    expect(page.locator("#strength .notice")).to_contain_text("the other side was the worse one")


@pytest.mark.parametrize(
    ("visits", "reason"),
    [
        pytest.param([], "No earlier examination is on record", id="no other visit"),
        pytest.param([(1, {TOE: "weak"}, "left")], "No movement was graded at two", id="never graded"),
        pytest.param([(1, {TOE: 3}, "right")], "No movement was graded at two", id="the other leg"),
        pytest.param([(8, {TOE: 3}, "left")], "No movement was graded at two", id="the same visit, corrected"),
    ],
)
def test_where_there_is_nothing_to_draw_it_is_said_why(
    examined: Callable[..., Page], key: str, visits: list[tuple[int, Stated, str]], reason: str
) -> None:
    page = examined(*(visit(key, *each) for each in visits), visit(key, 8, {TOE: 4}))
    expect(page.locator("#strength [role=status]")).to_contain_text(reason)
    expect(page.locator("#strength svg")).to_have_count(0)


def test_a_recorded_examination_is_drawn_once(examined: Callable[..., Page], key: str) -> None:
    now = visit(key, 8, {TOE: 4})
    del now["examined_at"]
    page = examined(visit(key, 1, {TOE: 5}), now)
    chart = page.locator("#strength .course > li")
    expect(chart.locator("svg circle, svg .fell")).to_have_count(2)
    page.get_by_role("button", name="Record this answer").click()
    expect(page.locator("#recording")).to_contain_text("Recorded at")
    expect(page.locator("#strength [role=status]")).to_contain_text("2 examinations")
    expect(chart.locator("svg circle, svg .fell")).to_have_count(2)


def test_without_a_key_nothing_is_asked_and_another_key_is_another_person(
    examined: Callable[..., Page], key: str
) -> None:
    """Hazard H-10."""
    page = examined(visit(key, 1, {TOE: 5}), visit(key, 8, {TOE: 4}))
    expect(page.locator("#strength svg")).to_have_count(1)
    field = control(page, KEY).locator("input")
    field.fill(f"{key}-b")
    field.blur()
    expect(page.locator("#strength svg")).to_have_count(0)
    expect(page.locator("#strength [role=status]")).to_contain_text("No earlier examination")
    field.fill("")
    field.blur()
    expect(page.locator("#strength [role=status]")).to_contain_text("Enter your key")


def test_without_a_connection_it_is_said_and_drawn_once_it_is_back(
    examined: Callable[..., Page], watched: Watched, key: str
) -> None:
    watched.expect("ERR_INTERNET_DISCONNECTED")
    page = examined(visit(key, 1, {TOE: 5}), visit("", 8, {TOE: 4}))
    page.context.set_offline(True)
    control(page, KEY).locator("input").fill(key)
    control(page, KEY).locator("input").blur()
    expect(page.locator("#strength [role=status]")).to_contain_text("no connection")
    page.context.set_offline(False)
    expect(page.locator("#strength svg")).to_have_count(1)
