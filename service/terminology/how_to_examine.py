"""How each sign is examined and each red flag asked for, and what is normal: what stands beside an item on the page.

The texts and their sources are in how_to_examine.toml, a row for each item; the two legs share theirs, and so do all
regions of skin but the perianal one.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final

from service.terminology.exam_texts import LEGS

SENSATION: Final = "sensation"
"""The row of every region of skin that has none of its own."""


@dataclass(frozen=True, kw_only=True)
class HowTo:
    """How one item is done and what counts as abnormal, what is normal, and the keys of the sources.

    A key is one of how_to_sources(), or else of service/rules/citations.toml.
    """

    text: str
    normal: str
    sources: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class HowToSource:
    """A source of these texts alone; no rule rests on it. What was not seen (a DOI, often) is left out."""

    title: str
    authors: str
    published_in: str
    year: int
    doi: str | None = None
    url: str | None = None
    pmid: str | None = None


def how_to(code: str) -> HowTo | None:
    """How an item is examined or asked for, by its code; None where the question itself says it all.

    The groups `strength` and `sensation` of a leg have a text too: what the grades mean, and how skin is tested.
    """
    section, _, sign = code.partition(".")
    if section not in LEGS:
        return _rows().get(code)
    return _rows().get(sign, _rows()[SENSATION] if sign.startswith(f"{SENSATION}.") else None)


def how_to_codes() -> frozenset[str]:
    """What there is a row for: codes of items, those of the signs without their leg."""
    return frozenset(_rows())


@cache
def how_to_sources() -> Mapping[str, HowToSource]:
    """The sources that stand in the table itself, by key."""
    return {key: HowToSource(**row) for key, row in _table()["sources"].items()}


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads(files("service.terminology").joinpath("how_to_examine.toml").read_text(encoding="utf-8"))


@cache
def _rows() -> Mapping[str, HowTo]:
    table = _table()
    rows = table["signs"] | {f"red_flags.{field}": row for field, row in table["red_flags"].items()}
    return {
        code: HowTo(text=row["text"], normal=row["normal"], sources=tuple(row["sources"])) for code, row in rows.items()
    }
