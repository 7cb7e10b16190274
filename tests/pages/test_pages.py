"""The pages: everything on them, nothing from elsewhere, readable without scripts, and safe to show."""

import base64
import hashlib
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.gate import Gate
from service.model_card.source_attributes import of_the_model, of_the_rules
from service.models import Models
from service.pages.exam_form import exam_form
from service.pages.rendering import figure, style
from service.pages.routes import pages
from service.settings import Settings
from service.terminology.exam_items import exam_items
from service.terminology.exam_texts import question
from tests.service.odd_models import an_odd_model, change_manifest
from tests.service.small_app import Counted

ODD = "9.0.0"

VOID = {"meta", "link", "br", "hr", "img", "input"}
PATHS = ("/", "/model")


class Read(HTMLParser):
    """What a page holds; fails where tags are not closed in their order."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take a tag down."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Close the tag that was opened last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Take text down, but for the style."""
        if self.open and self.open[-1] != "style":
            self.words.append(data)

    @property
    def text(self) -> str:
        """All that is read, in one line."""
        return re.sub(r"\s+", " ", "".join(self.words))

    def named(self, tag: str) -> list[dict[str, str | None]]:
        """The attributes of every tag of that name."""
        return [attributes for name, attributes in self.tags if name == tag]


def served(settings: Settings) -> TestClient:
    """A service that has the pages and nothing else, behind the real gate."""
    models, app = Models(settings), FastAPI()
    app.include_router(pages(lambda: models.current))
    app.add_middleware(Gate, seen=Counted(), tracing=None)
    return TestClient(app)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served(Settings()) as client:
        yield client


@pytest.mark.parametrize("path", PATHS)
def test_a_page_stands_for_itself(client: TestClient, path: str) -> None:
    """No script, no form, nothing of another server; relative links, so that it works behind any prefix."""
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    read = Read(answer.text)
    assert not {tag for tag, _ in read.tags} & {"script", "form", "input", "iframe", "img", "link", "object"}
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "style"]
    links = [attributes["href"] or "" for attributes in read.named("a")]
    assert {"model", "v1/rules", "fhir/metadata", "openapi.json"} <= set(links)
    assert not [link for link in links if re.match(r"[a-z]+:|/", link)]


@pytest.mark.parametrize("path", PATHS)
def test_head_has_the_headers_of_get_and_no_body(client: TestClient, path: str) -> None:
    """RFC 9110, 9.3.2; every answer has a request id of its own."""
    got, headed = client.get(path), client.head(path)
    assert (headed.status_code, headed.content) == (200, b"")
    assert {**headed.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}
    assert int(headed.headers["content-length"]) == len(got.content)


@pytest.mark.parametrize("path", PATHS)
def test_the_policy_lets_its_own_style_pass_and_nothing_else(client: TestClient, path: str) -> None:
    answer = client.get(path)
    (inline,) = re.findall(r"<style>(.*?)</style>", answer.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(inline.encode()).digest()).decode()
    rules = dict(rule.strip().split(" ", 1) for rule in answer.headers["content-security-policy"].split(";"))
    assert rules == {
        "default-src": "'none'",
        "style-src": f"'sha256-{digest}'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
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
    regions = [attributes for attributes in read.named("div") if attributes.get("class") == "table"]
    assert all(each["tabindex"] == "0" and each["aria-label"] for each in regions)


def test_the_contrast_is_enough_for_small_text() -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1, on white and on the grey of the table heads."""
    for colour in set(re.findall(r"[^-]color: (#[0-9a-f]{6})", style())):
        for ground in ("#ffffff", "#efefef"):
            lighter, darker = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (lighter + 0.05) / (darker + 0.05) >= 4.5, (colour, ground)


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour (WCAG 2.2, definition)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_the_model_page_tells_every_attribute(client: TestClient) -> None:
    now = Models(Settings()).current
    assert now.card is not None
    read = Read(client.get("/model").text)
    for each in (*of_the_model(now.card, now.report), *of_the_rules()):
        assert f"{each.attribute} {each.paragraph} " in read.text
        assert re.sub(r"\s+", " ", each.text) in read.text
    assert now.version in read.text
    assert "never from patients" in read.text
    assert "The rules answer alone" not in read.text


def test_without_a_model_the_page_says_so(tmp_path: Path) -> None:
    with served(Settings(model_dir=tmp_path)) as client:
        answer = client.get("/model")
    assert answer.status_code == 200
    read = Read(answer.text)
    assert "The rules answer alone just now. No model is loaded" in read.text
    assert str(tmp_path) not in answer.text
    assert all(each.text in read.text for each in of_the_rules())


def test_what_a_manifest_says_is_text_and_never_markup(tmp_path: Path) -> None:
    folder = an_odd_model(tmp_path, ODD)
    change_manifest(folder, limits=["<script>alert(1)</script> & more."])
    with served(Settings(model_dir=tmp_path, model_version=ODD)) as client:
        answer = client.get("/model")
    assert "<script" not in answer.text
    assert "<script>alert(1)</script> & more." in Read(answer.text).text


def test_the_form_asks_for_everything(client: TestClient) -> None:
    read = Read(client.get("/").text)
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
    html = client.get("/").text
    read = Read(html)
    first = question("patient.age_years")
    for line in ("Person:", "Date and time of the examination:", "Examined by:"):
        assert read.text.index(line) < read.text.index(first)
    (lines,) = re.findall(r'<ul class="occasion">(.*?)</ul>', html, re.DOTALL)
    assert lines.count('<span class="blank"></span>') == 3
    screen, printed = style().split("@media print")
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
