"""Look-alikes within the impression: in the place of a root, held up against one, or to be considered as well."""

from collections.abc import Callable

from service.rules.impression.sentence import Sentence, Values, View
from service.rules.look_alikes import LookAlike


def _conditions(of: Callable[[View], tuple[LookAlike, ...]]) -> Callable[[View], tuple[Values, ...]]:
    def values(view: View) -> tuple[Values, ...]:
        named = [view.wording.of(rule) for rule in of(view)]
        return (
            {
                "conditions": "; ".join(rule.condition for rule in named),
                "conditions_for_patient": "; ".join(rule.condition_for_patient for rule in named),
            },
        )

    return values


INSTEAD = (
    Sentence(
        rule_id="IP-LOOK-ALIKES-FIRST",
        applies=lambda view: bool(view.instead),
        trigger="The findings point away from L4, L5 and S1, and speak for a look-alike that brings every motor and "
        "reflex deficit found; no red flag to be worked up",
        text="None of L4, L5 and S1 is likely to be involved on what was stated. Consider instead: {conditions}.",
        text_for_patient="It is probably none of the three nerves that most often cause this pain. It may be: "
        "{conditions_for_patient}.",
        citations=("nerveroot_guideline",),
        values=_conditions(lambda view: view.instead),
    ),
)
"""Said in place of a root."""


def _held_against(rule_id: str) -> Callable[[View], bool]:
    return lambda view: view.peroneal is not None and view.peroneal.rule_id == rule_id


AGAINST_L5 = (
    Sentence(
        rule_id="IP-L5-OR-PERONEAL-SPARED",
        applies=_held_against("LA-PERONEAL-SPARED"),
        trigger="L5 is likely, and LA-PERONEAL-SPARED",
        text="L5 or peroneal neuropathy: ankle inversion and hip abduction were found spared beside the weak foot, "
        "which speaks for the nerve and against L5, whatever the probability. Tinel's sign at the fibular head speaks "
        "for the nerve too.",
        text_for_patient="It may also be a pressed nerve at the knee. The strength of your hip and ankle fits that.",
        citations=("jeon2013", "nerveroot_guideline"),
    ),
    Sentence(
        rule_id="IP-L5-OR-PERONEAL",
        applies=_held_against("LA-PERONEAL"),
        trigger="L5 is likely, and LA-PERONEAL",
        text="L5 or peroneal neuropathy: weak ankle inversion or hip abduction speaks for L5; both spared, or Tinel's "
        "sign at the fibular head, for the nerve.",
        text_for_patient="It may also be a pressed nerve at the knee. Testing the strength of your hip and ankle helps "
        "to tell.",
        citations=("jeon2013", "nerveroot_guideline"),
    ),
)
"""The nerve that imitates L5 beside it, and what separates the two."""

AS_WELL = (
    Sentence(
        rule_id="IP-LOOK-ALIKES-TOO",
        applies=lambda view: bool(view.as_well),
        trigger="The findings speak for a look-alike that does not take the place of a root",
        text="Consider as well: {conditions}.",
        text_for_patient="We should also check for: {conditions_for_patient}.",
        citations=("nerveroot_guideline",),
        values=_conditions(lambda view: view.as_well),
    ),
)
"""Said after the roots."""
