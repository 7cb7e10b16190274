"""How hard a text is to read: the grade of Flesch and Kincaid, words a sentence.

Computed here, because the libraries for it fetch a dictionary when they are first used.
"""

import re

_WORD = re.compile(r"[A-Za-z0-9]+(?:'[A-Za-z]+)?")
_GROUP = re.compile(r"[aeiouy]+")
_SILENT = re.compile(
    r"(?<=[^aeiouy])e$"  # pain"e" at the end, but not in -le, which is put back below
    r"|(?<=[^aeioudty])ed$"  # seemed, not wanted
    r"|(?<=[^aeiouyscgxzh])es$"  # bones, not houses
    r"|(?<=[aeiouy][^aeiouy])e(?=ly$|ment|ful|less)"  # safely, movement
)
_TWO = re.compile(
    r"ia(?!n\b)|io(?!n)|ier$|ing$(?<=[aeiouy]ing)|iet|(?<!g)eo|ua|uo"
    r"|(?<=[^aeiouy])les?$|(?<=[^aeiouyl])led$"
)
_KNOWN = {"people": 2, "area": 3, "something": 2, "sometimes": 2, "everybody": 4, "equally": 3, "beyond": 2}
"""Words that the rules below get wrong."""


def words(text: str) -> list[str]:
    """The words of a text; a hyphen parts two."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of a text; a colon does not end one."""
    return [each for each in re.split(r"(?<=[.!?])\s+", text.strip()) if each]


def syllables(word: str) -> int:
    """The syllables of an English word, by its spelling."""
    plain = word.lower().removesuffix("'s").removesuffix("'t")
    if plain in _KNOWN:
        return _KNOWN[plain]
    silent = _SILENT.sub("", plain)
    return max(1, len(_GROUP.findall(silent)) + len(_TWO.findall(plain)))


def grade(text: str) -> float:
    """The school year that reads the text with ease.

    0.39 words a sentence + 11.8 syllables a word - 15.59 (Kincaid JP, Fishburne RP, Rogers RL, Chissom BS. Derivation
    of new readability formulas for Navy enlisted personnel. Research Branch Report 8-75, 1975).
    """
    found = words(text)
    return 0.39 * len(found) / len(sentences(text)) + 11.8 * sum(map(syllables, found)) / len(found) - 15.59
