"""What is missing of an examination: what the answer cannot do without, and what would make it better."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from service.assessment import Assessment, ClassifierAnswer
from service.fhir.canonical import Resource
from service.fhir.elements import items_within
from service.rules.guideline import Urgency

WANTING: Final = frozenset({"AB-NOTHING-STATED", "AB-TOO-LITTLE"})
"""Abstentions for want of findings; the others are mended by correcting what is there, or by nothing."""


@dataclass(frozen=True, kw_only=True)
class Missing:
    """Statements that nobody made (JSON pointers), each once."""

    required: tuple[str, ...]
    """Those of red flags of the first line, and those without which no root can be named."""
    requested: tuple[str, ...]
    """Those of questions back, and those of the other leg."""


def missing(answer: Assessment) -> Missing:
    """What is missing; flags of the second line are looked for once there is suspicion, which a question says then."""
    first_line = (flag.ask for flag in answer.red_flags.not_assessed if not flag.second_line)
    required = _once((*first_line, *_wanted(answer.classifier)))
    other = () if answer.other_leg is None else _wanted(answer.other_leg.classifier)
    requested = _once((*(each.ask for each in answer.questions), *other))
    return Missing(required=required, requested=tuple(each for each in requested if each not in required))


def guidance_status(answer: Assessment, lacking: Missing) -> str:
    """The status (guidance-response-status, FHIR R4).

    In an emergency nothing is required any more: who waits for data there waits too long.
    """
    if lacking.required and answer.urgency is not Urgency.EMERGENCY:
        return "data-required"
    return "data-requested" if lacking.required or lacking.requested else "success"


def data_requirements(lacking: Missing) -> list[Resource]:
    """What to send, one requirement for each statement; of a group of statements any."""
    return [_requirement(pointer) for pointer in (*lacking.required, *lacking.requested)]


def _requirement(pointer: str) -> Resource:
    codes = items_within(pointer)
    if codes:
        return {"type": "Observation", "codeFilter": [{"path": "code", "code": codes}]}
    # When it was examined is no statement of its own: a form says it.
    return {"type": "QuestionnaireResponse", "mustSupport": ["authored"]}


def _wanted(said: ClassifierAnswer) -> tuple[tuple[str, ...], ...]:
    return tuple(each.ask for each in said.abstentions if each.rule_id in WANTING)


def _once(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(pointer for group in groups for pointer in group))
