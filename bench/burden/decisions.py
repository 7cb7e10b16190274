"""What the service's own rules say of people: no copy of a rule stands here, every decision is an Assessment."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.exam import Exam
from features.involvement import Involvement
from features.prediction_sets import PredictionSets
from service.assessment import Assessment, Provenance
from service.errors import ClassifierUnavailable
from service.intake import EXAM
from service.rules.guideline import Policy, Urgency
from service.rules.imaging import ImagingTiming
from service.rules.red_flags import RED_FLAGS
from service.sequence import assess

Bools = npt.NDArray[np.bool_]
Json = dict[str, Any]

FLAGS = tuple(flag.rule_id for flag in RED_FLAGS)
_PLACE = {rule_id: position for position, rule_id in enumerate(FLAGS)}
_SOON = (ImagingTiming.IMMEDIATE, ImagingTiming.URGENT)
_AT = datetime(2026, 1, 1, tzinfo=UTC)
_SETS = PredictionSets(coverage=0.9, thresholds=dict.fromkeys(ROOTS, 0.2), method="none: no classifier answers")
_NOBODY = Provenance(
    model_version=None, model_sha256=None, feature_schema="none", ruleset_version="none", software_version="none"
)


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """Decisions on n people: `raised` and `overriding` (n, len(FLAGS)), the others (n,).

    - `scan`: imaging asked for now, by a flag or by a severe deficit.
    - `age_alone`: the override rests on age over 50 and nothing else.
    """

    raised: Bools
    overriding: Bools
    scan: Bools
    urgent: Bools
    emergency: Bools
    age_alone: Bools

    @property
    def flagged(self) -> Bools:
        """Whether any flag is up."""
        return np.asarray(self.raised.any(axis=1))

    @property
    def overridden(self) -> Bools:
        """Whether a flag replaced the ordinary pathway."""
        return np.asarray(self.overriding.any(axis=1))


def rules_digest() -> str:
    """SHA-256 of what the red flags say of themselves: id, trigger, urgency, and whether they are weak.

    It tells when results are older than the rules; a change that leaves all of these alone is not seen.
    """
    told = [(flag.rule_id, flag.trigger, flag.urgency.value, flag.weak) for flag in RED_FLAGS]
    return sha256(repr(told).encode()).hexdigest()


def read(bodies: Iterable[Json]) -> list[Exam]:
    """The exams that bodies state, read by the code that reads requests."""
    return [EXAM.validate_json(json.dumps(body)) for body in bodies]


def decide(exams: Sequence[Exam], policy: Policy) -> Decisions:
    """What the rules decide about each exam under `policy`.

    The classifier cannot answer: red flags, urgency and imaging do not read it (docs/decisions/0002).
    """
    made = [_decision(_assessed(exam, policy)) for exam in exams]
    return Decisions(
        **{each.name: np.array([one[each.name] for one in made], dtype=bool) for each in fields(Decisions)}
    )


def _assessed(exam: Exam, policy: Policy) -> Assessment:
    return assess(exam, classify=_cannot, sets=_SETS, policy=policy, provenance=_NOBODY, identifier="burden", at=_AT)


def _cannot(exam: Exam) -> Involvement:
    raise ClassifierUnavailable("the burden of the flags is measured without a classifier")


def _decision(answer: Assessment) -> dict[str, Bools | bool]:
    raised, overriding = np.zeros(len(FLAGS), dtype=bool), np.zeros(len(FLAGS), dtype=bool)
    for flag in answer.red_flags.present:
        raised[_PLACE[flag.rule_id]] = True
    for rule_id in answer.management.overridden_by:
        overriding[_PLACE[rule_id]] = True
    return {
        "raised": raised,
        "overriding": overriding,
        "scan": answer.management.imaging.timing in _SOON,
        "urgent": answer.urgency is Urgency.URGENT,
        "emergency": answer.urgency is Urgency.EMERGENCY,
        "age_alone": answer.management.override_rests_on_age_alone,
    }
