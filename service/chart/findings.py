"""What a whole chart says in the words of the contract: conditions, drugs, observations, the reasons of an order."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, Final

from service.chart.conditions import Problem, problem_of, problems_of_reasons
from service.chart.duration import duration_days
from service.chart.entries import Unreadable, days_of
from service.chart.facts import CONDITIONS, MEDICATIONS, OBSERVATIONS, Basis, Found, Question
from service.chart.meanings import FRESH_DAYS, NEW_DAYS, Meaning
from service.chart.medications import told_by as told_by_drug
from service.chart.observations import BEGINNING, Finding, Stated
from service.chart.observations import told_by as told_by_observation

ORDER: Final = "order"
DURATION: Final = "history.symptom_duration_days"
RED_FLAGS: Final = "red_flags."
LASTING: Final = frozenset({"red_flags.history_of_cancer", "red_flags.osteoporosis"})
"""What does not go away."""


class _Reading:
    """What has been read so far."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.today: date = at.date()
        self.problems: list[Problem] = []
        self.statements: dict[str, Any] = {}
        self.basis: defaultdict[str, list[Basis]] = defaultdict(list)
        self.questions: dict[str, Question] = {}
        self.known = self.unknown = self.unread = 0

    def count(self, *, known: bool) -> None:
        """One more entry that counts."""
        if known:
            self.known += 1
        else:
            self.unknown += 1

    def state(self, item: str, value: Any, basis: Basis) -> None:
        """A statement and what it rests on; where several state the same, all are told."""
        self.statements[item] = value
        self.basis[item].append(basis)

    def ask(self, code: str, text: str) -> None:
        """A question, once."""
        self.questions.setdefault(code, Question(code=code, text=text))

    def means(self, problem: Problem) -> None:
        """What one problem states or asks."""
        for meaning in problem.meanings:
            if problem.over and not meaning.lasting:
                continue
            if meaning.item is None:
                if meaning.question is not None:
                    self.ask(f"chart_{meaning.codes[0]}", meaning.question)
            elif not meaning.while_new or problem.is_new(self.today, NEW_DAYS):
                basis = Basis(label=problem.label, source=problem.source, provisional=problem.provisional)
                self.state(meaning.item, meaning.value, basis)
            elif meaning.item not in self.statements:
                self.ask(f"old_{meaning.codes[0]}", _is_it_new(problem, meaning))


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
    for condition in conditions:
        try:
            problem = problem_of(condition, reading.today)
        except Unreadable:
            reading.unread += 1
            continue
        if problem is not None:
            reading.count(known=bool(problem.label))
            reading.problems.append(problem)
    for reason in problems_of_reasons(order_reasons, ORDER):
        reading.problems.append(reason)
    for medication in medications:
        try:
            raised = list(told_by_drug(medication))
        except Unreadable:
            reading.unread += 1
            continue
        for item, label in raised:
            reading.state(item, True, Basis(label=label, source=MEDICATIONS))
    for problem in reading.problems:
        reading.means(problem)
    days = duration_days(reading.problems, reading.today)
    if days is not None and DURATION not in reading.statements:
        reading.state(DURATION, days, Basis(label="onset of the problem", source=CONDITIONS))
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
    """The newest observation of each item counts; of red flags any yes of the last NEW_DAYS, unless a newer no."""
    newest: dict[str, tuple[datetime, Any]] = {}
    for each in observations:
        try:
            told = told_by_observation(each, reading.at)
        except Unreadable:
            reading.unread += 1
            continue
        if isinstance(told, Stated):
            if _still_counts(told, reading.at):
                _keep(newest, told.item.code, told.at, told.value)
        elif isinstance(told, Finding):
            for item, value in _items_of(told):
                _keep(newest, item, told.at, value)
            if told.present:
                reading.problems.append(_problem(told))
    for item, (_, value) in newest.items():
        if value is not None:
            reading.state(item, value, Basis(label="observation", source=OBSERVATIONS))


def _still_counts(stated: Stated, at: datetime) -> bool:
    """Whether it may be said of today: signs as long as an exam form, red flags while they are new, some for ever."""
    code = stated.item.code
    if stated.at == BEGINNING or code in LASTING:
        return True
    return at - stated.at <= timedelta(days=NEW_DAYS if code.startswith(RED_FLAGS) else FRESH_DAYS)


def _keep(newest: dict[str, tuple[datetime, Any]], item: str, at: datetime, value: Any) -> None:
    """Keep it if it is newer; of two at the same time a red flag that is there."""
    known = newest.get(item)
    if known is None or at > known[0] or (at == known[0] and value is True):
        newest[item] = (at, value)


def _items_of(finding: Finding) -> Iterator[tuple[str, Any]]:
    """What an absent finding denies; a present one is read as a condition is."""
    if not finding.present:
        yield from ((each.item, False) for each in finding.meanings if each.item and each.value is True)


def _problem(finding: Finding) -> Problem:
    when = days_of(finding.at.date().isoformat()) if finding.at.year > 1900 else None
    return Problem(meanings=finding.meanings, label=finding.label, source=OBSERVATIONS, onset=None, recorded=when)


def _is_it_new(problem: Problem, meaning: Meaning) -> str:
    when = problem.onset or problem.recorded
    since = f" since {when.last.year}" if when is not None else ""
    named = meaning.question or "it"
    return f"{named[:1].upper()}{named[1:]} is on the chart{since}: is it new or worse?"
