"""What one card is about, all of it known."""

from dataclasses import dataclass

from features.exam import Exam
from service.assessment import Assessment
from service.cds.orders import Order
from service.cds.question import Verdict
from service.chart.facts import Chart


@dataclass(frozen=True, kw_only=True)
class Case:
    """One answered examination, the chart it was read from, and the order that it was asked for, if there is one."""

    chart: Chart
    exam: Exam
    """What was assessed."""
    assessment: Assessment
    order: Order | None
    verdict: Verdict
    patient_id: str
    to_person: bool = False
    """Whether the patient, or a relative, reads the card; only what is said when the chart is opened they do."""
