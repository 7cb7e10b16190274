"""Rows decided all together, in the columns of `batch.output`."""

from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from typing import Any, Final

import numpy as np
import pyarrow as pa

from batch.output import OTHER_LEG, OUTPUT
from batch.tabled import wide
from batch.tabled.questions import Chunk, Codes, answered
from batch.tabled.rules import NONE, PROBABILITY, Rules
from batch.tabled.table import Found, Results
from features.anatomy import DISC_LEVELS, ROOTS
from service.assessment import ClassifierStatus
from service.rules.abstention import abstaining
from service.rules.caveats import CAVEATS
from service.rules.follow_up import follow_up_of
from service.rules.guideline import RedFlag, Urgency
from service.rules.imaging import imaging_of, modality
from service.rules.impression import OPEN_SCREEN
from service.rules.impression import OTHER_LEG as OTHER_LEG_FIRST
from service.rules.impression.alternatives import AGAINST_L5, AS_WELL, INSTEAD
from service.rules.impression.bottom_line import BOTTOM_LINE
from service.rules.impression.details import DISCS, EVIDENCE, MISFITS
from service.rules.impression.first import FIRST
from service.rules.impression.sentence import Sentence, View
from service.rules.look_alikes import look_alikes
from service.rules.management import ManagementRule
from service.rules.pathway import ClinicalPicture
from service.rules.questions import QUESTIONS
from service.rules.recommendations import RECOMMENDATIONS
from service.rules.roots import likely_roots, pattern_of, possible_roots
from service.rules.surgery import surgery_of

Columns = dict[str, pa.Array]
OfPicture = Callable[[ClinicalPicture], Any]

URGENCIES: Final = tuple(Urgency)


def _ids(rules: Iterable[Any]) -> tuple[str, ...]:
    return tuple(rule.rule_id for rule in rules)


LEG: Final[dict[str, OfPicture]] = {
    "likely_roots": likely_roots,
    "prediction_set": possible_roots,
    "abstained": lambda picture: bool(abstaining(picture)),
    "abstentions": lambda picture: _ids(abstaining(picture)),
    "impression.pattern": pattern_of,
    "impression.consider": lambda picture: _ids(look_alikes(picture.exam)),
}
"""What is said of one leg, by column."""

PERSON: Final[dict[str, OfPicture]] = {
    "phase": lambda picture: picture.phase,
    "overridden_by": lambda picture: _ids(picture.overriding),
    "override_rests_on_age_alone": lambda picture: picture.age_alone,
    "imaging.indicated": lambda picture: imaging_of(picture).indicated,
    "imaging.modality": lambda picture: modality(picture, imaging_of(picture)),
    "imaging.timing": lambda picture: imaging_of(picture).timing,
    "imaging.rule_id": lambda picture: imaging_of(picture).rule_id,
    "surgery.indicated": lambda picture: surgery_of(picture).indicated,
    "surgery.timing": lambda picture: surgery_of(picture).timing,
    "surgery.rule_id": lambda picture: surgery_of(picture).rule_id,
    "follow_up.within_days": lambda picture: follow_up_of(picture).within_days,
    "follow_up.rule_id": lambda picture: follow_up_of(picture).rule_id,
}
"""What is said of the person, by column."""


def _levels(view: View) -> tuple[str, ...]:
    levels = (level for level in DISC_LEVELS if level.root in view.of_a_disc)
    return tuple(f"{level.root} {level.disc} {level.mechanism}" for level in levels)


def _higher_urgency(picture: ClinicalPicture) -> Urgency:
    """The highest urgency of imaging, the surgical opinion and the red flags."""
    flags = (flag.urgency if flag.overrides(picture.policy) else Urgency.ROUTINE for flag in picture.raised)
    return max(imaging_of(picture).urgency, surgery_of(picture).urgency, *flags)


