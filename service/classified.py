"""The classifier's part of the answer: probabilities, likely roots, prediction set, why, and what to examine next."""

from features.anatomy import ROOTS, NerveRoot
from features.answer import Answer
from features.exam import Exam
from features.involvement import Classify, Involvement
from features.prediction_sets import PredictionSets
from features.reasons import Contribution, Explain, Reasons
from service.assessment import ClassifierAnswer, ClassifierStatus, NextExamination, RootProbability
from service.errors import ClassifierUnavailable
from service.rules.abstention import abstentions
from service.rules.findings import upper_motor_neuron
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.roots import likely_roots, possible_roots
from service.rules.wording import Wording

LOG_ODDS_DECIMALS, BITS_DECIMALS = 4, 4
"""More digits than anybody reads; the parts of an explanation add up to within their number times half a last digit."""


def involvement_of(classify: Classify, exam: Exam) -> Involvement | None:
    """What the classifier says of the worse leg; None where it cannot answer."""
    try:
        return classify(exam)
    except ClassifierUnavailable:
        return None


def not_ruled_out(sets: PredictionSets, exam: Exam, found: Involvement | None) -> tuple[NerveRoot, ...]:
    """The prediction set; where nothing was computed, nothing is ruled out."""
    return ROOTS if found is None else sets.not_ruled_out(exam, found)


def classifier_answer(
    picture: ClinicalPicture,
    sets: PredictionSets,
    wording: Wording,
    explain: Explain | None,
    *,
    other_leg: bool = False,
) -> ClassifierAnswer:
    """All that is said of one leg from its probabilities; of the worse one unless `other_leg`."""
    silent = abstentions(picture, wording, other_leg=other_leg)
    found = picture.involvement
    reasons = None if found is None or explain is None else _reasons(explain, picture.exam)
    return ClassifierAnswer(
        status=ClassifierStatus.UNAVAILABLE if found is None else ClassifierStatus.OK,
        roots={root: RootProbability(probability=None if found is None else found.roots[root]) for root in ROOTS},
        likely_roots=likely_roots(picture),
        prediction_set=possible_roots(picture),
        coverage=None if found is None else sets.coverage,
        none_probability=None if found is None else found.none,
        abstained=bool(silent),
        abstentions=silent,
        baseline_log_odds=None
        if reasons is None
        else {root: round(value, LOG_ODDS_DECIMALS) for root, value in reasons.baseline.items()},
        explanation=None if reasons is None else _explanation(reasons, other_leg=other_leg),
        next_examinations=None if reasons is None else _next(reasons, picture, other_leg=other_leg),
    )


def _reasons(explain: Explain, exam: Exam) -> Reasons | None:
    try:
        return explain(exam)
    except ClassifierUnavailable:
        return None


def _explanation(reasons: Reasons, *, other_leg: bool) -> tuple[Contribution, ...]:
    ordered = sorted(reasons.contributions, key=lambda each: -abs(each.log_odds))
    return tuple(
        Contribution(
            finding=_of_leg(each.finding, other_leg), root=each.root, log_odds=round(each.log_odds, LOG_ODDS_DECIMALS)
        )
        for each in ordered
    )


def _next(reasons: Reasons, picture: ClinicalPicture, *, other_leg: bool) -> tuple[NextExamination, ...] | None:
    """What to examine next; nothing in an emergency, which nothing may delay, nor where the cause is no root."""
    if reasons.next_examinations is None:
        return None
    if picture.phase is Phase.EMERGENCY or upper_motor_neuron(picture.exam) is Answer.YES:
        return ()
    return tuple(
        NextExamination(
            finding=_of_leg(each.pointer, other_leg), expected_information_bits=round(each.bits, BITS_DECIMALS)
        )
        for each in reasons.next_examinations
    )


def _of_leg(pointer: str, other_leg: bool) -> str:
    """Where in the body the statement is: the model reads one leg, always as the worse one."""
    return pointer.replace("/examination/", "/other_leg/", 1) if other_leg else pointer
