"""Why a model says what it says of one examination, and what to examine next: asked of the model in one batch."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS, NerveRoot
from features.encoding import Row, encode
from features.exam import Exam
from features.explanation import explanation, fillings
from features.information import Suggestion, best, expected_bits, open_findings, with_results
from features.prediction_sets import log_odds
from features.statements import stated_by

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class ModelAnswers:
    """What a model says of n rows: `probabilities` (n, 4) of L4, L5, S1 and none; `root_sets` (n, k), those of the sets
    of roots that it knows; `log_likelihood` (n,) of all that is stated. The last two are None where it does not tell.
    """

    probabilities: Floats
    root_sets: Floats | None
    log_likelihood: Floats | None


Ask = Callable[[Row], ModelAnswers]


@dataclass(frozen=True, kw_only=True)
class Contribution:
    """What one stated finding added to the log-odds of one root."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    finding: str
    """The finding (JSON pointer into the body)."""
    root: NerveRoot
    log_odds: float
    """Natural log-odds; below zero it spoke against the root."""


@dataclass(frozen=True, kw_only=True)
class Reasons:
    """`baseline` the log-odds of each root at that age and sex, nothing else known; `contributions` what each stated
    finding added to them, and together with the baseline exactly what the model says; `next_examinations` what to
    examine next, the most telling first, None where the model cannot tell.
    """

    baseline: Mapping[NerveRoot, float]
    contributions: tuple[Contribution, ...]
    next_examinations: tuple[Suggestion, ...] | None


Explain = Callable[[Exam], Reasons]


def reasons_of(exam: Exam, ask: Ask) -> Reasons:
    """The reasons for what the model behind `ask` says of the worse leg of `exam`."""
    row = encode(exam)
    statements, findings = stated_by(exam, row), open_findings(row)
    filled = fillings(row, statements)
    answers = ask(np.concatenate([filled, with_results(row, findings)]))
    count = len(filled)
    found = explanation(log_odds(answers.probabilities[:count, : len(ROOTS)]))
    suggestions = None
    if answers.root_sets is not None and answers.log_likelihood is not None:
        bits = expected_bits(findings, answers.root_sets[count:], answers.log_likelihood[count:])
        suggestions = best(findings, bits)
    return Reasons(
        baseline=dict(zip(ROOTS, found.baseline.tolist(), strict=True)),
        contributions=tuple(
            Contribution(finding=statement.pointer, root=root, log_odds=float(added))
            for statement, by_root in zip(statements, found.added, strict=True)
            for root, added in zip(ROOTS, by_root, strict=True)
        ),
        next_examinations=suggestions,
    )
