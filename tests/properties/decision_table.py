"""The decision table, as far as it is finite: every combination of what the rules of the pathway tell apart.

The columns are those that `service/rules` decides on. `Row` is one line of it, and states in a few words of its own
what the guideline says of that line: it shares no code with the rules.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, combinations, product
from typing import Any

from service.rules.guideline import Policy
from tests.builders import Body, a_body

STRENGTHS: dict[str, Body] = {
    "not tested": {},
    "normal": {"great_toe_extension": 5, "ankle_dorsiflexion": 5},
    "mild": {"great_toe_extension": 4},
    "severe": {"great_toe_extension": 3},
    "not graded": {"great_toe_extension": "weak"},
    "foot drop not excluded": {"ankle_dorsiflexion": "weak"},
    "three roots": {"great_toe_extension": 4, "plantar_flexion": 4, "knee_extension": 4},
}
TEMPO: dict[str | None, Body] = {
    None: {},
    "not told": {"progressive_motor_weakness": True},
    "days": {"progressive_motor_weakness": True, "motor_deterioration_hours": 48},
    "hours": {"progressive_motor_weakness": True, "motor_deterioration_hours": 5},
}
FLAG_OF = {
    "cauda": "urinary_retention",
    "bilateral": "bilateral_neurologic_deficit",
    "cancer": "history_of_cancer",
    "infection": "fever",
    "fracture": "osteoporosis",
}
GROUPS = (*FLAG_OF, "cord")
AGES = ((40, Policy.LISTED), (70, Policy.LISTED), (70, Policy.CONTEXTUAL))


@dataclass(frozen=True, kw_only=True)
class Course:
    """Where the treatment of the pain stands."""

    pain: float | None = None
    days: float | None = None
    weeks: float | None = None
    relief: str | None = None
    intolerable: bool | None = None
    candidate: bool | None = None

    @property
    def failed(self) -> bool:
        """Six weeks of care that did not help; care that outlasts the symptoms does not count."""
        cared = self.weeks is not None and self.weeks >= 6 and (self.days is None or self.days >= 7 * (self.weeks - 1))
        return cared and (self.intolerable is True or self.relief == "inadequate")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One combination."""

    age: float
    policy: Policy
    flags: frozenset[str]
    tempo: str | None
    strength: str
    course: Course

    @property
    def body(self) -> Body:
        """The examination that states it."""
        course = self.course
        treatment: dict[str, Any] = {
            "conservative_care_weeks": course.weeks,
            "pain_relief": course.relief,
            "intolerable_pain": course.intolerable,
            "surgery_candidate": course.candidate,
            "epidural_injection_candidate": course.candidate,
        }
        screen = {FLAG_OF[flag]: True for flag in self.flags if flag in FLAG_OF}
        cord = {"clonus": True} if "cord" in self.flags else {}
        calm = course.pain == 0
        felt: Body = {"reflexes": {"achilles": "normal"}, "sensation": {"sole": "normal"}} if calm else {}
        history = {"pain_severity": course.pain, "symptom_duration_days": course.days}
        return a_body(
            self.age,
            history={**history, **({"paresthesia_locations": []} if calm else {})},
            examination={"strength": STRENGTHS[self.strength], **felt, **cord},
            red_flags={**screen, **TEMPO[self.tempo]},
            treatment=treatment,
        )

    @property
    def weak(self) -> bool:
        """Whether a movement is known to be weak."""
        return self.strength not in ("not tested", "normal")

    @property
    def emergency(self) -> bool:
        """Cauda equina, weakness that grows fast, a grave deficit of both legs, or compression by tumour or abscess."""
        grows = self.tempo is not None
        grave = "bilateral" in self.flags and (grows or self.strength == "severe")
        deficit = grows or self.weak or bool(self.flags & {"cauda", "bilateral", "cord"})
        compression = bool(self.flags & {"cancer", "infection"}) and deficit
        return "cauda" in self.flags or self.tempo in ("not told", "hours") or grave or compression

    @property
    def urgent(self) -> bool:
        """Any flag, a severe or widespread deficit, a foot drop not excluded; age where the list is followed."""
        motor = self.strength in ("severe", "foot drop not excluded", "three roots") or self.tempo is not None
        return bool(self.flags) or motor or (self.age > 50 and self.policy is Policy.LISTED)

    @property
    def recovered(self) -> bool:
        """No pain left, strength tested and normal, as reflexes and sensation are where there is no pain."""
        return self.course.pain == 0 and self.strength == "normal"

    @property
    def imaged(self) -> bool:
        """At once for a flag or a grave deficit; else where care has failed and the result would change the plan."""
        would_change = self.course.failed and self.course.candidate is True and not self.recovered
        return self.emergency or self.urgent or would_change


def flag_sets(largest: int) -> Iterator[frozenset[str]]:
    """Every set of flag groups up to a size."""
    sizes = (combinations(GROUPS, size) for size in range(largest + 1))
    return map(frozenset, chain.from_iterable(sizes))


def courses() -> Iterator[Course]:
    """Every course; pain of zero that cannot be borne is a contradiction."""
    stated = product(
        (None, 0, 5, 8),
        (None, 14, 60),
        (None, 3, 8),
        (None, "adequate", "partial", "inadequate"),
        (None, False, True),
        (None, False, True),
    )
    for pain, days, weeks, relief, intolerable, candidate in stated:
        if not (pain == 0 and intolerable):
            yield Course(pain=pain, days=days, weeks=weeks, relief=relief, intolerable=intolerable, candidate=candidate)


FEW_COURSES = (Course(), Course(pain=0), Course(pain=8, days=60, weeks=8, relief="inadequate", candidate=True))


def rows(flags: Iterator[frozenset[str]], strengths: Any, some: tuple[Course, ...]) -> Iterator[Row]:
    """The lines of the table over these flags, strengths and courses."""
    for (age, policy), up, tempo, strength, course in product(AGES, tuple(flags), TEMPO, strengths, some):
        yield Row(age=age, policy=policy, flags=up, tempo=tempo, strength=strength, course=course)
