"""Writes the folder of a version, all of it or nothing: first as a candidate, then, promoted, under `models/`.

A version counts as released once a version of the software that ships it has been tagged. From then on its folder is
never edited: what was answered with it must stay answerable. A changed model gets a new version.
"""

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from features.encoding import FEATURES, schema_digest
from training.estimator import COLUMNS
from training.evaluation.card import card
from training.evaluation.report import Report
from training.export import INPUT, OUTPUT
from training.golden import golden_file
from training.provenance import libraries

FORMAT = 1
MODEL, GOLDEN, MANIFEST, CARD = "classifier.onnx", "golden.json", "manifest.json", "MODEL_CARD.md"
REPORT = "report.json"
HELD_OUT = "held_out.parquet"
"""The exams that a candidate is judged on; they stay with the candidate and are not shipped."""


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


def first_free(folder: Path) -> str:
    """The version of `folder` if it is not there yet, or else the first patch after it that is not."""
    return _next_version(folder) if folder.exists() else folder.name


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
    typicality: Mapping[str, Any],
    root_sets: Sequence[Sequence[str]],
    training: Mapping[str, Any],
    metrics: Mapping[str, Any],
    report: Report,
    overwrite: bool,
    attachments: Mapping[str, bytes] | None = None,
) -> dict[str, Any]:
    """Write the model, its golden cases, manifest, report and card into `folder`, whose name is the version.

    `root_sets` are the sets of roots that the model knows, in the order of its output of that name. `attachments` are
    further files by their place in the folder, as `plots/reliability.png`. Returns the manifest. Everything is written
    beside the folder first and then renamed, so a half-written version is never seen.

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
        "onnx_sha256": digest_of(onnx_bytes),
        "golden_sha256": digest_of(golden_bytes),
        "input": INPUT,
        "output": OUTPUT,
        "columns": list(COLUMNS),
        "features": [feature.name for feature in FEATURES],
        "feature_schema": schema_digest(),
        "prediction_set": dict(prediction_set),
        "typicality": dict(typicality),
        "root_sets": [list(roots) for roots in root_sets],
        "training": dict(training),
        "metrics": dict(metrics),
        "libraries": libraries(),
    }
    files = {
        **(attachments or {}),
        MODEL: onnx_bytes,
        GOLDEN: golden_bytes,
        MANIFEST: _json(manifest),
        REPORT: _json(report),
        CARD: card(manifest, report).encode(),
    }

    def fill(fresh: Path) -> None:
        fresh.mkdir()
        for name, content in files.items():
            (fresh / name).parent.mkdir(parents=True, exist_ok=True)
            (fresh / name).write_bytes(content)

    _replace(folder, fill)
    return manifest


def install(candidate: Path, folder: Path, overwrite: bool) -> None:
    """Copy a candidate to `folder`, as `write` writes, without its held-out exams.

    Raises:
        AlreadyReleased: `folder` exists and `overwrite` was not asked for.
        NotWritten: the disk does not take it.
    """
    refuse_if_released(folder, overwrite)
    _replace(folder, lambda fresh: shutil.copytree(candidate, fresh, ignore=shutil.ignore_patterns(HELD_OUT)))


def digest_of(content: bytes) -> str:
    """SHA-256 as the manifests write it."""
    return hashlib.sha256(content).hexdigest()


def _replace(folder: Path, fill: Callable[[Path], object]) -> None:
    """Fill a folder beside `folder`, then put it in its place."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as beside:
            fresh = Path(beside) / folder.name
            fill(fresh)
            if folder.exists():
                shutil.move(folder, Path(beside) / "replaced")
            fresh.rename(folder)
    except OSError as fault:
        raise NotWritten(f"{folder} could not be written: {fault}") from fault


def _json(content: Mapping[str, Any]) -> bytes:
    return (json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n").encode()
