"""Writes `models/<version>/`, all of it or nothing, and never over a version that is there.

A version counts as released once a version of the software that ships it has been tagged. From then on its folder is
never edited: what was answered with it must stay answerable. A changed model gets a new version.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import version as version_of
from itertools import count
from pathlib import Path
from typing import Any

from features.encoding import FEATURES, schema_digest
from training.card import card
from training.estimator import COLUMNS
from training.export import INPUT, OUTPUT
from training.golden import golden_file

FORMAT = 1
MODEL, GOLDEN, MANIFEST, CARD = "classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md"
LIBRARIES = ("numpy", "scikit-learn", "scipy", "onnx", "onnxruntime")


class AlreadyReleased(Exception):
    """The version is there already, and replacing it was not asked for."""


class NotWritten(Exception):
    """The folder cannot be made or written; nothing of it is left."""


def refuse_if_released(folder: Path, overwrite: bool) -> None:
    """Stop before the work is done rather than after it.

    Raises:
        AlreadyReleased: `folder` exists and `overwrite` was not asked for.
    """
    if folder.exists() and not overwrite:
        raise AlreadyReleased(
            f"{folder} exists, and a released version is never edited: give the new model one of its own, "
            f"make train VERSION={_next_version(folder)}; or, if no software that ships {folder.name} has been tagged "
            f"yet, replace it, make train VERSION={folder.name} ARGS=--overwrite"
        )


def _next_version(folder: Path) -> str:
    """The first patch after `folder` that is not there yet."""
    major, minor, patch = folder.name.split(".")
    later = (f"{major}.{minor}.{number}" for number in count(int(patch) + 1))
    return next(version for version in later if not (folder.parent / version).exists())


def write(
    folder: Path,
    *,
    onnx_bytes: bytes,
    created: str,
    statements: Mapping[str, list[str]],
    prediction_set: Mapping[str, Any],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    overwrite: bool,
) -> dict[str, Any]:
    """Write the model, its golden cases, its manifest and its card into `folder`, whose name is the version.

    Returns the manifest. Everything is written beside the folder first and then renamed, so a half-written version is
    never seen.

    Raises:
        AlreadyReleased: `folder` exists and `overwrite` was not asked for.
        NotWritten: the disk does not take it.
    """
    refuse_if_released(folder, overwrite)
    golden_bytes = _json(golden_file(onnx_bytes))
    manifest = {
        "format": FORMAT,
        "version": folder.name,
        "created": created,
        **statements,
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
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            fresh = Path(beside) / folder.name
            fresh.mkdir()
            (fresh / MODEL).write_bytes(onnx_bytes)
            (fresh / GOLDEN).write_bytes(golden_bytes)
            (fresh / MANIFEST).write_bytes(_json(manifest))
            (fresh / CARD).write_text(card(manifest), encoding="utf-8")
            if folder.exists():
                shutil.move(folder, Path(beside) / "replaced")
            fresh.rename(folder)
    except OSError as fault:
        raise NotWritten(f"{folder} could not be written: {fault}") from fault
    return manifest


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
