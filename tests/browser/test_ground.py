"""The ground of these tests: what goes wrong in a page without anybody seeing it fails the test."""

from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.chromium import NAMED, program
from tests.browser.conftest import ServiceAt
from tests.browser.watching import Watched, origin_of

FAULTS = {
    "an error of a script": ("setTimeout(() => { throw new Error('odd') })", "script: odd"),
    "a rejected promise": ("Promise.reject(new Error('odd')); undefined", "script: odd"),
    "an error that is told": ("console.error('odd')", "console: odd"),
    "a script within the page": (
        "document.body.append(Object.assign(document.createElement('script'), {textContent: '1'}))",
        "console: .*Content Security Policy",
    ),
    "a style within the page": ("document.body.setAttribute('style', 'top: 0')", "console: .*Content Security Policy"),
    "something that is not there": ("fetch('nowhere'); undefined", "console: Failed to load resource.* 404"),
    "something from elsewhere": (
        "fetch('http://127.0.0.1:9/').catch(() => 0); undefined",
        "console: .*Content Security Policy",
    ),
}


@pytest.mark.parametrize(("script", "fault"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_seen(page: Page, service_at: ServiceAt, watched: Watched, script: str, fault: str) -> None:
    page.goto(f"{service_at()}/model")
    watched.expect(fault)
    page.evaluate(script)
    for _ in range(500):
        if watched.faults:
            break
        page.wait_for_timeout(20)
    with pytest.raises(AssertionError):
        Watched(own=set, faults=watched.faults).check()


def test_a_request_to_another_origin_is_seen_where_no_policy_stops_it(page: Page, watched: Watched) -> None:
    watched.expect("elsewhere: GET http://127.0.0.1:9/")
    page.set_content('<img src="http://127.0.0.1:9/" alt="">')
    watched.expect("console: Failed to load resource")


def test_a_fault_that_is_expected_has_to_happen() -> None:
    watched = Watched(own=set)
    watched.expect("odd")
    with pytest.raises(AssertionError, match="did not happen"):
        watched.check()


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("http://127.0.0.1:8000/model?a=b#c", "http://127.0.0.1:8000"),
        ("blob:http://127.0.0.1:8000/1b9d", "http://127.0.0.1:8000"),
        ("https://example.org/", "https://example.org"),
    ],
)
def test_whose_an_address_is(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_the_program_that_is_named_is_taken_or_none(tmp_path: Path) -> None:
    named = tmp_path / "browser"
    assert program({NAMED: str(named)}) is None
    named.write_text("#!/bin/sh\n")
    named.chmod(0o700)
    assert program({NAMED: str(named)}) == str(named)
