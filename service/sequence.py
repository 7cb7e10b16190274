"""The clinical sequence: how an exam becomes an answer. A pure function; HTTP, files and the clock stay outside."""

from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from features.anatomy import ROOTS
from features.answer import Answer
from features.exam import Exam
from features.involvement import Classify, Involvement
from features.prediction_sets import PredictionSets
from service.assessment import (
    Advice,
    AskedBack,
    Assessment,
    ClassifierAnswer,
    ClassifierStatus,
    FollowUpAdvice,
    ImagingAdvice,
    Management,
    Note,
    OtherLeg,
    PresentFlag,
    Provenance,
    RedFlagAnswer,
    RootProbability,
    SurgeryAdvice,
    UnaskedFlag,
)
from service.errors import ClassifierUnavailable
from service.rules.caveats import CAVEATS
from service.rules.citations import citations
from service.rules.follow_up import follow_up_of
from service.rules.guideline import Policy, RedFlag, Urgency
from service.rules.imaging import imaging_of, modality
from service.rules.impression import abstention, impression, likely_roots
from service.rules.pathway import ClinicalPicture
from service.rules.questions import QUESTIONS
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.red_flags import RED_FLAGS
from service.rules.surgery import surgery_of

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
) -> Assessment:
    """The answer to `exam`. The red flags are read from the exam alone, before and whatever the classifier says."""
    answers = tuple((flag, flag.present(exam)) for flag in RED_FLAGS)
    flags = _red_flags(exam, answers, policy)
    picture = ClinicalPicture(
        exam=exam,
        raised=tuple(flag for flag, answer in answers if answer is Answer.YES),
        screen=frozenset(answer for flag, answer in answers if flag.first_line),
        policy=policy,
        involvement=_involvement(classify, exam),
    )
    imaging, surgery, look = imaging_of(picture), surgery_of(picture), follow_up_of(picture)
    advice = [rule for rule in RECOMMENDATIONS if rule.applies(picture)]
    questions = [rule for rule in QUESTIONS if rule.applies(picture)]
    caveats = [rule for rule in CAVEATS if rule.applies(picture)]
    seen = impression(picture)
    decided = (imaging.citations, surgery.citations, look.citations, seen.citations)
    shown = (
        *(flag.citations for flag in flags.present),
        *(rule.citations for rule in advice),
        *(rule.citations for rule in questions),
        *(rule.citations for rule in caveats),
        *(level.sources for level in seen.likely_levels),
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
        classifier=_classifier(picture, sets),
        other_leg=_other_leg(picture, classify, sets),
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
    )


def _show(shape: type[Shape], rule: object, **settled: object) -> Shape:
    """What the answer shows of a rule: the fields of `shape`, as the rule has them or as settled here."""
    named = {each.name for each in fields(shape)} - settled.keys()
    return shape(**{name: getattr(rule, name) for name in named}, **settled)


def _involvement(classify: Classify, exam: Exam) -> Involvement | None:
    try:
        return classify(exam)
    except ClassifierUnavailable:
        return None


def _red_flags(exam: Exam, answers: tuple[tuple[RedFlag, Answer], ...], policy: Policy) -> RedFlagAnswer:
    raised = [flag for flag, answer in answers if answer is Answer.YES]
    weak = [flag for flag in raised if flag.weak]
    present = tuple(
        _show(
            PresentFlag,
            flag,
            urgency=flag.urgency if flag.overrides(policy) else Urgency.ROUTINE,
            because=flag.because(exam),
            overrides=flag.overrides(policy),
            supported_by=tuple(each.rule_id for each in weak if each.supports(flag)),
        )
        for flag in raised
    )
    unasked = tuple(
        _show(UnaskedFlag, flag, ask=flag.ask(exam))
        for flag, answer in answers
        if not flag.derived and answer is Answer.NOT_ASSESSED
    )
    complete = all(flag.second_line for flag in unasked)
    return RedFlagAnswer(present=present, not_assessed=unasked, screen_complete=complete, policy=policy)


def _classifier(picture: ClinicalPicture, sets: PredictionSets) -> ClassifierAnswer:
    reason = abstention(picture)
    found = picture.involvement
    if found is None:
        return ClassifierAnswer(
            status=ClassifierStatus.UNAVAILABLE,
            roots={root: RootProbability(probability=None) for root in ROOTS},
            likely_roots=(),
            prediction_set=ROOTS,  # nothing was computed, so nothing is ruled out
            coverage=None,
            none_probability=None,
            abstained=True,
            abstained_reason=reason,
        )
    return ClassifierAnswer(
        status=ClassifierStatus.OK,
        roots={root: RootProbability(probability=found.roots[root]) for root in ROOTS},
        likely_roots=likely_roots(picture),
        prediction_set=sets.not_ruled_out(picture.exam, found),
        coverage=sets.coverage,
        none_probability=found.none,
        abstained=reason is not None,
        abstained_reason=reason,
    )


def _other_leg(picture: ClinicalPicture, classify: Classify, sets: PredictionSets) -> OtherLeg | None:
    """The other leg by its own signs; the history tells of the worse leg, so none of it is carried over."""
    if picture.exam.other_leg is None:
        return None
    worse = picture.exam.examination
    exam = Exam(patient=picture.exam.patient, examination=picture.exam.other_leg, other_leg=worse)
    other = ClinicalPicture(
        exam=exam,
        raised=(),
        screen=picture.screen,
        policy=picture.policy,
        involvement=_involvement(classify, exam),
    )
    return OtherLeg(classifier=_classifier(other, sets))
