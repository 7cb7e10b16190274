"""The hidden states as a grid, and how likely the signs and the skin are in each place of it.

Causes share their signs, and a variant moves skin alone, so that about a thousand states have far fewer signs: those
are worked out once for each group of states, and a group has a skin in each variant.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from training.cohort.causes import CAUSES, Floats, Ints
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
    REGIONS,
    TESTS,
    UNGRADED,
)
from training.cohort.posterior import state_mixture
from training.cohort.signs import ALONE, TERRITORIES, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.world import World
from training.evidence_rows import AGING, Logs, Number, beside, levels, log, yes_no, yes_no_logs

_BELOW_FULL = {
    half: max(code for code, grade in enumerate(GRADES) if grade <= GRADES[FULL_POWER] - half / 2)
    for half in range(1, 1 + int(2 * GRADES[FULL_POWER]))
}
"""The code of a grade by half grades below full power."""
_SKIN_CODES = (KEPT, REDUCED, ABSENT)
_LOST_OR_NOT = np.array(list(product((0, 1), repeat=len(TERRITORIES))))
"""Every way in which the territories can have lost sensation, or not: (w, 4)."""
_SAME = 12
"""Decimals up to which two states are the same."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The states of a world by variant, v, and group, g."""

    world: World

    @cached_property
    def share(self) -> Floats:
        """How often each cause, c, comes with each place of the grid: (v, c, g)."""
        _, groups, group_of_state = self._groups
        share = np.zeros((len(VARIANTS), len(CAUSES), groups))
        np.add.at(share, (STATES.variant, STATES.cause, group_of_state), state_mixture(self.world))
        return share

    @cached_property
    def signs(self) -> Logs:
        """Log P of strength, walking, reflexes and bedside tests in each group: k is g."""
        states, _, _ = self._groups
        return Logs(numbers=self._signs.numbers, table=self._signs.table[states[0]])

    @cached_property
    def skin(self) -> Logs:
        """Log P of the skin of all territories if each has lost sensation or not: k is w."""
        regions = np.flatnonzero(TERRITORY_OF_REGION != ALONE)
        of_regions = log(self.world.signs.region[:, regions])
        lost = _LOST_OR_NOT[:, TERRITORY_OF_REGION[regions]]
        tables = [of_regions[lost, np.arange(len(regions)), code] for code in _SKIN_CODES]
        numbers = levels([f"sensation.{REGIONS[region]}" for region in regions], len(_SKIN_CODES))
        return Logs(numbers=numbers, table=np.hstack(tables))

    @cached_property
    def lost(self) -> Floats:
        """The chance that just these territories have lost sensation: (v, g, w)."""
        states, _, _ = self._groups
        chance = self.world.signs.lost.round(_SAME)[states][:, :, None, :]
        return np.asarray(np.where(_LOST_OR_NOT == 1, chance, 1 - chance).prod(axis=-1))

    @cached_property
    def _groups(self) -> tuple[Ints, int, Ints]:
        """A state of each place of the grid (v, g), how many groups there are, and the group of each state (s,)."""
        but_variant = np.column_stack([STATES.cause, STATES.severity, STATES.incidental])
        first, place = np.unique(but_variant, axis=0, return_index=True, return_inverse=True)[1:]
        # A cause that knows no variants has one state: it stands for all three, and comes with the first alone.
        states = np.tile(first, (len(VARIANTS), 1))
        states[STATES.variant, place] = np.arange(len(STATES))
        seen = np.hstack([self._signs.table[states[0]], *(self.world.signs.lost[each] for each in states)])
        member, group = np.unique(seen.round(_SAME), axis=0, return_index=True, return_inverse=True)[1:]
        return states[:, member], len(member), group[place]

    @cached_property
    def _signs(self) -> Logs:
        """As `signs`, for every state: k is s."""
        signs = self.world.signs
        strength = log(signs.strength[0])
        weak = [f"{movement}.weak" for movement in MOVEMENTS]
        numbers = yes_no(weak)
        tables = [strength[..., UNGRADED], strength[..., FULL_POWER]]
        for half, code in _BELOW_FULL.items():
            numbers += [(beside(f"{movement}.deficit", f"{movement}.weak"), float(half)) for movement in MOVEMENTS]
            tables.append(strength[..., code] - strength[..., UNGRADED])
        numbers += yes_no([*FUNCTIONS, *TESTS])
        tables.append(yes_no_logs(np.hstack([signs.function[0, ..., 1], signs.test[0, ..., 1]])))
        under, over = self._aging
        numbers += under.numbers
        tables.append(under.table)
        # Over OLD_AGE the difference comes on top; most reflexes have none.
        differ = np.flatnonzero((over.table != under.table).any(axis=0))
        numbers += [over.numbers[line] for line in differ.tolist()]
        tables.append((over.table - under.table)[:, differ])
        return Logs(numbers=numbers, table=np.hstack(tables))

    @property
    def _aging(self) -> tuple[Logs, Logs]:
        """Log P of AGING in every state up to OLD_AGE, and over it."""
        signs = self.world.signs
        raised = AGING[-1:]
        numbers: list[Number] = [*levels(AGING[:-1], 3), *levels(raised, 2)]
        over = [(beside(name, "over_60"), number) for name, number in numbers]
        tables = [
            log(
                np.hstack(
                    [reflex[..., KEPT], reflex[..., REDUCED], reflex[..., ABSENT], raise_[:, 0, [NEGATIVE, POSITIVE]]]
                )
            )
            for reflex, raise_ in zip(signs.reflex, signs.slr, strict=True)
        ]
        return Logs(numbers=numbers, table=tables[0]), Logs(numbers=over, table=tables[1])
