"""Cards in a terminal: what a record system would show, and what it would let the clinician do."""

import re
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, Final

WIDTH: Final = 100
_LINK: Final = re.compile(r"\[([^\]]+)\]\(([^)\s]+)\)")
_BOLD: Final = re.compile(r"\*\*(.+?)\*\*")
_ESCAPED: Final = re.compile(r"\\([!-/:-@\[-`{-~])")
_BULLET: Final = re.compile(r"(\s*(?:[-*]|\d+\.)\s+)(.*)")


def shown(card: Mapping[str, Any]) -> str:
    """All of a card."""
    return "\n".join(_lines(card))


def _lines(card: Mapping[str, Any]) -> Iterator[str]:
    yield from _wrapped(f"[{card['indicator'].upper()}] {card['summary']}", "  ")
    if "detail" in card:
        yield ""
        for line in plain(card["detail"]).splitlines():
            yield from _wrapped(line, "    ")
        yield ""
    how = {"at-most-one": "choose one at most", "any": "choose any"}.get(card.get("selectionBehavior", ""), "")
    for number, suggestion in enumerate(card.get("suggestions", ()), 1):
        recommended = " (recommended)" if suggestion.get("isRecommended") else ""
        yield from _wrapped(
            f"suggestion {number}{f' ({how})' if number == 1 and how else ''}:{recommended} {suggestion['label']}",
            "    ",
        )
        for action in suggestion.get("actions", ()):
            what = action.get("resourceId") or action.get("resource", {}).get("resourceType", "")
            yield from _wrapped(f"{action['type']} {what}: {action['description']}", "      ")
    reasons = [each["display"] for each in card.get("overrideReasons", ())]
    if reasons:
        yield from _wrapped(f"reasons to override: {'; '.join(reasons)}", "    ")
    for link in card.get("links", ()):
        yield from _wrapped(f"link ({link['type']}): {link['label']} {link['url']}", "    ")
    source = card["source"]
    yield from _wrapped(f"source: {source['label']} {source.get('url', '')}".rstrip(), "    ")


def plain(markdown: str) -> str:
    """Markdown as it is read in a terminal."""
    text = _LINK.sub(r"\1 (\2)", _BOLD.sub(r"\1", markdown))
    text = re.sub(r"(?m)^#+ +", "", text)
    return _ESCAPED.sub(r"\1", text)


def _wrapped(line: str, indent: str) -> list[str]:
    """A line in as many as it takes; what goes on in a list is set in."""
    bullet = _BULLET.fullmatch(line)
    deeper = " " * len(bullet[1]) if bullet else ""
    return textwrap.wrap(
        line,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + deeper,
        break_long_words=False,
        break_on_hyphens=False,
    ) or [""]
