"""Writes `models/<version>/`, all of it or nothing, and never over a version that is there.

A released folder is never edited: what was answered with it must stay answerable. A changed model gets a new version.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version as version_of
from pathlib import Path
from typing import Any

from features.encoding import FEATURES, schema_digest
from training.card import card
from training.estimator import COLUMNS
from training.evaluate import Report
from training.export import INPUT, OUTPUT
from training.golden import golden_file

FORMAT = 1
MODEL, GOLDEN, MANIFEST, CARD = "classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md"
LIBRARIES = ("numpy", "scikit-learn", "scipy", "onnx", "onnxruntime")


class AlreadyReleased(Exception):
    """The version is there already, and a released folder is never edited."""


def refuse_if_released(folder: Path, overwrite: bool) -> None:
    """Stop before the work is done rather than after it.

    Raises:
        AlreadyReleased: `folder` exists and `overwrite` was not asked for.
    """
    if folder.exists() and not overwrite:
        raise AlreadyReleased(
            f"{folder} exists, and a released folder is never edited. Give the new model a new version "
            "(--version), or, if this one was never released, replace it with --overwrite."
        )


def write(
    folder: Path,
    *,
    onnx_bytes: bytes,
    created: str,
    prediction_set: Mapping[str, Any],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    report: Report,
    bases: Mapping[str, int],
    overwrite: bool,
) -> dict[str, Any]:
    """Write the model, its golden cases, its manifest and its card into `folder`, whose name is the version.

    Returns the manifest. Everything is written beside the folder first and then renamed, so a half-written version is
    never seen.

    Raises:
        AlreadyReleased: `folder` exists and `overwrite` was not asked for.
    """
    refuse_if_released(folder, overwrite)
    golden_bytes = _json(golden_file(onnx_bytes))
    manifest = {
        "format": FORMAT,
        "version": folder.name,
        "created": created,
        "onnx_sha256": hashlib.sha256(onnx_bytes).hexdigest(),
        "golden_sha256": hashlib.sha256(golden_bytes).hexdigest(),
        "input": INPUT,
        "output": OUTPUT,
        "columns": list(COLUMNS),
        "features": [feature.name for feature in FEATURES],
        "feature_schema": schema_digest(),
        "prediction_set": dict(prediction_set),
        "training": dict(training),
        "metrics": dict(metrics),
        "libraries": {name: version_of(name) for name in LIBRARIES},
    }
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
        fresh = Path(beside) / folder.name
        fresh.mkdir()
        (fresh / MODEL).write_bytes(onnx_bytes)
        (fresh / GOLDEN).write_bytes(golden_bytes)
        (fresh / MANIFEST).write_bytes(_json(manifest))
        (fresh / CARD).write_text(card(manifest, report, bases), encoding="utf-8")
        if folder.exists():
            shutil.move(folder, Path(beside) / "replaced")
        fresh.rename(folder)
    return manifest


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
