"""Which language a client asks for, and which of those that are there it gets.

`Accept-Language` is read as RFC 9110 (12.4.2, 12.5.4) has it; the choice is the lookup of RFC 4647 (3.4): a range that
no language fits is shortened from its end until one does. Libraries that were looked at parse the header and leave the
lookup out, or shorten ranges only after none has fitted as it stands, so that `nl-BE, en;q=0.5` would get English.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import Headers

from service.rules.wording import ENGLISH, Wording

HEADER = "Accept-Language"

_RANGE = re.compile(
    r"\s*(?P<range>\*|[a-z]{1,8}(?:-[a-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*(?P<quality>0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, kw_only=True)
class Language:
    """A language that answers can have; one that is not `complete` says the rest in English."""

    wording: Wording
    complete: bool = True

    @property
    def headers(self) -> dict[str, str]:
        """What an answer says of its language, and of what it depends on (RFC 9110, 8.5 and 12.5.5)."""
        rest = "" if self.complete else f", {ENGLISH.language}"
        return {"Content-Language": f"{self.wording.language}{rest}", "Vary": HEADER}


DEFAULT = Language(wording=ENGLISH)
"""What everybody gets who asks for nothing that is there."""


@dataclass(frozen=True, kw_only=True)
class Languages:
    """The languages of the catalogues, and the English of the rules."""

    translated: Sequence[Language] = ()
    _by_tag: Mapping[str, Language] = field(init=False)

    def __post_init__(self) -> None:
        known = {each.wording.language.lower(): each for each in (DEFAULT, *self.translated)}
        object.__setattr__(self, "_by_tag", known)

    @property
    def tags(self) -> tuple[str, ...]:
        """The tags of all of them, English first."""
        return tuple(each.wording.language for each in (DEFAULT, *self.translated))

    def named(self, tag: str) -> Language | None:
        """The language of exactly that tag; None where there is none."""
        return self._by_tag.get(tag.lower())

    def chosen(self, headers: Headers) -> Language:
        """The language that a request asks for, English where it asks for none that is there."""
        ranked = _ranked(", ".join(headers.getlist(HEADER)))
        unwanted = {tag for tag, quality in ranked if quality == 0}
        for tag, quality in ranked:
            if quality == 0:
                break
            for shorter in _shortened(tag):
                if shorter in self._by_tag and shorter not in unwanted:
                    return self._by_tag[shorter]
        return DEFAULT

    @property
    def documented(self) -> dict[str, Any]:
        """The header in an OpenAPI document."""
        tags = sorted(each.wording.language for each in self._by_tag.values())
        return {
            "name": HEADER,
            "in": "header",
            "description": f"The language of the texts: {', '.join(tags)}. Codes, probabilities and decisions are the "
            "same in all.",
            "schema": {"type": "string"},
        }


def _ranked(header: str) -> list[tuple[str, float]]:
    """The ranges of the header in lower case with their quality, best first; what is no range is passed over."""
    found = (_RANGE.fullmatch(each) for each in header.split(","))
    read = [(match["range"].lower(), float(match["quality"] or 1)) for match in found if match]
    return sorted(read, key=lambda each: -each[1])


def _shortened(tag: str) -> Iterator[str]:
    """The range, and what is left of it as parts are taken off its end; no single letter stands last."""
    parts = tag.split("-")
    while parts:
        yield "-".join(parts)
        parts.pop()
        while parts and len(parts[-1]) == 1:
            parts.pop()
