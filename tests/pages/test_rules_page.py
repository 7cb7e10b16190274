"""The page of the rules: every rule with all that it says, under its id, in the language that is asked for."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.catalogue import read_languages
from service.gate import Gate
from service.pages.rules_page import chapters, link_to, rules_page, sources
from service.rules import RULESET_VERSION
from service.rules.citations import citations
from service.rules.guideline import Citation, Policy
from service.rules.rulebook import FAMILIES, entries, retired
from service.rules.wording import ENGLISH
from tests.pages.reading import Read
from tests.service.small_app import Counted

RETENTION = "RF-CES-RETENTION"


def served(folder: Path, policy: Policy = Policy.CONTEXTUAL) -> TestClient:
    """A service that has this page and nothing else, behind the real gate, in the languages of `folder`."""
    app = FastAPI()
    app.include_router(rules_page(policy, read_languages(folder)))
    app.add_middleware(Gate, seen=Counted(), tracing=None)
    return TestClient(app)


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The page in English and, of one rule, in Dutch."""
    folder = tmp_path_factory.mktemp("catalogues")
    english = next(rule.trigger for rule in entries() if rule.rule_id == RETENTION)
    dutch = f'[{RETENTION}.trigger]\nenglish = "{english}"\ntranslation = "Urineretentie"\n'
    (folder / "nl.toml").write_text(dutch, encoding="utf-8")
    with served(folder) as client:
        yield client


@pytest.fixture(scope="module")
def read(client: TestClient) -> Read:
    return Read(client.get("/rules").text)


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def test_every_rule_is_there_under_its_id_with_all_that_it_says(read: Read) -> None:
    """Hazard H-09: a clinician checks a rule on the page, and the service says another."""
    assert [each for each in read.ids if each in {rule.rule_id for rule in entries()}] == [
        rule.rule_id for rule in entries()
    ]
    for rule in entries():
        for text in (rule.trigger, rule.action, rule.text_for_patient, rule.mend, rule.label):
            assert text is None or one_line(text) in read.text, rule.rule_id
        assert rule.timing is None or rule.timing.replace("_", " ") in read.text
    for one in retired():
        assert one.rule_id in read.ids
        assert one_line(one.because) in read.text
    assert RULESET_VERSION in read.text


def test_every_family_says_how_its_rules_combine(read: Read) -> None:
    for family in FAMILIES:
        assert f"family-{family.kind}" in read.ids
        assert f"#family-{family.kind}" in read.links()
        assert re.sub("[`“”]", "", family.combine) in re.sub("[“”]", "", read.text)
    assert sum(len(chapter.rules) for chapter in chapters(ENGLISH)) == len(entries())


def test_every_rule_names_its_sources_and_where_to_read_them(client: TestClient) -> None:
    html = client.get("/rules").text
    for rule in entries():
        (article,) = re.findall(rf'<article [^>]*id="{rule.rule_id}".*?</article>', html, re.DOTALL)
        part = Read(article)
        for key in rule.citations:
            source = sources()[key]
            assert f"{source.title} {source.where}" in part.text, (rule.rule_id, key)
            assert source.link is None or source.link in part.links()
    told = Read(html).text
    assert all(f"{one.authors} {one.title} {one.where}" in told for one in sources().values())


@pytest.mark.parametrize(
    ("urgency", "badge"), [("emergency", "Emergency"), ("urgent", "Urgent"), ("routine", None)], ids=str
)
def test_the_urgency_is_said_in_words(client: TestClient, urgency: str, badge: str | None) -> None:
    """WCAG 2.2, 1.4.1: nobody has to see the colour."""
    html = client.get("/rules").text
    articles = re.findall(rf'<article class="rule {urgency}".*?</article>', html, re.DOTALL)
    assert len(articles) == sum(rule.urgency.value == urgency for rule in entries())
    badges = {found for each in articles for found in re.findall(r'class="urgency">(.*?)<', each)}
    assert badges == ({badge} if badge else set())


