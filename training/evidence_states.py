"""The hidden states as a grid, and how likely the signs and the skin are in each place of it.

Causes share their signs, and a variant moves skin alone, so that about a thousand states have far fewer signs: those
are worked out once for each group of states, and a group has a skin in each variant.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product

import numpy as np

from training.cohort.causes import CAUSES, Floats, Ints
from training.cohort.findings import ABSENT, KEPT, REDUCED, REGIONS
from training.cohort.posterior import ROOT_SET_OF_CAUSE, state_mixture
from training.cohort.signs import ALONE, TERRITORIES, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.world import World
from training.evidence_rows import SAME, Logs, distinct, levels, log
from training.evidence_signs import signs_of_states

_SKIN_CODES = (KEPT, REDUCED, ABSENT)
_LOST_OR_NOT = np.array(list(product((0, 1), repeat=len(TERRITORIES))))
"""Every way in which the territories can have lost sensation, or not: (w, 4)."""


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The states of a world by variant, v, and group, g: states of a group have the same signs, the same skin in each
    variant, and involve the same roots.
    """

    world: World

    @property
    def root_set(self) -> Ints:
        """The set of roots of each group, numbered as ROOT_SET_OF_CAUSE is: (g,)."""
        return np.asarray(ROOT_SET_OF_CAUSE[STATES.cause[self._groups[0][0]]])

    @cached_property
    def share(self) -> Floats:
        """How often each group and cause, c, come together: (g, c)."""
        members, group_of_state = self._groups
        share = np.zeros((members.shape[1], len(CAUSES)))
        np.add.at(share, (group_of_state, STATES.cause), state_mixture(self.world))
        return share

    @cached_property
    def signs(self) -> Logs:
        """Log P of strength, walking, reflexes and bedside tests in each group: k is g."""
        every = signs_of_states(self.world)
        return Logs(numbers=every.numbers, table=every.table[self._groups[0][0]])

    @cached_property
    def skin(self) -> Logs:
        """Log P of the skin of all territories if each has lost sensation or not: k is w."""
        regions = np.flatnonzero(TERRITORY_OF_REGION != ALONE)
        of_regions = log(self.world.signs.region[:, regions])
        lost = _LOST_OR_NOT[:, TERRITORY_OF_REGION[regions]]
        tables = [of_regions[lost, np.arange(len(regions)), code] for code in _SKIN_CODES]
        numbers = levels([f"sensation.{REGIONS[region]}" for region in regions], len(_SKIN_CODES))
        return Logs(numbers=numbers, table=np.hstack(tables))

    @property
    def lost(self) -> Floats:
        """The chance, in each group, of a variant and that just these territories have lost sensation: (g, v, w)."""
        members, group_of_state = self._groups
        variant = np.zeros(members.shape)
        np.add.at(variant, (STATES.variant, group_of_state), state_mixture(self.world))
        chance = self.world.signs.lost.round(SAME)[members][:, :, None, :]
        of_territories = np.where(_LOST_OR_NOT == 1, chance, 1 - chance).prod(axis=-1)
        return np.asarray((variant / variant.sum(axis=0))[..., None] * of_territories).swapaxes(0, 1)

    @cached_property
    def _groups(self) -> tuple[Ints, Ints]:
        """A state of each place of the grid (v, g), and the group of each state (s,)."""
        but_variant = np.column_stack([STATES.cause, STATES.severity, STATES.incidental])
        _, first, place = np.unique(but_variant, axis=0, return_index=True, return_inverse=True)
        # A cause that knows no variants has one state: it stands for all three, of which it has the first alone.
        states = np.tile(first, (len(VARIANTS), 1))
        states[STATES.variant, place] = np.arange(len(STATES))
        cause = STATES.cause[first]
        member, group = distinct(
            ROOT_SET_OF_CAUSE[cause],
            signs_of_states(self.world).table[first],
            *(self.world.signs.lost[each] for each in states),
        )
        return states[:, member], group[place]
