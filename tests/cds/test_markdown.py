"""Markdown in which every text stands for itself."""

import re

import pytest

from service.cds.markdown import bullets, document, escaped, link, section, strong

HOSTILE = {
    "html": ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
    "entity": ("&lt;b&gt;", "&amp;lt;b&amp;gt;"),
    "link": ("[here](https://evil.example)", "\\[here\\](https\\://evil.example)"),
    "bare link": ("see www.evil.example", "see www\\.evil.example"),
    "image": ("![x](y)", "!\\[x\\](y)"),
    "bold": ("**now** and __now__", "\\*\\*now\\*\\* and \\_\\_now\\_\\_"),
    "code": ("`rm`", "\\`rm\\`"),
    "backslash": ("a\\*b", "a\\\\\\*b"),
    "table": ("a | b", "a \\| b"),
    "strike": ("~~not~~", "\\~\\~not\\~\\~"),
    "heading": ("# Title", "\\# Title"),
    "list": ("- item", "\\- item"),
    "numbered": ("1. item", "1\\. item"),
    "lines": ("one\n\n# two\r\nthree", "one # two three"),
    "plain": ("MRC grade 4-, 30 to 70 degrees (91 %).", "MRC grade 4-, 30 to 70 degrees (91 %)."),
    "decimal": ("0.5 of 10", "0.5 of 10"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_text_shows_exactly_what_it_says(name: str) -> None:
    text, expected = HOSTILE[name]
    assert escaped(text) == expected


@pytest.mark.parametrize("name", HOSTILE)
def test_no_angle_bracket_is_left_anywhere(name: str) -> None:
    text, _ = HOSTILE[name]
    made = document(strong(text), section(text, [escaped(text)]), bullets([escaped(text)]), link(text, text))
    assert not set("<>") & set(made)


def test_an_address_ends_where_the_link_does() -> None:
    made = link("Title", "https://doi.org/10.1016/s0003-9993(00)90080-7")
    assert made == "[Title](https://doi.org/10.1016/s0003-9993%2800%2990080-7)"
    assert re.fullmatch(r"\[Title\]\([^()]*\)", made)


def test_what_says_nothing_takes_no_room() -> None:
    assert document("", "a", section("Nothing", []), "b", bullets([])) == "a\n\nb"
