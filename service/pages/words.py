"""The words of the pages: what is neither a rule nor an item of the examination, by section and code.

They stand in `words/SECTION.toml`, so that no template and no script holds a sentence: a catalogue translates them as
it translates the rules, under `PAGE-SECTION.code`.
"""

import json
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from service.rules.wording import ENGLISH, Wording

PREFIX: Final = "PAGE-"
"""Begins the id of a section in a catalogue."""


@dataclass(frozen=True, kw_only=True)
class Section:
    """The words of one part of the pages, by code."""

    rule_id: str
    texts: Mapping[str, str]


@cache
def sections() -> Mapping[str, Section]:
    """Every section by its name."""
    folder = files("service.pages").joinpath("words")
    named = {each.name.removesuffix(".toml"): each for each in folder.iterdir() if each.name.endswith(".toml")}
    return {
        name: Section(
            rule_id=PREFIX + name.upper().replace("_", "-"),
            texts=tomllib.loads(named[name].read_text(encoding="utf-8")),
        )
        for name in sorted(named)
    }


def words_of(section: str, wording: Wording = ENGLISH) -> Mapping[str, str]:
    """The words of a section by their code, in the language of `wording` as far as it has them.

    Raises:
        KeyError: there is no such section.
    """
    found = sections()[section]
    return {code: wording.texts.get(f"{found.rule_id}.{code}", english) for code, english in found.texts.items()}


def word(wording: Wording = ENGLISH) -> Callable[..., str]:
    """The function of the templates: `word("section.code", place=value)`."""

    def said(name: str, /, **places: object) -> str:
        section, _, code = name.partition(".")
        text = words_of(section, wording)[code]
        return text.format(**places) if places else text

    return said


def words_as_json(names: tuple[str, ...], wording: Wording = ENGLISH) -> str:
    """The words of some sections for the scripts of a page: JSON that can stand within a `<script>` of data."""
    held = {f"{name}.{code}": text for name in names for code, text in words_of(name, wording).items()}
    return as_data(held)


def as_data(value: object) -> str:
    """JSON that ends no script element early, whatever it holds (HTML standard, 4.12.1.3)."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
