"""Twenty patients in the words of the contract: the vignettes, the examples, and what else the entrances must carry."""

import json
import tomllib
from pathlib import Path
from typing import Any

from tests.builders import a_body

TESTS = Path(__file__).parents[1]
EXAMPLES = TESTS.parent / "service" / "examples"


def _vignettes() -> dict[str, dict[str, Any]]:
    files = sorted((TESTS / "vignettes").glob("*.toml"))
    return {path.stem: tomllib.loads(path.read_text(encoding="utf-8"))["exam"] for path in files}


def _examples() -> dict[str, dict[str, Any]]:
    """The examples that are examinations; others are calls of CDS Hooks."""
    return {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(EXAMPLES.glob("exam*.json"))}


FEMALE = {"sex": "female"}
OTHERS = {
    "every finding stated": json.loads((TESTS / "features" / "every_finding.json").read_text(encoding="utf-8")),
    "nothing but the age": a_body(33),
    "age over 50 alone": a_body(63, patient=FEMALE, history={"symptom_duration_days": 10}),
    "persistent, candidate for surgery": a_body(
        41,
        history={"symptom_duration_days": 70, "side": "right", "pain_locations": ["posterior_thigh", "lateral_foot"]},
        treatment={"conservative_care_weeks": 8, "pain_relief": "inadequate", "surgery_candidate": True},
    ),
    "pain nowhere": a_body(29, history={"pain_locations": [], "paresthesia_locations": [], "pain_severity": 0}),
    "both legs": a_body(
        47,
        examination={"strength": {"plantar_flexion": "weak"}, "reflexes": {"achilles": "absent"}},
        other_leg={"strength": {"great_toe_extension": 3.5}, "sensation": {"great_toe": "reduced"}},
    ),
    "cancer and weakness": a_body(
        48, examination={"strength": {"ankle_dorsiflexion": 4.5}}, red_flags={"history_of_cancer": True}
    ),
}
PATIENTS: dict[str, dict[str, Any]] = {**_vignettes(), **_examples(), **OTHERS}
