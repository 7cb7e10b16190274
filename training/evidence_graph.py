"""The sum over every hidden state of one world, from a row to log-odds of the sets of roots, as ONNX nodes.

The steps are those of `training.cohort.posterior`. A row says a little less than an Exam: a straight leg raise beyond
the range that stretches the root reads as negative, and pain that stays above the knee tells nothing beside a list.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from onnx import TensorProto

from features.encoding import FEATURES
from training.cohort.causes import CAUSES, Floats
from training.cohort.findings import (
    ABSENT,
    FULL_POWER,
    FUNCTIONS,
    GRADES,
    HISTORY_ANSWERS,
    KEPT,
    LOWER,
    MOVEMENTS,
    NEGATIVE,
    POSITIVE,
    REDUCED,
    REFLEXES,
    REGIONS,
    TESTS,
    UNGRADED,
)
from training.cohort.posterior import ROOT_SET_OF_CAUSE, state_mixture
from training.cohort.signs import TERRITORIES, TERRITORY_OF_REGION
from training.cohort.states import STATES, VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE
from training.cohort.world import World
from training.draft import Draft, Steps

KNOWN_SETS = tuple(sorted(set(ROOT_SET_OF_CAUSE.tolist())))
"""The sets of roots that the cohort knows, as numbers: bit i stands for ROOTS[i]; the first is none of the three."""
LEAST = 1e-12
"""Stands for a probability of zero, so that its logarithm is a number."""
_AT = {feature.name: column for column, feature in enumerate(FEATURES)}
_LEVELS = {"lost": (KEPT, REDUCED, ABSENT), "slr": (NEGATIVE, POSITIVE)}
_CAUSE_OF_PAIR = np.repeat(np.arange(len(CAUSES)), len(VARIANTS))
_PAIR_OF_STATE = STATES.cause * len(VARIANTS) + STATES.variant
_AGAINST_NONE = np.vstack([-np.ones(len(KNOWN_SETS) - 1), np.eye(len(KNOWN_SETS) - 1)])
_BELOW_FULL = {
    half: max(code for code, grade in enumerate(GRADES) if grade <= GRADES[FULL_POWER] - half / 2)
    for half in range(1, 1 + int(2 * GRADES[FULL_POWER]))
}
"""The code of a grade by half grades below full power."""


def evidence(draft: Draft, world: World, values: str) -> tuple[str, str]:
    """Add the sum; `values` names the rows in double precision, NaN for not assessed.

    Returns the names of the (n, len(KNOWN_SETS) - 1) log-odds of KNOWN_SETS against the first of them, and of how
    likely all that is stated is at that age: its log-probability under the published figures, (n, 1).
    """
    part = _Part(draft=draft, prefix="evidence", world=world, values=values)
    told = part.gather(part.told(), _PAIR_OF_STATE, "told_by_state")
    terms = [part.signs(), *(part.skin(number) for number in range(len(TERRITORIES))), told]
    terms.append(part.keep("log_shares", _log(state_mixture(world))))
    joint = draft.add("Sum", terms, "log_joint")
    most = draft.add("ReduceMax", [joint, part.keep("columns", np.array([1]))], "largest_joint", keepdims=1)
    weights = draft.add("Exp", [draft.add("Sub", [joint, most], "below_largest")], "state_weights")
    of_set = ROOT_SET_OF_CAUSE[STATES.cause][:, None] == np.array(KNOWN_SETS)
    by_set = part.matmul(weights, of_set.astype(np.float64), "set_weights")
    total = draft.add("ReduceSum", [by_set, "evidence_columns"], "weights_sum", keepdims=1)
    stated = draft.add("Add", [part.log(total, "weights_log"), most], "log_stated")
    log_evidence = draft.add("Sub", [stated, part.of_age()], "log_likely")
    return part.matmul(part.log(by_set, "set_log_weights"), _AGAINST_NONE, "evidence"), log_evidence


def _log(table: Floats) -> Floats:
    return np.asarray(np.log(np.maximum(table, LEAST)))


def _yes_no(yes: Floats) -> Floats:
    """Log P of (yes, no) columns, (2j, r), where `yes` (r, j) is the chance of each column."""
    return np.vstack([_log(yes).T, _log(1 - yes).T])


@dataclass(frozen=True, kw_only=True)
class _Part(Steps):
    """The parts of the sum; every method returns the name of its result."""

    world: World
    values: str

    def equal(self, features: Sequence[str], wanted: Sequence[float], name: str) -> str:
        """1 where each feature has the number wanted, 0 where it has another or was not assessed."""
        given = self.gather(self.values, [_AT[feature] for feature in features], f"{name}_values")
        same = self.draft.add(
            "Equal", [given, self.keep(f"{name}_wanted", np.array(wanted, dtype=np.float64))], f"{name}_same"
        )
        return self.draft.add("Cast", [same], name, to=TensorProto.DOUBLE)

    def levels(self, features: Sequence[str], count: int, name: str) -> str:
        """`equal` for 0, 1 … count - 1, each over all features."""
        return self.equal(
            [feature for _ in range(count) for feature in features],
            [level for level in range(count) for _ in features],
            name,
        )

    def yes_no(self, features: Sequence[str], name: str) -> str:
        """`equal` for 1, then for 0, over all features: the order of `_yes_no`."""
        return self.equal([*features, *features], [1.0] * len(features) + [0.0] * len(features), name)

    def signs(self) -> str:
        """Log P of strength, walking, reflexes and bedside tests in every state: (n, s)."""
        signs = self.world.signs
        strength = _log(signs.strength[0])
        weak = [f"{movement}.weak" for movement in MOVEMENTS]
        parts = [self.yes_no(weak, "weak")]
        tables = [strength[..., UNGRADED].T, strength[..., FULL_POWER].T]
        halves = list(_BELOW_FULL)
        deficits = self.equal(
            [f"{movement}.deficit" for _ in halves for movement in MOVEMENTS],
            [half for half in halves for _ in MOVEMENTS],
            "deficit",
        )
        is_weak = self.equal(weak * len(halves), [1.0] * len(weak) * len(halves), "deficit_of_weak")
        parts.append(self.draft.add("Mul", [deficits, is_weak], "graded"))
        tables += [(strength[..., _BELOW_FULL[half]] - strength[..., UNGRADED]).T for half in halves]
        parts.append(self.yes_no([*FUNCTIONS, *TESTS], "tests"))
        tables.append(_yes_no(np.hstack([signs.function[0, ..., 1], signs.test[0, ..., 1]])))
        over = self.equal(["over_60"], [1.0], "over_60")
        under = self.complement(over, "up_to_60")
        reflexes = self.levels([f"{reflex}.lost" for reflex in REFLEXES], 3, "reflexes")
        raised = self.levels(["straight_leg_raise"], 2, "raised")
        aging = self.join([reflexes, raised], "aging_signs")
        for band, name in enumerate((under, over)):
            parts.append(self.draft.add("Mul", [aging, name], f"aging_signs_{name}"))
            tables += [_log(signs.reflex[band, ..., code]).T for code in _LEVELS["lost"]]
            tables += [_log(signs.slr[band, ..., code]).T for code in _LEVELS["slr"]]
        return self.matmul(self.join(parts, "signs"), np.vstack(tables), "signs_by_state")

    def skin(self, territory: int) -> str:
        """Log P of the sensation of one territory, lost or not, in every state: (n, s)."""
        name = f"skin_{territory}"
        regions = np.flatnonzero(territory == TERRITORY_OF_REGION)
        found = self.levels([f"sensation.{REGIONS[region]}" for region in regions], 3, name)
        log_region = _log(self.world.signs.region[:, regions])
        tables = np.vstack([log_region[..., code].T for code in _LEVELS["lost"]])
        either = self.draft.add("Exp", [self.matmul(found, tables, f"{name}_logs")], f"{name}_kept_or_lost")
        chances, of_state = np.unique(self.world.signs.lost[:, territory].round(12), return_inverse=True)
        summed = self.matmul(either, np.vstack([1 - chances, chances]), f"{name}_chances")
        return self.gather(self.log(summed, f"{name}_log"), of_state, f"{name}_by_state")

    def told(self) -> str:
        """Log P of age, sex and everything the patient tells, for every cause and variant: (n, c * v)."""
        told = self.world.symptoms
        course, target = self.courses(), self.targets()
        felt_along = self.draft.add(
            "Mul", [course, self.gather(target, TARGET_OF_COURSE, "target_of_course")], "course_and_tingling"
        )
        by_cause = self.gather(self.matmul(course, told.course.T, "pain_of_cause"), _CAUSE_OF_PAIR, "pain_of_pair")
        with_pain = self.gather(
            self.matmul(felt_along, told.course.T, "tingling_with_pain"), _CAUSE_OF_PAIR, "tingling_with_pain_of_pair"
        )
        own = self.gather(target, told.own_target.ravel(), "own_target")
        follows, tingles = told.follows_root[_CAUSE_OF_PAIR], told.tingles[_CAUSE_OF_PAIR]
        own_way = self.times(self.draft.add("Mul", [own, by_cause], "own_way"), tingles * follows, "tingling_own_way")
        pain_way = self.times(with_pain, tingles * (1 - follows), "tingling_pain_way")
        nothing = self.draft.add("Mul", [by_cause, self.no_tingling()], "nothing_tingles")
        silent = self.times(nothing, 1 - tingles, "no_tingling_at_all")
        joint = self.log(self.draft.add("Sum", [own_way, pain_way, silent], "told_weights"), "told_logs")
        person = self.gather(self.person(), _CAUSE_OF_PAIR, "person_of_pair")
        return self.draft.add("Add", [joint, person], "told")

    def of_age(self) -> str:
        """Log P of the age alone, up to what all causes share: (n, 1). Needs the columns of `person`."""
        share: Floats = np.zeros(len(CAUSES))
        np.add.at(share, STATES.cause, state_mixture(self.world))
        by_cause = self.draft.add("Add", ["person_of_age", self.keep("log_cause", _log(share))], "age_by_cause")
        return self.draft.add("ReduceLogSumExp", [by_cause, "evidence_columns"], "log_age", keepdims=1)

    def person(self) -> str:
        """Log P of age, sex, side and course of the complaint under every cause, up to what all share: (n, c)."""
        years, log_age = self.world.years.astype(np.float64), np.log(self.world.age)
        # All causes share a standard deviation, so the square of the age is common to them and drops out.
        square = (log_age[:, 2] - 2 * log_age[:, 1] + log_age[:, 0]) / 2
        slope = log_age[:, 1] - log_age[:, 0] - square * (years[1] ** 2 - years[0] ** 2)
        start = log_age[:, 0] - slope * years[0] - square * years[0] ** 2
        age = self.gather(self.values, [_AT["age_years"]], "age")
        missing = self.draft.add("IsNaN", [age], "age_missing")
        bounds = [self.keep("youngest", years[0]), self.keep("oldest", years[-1])]
        clipped = self.draft.add("Min", [self.draft.add("Max", [age, bounds[0]], "age_from"), bounds[1]], "age_to")
        known = self.draft.add("Where", [missing, self.keep("zero", 0.0), clipped], "age_known")
        gone = self.draft.add("Cast", [missing], "age_gone", to=TensorProto.DOUBLE)
        told = self.world.symptoms
        answers = self.yes_no(["female", "pain_on_both_sides", *HISTORY_ANSWERS], "answers")
        table = _yes_no(np.column_stack([self.world.female, told.both_sides, told.history]))
        aged = self.join([known, self.complement(gone, "age_there")], "age_columns")
        of_age = self.matmul(aged, np.vstack([slope, start]), "person_of_age")
        return self.draft.add("Add", [of_age, self.matmul(answers, table, "person_answers")], "person")

    def courses(self) -> str:
        """P of the list of pain, and of whether it goes below the knee, for every course: (n, k)."""
        told = self.world.symptoms
        pain = [f"pain.{region}" for region in REGIONS]
        lower = [name for name, is_lower in zip(pain, LOWER, strict=True) if is_lower]
        listed = self.yes_no(pain, "pain_listed")
        named_there = self.any(self.equal(lower, [1.0] * len(lower), "lower_named"), "any_lower_named")
        spared = self.equal(lower, [0.0] * len(lower), "lower_spared")
        silent = self.complement(named_there, "no_lower_named")
        unlisted = self.draft.add(
            "Mul", [silent, self.complement(self.any(spared, "any_lower"), "no_lower")], "unlisted"
        )
        goes = self.draft.add("Mul", [self.equal(["pain_below_knee"], [1.0], "below"), silent], "goes_unnamed")
        stays = self.draft.add("Mul", [self.equal(["pain_below_knee"], [0.0], "not_below"), unlisted], "stays")
        parts = []
        for name, style in enumerate(told.styles):
            named = style.named
            none_hurts = np.exp(_log(1 - style.hurts[:, LOWER]).sum(axis=1))
            lists = self.draft.add("Exp", [self.matmul(listed, _yes_no(named), f"log_{name}")], f"listed_{name}")
            not_named = self.draft.add(
                "Exp", [self.matmul(spared, _log(1 - named[:, LOWER]).T, f"log_spared_{name}")], f"spared_{name}"
            )
            hidden = self.draft.add("Sub", [not_named, self.keep(f"none_hurts_{name}", none_hurts)], f"hidden_{name}")
            hidden = self.draft.add("Max", [hidden, self.keep("least", LEAST)], f"hidden_floor_{name}")
            chance = self.draft.add("Div", [hidden, not_named], f"goes_{name}")
            # One of three: it goes there though the list does not say so, it stays above, or nothing more is known.
            known = self.complement(self.draft.add("Add", [goes, stays], f"known_{name}"), f"unknown_{name}")
            factor = self.draft.add(
                "Sum",
                [
                    known,
                    self.draft.add("Mul", [goes, chance], f"if_goes_{name}"),
                    self.times(stays, none_hurts, f"if_stays_{name}"),
                ],
                f"below_{name}",
            )
            parts.append(
                self.times(self.draft.add("Mul", [lists, factor], f"pain_{name}"), style.share, f"course_{name}")
            )
        return self.draft.add("Sum", parts, "courses")

    def targets(self) -> str:
        """P of the list of tingling for every target: (n, t)."""
        listed = self.yes_no([f"paresthesia.{region}" for region in REGIONS], "tingling_listed")
        return self.draft.add(
            "Exp", [self.matmul(listed, _yes_no(self.world.symptoms.tingling), "log_targets")], "targets"
        )

    def no_tingling(self) -> str:
        """1 where no region is said to tingle: (n, 1)."""
        said = self.equal([f"paresthesia.{region}" for region in REGIONS], [1.0] * len(REGIONS), "tingling_said")
        return self.complement(self.any(said, "any_tingling"), "no_tingling")
