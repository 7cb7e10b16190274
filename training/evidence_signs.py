"""Log P of strength, walking, reflexes and bedside tests in every state."""

import numpy as np

from training.cohort.causes import Floats
from training.cohort.findings import (
    ABSENT,
    FULL_POWER,
    FUNCTIONS,
    GRADES,
    KEPT,
    MOVEMENTS,
    NEGATIVE,
    POSITIVE,
    REDUCED,
    REFLEXES,
    TESTS,
    UNGRADED,
)
from training.cohort.world import World
from training.evidence_rows import OLD, Logs, beside, levels, log, yes_no, yes_no_logs

_LOST, _RAISED = [f"{reflex}.lost" for reflex in REFLEXES], ["straight_leg_raise"]
BELOW_FULL = {
    half: max(code for code, grade in enumerate(GRADES) if grade <= GRADES[FULL_POWER] - half / 2)
    for half in range(1, 1 + int(2 * GRADES[FULL_POWER]))
}
"""The code of a grade by half grades below full power."""


def signs_of_states(world: World) -> Logs:
    """Log P of all signs in every state: k is s. A grade counts beside weakness, and so comes as the difference to it;
    what age changes counts beside OLD_AGE, as the difference to the young.
    """
    signs = world.signs
    strength = log(signs.strength[0])
    weak = [f"{movement}.weak" for movement in MOVEMENTS]
    numbers = yes_no(weak)
    tables = [strength[..., UNGRADED], strength[..., FULL_POWER]]
    for half, code in BELOW_FULL.items():
        numbers += [(beside(f"{movement}.deficit", f"{movement}.weak"), float(half)) for movement in MOVEMENTS]
        tables.append(strength[..., code] - strength[..., UNGRADED])
    numbers += yes_no([*FUNCTIONS, *TESTS])
    tables.append(yes_no_logs(np.hstack([signs.function[0, ..., 1], signs.test[0, ..., 1]])))
    young, old = (_aging(reflex, raised) for reflex, raised in zip(signs.reflex, signs.slr, strict=True))
    aging = [*levels(_LOST, 3), *levels(_RAISED, 2)]
    differ = np.flatnonzero((old != young).any(axis=0)).tolist()
    numbers += [*aging, *((beside(aging[line][0], OLD), aging[line][1]) for line in differ)]
    return Logs(numbers=numbers, table=np.hstack([*tables, young, (old - young)[:, differ]]))


def _aging(reflex: Floats, raised: Floats) -> Floats:
    codes = [reflex[..., KEPT], reflex[..., REDUCED], reflex[..., ABSENT], raised[..., NEGATIVE], raised[..., POSITIVE]]
    return log(np.hstack(codes))
