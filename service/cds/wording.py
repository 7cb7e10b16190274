"""What cards say by themselves, beside the texts of the rules; in English.

A summary is made of these sentences and of labels of rules alone, never of what came with the call.
"""

from collections.abc import Mapping
from typing import Final

from service.assessment import Assessment, PresentFlag
from service.cds.question import Verdict
from service.rules.red_flags import RED_FLAGS

LONGEST_SUMMARY: Final = 139
"""Characters: CDS Hooks 2.0 has fewer than 140."""

BY_RULE: Final[Mapping[str, str]] = {
    "IM-EMERGENCY": "Emergency: {flags}. Image at once, refer now.",
    "IM-UPPER-MOTOR-NEURON": "Signs of the upper motor neuron: image at once, the cervical and thoracic spine too.",
    "IM-DEFICIT-OVER-50": "Severe deficit, or one not graded yet: imaging is indicated now.",
    "IM-RED-FLAG": "Red flag: {flags}. Imaging is indicated now.",
    "IM-MOTOR-DEFICIT": "Severe deficit, or a foot drop that is not excluded: imaging is indicated, urgently.",
    "IM-CANDIDATE": "Imaging fits the guideline: care has failed in a candidate for surgery or injection.",
    "IM-NOT-A-CANDIDATE": "Imaging is not indicated now: its result would change nothing.",
    "IM-ASK-FIRST": "Imaging is for candidates for surgery or injection whose care has failed: not known yet.",
    "IM-RECOVERED": "Imaging is not indicated now: the pain is gone, and no deficit is known.",
    "IM-RELIEVED": "Imaging is not indicated now: relief under conservative care is adequate.",
    "IM-CARE-FIRST": "Imaging is not indicated yet: less than six weeks of adequate conservative care.",
    "IM-DURATION-UNKNOWN": "Imaging is not indicated in the first six weeks; how long it has lasted is not known.",
    "IM-FIRST-WEEKS": "Imaging is not indicated yet: the first six weeks, and no red flag is on file.",
}
"""The summary by the imaging rule that decided."""

BY_VERDICT: Final[Mapping[Verdict, str]] = {
    Verdict.EMERGENCY: BY_RULE["IM-EMERGENCY"],
    Verdict.URGENT: "Something has to be checked today, before imaging is decided on.",
    Verdict.AGE_ALONE: "Age over 50 is the only red flag, and a weak one; the policy in force asks for MRI by it.",
    Verdict.NOT_ENOUGH: "Not rated: not enough is known to say whether imaging of the lumbar spine is indicated.",
    Verdict.EXAMINED: "Leg pain from the back: what the exam form on file means.",
    Verdict.UNEXAMINED: "Leg pain from the back: no exam form of these days is on file.",
}
"""The summary by what the card says first, where that says more than the rule."""

TO_THE_PERSON: Final[Mapping[Verdict, str]] = {
    Verdict.EMERGENCY: "There is a warning sign that cannot wait: go to hospital now.",
    Verdict.RED_FLAG: "There is a sign that needs a closer look soon: please speak to your doctor.",
    Verdict.URGENT: "Something has to be checked today: please speak to your doctor.",
    Verdict.EXAMINED: "What your examination says about your leg pain.",
    Verdict.UNEXAMINED: "Your leg pain: which signs to watch for.",
}
"""The summary to a patient or a relative, who only see what is said when the chart is opened."""

CHILD: Final = "This service is about adults: leg pain in a child or adolescent needs a paediatric assessment."
NOT_RECORDED: Final = "Not rated: the answer could not be recorded."

WEAK: Final = frozenset(flag.rule_id for flag in RED_FLAGS if flag.weak)
"""Flags that nothing is called urgent by alone."""


def summary(verdict: Verdict, assessment: Assessment, *, to_person: bool) -> str:
    """The one sentence of a card."""
    if to_person:
        return TO_THE_PERSON[verdict]
    said = BY_VERDICT.get(verdict) or BY_RULE[assessment.management.imaging.rule_id]
    return fitting(said.format(flags=named(assessment.red_flags.present)))


def named(flags: tuple[PresentFlag, ...]) -> str:
    """The most urgent flag, and how many others override."""
    overriding = most_urgent_first(tuple(flag for flag in flags if flag.overrides))
    if not overriding:
        return "see below"
    more = len(overriding) - 1
    return overriding[0].label + (f", and {more} more" if more else "")


def most_urgent_first(flags: tuple[PresentFlag, ...]) -> tuple[PresentFlag, ...]:
    """The flags, the weak ones last among equals."""
    return tuple(sorted(flags, key=lambda flag: (flag.urgency, flag.rule_id not in WEAK), reverse=True))


def fitting(text: str) -> str:
    """A text that is short enough for a summary: a label in another language may be longer than ours."""
    if len(text) <= LONGEST_SUMMARY:
        return text
    cut = text[: LONGEST_SUMMARY - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"
