"""Every exam of the tables of cases, with what classifiers say of it, for what must hold for every answer."""

from collections.abc import Iterator
from dataclasses import dataclass

from features.exam import Exam
from features.involvement import Classify
from tests.builders import an_exam, classifier_of
from tests.rules.abstention_cases import ABSTAINED
from tests.rules.caveat_cases import RESERVED
from tests.rules.comparison_cases import COMPARED
from tests.rules.decision_cases import DECISIONS
from tests.rules.impression_cases import SAID
from tests.rules.look_alike_cases import LOOK_ALIKE
from tests.rules.question_cases import ASKED
from tests.rules.recommendation_cases import RECOMMENDED
from tests.rules.red_flag_cases import CASES as FLAGS
from tests.rules.red_flag_cases import Sections

_OF_EXAMS: dict[str, dict[str, Sections]] = {
    **{
        rule_id: {**{f"hidden {name}": case for name, case in cases.hidden.items()}, **cases.shown}
        for rule_id, cases in {**DECISIONS, **RECOMMENDED, **ASKED, **RESERVED, **LOOK_ALIKE, **COMPARED}.items()
    },
    **{rule_id: {**cases.up, **cases.down, **cases.unknown} for rule_id, cases in FLAGS.items()},
}
_TOLD = {
    rule_id: {**{f"hidden {name}": case for name, case in cases.hidden.items()}, **cases.shown}
    for rule_id, cases in {**ABSTAINED, **SAID}.items()
}
WITH_CASES = (*_OF_EXAMS, *_TOLD)
"""The ids of the rules that have cases, the names of what `cases_of` gives."""

CLASSIFIERS = {"L5": classifier_of(), "none": classifier_of(0.05, 0.1, 0.1, 0.8)}
"""What a classifier may say, where a case leaves it open; the cases of the impression hold the rest."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One exam and a classifier, under the name of the case."""

    name: str
    exam: Exam
    classify: Classify


def cases_of(rule_id: str) -> Iterator[Asked]:
    """The cases of a rule, each with every classifier, or with the one that it names."""
    for name, sections in _OF_EXAMS.get(rule_id, {}).items():
        for said, classify in CLASSIFIERS.items():
            yield Asked(name=f"{name}, {said}", exam=an_exam(**sections), classify=classify)
    for name, told in _TOLD.get(rule_id, {}).items():
        yield Asked(name=name, exam=an_exam(**told.sections), classify=told.classify)
