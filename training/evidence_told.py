"""What the patient tells, under every cause: age, sex, history, and the lists of pain and of tingling."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from training.cohort.causes import CAUSES, Floats, Ints
from training.cohort.findings import HISTORY_ANSWERS, LOWER, REGIONS
from training.cohort.states import VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE, TARGETS
from training.cohort.world import World
from training.draft import Steps
from training.evidence_rows import FAR, LEAST, Logs, distinct, log, yes_no, yes_no_logs

_BELOW = "pain_below_knee"


@dataclass(frozen=True, kw_only=True)
class Told:
    """Adds how likely all that is told is. Courses of pain, k, are those of one style after those of another.

    The regions above the knee are told apart from those below it: a course is one of few in either part.
    """

    steps: Steps
    world: World

    @cached_property
    def pain(self) -> Logs:
        """Log P of the regions above the knee that are listed; of those below; of those below that are spared. Two
        more are 0 or at most -FAR after FAR is taken off: whether pain goes below the knee though no region says so,
        and whether it stays above and no region below the knee is listed at all.
        """
        (above, _), (below, _) = self._parts
        none, lower, is_lower = np.zeros(len(REGIONS)), np.where(LOWER, -FAR, 0.0), np.tile(LOWER, 2)
        listed = yes_no_logs(self._named)
        lists = [
            np.where(is_lower, 0.0, listed[above]),
            np.where(is_lower, listed[below], 0.0),
            np.where([*none, *LOWER], listed[below], 0.0),
        ]
        goes, stays = [*lower, *none, FAR, 0.0], [*lower, *lower, 0.0, FAR]
        numbers = [*yes_no([f"pain.{region}" for region in REGIONS]), (_BELOW, 1.0), (_BELOW, 0.0)]
        return Logs(numbers=numbers, table=np.vstack([np.pad(np.vstack(lists), ((0, 0), (0, 2))), goes, stays]))

    @cached_property
    def tingling(self) -> Logs:
        """Log P of the list of tingling for every target; and 0 or at most -FAR, whether no region tingles."""
        nothing = [-FAR] * len(REGIONS) + [0.0] * len(REGIONS)
        table = np.vstack([yes_no_logs(self.world.symptoms.tingling), nothing])
        return Logs(numbers=yes_no([f"paresthesia.{region}" for region in REGIONS]), table=table)

    @cached_property
    def answers(self) -> Logs:
        """Log P of sex, side and what makes the pain worse: k is the cause."""
        told = self.world.symptoms
        yes = np.column_stack([self.world.female, told.both_sides, told.history])
        return Logs(numbers=yes_no(["female", "pain_on_both_sides", *HISTORY_ANSWERS]), table=yes_no_logs(yes))

    def weights(self, pain: str, tingling: str, answers: str, values: str) -> tuple[str, str]:
        """P of all that is told under every cause, c, and variant, v, (c, v, n), and of the age alone, (c, n); both up
        to what all causes share. From what is stated for `pain`, `tingling` and `answers`, and `values`, (109, n).
        """
        of_age, of_person = self._person(answers, values)
        beside = self.steps.draft.add("Unsqueeze", [of_person, self.steps.keep("variant_axis", [1])], "of_person")
        return self.steps.draft.add("Mul", [self._lists(pain, tingling), beside], "told"), of_age

    def _lists(self, pain: str, tingling: str) -> str:
        """P of the lists of pain and tingling under every cause and variant: (c, v, n)."""
        told, steps, add = self.world.symptoms, self.steps, self.steps.draft.add
        course = self._courses(pain)
        targets = steps.exp(self.tingling.table, tingling, "targets")
        of_course = steps.gather(targets, np.tile(TARGET_OF_COURSE, len(told.styles)), "target_of_course")
        along = add("Mul", [course, of_course], "tingling_along")
        of_cause = np.tile(told.course, len(told.styles))[:, None]
        by_cause = steps.matmul(of_cause, course, "pain_of_cause")
        pain_way = (told.tingles * (1 - told.follows_root))[:, None, None] * of_cause
        with_pain = steps.matmul(pain_way, along, "tingling_with_pain")
        # Tingling where the root says, or none; the last of the targets is that nothing tingles.
        own = np.zeros((len(CAUSES), len(VARIANTS), len(TARGETS) + 1))
        for cause, of_variants in enumerate(told.own_target):
            own[cause, range(len(VARIANTS)), of_variants] = told.tingles[cause] * told.follows_root[cause]
        own[..., -1] = (1 - told.tingles)[:, None]
        apart = add("Mul", [steps.matmul(own, targets, "tingling_of_root"), by_cause], "tingling_apart")
        return add("Add", [apart, with_pain], "lists")

    def _person(self, answers: str, values: str) -> tuple[str, str]:
        """P of the age, and of age and answers together, under every cause, c, up to what all share: (c, n) both.

        `answers` is what is stated for them, `values` the rows (109, n), whose first line is the age.
        """
        steps, add = self.steps, self.steps.draft.add
        years, log_age = self.world.years.astype(np.float64), np.log(self.world.age)
        # All causes share a standard deviation, so the square of the age is common to them and drops out.
        square = (log_age[:, 2] - 2 * log_age[:, 1] + log_age[:, 0]) / 2
        slope = log_age[:, 1] - log_age[:, 0] - square * (years[1] ** 2 - years[0] ** 2)
        start = log_age[:, 0] - slope * years[0] - square * years[0] ** 2
        age = steps.gather(values, [0], "age")
        limits = [steps.keep("youngest", years[0]), steps.keep("oldest", years[-1])]
        within = add("Clip", [age, *limits], "age_within")
        known = add("Where", [add("IsNaN", [age], "age_missing"), steps.keep("zero", 0.0), within], "age_known")
        there = add("Min", [known, steps.keep("one", 1.0)], "age_there")
        of_age = np.column_stack([slope, start])
        tables = np.block([[of_age, np.zeros_like(self.answers.table)], [of_age, self.answers.table]])
        both = steps.exp(tables, steps.join([known, there, answers], "person"), "person_weights")
        alone, person = steps.draft.split(both, [len(CAUSES)] * 2, ["weights_of_age", "weights_of_person"], axis=0)
        return alone, person

    @cached_property
    def _named(self) -> Floats:
        return np.vstack([style.named for style in self.world.symptoms.styles])

    @cached_property
    def _hurts(self) -> Floats:
        return np.vstack([style.hurts for style in self.world.symptoms.styles])

    @cached_property
    def _share(self) -> Floats:
        return np.repeat([style.share for style in self.world.symptoms.styles], len(TARGET_OF_COURSE))

    @cached_property
    def _parts(self) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints]]:
        """The courses that differ above the knee, where each has the share of its style, and those that differ below
        it: the first of each kind, and the kind of each course.
        """
        above = distinct(self._share, self._named[:, ~LOWER])
        return above, distinct(self._named[:, LOWER], self._hurts[:, LOWER])

    def _courses(self, pain: str) -> str:
        """P of the list of pain, and of whether it goes below the knee, for every course: (k, n)."""
        steps, add = self.steps, self.steps.draft.add
        (above, kind_above), (below, kind_below) = self._parts
        shift = np.concatenate([np.log(self._share[above]), np.zeros(2 * len(below)), [-FAR, -FAR]])
        parts = steps.exp(self.pain.table, pain, "pain", shift=shift)
        names = ["listed_above", "listed_below", "not_named", "goes", "stays"]
        sizes = [len(above), len(below), len(below), 1, 1]
        listed_above, listed_below, not_named, goes, stays = steps.draft.split(parts, sizes, names, axis=0)
        none_hurts = steps.keep("none_hurts", np.exp(log(1 - self._hurts[below][:, LOWER]).sum(axis=1))[:, None])
        # One of three: it goes there though the list does not say so, it stays above, or nothing more is known.
        hidden = add("Max", [add("Sub", [not_named, none_hurts], "hidden"), steps.keep("least", LEAST)], "hidden_floor")
        if_goes = add("Mul", [add("Div", [hidden, not_named], "chance_to_go"), goes], "if_goes")
        known = add("Sub", [add("Sub", [steps.keep("one", 1.0), goes], "not_gone"), stays], "nothing_more_known")
        if_not = add("Gemm", [none_hurts, stays, known], "if_not")
        told_below = add("Mul", [listed_below, add("Add", [if_goes, if_not], "whether_below")], "told_below")
        of_course = steps.gather(listed_above, kind_above, "above_of_course")
        return add("Mul", [of_course, steps.gather(told_below, kind_below, "below_of_course")], "courses")
