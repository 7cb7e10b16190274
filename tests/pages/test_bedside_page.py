"""The bedside page as it is sent: every item once, in the words of the API, and in every language."""

import json
import re
from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.pages.bedside import SHOWN, bedside_sections, second_line
from service.settings import Settings
from service.terminology.exam_items import GRADED, Kind, exam_items
from service.terminology.exam_texts import LEGS
from tests.pages.reading import Read
from tests.service.pseudo import LANGUAGE, english_left, write_pseudo

CONTROLS = {
    control.item.code: control for section in bedside_sections() for part in section.parts for control in part.controls
}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    folder = tmp_path_factory.mktemp("page")
    write_pseudo(folder)
    settings = Settings(database_url=f"sqlite:///{folder / 'record.sqlite3'}", journal_dir=folder / "journal")
    with TestClient(create_app(settings, catalogues=folder), base_url="http://127.0.0.1") as client:
        yield client


def test_every_item_is_asked_once_and_nothing_else() -> None:
    """No second list: the page has the items of the API, those of the other leg by its script."""
    assert set(CONTROLS) == {code for code in exam_items() if not code.startswith(f"{LEGS[1]}.")}
    total = sum(len(part.controls) for section in bedside_sections() for part in section.parts)
    assert total == len(CONTROLS)


@pytest.mark.parametrize("code", [code for code in CONTROLS if CONTROLS[code].item.kind is not Kind.NUMBER])
def test_a_control_offers_every_value_of_the_contract(code: str) -> None:
    control = CONTROLS[code]
    offered = [each.value for each in control.choices]
    if control.item.kind is Kind.BOOLEAN:
        assert offered == ["true", "false"]
    else:
        assert offered == [each.removeprefix(GRADED) for each in control.item.choices]
    assert len({each.text for each in control.choices}) == len(offered)


def test_only_what_a_word_can_deny_is_denied_at_once() -> None:
    assert second_line() == {
        "/red_flags/reduced_anal_tone",
        "/red_flags/post_void_residual_ml",
        "/red_flags/cauda_equina_or_cord_compression",
    }


def test_what_is_shown_at_once_is_there() -> None:
    assert {exam_items()[code].pointer for code in CONTROLS} | {"/examination/straight_leg_raise"} >= SHOWN


def test_the_page_is_read_without_its_scripts(client: TestClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    read = Read(answer.text.replace(" hidden>", ">"))
    assert len(read.named("h1")) == len(read.named("main")) == 1
    identifiers = [each["id"] for _, each in read.tags if "id" in each]
    assert len(identifiers) == len(set(identifiers))
    assert not [name for _, each in read.tags for name in each if name.startswith("on") or name == "style"]
    sources = [each["src"] or "" for each in read.named("script") if "src" in each]
    links = [each["href"] or "" for each in read.named("link")]
    assert all(re.fullmatch(r"static/[0-9a-f]{16}/[a-z_]+\.(js|css|svg)", each) for each in (*sources, *links))
    for address in (*sources, *links):
        assert client.get(f"/{address}").status_code == 200
    inline = [each for each in read.named("script") if "src" not in each]
    assert {each["type"] for each in inline} == {"application/json"}


def test_the_policy_is_strict(client: TestClient) -> None:
    rules = dict(rule.strip().split(" ", 1) for rule in client.get("/").headers["content-security-policy"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }


def test_what_the_page_hands_to_its_scripts_is_data(client: TestClient) -> None:
    html = client.get("/").text
    for name in ("settings", "words"):
        (held,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', html, re.DOTALL)
        assert isinstance(json.loads(held), dict)


@pytest.mark.parametrize(
    ("asked", "header", "spoken"),
    [
        ("", "en", "en"),
        ("", LANGUAGE, LANGUAGE),
        (f"?language={LANGUAGE}", "en", LANGUAGE),
        ("?language=en", LANGUAGE, "en"),
        ("?language=xx", "en", "en"),
        ("?code=1&state=2", "en", "en"),
    ],
    ids=["english", "of the browser", "chosen", "english chosen", "none such", "back from signing in"],
)
def test_the_page_speaks_the_language_that_is_asked_for(
    client: TestClient, asked: str, header: str, spoken: str
) -> None:
    answer = client.get(f"/{asked}", headers={"Accept-Language": header})
    assert answer.headers["content-language"] == spoken
    assert f'<html lang="{spoken}">' in answer.text
    assert "Accept-Language" in answer.headers["vary"]


def test_the_page_is_the_same_each_time_in_each_language(client: TestClient) -> None:
    """It is made once for each: nothing of one visit, or of another language, is on the page of the next."""
    first = {tag: client.get(f"/?language={tag}&code=1").content for tag in ("en", LANGUAGE)}
    again = {tag: client.get(f"/?language={tag}", headers={"Accept-Encoding": "identity"}).content for tag in first}
    assert again == first
    assert first["en"] != first[LANGUAGE]


def test_a_catalogue_says_all_of_the_page(client: TestClient) -> None:
    """Hazard H-19: half of the page is in a language that its reader does not have."""
    html = client.get("/", headers={"Accept-Language": LANGUAGE}).text
    html = re.sub(
        r"<script.*?</script>|<option.*?</option>|<title>.*?</title>|<cite.*?</cite>", "", html, flags=re.DOTALL
    )
    html = re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL)
    said = [each.strip() for each in re.findall(r">([^<>]+)<", html)]
    left = [each for each in said if re.search(r"[A-Za-z]{2}", each) and english_left(each)]
    assert [each for each in left if each not in ("nerveroot", "nerveroot \N{EN DASH}")] == []
