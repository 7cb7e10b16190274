"""Signing in at the bedside page of a service that asks who calls: by key, by token, and at a real issuer."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.accessibility import faults
from tests.browser.authorization_server import AUDIENCE, CLIENT, RecordSystem
from tests.browser.conftest import ServiceAt
from tests.browser.entering import control
from tests.browser.watching import Watched
from tests.identity.keys import made

AGE = "/patient/age_years"


@pytest.fixture
def base(system: RecordSystem, service_at: ServiceAt) -> str:
    """A service at whose issuer the page is registered."""
    return service_at(
        auth="jwt",
        jwt_issuer=system.url,
        jwt_audience=AUDIENCE,
        jwt_jwks_url=f"{system.url}/jwks",
        jwt_page_client_id=CLIENT,
    )


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A file of keys, and one that is in it."""
    file = tmp_path_factory.mktemp("keys") / "keys.json"
    return file, made(file)


def enter_age(page: Page) -> None:
    control(page, AGE).locator("input").fill("44")


def test_a_key_lets_the_page_ask_and_a_wrong_one_loses_nothing(
    page: Page, service_at: ServiceAt, keys: tuple[Path, str], watched: Watched
) -> None:
    watched.expect("401")
    file, key = keys
    page.goto(f"{service_at(auth='api_key', api_keys_file=str(file))}/", wait_until="networkidle")
    enter_age(page)
    expect(page.locator("#connection")).to_contain_text("Sign in to get an answer")
    expect(page.locator(".banner")).to_have_count(0)
    page.locator("#signin").get_by_role("button", name="Sign in").click()
    page.get_by_label("Access key").fill("nr_wrong_key")
    page.get_by_label("Access key").press("Enter")
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("was not taken")
    assert faults(page) == []
    page.get_by_label("Access key").fill(key)
    page.get_by_label("Access key").press("Enter")
    expect(page.locator(".banner")).to_be_visible()
    expect(control(page, AGE).locator("input")).to_have_value("44")
    page.reload()
    expect(page.locator(".banner")).to_be_visible()
    assert page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#connection")).to_contain_text("Sign in to get an answer")
    assert key not in page.evaluate("JSON.stringify({...sessionStorage})")


def test_the_page_signs_in_at_the_issuer_and_again_when_the_token_has_expired(
    page: Page, base: str, system: RecordSystem, watched: Watched
) -> None:
    watched.expect("401")
    system.lifetime = -3600  # of the first token: it has expired when it comes
    page.goto(f"{base}/", wait_until="networkidle")
    enter_age(page)
    page.locator("#signin").get_by_role("button", name="Sign in").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("Sign in again")
    assert page.url == f"{base}/"
    system.lifetime = 300
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.locator(".banner")).to_be_visible()
    expect(control(page, AGE).locator("input")).to_have_value("44")
    assert system.refusals == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"denies": True}, "was broken off"),
        ({"names_issuer": "https://other.example"}, "came from another server"),
        ({"silent": True}, "came from another server"),
        ({"methods": ("plain",)}, "PKCE"),
        ({"token_origin": "https://elsewhere.example"}, "https://elsewhere.example"),
    ],
    ids=["denied", "another issuer", "names none", "plain PKCE", "token elsewhere"],
)
def test_a_sign_in_that_comes_to_nothing_is_said_and_loses_nothing(
    page: Page, base: str, system: RecordSystem, watched: Watched, changes: dict[str, Any], said: str
) -> None:
    watched.expect("401")
    system.__dict__.update(changes)
    page.goto(f"{base}/", wait_until="networkidle")
    enter_age(page)
    expect(page.locator("#connection")).to_contain_text("Sign in to get an answer")
    page.locator("#signin").get_by_role("button", name="Sign in").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text(said)
    assert page.url == f"{base}/"
    assert "/token" not in system.asked
    expect(control(page, AGE).locator("input")).to_have_value("44")
    expect(page.locator("#signin")).to_contain_text("Sign in")


def test_an_issuer_without_openid_connect_is_found_by_its_oauth_metadata(
    page: Page, base: str, system: RecordSystem, watched: Watched
) -> None:
    """RFC 8414; the other address answers 404, without the headers of CORS."""
    watched.expect("CORS")
    watched.expect("ERR_FAILED")
    system.openid = False
    page.goto(f"{base}/", wait_until="networkidle")
    page.locator("#signin").get_by_role("button", name="Sign in").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    assert system.scopes == ["openid assess read"]
    assert system.refusals == []


def test_without_a_client_of_its_own_the_page_asks_for_a_token(
    page: Page, service_at: ServiceAt, system: RecordSystem, watched: Watched
) -> None:
    watched.expect("401")
    base = service_at(auth="jwt", jwt_issuer=system.url, jwt_audience=AUDIENCE, jwt_jwks_url=f"{system.url}/jwks")
    page.goto(f"{base}/", wait_until="networkidle")
    enter_age(page)
    page.locator("#signin").get_by_role("button", name="Sign in").click()
    page.get_by_label("Access token").fill(system.own_token({"resource": AUDIENCE, "scope": "assess read"}))
    page.get_by_label("Access token").press("Enter")
    expect(page.locator(".banner")).to_be_visible()


def test_a_service_that_asks_nobody_has_nothing_to_sign_in_to(page: Page, service_at: ServiceAt) -> None:
    page.goto(f"{service_at()}/", wait_until="networkidle")
    expect(page.locator("#signin button")).to_have_count(0)
    told = json.loads(page.locator("#settings").text_content() or "")
    assert told["auth"] == "none"
    assert told["smart"] == []
