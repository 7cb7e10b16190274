"""The released model: loaded once, checked against its manifest and this code, then asked for one exam at a time."""

import hashlib
import json
import logging
import math
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import onnxruntime
from pydantic import TypeAdapter, ValidationError

from features.anatomy import ROOTS, NerveRoot
from features.encoding import FEATURES, Row, encode, schema_digest
from features.exam import Exam
from features.involvement import Involvement, Outside
from features.prediction_sets import PredictionSets
from features.reasons import ModelAnswers, Reasons, reasons_of
from features.typicality import Typicality
from service.deadline import Guard
from service.errors import ClassifierUnavailable, ModelMismatch, ModelMissing
from service.intake import EXAM
from service.released import version_meant

COLUMNS = (*ROOTS, "none")
"""The columns of the model's output: one probability a root, and that of none of the three."""

ROUNDING = 1e-6
"""How far a sum of probabilities may be over one, or under zero, before something is wrong."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What the service has to know of a released model; the file holds more, for people."""

    format: Literal[1]
    version: str
    onnx_sha256: str
    golden_sha256: str
    input: str
    output: str
    columns: tuple[Literal["L4"], Literal["L5"], Literal["S1"], Literal["none"]]
    features: tuple[str, ...]
    feature_schema: str
    prediction_set: PredictionSets
    typicality: Typicality | None = None
    """None in models before 1.2.0."""


GOLDEN_SECONDS = 30.0
"""How long a model may take for all its golden cases: a cold disk is no fault, a graph without end is."""

ROOT_SETS, LOG_LIKELIHOOD = "root_sets", "log_likelihood"
"""Outputs that models before 1.2.0 do not have: without them nothing is said of what to examine next."""