@pytest.mark.parametrize("policy", list(Policy))
def test_the_policy_in_force_is_said(tmp_path: Path, policy: Policy) -> None:
    """Hazard H-06: what the site has chosen, and what it means."""
    with served(tmp_path, policy) as client:
        text = Read(client.get("/rules").text).text
    assert f"in force: {policy.value}: " in text
    assert ("age over 50 too" in text) is (policy is Policy.LISTED)


@pytest.mark.parametrize(
    ("query", "asked", "language", "said"),
    [
        ("", "en", "en", "Urinary retention"),
        ("", "nl-BE, en;q=0.5", "nl, en", "Urineretentie"),
        ("", "fr", "en", "Urinary retention"),
        ("?language=nl", "en", "nl, en", "Urineretentie"),
        ("?language=fr", "nl", "nl, en", "Urineretentie"),
    ],
)
def test_it_is_in_the_language_that_is_asked_for(
    client: TestClient, query: str, asked: str, language: str, said: str
) -> None:
    answer = client.get(f"/rules{query}", headers={"Accept-Language": asked})
    assert answer.headers["Content-Language"] == language
    assert {"Accept-Language", "Accept-Encoding"} <= set(answer.headers["Vary"].split(", "))
    read = Read(answer.text)
    assert read.named("html") == [{"lang": language.partition(",")[0]}]
    (article,) = re.findall(rf'<article [^>]*id="{RETENTION}".*?</article>', answer.text, re.DOTALL)
    assert f"<dd>{said}</dd>" in article
    english = [each for each in read.named("h2") if each.get("lang") == "en"]
    assert len(english) == (len(FAMILIES) if language != "en" else 0)


def test_it_stands_for_itself(client: TestClient, read: Read) -> None:
    """Nothing of another server is loaded; without scripts the search is not there; relative links within."""
    loaded = [*(each["href"] for each in read.named("link")), *(each.get("src") for each in read.named("script"))]
    assert all(address is None or re.match(r"static/[0-9a-f]{16}/[a-z]+\.(js|css|svg)$", address) for address in loaded)
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on") or name == "style"]
    assert read.named("search") == [{"id": "finder", "hidden": None}]
    for link in read.links():
        assert not link.startswith(("/", "http:")), link
        assert not link.startswith("#") or link[1:] in read.ids, link
    outside = [each for each in read.named("a") if (each["href"] or "").startswith("https:")]
    assert outside
    assert all(each["rel"] == "external noreferrer" for each in outside)
    assert len(read.ids) == len(set(read.ids))
    policy = client.get("/rules").headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy


def test_every_answer_is_whole_whichever_was_made_first(client: TestClient) -> None:
    """It is made once for each language and coding, and every answer has headers of its own."""
    for coding in ("identity", "gzip", "identity", "gzip"):
        got = client.get("/rules", headers={"Accept-Encoding": coding})
        headed = client.head("/rules", headers={"Accept-Encoding": coding})
        assert got.headers.get("Content-Encoding", "identity") == coding
        assert got.text.rstrip().endswith("</html>")
        assert (headed.status_code, headed.content) == (200, b"")
        assert {**headed.headers, "x-request-id": ""} == {**got.headers, "x-request-id": ""}
        assert len(got.headers.get_list("x-request-id")) == 1


def a_source(**more: str) -> Citation:
    return Citation(key="k", title="T", authors="A", published_in="P", checked="2026-11-22", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("source", "link"),
    [
        (a_source(doi="10.1/x", pmid="1", url="https://example.org"), "https://doi.org/10.1/x"),
        (a_source(pmid="17"), "https://pubmed.ncbi.nlm.nih.gov/17/"),
        (a_source(url="https://example.org/a"), "https://example.org/a"),
        (a_source(url="http://example.org/a"), None),
        (a_source(url="docs/guideline.md"), None),
        (a_source(), None),
    ],
)
def test_where_a_source_is_read(source: Citation, link: str | None) -> None:
    assert link_to(source) == link


def test_the_sources_are_those_that_rules_rest_on() -> None:
    assert sources().keys() == {key for rule in entries() for key in rule.citations}
    assert all(citations()[key].title in source.title for key, source in sources().items())
