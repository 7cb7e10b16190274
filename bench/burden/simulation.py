"""How many people are drawn, and in which scenarios: the places with every figure as the table has it, and primary care
once more with one group of figures at a time at an end of its range.

People with each disease are drawn in numbers of their own and weighted by its prevalence afterwards: drawn as they
come, a million people would hold a handful with an infection.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from bench.burden.decisions import Decisions, decide, read
from bench.burden.figures import End, Figures
from bench.burden.people import NONE, PATHOLOGIES, PLACES, people
from service.rules.guideline import Policy

Bools = npt.NDArray[np.bool_]
Tell = Callable[[str], None]

COMPLETE, INCOMPLETE = "complete", "incomplete"
SCREENS = (COMPLETE, INCOMPLETE)


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How many people to draw in each place and in each scenario."""

    without: int = 2000
    with_each: int = 500
    seed: int = 20261122


class View(NamedTuple):
    """How people are seen: with which screen, under which policy."""

    screen: str
    policy: Policy


@dataclass(frozen=True, kw_only=True)
class Stratum:
    """People with one disease, or without any, and what was decided about the same people in every view."""

    disease: str
    over_50: Bools
    decisions: dict[View, Decisions]


@dataclass(frozen=True, kw_only=True)
class Place:
    """The strata of a place and how large a part of its people each is; the shares add up to one."""

    name: str
    strata: tuple[Stratum, ...]
    shares: tuple[float, ...]

    def weighted(self) -> Iterator[tuple[Stratum, float]]:
        """Each stratum with its share."""
        return zip(self.strata, self.shares, strict=True)

    def reweighted(self, figures: Figures) -> "Place":
        """The same people at other prevalences."""
        return Place(name=self.name, strata=self.strata, shares=shares(figures, self.name))


class Scenario(NamedTuple):
    """One thing changed: a table at an end of its range, the ages of a clinic, or no reflex called brisk.

    `prevalence` tells the end at which the prevalences stand; they change no answer, only the weights.
    """

    name: str
    table: str = ""
    end: End = End.VALUE
    prevalence: End = End.VALUE
    young: bool = False
    brisk: bool = True


YOUNGER = "a younger clinic with as many ill"
SCENARIOS = (
    Scenario("every figure as in the table"),
    Scenario("healthy people say yes less often", "background", End.LOW),
    Scenario("healthy people say yes more often", "background", End.HIGH),
    Scenario("the sick say yes less often", "sensitivity", End.LOW),
    Scenario("the sick say yes more often", "sensitivity", End.HIGH),
    Scenario("fewer of the sick are over 50", "share_over_50", End.LOW),
    Scenario("more of the sick are over 50", "share_over_50", End.HIGH),
    Scenario("answers independent of one another", "dependence", End.LOW),
    Scenario("answers go together more", "dependence", End.HIGH),
    Scenario("diseases rarer", prevalence=End.LOW),
    Scenario("diseases commoner", prevalence=End.HIGH),
    Scenario(YOUNGER, young=True),
    Scenario("no normal reflex called brisk", brisk=False),
)
"""The first is what the others are held against."""


def diseases(figures: Figures, place: str) -> tuple[str, ...]:
    """The diseases that have a prevalence in `place`."""
    return tuple(disease for disease in PATHOLOGIES if figures.states("prevalence", disease, place))


def shares(figures: Figures, place: str) -> tuple[float, ...]:
    """The part of the people of `place` without disease, and with each of its diseases."""
    ill = [figures.value("prevalence", disease, place) for disease in diseases(figures, place)]
    return (1 - sum(ill), *ill)


def simulate_places(figures: Figures, plan: Plan, tell: Tell) -> list[Place]:
    """Every place, with complete and with incomplete screens, under both policies."""
    found = []
    for name in PLACES:
        tell(f"{name}: {plan.without} people without, {plan.with_each} with each serious disease")
        found.append(simulate(figures, name, plan))
    return found


def simulate_scenarios(figures: Figures, base: Place, plan: Plan, tell: Tell) -> list[tuple[str, Place]]:
    """Primary care in every scenario, with complete screens; `base` is primary care with nothing changed."""
    found = []
    for scenario in SCENARIOS:
        changed = figures.at(scenario.end, scenario.table) if scenario.table else figures
        if scenario.prevalence is not End.VALUE:
            place = base.reweighted(figures.at(scenario.prevalence, "prevalence"))
        elif scenario == SCENARIOS[0]:
            place = base
        else:
            tell(f"{base.name}: {scenario.name}")
            over_50 = figures.value("clinic", "over_50", "young") if scenario.young else None
            place = simulate(changed, base.name, plan, screens=(COMPLETE,), brisk=scenario.brisk, over_50=over_50)
        found.append((scenario.name, place))
    return found


def simulate(
    figures: Figures,
    place: str,
    plan: Plan,
    *,
    screens: Sequence[str] = SCREENS,
    brisk: bool = True,
    over_50: float | None = None,
) -> Place:
    """Draw the people of one place and let the rules decide; `over_50` is the share of the old among the healthy."""
    strata = []
    for disease in (NONE, *diseases(figures, place)):
        size, old = (plan.without, over_50) if disease == NONE else (plan.with_each, None)
        drawn = people(figures, place, disease, size, plan.seed, brisk=brisk, over_50=old)
        decisions: dict[View, Decisions] = {}
        for screen in screens:
            exams = read(drawn.bodies(complete=screen == COMPLETE))
            decisions |= {View(screen, policy): decide(exams, policy) for policy in Policy}
        strata.append(Stratum(disease=disease, over_50=drawn.over_50, decisions=decisions))
    return Place(name=place, strata=tuple(strata), shares=shares(figures, place))
