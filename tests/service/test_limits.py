"""How much, how deep, how long and how slowly: what is too much is refused with a reason, and nothing else happens."""

import json
from collections.abc import Iterator

import pytest
from pydantic import TypeAdapter
from starlette.testclient import TestClient

from service.body import DEEPEST, LONGEST_LIST, MOST_VALUES, Intricate, parse
from service.intake import MOST_FAULTS, read_exam, read_value
from service.problems import Problem, Refusal
from tests.builders import NOON, a_body
from tests.service.small_app import Counted, small_app


def refusal(body: bytes) -> Problem:
    with pytest.raises(Refusal) as refused:
        read_exam(body)
    return refused.value.problem


def nested(levels: int) -> bytes:
    return b"[" * levels + b"]" * levels


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        pytest.param(nested(DEEPEST), None, id="as deep as may be"),
        pytest.param(nested(DEEPEST + 1), "more than 20 levels", id="one level deeper"),
        pytest.param(b'{"a":' * 21 + b"1" + b"}" * 21, "more than 20 levels", id="objects"),
        pytest.param(b"[" * 100_000, "more than 20 levels", id="opened for ever"),
        pytest.param(b"[" + b"[]," * 100 + b"[]]", f"at most {LONGEST_LIST}", id="many lists, none of them deep"),
        pytest.param(json.dumps(["[" * 200, "{" * 200]).encode(), None, id="brackets in a text"),
        pytest.param(rb'["\"[[[[[[[[[[[[[[[[[[[[[[[[[[["]', None, id="brackets behind an escaped quote"),
        pytest.param(json.dumps([1] * LONGEST_LIST).encode(), None, id="a list as long as may be"),
        pytest.param(json.dumps([1] * (LONGEST_LIST + 1)).encode(), "at most 64 items", id="one item more"),
        pytest.param(json.dumps({str(n): n for n in range(MOST_VALUES)}).encode(), None, id="as many values as may be"),
        pytest.param(
            json.dumps({str(n): n for n in range(MOST_VALUES + 1)}).encode(), "more than 1,000 values", id="one more"
        ),
        pytest.param(json.dumps("," * 5_000).encode(), None, id="commas in a text"),
        pytest.param(b"9" * 5_000, "thousands of digits", id="a number of 5,000 digits"),
    ],
)
def test_depth_values_and_lists_have_an_end(body: bytes, fault: str | None) -> None:
    found = None
    try:
        parse(body)
    except Intricate as intricate:
        found = intricate.fault.detail
    assert (found is None) if fault is None else (fault in str(found))


def test_the_longest_list_is_named() -> None:
    problem = refusal(json.dumps(a_body(history={"pain_locations": ["knee"] * 65})).encode())
    assert [(fault.pointer, fault.detail) for fault in problem.errors] == [
        ("/history/pain_locations", "must have at most 64 items.")
    ]


def test_a_text_that_never_closes_takes_no_longer_than_it_is_long() -> None:
    """Every quote could begin a text anew: 30,000 of them must not be read 30,000 times."""
    with pytest.raises(Refusal):
        parse(b'{"a":[' + b'"\\' * 30_000 + b"[" * 30)


@pytest.mark.parametrize(
    ("body", "kind", "words"),
    [
        pytest.param(b"", "not-json", "empty", id="nothing"),
        pytest.param(b" \n", "not-json", "empty", id="white space"),
        pytest.param(b"\xef\xbb\xbf{}", "not-json", "byte order mark", id="UTF-8 with a mark"),
        pytest.param("{}".encode("utf-16"), "not-json", "byte order mark", id="UTF-16 with a mark"),
        pytest.param("{}".encode("utf-16-le"), "not-json", "NUL", id="UTF-16"),
        pytest.param("{}".encode("utf-32-be"), "not-json", "NUL", id="UTF-32"),
        pytest.param(b'{"patient"\x00: {}}', "not-json", "NUL", id="NUL"),
        pytest.param(b'{"a": "\xc3\x28"}', "not-json", "not UTF-8", id="bytes that are no UTF-8"),
        pytest.param(b'{"a": "\xed\xa0\x80"}', "not-json", "not UTF-8", id="half a character as bytes"),
        pytest.param(b"{} {}", "not-json", "column 4", id="something behind it"),
        pytest.param(b'{"patient": {"age_years": 40}} x', "not-json", "column 32", id="a letter behind it"),
        pytest.param(b'{"a": 1,}', "not-json", "line 1", id="a comma too many"),
        pytest.param(b'{"a": 01}', "not-json", "line 1", id="a zero too many"),
        pytest.param(b'{"a": "\t"}', "not-json", "line 1", id="a tab in a text"),
        pytest.param(b'{"a": 1, "a": 1}', "repeated-key", "twice", id="a key twice"),
        pytest.param(rb'{"a": 1, "\u0061": 1}', "repeated-key", "twice", id="a key twice, once escaped"),
        pytest.param(rb'{"a": "\ud800"}', "invalid-exam", "half a character", id="half a character"),
        pytest.param(rb'{"\udfff": 1}', "invalid-exam", "half a character", id="half a character as key"),
        pytest.param(b'{"patient": {"age_years": 1e999999999}}', "invalid-exam", "finite", id="a huge exponent"),
        pytest.param(
            b'{"patient": {"age_years": ' + b"9" * 400 + b"}}", "invalid-exam", "", id="an integer beyond any float"
        ),
        pytest.param(b'{"patient": {"age_years": NaN}}', "invalid-exam", "finite", id="NaN"),
        pytest.param(b'{"patient": {"age_years": -Infinity}}', "invalid-exam", "finite", id="Infinity"),
        pytest.param(b'{"patient": {"age_years": 4' + b"0" * 5_000 + b"}}", "invalid-exam", "digits", id="digits"),
    ],
)
def test_what_is_not_one_plain_json_value_is_refused_with_a_reason(body: bytes, kind: str, words: str) -> None:
    """Hazard H-15: what cannot be read is half read."""
    problem = refusal(body)
    assert problem.type == f"urn:nerveroot:problem:{kind}"
    assert problem.status == (422 if kind == "invalid-exam" else 400)
    assert words in " ".join([problem.detail, *(fault.detail for fault in problem.errors)])


