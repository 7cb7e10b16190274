"""The pages to read: everything on them, nothing from elsewhere, readable without scripts, and safe to show."""

import re
from collections.abc import Iterator
from itertools import pairwise

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.faults import HANDLERS
from service.gate import Gate
from service.languages import Languages
from service.models import Models
from service.pages.connections import connections
from service.pages.exam_form import exam_form
from service.pages.model_page import model_page
from service.pages.rendering import figure
from service.pages.routes import pages
from service.pages.rules_page import rules_page
from service.pages.static_files import static, static_files
from service.settings import Settings
from service.terminology.exam_items import exam_items
from service.terminology.exam_texts import question
from tests.pages.reading import Read
from tests.service.small_app import Counted

PATHS = ("/form", "/model", "/rules")


def served(settings: Settings) -> TestClient:
    """A service that has the pages to read and nothing else, behind the real gate."""
    models, languages, app = Models(settings), Languages(), FastAPI(exception_handlers=HANDLERS)
    app.include_router(pages(languages, connections(settings)))
    app.include_router(rules_page(settings.red_flag_policy, languages))
    app.include_router(model_page(lambda: models.current))
    app.include_router(static())
    app.add_middleware(Gate, seen=Counted(), tracing=None)
    return TestClient(app)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served(Settings()) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_a_page_stands_for_itself(client: TestClient, path: str) -> None:
    """Files of the service alone, all of which are there; relative links, so that it works behind any prefix."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    read = Read(answer.text)
    assert not {tag for tag, _ in read.tags} & {"style", "form", "iframe", "object", "embed", "base"}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "style"]
    assert {"./", "rules", "model", "form", "openapi.json", "fhir/metadata"} <= set(read.links())
    assert not [link for link in read.links() if re.match(r"(?!https:)[a-z]+:|/", link)]
    loaded = [(tag, each.get("src") or each["href"] or "") for tag in ("link", "img") for each in read.named(tag)]
    loaded += [("script", each["src"] or "") for each in read.named("script") if "src" in each]
    assert not [address for _, address in loaded if re.match(r"[a-z]+:|/", address)]
    assert {client.get(f"/{address}").status_code for _, address in loaded} == {200}
    assert {each["type"] for each in read.named("script")} <= {"module", "application/json"}


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    """RFC 9110, 9.3.2; every answer has a request id of its own."""
    plain = {"Accept-Encoding": "identity"}
    got, headed = client.get(path, headers=plain), client.head(path, headers=plain)
    assert (headed.status_code, headed.content) == (200, b"")
    assert {**headed.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}
    assert int(headed.headers["content-length"]) == len(got.content)


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_lets_files_of_the_service_pass_and_nothing_else(client: TestClient, path: str) -> None:
    answer = client.get(path)
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    own = ("script-src", "style-src", "img-src", "connect-src")
    none = ("default-src", "base-uri", "form-action", "frame-ancestors")
    assert rules == {**dict.fromkeys(own, "'self'"), **dict.fromkeys(none, "'none'")}
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", PATHS)
def test_a_page_can_be_read_by_everybody(client: TestClient, path: str) -> None:
    """WCAG 2.2: language (3.1.1), title (2.4.2), headings that skip no level (1.3.1), tables that take focus."""
    read = Read(client.get(path).text)
    assert read.named("html") == [{"lang": "en"}]
    assert {"name": "viewport", "content": "width=device-width, initial-scale=1"} in read.named("meta")
    assert len(read.named("title")) == len(read.named("main")) == len(read.named("h1")) == 1
    levels = [int(tag[1]) for tag, _ in read.tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(cell == {"scope": "col"} for cell in read.named("th"))
    assert len(read.named("caption")) == len(read.named("table"))
    regions = [attributes for attributes in read.named("div") if attributes.get("class") in ("table", "plot")]
    assert all(each["tabindex"] == "0" for each in regions)
    assert len({each["aria-label"] for each in regions}) == len(regions)
    assert len(read.ids) == len(set(read.ids))


def colours(scheme: str) -> dict[str, str]:
    """The custom properties of `look.css`: those of a light screen, or what a dark one has instead."""
    light, dark = static_files()["look.css"].plain.decode().split("@media (prefers-color-scheme: dark)")
    found = re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", light if scheme == "light" else dark)
    return dict(found)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_contrast_is_enough_for_small_text(scheme: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, on the ground of the page and on that of a panel; urgency on its own."""
    known = colours(scheme)
    pairs = [(ink, ground) for ink in ("ink", "quiet", "accent") for ground in ("paper", "panel")]
    pairs += [(each, f"{each}-paper") for each in ("emergency", "urgent", "routine")] + [("accent-ink", "accent")]
    for ink, ground in pairs:
        lighter, darker = sorted((luminance(known[ink]), luminance(known[ground])), reverse=True)
        assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (ink, ground)


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_form_asks_for_everything(client: TestClient) -> None:
    read = Read(client.get("/form").text)
    asked = [each.text for part in exam_form() for each in part.questions]
    assert len(asked) == len(exam_items())
    assert sorted(asked) == sorted(question(code) for code in exam_items())
    for part in exam_form():
        assert part.title in read.text
        for each in part.questions:
            assert each.text in read.text
            assert (each.range is None) is bool(each.answers)
    assert "nothing can be entered here" in read.text
    assert "never as normal" in read.text


def test_on_paper_the_form_says_whose_it_is(client: TestClient) -> None:
    """Hazard H-10: a sheet is taken for that of somebody else."""
    html = client.get("/form").text
    read = Read(html)
    first = question("patient.age_years")
    for line in ("Person:", "Date and time of the examination:", "Examined by:"):
        assert read.text.index(line) < read.text.index(first)
    (lines,) = re.findall(r'<ul class="occasion">(.*?)</ul>', html, re.DOTALL)
    assert lines.count('<span class="blank"></span>') == 3
    screen, printed = static_files()["pages.css"].plain.decode().split("@media print")
    assert re.search(r"\.occasion \{ display: none;", screen)
    assert re.search(r"\.occasion \{ display: block;", printed)


def test_a_list_can_be_answered_with_none_and_a_grade_with_weak() -> None:
    by_text = {each.text: each for part in exam_form() for each in part.questions}
    pain = by_text[question("history.pain_locations")]
    assert pain.several
    assert pain.answers[-1] == "None of these"
    toe = by_text[question("examination.strength.great_toe_extension")]
    assert toe.answers[:3] == ("0", "0.5", "1")
    assert toe.answers[-2:] == ("5", "Weak, not graded")
    assert by_text[question("patient.age_years")].range == "18 to 120"
    assert by_text[question("history.symptom_duration_days")].range == "0 or more"


@pytest.mark.parametrize(
    ("value", "shown"),
    [(None, "\N{EN DASH}"), (114907, "114,907"), (0.8, "0.800"), ("sex", "sex")],
    ids=["nothing", "count", "share", "word"],
)
def test_a_figure_as_it_is_read(value: str | int | float | None, shown: str) -> None:
    assert figure(value) == shown