class Answers:
    """The columns of answers, from the rules as tables."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self._lists = {
            name: self._applying(listed)
            for name, listed in (("recommendations", RECOMMENDATIONS), ("questions", QUESTIONS), ("caveats", CAVEATS))
        }
        self._said = {other_leg: self._sentences(other_leg=other_leg) for other_leg in (False, True)}

    def all(self, chunk: Chunk, other: Chunk, rows: Codes) -> Columns:
        """Every decision of the rows of `chunk`; `other` has those with another leg, which are its `rows`."""
        place = np.full(chunk.size, -1, dtype=np.int64)
        place[rows] = np.arange(other.size)
        nowhere = pa.array(place, mask=place < 0)
        of_other = self._leg(other, other_leg=True)
        return {
            "urgency": self._urgency(chunk),
            **self._leg(chunk, other_leg=False),
            **self._flags(chunk),
            **{name: column(name, self.rules.of_picture(function), chunk) for name, function in PERSON.items()},
            **{name: column(name, results, chunk, _ids) for name, results in self._lists.items()},
            **{f"{OTHER_LEG}{name}": made.take(nowhere) for name, made in of_other.items()},
            **{each.name: pa.nulls(chunk.size, each.type) for each in OUTPUT if each.name.startswith("comparison.")},
        }

    def _leg(self, chunk: Chunk, *, other_leg: bool) -> Columns:
        levels = self.rules.of_view(_levels, other_leg=other_leg)
        return {
            **probabilities(chunk),
            **{name: column(name, self.rules.of_picture(function), chunk) for name, function in LEG.items()},
            "impression.likely_levels": column("impression.likely_levels", levels, chunk),
            "impression.rule_ids": column("impression.rule_ids", self._said[other_leg], chunk, _ids),
        }

    def _flags(self, chunk: Chunk) -> Columns:
        def complete(unasked: tuple[RedFlag, ...]) -> bool:
            return all(flag.second_line for flag in unasked)

        raised, unasked = self.rules.raised, self.rules.unasked
        return {
            "red_flags.present": column("red_flags.present", raised, chunk, _ids),
            "red_flags.not_assessed": column("red_flags.not_assessed", unasked, chunk, _ids),
            "red_flags.screen_complete": column("red_flags.screen_complete", unasked, chunk, complete),
        }

    def _urgency(self, chunk: Chunk) -> pa.Array:
        advised = self._lists["recommendations"]
        highest = np.maximum(
            _ranks(self.rules.of_picture(_higher_urgency), chunk, lambda urgency: urgency),
            _ranks(advised, chunk, lambda rules: max((rule.urgency for rule in rules), default=Urgency.ROUTINE)),
        )
        return pa.array([each.value for each in URGENCIES]).take(pa.array(highest))

    def _applying(self, rules: Sequence[ManagementRule]) -> wide.Subset:
        """Those of some rules that apply, in their order."""
        return wide.Subset(rules, [wide.holds(self.rules.of_picture(rule.applies), True) for rule in rules])

    def _sentences(self, *, other_leg: bool) -> wide.Subset:
        """The sentences of the impression, in reading order."""

        def says(rule: Sentence) -> Callable[[Chunk], wide.Flags]:
            return wide.holds(self.rules.of_view(rule.applies, other_leg=other_leg), True)

        first, bottom = _first([says(rule) for rule in FIRST]), _first([says(rule) for rule in BOTTOM_LINE])
        if other_leg:  # while a red flag is worked up, that is said whichever leg is asked about
            work_up = wide.holds(self.rules.of_view(_work_up, other_leg=True), True)
            first = [wide.both(work_up, each) for each in first]
        before = (*OTHER_LEG_FIRST, *INSTEAD)
        after = (*EVIDENCE, *AGAINST_L5, *DISCS, *MISFITS, *AS_WELL, *OPEN_SCREEN)
        conditions = [*first, *(says(rule) for rule in before), *bottom, *(says(rule) for rule in after)]
        return wide.Subset((*FIRST, *before, *BOTTOM_LINE, *after), conditions)


def _work_up(view: View) -> bool:
    return view.work_up


def _first(conditions: Sequence[Callable[[Chunk], wide.Flags]]) -> list[Callable[[Chunk], wide.Flags]]:
    """For each condition, that it is the first of them that holds."""
    return [wide.without(each, conditions[:place]) for place, each in enumerate(conditions)]


def probabilities(chunk: Chunk) -> Columns:
    """What the model says of each row."""
    status = pa.array([ClassifierStatus.OK.value]).take(pa.array(np.zeros(chunk.size, dtype=np.int64)))
    roots = {f"probability.{root.value}": pa.array(chunk.numbers[f"{PROBABILITY}.{root.value}"]) for root in ROOTS}
    return {**roots, "probability.none": pa.array(chunk.numbers[NONE]), "status": status}


def column(name: str, results: Results, chunk: Chunk, shown: Callable[[Any], Any] = lambda value: value) -> pa.Array:
    """A column of OUTPUT from results, each shown once and handed out to its rows."""
    codes = answered(Found(results), chunk)
    values = [_plain(shown(value)) for value in results.values]
    return pa.array(values, type=OUTPUT.field(name).type).take(pa.array(codes))


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _ranks(results: Results, chunk: Chunk, urgency: Callable[[Any], Urgency]) -> Codes:
    codes = answered(Found(results), chunk)
    return np.array([URGENCIES.index(urgency(value)) for value in results.values], dtype=np.int64)[codes]
