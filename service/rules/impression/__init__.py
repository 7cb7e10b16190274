"""The impression in words: what the pattern is, which roots and discs, for the clinician and for the person.

Every sentence is a rule. The first line is the bottom line: what comes first of all, then which root, then on what it
rests, at which disc, what does not fit, and which look-alikes to consider.
"""

from dataclasses import dataclass
from typing import ClassVar

from features.anatomy import DISC_LEVELS, DiscLevel
from service.rules.impression.alternatives import AGAINST_L5, AS_WELL, INSTEAD
from service.rules.impression.bottom_line import BOTTOM_LINE, NUMBERS
from service.rules.impression.details import DISCS, EVIDENCE, MISFITS
from service.rules.impression.first import FIRST
from service.rules.impression.sentence import Said, Sentence, Values, View, say
from service.rules.look_alikes import Alternative, alternative
from service.rules.pathway import ClinicalPicture
from service.rules.roots import Pattern
from service.rules.wording import ENGLISH, Wording

OTHER_LEG = (
    Sentence(
        rule_id="IP-OTHER-LEG",
        applies=lambda view: view.other_leg,
        trigger="The impression is of the other leg",
        text="The other leg, by its own signs:",
        text_for_patient="Now your other leg.",
        citations=("nerveroot_guideline",),
    ),
)
"""Said before all else where the other leg is meant."""

FLAGS_NAMED = 3
"""Red flags still open that are named; of the others it is said how many they are."""

_STILL_OPEN = "We still need to ask or test some more, to look for warning signs."


def _open(view: View) -> int:
    return 0 if view.other_leg else len(view.open_flags)


def _still_open(view: View) -> tuple[Values, ...]:
    named = (view.wording.of(flag).label for flag in view.open_flags[:FLAGS_NAMED])
    return ({"flags": "; ".join(named), "count": str(_open(view) - FLAGS_NAMED)},)


OPEN_SCREEN = (
    Sentence(
        rule_id="IP-OPEN-SCREEN",
        applies=lambda view: 0 < _open(view) <= FLAGS_NAMED,
        trigger=f"Of the first-line red flags {FLAGS_NAMED} or fewer were not looked for",
        text="The red flag screen is not complete. Open: {flags}.",
        text_for_patient=_STILL_OPEN,
        citations=("nerveroot_guideline", "casazza2012"),
        values=_still_open,
    ),
    Sentence(
        rule_id="IP-OPEN-SCREEN-MORE",
        applies=lambda view: _open(view) > FLAGS_NAMED,
        trigger=f"More than {FLAGS_NAMED} of the first-line red flags were not looked for",
        text="The red flag screen is not complete. Open: {flags}; and {count} more.",
        text_for_patient=_STILL_OPEN,
        citations=("nerveroot_guideline", "casazza2012"),
        values=_still_open,
    ),
)
"""Said last."""

SENTENCES = (
    *(*OTHER_LEG, *FIRST, *INSTEAD, *BOTTOM_LINE, *NUMBERS),
    *(*EVIDENCE, *AGAINST_L5, *DISCS, *MISFITS, *AS_WELL, *OPEN_SCREEN),
)
"""Every sentence of the impression, in reading order."""


@dataclass(frozen=True, kw_only=True)
class Impression:
    """The pattern, in words and as likely levels, and the look-alikes to consider."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    text: str
    """For the clinician; the bottom line first."""
    text_for_patient: str
    """For the person, in plain words."""
    pattern: Pattern
    likely_levels: tuple[DiscLevel, ...]
    """The discs that can press on the likely roots; none where no root by itself is more likely than not, while a red
    flag is worked up, or where the signs speak for a nerve outside the spine."""
    consider: tuple[Alternative, ...]
    """What else the findings speak for, whatever the probabilities."""
    rule_ids: tuple[str, ...]
    """The rules of the sentences said, in either register, in reading order."""
    citations: tuple[str, ...]


def _first(rules: tuple[Sentence, ...], view: View) -> tuple[Said, ...]:
    return next((say(rule, view) for rule in rules if rule.applies(view)), ())


def _all(rules: tuple[Sentence, ...], view: View) -> tuple[Said, ...]:
    return tuple(said for rule in rules if rule.applies(view) for said in say(rule, view))


def impression(
    picture: ClinicalPicture,
    wording: Wording = ENGLISH,
    with_numbers: bool = False,
    *,
    other_leg: bool = False,
) -> Impression:
    """The impression of one clinical picture, in the language of `wording`.

    With `with_numbers` the person is told as a chance in ten how likely the likeliest root is. With `other_leg` the
    picture is of the other leg, by its own signs: what comes first of all is said once, of the worse leg; but while a
    red flag is worked up the person hears of that alone, whichever leg is asked about.
    """
    view = View(picture=picture, wording=wording, other_leg=other_leg, with_numbers=with_numbers)
    first = _first(FIRST, view) if view.work_up or not other_leg else ()
    rest = (
        *_all(OTHER_LEG, view),
        *_all(INSTEAD, view),
        *_first(BOTTOM_LINE, view),
        *(() if first else _first(NUMBERS, view)),
        *_all((*EVIDENCE, *AGAINST_L5, *DISCS, *MISFITS, *AS_WELL, *OPEN_SCREEN), view),
    )
    said = rest if other_leg else (*first, *rest)
    consider = tuple(alternative(rule, picture.exam, wording, other_leg=other_leg) for rule in view.look_alikes)
    sources = (*(each.rule.citations for each in said), *(each.citations for each in consider))
    return Impression(
        text=" ".join(each.text for each in said if each.text),
        text_for_patient=" ".join(each.text_for_patient for each in first or rest if each.text_for_patient),
        pattern=view.pattern,
        likely_levels=tuple(level for level in DISC_LEVELS if level.root in view.of_a_disc),
        consider=consider,
        rule_ids=tuple(dict.fromkeys(each.rule.rule_id for each in (*first, *rest))),
        citations=tuple(dict.fromkeys(key for keys in sources for key in keys)),
    )


__all__ = ["SENTENCES", "Impression", "Sentence", "impression"]
