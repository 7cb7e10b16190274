"""Catalogues of other languages: which one a client gets, what each lacks, and that wording decides nothing."""

import json
import re
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter
from starlette.datastructures import Headers
from starlette.testclient import TestClient

from service.app import create_app
from service.assessment import Assessment
from service.languages import Language, Languages
from service.rules.rulebook import english_texts, entries
from service.rules.wording import ENGLISH, Wording
from service.settings import Settings
from tests.builders import a_body, an_assessment
from tests.rules.tables import WITH_CASES, Asked, cases_of
from tests.service.pseudo import LANGUAGE, PSEUDO, english_left, in_pseudo, write_pseudo

EXAMPLES = Path(__file__).parent.parent.parent / "service" / "examples"
JSON = {"Content-Type": "application/json"}
THERE = Languages(
    translated=tuple(Language(wording=Wording(language=tag)) for tag in ("nl", "pt-BR", "zh-Hant", "de-CH"))
)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "en"),
        ("", "en"),
        ("nl", "nl"),
        ("NL", "nl"),
        ("nl-BE", "nl"),
        ("nl-BE, en;q=0.5", "nl"),
        ("fr, nl;q=0.2", "nl"),
        ("en, nl", "en"),
        ("nl;q=0.3, en;q=0.8", "en"),
        ("nl;q=0.3, pt-br;q=0.8", "pt-BR"),
        ("nl; q=0.9 , pt-BR ; q=1.000", "pt-BR"),
        ("en-US, nl;q=0.9", "en"),
        ("zh-Hant-TW", "zh-Hant"),
        ("zh-Hant-x-home", "zh-Hant"),  # no single letter is left at the end (RFC 4647, 3.4)
        ("zh-TW", "en"),  # a lookup shortens the range, never what is there: no script is guessed
        ("pt", "en"),
        ("de", "en"),
        ("de-CH-1996", "de-CH"),
        ("*", "en"),
        ("fr, *;q=0.5", "en"),
        ("nl;q=0, *", "en"),
        ("nl;q=0", "en"),
        ("nl-BE, nl;q=0", "en"),
        ("nl;q=2", "en"),  # no quality: the range is passed over
        ("nl;q=x, pt-BR", "pt-BR"),
        ("klingon-in-too-many-letters, nl", "nl"),
        (";;;,,q=1", "en"),
    ],
)
def test_the_language_that_fits_best_is_chosen(header: str | None, language: str) -> None:
    headers = Headers({} if header is None else {"accept-language": header})
    assert THERE.chosen(headers).wording.language == language


def test_a_header_sent_in_two_lines_is_one_list() -> None:
    headers = Headers(raw=[(b"accept-language", b"fr;q=0.9"), (b"accept-language", b"nl;q=0.8")])
    assert THERE.chosen(headers).wording.language == "nl"


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """The real service with one more file: a catalogue that lacks nothing."""
    folder = tmp_path_factory.mktemp("catalogues")
    write_pseudo(folder)
    with TestClient(create_app(Settings(), catalogues=folder)) as found:
        yield found


ASKS = {"Accept-Language": LANGUAGE}


def test_one_file_makes_the_service_speak_another_language(pseudo: TestClient) -> None:
    answer = pseudo.post("/v1/assessments", json=a_body(), headers=ASKS)
    assert answer.headers["content-language"] == LANGUAGE
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.json()["disclaimer"] == in_pseudo(english_texts()["DISCLAIMER"]["text"])
    assert answer.json()["management"]["follow_up"]["because"].startswith("⟦")


def test_english_is_spoken_to_everybody_else(pseudo: TestClient) -> None:
    """Hazard H-19: a language that nobody has written silences the answer."""
    answer = pseudo.post("/v1/assessments", json=a_body(), headers={"Accept-Language": "fr"})
    assert answer.headers["content-language"] == "en"
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.json()["disclaimer"] == english_texts()["DISCLAIMER"]["text"]


@pytest.mark.parametrize("path", ["/v1/rules", "/v1/rules/RE-ACTIVITY"])
def test_the_rules_are_shown_in_the_language_asked_for(pseudo: TestClient, path: str) -> None:
    told = {language: pseudo.get(path, headers={"Accept-Language": language}) for language in ("en", LANGUAGE)}
    for language, answer in told.items():
        assert answer.headers["content-language"] == language
        assert answer.headers["vary"] == "Accept-Language"
    english, other = (answer.json() for answer in told.values())
    assert english != other
    _differ_in_words_alone(english, other)


def test_what_is_not_translated_is_said_in_english_and_the_header_says_so(tmp_path: Path) -> None:
    """Hazard H-19: an empty line stands where an action should."""
    write_pseudo(tmp_path, left_out=("DISCLAIMER.text",))
    with TestClient(create_app(Settings(), catalogues=tmp_path)) as client:
        answer = client.post("/v1/assessments", json=a_body(), headers=ASKS)
    assert answer.headers["content-language"] == f"{LANGUAGE}, en"
    assert answer.json()["disclaimer"] == english_texts()["DISCLAIMER"]["text"]
    assert answer.json()["management"]["follow_up"]["because"].startswith("⟦")


PARTS = {part for parts in english_texts().values() for part in parts}


