"""What the form of the bedside page says, as texts with ids of their own: a catalogue translates them as it does rules.

`ITEM-…` is an item of the examination, `VALUE-…` an answer, `FLAGS-…` a group of red flags, `PAGE-…` the page's own
words.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from service.pages.words import sections
from service.rules.citations import citations
from service.rules.wording import Wording
from service.terminology.exam_form import form_groups, members_of
from service.terminology.exam_items import GRADED, Item, Kind
from service.terminology.exam_texts import LEGS, question
from service.terminology.flag_groups import FLAG_GROUPS, FlagGroup
from service.terminology.how_to_examine import how_to, how_to_sources
from service.terminology.short_names import short_name, short_value

EXPLAINED: Final = ("examination.strength", "examination.sensation")
"""Groups of signs that are explained as a whole: what grades mean, and how skin is tested, the last for each region.
"""


@dataclass(frozen=True, kw_only=True)
class FormTexts:
    """The texts of the form in one language; what a catalogue lacks is said in English."""

    wording: Wording

    def of_item(self, item: Item) -> Mapping[str, str]:
        """`question`, `name`, and where there is something to say `how` and `normal`."""
        return self._said(item_id(item.code), item_texts(item.code))

    def of_value(self, item: Item, code: str) -> str:
        """What an answer is called on its button; grades are figures in every language."""
        text = short_value(item.code, code)
        return text if code.startswith(GRADED) else self._said(value_id(code), {"text": text})["text"]

    def of_part(self, code: str) -> Mapping[str, str]:
        """`how` and `normal` of all signs of one kind, as what the grades of strength mean; nothing where none is."""
        return self._said(item_id(code), _how(code))

    def of_group(self, group: FlagGroup) -> Mapping[str, str]:
        """`title` and `why`."""
        return self._said(group_id(group.code), {"title": group.title, "why": group.why})

    def _said(self, identifier: str, english: Mapping[str, str]) -> Mapping[str, str]:
        return {part: self.wording.say(identifier, part, text) for part, text in english.items()}


@cache
def page_texts() -> Mapping[str, Mapping[str, str]]:
    """Every text of the bedside page in English, by id and part."""
    items = [item for group in form_groups() if group.code != LEGS[1] for item in members_of(group)]
    return {
        **{each.rule_id: each.texts for each in sections().values()},
        **{group_id(each.code): {"title": each.title, "why": each.why} for each in FLAG_GROUPS},
        **{item_id(code): _how(code) for code in EXPLAINED},
        **{item_id(each.code): item_texts(each.code) for each in items},
        **{
            value_id(code): {"text": short_value(each.code, code)}
            for each in items
            for code in answer_codes(each)
            if not code.startswith(GRADED)
        },
    }


def answer_codes(item: Item) -> tuple[str, ...]:
    """The codes of the answers that an item offers."""
    return ("true", "false") if item.kind is Kind.BOOLEAN else item.choices


def item_texts(code: str) -> Mapping[str, str]:
    """The texts of an item in English."""
    more = {} if how_to(code) == how_to(EXPLAINED[-1]) else _how(code)
    return {"question": question(code), "name": short_name(code), **more}


def sources_of(code: str) -> tuple[str, ...]:
    """On what the text on how an item is examined rests: title and year of each source."""
    told, own, known = how_to(code), how_to_sources(), citations()
    found = [own.get(key) or known[key] for key in told.sources] if told else []
    return tuple(f"{each.title} ({each.year})" if each.year else each.title for each in found)


def _how(code: str) -> Mapping[str, str]:
    told = how_to(code)
    return {"how": told.text, "normal": told.normal} if told else {}


def item_id(code: str) -> str:
    """The id of an item; the signs of both legs share theirs."""
    leg, _, sign = code.partition(".")
    return "ITEM-" + _shout(f"{LEGS[0]}.{sign}" if leg == LEGS[1] else code)


def value_id(code: str) -> str:
    """The id of an answer."""
    return "VALUE-" + _shout(code)


def group_id(code: str) -> str:
    """The id of a group of red flags."""
    return "FLAGS-" + _shout(code)


def _shout(code: str) -> str:
    return code.upper().replace(".", "-").replace("_", "-")
