"""How long the symptoms have lasted, as far as a list of problems can tell.

Of sciatica and radiculopathy where there is any, otherwise of the lumbar spine; of several the one that began first. A
duration is stated only where the plan would be the same for all that the entry leaves open: on one side of six weeks.
"""

from collections.abc import Iterable
from datetime import date
from typing import Final

from service.chart.conditions import Problem

SIX_WEEKS: Final = 42
"""Days from which the plan is another (CONSERVATIVE_WEEKS of the rules: nhg2015, acr2021)."""
CHRONIC_DAYS: Final = 84
"""Days that a pain called chronic has lasted at least: three months, taken as twelve weeks."""


def duration_days(problems: Iterable[Problem], today: date) -> int | None:
    """Days since the symptoms began, at the least; None where that cannot be told."""
    lumbar = [each for each in problems if not each.over and any(meaning.lumbar for meaning in each.meanings)]
    leg = [each for each in lumbar if any(meaning.radicular for meaning in each.meanings)]
    stated = [days for each in leg or lumbar if (days := _at_least(each, today)) is not None]
    return max(stated, default=None)


def _at_least(problem: Problem, today: date) -> int | None:
    chronic = CHRONIC_DAYS if any(meaning.chronic for meaning in problem.meanings) else None
    if problem.onset is not None:
        shortest, longest = (today - problem.onset.last).days, (today - problem.onset.first).days
        if longest < 0:
            return chronic  # in the future: a mistake
        if (max(shortest, 0) < SIX_WEEKS) is (longest < SIX_WEEKS):
            return max(shortest, 0, chronic or 0)
        return chronic
    if problem.recorded is not None:
        # It was there when it was written down; how long before, nobody says.
        known = (today - problem.recorded.last).days
        if known >= SIX_WEEKS:
            return max(known, chronic or 0)
    return chronic