def _differ_in_words_alone(english: Any, other: Any, place: str = "") -> None:
    """Both say the same but for texts, and every text of the other was said through the catalogue."""
    if place.startswith(("/citations", "/retired")):  # a source is called what it is called; what went is history
        assert english == other, place
    elif isinstance(english, dict):
        assert english.keys() == other.keys(), place
        for name in english:
            _differ_in_words_alone(english[name], other[name], f"{place}/{name}")
    elif isinstance(english, list):
        assert len(english) == len(other), place
        for number, (one, another) in enumerate(zip(english, other, strict=True)):
            _differ_in_words_alone(one, another, f"{place}/{number}")
    elif isinstance(english, str) and english and (place.split("/")[-1] in PARTS or " " in english):
        assert english_left(other) == [], f"{place}: {other}"
    else:
        assert english == other, place


QUICK_CASES = 4
"""Cases of each rule that the quick test reads: the first two exams, each with every classifier."""


def _says_the_same_in_every_language(exams: Iterable[Asked]) -> None:
    shape = TypeAdapter(Assessment)
    for each in exams:
        answers = (
            an_assessment(each.exam, classify=each.classify, wording=wording, with_numbers=True)
            for wording in (ENGLISH, PSEUDO)
        )
        english, other = (shape.dump_python(answer, mode="json") for answer in answers)
        _differ_in_words_alone(english, other)
        assert not re.search(r"\{[a-z_]+\}", json.dumps([english, other])), "a place was left open"


@pytest.mark.parametrize("rule_id", WITH_CASES)
def test_wording_changes_words_alone(rule_id: str) -> None:
    """Hazard H-12: a translation changes a decision, or a text escapes translation."""
    _says_the_same_in_every_language(islice(cases_of(rule_id), QUICK_CASES))


@pytest.mark.long
@pytest.mark.parametrize("rule_id", WITH_CASES)
def test_wording_changes_words_alone_in_every_case(rule_id: str) -> None:
    _says_the_same_in_every_language(cases_of(rule_id))


@pytest.mark.parametrize("name", ["exam.json", "exam_l4.json", "exam_emergency.json"])
def test_the_released_model_says_the_same_in_every_language(pseudo: TestClient, name: str) -> None:
    body = json.loads((EXAMPLES / name).read_text())
    body["examined_at"] = "2026-11-22T12:00:00Z"
    answers = []
    for language in ("en", LANGUAGE):
        headers = {"Accept-Language": language, "Content-Type": "application/json"}
        answer = pseudo.post("/v1/assessments?commit=false", json=body, headers=headers).json()
        del answer["id"], answer["created_at"]
        answers.append(answer)
    _differ_in_words_alone(*answers)


def test_numbers_for_the_person_are_asked_for_in_the_address(client: TestClient) -> None:
    def told(query: str) -> str:
        answer = client.post(f"/v1/assessments{query}", content=(EXAMPLES / "exam.json").read_bytes(), headers=JSON)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["impression"]["text_for_patient"])

    assert told("") == told("?patient_numbers=false") == told("?patient_numbers=0")
    assert "in 10." not in told("")
    assert "in 10." in told("?patient_numbers=true")
    assert told("?patient_numbers=1") == told("?patient_numbers=True")


@pytest.mark.parametrize("query", ["patient_numbers=yes", "patient_numbers=", "patient_numbers=1&patient_numbers=0"])
def test_a_switch_that_is_neither_on_nor_off_is_refused(client: TestClient, query: str) -> None:
    answer = client.post(f"/v1/assessments?{query}", json=a_body())
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "`patient_numbers` must be true or false" in answer.json()["detail"]


@pytest.mark.parametrize("query", ["explian=false", "language=nl", "EXPLAIN=false"])
def test_a_parameter_that_does_not_exist_is_refused(client: TestClient, query: str) -> None:
    answer = client.post(f"/v1/assessments?{query}", json=a_body())
    assert answer.status_code == 422
    assert "The parameters are `explain`, `patient_numbers`, `commit`" in answer.json()["detail"]


def test_what_slips_past_the_catalogue_is_seen() -> None:
    with pytest.raises(AssertionError, match="/text: plain English"):
        _differ_in_words_alone({"text": "plain English"}, {"text": "plain English"})
    with pytest.raises(AssertionError, match="/text"):
        _differ_in_words_alone({"text": "L5 and S1"}, {"text": "⟦L5 and S1⟧"})
    with pytest.raises(AssertionError, match="/urgency"):
        _differ_in_words_alone({"urgency": "routine"}, {"urgency": "urgent"})


def test_every_rule_speaks_through_the_catalogue() -> None:
    """Each entry of the rulebook, in a language in which nothing is English."""
    for english, other in zip(entries(), entries(PSEUDO), strict=True):
        shape: TypeAdapter[Any] = TypeAdapter(type(english))
        _differ_in_words_alone(shape.dump_python(english, mode="json"), shape.dump_python(other, mode="json"))


def test_the_openapi_document_names_the_header_and_the_languages(pseudo: TestClient) -> None:
    document = pseudo.get("/openapi.json").json()
    for path, method in (("/v1/assessments", "post"), ("/v1/rules", "get"), ("/v1/rules/{rule_id}", "get")):
        parameters = {each["name"]: each for each in document["paths"][path][method]["parameters"]}
        assert f"en, {LANGUAGE}" in parameters["Accept-Language"]["description"]
