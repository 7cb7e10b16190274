"""Every rule of the guideline as one readable entry, in families that say how their rules combine."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Protocol

from service.rules.abstention import ABSTENTIONS
from service.rules.caveats import CAVEATS
from service.rules.citations import citations
from service.rules.comparison_rules import COMPARISON_RULES
from service.rules.disclaimer import DISCLAIMER
from service.rules.follow_up import FOLLOW_UP, FollowUpRule
from service.rules.guideline import Category, RedFlag, Strength, Urgency
from service.rules.imaging import IMAGING
from service.rules.impression import SENTENCES
from service.rules.look_alikes import LOOK_ALIKES
from service.rules.questions import QUESTIONS
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.red_flags import RED_FLAGS
from service.rules.surgery import SURGERY
from service.rules.terms import TERMS
from service.rules.wording import ENGLISH, Worded, Wording, texts_of

ALL_SHOWN = "All that apply are shown, in this order."
FIRST_DECIDES = "The first that applies decides."


class Listed(Worded, Protocol):
    """What the rulebook needs of a rule: what triggers it, and its sources."""

    @property
    def trigger(self) -> str:
        """When it applies, in words."""

    @property
    def citations(self) -> tuple[str, ...]:
        """Its sources by key."""


@dataclass(frozen=True, kw_only=True)
class Family:
    """Rules of one kind in reading order; `combine` says what happens where several apply.

    `prefix` begins the id of each.
    """

    kind: str
    prefix: str
    title: str
    combine: str
    rules: tuple[Listed, ...]


FAMILIES = (
    Family(
        kind="red_flag",
        prefix="RF",
        title="Red flags",
        combine="Each is read from the examination alone, and no probability can talk it down. All that are present "
        "are shown, in this order; the most urgent sets the urgency of the answer. Under the policy `contextual` age "
        "over 50 only adds to the others; under `listed` it overrides by itself.",
        rules=RED_FLAGS,
    ),
    Family(kind="imaging", prefix="IM", title="Imaging", combine=FIRST_DECIDES, rules=IMAGING),
    Family(kind="surgery", prefix="SU", title="Surgery", combine=FIRST_DECIDES, rules=SURGERY),
    Family(kind="follow_up", prefix="FU", title="Follow-up", combine=FIRST_DECIDES, rules=FOLLOW_UP),
    Family(kind="recommendation", prefix="RE", title="Recommendations", combine=ALL_SHOWN, rules=RECOMMENDATIONS),
    Family(
        kind="question",
        prefix="QU",
        title="Questions back",
        combine="All that apply are asked, in this order: each answer would change what the service says.",
        rules=QUESTIONS,
    ),
    Family(kind="caveat", prefix="CA", title="Caveats", combine=ALL_SHOWN, rules=CAVEATS),
    Family(
        kind="impression",
        prefix="IP",
        title="Sentences of the impression",
        combine="Said in this order. Of those that come first, of the bottom lines (from IP-UPPER-MOTOR-NEURON to "
        "IP-NONE) and of the numbers only the first that applies is said; of the others, all that apply. While "
        "something comes first, the person is told of that alone. They describe; none decides on urgency or treatment.",
        rules=SENTENCES,
    ),
    Family(
        kind="look_alike",
        prefix="LA",
        title="Look-alikes",
        combine="Each is read from the examination alone: all that it speaks for are named, whatever the "
        "probabilities.",
        rules=LOOK_ALIKES,
    ),
    Family(
        kind="abstention",
        prefix="AB",
        title="Abstentions",
        combine="All that apply are given, and no root is named. Red flags, urgency and management are the same.",
        rules=ABSTENTIONS,
    ),
    Family(
        kind="comparison",
        prefix="CO",
        title="Since last time",
        combine="Of the verdicts (to CO-UNCHANGED) the first that applies decides; of the other sentences all that "
        "apply are added. They describe: what two examinations ask for, the red flags say, and an improvement lowers "
        "nothing.",
        rules=COMPARISON_RULES,
    ),
)
"""Every rule, family by family, in reading order."""


class Screening(StrEnum):
    """What a complete screen for red flags has to do with a flag."""

    FIRST_LINE = "first_line"
    SECOND_LINE = "second_line"
    DERIVED = "derived"


@dataclass(frozen=True, kw_only=True)
class RuleEntry:
    """One rule for reading: what triggers it, what it does, how urgent it is, and its sources by key.

    - `label`: the name of what it is about, for red flags and look-alikes.
    - `action`: what it says to the clinician; `text_for_patient` the same in plain words.
    - `mend`: what would mend it, for abstentions.
    - `screening`: for red flags, whether a complete screen has to have asked for it.
    - `timing`: how soon imaging, a surgeon or the next look is due, for the rules that decide on one.
    - `checked`: the day (ISO 8601) on which the source that was checked longest ago was checked.
    - `since`: the version of the rules in which its id was given; ids are permanent.
    """

    rule_id: str
    kind: str
    trigger: str
    action: str
    citations: tuple[str, ...]
    urgency: Urgency = Urgency.ROUTINE
    timing: str | None = None
    label: str | None = None
    text_for_patient: str | None = None
    mend: str | None = None
    screening: Screening | None = None
    category: Category | None = None
    strength: Strength | None = None
    checked: str | None = None
    since: str | None = None


@dataclass(frozen=True, kw_only=True)
class RetiredRule:
    """An id that no rule has any more, and why; it is never given again."""

    rule_id: str
    ruleset: str
    because: str


@cache
def _ids() -> dict[str, Any]:
    return tomllib.loads(files("service.rules").joinpath("rule_ids.toml").read_text(encoding="utf-8"))


@cache
def given() -> Mapping[str, str]:
    """The version of the rules in which each id was given, of all ids ever given."""
    return {rule_id: version for version, ids in _ids()["given"].items() for rule_id in ids}


@cache
def retired() -> tuple[RetiredRule, ...]:
    """The ids that were retired."""
    return tuple(RetiredRule(rule_id=rule_id, **told) for rule_id, told in _ids().get("retired", {}).items())


def _first(rule: Listed, *names: str) -> Any:
    """The first of the fields `names` that the rule has."""
    return next((getattr(rule, name) for name in names if getattr(rule, name, None)), None)


def _timing(rule: Listed) -> str | None:
    return f"within_{rule.within_days}_days" if isinstance(rule, FollowUpRule) else getattr(rule, "timing", None)


def _screening(rule: Listed) -> Screening | None:
    if not isinstance(rule, RedFlag):
        return None
    if rule.derived:
        return Screening.DERIVED
    return Screening.SECOND_LINE if rule.second_line else Screening.FIRST_LINE


def _entry(kind: str, rule: Listed) -> RuleEntry:
    return RuleEntry(
        rule_id=rule.rule_id,
        kind=kind,
        trigger=rule.trigger,
        action=_first(rule, "action", "because", "text", "reason", "text_for_patient"),
        citations=rule.citations,
        urgency=getattr(rule, "urgency", Urgency.ROUTINE),
        timing=_timing(rule),
        label=_first(rule, "label", "condition"),
        text_for_patient=_first(rule, "text_for_patient"),
        mend=_first(rule, "mend"),
        screening=_screening(rule),
        category=getattr(rule, "category", None),
        strength=getattr(rule, "strength", None),
        checked=min(citations()[key].checked for key in rule.citations),
        since=given().get(rule.rule_id),
    )


def entries(wording: Wording = ENGLISH) -> tuple[RuleEntry, ...]:
    """Every rule in the language of `wording`, in reading order."""
    return tuple(_entry(family.kind, wording.of(rule)) for family in FAMILIES for rule in family.rules)


@cache
def english_texts() -> Mapping[str, Mapping[str, str]]:
    """Every text that can be translated, by rule id and field, gathered from the rules themselves."""
    said: tuple[Worded, ...] = (*(rule for family in FAMILIES for rule in family.rules), DISCLAIMER, *TERMS)
    return {each.rule_id: texts_of(each) for each in said}
