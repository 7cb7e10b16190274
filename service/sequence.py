"""The clinical sequence: how an exam becomes an answer. A pure function; HTTP, files and the clock stay outside."""

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from features.answer import Answer
from features.exam import Exam
from features.involvement import Classify
from features.prediction_sets import PredictionSets
from features.reasons import Explain
from service.assessment import (
    Advice,
    AskedBack,
    Assessment,
    FollowUpAdvice,
    ImagingAdvice,
    Management,
    Note,
    OtherLeg,
    PresentFlag,
    Provenance,
    RedFlagAnswer,
    SurgeryAdvice,
    UnaskedFlag,
)
from service.classified import classifier_answer, involvement_of, not_ruled_out
from service.rules.caveats import CAVEATS
from service.rules.citations import citations
from service.rules.comparison import Source, comparison_of
from service.rules.disclaimer import DISCLAIMER
from service.rules.follow_up import follow_up_of
from service.rules.guideline import Policy, Urgency
from service.rules.imaging import imaging_of, modality
from service.rules.impression import impression
from service.rules.pathway import ClinicalPicture
from service.rules.questions import QUESTIONS
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.red_flags import screened
from service.rules.surgery import surgery_of
from service.rules.wording import ENGLISH, Wording

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Shape = TypeVar("Shape", bound="DataclassInstance")


def assess(
    exam: Exam,
    *,
    classify: Classify,
    sets: PredictionSets,
    policy: Policy,
    provenance: Provenance,
    identifier: str,
    at: datetime,
    wording: Wording = ENGLISH,
    with_numbers: bool = False,
    earlier: Source = Source.BODY,
    earlier_unread: bool = False,
    explain: Explain | None = None,
) -> Assessment:
    """The answer to `exam`, in the language of `wording`; `with_numbers` tells the patient numbers too.

    `earlier` says where the previous examination came from, `earlier_unread` that others could not be looked up;
    without `explain` nothing is said of why and what next.

    The red flags are read from the exam alone, before and whatever the classifier says.
    """
    answers = screened(exam)
    flags = red_flags(exam, policy, wording)
    found = involvement_of(classify, exam)
    picture = ClinicalPicture(
        exam=exam,
        raised=tuple(flag for flag, answer in answers if answer is Answer.YES),
        screen=frozenset(answer for flag, answer in answers if flag.first_line),
        policy=policy,
        involvement=found,
        not_ruled_out=not_ruled_out(sets, exam, found),
        earlier_unread=earlier_unread,
    )
    imaging, surgery = wording.of(imaging_of(picture)), wording.of(surgery_of(picture))
    look = wording.of(follow_up_of(picture))
    advice = [wording.of(rule) for rule in RECOMMENDATIONS if rule.applies(picture)]
    questions = [wording.of(rule) for rule in QUESTIONS if rule.applies(picture)]
    caveats = [wording.of(rule) for rule in CAVEATS if rule.applies(picture)]
    seen = impression(picture, wording, with_numbers)
    said = classifier_answer(picture, sets, wording, explain)
    other = _other_leg(picture, classify, sets, wording, explain)
    since = comparison_of(exam, source=earlier, wording=wording)
    decided = (imaging.citations, surgery.citations, look.citations, seen.citations)
    shown = (
        *(flag.citations for flag in flags.present),
        *(rule.citations for rule in advice),
        *(rule.citations for rule in questions),
        *(rule.citations for rule in caveats),
        *(level.sources for level in seen.likely_levels),
        *(each.citations for each in said.abstentions),
        *(() if since is None else (since.citations,)),
        *(() if other is None else _sources(other)),
    )
    return Assessment(
        id=identifier,
        created_at=at,
        urgency=max(
            imaging.urgency,
            surgery.urgency,
            *(flag.urgency for flag in flags.present),
            *(rule.urgency for rule in advice),
        ),
        impression=seen,
        classifier=said,
        other_leg=other,
        comparison=since,
        red_flags=flags,
        management=Management(
            phase=picture.phase,
            overridden_by=tuple(flag.rule_id for flag in picture.overriding),
            override_rests_on_age_alone=picture.age_alone,
            imaging=_show(ImagingAdvice, imaging, modality=modality(picture, imaging)),
            recommendations=tuple(_show(Advice, rule) for rule in advice),
            surgery=_show(SurgeryAdvice, surgery),
            follow_up=_show(FollowUpAdvice, look),
        ),
        questions=tuple(_show(AskedBack, rule, ask=rule.ask(picture)) for rule in questions),
        caveats=tuple(_show(Note, rule) for rule in caveats),
        citations={key: citations()[key] for key in sorted(set().union(*decided, *shown))},
        provenance=provenance,
        disclaimer=wording.of(DISCLAIMER).text,
    )


def _show(shape: type[Shape], rule: object, **settled: object) -> Shape:
    """What the answer shows of a rule: the fields of `shape`, as the rule has them or as settled here."""
    named = {each.name for each in fields(shape)} - settled.keys()
    return shape(**{name: getattr(rule, name) for name in named}, **settled)


def red_flags(exam: Exam, policy: Policy, wording: Wording = ENGLISH) -> RedFlagAnswer:
    """The red flags by themselves: what has to be said even where all the rest fails."""
    answers = screened(exam)
    raised = [flag for flag, answer in answers if answer is Answer.YES]
    weak = [flag for flag in raised if flag.weak]
    present = tuple(
        _show(
            PresentFlag,
            wording.of(flag),
            urgency=flag.urgency if flag.overrides(policy) else Urgency.ROUTINE,
            because=flag.because(exam),
            overrides=flag.overrides(policy),
            supported_by=tuple(each.rule_id for each in weak if each.supports(flag)),
        )
        for flag in raised
    )
    unasked = tuple(
        _show(UnaskedFlag, wording.of(flag), ask=flag.ask(exam))
        for flag, answer in answers
        if not flag.derived and answer is Answer.NOT_ASSESSED
    )
    complete = all(flag.second_line for flag in unasked)
    return RedFlagAnswer(present=present, not_assessed=unasked, screen_complete=complete, policy=policy)


def _other_leg(
    picture: ClinicalPicture, classify: Classify, sets: PredictionSets, wording: Wording, explain: Explain | None
) -> OtherLeg | None:
    """The other leg by its own signs; the history tells of the worse leg, so none of it is carried over."""
    if picture.exam.other_leg is None:
        return None
    worse = picture.exam.examination
    exam = Exam(patient=picture.exam.patient, examination=picture.exam.other_leg, other_leg=worse)
    found = involvement_of(classify, exam)
    other = ClinicalPicture(
        exam=exam,
        raised=picture.raised,
        screen=picture.screen,
        policy=picture.policy,
        involvement=found,
        not_ruled_out=not_ruled_out(sets, exam, found),
    )
    return OtherLeg(
        impression=impression(other, wording, other_leg=True),
        classifier=classifier_answer(other, sets, wording, explain, other_leg=True),
    )


def _sources(other: OtherLeg) -> tuple[tuple[str, ...], ...]:
    """The sources of what is said of the other leg."""
    seen, said = other.impression, other.classifier
    levels = (level.sources for level in seen.likely_levels)
    return (seen.citations, *levels, *(each.citations for each in said.abstentions))
