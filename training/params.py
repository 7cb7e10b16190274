"""What one training run is asked to do, read from `params.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "params.toml"


@dataclass(frozen=True, kw_only=True)
class Accept:
    """Limits a model has to keep before it is written, each least and most.

    `area_full_within` by root, on full specialist examinations; `coverage_within` of the prediction sets by stratum,
    for every root.
    """

    parity_rows: int
    largest_parity_difference: float
    largest_calibration_error: float
    area_full_within: Mapping[str, tuple[float, float]]
    coverage_within: Mapping[str, tuple[float, float]]


@dataclass(frozen=True, kw_only=True)
class Params:
    """One run; `split` in tenths of the patients, `coverage` of the prediction sets."""

    version: str
    seed: int
    patients: int
    split: Mapping[str, int]
    inverse_strengths: tuple[float, ...]
    folds: int
    coverage: float
    accept: Accept

    @classmethod
    def load(cls, *, quick: bool = False, path: Path = FILE, **overrides: Any) -> "Params":
        """Read the file; `quick` puts its quick table in place, then `overrides` that are not None.

        Raises:
            TypeError: the file or an override names something that a run does not have.
        """
        stated = tomllib.loads(path.read_text(encoding="utf-8"))
        flat = {
            **{key: stated[key] for key in ("version", "seed", "patients", "split")},
            **stated["fit"],
            **stated["prediction_set"],
        }
        accept = stated["accept"]
        if quick:
            accept = {key: stated["quick"].get(key, value) for key, value in accept.items()}
            flat = {key: stated["quick"].get(key, value) for key, value in flat.items()}
        flat |= {key: value for key, value in overrides.items() if value is not None}
        return cls(**{**flat, "inverse_strengths": tuple(flat["inverse_strengths"])}, accept=Accept(**accept))
