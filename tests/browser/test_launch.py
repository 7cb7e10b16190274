"""The SMART launch, from a real record system on loopback: age and sex are filled in, and nothing else happens."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from tests.browser.authorization_server import CLIENT, LAUNCH, PATIENT, RecordSystem
from tests.browser.conftest import ServiceAt
from tests.browser.entering import control
from tests.browser.watching import Watched

AGE, SEX = "/patient/age_years", "/patient/sex"


@pytest.fixture
def base(system: RecordSystem, service_at: ServiceAt) -> str:
    servers = [{"iss": system.iss, "client_id": CLIENT}]
    return service_at(smart_servers=json.dumps(servers))


Launched = Callable[..., Page]


@pytest.fixture
def launched(page: Page, base: str, system: RecordSystem) -> Launched:
    """Launch the page as the record system does; `query` takes the place of what it says."""

    def launch(**query: str) -> Page:
        page.goto(
            f"{base}/launch?{urlencode(query or {'iss': system.iss, 'launch': LAUNCH})}", wait_until="networkidle"
        )
        return page

    return launch


def age() -> int:
    """Of the patient, today."""
    born, today = date.fromisoformat(str(PATIENT["birthDate"])), date.today()
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def test_age_and_sex_come_from_the_record(launched: Launched, base: str, system: RecordSystem) -> None:
    page = launched()
    expect(page.locator("#from-record")).to_contain_text("From the record")
    expect(control(page, AGE).locator("input")).to_have_value(str(age()))
    expect(control(page, SEX).locator("input[value=female]")).to_be_checked()
    expect(page.locator(".banner")).to_be_visible()
    assert system.refusals == []
    assert page.url == f"{base}/"
    kept = page.evaluate("JSON.stringify({...sessionStorage}) + document.cookie + localStorage.length")
    assert "token-of-the-record" not in kept
    assert "p/1" not in kept


def test_a_reload_does_not_try_the_code_again(launched: Launched, system: RecordSystem) -> None:
    page = launched()
    expect(control(page, SEX).locator("input[value=female]")).to_be_checked()
    asked = len(system.asked)
    page.reload(wait_until="networkidle")
    expect(control(page, AGE).locator("input")).to_have_value(str(age()))
    assert len(system.asked) == asked
    assert system.refusals == []


def test_what_was_entered_is_never_overwritten(page: Page, base: str, launched: Launched) -> None:
    """Hazard H-10: the findings of one person get the age of another."""
    page.goto(f"{base}/")
    control(page, AGE).locator("input").fill("61")
    launched()
    told = page.locator("#from-record.notice")
    expect(told).to_contain_text("From the record: Sex Female.")
    expect(told).to_contain_text(re.compile(rf"The record says otherwise: Age {age()}\b"))
    expect(told).to_contain_text("If it is of somebody else, clear it")
    expect(control(page, AGE).locator("input")).to_have_value("61")
    page.locator("#clear").click()
    page.get_by_role("dialog").get_by_role("button", name="Clear").click()
    expect(page.locator("#from-record")).to_be_empty()


def test_what_was_entered_before_is_asked_about_where_the_launch_fails_too(
    page: Page, base: str, launched: Launched, system: RecordSystem
) -> None:
    page.goto(f"{base}/")
    control(page, AGE).locator("input").fill("61")
    system.denies = True
    launched()
    expect(page.locator("#from-record")).to_contain_text("was told not to let the page in")
    expect(page.locator("#from-record")).to_contain_text("If it is of somebody else, clear it")


def test_without_a_launch_of_the_record_system_its_sign_in_asks_for_the_patient(
    launched: Launched, system: RecordSystem
) -> None:
    page = launched(iss=system.iss)
    expect(control(page, SEX).locator("input[value=female]")).to_be_checked()
    assert system.scopes == ["openid fhirUser launch/patient patient/Patient.rs"]
    assert system.refusals == []


@pytest.mark.parametrize(("version_2", "read"), [(True, "patient/Patient.rs"), (False, "patient/Patient.read")])
def test_no_more_is_asked_for_than_the_patient(
    launched: Launched, system: RecordSystem, version_2: bool, read: str
) -> None:
    system.version_2 = version_2
    page = launched()
    expect(control(page, SEX).locator("input[value=female]")).to_be_checked()
    assert system.scopes == [f"openid fhirUser launch {read}"]


def test_a_record_system_that_lets_no_page_ask_is_said_to(
    launched: Launched, system: RecordSystem, watched: Watched
) -> None:
    watched.expect("CORS")
    watched.expect("ERR_FAILED")
    system.lets_pages_ask = False
    page = launched()
    expect(page.locator("#launch")).to_contain_text("could not be reached, or does not let this page ask it (CORS)")


def test_a_code_that_is_not_taken_is_said(launched: Launched, system: RecordSystem, watched: Watched) -> None:
    watched.expect("400")
    system.takes_codes = False
    page = launched()
    expect(page.locator("#from-record")).to_contain_text("did not take the code")
    expect(control(page, AGE).locator("input")).to_have_value("")


@pytest.mark.parametrize("lost", ["token", "fhir/Patient/*"])
def test_a_connection_that_breaks_on_the_way_back_is_said_and_the_page_works_on(
    page: Page, launched: Launched, system: RecordSystem, watched: Watched, lost: str
) -> None:
    watched.expect("ERR_CONNECTION_RESET")
    page.route(f"{system.url}/{lost}", lambda route: route.abort("connectionreset"))
    launched()
    expect(page.locator("#from-record")).to_contain_text("could not be reached")
    control(page, AGE).locator("input").fill("44")
    expect(page.locator(".banner")).to_be_visible()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"denies": True}, "was told not to let the page in"),
        ({"mixed_up": True}, "came from another server"),
        ({"silent": True}, "came from another server"),
        ({"patient": None}, "named no patient"),
        ({"patient": {**PATIENT, "birthDate": f"{date.today().year - 10}-01-01"}}, "under 18"),
        ({"patient": {**PATIENT, "birthDate": f"{date.today().year - 10}"}}, "under 18"),
        ({"patient": {**PATIENT, "deceasedBoolean": True}}, "has died"),
        ({"patient": {**PATIENT, "deceasedDateTime": "2026-01-02"}}, "has died"),
        ({"patient": {**PATIENT, "id": "nobody"}}, "named no patient"),
        ({"patient": {**PATIENT, "resourceType": "Practitioner"}}, "named no patient"),
    ],
    ids=[
        "denied",
        "mixed up",
        "names none",
        "nobody",
        "a child",
        "a child of a year",
        "dead",
        "died",
        "not there",
        "else",
    ],
)
def test_what_goes_wrong_on_the_way_back_is_said_and_the_page_works_on(
    launched: Launched, system: RecordSystem, watched: Watched, changes: dict[str, Any], said: str
) -> None:
    system.__dict__.update(changes)
    if changes.get("patient", {}) and changes["patient"]["id"] == "nobody":
        watched.expect("404")
    page = launched()
    expect(page.locator("#from-record")).to_contain_text(said)
    expect(control(page, AGE).locator("input")).to_have_value("")
    assert "?" not in page.url
    control(page, AGE).locator("input").fill("44")
    expect(page.locator(".banner")).to_be_visible()


@pytest.mark.parametrize(
    ("changes", "query", "said"),
    [
        ({"methods": ()}, {}, "PKCE"),
        ({"methods": ("plain",)}, {}, "PKCE"),
        ({"token_origin": "https://elsewhere.example"}, {}, "https://elsewhere.example"),
        ({"token_origin": "javascript:alert(1)//"}, {}, "null"),
        ({}, {"iss": "https://elsewhere.example/fhir", "launch": LAUNCH}, "NERVEROOT_SMART_SERVERS"),
        ({}, {"launch": LAUNCH}, "did not say where it is"),
    ],
    ids=["no PKCE", "plain PKCE", "token elsewhere", "token a script", "not configured", "no iss"],
)
def test_a_launch_that_could_be_anybodys_ends_before_it_begins(
    launched: Launched, system: RecordSystem, changes: dict[str, Any], query: dict[str, str], said: str
) -> None:
    system.__dict__.update(changes)
    page = launched(**query)
    expect(page.locator("#launch")).to_contain_text(said)
    assert not [each for each in system.asked if each.startswith("/authorize")]
    page.get_by_role("link", name="Go on without").click()
    expect(page.locator("#entry")).to_be_visible()


def test_a_way_back_that_was_not_begun_here_is_refused(page: Page, base: str, system: RecordSystem) -> None:
    page.goto(f"{base}/?code=stolen&state=unknown")
    expect(page.locator("#from-record")).to_contain_text("not begun in this tab")
    assert system.asked == []
    assert page.url == f"{base}/"


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1980-06-15", 46),
        ("1980-06-16", 45),
        ("1906-06-15", 120),
        ("1905-06-15", None),
        ("2008", None),
        ("1980-05", 46),
        ("1980-07", 45),
        ("1980-06", None),
        ("1980", None),
        ("1980-13-45", None),
        ("1981-02-29", None),
        ("17 May 1980", None),
        ("2030-01-01", None),
        (None, None),
    ],
)
def test_an_age_that_the_date_of_birth_does_not_settle_is_left_open(
    page: Page, launched: Launched, system: RecordSystem, born: str | None, age: int | None
) -> None:
    """FHIR takes a year or a month alone as a date of birth."""
    page.clock.set_fixed_time("2026-06-15T12:00:00Z")
    system.patient = {**PATIENT, "birthDate": born}
    launched()
    expect(control(page, SEX).locator("input[value=female]")).to_be_checked()
    expect(control(page, AGE).locator("input")).to_have_value("" if age is None else str(age))
    told = page.locator("#from-record")
    if age is None:
        expect(told).to_contain_text("does not settle the age")
    else:
        expect(told).not_to_contain_text("does not settle the age")
