"""What cards say by themselves, beside the texts of the rules; in English.

A summary is made of these sentences and of labels of rules alone, never of what came with the call.
"""

from collections.abc import Mapping
from typing import Final

from service.assessment import PresentFlag, RedFlagAnswer
from service.cds.case import Case
from service.cds.question import Verdict, deceased
from service.cds.whence import deficits
from service.rules.flags_before import emergency_not_asked_again
from service.rules.guideline import Category, Group
from service.rules.red_flags import RED_FLAGS
from service.terminology.exam_items import dotted
from service.terminology.exam_texts import question

LONGEST_SUMMARY: Final = 139
"""Characters: CDS Hooks 2.0 has fewer than 140."""

BY_RULE: Final[Mapping[str, str]] = {
    "IM-EMERGENCY": "Emergency: {flags}. Image at once, refer now.",
    "IM-UPPER-MOTOR-NEURON": "Signs of the upper motor neuron: image at once, the cervical and thoracic spine too.",
    "IM-DEFICIT-OVER-50": "{deficit}: imaging is indicated now.",
    "IM-RED-FLAG": "Red flag: {flags}. Imaging is indicated now.",
    "IM-MOTOR-DEFICIT": "{deficit}: imaging is indicated, urgently.",
    "IM-CANDIDATE": "Imaging fits the guideline: care has failed in a candidate for surgery or injection.",
    "IM-NOT-A-CANDIDATE": "Imaging is not indicated now: its result would change nothing.",
    "IM-ASK-FIRST": "Imaging is for candidates for surgery or injection whose care has failed: not known yet.",
    "IM-RECOVERED": "Imaging is not indicated now: the pain is gone, and no deficit is known.",
    "IM-RELIEVED": "Imaging is not indicated now: relief under conservative care is adequate.",
    "IM-CARE-FIRST": "Imaging is not indicated yet: less than six weeks of adequate conservative care.",
    "IM-DURATION-UNKNOWN": "Imaging is not indicated in the first six weeks; how long it has lasted is not known.",
    "IM-FIRST-WEEKS": "Imaging is not indicated yet in the first six weeks.",
}
"""The summary by the imaging rule that decided."""

BY_VERDICT: Final[Mapping[Verdict, str]] = {
    Verdict.EMERGENCY: BY_RULE["IM-EMERGENCY"],
    Verdict.URGENT: "{check}, before imaging is decided on.",
    Verdict.AGE_ALONE: "Age over 50 is the only red flag, and a weak one; the policy in force asks for MRI by it.",
    Verdict.NOT_ENOUGH: "Not rated: not enough is known to say whether imaging of the lumbar spine is indicated.",
    Verdict.EXAMINED: "{problem}: what the exam form on file means.",
    Verdict.UNEXAMINED: "{problem}: no recent exam form is on file.",
}
"""The summary by what the card says first, where that says more than the rule."""

DEFICIT: Final = "Severe weakness ({found})"
MAY_BE_SEVERE: Final = "A foot drop is not excluded ({found})"
DECEASED: Final = "Not rated: the record says that this person has died."
LIMB: Final = "Acute ischaemia of the limb is not excluded: check the limb today"
AGAIN: Final = "{flag} on {day}: ask today"
SOMETHING: Final = "Something has to be checked today"

SCREENED: Final = "No red flag is on file."
NONE_CODED: Final = "No red flag is coded in the chart; {open} not asked."
NONE_UNDERSTOOD: Final = "No red flag among the entries understood."
NONE_UNDERSTOOD_OPEN: Final = "No red flag among the entries understood; {open} not asked."

RADICULAR: Final = "Leg pain from the back"
LUMBAR: Final = "A problem of the lumbar spine"

TO_THE_PERSON: Final[Mapping[Verdict, str]] = {
    Verdict.EMERGENCY: "There is a warning sign that cannot wait: go to hospital now.",
    Verdict.RED_FLAG: "There is a sign that needs a closer look soon: please speak to your doctor.",
    Verdict.URGENT: "Something has to be checked today: please speak to your doctor.",
    Verdict.EXAMINED: "What your examination says about your back and leg.",
    Verdict.UNEXAMINED: "Your back and leg: which signs to watch for.",
}
"""The summary to a patient or a relative, who only see what is said when the chart is opened."""

CHILD: Final = "This service is about adults: leg pain in a child or adolescent needs a paediatric assessment."
NOT_RECORDED: Final = "Not rated: the answer could not be recorded."

WEAK: Final = frozenset(flag.rule_id for flag in RED_FLAGS if flag.weak)
"""Flags that nothing is called urgent by alone."""
TODAY: Final = frozenset(
    flag.rule_id for flag in RED_FLAGS if flag.group in (Group.CAUDA_EQUINA, Group.MOTOR, Group.BILATERAL)
)
"""Flags that are asked about today: bladder, bowel, saddle, weakness that grows, both legs. Each is an emergency, or
turns into one."""


def summary(case: Case) -> str:
    """The one sentence of a card."""
    if case.to_person:
        return TO_THE_PERSON[case.verdict]
    assessment = case.assessment
    if case.verdict is Verdict.NOT_ENOUGH and deceased(case.chart):
        return DECEASED
    said = BY_VERDICT.get(case.verdict) or BY_RULE[assessment.management.imaging.rule_id]
    told = said.format(
        flags=named(assessment.red_flags.present),
        deficit=_deficit(case),
        check=_to_check(case) if case.verdict is Verdict.URGENT else "",
        problem=RADICULAR if case.chart.found.radicular else LUMBAR,
    )
    return fitting(f"{told} {_screened(case)}" if case.verdict is Verdict.NOT_NOW else told)


def _screened(case: Case) -> str:
    """What is known of red flags where none is up: a list in which none is coded is no screen."""
    count = len(open_questions(case.assessment.red_flags))
    if case.chart.found.unknown:
        return NONE_UNDERSTOOD_OPEN.format(open=count) if count else NONE_UNDERSTOOD
    return NONE_CODED.format(open=count) if count else SCREENED


def open_questions(answer: RedFlagAnswer, *, today: bool | None = None) -> tuple[str, ...]:
    """What of a complete screen nobody asked: each question once; all, only those of today, or only the others."""
    flags = (flag for flag in answer.not_assessed if not flag.second_line)
    chosen = (flag for flag in flags if today is None or (flag.rule_id in TODAY) is today)
    return tuple({flag.ask: flag.label for flag in chosen}.values())


def _deficit(case: Case) -> str:
    found = deficits(case.exam)
    if not found:
        return "Severe deficit, or one that may be"
    more = f", and {len(found) - 1} more" if len(found) > 1 else ""
    return (DEFICIT if found[0].graded else MAY_BE_SEVERE).format(found=f"{found[0].text}{more}")


def _to_check(case: Case) -> str:
    """What has to be checked today, and since when."""
    before = case.exam.previous_examination
    unasked = emergency_not_asked_again(case.exam)
    if unasked and before is not None and before.examined_at is not None:
        return AGAIN.format(flag=_called(unasked[0]), day=before.examined_at.date())
    advice = [each for each in case.assessment.management.recommendations if each.category is Category.REFERRAL]
    if any(each.rule_id == "RE-LIMB" for each in advice):
        return LIMB
    return f"{SOMETHING}: {_called(unasked[0])}" if unasked else SOMETHING


def _called(pointer: str) -> str:
    """What a statement is called: by the flag that it raises, where it raises one alone."""
    flag = next((each.label for each in RED_FLAGS if [sign.pointer for sign in each.signs] == [pointer]), None)
    return flag or question(dotted(pointer)).partition(":")[0].partition(",")[0]


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
