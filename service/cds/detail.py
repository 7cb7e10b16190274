"""The detail of a card to a clinician: what to do, on what it rests, what is not known, and by which sources."""

from collections.abc import Iterable, Iterator
from typing import Final

from service.assessment import Assessment, ClassifierStatus, PresentFlag, RedFlagAnswer
from service.cds.case import Case
from service.cds.markdown import bullets, document, escaped, link, section, strong
from service.cds.orders import Imaging
from service.cds.question import DECEASED, Verdict, deceased, missing, unread_parts
from service.cds.whence import deficits, whence
from service.cds.wording import most_urgent_first, open_questions
from service.chart.facts import Chart
from service.rules.guideline import Category, Citation, Policy
from service.rules.imaging import Modality

PRESSING: Final = (Verdict.EMERGENCY, Verdict.RED_FLAG, Verdict.URGENT)
"""What is said whoever asks, with where to send the person."""
_RATED: Final = (Verdict.EMERGENCY, Verdict.RED_FLAG, Verdict.AGE_ALONE, Verdict.INDICATED, Verdict.NOT_NOW)
"""Where imaging is spoken of at all, indicated or not."""

MOST_SOURCES: Final = 3
"""A card is read in half a minute."""

_MODALITIES: Final = {
    Modality.MRI: "MRI",
    Modality.CT: "CT",
    Modality.CT_MYELOGRAPHY: "CT with myelography",
}
_ORDERED: Final = {Imaging.MRI: "an MRI", Imaging.CT: "a CT", Imaging.RADIOGRAPH: "a radiograph"}
_SAME: Final = {
    Imaging.MRI: (Modality.MRI,),
    Imaging.CT: (Modality.CT, Modality.CT_MYELOGRAPHY),
    Imaging.RADIOGRAPH: (),
}
"""Which of the modalities that the plan can ask for an order is."""


def detail(case: Case) -> str:
    """All of it, as Markdown."""
    assessment, plan = case.assessment, case.assessment.management
    if case.verdict is Verdict.NOT_ENOUGH and deceased(case.chart):
        return document(escaped(DECEASED.text), escaped(assessment.disclaimer))
    return document(
        escaped(plan.imaging.because) if case.verdict in _RATED else "",
        _by_age_alone(case),
        _other_modality(case),
        flags(assessment.red_flags, case.chart),
        section("Deficit", _deficits(case)),
        section("What to do", _referrals(assessment) if case.verdict in PRESSING else ()),
        section("What is missing", map(escaped, missing(assessment, case.chart)) if _open(case) else ()),
        _examined(case),
        "" if case.verdict is Verdict.EMERGENCY else unasked(assessment.red_flags),
        section("Not known from the chart", _not_known(case)),
        _safety_net(assessment),
        section("Sources", _sources(case)),
        escaped(assessment.disclaimer),
    )


def _open(case: Case) -> bool:
    return case.verdict in (Verdict.NOT_ENOUGH, Verdict.UNEXAMINED)


def _by_age_alone(case: Case) -> str:
    if not case.assessment.management.override_rests_on_age_alone or case.verdict in PRESSING:
        return ""
    return escaped(
        "Nothing but age over 50 asks for it: the weakest flag of the list. Under the policy in force "
        f"({case.assessment.red_flags.policy.value}) it asks for MRI by itself; under {Policy.CONTEXTUAL.value} it "
        "would only add to other flags."
    )


def _other_modality(case: Case) -> str:
    """Where the plan asks for another kind of image than is ordered."""
    wanted = case.assessment.management.imaging.modality
    if case.order is None or wanted is Modality.NONE or wanted in _SAME[case.order.modality]:
        return ""
    why = "" if wanted is Modality.MRI else ", because MRI is stated to be contraindicated"
    return escaped(f"Asked for is {_MODALITIES[wanted]}{why}; ordered is {_ORDERED[case.order.modality]}.")


def flags(answer: RedFlagAnswer, chart: Chart) -> str:
    """The red flags that are up, the most urgent first, with what to do and where each was found."""
    lines = (
        f"{strong(flag.label)} ({_urgency(flag)}): {escaped(flag.action)}{_found(flag, chart)}"
        for flag in most_urgent_first(answer.present)
    )
    return section("Red flags", lines)


def _urgency(flag: PresentFlag) -> str:
    return flag.urgency.value if flag.overrides else "adds to others"


def _found(flag: PresentFlag, chart: Chart) -> str:
    """Where the statements that raise a flag were found."""
    said = dict.fromkeys(each for pointer in flag.because for each in whence(pointer, chart))
    return f" {escaped('Found: ' + '; '.join(said) + '.')}" if said else ""


