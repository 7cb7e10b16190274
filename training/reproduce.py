"""`python -m training.reproduce` (`make reproduce`): train a released model again and say what differs.

The same commit, seed and lock file on the same kind of machine give the same bytes. Where they do not, what was
different around the two trainings is named beside what came out differently.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from features.encoding import FEATURES, schema_digest
from training import champion
from training.dataset import TooFewPatients
from training.evaluation.acceptance import NotAccepted
from training.evaluation.card import Origin
from training.export import ParityBroken, infer
from training.params import Params
from training.promotion import manifest
from training.provenance import CHECKOUT, commit, environment, libraries
from training.release import MANIFEST, MODEL, NotWritten, digest_of
from training.run import SiteData, train
from training.site.faults import BadTable

Retrain = Callable[[Mapping[str, Any], Path], Path]
"""Train what a manifest describes into a folder; the folder of the version that was written."""
DIFFERENT, REFUSED = 1, 2
ROWS = 10_000
SHOWN = 20
"""Measures that are printed at most; their number is always said."""


class NotReproducible(Exception):
    """There is nothing to train again, or training again was refused."""


@dataclass(frozen=True, kw_only=True)
class Reproduction:
    """What came out differently (nothing: the same bytes, data and measures), and what was different around it."""

    version: str
    differences: tuple[str, ...]
    surroundings: tuple[str, ...]


def reproduce(released: Path, retrain: Retrain) -> Reproduction:
    """Train the release in the folder `released` again, beside it all, and compare.

    Raises:
        NotReproducible: there is no such release.
    """
    if not (released / MANIFEST).is_file():
        raise NotReproducible(f"{released} holds no release: it has no {MANIFEST}")
    stated = manifest(released)
    with tempfile.TemporaryDirectory() as folder:
        again = retrain(stated, Path(folder))
        found = manifest(again)
        differences = (*_bytes(released, again), *_measures(stated, found))
    return Reproduction(version=stated["version"], differences=differences, surroundings=surroundings(stated))


def surroundings(stated: Mapping[str, Any]) -> tuple[str, ...]:
    """What is not now as it was when the model of this manifest was made: commit, encoding, libraries, lock file."""
    training = stated["training"]
    was = {"commit": training.get("commit"), "feature schema": stated["feature_schema"], **stated["libraries"]}
    now = {"commit": commit(), "feature schema": schema_digest(), **libraries()}
    # Manifests before 1.1.0 do not name these.
    for name in ("lock_sha256", "python", "machine"):
        if name in training:
            was[name], now[name] = training[name], environment()[name]
    return tuple(f"{name}: then {was[name]}, now {now.get(name)}" for name in was if was[name] != now.get(name))


def _bytes(released: Path, again: Path) -> Iterator[str]:
    before, after = ((folder / MODEL).read_bytes() for folder in (released, again))
    if before == after:
        return
    rows = np.random.default_rng(1).integers(0, 3, (ROWS, len(FEATURES))).astype(np.float32)
    rows[rows == 2] = np.nan
    apart = float(np.abs(infer(before, rows) - infer(after, rows)).max())
    yield (
        f"{MODEL}: SHA-256 then {digest_of(before)}, now {digest_of(after)}; probabilities differ by at most "
        f"{apart:.1e} over {ROWS} rows"
    )


def _measures(stated: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    then, now = ({"data": each["training"].get("data_sha256"), **_flat(each["metrics"])} for each in (stated, found))
    names = dict.fromkeys([*then, *now])
    return [f"{name}: then {then.get(name)}, now {now.get(name)}" for name in names if then.get(name) != now.get(name)]


def _flat(nested: Any, under: str = "") -> dict[str, Any]:
    if not isinstance(nested, dict):
        return {under: nested}
    return {name: value for key, each in nested.items() for name, value in _flat(each, f"{under}/{key}").items()}


def retrain_as_stated(stated: Mapping[str, Any], into: Path, data: Path | None = None) -> Path:
    """Train with the parameters of the manifest and the limits of params.toml, on `data` if it was a site's model.

    Raises:
        NotReproducible: the manifest does not hold them, the data are missing, or the model is refused now.
    """
    training = stated["training"]
    if not {"seed", "patients", "origin"} <= training.keys():
        raise NotReproducible(
            f"the manifest of {stated['version']} does not say with which seed and patients it was made"
        )
    if (training["origin"] != Origin.SYNTHETIC) is (data is None):
        whose = (
            "the synthetic cohort" if training["origin"] == Origin.SYNTHETIC else "a site's table: name it with DATA="
        )
        raise NotReproducible(f"{stated['version']} was trained on {whose}")
    params = Params.load(version=stated["version"], seed=training["seed"], patients=training["patients"])
    site = None
    if data is not None:
        site = SiteData(path=data, prior_weight=training["prior_weight"], now=datetime.now(UTC))
    # A reproduction is no experiment: what is logged of it goes with the folder.
    os.environ["MLFLOW_TRACKING_URI"] = f"sqlite:///{into / 'mlflow.db'}"
    try:
        return train(params, into, stated["created"], site=site).folder
    except (BadTable, NotAccepted, ParityBroken, NotWritten, TooFewPatients) as refused:
        raise NotReproducible(f"trained again, {stated['version']} is refused: {refused}") from refused


def main() -> int:
    """Train again and compare: 0 identical, 1 different, 2 not possible."""
    parser = argparse.ArgumentParser(
        prog="python -m training.reproduce", description="Train a released model again and say what differs."
    )
    parser.add_argument("--version", metavar="X.Y.Z", help="which release; the champion if left out")
    parser.add_argument("--data", type=Path, metavar="FILE", help="the table of a model that a site trained on its own")
    parser.add_argument("--models", type=Path, default=CHECKOUT / "models", metavar="DIR", help="released models")
    asked = parser.parse_args()
    try:
        version = asked.version or next(iter(champion.champions(asked.models)), None)
        if version is None:
            raise NotReproducible("no version was ever promoted: name one with VERSION=x.y.z")
        found = reproduce(asked.models / version, partial(retrain_as_stated, data=asked.data))
    except (NotReproducible, champion.BrokenChampion, json.JSONDecodeError) as fault:
        sys.stderr.write(f"{fault}\n")
        return REFUSED
    print(report(found))
    return DIFFERENT if found.differences else 0


def report(found: Reproduction) -> str:
    """What a person reads: identical, or what differs and what may be the cause."""
    around = [f"  {line}" for line in found.surroundings]
    if not found.differences:
        same = f"{found.version} is reproduced: the same bytes, the same data, the same measures"
        return "\n".join([same, *(["although these are not as they were:", *around] if around else [])])
    lines = [f"{found.version} is not reproduced; what differs ({len(found.differences)}):"]
    lines += [f"  {line}" for line in found.differences[:SHOWN]]
    lines += [f"  and {len(found.differences) - SHOWN} more"] if len(found.differences) > SHOWN else []
    lines += ["not as they were then:" if around else "nothing around it is known to have changed", *around]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
