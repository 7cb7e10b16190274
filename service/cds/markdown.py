"""GitHub-flavoured Markdown in which every text stands for itself: what CDS Hooks 2.0 takes as the detail of a card.

Some clients show HTML that stands in it (the reference sandbox does), so not one angle bracket is left.
"""

import re
from collections.abc import Iterable
from typing import Final
from urllib.parse import quote

_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""Entities mean the same in Markdown and in HTML (CommonMark, entity references)."""
_MARKS: Final = re.compile(r"([\\`*_\[\]|~])")
_LINE_MARKS: Final = re.compile(r"^(\d{0,9})((?<!\d)[#+=-]|(?<=\d)[.)](?=\s|$))")
"""What makes a heading, a list or a rule of a line that begins with it."""
_ADDRESS: Final = re.compile(r"(?i)(https?:|ftp:|www\.)")
"""What GitHub makes a link of without being asked (GFM, autolinks)."""


def escaped(text: str) -> str:
    """A text as one line that shows exactly what it says."""
    line = " ".join(text.split()).translate(_ENTITIES)
    line = _MARKS.sub(r"\\\1", line)
    line = _LINE_MARKS.sub(r"\1\\\2", line)
    return _ADDRESS.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", line)


def strong(text: str) -> str:
    """A text that is not Markdown yet, in bold."""
    return f"**{escaped(text)}**"


def link(text: str, url: str) -> str:
    """A link with that text; nothing in the address ends it early."""
    return f"[{escaped(text)}]({quote(url, safe=':/?#&=%~.,;+-_')})"


def bullets(lines: Iterable[str]) -> str:
    """A list; the lines are Markdown."""
    return "\n".join(f"- {line}" for line in lines)


def section(title: str, lines: Iterable[str]) -> str:
    """A list under a title; nothing where there are no lines, which are Markdown."""
    listed = bullets(lines)
    return f"{strong(title)}\n\n{listed}" if listed else ""


def document(*parts: str) -> str:
    """The parts that say something, one below the other."""
    return "\n\n".join(part for part in parts if part)
