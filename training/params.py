"""What one training run is asked to do, read from `params.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from training.evaluation.acceptance import Limits
from training.search import Plan

FILE = Path(__file__).parent / "params.toml"


@dataclass(frozen=True, kw_only=True)
class CohortSize:
    """How many synthetic patients, and in how many worlds; the numbers are explained in params.toml."""

    patients: int
    worlds: int
    other_worlds: int
    other_patients: int
    fit_patients: int
    prior_patients: int


@dataclass(frozen=True, kw_only=True)
class Parity:
    """Over how many rows ONNX and the fitted model are compared, and how far they may differ."""

    rows: int
    largest_difference: float


@dataclass(frozen=True, kw_only=True)
class Params:
    """One run; `split` in tenths of the patients, `coverage` of the prediction sets."""

    version: str
    seed: int
    coverage: float
    cohort: CohortSize
    split: Mapping[str, int]
    search: Plan
    parity: Parity
    accept: Limits

    @classmethod
    def load(
        cls,
        *,
        quick: bool = False,
        path: Path = FILE,
        version: str | None = None,
        seed: int | None = None,
        patients: int | None = None,
    ) -> "Params":
        """Read the file; `quick` puts its quick table in place, then what else is not None.

        Raises:
            TypeError: the file names something that a run does not have, or leaves something out.
        """
        stated: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        in_place = stated.pop("quick")
        stated |= in_place if quick else {}
        parts = {"cohort": CohortSize, "search": Plan, "parity": Parity, "accept": Limits}
        loaded = cls(**{name: parts[name](**value) if name in parts else value for name, value in stated.items()})
        if patients is not None:
            loaded = replace(loaded, cohort=replace(loaded.cohort, patients=patients))
        return replace(loaded, version=version or loaded.version, seed=loaded.seed if seed is None else seed)
