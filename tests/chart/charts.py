"""What a chart says at noon, and observations of some days before."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from service.chart.facts import Found
from service.chart.findings import found_in
from tests.cds.fhir_data import ago, coded, observation

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INCONTINENCE, FLAG_FEVER, WEAK = (
    "red_flags.urinary_incontinence",
    "red_flags.fever",
    "examination.strength.ankle_dorsiflexion",
)
SLR, RESIDUAL, DURATION = (
    "examination.straight_leg_raise.result",
    "red_flags.post_void_residual_ml",
    "history.symptom_duration_days",
)
Lists = Iterable[Any]


def found(conditions: Lists = (), *, observations: Lists = (), medications: Lists = (), reasons: Lists = ()) -> Found:
    """What these entries say at noon."""
    return found_in(
        conditions=conditions, medications=medications, observations=observations, order_reasons=reasons, at=NOW
    )


def seen(item: str, value: Any, days: float, **more: Any) -> dict[str, Any]:
    """An observation of an item so many days ago."""
    return observation(item, value, at=ago(days, NOW), **more)


def sign(code: str, present: bool, days: float) -> dict[str, Any]:
    """A finding by the code of a condition so many days ago."""
    return {**seen(FLAG_FEVER, present, days), "code": coded(code)}


def undated(resource: dict[str, Any]) -> dict[str, Any]:
    """The same, and nobody says when."""
    return {name: value for name, value in resource.items() if name != "effectiveDateTime"}
