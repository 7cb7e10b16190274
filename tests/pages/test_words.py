"""The words of the pages: every one that is said is there, none is left over, and a catalogue can translate them."""

import json
import re
from pathlib import Path

import pytest

from service.pages import words as module
from service.pages.routes import SCRIPTED
from service.pages.words import as_data, sections, word, words_as_json, words_of
from service.rules.wording import Wording, places

FOLDER = Path(module.__file__).parent
SAID = re.compile(
    r"""\b(?:word|hasWord)\(\s*(?P<quote>["'`])(?P<name>[a-z_0-9${}.()?: "'=>&|!-]+?)(?P=quote)\s*(?P<joined>~|\+)?"""
)
SOURCES = sorted([*FOLDER.glob("templates/*.html"), *FOLDER.glob("templates/*.svg"), *FOLDER.glob("static/*.js")])
EVERY = {f"{name}.{code}" for name, section in sections().items() for code in section.texts}
NAMED = re.compile(rf"""["'`](?P<name>(?:{"|".join(sections())})\.\w*)(?P<after>\$\{{|["'`]\s*~|["'`])""")
"""The name of a word anywhere, as in `has ? "form.one" : "form.more"`, or the beginning of one."""
PUT_TOGETHER = re.compile(r"unit(_name)?\.\w+|model\.\w+_(name|how|alt)|body\.pain_tingling|takeaway\.\w+_leg_part")
"""Words whose names are made of values alone: of units, plots, marks and legs."""


def said_in(path: Path) -> set[str]:
    """The names of words in a file; where a part is worked out, what stands before it, with a star."""
    found = set()
    for match in SAID.finditer(path.read_text(encoding="utf-8")):
        name = match["name"]
        if match["joined"] or "${" in name:
            name = name.split("${")[0] + "*"
        found.add(name)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_word_that_is_said_is_there(path: Path) -> None:
    for name in said_in(path):
        if name.endswith("*"):
            assert any(each.startswith(name[:-1]) for each in EVERY), name
        elif "." in name:
            assert name in EVERY, name


def test_the_scripts_get_the_sections_they_say() -> None:
    sent = json.loads(words_as_json(SCRIPTED))
    for path in FOLDER.glob("static/*.js"):
        for name in said_in(path):
            if path.name == "rules.js" or "." not in name:
                continue
            assert any(each.startswith(name.rstrip("*")) for each in sent), f"{path.name}: {name}"


def test_every_word_that_is_there_is_said() -> None:
    """A word that nothing says is translated for nothing, or was forgotten where it belongs."""
    texts = [path.read_text(encoding="utf-8") for path in (*SOURCES, *FOLDER.glob("*.py"))]
    found = [match for text in texts for match in NAMED.finditer(text)]
    whole = {match["name"] for match in found if match["after"] in "\"'`"}
    begun = {match["name"] for match in found} - whole
    codes = {code for text in texts for pair in re.findall(r"""["'`](\w+)["'`]|\b(\w+):""", text) for code in pair}

    def is_said(name: str) -> bool:
        section, _, code = name.partition(".")
        # Where a script says `answer.${name}`, the name is written out elsewhere in it.
        by_code = f"{section}." in begun and code in codes
        by_beginning = any(name.startswith(each) for each in begun if not each.endswith("."))
        return name in whole or by_code or by_beginning or PUT_TOGETHER.fullmatch(name) is not None

    assert sorted(each for each in EVERY if not is_said(each)) == []


def test_every_text_says_something_and_its_places_are_well_formed() -> None:
    for section in sections().values():
        for code, text in section.texts.items():
            assert re.fullmatch(r"[a-zA-Z0-9_]+", code), code
            assert text.strip() == text != ""
            places(text)


def test_a_translation_takes_the_place_of_the_english() -> None:
    dutch = Wording(language="nl", texts={"PAGE-FORM.undo": "Ongedaan maken"})
    assert words_of("form", dutch)["undo"] == "Ongedaan maken"
    assert words_of("form", dutch)["redo"] == words_of("form")["redo"]
    assert word(dutch)("form.undo") == "Ongedaan maken"
    assert json.loads(words_as_json(("form",), dutch))["form.undo"] == "Ongedaan maken"


def test_values_go_into_their_places() -> None:
    assert word()("frame.versions", software="1", rules="2") == "nerveroot 1, rules 2. It is no medical device."
    with pytest.raises(KeyError):
        word()("form.nothing")
    with pytest.raises(KeyError):
        words_of("nothing")


def test_data_ends_no_script() -> None:
    """HTML standard, 4.12.1.3: a script element of data ends at the first `</script`, and `<!--` counts too."""
    held = as_data({"a": "</script><!-- <script>"})
    assert "<" not in held
    assert json.loads(held) == {"a": "</script><!-- <script>"}