@pytest.mark.parametrize(
    ("key", "pointer"),
    [
        ("surname", "/patient/surname"),
        ("painSeverity", "/patient/painSeverity"),
        ("Ada Lovelace", "/patient"),
        ("ada@example.org", "/patient"),
        ("é", "/patient"),
        ("x" * 41, "/patient"),
        ("", "/patient"),
    ],
)
def test_an_unknown_key_is_repeated_only_where_it_looks_like_a_field(key: str, pointer: str) -> None:
    """Hazard H-26: a name as key of an object comes back in an error text."""
    problem = refusal(json.dumps(a_body(patient={key: 1})).encode())
    assert [fault.pointer for fault in problem.errors] == [pointer]
    assert "of the contract" in problem.errors[0].detail


@pytest.mark.parametrize("place", [(), ("previous_examination",)], ids=["the examination", "the earlier examination"])
@pytest.mark.parametrize(
    ("at", "taken"),
    [("1900-01-01T00:00:00+14:00", True), ("1899-12-31T23:59:59Z", False), ("0001-01-01T00:00:00+23:59", False)],
)
def test_a_time_before_all_examinations_is_refused(place: tuple[str, ...], at: str, taken: bool) -> None:
    body = a_body(examined_at=at) if not place else a_body(previous_examination={"examined_at": at})
    pointer = "".join(f"/{each}" for each in (*place, "examined_at"))
    found = None
    try:
        read_exam(json.dumps(body).encode(), NOON)
    except Refusal as refused:
        found = [(fault.pointer, fault.detail) for fault in refused.problem.errors]
    assert found == (None if taken else [(pointer, "must be in 1900 or later.")])


def test_faults_are_told_up_to_a_hundred() -> None:
    problem = refusal(json.dumps(a_body(**{f"field_{number}": number for number in range(500)})).encode())
    assert len(problem.errors) == MOST_FAULTS
    assert problem.detail.startswith("500 faults were found; the first 100 are named")


def test_other_bodies_are_read_by_the_same_rules() -> None:
    adapter = TypeAdapter(dict[str, int])
    assert read_value(adapter, b'{"a": 1}', "outcome") == {"a": 1}
    for body, status in ((b"{", 400), (b'{"a": 1, "a": 2}', 400), (nested(21), 422), (b'{"a": "x"}', 422)):
        with pytest.raises(Refusal) as refused:
            read_value(adapter, body, "outcome")
        assert refused.value.problem.status == status
    with pytest.raises(Refusal) as refused:
        read_value(adapter, b'{"a": "x"}', "outcome", {"/a": "must be 1."})
    assert refused.value.problem.type == "urn:nerveroot:problem:invalid-outcome"
    assert refused.value.problem.title == "The body is not an outcome"
    assert refused.value.problem.errors[0].detail == "must be 1."


JSON_TYPE = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("headers", "body", "status", "kind"),
    [
        pytest.param(JSON_TYPE, b"x" * 100, 200, None, id="as long as may be"),
        pytest.param(JSON_TYPE, b"x" * 101, 413, "too-large", id="one byte more"),
        pytest.param({}, b"{}", 415, "media-type", id="no media type"),
        pytest.param({"Content-Type": "text/json"}, b"{}", 415, "media-type", id="another media type"),
        pytest.param({**JSON_TYPE, "Content-Encoding": "gzip"}, b"{}", 415, "compressed", id="compressed"),
        pytest.param({**JSON_TYPE, "Content-Encoding": "identity, br"}, b"{}", 415, "compressed", id="twice encoded"),
        pytest.param({**JSON_TYPE, "Content-Encoding": "Identity"}, b"{}", 200, None, id="not compressed"),
    ],
)
def test_the_body_is_what_it_says_and_not_too_long(
    headers: dict[str, str], body: bytes, status: int, kind: str | None
) -> None:
    answer = TestClient(small_app(Counted())).post("/things", content=body, headers=headers)
    assert answer.status_code == status
    assert kind is None or answer.json()["type"] == f"urn:nerveroot:problem:{kind}"


def test_the_length_of_chunks_is_counted() -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(1_000):
            yield b"x" * 10

    answer = TestClient(small_app(Counted())).post("/things", content=chunks(), headers=JSON_TYPE)
    assert answer.status_code == 413
