"""The first cohort: synthetic patients drawn from published frequencies, as the Exams that the service would be sent.

No row comes from a patient. What the papers do not give is an assumption and marked so in `figures.csv`: no number of
the cohort stands in the code. The Exams go through `features.encoding.encode`, the same code that the service uses.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from features.anatomy import ROOTS, Movement, NerveRoot, Side
from features.answer import Answer
from features.exam import (
    NORMAL_POWER,
    Ability,
    Exam,
    Examination,
    History,
    Patient,
    ReflexGrade,
    Sensation,
    Sex,
    StraightLegRaise,
    TestResult,
)
from training.completeness import (
    BEDSIDE,
    FUNCTION,
    REFLEX,
    SENSATION,
    STRATA,
    STRENGTH,
    Stated,
    draw_stated,
    draw_strata,
)
from training.figures import Figures
from training.population import Floats, Population, draw_population
from training.signs import FUNCTIONS, MOVEMENTS, REFLEXES, TESTS, Signs, draw_signs
from training.symptoms import HISTORY_ANSWERS, REGIONS, Symptoms, draw_symptoms

_REFLEX_GRADES = (ReflexGrade.NORMAL, ReflexGrade.REDUCED, ReflexGrade.ABSENT, ReflexGrade.BRISK)
_SENSATIONS = (Sensation.NORMAL, Sensation.REDUCED, Sensation.ABSENT, Sensation.INCREASED)
_RESULTS = (TestResult.NEGATIVE, TestResult.POSITIVE)
_TEST_NAMES = tuple(TESTS)
_ABILITIES = (Ability.ABLE, Ability.UNABLE)


@dataclass(frozen=True, kw_only=True)
class LabelledExam:
    """One examination with the roots truly involved; `patient` is a key, `stratum` one of STRATA."""

    exam: Exam
    roots: frozenset[NerveRoot]
    patient: str
    stratum: str


def draw_cohort(figures: Figures, patients: int, rng: np.random.Generator) -> Iterator[LabelledExam]:
    """Draw `patients` patients, some of them examined twice, and yield their examinations."""
    population = draw_population(figures, patients, rng)
    again = np.flatnonzero(rng.random(patients) < figures.value("second_exam", "share"))
    key = np.concatenate([np.arange(patients), again])
    people = population.take(key)
    symptoms = draw_symptoms(figures, people, rng)
    signs = draw_signs(figures, people, rng)
    strata = draw_strata(figures, len(people), rng)
    stated = draw_stated(figures, strata, symptoms, signs, rng)
    patient_rows = _patients(people, stated)
    history_rows = _histories(symptoms, stated)
    examination_rows = _examinations(figures, signs, stated, rng)
    rows = zip(patient_rows, history_rows, examination_rows, people.roots, key, strata, strict=True)
    for patient, history, examination, involved, number, stratum in rows:
        yield LabelledExam(
            exam=Exam(patient=patient, history=history, examination=examination),
            roots=frozenset(root for root, there in zip(ROOTS, involved, strict=True) if there),
            patient=f"synthetic-{number}",
            stratum=STRATA[stratum],
        )


def _patients(people: Population, stated: Stated) -> Iterator[Patient]:
    for age, female, told in zip(people.age_years.tolist(), people.female, stated.sex, strict=True):
        sex = Sex.FEMALE if female else Sex.MALE
        yield Patient(age_years=age, sex=sex if told else None)


def _histories(symptoms: Symptoms, stated: Stated) -> Iterator[History]:
    pain, tingling = symptoms.pain & stated.named, symptoms.paresthesia & stated.named
    for i in range(len(pain)):
        answers: dict[str, Any] = {
            name: Answer.of(bool(symptoms.history[i, j]))
            for j, name in enumerate(HISTORY_ANSWERS)
            if stated.history[i, j]
        }
        if stated.below_knee[i]:
            answers["pain_radiates_below_knee"] = Answer.of(bool(symptoms.below_knee[i]))
        side = Side.BILATERAL if symptoms.both_sides[i] else Side.LEFT
        yield History(
            side=side if stated.side[i] else None,
            pain_locations=frozenset(REGIONS[j] for j in np.flatnonzero(pain[i])) if stated.pain_list[i] else None,
            paresthesia_locations=(
                frozenset(REGIONS[j] for j in np.flatnonzero(tingling[i])) if stated.paresthesia_list[i] else None
            ),
            **answers,
        )


def _examinations(figures: Figures, signs: Signs, stated: Stated, rng: np.random.Generator) -> Iterator[Examination]:
    n = len(stated.signs)
    angled = rng.random(n) < figures.value("angle", "stated")
    angles = _draw_angles(figures, n, rng)
    for i in range(n):
        written = stated.signs[i]
        power = {MOVEMENTS[j]: float(signs.power[i, j]) for j in np.flatnonzero(written[STRENGTH])}
        graded: dict[Movement, float | Literal["weak"]] = {
            movement: grade if stated.graded[i] or grade == NORMAL_POWER else "weak"
            for movement, grade in power.items()
        }
        tests: dict[str, Any] = {
            _TEST_NAMES[j]: _RESULTS[int(signs.tests[i, j])] for j in np.flatnonzero(written[BEDSIDE])
        }
        functions: dict[str, Any] = {
            FUNCTIONS[j]: _ABILITIES[int(signs.unable[i, j])] for j in np.flatnonzero(written[FUNCTION])
        }
        raised = tests.pop("straight_leg_raise", None)
        angle = float(angles[i]) if angled[i] and raised is TestResult.POSITIVE else None
        yield Examination(
            strength=graded,
            reflexes={REFLEXES[j]: _REFLEX_GRADES[signs.reflexes[i, j]] for j in np.flatnonzero(written[REFLEX])},
            sensation={REGIONS[j]: _SENSATIONS[signs.sensation[i, j]] for j in np.flatnonzero(written[SENSATION])},
            straight_leg_raise=None if raised is None else StraightLegRaise(result=raised, angle_degrees=angle),
            **functions,
            **tests,
        )


def _draw_angles(figures: Figures, exams: int, rng: np.random.Generator) -> Floats:
    """The angle in degrees at which a positive straight leg raise hurts: (n,)."""
    beyond = rng.random(exams) < figures.value("angle", "outside_tension_range")
    angles = np.empty(exams)
    for members, column in ((~beyond, "within"), (beyond, "beyond")):
        degrees, shares = figures.shares("angle_degrees", column)
        angles[members] = rng.choice([float(degree) for degree in degrees], size=members.sum(), p=shares)
    return angles
