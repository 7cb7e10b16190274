"""What the patient tells, under every cause: age, sex, history, and the lists of pain and of tingling."""

from dataclasses import dataclass

import numpy as np

from training.cohort.causes import CAUSES, Floats
from training.cohort.findings import HISTORY_ANSWERS, LOWER, REGIONS
from training.cohort.states import VARIANTS
from training.cohort.symptoms import TARGET_OF_COURSE, TARGETS
from training.cohort.world import World
from training.draft import Steps
from training.evidence_rows import FAR, LEAST, Logs, log, yes_no, yes_no_logs

_BELOW = "pain_below_knee"


@dataclass(frozen=True, kw_only=True)
class Told:
    """Adds how likely all that is told is under every cause, c. Courses of pain, k, are those of one style after those
    of another.
    """

    steps: Steps
    world: World

    @property
    def pain(self) -> Logs:
        """Log P of the list of pain on every course; of the regions below the knee that it spares; and twice more,
        0 or at most -FAR after FAR is taken off: whether pain goes below the knee though no region says so, and
        whether it stays above and no region below the knee is listed at all.
        """
        pain, none = [f"pain.{region}" for region in REGIONS], np.zeros(len(REGIONS))
        numbers = [*yes_no(pain), (_BELOW, 1.0), (_BELOW, 0.0)]
        listed, lower = yes_no_logs(self._named), np.where(LOWER, -FAR, 0.0)
        spared = np.where(np.concatenate([none, LOWER]), listed, 0.0)
        goes, stays = [*lower, *none, FAR, 0.0], [*lower, *lower, 0.0, FAR]
        of_lists = np.pad(np.vstack([listed, spared]), ((0, 0), (0, 2)))
        return Logs(numbers=numbers, table=np.vstack([of_lists, goes, stays]))

    @property
    def tingling(self) -> Logs:
        """Log P of the list of tingling for every target; and 0 or at most -FAR, whether no region tingles."""
        nothing = [-FAR] * len(REGIONS) + [0.0] * len(REGIONS)
        table = np.vstack([yes_no_logs(self.world.symptoms.tingling), nothing])
        return Logs(numbers=yes_no([f"paresthesia.{region}" for region in REGIONS]), table=table)

    @property
    def answers(self) -> Logs:
        """Log P of sex, side and what makes the pain worse: k is c."""
        told = self.world.symptoms
        yes = np.column_stack([self.world.female, told.both_sides, told.history])
        return Logs(numbers=yes_no(["female", "pain_on_both_sides", *HISTORY_ANSWERS]), table=yes_no_logs(yes))

    def lists(self, pain: str, tingling: str) -> str:
        """P of both lists for every variant and cause, (v, c, n), from what is stated for `pain` and `tingling`."""
        told, steps, add = self.world.symptoms, self.steps, self.steps.draft.add
        course = self._courses(pain)
        targets = steps.exp(self.tingling.table, tingling, "targets")
        styles = len(told.styles)
        of_course = steps.gather(targets, np.tile(TARGET_OF_COURSE, styles), "target_of_course")
        along = add("Mul", [course, of_course], "tingling_along")
        of_cause, follows, tingles = np.tile(told.course, styles), told.follows_root, told.tingles
        by_cause = steps.matmul(of_cause, course, "pain_of_cause")
        with_pain = steps.matmul((tingles * (1 - follows))[:, None] * of_cause, along, "tingling_with_pain")
        # Tingling where the root says, or none; the last of the targets is that nothing tingles.
        own = np.zeros((len(VARIANTS), len(CAUSES), len(TARGETS) + 1))
        for cause, variants in enumerate(told.own_target):
            own[range(len(VARIANTS)), cause, variants] = tingles[cause] * follows[cause]
        own[..., -1] = 1 - tingles
        own_way = add("Mul", [steps.matmul(own, targets, "tingling_of_root"), by_cause], "tingling_apart")
        return add("Add", [own_way, with_pain], "told")

    def person(self, answers: str, values: str) -> tuple[str, str]:
        """P of the age, and of age and answers together, under every cause, up to what all share: (c, n) both.

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
        of_age_alone, of_person = steps.draft.split(both, [len(CAUSES)] * 2, ["weights_of_age", "weights_of_person"], 0)
        return of_age_alone, of_person

    @property
    def _named(self) -> Floats:
        return np.vstack([style.named for style in self.world.symptoms.styles])

    def _courses(self, pain: str) -> str:
        """P of the list of pain, and of whether it goes below the knee, for every course: (k, n)."""
        steps, add, styles = self.steps, self.steps.draft.add, self.world.symptoms.styles
        share = np.repeat([style.share for style in styles], len(TARGET_OF_COURSE))
        shift = np.concatenate([np.log(share), np.zeros_like(share), [-FAR, -FAR]])
        parts = steps.exp(self.pain.table, pain, "pain", shift=shift)
        names = ["listed", "not_named", "goes", "stays"]
        listed, not_named, goes, stays = steps.draft.split(parts, [len(share), len(share), 1, 1], names, axis=0)
        hurts = np.vstack([style.hurts for style in styles])[:, LOWER]
        none_hurts = steps.keep("none_hurts", np.exp(log(1 - hurts).sum(axis=1))[:, None])
        # One of three: it goes there though the list does not say so, it stays above, or nothing more is known.
        hidden = add("Max", [add("Sub", [not_named, none_hurts], "hidden"), steps.keep("least", LEAST)], "hidden_floor")
        if_goes = add("Mul", [add("Div", [hidden, not_named], "chance_to_go"), goes], "if_goes")
        known = add("Sub", [add("Sub", [steps.keep("one", 1.0), goes], "not_gone"), stays], "nothing_more_known")
        if_not = add("Gemm", [none_hurts, stays, known], "if_not")
        return add("Mul", [listed, add("Add", [if_goes, if_not], "below")], "courses")
