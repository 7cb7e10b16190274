"""What a whole chart says in the words of the contract: conditions, drugs, observations, the reasons of an order."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from typing import Any, Final

from service.chart.conditions import Problem, problem_of, problems_of_reasons
from service.chart.duration import SIX_WEEKS, duration_days
from service.chart.entries import Unreadable, days_of
from service.chart.facts import CONDITIONS, MEDICATIONS, OBSERVATIONS, Basis, Found, Question
from service.chart.gravity import alike
from service.chart.labels import label_of
from service.chart.meanings import NEW_DAYS, Meaning
from service.chart.medications import told_by as told_by_drug
from service.chart.observations import BEGINNING, Finding
from service.chart.observed import DURATION, LASTING, RED_FLAGS, observed_in
from service.terminology.exam_texts import item_text

__all__ = ["DURATION", "LASTING", "ORDER", "RED_FLAGS", "found_in"]

ORDER: Final = "order"


class _Reading:
    """What has been read so far."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.today: date = at.date()
        self.problems: list[Problem] = []
        self.statements: dict[str, Any] = {}
        self.basis: defaultdict[str, list[Basis]] = defaultdict(list)
        self.questions: dict[str, Question] = {}
        self.outdated: list[tuple[str, Question]] = []
        self.known = self.unknown = self.unread = 0

    def count(self, *, known: bool) -> None:
        """One more entry that counts."""
        if known:
            self.known += 1
        else:
            self.unknown += 1

    def state(self, item: str, value: Any, basis: Basis) -> None:
        """A statement and what it rests on; where several state the same, all are told.

        Of what differs a red flag that is there counts; else why something is ordered, then what was stated first, and
        somebody is asked.
        """
        known = self.statements.get(item, value)
        if not alike(known, value):
            if not item.startswith(RED_FLAGS):
                self.ask(f"apart_{item}", f"{item_text(item).rstrip('.?')}: two entries disagree. Which holds?")
                if basis.source != ORDER:
                    return
            self.basis.pop(item, None)
            known = value
        self.statements[item] = known
        self.basis[item].append(basis)

    def ask(self, code: str, text: str) -> None:
        """A question, once."""
        self.questions.setdefault(code, Question(code=code, text=text))

    def means(self, problem: Problem) -> None:
        """What one problem states or asks."""
        for worry in problem.worries:
            text = f"An entry of the problem list is not understood and may mean {worry}: is there any?"
            self.ask(f"words_{worry}", text)
        for meaning in problem.meanings:
            if not problem.counts(meaning):
                if meaning.once is not None and problem.may_return:
                    self.ask(f"once_{meaning.codes[0]}", meaning.once)
            elif meaning.item is None:
                if meaning.question is not None:
                    self.ask(f"chart_{meaning.codes[0]}", meaning.question)
            elif not meaning.while_new or problem.is_new(self.today, NEW_DAYS):
                basis = Basis(
                    label=problem.label, source=problem.source, provisional=problem.provisional, at=_since(problem)
                )
                self.state(meaning.item, meaning.value, basis)
            else:
                asked = Question(code=f"old_{meaning.codes[0]}", text=_is_it_new(problem, meaning))
                self.outdated.append((meaning.item, asked))

    def ask_of_outdated(self) -> None:
        """Ask about what is too old to be stated, where nothing newer states it."""
        for item, each in self.outdated:
            if item not in self.statements:
                self.ask(each.code, each.text)


def found_in(
    *,
    conditions: Iterable[Any],
    medications: Iterable[Any],
    observations: Iterable[Any],
    order_reasons: Iterable[Any] = (),
    at: datetime,
) -> Found:
    """What these entries say at the moment `at`; it takes linear time, and nothing that is odd takes the rest along."""
    reading = _Reading(at)
    _read_observations(reading, observations)
    _read_conditions(reading, conditions)
    reading.problems += problems_of_reasons(order_reasons, ORDER)
    _read_medications(reading, medications)
    for problem in reading.problems:
        reading.means(problem)
    reading.ask_of_outdated()
    days = duration_days(reading.problems, reading.today)
    known = reading.statements.get(DURATION)
    if days is not None and known is None:
        reading.state(DURATION, days, Basis(label="onset of the problem", source=CONDITIONS))
    elif days is not None and known is not None and (days < SIX_WEEKS) is not (known < SIX_WEEKS):
        reading.ask(f"apart_{DURATION}", f"{item_text(DURATION).rstrip('?')}: two entries disagree. Which holds?")
    lumbar = [meaning for each in reading.problems if not each.over for meaning in each.meanings if meaning.lumbar]
    return Found(
        statements=reading.statements,
        basis={item: tuple(dict.fromkeys(each)) for item, each in reading.basis.items()},
        questions=tuple(reading.questions.values()),
        lumbar=bool(lumbar),
        radicular=any(meaning.radicular for meaning in lumbar),
        known=reading.known,
        unknown=reading.unknown,
        unread=reading.unread,
    )


def _read_observations(reading: _Reading, observations: Iterable[Any]) -> None:
    observed = observed_in(observations, reading.at)
    reading.unread += observed.unread
    for item, value in observed.statements.items():
        when = observed.times[item]
        day = reading.at if item == DURATION else when  # it has lasted on until today
        reading.state(item, value, Basis(label=label_of(item, value, day), source=OBSERVATIONS, at=when))
    reading.problems += map(_problem, observed.findings)
    reading.outdated += observed.outdated
    for each in observed.apart:
        reading.ask(each.code, each.text)


def _read_conditions(reading: _Reading, conditions: Iterable[Any]) -> None:
    for condition in conditions:
        try:
            problem = problem_of(condition, reading.today)
        except Unreadable:
            reading.unread += 1
            continue
        if problem is not None:
            reading.count(known=bool(problem.label))
            reading.problems.append(problem)


def _read_medications(reading: _Reading, medications: Iterable[Any]) -> None:
    for medication in medications:
        try:
            raised = list(told_by_drug(medication))
        except Unreadable:
            reading.unread += 1
            continue
        for item, label in raised:
            reading.state(item, True, Basis(label=label, source=MEDICATIONS))


def _since(problem: Problem) -> datetime | None:
    """The latest beginning of it that its dates allow; None where nobody says."""
    when = problem.onset or problem.recorded
    return None if when is None else datetime.combine(when.last, time.min, UTC)


def _problem(finding: Finding) -> Problem:
    when = None if finding.at == BEGINNING else days_of(finding.at.date().isoformat())
    return Problem(meanings=finding.meanings, label=finding.label, source=OBSERVATIONS, onset=None, recorded=when)


def _is_it_new(problem: Problem, meaning: Meaning) -> str:
    when = problem.onset or problem.recorded
    since = f" since {when.last.year}" if when is not None else ""
    named = meaning.question or "it"
    return f"{named[:1].upper()}{named[1:]} is on the chart{since}: is it new or worse?"
