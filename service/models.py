"""The model that answers just now: loaded when the service starts, exchanged as a whole, and missed without harm.

The red flags and the plan need no model. So where it is missing, corrupt or of another software, the service starts all
the same and the rules answer (docs/decisions/0016-degraded-not-dead.md).
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

from features.anatomy import ROOTS
from features.encoding import schema_digest
from features.exam import Exam
from features.involvement import Classify, Involvement
from features.prediction_sets import PredictionSets
from features.reasons import Explain
from service.assessment import Provenance
from service.classifier import Classifier
from service.deadline import LEFT_ALONE_SECONDS, Guard
from service.errors import ClassifierUnavailable, ModelFault, ModelMismatch, ModelMissing
from service.model_card.report import Report, read_report
from service.rules import RULESET_VERSION
from service.settings import Settings
from service.version import SOFTWARE_VERSION

NO_MODEL = "none"
"""The version in the provenance of an answer while no model is loaded."""

NOTHING_RULED_OUT = PredictionSets(
    coverage=1.0, thresholds=dict.fromkeys(ROOTS, 0.0), method="no model is loaded: no root is ruled out"
)

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Loaded:
    """What answers, and all that belongs to it. A request takes it once, so an answer is of one release.

    `card` is the manifest, None where no model is loaded; `why` says why not, in full, for those who run the service.
    """

    classify: Classify
    explain: Explain | None
    sets: PredictionSets
    provenance: Provenance
    card: dict[str, Any] | None = None
    report: Report | None = None
    """What training measured; None where the release has no report, or no model is loaded."""
    folder: Path | None = None
    """Where the files of the release are; None where no model is loaded."""
    why: str | None = None
    summary: str | None = None
    """`why` without the names of files: readiness is open to everybody."""
    guard: Guard | None = None

    @property
    def version(self) -> str:
        """The version of the model; `none` where none is loaded."""
        return self.provenance.model_version or NO_MODEL

    @property
    def trouble(self) -> str | None:
        """Why the rules answer alone just now, in a sentence for everybody; None where the model answers."""
        if self.summary is not None:
            return self.summary
        resting = None if self.guard is None else self.guard.why
        if resting is None:
            return None
        return f"Model {self.version} is left alone for {LEFT_ALONE_SECONDS:g} s at a time: {resting}."


@dataclass(frozen=True, kw_only=True)
class Reloaded:
    """What came of a reload: the versions that answered before and answer after it, and why it was not exchanged."""

    __pydantic_config__: ClassVar = {"use_attribute_docstrings": True}

    ok: bool
    """Whether the release that the settings name answers now."""
    before: str
    """The version that answered before; `none` where no model was loaded."""
    after: str
    """The version that answers now."""
    why: str | None = None
    """Why it was not exchanged; null where it was."""


class Models:
    """The model that the settings name; `classify` takes its place where it is given.

    `clock` tells when a model that was left alone is tried again.
    """

    def __init__(
        self, settings: Settings, classify: Classify | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings, self._classify, self._clock = settings, classify, clock
        self._one_at_a_time = threading.Lock()
        self._current = self._load()

    @property
    def current(self) -> Loaded:
        """What answers just now."""
        return self._current

    def reload(self) -> Reloaded:
        """Load beside what answers what the settings name now, and exchange it; or keep the old and say why.

        It takes a moment and may be called from any thread. `models/CHAMPION` is read again.
        """
        with self._one_at_a_time:
            before, new = self._current, self._load()
            ok = new.card is not None
            if ok or before.card is None:
                self._current = new
            logger.info("reload of the model: %s answered before, %s answers now", before.version, self.current.version)
            return Reloaded(ok=ok, before=before.version, after=self._current.version, why=new.why)

    def _load(self) -> Loaded:
        guard = Guard(self._settings.model_seconds, self._clock)
        try:
            classifier = Classifier(self._settings.model_dir, self._settings.model_version, guard)
        except Exception as fault:  # whatever is wrong with a file, the rules must still answer
            logger.exception("the model could not be loaded: %s", _told(fault))
            loaded = _without(fault)
        else:
            logger.info("model %s is loaded", classifier.version)
            loaded = Loaded(
                classify=classifier,
                explain=classifier.reasons,
                sets=classifier.sets,
                provenance=_provenance(classifier.version, classifier.sha256),
                card=classifier.card,
                report=read_report(classifier.folder, classifier.card),
                folder=classifier.folder,
                guard=guard,
            )
        if self._classify is None:
            return loaded
        return replace(loaded, classify=self._classify, explain=None, guard=None)


def _provenance(version: str, sha256: str | None) -> Provenance:
    return Provenance(
        model_version=version,
        model_sha256=sha256,
        feature_schema=schema_digest(),
        ruleset_version=RULESET_VERSION,
        software_version=SOFTWARE_VERSION,
    )


def _without(fault: Exception) -> Loaded:
    return Loaded(
        classify=_unavailable,
        explain=None,
        sets=NOTHING_RULED_OUT,
        provenance=_provenance(NO_MODEL, None),
        why=_told(fault),
        summary=_summary(fault),
    )


def _unavailable(exam: Exam) -> Involvement:
    raise ClassifierUnavailable("no model is loaded")


def _told(fault: Exception) -> str:
    if isinstance(fault, ModelFault):
        return str(fault)
    return f"The files of the model cannot be read ({type(fault).__name__}: {fault}). Restore them from git."


def _summary(fault: Exception) -> str:
    match fault:
        case ModelMissing():
            found = "the model that the settings name is not there, or not all of it"
        case ModelMismatch():
            found = "the files of the model do not belong together, or not to this software"
        case _:
            found = "the files of the model cannot be read"
    return f"No model is loaded: {found}. The log says more."
