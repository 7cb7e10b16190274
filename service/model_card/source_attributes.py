"""The source attributes in the order of the rule, generated of the release that answers and the rules in force."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from service.model_card import said, sentences
from service.model_card.figures import Table
from service.model_card.report import Report
from service.model_card.required import EVIDENCE_BASED, OF_THE_MODEL, OF_THE_RULES, PREDICTIVE, Required
from service.model_card.said import Released, Said
from service.model_card.sentences import Sentence


@dataclass(frozen=True, kw_only=True)
class SourceAttribute:
    """One attribute: the paragraph that asks for it, what it is about, and what is said."""

    paragraph: str
    group: str
    attribute: str
    text: str
    available: bool
    """False where the text says that what is asked for, or a part of it, is not there."""
    figures: tuple[Table, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same for programs, without `figures` where there are none."""
        told = asdict(self)
        if not self.figures:
            del told["figures"]
        return told


def of_the_model(manifest: Mapping[str, Any], report: Report | None) -> tuple[SourceAttribute, ...]:
    """What is told of a released model: one text for every attribute of a predictive intervention."""
    released = Released(manifest=manifest, report=report)
    return tuple(
        _told(
            PREDICTIVE,
            each,
            said.OF_THE_MODEL[each.paragraph](released)
            if each.paragraph in said.OF_THE_MODEL
            else sentences.OF_THE_MODEL[each.paragraph],
        )
        for each in OF_THE_MODEL
    )


@cache
def of_the_rules() -> tuple[SourceAttribute, ...]:
    """What is told of the rules: one text for every attribute of an evidence-based intervention."""
    return tuple(
        _told(
            EVIDENCE_BASED,
            each,
            said.OF_THE_RULES[each.paragraph]()
            if each.paragraph in said.OF_THE_RULES
            else sentences.OF_THE_RULES[each.paragraph],
        )
        for each in OF_THE_RULES
    )


def _told(section: str, asked: Required, answer: Said | Sentence) -> SourceAttribute:
    return SourceAttribute(
        paragraph=section + asked.paragraph,
        group=asked.group,
        attribute=asked.title,
        text=answer.text,
        available=answer.available,
        figures=answer.figures if isinstance(answer, Said) else (),
    )
