"""The figures of a release as training wrote them: `report.json` beside the manifest, from 1.1.0 on.

They are for reading, and no answer rests on them. So a report that cannot be read, or is not that of the manifest, is
left out with a line in the log, and the model answers all the same.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import TypeAdapter, ValidationError

REPORT: Final = "report.json"

logger = logging.getLogger(__name__)

Range = tuple[float, float, float]
"""Lowest, median and highest."""


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One root in one group of exams; what was too few to be judged is None."""

    n: int
    positives: int
    prevalence: float | None = None
    auc: float | None = None
    auc_low: float | None = None
    auc_high: float | None = None
    log_loss: float | None = None
    brier: float | None = None
    calibration_slope: float | None = None
    ece: float | None = None
    coverage: float | None = None


@dataclass(frozen=True, kw_only=True)
class Sets:
    """The prediction sets of one group of exams."""

    positives: int
    coverage: float | None = None
    mean_size: float | None = None


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of held-out exams."""

    n: int
    sets: Sets
    roots: Mapping[str, Cell]


@dataclass(frozen=True, kw_only=True)
class OtherWorlds:
    """Cohorts that the model did not learn from, drawn with other figures."""

    worlds: int
    coverage: Range | None = None
    auc_full: Mapping[str, Range] = field(default_factory=dict)
    ece: Mapping[str, Range] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Fit:
    """One published figure that the cohort was held against."""

    inside: bool
    """Whether the simulated figure lies in the published range."""


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was measured on held-out exams."""

    format: Literal[1]
    examinations: int
    patients: int
    nominal_coverage: float
    summary: Mapping[str, Any]
    overall: Group
    subgroups: Mapping[str, Mapping[str, Group]]
    other_worlds: OtherWorlds | None = None
    decision_curves: Mapping[str, Mapping[str, tuple[float, ...]]] = field(default_factory=dict)
    """By root: the thresholds, and the net benefit of each policy at each of them."""
    goodness_of_fit: tuple[Fit, ...] = ()


_REPORT: Final = TypeAdapter(Report)


def read_report(folder: Path, manifest: Mapping[str, Any]) -> Report | None:
    """The report of the release in `folder`; None where there is none, or not the one of its manifest."""
    try:
        found = _REPORT.validate_json((folder / REPORT).read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as fault:
        logger.warning("the report of model %s cannot be read (%s)", folder.name, type(fault).__name__)
        return None
    metrics = manifest.get("metrics")
    if not isinstance(metrics, dict) or any(metrics.get(name) != value for name, value in found.summary.items()):
        logger.warning("the report of model %s is not that of its manifest", folder.name)
        return None
    return found
