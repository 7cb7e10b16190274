"""Does it pay to examine what the service suggests next? Played through on the synthetic cohort (`make asking`).

Everything of a synthetic patient is known, so an examination of which some is left out can go on: the suggested finding
is looked up, the model asked again, and so on, five times. What was learned is the gain of the logarithmic score in
bits: log2 of the probability of the true set of roots, after less before. Held against it are a finding drawn at random
among those that could be examined, and the order in which a textbook examines.

Sources: Good IJ. Rational decisions. J R Stat Soc B 1952;14:107-114 (the logarithmic score); Lindley 1956 as in
`features.information`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.encoding import Row
from features.information import EXAMINABLE, Examinable, best, expected_bits, open_findings, with_results
from service.classifier import Classifier
from training.cohort.draw import Cohort
from training.cohort.findings import rows

Floats = npt.NDArray[np.float64]

STEPS = 5
"""Findings that are asked for, one after the other."""

SUGGESTED, TEXTBOOK, RANDOM = "suggested", "textbook order", "random"

TEXTBOOK_ORDER = (
    "/examination/straight_leg_raise",
    "/examination/strength/great_toe_extension",
    "/examination/strength/ankle_dorsiflexion",
    "/examination/strength/plantar_flexion",
    "/examination/reflexes/achilles",
    "/examination/reflexes/patellar",
    "/examination/sensation/dorsum_foot",
    "/examination/sensation/lateral_foot",
    "/examination/sensation/medial_leg",
    "/examination/strength/knee_extension",
    "/examination/crossed_straight_leg_raise",
    "/examination/femoral_stretch",
    "/examination/strength/hip_abduction",
    "/examination/reflexes/medial_hamstring",
)
"""The minimum of the Dutch guidelines first (nvn_lrs, nhg2015), then what textbooks add."""

Choose = Callable[[Row], Examinable | None]
"""Which finding to examine next, given the row so far; None where nothing is worth it."""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """`bits` (n, STEPS) learned after one, two … findings in each of n examinations by one way of asking; `expected`
    (n,) what was expected of the first, NaN where the way of asking expects nothing.
    """

    bits: Floats
    expected: Floats

    @property
    def means(self) -> Floats:
        """Mean bits after each step: (STEPS,)."""
        return np.asarray(self.bits.mean(axis=0))

    @property
    def errors(self) -> Floats:
        """Standard errors of the means: (STEPS,)."""
        return np.asarray(self.bits.std(axis=0, ddof=1) / np.sqrt(len(self.bits)))


def play(cohort: Cohort, classifier: Classifier, seed: int) -> dict[str, Learned]:
    """The same examinations continued in each way of asking."""
    rng = np.random.default_rng(seed)
    known, complete, true_set = rows(cohort.codes), rows(cohort.complete), _true_set(cohort, classifier)
    ways: dict[str, Choose] = {
        SUGGESTED: lambda row: _suggested(row, classifier)[0],
        TEXTBOOK: _next_of_the_textbook,
        RANDOM: lambda row: _drawn(row, rng),
    }
    learned = {}
    for name, choose in ways.items():
        cases = zip(known, complete, true_set, strict=True)
        bits = np.array([_continued(row, whole, target, choose, classifier) for row, whole, target in cases])
        expected = [_suggested(row, classifier)[1] if name == SUGGESTED else np.nan for row in known]
        learned[name] = Learned(bits=bits, expected=np.array(expected))
    return learned


def _true_set(cohort: Cohort, classifier: Classifier) -> npt.NDArray[np.intp]:
    """The position of the true set of roots of each patient among the sets that the model knows: (n,)."""
    known = [tuple(roots) for roots in classifier.card["root_sets"]]
    truth = [tuple(str(root) for root, there in zip(ROOTS, row, strict=True) if there) for row in cohort.involved]
    return np.array([known.index(roots) for roots in truth])


def _continued(row: Row, whole: Row, target: int, choose: Choose, classifier: Classifier) -> Floats:
    """The bits learned of the true set after each step; a step at which nothing is worth asking learns nothing."""
    asked, score = [row], row
    for _ in range(STEPS):
        finding = choose(score)
        score = score.copy()
        if finding is not None:
            score[list(finding.columns)] = whole[list(finding.columns)]
        asked.append(score)
    sets = classifier.answers(np.array(asked)).root_sets
    assert sets is not None
    certain = np.log2(np.maximum(sets[:, target], 1e-12))
    return np.asarray(certain[1:] - certain[0])


def _suggested(row: Row, classifier: Classifier) -> tuple[Examinable | None, float]:
    findings = open_findings(row)
    if not findings:
        return None, 0.0
    said = classifier.answers(with_results(row, findings))
    assert said.root_sets is not None
    assert said.log_likelihood is not None
    suggestions = best(findings, expected_bits(findings, said.root_sets, said.log_likelihood))
    if not suggestions:
        return None, 0.0
    (finding,) = (each for each in findings if each.pointer == suggestions[0].pointer)
    return finding, suggestions[0].bits


def _next_of_the_textbook(row: Row) -> Examinable | None:
    there = {each.pointer: each for each in EXAMINABLE if np.isnan(row[list(each.columns)]).all()}
    return next((there[pointer] for pointer in TEXTBOOK_ORDER if pointer in there), None)


def _drawn(row: Row, rng: np.random.Generator) -> Examinable | None:
    findings = open_findings(row)
    return findings[rng.integers(len(findings))] if findings else None
