"""The texts of the rules and of the bedside page in another language: one file a language, by `make catalogue`.

A text has its English beside it, as it was when it was translated. Where the rule now says something else, the English
is said until somebody has looked at the translation again: a translation of an older rule would be a wrong answer.
"""

import argparse
import json
import re
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from service.errors import CatalogueBroken
from service.languages import Language, Languages
from service.pages.form_texts import page_texts
from service.rules.rulebook import english_texts
from service.rules.wording import Wording, places

CATALOGUES: Final = Path(__file__).parent / "catalogues"
"""Where the catalogues of the service are: `nl.toml` makes it answer in Dutch."""

_TAG = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-([A-Z]{2}|[0-9]{3}))?")
"""A language with or without script and region, written as BCP 47 (RFC 5646, 2.1.1) recommends."""


@dataclass(frozen=True, kw_only=True)
class Translated:
    """One text: the English that it was translated from, and the translation; empty while there is none."""

    english: str
    translation: str


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One language: its texts by `RULE-ID.field`."""

    language: str
    texts: Mapping[str, Translated]

    @property
    def lacking(self) -> tuple[str, ...]:
        """The texts without a translation."""
        return tuple(key for key in _english() if key not in self.texts or not self.texts[key].translation.strip())

    @property
    def outdated(self) -> tuple[str, ...]:
        """The translations of an English that has changed since."""
        english = _english()
        return tuple(
            key
            for key, text in self.texts.items()
            if key in english and text.translation.strip() and text.english != english[key]
        )

    @property
    def unknown(self) -> tuple[str, ...]:
        """The texts that no rule has."""
        return tuple(key for key in self.texts if key not in _english())

    @property
    def misplaced(self) -> tuple[str, ...]:
        """The translations whose places for values are not those of the English they were made from."""
        return tuple(
            key
            for key, text in self.texts.items()
            if text.translation.strip() and _places(text.translation) != _places(text.english)
        )

    @property
    def complaints(self) -> tuple[str, ...]:
        """All that is to be mended, one line a text."""
        english = _english()
        return (
            *(f"{self.language}: {key} is not translated: {english[key]}" for key in self.lacking),
            *(f"{self.language}: {key} is of an older English; now: {english[key]}" for key in self.outdated),
            *(f"{self.language}: {key} is a text that no rule has" for key in self.unknown),
            *(f"{self.language}: {key} has other places for values than the English" for key in self.misplaced),
        )

    @property
    def language_of_answers(self) -> Language:
        """The language as the service speaks it: what is translated, and not outdated.

        Raises:
            CatalogueBroken: it has a text that no rule has, or places for values that the English has not.
        """
        for keys, fault in ((self.unknown, "no rule has"), (self.misplaced, "whose {places} are not those in English")):
            if keys:
                raise CatalogueBroken(
                    f"The catalogue {self.language}.toml has texts {fault}: {', '.join(keys)}. "
                    f"Mend it, or run `make catalogue LANGUAGE={self.language}`."
                )
        left = {*self.lacking, *self.outdated}
        said = {key: text.translation for key, text in self.texts.items() if key not in left}
        return Language(wording=Wording(language=self.language, texts=said), complete=not left)


@cache
def every_text() -> Mapping[str, Mapping[str, str]]:
    """Every text that can be translated, by id and part: of the rules, and of the bedside page."""
    return {**english_texts(), **page_texts()}


@cache
def _english() -> Mapping[str, str]:
    return {f"{rule_id}.{part}": text for rule_id, parts in every_text().items() for part, text in parts.items()}


def _places(text: str) -> frozenset[str] | None:
    try:
        return places(text)
    except ValueError:
        return None


def read_catalogue(path: Path) -> Catalogue:
    """The catalogue that a file holds; the name of the file is its language.

    Raises:
        CatalogueBroken: the name is no language, or the file is not made as a catalogue is.
    """
    check_tag(path.stem)
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        raise CatalogueBroken(f"The catalogue {path.name} cannot be read: {fault}.") from None
    texts = {}
    for rule_id, parts in tables.items():
        for part, said in parts.items() if isinstance(parts, dict) else (("", parts),):
            if not isinstance(said, dict) or set(said) != {"english", "translation"}:
                where = f"{rule_id}.{part}".rstrip(".")
                raise CatalogueBroken(f"The catalogue {path.name}: {where} must hold `english` and `translation`.")
            if not all(isinstance(text, str) for text in said.values()):
                raise CatalogueBroken(f"The catalogue {path.name}: {rule_id}.{part} must hold two texts.")
            texts[f"{rule_id}.{part}"] = Translated(**said)
    return Catalogue(language=path.stem, texts=texts)


def check_tag(language: str) -> None:
    """Refuse what is no language that a catalogue can have.

    Raises:
        CatalogueBroken: it is written otherwise than BCP 47 recommends, or is the English of the rules.
    """
    if not _TAG.fullmatch(language):
        raise CatalogueBroken(f"{language!r} is no language: name it as in nl, pt-BR or zh-Hant-TW.")
    if language == "en":
        raise CatalogueBroken("English stands in the rules themselves and has no catalogue.")


def read_languages(folder: Path) -> Languages:
    """Every language that has a catalogue in `folder`.

    Raises:
        CatalogueBroken: one of them is broken, or the folder is not there.
    """
    if not folder.is_dir():
        raise CatalogueBroken(f"There is no folder of catalogues at {folder}. Restore it from git.")
    return Languages(
        translated=tuple(read_catalogue(path).language_of_answers for path in sorted(folder.glob("*.toml")))
    )


def written(language: str, texts: Mapping[str, Translated]) -> str:
    """The file of a catalogue: every text of the rules in reading order, with what `texts` has of it.

    A text that is translated keeps the English it was made from until somebody changes it there, so that what is
    outdated stays visible. What the same English became elsewhere is taken over.
    """
    known = {text.english: text.translation for text in texts.values() if text.translation.strip()}
    lines = [f"# Texts of the rules in {language}. README.md beside this file says how to translate them.", ""]
    for rule_id, parts in every_text().items():
        for part, english in parts.items():
            text = texts.get(f"{rule_id}.{part}")
            kept = (
                text
                if text and text.translation.strip()
                else Translated(english=english, translation=known.get(english, ""))
            )
            if kept.english != english:
                lines.append(f"# The rule now says: {english}")
            lines += [
                f"[{rule_id}.{part}]",
                f"english = {_quoted(kept.english)}",
                f"translation = {_quoted(kept.translation)}",
                "",
            ]
    return "\n".join(lines)


def _quoted(text: str) -> str:
    """A basic string of TOML, which is that of JSON but for one control character."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def main(arguments: list[str] | None = None) -> int:
    """Write or update the catalogue of one language, and say what it lacks."""
    parser = argparse.ArgumentParser(prog="python -m service.catalogue", description=main.__doc__)
    parser.add_argument("language", help="as in nl, pt-BR or zh-Hant-TW")
    parser.add_argument("--folder", type=Path, default=CATALOGUES)
    asked = parser.parse_args(arguments)
    try:
        check_tag(asked.language)
        path = asked.folder / f"{asked.language}.toml"
        before = read_catalogue(path) if path.exists() else Catalogue(language=asked.language, texts={})
    except CatalogueBroken as fault:
        print(fault, file=sys.stderr)
        return 2
    path.write_text(written(asked.language, before.texts), encoding="utf-8")
    after = read_catalogue(path)
    print(f"{path}: {len(after.lacking)} of {len(_english())} texts have no translation yet.")
    for key in before.unknown:
        print(f"taken out, no rule has it: {key} = {before.texts[key].translation}")
    for line in after.complaints[len(after.lacking) :]:
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
