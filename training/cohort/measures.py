"""The words in which `goodness.csv` names populations and findings, and what they mean in a cohort.

Several words of a population hold together; a vertical line within a word means either. Findings are read from the
complete examinations, before anything was left out. With these, anyone can restrict the cohort to the population of a
paper and compare.
"""

from collections.abc import Callable

import numpy as np

from features.anatomy import ROOTS
from training.cohort.causes import CAUSES, INVOLVED, LESIONS, SETTINGS, UPPER, Bools, Floats, Ints
from training.cohort.draw import SIX_WEEKS, Cohort
from training.cohort.findings import ABSENT, COLUMN, FULL_POWER, GRADES, KEPT, NEGATIVE, REDUCED, WHERE, Codes
from training.cohort.signs import TERRITORIES

KEY_MOVEMENTS = ("knee_extension", "ankle_dorsiflexion", "great_toe_extension", "plantar_flexion")
KEY_REFLEXES = ("patellar", "achilles")
"""The movements and reflexes that nearly every study tests."""
_SEVERE = GRADES.index(3.0)
_ROOTS = tuple(str(root) for root in ROOTS)
_OWN_SIGNS = {
    "L4": (("weak:knee_extension",), ("numb:L4",), ("lost:patellar",)),
    "L5": (("weak:great_toe_extension", "weak:ankle_dorsiflexion"), ("numb:L5",)),
    "S1": (("weak:plantar_flexion",), ("numb:S1",), ("lost:achilles",)),
}
"""The signs by which an examiner knows a root: strength, sensation of its key region, and its reflex if it has one."""
_ANY = {
    "any_weak": tuple(f"weak:{movement}" for movement in KEY_MOVEMENTS),
    "any_lost": tuple(f"lost:{reflex}" for reflex in KEY_REFLEXES),
    "any_numb": tuple(f"numb:{root}" for root in _ROOTS),
}
_ANY_DEFICIT = tuple(measure for measures in _ANY.values() for measure in measures)


def population(cohort: Cohort, words: str) -> Bools:
    """The examinations that all of the words describe: (n,).

    Raises:
        ValueError: a word is unknown.
    """
    members = np.ones(len(cohort), dtype=bool)
    for word in words.split():
        members &= _described(cohort, word)
    return members


def finding(cohort: Cohort, measure: str) -> Floats | Bools:
    """What a measure says of each examination: (n,), truth values, or years for the age.

    Raises:
        ValueError: the measure is unknown.
    """
    name, _, detail = measure.partition(":")
    if name in _MEASURES:
        return _MEASURES[name](cohort, detail)
    raise ValueError(f"unknown measure {measure!r}; use one of {', '.join(_MEASURES)}")


def _described(cohort: Cohort, word: str) -> Bools:
    name, _, detail = word.partition(":")
    if name in SETTINGS:
        return np.asarray(cohort.setting == SETTINGS.index(name))
    if name == "age":
        return np.asarray(finding(cohort, word), dtype=bool)
    if name in _OF_IMAGING:
        return np.asarray(_OF_IMAGING[name](_shown(cohort, detail)))
    return np.asarray(_causes(name)[cohort.cause])


def _causes(word: str) -> Bools:
    """Which of CAUSES a word names: (len(CAUSES),)."""
    if word in _OF_CAUSE:
        return np.array([_OF_CAUSE[word](number) for number in range(len(CAUSES))])
    names = set(word.split("|"))
    if unknown := names - {cause.name for cause in CAUSES} - set(LESIONS):
        raise ValueError(f"unknown population {', '.join(sorted(unknown))}")
    return np.array([bool(names & {cause.name, cause.lesion}) for cause in CAUSES])


def _shown(cohort: Cohort, root: str) -> Bools:
    """Whether imaging shows compression of a root, or of any of them if none is named: (n,)."""
    return np.asarray(cohort.imaging[:, _ROOTS.index(root)] if root else cohort.imaging.any(axis=1))


def _code(cohort: Cohort, column: str) -> Codes:
    return np.asarray(cohort.complete[:, COLUMN[column]])


def _age(cohort: Cohort, span: str) -> Floats | Bools:
    age = _code(cohort, "age_years")
    if not span:
        return age.astype(np.float64)
    low, high = (int(end) for end in span.split("-"))
    return np.asarray((age >= low) & (age <= high))


def _any(cohort: Cohort, measures: tuple[str, ...]) -> Bools:
    return np.asarray(np.any([finding(cohort, measure) for measure in measures], axis=0))


def _signs_of(cohort: Cohort, root: str) -> Ints:
    return np.asarray(np.sum([_any(cohort, sign) for sign in _OWN_SIGNS[root]], axis=0))


_OF_IMAGING: dict[str, Callable[[Bools], Bools]] = {
    "imaging": lambda shown: shown,
    "not_imaging": lambda shown: ~shown,
    "no_imaging": lambda shown: ~shown,
}
_OF_CAUSE: dict[str, Callable[[int], bool]] = {
    "any_root": lambda c: bool(CAUSES[c].reached),
    "no_root": lambda c: not CAUSES[c].reached,
    "one_root": lambda c: len(CAUSES[c].reached) == 1,
    "two_roots": lambda c: len(CAUSES[c].reached) > 1,
    "upper": lambda c: CAUSES[c].reached in {(UPPER,), ("L4",)},
    "not_stenosis": lambda c: CAUSES[c].lesion != "lateral_recess" and CAUSES[c].name != "neurogenic_claudication",
}
_MEASURES: dict[str, Callable[[Cohort, str], Floats | Bools]] = {
    "age": _age,
    "female": lambda cohort, _: _code(cohort, "female") == 1,
    "early": lambda cohort, _: np.asarray(cohort.duration_days < SIX_WEEKS),
    "cause": _described,
    "involves": lambda cohort, root: np.asarray(INVOLVED[cohort.cause, _ROOTS.index(root)]),
    "two_roots": lambda cohort, _: _described(cohort, "two_roots"),
    "imaging": _shown,
    "weak": lambda cohort, movement: _code(cohort, movement) != FULL_POWER,
    "grade3": lambda cohort, movement: _code(cohort, movement) <= _SEVERE,
    "lost": lambda cohort, reflex: np.isin(_code(cohort, reflex), (REDUCED, ABSENT)),
    "numb": lambda cohort, territory: _code(cohort, f"sensation.{TERRITORIES[territory][0]}") != KEPT,
    "slr": lambda cohort, _: _code(cohort, "straight_leg_raise") != NEGATIVE,
    "yes": lambda cohort, column: _code(cohort, column) == 1,
    "pain": lambda cohort, region: _code(cohort, f"pain.{region}") == 1,
    "tingles": lambda cohort, _: np.asarray((cohort.complete[:, WHERE["paresthesia"]] == 1).any(axis=1)),
    "any_weak": lambda cohort, _: _any(cohort, _ANY["any_weak"]),
    "any_lost": lambda cohort, _: _any(cohort, _ANY["any_lost"]),
    "any_numb": lambda cohort, _: _any(cohort, _ANY["any_numb"]),
    "any_deficit": lambda cohort, _: _any(cohort, _ANY_DEFICIT),
    "two_signs": lambda cohort, _: np.asarray(np.any([_signs_of(cohort, root) > 1 for root in _OWN_SIGNS], axis=0)),
}
