"""The limits that a model has to keep before it is written: those of `params.toml`, held against the report of the run.

They refuse a model that is of no use, one whose probabilities or prediction sets are off, and one that is too good,
because then the cohort is cleaner than any clinic. They prove nothing about patients.
"""

from collections.abc import Mapping

from training.evaluate import EVERY, Report
from training.params import Accept


class NotAccepted(Exception):
    """The model does not keep the limits of params.toml: nothing is written."""


def accept(report: Report, limits: Accept) -> None:
    """Compare the report with the limits.

    Raises:
        NotAccepted: with every limit that is not kept.
    """
    faults = []
    for root, measures in report[EVERY].items():
        log_loss, baseline = measures["log_loss"], measures["log_loss_prevalence"]
        if not log_loss < baseline:
            faults.append(f"{root}: log-loss {log_loss:.3f} is no better than the prevalence alone ({baseline:.3f})")
        error = measures["calibration_error"]
        if not error <= limits.largest_calibration_error:
            faults.append(f"{root}: calibration error {error:.3f} is above {limits.largest_calibration_error}")
    for root, (least, most) in limits.area_full_within.items():
        area = report["full"][root]["area"]
        if not least <= area <= most:
            faults.append(f"{root}: area on full examinations {area:.3f} is not within {least} to {most}")
    for stratum, (least, most) in limits.coverage_within.items():
        faults += [
            f"{root}: coverage {coverage:.3f} on {stratum} examinations is not within {least} to {most}"
            for root, coverage in coverages(report, stratum).items()
            if not least <= coverage <= most
        ]
    if faults:
        raise NotAccepted("not accepted, nothing written: " + "; ".join(faults))


def coverages(report: Report, stratum: str) -> Mapping[str, float]:
    """How often the prediction set holds each root that is involved, on the examinations of one stratum."""
    return {root: measures["coverage"] for root, measures in report[stratum].items() if "coverage" in measures}
