"""The registered models: which version is which, its files, and the aliases `challenger` and `champion`.

The registry follows, `models/CHAMPION` leads: a fresh clone has the released folders and no registry, and the service
never asks one. So the alias `champion` is moved after the file, and where it cannot be moved that is said.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from training.release import MODEL as ONNX
from training.release import digest_of
from training.store import MODEL, asking

CHALLENGER, CHAMPION = "challenger", "champion"
RELEASE = "release"
"""The folder of the run that holds the files of the candidate."""
VERSION, SHA256 = "version", "onnx_sha256"
"""The tags of a registered model that say which one it is."""


class NotRegistered(Exception):
    """The registry has no such model."""


class Altered(Exception):
    """The file of a model is not the one that was registered."""


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One registered model: its number in the registry, the version it was trained as, and the run it came from."""

    number: str
    version: str
    onnx_sha256: str
    run: str
    aliases: tuple[str, ...]


def registered(client: Any) -> list[Registered]:
    """Every registered model, the latest first; a version that was trained twice is there twice.

    Raises:
        StoreFailed: MLflow failed.
    """
    with asking():
        # The search leaves the aliases out, so each is asked for by its number.
        numbers = sorted((int(each.version) for each in client.search_model_versions(f"name='{MODEL}'")), reverse=True)
        entries = [client.get_model_version(MODEL, str(number)) for number in numbers]
    return [
        Registered(
            number=str(entry.version),
            version=entry.tags[VERSION],
            onnx_sha256=entry.tags[SHA256],
            run=entry.run_id,
            aliases=tuple(entry.aliases),
        )
        for entry in entries
        # One without tags is of a run that was cut off while it registered.
        if {VERSION, SHA256} <= entry.tags.keys()
    ]


def challenger(client: Any, version: str | None) -> Registered:
    """The latest model trained as `version`; without one, that of the alias `challenger`.

    Raises:
        NotRegistered: there is none; the message names those that there are.
        StoreFailed: MLflow failed.
    """
    entries = registered(client)
    for entry in entries:
        if entry.version == version or (version is None and CHALLENGER in entry.aliases):
            return entry
    known = ", ".join(dict.fromkeys(entry.version for entry in entries)) or "none"
    sought = f"no model {version}" if version else "no challenger"
    raise NotRegistered(
        f"the registry has {sought} (registered: {known}): make train VERSION=x.y.z trains one; a candidate that could "
        "not be logged is promoted from its folder, make promote FROM=candidates/x.y.z"
    )


def fetch(client: Any, entry: Registered, into: Path) -> Path:
    """Copy the candidate into `into`/<version>/ and return that folder.

    Raises:
        Altered: its model is not the one that was registered.
        StoreFailed: MLflow failed.
    """
    with asking():
        folder = Path(client.download_artifacts(entry.run, RELEASE, str(into)))
    folder = folder.rename(into / entry.version)
    found = digest_of((folder / ONNX).read_bytes())
    if found != entry.onnx_sha256:
        raise Altered(
            f"{ONNX} of model {entry.version} (number {entry.number} in the registry) is not the file that was "
            f"registered: SHA-256 {found}, registered {entry.onnx_sha256}. Train it again."
        )
    return folder


def crown(client: Any, version: str, onnx_sha256: str, said: Mapping[str, str]) -> str | None:
    """Move the alias `champion` to the model of this version and digest, with the tags `said`; its number.

    None if the registry does not have it: then no model is called champion there, rather than the wrong one.

    Raises:
        StoreFailed: MLflow failed.
    """
    entries = registered(client)
    for entry in entries:
        if (entry.version, entry.onnx_sha256) == (version, onnx_sha256):
            with asking():
                client.set_registered_model_alias(MODEL, CHAMPION, entry.number)
                if CHALLENGER in entry.aliases:
                    client.delete_registered_model_alias(MODEL, CHALLENGER)
                for name, value in said.items():
                    client.set_model_version_tag(MODEL, entry.number, name, value)
            return entry.number
    with asking():
        if any(CHAMPION in entry.aliases for entry in entries):
            client.delete_registered_model_alias(MODEL, CHAMPION)
    return None
