"""Where the statements that a card rests on were found, and the deficits that it rests on, as they were stated."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from features.anatomy import Movement, Side
from features.exam import Ability, Exam, Examination
from service.chart.facts import CONDITIONS, EXAMINATIONS, MEDICATIONS, PATIENT, Basis, Chart
from service.rules.findings import SEVERE_GRADE
from service.terminology.exam_items import UNGRADED, dotted
from service.terminology.exam_texts import question

_PLACES: Final = {
    CONDITIONS: "problem list",
    MEDICATIONS: "medication list",
    EXAMINATIONS: "exam form",
    PATIENT: "record of the person",
    "order": "reason for an order",
}
_OPPOSITE: Final = {Side.LEFT: Side.RIGHT, Side.RIGHT: Side.LEFT}
_GRADE: Final = ", MRC grade"
"""What the text of a movement ends in."""
_TAG: Final = re.compile(r" \((disorder|situation|finding|procedure)\)$")
"""What ends a fully specified name of SNOMED CT: it tells two concepts of one name apart, and a reader nothing."""


def whence(pointer: str, chart: Chart) -> Iterator[str]:
    """Where a statement stands: which entry of the chart, or which exam form."""
    found = chart.found.basis.get(dotted(pointer), ())
    yield from (_of_entry(each) for each in found)
    if pointer == "/patient/age_years":
        yield "date of birth"
    elif pointer.startswith("/previous_examination/") and chart.earlier is not None:
        yield f"exam form of {chart.earlier.authored.date()}"
    elif not found and chart.exam is not None:
        yield f"exam form of {chart.exam.authored.date()}"


def _of_entry(basis: Basis) -> str:
    """An entry; what was observed says by itself what, how much and when."""
    place = _PLACES.get(basis.source)
    suspected = " (suspected, not confirmed)" if basis.provisional else ""
    return f"{place + ', ' if place else ''}{_TAG.sub('', basis.label)}{suspected}"


@dataclass(frozen=True, kw_only=True)
class Deficit:
    """One weakness that is severe, or may be."""

    text: str
    """As in `Ankle dorsiflexion, left: MRC 3`."""
    graded: bool
    pointer: str


def deficits(exam: Exam) -> tuple[Deficit, ...]:
    """The movements of MRC grade 3 or less; where there is none, the dorsiflexion that is weak and not graded.

    Which of them is severe is what the rules say (service/rules/findings.py, SEVERE_GRADE).
    """
    found = [each for name, leg in _legs(exam) for each in _of_leg(name, leg, exam)]
    graded = tuple(each for each in found if each.graded)
    return graded or tuple(found)


def _legs(exam: Exam) -> Iterator[tuple[str, Examination]]:
    yield "examination", exam.examination
    if exam.other_leg is not None:
        yield "other_leg", exam.other_leg


def _of_leg(name: str, leg: Examination, exam: Exam) -> Iterator[Deficit]:
    side = _side(name, exam)
    for movement, grade in leg.strength.items():
        called = question(f"{name}.strength.{movement}").removesuffix(_GRADE)
        pointer = f"/{name}/strength/{movement}"
        if grade == UNGRADED:
            if movement is Movement.ANKLE_DORSIFLEXION:
                yield Deficit(text=f"{called}{side}: weak, not graded", graded=False, pointer=pointer)
        elif float(grade) <= SEVERE_GRADE:
            yield Deficit(text=f"{called}{side}: MRC {float(grade):g}", graded=True, pointer=pointer)
    if leg.heel_walk is Ability.UNABLE and Movement.ANKLE_DORSIFLEXION not in leg.strength:
        yield Deficit(text=f"Heel walk{side}: not possible", graded=False, pointer=f"/{name}/heel_walk")


def _side(name: str, exam: Exam) -> str:
    """Which leg it is; where nobody says, only that it is the other one."""
    side = exam.history.side
    if side is None or side is Side.BILATERAL:
        return ", other leg" if name == "other_leg" else ""
    return f", {(_OPPOSITE[side] if name == 'other_leg' else side).value}"
