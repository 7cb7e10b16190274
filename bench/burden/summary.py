"""What is counted of the decisions, as plain numbers that `page` and `plot` show and that a file keeps.

Every estimate is a weighted sum over the strata, with its 95 % Monte Carlo interval: it tells how many people were
drawn, not how far the figures can be trusted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from bench.burden.decisions import FLAGS, Decisions
from bench.burden.figures import Figures
from bench.burden.people import NONE
from bench.burden.simulation import COMPLETE, SCREENS, Place, Stratum, View
from service.rules.guideline import Policy
from service.rules.red_flags import RED_FLAGS

Bools = npt.NDArray[np.bool_]
Json = dict[str, Any]
Measure = Callable[[Decisions], Bools]
Signed = npt.NDArray[np.float64]
Counted = Callable[[Stratum], Bools | Signed]

Z = 1.96
PER = 100_000
DECIMALS = 5
WEAK = np.array([flag.weak for flag in RED_FLAGS])
INFECTION_FACTORS = ("RF-INFECTION-IVDU", "RF-INFECTION-RECENT", "RF-INFECTION-IMMUNE")

MEASURES: dict[str, Measure] = {
    "flagged": lambda made: made.flagged,
    "flagged_beyond_age": lambda made: _beyond_age(made),
    "overridden": lambda made: made.overridden,
    "age_alone": lambda made: made.age_alone,
    "scan": lambda made: made.scan,
    "urgent": lambda made: made.urgent,
    "emergency": lambda made: made.emergency,
}
"""What is counted of everybody."""


@dataclass(frozen=True)
class Estimate:
    """A number and its Monte Carlo standard error."""

    value: float
    error: float

    def over(self, other: "Estimate") -> "Estimate | None":
        """The ratio of two estimates that rest on different people; None where the other is not clearly above zero."""
        if other.value <= Z * other.error or other.value <= 0:
            return None
        ratio = self.value / other.value
        relative = np.hypot(self.error / self.value if self.value else 0.0, other.error / other.value)
        return Estimate(ratio, abs(ratio) * float(relative))

    def json(self, most: float = np.inf) -> list[float]:
        """The value and its interval, cut at zero and at the `most` that is possible."""
        low, high = max(0.0, self.value - Z * self.error), min(most, self.value + Z * self.error)
        return [round(number, DECIMALS) for number in (self.value, low, high)]

    def part(self) -> list[float]:
        """The same for a share of people."""
        return self.json(most=1.0)


def share(place: Place, measure: Counted, *, ill: bool | None = None) -> Estimate:
    """The share of all people of `place` for whom `measure` holds; `ill` counts only those with a disease, or without.

    A difference of two measures, -1 to 1, is as good as a measure.
    """
    value, variance = 0.0, 0.0
    for stratum, weight in place.weighted():
        if ill is not None and ill == (stratum.disease == NONE):
            continue
        found = measure(stratum).astype(float)
        n = len(found)
        # Two made-up successes and failures, so that none at all in n is not taken for certainty (Agresti and Coull).
        padded = np.concatenate([found, [0.0, 0.0, 1.0, 1.0]])
        value += weight * float(found.mean())
        variance += weight**2 * float(padded.var()) / (n + 4)
    return Estimate(value, float(np.sqrt(variance)))


def summarise(places: list[Place], scenarios: list[tuple[str, Place]], figures: Figures) -> Json:
    """Everything that the page and the picture show."""
    return {
        "places": {place.name: _place(place) for place in places},
        "scenarios": {name: _policies(place, COMPLETE) for name, place in scenarios},
        "checks": _checks({place.name: place for place in places}, figures),
        "bases": figures.bases(),
    }


def _seen(screen: str, policy: Policy, measure: Measure) -> Callable[[Stratum], Bools]:
    return lambda stratum: measure(stratum.decisions[View(screen, policy)])


def _raises(*rule_ids: str) -> Measure:
    """That one of these flags is up."""
    at = [FLAGS.index(rule_id) for rule_id in rule_ids]
    return lambda made: np.asarray(made.raised[:, at].any(axis=1))


def _beyond_age(made: Decisions) -> Bools:
    """That a flag other than age is up."""
    return np.asarray(made.raised[:, ~WEAK].any(axis=1))


def _missed(made: Decisions) -> Bools:
    """That no flag overrides the ordinary pathway."""
    return ~made.overridden


def _scanned_all_the_same(made: Decisions) -> Bools:
    """That no flag overrides, and a severe deficit asks for a scan."""
    return ~made.overridden & made.scan


def _place(place: Place) -> Json:
    return {screen: _screen(place, screen) for screen in SCREENS}


def _screen(place: Place, screen: str) -> Json:
    contextual = Policy.CONTEXTUAL
    flags = {rule_id: share(place, _seen(screen, contextual, _raises(rule_id))).part() for rule_id in FLAGS}
    return {
        "measures": {
            policy.value: {name: share(place, _seen(screen, policy, each)).part() for name, each in MEASURES.items()}
            for policy in Policy
        },
        "flags": flags,
        "ages": {policy.value: _ages(place, screen, policy) for policy in Policy},
        "diseases": {
            stratum.disease: _disease(place, stratum, weight, screen)
            for stratum, weight in place.weighted()
            if stratum.disease != NONE
        },
        **_policies(place, screen),
    }


def _ages(place: Place, screen: str, policy: Policy) -> Json:
    """The share sent to a scan now among people without disease, up to 50 and above."""
    healthy = Place(name=place.name, strata=place.strata[:1], shares=(1.0,))

    def among(old: bool) -> list[float]:
        return share(healthy, lambda one: one.decisions[View(screen, policy)].scan[one.over_50 == old]).part()

    return {"to_50": among(False), "over_50": among(True)}


def _disease(place: Place, stratum: Stratum, weight: float, screen: str) -> Json:
    """One disease, in people per 100,000."""
    alone = Place(name=place.name, strata=(stratum,), shares=(weight,))

    def people(policy: Policy, measure: Measure) -> list[float]:
        return _scaled(share(alone, _seen(screen, policy, measure)), most=weight * PER)

    return {
        "have": round(weight * PER, DECIMALS),
        "raised": people(Policy.LISTED, lambda made: made.flagged),
        "raised_beyond_age": people(Policy.LISTED, _beyond_age),
        **{
            policy.value: {
                "overridden": people(policy, lambda made: made.overridden),
                "missed": people(policy, _missed),
                "missed_yet_scanned": people(policy, _scanned_all_the_same),
            }
            for policy in Policy
        },
    }


def _policies(place: Place, screen: str) -> Json:
    """Both policies beside each other, and what the difference buys; people per 100,000."""

    def found(policy: Policy) -> Estimate:
        return share(place, _seen(screen, policy, lambda made: made.overridden), ill=True)

    def difference(measure: Measure, *, ill: bool | None = None) -> Estimate:
        listed, contextual = (_seen(screen, policy, measure) for policy in (Policy.LISTED, Policy.CONTEXTUAL))
        return share(place, lambda one: listed(one).astype(float) - contextual(one).astype(float), ill=ill)

    scans = {policy: share(place, _seen(screen, policy, lambda made: made.scan)) for policy in Policy}
    more_found = difference(lambda made: made.overridden, ill=True)
    more_scans = difference(lambda made: made.scan)
    price = more_scans.over(more_found)
    per = {policy: scans[policy].over(found(policy)) for policy in Policy}
    return {
        "have": round(PER * sum(part for stratum, part in place.weighted() if stratum.disease != NONE), DECIMALS),
        "scans": {policy.value: _scaled(scans[policy]) for policy in Policy},
        "missed": {policy.value: _scaled(share(place, _seen(screen, policy, _missed), ill=True)) for policy in Policy},
        "scans_per_found": {policy.value: None if each is None else each.json() for policy, each in per.items()},
        "more_found": _scaled(more_found),
        "more_scans": _scaled(more_scans),
        "more_scans_per_more_found": None if price is None else price.json(),
    }


def _scaled(estimate: Estimate, most: float = np.inf) -> list[float]:
    return Estimate(PER * estimate.value, PER * estimate.error).json(most)


def _checks(places: dict[str, Place], figures: Figures) -> list[Json]:
    """Published figures beside what the simulation gives; None where it has no such people."""

    def flag(*rule_ids: str) -> Counted:
        return _seen(COMPLETE, Policy.LISTED, _raises(*rule_ids))

    def cancer_if(rule_id: str) -> Estimate | None:
        primary = places["primary_care"]
        pairs = [pair for pair in primary.weighted() if pair[0].disease == "malignancy"]
        cancer = Place(name=primary.name, strata=(pairs[0][0],), shares=(pairs[0][1],))
        return share(cancer, flag(rule_id)).over(share(primary, flag(rule_id)))

    def infected() -> Estimate:
        stratum = next(one for one in places["specialist"].strata if one.disease == "infection")
        alone = Place(name="infection", strata=(stratum,), shares=(1.0,))
        return share(alone, flag(*INFECTION_FACTORS))

    any_flag = _seen(COMPLETE, Policy.LISTED, lambda made: made.flagged)
    simulated = {
        ("any_flag", "primary_care"): share(places["primary_care"], any_flag),
        ("any_flag", "surgical"): share(places["surgical"], any_flag),
        ("any_infection_factor", "infection"): infected(),
        ("cancer_if_history", "primary_care"): cancer_if("RF-CANCER-HISTORY"),
        ("cancer_if_age_over_50", "primary_care"): cancer_if("RF-AGE-OVER-50"),
    }
    found = []
    for key, figure in figures.rows.items():
        if key.table == "check":
            ours = simulated.get((key.row, key.column))
            found.append(
                {
                    "row": key.row,
                    "column": key.column,
                    "published": figure.value,
                    "quoted": figure.quoted,
                    "sources": list(figure.sources),
                    "simulated": None if ours is None else ours.json(),
                }
            )
    return found
