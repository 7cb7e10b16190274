"""The bedside page: the examination as controls, made of the same items as the API, in the order one examines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from service.pages.form_texts import FormTexts, answer_codes, sources_of
from service.rules.abstention import TELLING
from service.rules.red_flags import RED_FLAGS
from service.rules.wording import ENGLISH, Wording
from service.terminology.exam_form import form_groups, members_of
from service.terminology.exam_items import GRADED, Item, exam_items
from service.terminology.flag_groups import FLAG_GROUPS

REGIONS: Final = frozenset({"history.pain_locations", "history.paresthesia_locations"})
"""Items that are marked on the drawing."""

NOT_ASKED: Final = "not_asked"
NOT_TESTED: Final = "not_tested"
"""Words of the form for what nobody has answered yet: of a question, and of a sign."""

WORSE_LEG: Final = "examination"
RARE: Final = frozenset({"mrc-0.5", "mrc-1.5", "mrc-2.5"})
"""Grades that the contract takes and the MRC scale does not name: by keyboard alone, or there would be no room for the
others."""

FOLDED: Final = ("examination.strength.", "examination.sensation.")
"""Long lists, of which only what tells most is shown at once."""
SHOWN: Final = frozenset({*TELLING, "/examination/sensation/perianal"})

PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "strength": ("strength.", "heel_walk", "toe_walk", "single_leg_sit_to_stand"),
    "reflexes": ("reflexes.",),
    "sensation": ("sensation.",),
    "tension": (
        "straight_leg_raise.",
        "crossed_straight_leg_raise",
        "slump",
        "femoral_stretch",
        "crossed_femoral_stretch",
    ),
    "long_tract": ("plantar_response", "clonus"),
    "mimics": (
        "hip_internal_rotation_pain",
        "trochanteric_tenderness",
        "faber",
        "fibular_head_tinel",
        "pedal_pulses_reduced",
        "dermatomal_rash",
    ),
}
"""The signs of a leg in the order of an examination, by the beginning of their code."""


@dataclass(frozen=True, kw_only=True)
class Choice:
    """One answer: its value as the contract writes it, and what it is called on the control and in a list."""

    value: str
    text: str
    said: str
    rare: bool = False


@dataclass(frozen=True, kw_only=True)
class Control:
    """One item to answer; `resting` is the word for its state while nobody has."""

    item: Item
    name: str
    question: str
    choices: tuple[Choice, ...]
    resting: str
    how: str | None = None
    normal: str | None = None
    sources: tuple[str, ...] = ()
    """Of `how` and `normal`."""
    first: bool = True
    """Whether it is shown at once; what tells less is one tap away."""

    @property
    def kind(self) -> str:
        """What kind of control it is."""
        return "regions" if self.item.code in REGIONS else self.item.kind.value


@dataclass(frozen=True, kw_only=True)
class Part:
    """Controls under one heading; `code` is None where the section needs no heading."""

    controls: tuple[Control, ...]
    code: str | None = None
    title: str | None = None
    why: str | None = None
    how: str | None = None
    normal: str | None = None
    sources: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Section:
    """A part of the page one can go to."""

    code: str
    parts: tuple[Part, ...]


def bedside_sections(wording: Wording = ENGLISH) -> tuple[Section, ...]:
    """All of the examination, but for the other leg, whose controls are those of the worse leg once more."""
    texts = FormTexts(wording=wording)
    return tuple(
        Section(code=group.code, parts=tuple(_parts(group.code, members_of(group), texts)))
        for group in form_groups()
        if group.code != "other_leg"
    )


@cache
def second_line() -> frozenset[str]:
    """The statements (JSON pointers) that only red flags of the second line rest on: an examination, or a measurement.

    Nobody is asked for them while every question is denied, and no list of questions can deny them.
    """
    first = {sign.pointer for flag in RED_FLAGS if flag.first_line for sign in flag.signs if not sign.supporting}
    return (
        frozenset(sign.pointer for flag in RED_FLAGS for sign in flag.signs if sign.pointer.startswith("/red_flags/"))
        - first
    )


def _parts(section: str, items: tuple[Item, ...], texts: FormTexts) -> Iterator[Part]:
    match section:
        case "red_flags":
            for group in FLAG_GROUPS:
                controls = tuple(_control(exam_items()[code], NOT_ASKED, texts) for code in group.items)
                said = texts.of_group(group)
                yield Part(code=group.code, controls=controls, title=said["title"], why=said["why"])
        case "examination":
            for code, starts in PARTS.items():
                found = (each for each in items if each.code.removeprefix(f"{WORSE_LEG}.").startswith(starts))
                controls = tuple(_control(each, NOT_TESTED, texts) for each in found)
                whole = f"{WORSE_LEG}.{code}"
                yield Part(code=code, controls=controls, sources=sources_of(whole), **texts.of_part(whole))
        case _:
            yield Part(controls=tuple(_control(each, NOT_ASKED, texts) for each in items))


def _control(item: Item, resting: str, texts: FormTexts) -> Control:
    return Control(
        item=item,
        choices=tuple(_choices(item, texts)),
        resting=resting,
        first=not item.code.startswith(FOLDED) or item.pointer in SHOWN,
        sources=sources_of(item.code),
        **texts.of_item(item),
    )


def _choices(item: Item, texts: FormTexts) -> Iterator[Choice]:
    for code in answer_codes(item):
        text = texts.of_value(item, code)
        said = f"MRC {text}" if code.startswith(GRADED) else text
        yield Choice(value=code.removeprefix(GRADED), text=text, said=said, rare=code in RARE)
