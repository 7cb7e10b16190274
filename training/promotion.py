"""Puts a judged candidate in its place, and takes it back: `models/<version>/`, `models/CHAMPION`, the registry.

In this order, because the service reads the first two and the registry only follows them.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from features.encoding import schema_digest
from training import champion, registry
from training.release import MANIFEST, MODEL, NotWritten, digest_of, install, refuse_if_released
from training.store import Store, StoreFailed, connect


class NotUsable(Exception):
    """The version to go back to is not one that this software can serve."""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """What became champion, what was it before, and what the registry made of it, in a sentence."""

    version: str
    before: str | None
    registry: str


def promote(candidate: Path, models: Path, store: Store, when: datetime, *, overwrite: bool = False) -> Moved:
    """Write the judged candidate, a folder named by its version, to `models` and make it champion.

    Raises:
        AlreadyReleased: the version is there and `overwrite` was not asked for.
        BrokenChampion: models/CHAMPION cannot be read; nothing is written.
        NotWritten: the disk does not take it; the champion is the one it was.
    """
    version = candidate.name
    before = champion.champions(models)
    refuse_if_released(models / version, overwrite)
    fresh = not (models / version).exists()
    install(candidate, models / version, overwrite)
    after = champion.promoted(before, version)
    try:
        _write(models, after)
    except NotWritten:
        if fresh:
            shutil.rmtree(models / version)
        raise
    earlier = after[1] if len(after) > 1 else None
    said = {"promoted_at": when.isoformat(), "previous_champion": earlier or "none"}
    return Moved(version=version, before=earlier, registry=_follow(models / version, store, said))


def roll_back(models: Path, store: Store, when: datetime) -> Moved:
    """Make the champion before the present one champion again; the folder of the present one stays.

    Raises:
        BrokenChampion: models/CHAMPION cannot be read.
        NoWayBack: there was no champion before.
        NotUsable: its folder is not there, is not what its manifest says, or was trained on another encoding.
        NotWritten: the disk does not take it.
    """
    present = champion.champions(models)
    after = champion.rolled_back(present)
    folder = models / after[0]
    fault = unusable(folder)
    if fault:
        raise NotUsable(f"cannot go back to {after[0]}: {fault}")
    _write(models, after)
    said = {"rolled_back_at": when.isoformat(), "rolled_back_from": present[0]}
    return Moved(version=after[0], before=present[0], registry=_follow(folder, store, said))


def unusable(folder: Path) -> str | None:
    """Why this software cannot use the release in `folder`; None if it can."""
    if not (folder / MANIFEST).is_file() or not (folder / MODEL).is_file():
        return f"{folder} is not complete; restore it from git"
    stated = manifest(folder)
    if digest_of((folder / MODEL).read_bytes()) != stated["onnx_sha256"]:
        return f"{folder / MODEL} is not the file its manifest names; restore it from git"
    if stated["feature_schema"] != schema_digest():
        return (
            f"it was trained on feature schema {stated['feature_schema']}, this software encodes {schema_digest()}: "
            "go back to the software that shipped it"
        )
    return None


def manifest(folder: Path) -> dict[str, Any]:
    """The manifest of a release."""
    read: dict[str, Any] = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return read


def _write(models: Path, versions: tuple[str, ...]) -> None:
    try:
        champion.write(models, versions)
    except OSError as fault:
        raise NotWritten(
            f"{models / champion.FILE} could not be written, so nothing changed champion: {fault}"
        ) from fault


def _follow(folder: Path, store: Store, said: Mapping[str, str]) -> str:
    """Move the alias after the file; the file holds whatever becomes of it."""
    digest = manifest(folder)["onnx_sha256"]
    try:
        number = registry.crown(connect(store), folder.name, digest, said)
    except StoreFailed as fault:
        return f"the registry could not follow: {fault}"
    if number is None:
        return f"the registry does not have {folder.name}, so no model is called champion there"
    return f"alias champion moved to number {number} of the registry"
