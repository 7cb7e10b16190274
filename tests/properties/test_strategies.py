"""The drawn examinations reach what the properties are about: every field, every phase; and none is refused."""

from hypothesis import given, settings

from features.consistency import contradictions
from service.intake import EXAM
from service.rules.pathway import Phase
from tests.builders import NOON, Body, an_assessment
from tests.properties.strategies import bodies, read

EXAMPLES = 250


def test_every_field_and_every_phase_is_drawn_and_nothing_is_refused() -> None:
    """Hazard H-15: a property holds because what would break it is never drawn."""
    drawn: set[str] = set()
    phases: set[Phase] = set()

    @settings(max_examples=EXAMPLES, derandomize=True, database=None, deadline=None)
    @given(body=bodies())
    def collect(body: Body) -> None:
        exam = read(body)
        assert contradictions(exam, NOON) == ()
        phases.add(an_assessment(exam).management.phase)
        for section, stated in body.items():
            drawn.add(section)
            drawn.update(f"{section}/{name}" for name in stated or () if isinstance(stated, dict))

    collect()
    defs = EXAM.json_schema()["$defs"]
    sections = {
        "patient": "Patient",
        "history": "History",
        "examination": "Examination",
        "other_leg": "Examination",
        "red_flags": "RedFlagScreen",
        "treatment": "Treatment",
        "previous_examination": "PreviousExamination",
    }
    wanted = {f"{section}/{name}" for section, shape in sections.items() for name in defs[shape]["properties"]}
    assert drawn == wanted | sections.keys() | {"examined_at"}
    assert phases == set(Phase)
