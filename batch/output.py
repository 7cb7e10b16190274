"""What is written for each examination: every decision of an answer, flat, one column each, and no text.

Columns are named as in the answer of `POST /v1/assessments`, what everybody looks for by a shorter name. Texts, labels,
sources, and the pointers that say on which statements something rests (`because`, `ask`) are left out: they follow from
the rules that are named, and from the examination.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, Final

import pyarrow as pa

from features.anatomy import ROOTS
from features.involvement import Involvement
from service.assessment import Assessment, ClassifierAnswer, ClassifierStatus
from service.rules.changes import Direction
from service.rules.comparison import Comparison
from service.rules.impression import Impression

Row = dict[str, Any]


class Scope(StrEnum):
    """How much is decided of each examination."""

    ALL = "all"
    CLASSIFICATION = "classification"


ROW, REFERENCE = "row", "reference"
"""Where the examination stood in its file, from 1, and its `patient.reference`: to join answers with what they are
about."""
OTHER_LEG = "other_leg."
"""Before the columns of the other leg; null where it was not examined."""

_IDS: Final = pa.list_(pa.string())
_YES_NO, _WORD, _NUMBER, _WHOLE = pa.bool_(), pa.string(), pa.float64(), pa.int64()

_PROBABILITIES: Final[dict[str, pa.DataType]] = dict.fromkeys(
    (f"probability.{root}" for root in (*ROOTS, "none")), _NUMBER
)
_LEG: Final[dict[str, pa.DataType]] = {
    **_PROBABILITIES,
    "status": _WORD,
    "likely_roots": _IDS,
    "prediction_set": _IDS,
    "abstained": _YES_NO,
    "abstentions": _IDS,
    "impression.pattern": _WORD,
    "impression.likely_levels": _IDS,
    "impression.consider": _IDS,
    "impression.rule_ids": _IDS,
}

OUTPUT: Final = pa.schema(
    {
        ROW: _WHOLE,
        REFERENCE: _WORD,
        "urgency": _WORD,
        **_LEG,
        "red_flags.present": _IDS,
        "red_flags.not_assessed": _IDS,
        "red_flags.screen_complete": _YES_NO,
        "phase": _WORD,
        "overridden_by": _IDS,
        "override_rests_on_age_alone": _YES_NO,
        "imaging.indicated": _YES_NO,
        "imaging.modality": _WORD,
        "imaging.timing": _WORD,
        "imaging.rule_id": _WORD,
        "surgery.indicated": _YES_NO,
        "surgery.timing": _WORD,
        "surgery.rule_id": _WORD,
        "follow_up.within_days": _WHOLE,
        "follow_up.rule_id": _WORD,
        "recommendations": _IDS,
        "questions": _IDS,
        "caveats": _IDS,
        **{f"{OTHER_LEG}{name}": kind for name, kind in _LEG.items()},
        "comparison.verdict": _WORD,
        "comparison.rule_ids": _IDS,
        "comparison.hours_between": _NUMBER,
        "comparison.worse": _IDS,
        "comparison.better": _IDS,
        "comparison.marked": _IDS,
        "comparison.not_tested_again": _IDS,
    }
)
"""The columns of the answers. Of a change since last time the pointers are there, for they are what was decided."""

CLASSIFIED: Final = pa.schema({ROW: _WHOLE, REFERENCE: _WORD, **_PROBABILITIES, "status": _WORD})
"""The columns where the model alone is asked: probabilities of the worse leg, and whether it answered."""

COLUMNS: Final = {Scope.ALL: OUTPUT, Scope.CLASSIFICATION: CLASSIFIED}
"""The columns of the answers, by how much is decided."""


def decisions(assessment: Assessment) -> Row:
    """The decisions of one answer by column: all of OUTPUT but ROW and REFERENCE, null where nothing is said."""
    plan, flags, other = assessment.management, assessment.red_flags, assessment.other_leg
    return {
        "urgency": assessment.urgency.value,
        **_leg(assessment.classifier, assessment.impression),
        "red_flags.present": _ids(flags.present),
        "red_flags.not_assessed": _ids(flags.not_assessed),
        "red_flags.screen_complete": flags.screen_complete,
        "phase": plan.phase.value,
        "overridden_by": list(plan.overridden_by),
        "override_rests_on_age_alone": plan.override_rests_on_age_alone,
        "imaging.indicated": plan.imaging.indicated,
        "imaging.modality": plan.imaging.modality.value,
        "imaging.timing": plan.imaging.timing.value,
        "imaging.rule_id": plan.imaging.rule_id,
        "surgery.indicated": plan.surgery.indicated,
        "surgery.timing": plan.surgery.timing.value,
        "surgery.rule_id": plan.surgery.rule_id,
        "follow_up.within_days": plan.follow_up.within_days,
        "follow_up.rule_id": plan.follow_up.rule_id,
        "recommendations": _ids(plan.recommendations),
        "questions": _ids(assessment.questions),
        "caveats": _ids(assessment.caveats),
        **{
            f"{OTHER_LEG}{name}": value
            for name, value in (_UNSAID if other is None else _leg(other.classifier, other.impression)).items()
        },
        **_since(assessment.comparison),
    }


def classified(found: Involvement | None) -> Row:
    """What the model alone says of one leg: all of CLASSIFIED but ROW and REFERENCE; None where it could not answer."""
    status = ClassifierStatus.UNAVAILABLE if found is None else ClassifierStatus.OK
    return {
        **{f"probability.{root}": None if found is None else found.roots[root] for root in ROOTS},
        "probability.none": None if found is None else found.none,
        "status": status.value,
    }


_UNSAID: Final[Row] = dict.fromkeys(_LEG)


def _leg(said: ClassifierAnswer, seen: Impression) -> Row:
    return {
        **{f"probability.{root}": said.roots[root].probability for root in ROOTS},
        "probability.none": said.none_probability,
        "status": said.status.value,
        "likely_roots": [root.value for root in said.likely_roots],
        "prediction_set": [root.value for root in said.prediction_set],
        "abstained": said.abstained,
        "abstentions": _ids(said.abstentions),
        "impression.pattern": seen.pattern.value,
        "impression.likely_levels": [f"{each.root} {each.disc} {each.mechanism}" for each in seen.likely_levels],
        "impression.consider": _ids(seen.consider),
        "impression.rule_ids": list(seen.rule_ids),
    }


def _since(found: Comparison | None) -> Row:
    if found is None:
        return {name: None for name in OUTPUT.names if name.startswith("comparison.")}
    return {
        "comparison.verdict": found.verdict.value,
        "comparison.rule_ids": list(found.rule_ids),
        "comparison.hours_between": found.hours_between,
        "comparison.worse": [each.finding for each in found.changes if each.direction is Direction.WORSE],
        "comparison.better": [each.finding for each in found.changes if each.direction is Direction.BETTER],
        "comparison.marked": [each.finding for each in found.changes if each.marked],
        "comparison.not_tested_again": list(found.not_tested_again),
    }


def _ids(rules: Iterable[Any]) -> list[str]:
    return [rule.rule_id for rule in rules]
