"""A language in which nothing is English: every letter of every text in brackets and in other signs, values aside."""

import re
from pathlib import Path

from service.catalogue import Translated, every_text, written
from service.rules.wording import Wording

LANGUAGE = "qps"
"""A tag that ISO 639-2 keeps free for private use (qaa to qtz)."""

OPEN, CLOSE = "⟦", "⟧"
_OTHER = {ord(letter): ord(letter) + 0xFEE0 for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"}


def in_pseudo(english: str) -> str:
    """The text in brackets and full-width letters; the places for values stay as they are."""
    parts = re.split(r"(\{[^}]*\})", english)
    return OPEN + "".join(part if part.startswith("{") else part.translate(_OTHER) for part in parts) + CLOSE


def english_left(text: str) -> list[str]:
    """What of a text was not said through the catalogue.

    The name of a root or disc (L5, L4/L5) is no word, nor is that of a place for a value.
    """
    if not (text.startswith(OPEN) and text.endswith(CLOSE)):
        return [text]
    return re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[a-z_]+\}", "", text))


PSEUDO = Wording(
    language=LANGUAGE,
    texts={f"{rule}.{part}": in_pseudo(text) for rule, parts in every_text().items() for part, text in parts.items()},
)


def write_pseudo(folder: Path, *, left_out: tuple[str, ...] = ()) -> Path:
    """The catalogue of the language in `folder`, without the texts `left_out`."""
    english = {f"{rule}.{part}": text for rule, parts in every_text().items() for part, text in parts.items()}
    said = {key: Translated(english=text, translation=in_pseudo(text)) for key, text in english.items()}
    path = folder / f"{LANGUAGE}.toml"
    path.write_text(written(LANGUAGE, {key: text for key, text in said.items() if key not in left_out}), "utf-8")
    return path