def _deficits(case: Case) -> Iterator[str]:
    """The severe deficits, or those that may be, with their grade as it was stated and where."""
    for each in deficits(case.exam) if case.verdict in PRESSING else ():
        places = "; ".join(whence(each.pointer, case.chart))
        yield escaped(each.text + (f" ({places})." if places else "."))


def unasked(answer: RedFlagAnswer) -> str:
    """What of a complete screen nobody looked for: first what is asked today, then the rest, a line each."""
    told = (
        ("Ask today:", open_questions(answer, today=True)),
        ("Also not asked:", open_questions(answer, today=False)),
    )
    lines = (f"{strong(title)} {escaped('; '.join(_lower(each) for each in asked))}." for title, asked in told if asked)
    return document(*lines)


def _lower(label: str) -> str:
    return label[:1].lower() + label[1:]


def _referrals(assessment: Assessment) -> Iterator[str]:
    advice = assessment.management.recommendations
    return (escaped(each.text) for each in advice if each.category is Category.REFERRAL)


def _examined(case: Case) -> str:
    """What an exam form on file means: the roots, and to somebody who opens the chart the plan as well."""
    if case.chart.exam is None:
        return ""
    title = f"Exam form of {case.chart.exam.authored.date()}"
    if case.order is not None:
        return section(title, _roots(case.assessment))
    plan = case.assessment.management
    shown = (each for each in plan.recommendations if each.category not in (Category.REFERRAL, Category.SAFETY_NET))
    again = f"See again within {plan.follow_up.within_days} days: {plan.follow_up.because}"
    imaging = "Imaging is indicated" if plan.imaging.indicated else "No imaging now"
    decided = (f"{imaging}: {plan.imaging.because}", f"Surgery: {plan.surgery.because}")
    advice = [*decided, *(each.text for each in shown), again]
    lines = [escaped(case.assessment.impression.text), *_roots(case.assessment)]
    return document(section(title, lines), section("Plan", map(escaped, dict.fromkeys(advice))))


def _roots(assessment: Assessment) -> Iterator[str]:
    said = assessment.classifier
    if said.status is not ClassifierStatus.OK:
        yield "No probabilities: the classifier did not answer."
    elif said.abstained:
        yield "No root is named: " + " ".join(escaped(each.reason) for each in said.abstentions)
    else:
        shares = (
            f"{root.value} {_per_cent(each.probability)}"
            for root, each in said.roots.items()
            if each.probability is not None
        )
        likely = " and ".join(root.value for root in said.likely_roots) or "none of the three"
        yield escaped(f"Probability that a root is involved: {', '.join(shares)}; held to be involved: {likely}.")


def _per_cent(probability: float) -> str:
    """In whole per cent; neither certain nor ruled out, whatever it is rounded to."""
    rounded = round(100 * probability)
    return "under 1 %" if rounded < 1 else "over 99 %" if rounded > 99 else f"{rounded} %"


def _not_known(case: Case) -> Iterator[str]:
    """What of the chart was not used; the parts that keep an order from being rated are told where that is said."""
    found = case.chart.found
    yield from map(escaped, unread_parts(case.chart, fatal=False))
    if not _open(case):
        yield from map(escaped, unread_parts(case.chart, fatal=True))
        yield from (escaped(question.text) for question in found.questions)
        if found.unread:
            yield f"Entries that could not be read: {found.unread}."
    if found.unknown:
        yield f"Entries with codes that are not known here: {found.unknown}. Any of them may be a red flag."
    if case.chart.exam is None:
        earlier = case.chart.earlier
        old = "" if earlier is None else f" The last one, of {earlier.authored.date()}, counts as the one before."
        yield f"No recent exam form is on file: nothing of the examination itself is known.{old}"


def _safety_net(assessment: Assessment) -> str:
    advice = assessment.management.recommendations
    return bullets(escaped(each.text) for each in advice if each.category is Category.SAFETY_NET)


def _sources(case: Case) -> Iterator[str]:
    """The sources of the rule that decides, then of the flags that override; the page of the service has them all."""
    assessment = case.assessment
    overriding = (flag.citations for flag in assessment.red_flags.present if flag.overrides)
    keys = dict.fromkeys(key for keys in (assessment.management.imaging.citations, *overriding) for key in keys)
    return sources(assessment.citations[key] for key in tuple(keys)[:MOST_SOURCES])


def sources(cited: Iterable[Citation]) -> Iterator[str]:
    """Each source in a line."""
    for each in cited:
        year = "" if each.year is None else f" ({each.year})"
        address = f"https://doi.org/{each.doi}" if each.doi else each.url
        yield f"{link(each.title, address) if address else escaped(each.title)}{year}"
