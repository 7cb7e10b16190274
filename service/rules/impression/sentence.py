"""What a sentence of the impression is made of, and what it looks at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from features.anatomy import NerveRoot
from features.answer import Answer
from features.involvement import MORE_LIKELY_THAN_NOT, Involvement
from service.rules.abstention import abstaining
from service.rules.findings import upper_motor_neuron
from service.rules.guideline import RedFlag, Urgency
from service.rules.instead import deficit_unexplained, in_place_of_a_root, unexplained_deficits
from service.rules.look_alikes import LookAlike, look_alikes
from service.rules.pathway import ClinicalPicture, Phase
from service.rules.red_flags import screened
from service.rules.roots import (
    Kind,
    Pattern,
    RootSign,
    concordant_kinds,
    deficits,
    likely_roots,
    pattern_of,
    possible_roots,
)
from service.rules.terms import FINDINGS, OVER_90
from service.rules.wording import Wording

NEAR_CERTAIN = 0.9
"""Probability above which the sentence gives no number: those stand in the answer of the classifier."""

PERONEAL = frozenset({"LA-PERONEAL", "LA-PERONEAL-SPARED"})
"""The look-alikes of L5 below the knee, by id."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What the sentences look at: one clinical picture, of the worse or of the other leg, in one language."""

    picture: ClinicalPicture
    wording: Wording
    other_leg: bool = False
    with_numbers: bool = False

    @cached_property
    def roots(self) -> tuple[NerveRoot, ...]:
        """The likely roots."""
        return likely_roots(self.picture)

    @cached_property
    def pattern(self) -> Pattern:
        """What kind of pain it is."""
        return pattern_of(self.picture)

    @cached_property
    def abstains_for(self) -> frozenset[str]:
        """The ids of the reasons to name no root."""
        return frozenset(rule.rule_id for rule in abstaining(self.picture))

    @cached_property
    def look_alikes(self) -> tuple[LookAlike, ...]:
        """The look-alikes that the exam speaks for."""
        return look_alikes(self.picture.exam)

    @cached_property
    def higher(self) -> bool:
        """Whether there are signs of the upper motor neuron."""
        return upper_motor_neuron(self.picture.exam) is Answer.YES

    @cached_property
    def points_away(self) -> bool:
        """Whether the findings point away from L4, L5 and S1, by the probabilities or by what kind of pain it is."""
        unlikely = not self.abstains_for and not self.roots
        return not self.picture.recovered and (unlikely or self.pattern is Pattern.REFERRED)

    @cached_property
    def unexplained_deficits(self) -> tuple[RootSign, ...]:
        """The motor and reflex signs that no look-alike brings by itself."""
        return unexplained_deficits(self.picture.exam)

    @cached_property
    def deficit_unexplained(self) -> bool:
        """Whether there are any."""
        return deficit_unexplained(self.picture.exam)

    @cached_property
    def instead(self) -> tuple[LookAlike, ...]:
        """The look-alikes that take the place of a root; none while a red flag comes first that they do not explain."""
        pressing = self.work_up or (self.leading_flags and not deficits(self.picture.exam))
        return in_place_of_a_root(self.picture.exam) if self.points_away and not pressing else ()

    @cached_property
    def peroneal(self) -> LookAlike | None:
        """The peroneal nerve, where L5 is called and the exam speaks for the nerve as well; not in an emergency."""
        named = (rule for rule in self.look_alikes if rule.rule_id in PERONEAL)
        return next(named, None) if NerveRoot.L5 in self.roots and not self.emergency else None

    @cached_property
    def as_well(self) -> tuple[LookAlike, ...]:
        """The look-alikes to consider beside a root; the peroneal nerve is held up against L5 in a sentence apart."""
        return tuple(rule for rule in self.look_alikes if rule not in self.instead and rule is not self.peroneal)

    @cached_property
    def unsigned(self) -> bool:
        """Whether a root is called and no motor, reflex or sensory sign points to any of those called."""
        return self.sure and not any(kinds for _, kinds in self.resting_on)

    @cached_property
    def resting_on(self) -> tuple[tuple[NerveRoot, tuple[Kind, ...]], ...]:
        """Each likely root with the kinds of findings that point to it."""
        return tuple((root, concordant_kinds(self.picture.exam, root)) for root in self.roots)

    @cached_property
    def work_up(self) -> bool:
        """Whether a red flag other than weakness comes first, or an emergency: what presses is not yet known."""
        return bool(self.leading_flags) and self.picture.phase in (Phase.EMERGENCY, Phase.RED_FLAG_WORKUP)

    @cached_property
    def emergency(self) -> bool:
        """Whether it is an emergency, in which no root is spoken of: nothing may stand beside what has to be done."""
        return self.picture.phase is Phase.EMERGENCY

    @cached_property
    def said_of_roots(self) -> bool:
        """Whether a likely root is named; while a red flag is worked up, only where one is more likely than not."""
        return bool(self.roots) and (self.sure or not self.work_up) and not self.emergency

    @cached_property
    def of_a_disc(self) -> tuple[NerveRoot, ...]:
        """The likely roots for which a disc is named: none while the root is open or a red flag is worked up.

        Nor L5 where what was found spared speaks for the peroneal nerve.
        """
        if not self.sure or self.work_up:
            return ()
        spared = self.peroneal is not None and self.peroneal.rule_id == "LA-PERONEAL-SPARED"
        return tuple(root for root in self.roots if not (spared and root is NerveRoot.L5))

    @cached_property
    def open_flags(self) -> tuple[RedFlag, ...]:
        """The first-line red flags that nobody looked for."""
        answers = screened(self.picture.exam)
        return tuple(flag for flag, answer in answers if flag.first_line and answer is Answer.NOT_ASSESSED)

    @cached_property
    def sure(self) -> bool:
        """Whether a likely root is itself more likely than not."""
        return any(self.probability(root) >= MORE_LIKELY_THAN_NOT for root in self.roots)

    @cached_property
    def leading_flags(self) -> tuple[RedFlag, ...]:
        """The red flags that come first: the emergencies where there are any; age alone is not among them."""
        strong = [flag for flag in self.picture.overriding if not flag.weak]
        emergency = self.picture.phase is Phase.EMERGENCY
        return tuple(flag for flag in strong if flag.urgency is Urgency.EMERGENCY or not emergency)

    @cached_property
    def not_ruled_out(self) -> tuple[NerveRoot, ...]:
        """The roots beside the likely ones that cannot be ruled out."""
        return tuple(root for root in possible_roots(self.picture) if root not in self.roots)

    def probability(self, root: NerveRoot) -> float:
        """How probable it is that `root` is involved."""
        found: Involvement | None = self.picture.involvement
        return 0.0 if found is None else found.roots[root]

    def percent(self, root: NerveRoot) -> str:
        """The same in whole per cent; above 90 the model is not known to be right as often as it says."""
        probability = self.probability(root)
        return self.wording.of(OVER_90).text if probability > NEAR_CERTAIN else str(round(100 * probability))


def named(signs: tuple[RootSign, ...], view: View) -> str:
    """What signs are called, in one list."""
    return ", ".join(view.wording.of(FINDINGS[sign.finding]).text for sign in signs)


Values = Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One sentence, or two that belong together, in both registers; None where only the other register says it.

    `values` gives what stands in the places of the text, once for each time that it is said.
    """

    rule_id: str
    applies: Callable[[View], bool]
    trigger: str
    text: str | None
    text_for_patient: str | None
    citations: tuple[str, ...]
    values: Callable[[View], tuple[Values, ...]] = lambda view: ({},)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A sentence with its values in their places."""

    rule: Sentence
    text: str
    text_for_patient: str


def say(rule: Sentence, view: View) -> tuple[Said, ...]:
    """The sentence as it is said of `view`, as often as it has values."""
    return tuple(
        Said(
            rule=rule,
            text=_filled(rule, "text", rule.text, view, values),
            text_for_patient=_filled(rule, "text_for_patient", rule.text_for_patient, view, values),
        )
        for values in rule.values(view)
    )


def _filled(rule: Sentence, part: str, english: str | None, view: View, values: Values) -> str:
    return "" if english is None else view.wording.say(rule.rule_id, part, english, **values)
