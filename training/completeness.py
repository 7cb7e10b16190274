"""What of an examination gets written down: the service is sent whole examinations, gaps and three-line letters.

A letter mostly says what was abnormal, often "weak" without a grade, and its list of pain regions is incomplete. The
model has to learn that, because an app can only send what the letter says.
"""

from dataclasses import dataclass

import numpy as np

from features.anatomy import Movement, Reflex, Region
from features.exam import NORMAL_POWER
from training.figures import Figures
from training.population import Bools, Floats, Ints
from training.signs import FUNCTIONS, KEPT, MOVEMENTS, RAISED, REFLEXES, TESTS, Signs
from training.symptoms import HISTORY_ANSWERS, REGIONS, Symptoms

FULL, MIXED, LETTER, BARE = STRATA = ("full", "mixed", "letter", "bare")

_USUAL = {
    Movement.KNEE_EXTENSION,
    Movement.ANKLE_DORSIFLEXION,
    Movement.GREAT_TOE_EXTENSION,
    Movement.PLANTAR_FLEXION,
    Reflex.PATELLAR,
    Reflex.ACHILLES,
    Region.MEDIAL_LEG,
    Region.DORSUM_FOOT,
    Region.LATERAL_FOOT,
    "straight_leg_raise",
}
SIGNS = (*MOVEMENTS, *FUNCTIONS, *REFLEXES, *REGIONS, *TESTS)
"""The columns of `Stated.signs`."""
USUAL = np.array([sign in _USUAL for sign in SIGNS])
"""Which of SIGNS nearly every examiner tests: (48,)."""

_END = np.cumsum([len(MOVEMENTS), len(FUNCTIONS), len(REFLEXES), len(REGIONS), len(TESTS)])
STRENGTH, FUNCTION, REFLEX, SENSATION, BEDSIDE = (
    slice(start, end) for start, end in zip([0, *_END[:-1]], _END, strict=True)
)
"""Where each kind of sign lies among SIGNS."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """Parallel masks of what was written down: `signs` (n, 48) by SIGNS, `history` (n, 5), `pain_list`,
    `paresthesia_list`, `below_knee`, `side`, `sex`, `graded` (n,); `named` (n, 20): the regions that a list would name.
    """

    signs: Bools
    history: Bools
    pain_list: Bools
    paresthesia_list: Bools
    below_knee: Bools
    side: Bools
    sex: Bools
    graded: Bools
    named: Bools


def draw_strata(figures: Figures, exams: int, rng: np.random.Generator) -> Ints:
    """How complete each examination is: (n,), indices into STRATA."""
    strata, shares = figures.shares("stratum")
    return np.array([STRATA.index(stratum) for stratum in strata])[rng.choice(len(strata), size=exams, p=shares)]


def draw_stated(figures: Figures, strata: Ints, symptoms: Symptoms, signs: Signs, rng: np.random.Generator) -> Stated:
    """Decide for each examination what is written down."""
    n = len(strata)
    full, mixed, letter = (strata == STRATA.index(stratum) for stratum in (FULL, MIXED, LETTER))

    def share(column: str) -> Floats:
        """The share that the table gives for the stratum of each examination, none where it gives none: (n,)."""
        stated = [figures.value("stated", s, column) if figures.states("stated", s, column) else 0.0 for s in STRATA]
        return np.array(stated)[strata]

    history = share("history")
    told = np.where(letter, share("pain_list"), history)
    tingling = np.where(letter, share("paresthesia_list"), history)

    written = np.zeros((n, len(SIGNS)), dtype=bool)
    written[full] = rng.random((full.sum(), len(SIGNS))) < _tested(figures, FULL)
    # Examiners differ: some test next to nothing, some nearly everything that is usual.
    most = figures.value("stated", MIXED, "diligence")
    diligence = rng.uniform(-most, most, (mixed.sum(), 1))
    written[mixed] = rng.random((mixed.sum(), len(SIGNS))) < _tested(figures, MIXED) + diligence
    written[letter] = _mention(figures, _abnormal(signs)[letter], rng)

    some = rng.random((n, len(REGIONS))) < figures.value("stated", LETTER, "region_named")
    # A letter that says where it hurts names one region at least: the one that came first to mind.
    hurts = symptoms.pain & ~(symptoms.pain & some).any(axis=1, keepdims=True)
    first = np.argmax(hurts * rng.random(hurts.shape), axis=1)
    some[np.arange(n), first] = True
    return Stated(
        signs=written,
        history=rng.random((n, len(HISTORY_ANSWERS))) < history[:, None],
        pain_list=rng.random(n) < told,
        paresthesia_list=rng.random(n) < tingling,
        below_knee=rng.random(n) < share("below_knee"),
        side=rng.random(n) < share("side"),
        sex=rng.random(n) < share("sex"),
        graded=rng.random(n) >= share("ungraded"),
        named=some | ~letter[:, None],
    )


def _tested(figures: Figures, stratum: str) -> Floats:
    return np.where(USUAL, figures.value("stated", stratum, "key"), figures.value("stated", stratum, "further"))


def _abnormal(signs: Signs) -> Bools:
    """Which of SIGNS are abnormal: (n, 48). A brisk reflex is a lively normal one."""
    return np.hstack(
        [
            signs.power < NORMAL_POWER,
            signs.unable,
            (signs.reflexes != KEPT) & (signs.reflexes != RAISED),
            signs.sensation != KEPT,
            signs.tests,
        ]
    )


def _mention(figures: Figures, abnormal: Bools, rng: np.random.Generator) -> Bools:
    """The few signs that each letter mentions, abnormal and usual ones first: (n, 48)."""
    weight = np.where(abnormal, figures.value("stated", LETTER, "abnormal_over_normal"), 1.0)
    weight = weight * np.where(USUAL, figures.value("stated", LETTER, "key_over_further"), 1.0)
    # Ordering by log weight plus Gumbel noise draws without replacement in proportion to the weights.
    order = np.argsort(-(np.log(weight) + rng.gumbel(size=weight.shape)), axis=1)
    counts, shares = figures.shares("letter_signs")
    wanted = rng.choice([int(count) for count in counts], size=len(abnormal), p=shares)
    mentioned = np.zeros_like(abnormal)
    np.put_along_axis(mentioned, order, np.arange(len(SIGNS)) < wanted[:, None], axis=1)
    # "Power normal", "reflexes normal": everything usual of that kind at once, where it is true.
    for kind in (STRENGTH, REFLEX, SENSATION):
        usual = np.zeros(len(SIGNS), dtype=bool)
        usual[kind] = USUAL[kind]
        says = rng.random(len(abnormal)) < figures.value("stated", LETTER, "all_normal")
        mentioned |= (says & ~abnormal[:, usual].any(axis=1))[:, None] & usual
    return mentioned
