"""`GET /rules`: every rule as a clinician reads it, by family, with its sources; to search, to link, to print.

It says what `GET /v1/rules` says, from the same entries. Every rule has its permanent id as its anchor, so that
`/rules#RF-CES-RETENTION` stays what it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter, Request
from starlette.responses import Response

from service.languages import DEFAULT, Language, Languages
from service.pages.rendering import page
from service.pages.static_files import takes_gzip
from service.pages.words import words_as_json
from service.rules.citations import citations
from service.rules.guideline import Citation, Policy
from service.rules.rulebook import FAMILIES, Family, RuleEntry, entries, retired
from service.rules.wording import Wording


@dataclass(frozen=True, kw_only=True)
class Source:
    """A source as it is shown, each part with its full stop, and where it can be read."""

    key: str
    title: str
    where: str
    """Publisher or journal, and the year."""
    authors: str
    checked: str
    link: str | None = None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One rule with its sources; `said` is None where its sentence is for the person alone."""

    entry: RuleEntry
    said: str | None
    sources: tuple[Source, ...]


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One family with its rules."""

    family: Family
    rules: tuple[Shown, ...]

    @property
    def combine(self) -> str:
        """What happens where several apply, with codes in quotation marks."""
        return re.sub(
            r"`(\w+)`", "\N{LEFT DOUBLE QUOTATION MARK}\\1\N{RIGHT DOUBLE QUOTATION MARK}", self.family.combine
        )


def rules_page(policy: Policy, languages: Languages) -> APIRouter:
    """The route; open to everybody, as the rules are."""
    router = APIRouter(include_in_schema=False)
    made: dict[tuple[str, bool], Response] = {}

    @router.head("/rules")
    @router.get("/rules")
    async def show_rules(request: Request) -> Response:
        """Every rule in force. What it says changes with the software alone, so each language is made once."""
        language = languages.named(request.query_params.get("language", "")) or languages.chosen(request.headers)
        kept = (language.wording.language, takes_gzip(request))
        if kept not in made:
            made[kept] = _made(request, policy, language)
        return Response(made[kept].body, headers=dict(made[kept].headers))

    return router


def _made(request: Request, policy: Policy, language: Language) -> Response:
    return page(
        request,
        "rules.html",
        language=language,
        policy=policy.value,
        translated=language.wording.language != DEFAULT.wording.language,
        chapters=chapters(language.wording),
        retired=retired(),
        sources=tuple(sources().values()),
        words=words_as_json(("rules",), language.wording),
    )


def chapters(wording: Wording) -> tuple[Chapter, ...]:
    """The rules in reading order, in the language of `wording`."""
    known = sources()
    rules = [
        Shown(
            entry=rule,
            said=None if rule.action == rule.text_for_patient else rule.action,
            sources=tuple(known[key] for key in rule.citations),
        )
        for rule in entries(wording)
    ]
    return tuple(
        Chapter(family=family, rules=tuple(each for each in rules if each.entry.kind == family.kind))
        for family in FAMILIES
    )


def sources() -> Mapping[str, Source]:
    """Every source that a rule rests on, by its key."""
    used = {key for rule in entries() for key in rule.citations}
    return {key: _source(citations()[key]) for key in sorted(used)}


def _source(cited: Citation) -> Source:
    year = None if cited.year is None or str(cited.year) in cited.published_in else str(cited.year)
    return Source(
        key=cited.key,
        title=_ended(cited.title),
        where=_ended(", ".join(filter(None, (cited.published_in.rstrip("."), year)))),
        authors=_ended(cited.authors),
        checked=cited.checked,
        link=link_to(cited),
    )


def _ended(text: str) -> str:
    return text if text.endswith((".", "?", "!")) else f"{text}."


def link_to(cited: Citation) -> str | None:
    """Where a source can be read: by its DOI, in PubMed, or at the address it was read at; https alone."""
    if cited.doi:
        return f"https://doi.org/{cited.doi}"
    if cited.pmid:
        return f"https://pubmed.ncbi.nlm.nih.gov/{cited.pmid}/"
    return cited.url if cited.url and cited.url.startswith("https://") else None