class Classifier:
    """One released model version; `champion` is the one that models/CHAMPION names.

    `guard` limits how long a call may take, and leaves the model alone where it keeps failing.

    Raises, when made:
        ModelMissing: no such version in the folder, or a file of it is not there.
        ModelMismatch: the files are not those of the manifest, the model was trained on another encoding, or it does
            not reproduce its golden cases.
    """

    def __init__(self, folder: Path, version: str, guard: Guard | None = None) -> None:
        version = version_meant(folder, version)
        self.guard = guard
        self.folder = folder / version
        self.card = self._read_card(folder, version)
        self.manifest = self._read_manifest(version)
        self.version = self.manifest.version
        self.sha256 = self.manifest.onnx_sha256
        self._check_files()
        self._check_schema()
        self.session = self._open()
        more = (ROOT_SETS, LOG_LIKELIHOOD)
        there = {output.name for output in self.session.get_outputs()}
        self._outputs = (self.manifest.output, *(more if there.issuperset(more) else ()))
        self.sets = self.manifest.prediction_set
        self._check_golden_cases()

    def __call__(self, exam: Exam) -> Involvement:
        """The probabilities for the worse leg of `exam`.

        Raises:
            ClassifierUnavailable: the model failed, or what it returned is no probability.
        """
        row = encode(exam)
        answers = self.answers(row[np.newaxis])
        *roots, none = (float(value) for value in answers.probabilities[0])
        likely = answers.log_likelihood
        usual = self.manifest.typicality
        outside = frozenset() if usual is None or likely is None else usual.outside(row, float(likely[0]))
        return _coherent(dict(zip(ROOTS, roots, strict=True)), none, outside)

    def reasons(self, exam: Exam) -> Reasons:
        """Why the probabilities are what they are, and what to examine next, in one batch.

        Raises:
            ClassifierUnavailable: the model failed, or what it returned is no probability.
        """
        return reasons_of(exam, self.answers)

    def answers(self, rows: Row) -> ModelAnswers:
        """All that the model says of rows (n, 109).

        Raises:
            ClassifierUnavailable: the model failed, or what it returned is no probability.
        """
        try:
            return self._read(rows) if self.guard is None else self.guard(lambda options: self._read(rows, options))
        except ClassifierUnavailable:
            raise
        except Exception as fault:  # whatever breaks in the model, the rules must still answer
            logger.exception("the classifier failed")
            raise ClassifierUnavailable("the model failed") from fault

    def _read(self, rows: Row, options: Any = None) -> ModelAnswers:
        probabilities, *others = self._run(rows, options)
        if probabilities.shape != (len(rows), len(COLUMNS)) or not _are_probabilities(probabilities):
            logger.error("the classifier returned something that is no probability")
            raise ClassifierUnavailable("the model returned something that is no probability")
        if not others:
            return ModelAnswers(probabilities=probabilities.clip(0, 1), root_sets=None, log_likelihood=None)
        root_sets, log_likelihood = others
        if not (_are_probabilities(root_sets) and np.isfinite(log_likelihood).all()):
            logger.error("the classifier returned sets of roots or likelihoods that are none")
            raise ClassifierUnavailable("the model returned sets of roots or likelihoods that are none")
        return ModelAnswers(
            probabilities=probabilities.clip(0, 1), root_sets=root_sets, log_likelihood=log_likelihood[:, 0]
        )

    def _run(self, rows: Row, options: Any = None) -> list[npt.NDArray[np.float64]]:
        answers: list[npt.NDArray[np.float64]] = self.session.run(self._outputs, {self.manifest.input: rows}, options)
        return answers

    def _read_card(self, folder: Path, version: str) -> dict[str, Any]:
        """The manifest as it is written: the model card in machine-readable form."""
        path = self.folder / "manifest.json"
        if not path.is_file():
            released = sorted(each.parent.name for each in folder.glob("*/manifest.json"))
            raise ModelMissing(
                f"No model {version} in {folder}: {path.name} is not there. "
                f"Released: {', '.join(released) or 'none'}. "
                "Set NERVEROOT_MODEL_VERSION or NERVEROOT_MODEL_DIR, or train one with `make train`."
            )
        try:
            card = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as fault:
            raise ModelMismatch(f"{path} is not JSON ({fault}). Restore the released folder from git.") from fault
        return card if isinstance(card, dict) else {}

    def _read_manifest(self, version: str) -> Manifest:
        path = self.folder / "manifest.json"
        try:
            manifest = TypeAdapter(Manifest).validate_python(self.card)
        except ValidationError as found:
            faults = "; ".join(
                f"{'.'.join(str(part) for part in error['loc']) or 'all of it'}: {error['msg']}"
                for error in found.errors(include_url=False, include_input=False)
            )
            raise ModelMismatch(
                f"{path} is not a manifest this software reads ({faults}). Use a model released for this software, or "
                "train one with `make train`."
            ) from None
        if manifest.version != version:
            raise ModelMismatch(
                f"{path} says version {manifest.version} in the folder {version}. Restore the released folder from git."
            )
        return manifest

    def _check_files(self) -> None:
        for name, digest in (("classifier.onnx", self.sha256), ("golden.json", self.manifest.golden_sha256)):
            path = self.folder / name
            if not path.is_file():
                raise ModelMissing(f"{path} is not there. Restore the released folder from git.")
            found = hashlib.sha256(path.read_bytes()).hexdigest()
            if found != digest:
                raise ModelMismatch(
                    f"{path} is not the file its manifest names: SHA-256 {found}, manifest {digest}. "
                    "Restore the released folder from git, or release a new version; a released folder is never edited."
                )

    def _check_schema(self) -> None:
        names = tuple(feature.name for feature in FEATURES)
        trained = self.manifest
        if trained.features == names and trained.feature_schema == schema_digest():
            return
        differ = sorted(set(trained.features).symmetric_difference(names))
        raise ModelMismatch(
            f"Model {self.version} was trained on feature schema {trained.feature_schema}, this software encodes "
            f"{schema_digest()}{' (columns that differ: ' + ', '.join(differ) + ')' if differ else ''}. "
            "Set NERVEROOT_MODEL_VERSION to a model of this schema, or train one with `make train`."
        )

    def _open(self) -> onnxruntime.InferenceSession:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1  # one row at a time: more threads only fight over the core
        options.log_severity_level = 4  # what it has to say comes as an exception
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        try:
            session = onnxruntime.InferenceSession(
                (self.folder / "classifier.onnx").read_bytes(), options, providers=["CPUExecutionProvider"]
            )
        except Exception as fault:  # onnxruntime raises several kinds of its own
            raise ModelMismatch(f"onnxruntime cannot load {self.folder / 'classifier.onnx'}: {fault}") from fault
        return session

    def _check_golden_cases(self) -> None:
        limit = onnxruntime.RunOptions()
        watch = threading.Timer(GOLDEN_SECONDS, setattr, (limit, "terminate", True))
        watch.daemon = True
        watch.start()
        try:
            self._run_golden_cases(limit)
        finally:
            watch.cancel()

    def _run_golden_cases(self, limit: Any) -> None:
        golden = json.loads((self.folder / "golden.json").read_text(encoding="utf-8"))
        for case in golden["cases"]:
            row = encode(EXAM.validate_json(json.dumps(case["exam"])))
            wanted = np.array([math.nan if value is None else value for value in case["row"]], dtype=np.float32)
            if not np.array_equal(row, wanted, equal_nan=True):
                raise ModelMismatch(
                    f"This software encodes the golden case {case['name']!r} otherwise than model {self.version} was "
                    "trained on. Use the model released for this software, or train one with `make train`."
                )
            try:
                found = self._run(row[np.newaxis], limit)[0][0]
            except Exception as fault:  # onnxruntime raises several kinds of its own
                raise ModelMismatch(f"Model {self.version} does not run: {fault}") from fault
            if not np.allclose(found, case["probabilities"], rtol=0, atol=golden["tolerance"]):
                raise ModelMismatch(
                    f"Model {self.version} does not reproduce its golden case {case['name']!r} on this machine. "
                    "Do not use it here; report it with the version of onnxruntime."
                )


def _are_probabilities(found: npt.NDArray[np.float64]) -> bool:
    """Whether every number is one from 0 to 1, rounding aside; NaN is none."""
    return bool(((found >= -ROUNDING) & (found <= 1 + ROUNDING)).all())


def _coherent(roots: Mapping[NerveRoot, float], none: float, outside: frozenset[Outside]) -> Involvement:
    """Rounding aside the model is coherent; this removes the rounding."""
    highest = 1 - max(roots.values())
    lowest = max(0.0, 1 - sum(roots.values()))
    return Involvement(roots=roots, none=min(max(none, lowest), max(highest, lowest)), outside=outside)
