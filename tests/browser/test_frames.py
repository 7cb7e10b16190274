"""The bedside page in a frame: a record system that is configured may show it, and nobody else."""

import json
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authorization_server import CLIENT, LAUNCH, RecordSystem, record_system
from tests.browser.conftest import ServiceAt
from tests.browser.entering import AGE, control
from tests.browser.watching import Watched


@pytest.fixture
def base(system: RecordSystem, service_at: ServiceAt) -> str:
    return service_at(smart_servers=json.dumps([{"iss": system.iss, "client_id": CLIENT}]))


def frame(page: Page, system: RecordSystem, address: str, watched: Watched) -> None:
    """Open a page of `system` that shows `address` in a frame."""
    watched.allow(system.url)
    system.framed = address
    page.goto(f"{system.url}/viewer", wait_until="networkidle")


def test_a_launch_in_a_frame_of_the_record_system_ends_at_an_answer(
    page: Page, base: str, system: RecordSystem, watched: Watched
) -> None:
    frame(page, system, f"{base}/launch?{urlencode({'iss': system.iss, 'launch': LAUNCH})}", watched)
    framed = page.frame_locator("iframe")
    expect(framed.locator("#from-record")).to_contain_text("From the record")
    expect(framed.locator(".banner")).to_be_visible()
    assert system.refusals == []


@pytest.mark.parametrize("configured", [False, True], ids=["no record system", "another record system"])
def test_nobody_else_shows_the_page_in_a_frame(
    page: Page, base: str, service_at: ServiceAt, watched: Watched, configured: bool
) -> None:
    """A page around it could make a clinician tap what they do not see."""
    watched.expect("frame-ancestors")
    with record_system() as stranger:
        frame(page, stranger, f"{base if configured else service_at()}/", watched)
        assert page.frames[1].locator("#entry").count() == 0


def test_the_page_asks_the_record_system_and_nothing_else(page: Page, base: str, system: RecordSystem) -> None:
    answer = page.goto(f"{base}/")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert f"connect-src 'self' {system.url};" in policy
    assert policy.endswith(f"frame-ancestors {system.url}")
    assert control(page, AGE).count() == 1
