"""The cohort as arrays, and its four parts: fit, temperature, conformal and test.

The parts are split by patient: the examinations of one patient never straddle two parts. The temperature and the
conformal thresholds get parts of their own, because a threshold is only valid on data the probabilities never saw.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.model_selection import StratifiedKFold

from features.anatomy import ROOTS
from features.encoding import Row, encode
from training.cohort import LabelledExam

Index = npt.NDArray[np.intp]

PARTS = ("fit", "temperature", "conformal", "test")
TENTHS = 10


class TooFewPatients(ValueError):
    """A set of roots, or a root in one kind of examination, is too rare among so few patients."""


@dataclass(frozen=True, kw_only=True)
class Dataset:
    """Labelled examinations as parallel arrays of n.

    `rows` (n, 109) float32 as `features.encoding.encode` makes them, NaN for not assessed; `involved` (n, 3) bool in
    the order of ROOTS; `patients`, `completeness` and `setting` (n,) str; `weights` (n,) float64: how many examinations
    each one counts for in a fit. `findings` (n, k) are the codes the synthetic cohort was drawn as, None elsewhere.
    """

    rows: Row
    involved: npt.NDArray[np.bool_]
    patients: npt.NDArray[np.str_]
    completeness: npt.NDArray[np.str_]
    setting: npt.NDArray[np.str_]
    weights: npt.NDArray[np.float64]
    findings: npt.NDArray[np.int8] | None = None

    @classmethod
    def encoded(cls, labelled: Iterable[LabelledExam]) -> "Dataset":
        """Encode every examination with `features.encoding.encode`."""
        cohort = tuple(labelled)
        return cls(
            rows=np.array([encode(entry.exam) for entry in cohort], dtype=np.float32),
            involved=np.array([[root in entry.roots for root in ROOTS] for entry in cohort]),
            patients=np.array([entry.patient for entry in cohort]),
            completeness=np.array([entry.stratum for entry in cohort]),
            setting=np.full(len(cohort), "unknown"),
            weights=np.ones(len(cohort)),
        )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def root_sets(self) -> npt.NDArray[np.int64]:
        """The set of involved roots as one number, (n,): bit i stands for ROOTS[i], 0 for none of the three."""
        return np.asarray(self.involved @ (1 << np.arange(len(ROOTS))), dtype=np.int64)

    def where(self, chosen: npt.NDArray[np.bool_] | Index) -> Self:
        """The examinations that a mask or an index chooses."""
        parts: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        picked: dict[str, Any] = {name: None if part is None else part[chosen] for name, part in parts.items()}
        return type(self)(**picked)

    def digest(self) -> str:
        """SHA-256 over rows, labels, weights and patients: the same data give the same digest."""
        digest = hashlib.sha256(self.rows.tobytes() + self.involved.tobytes() + self.weights.tobytes())
        digest.update("\n".join(self.patients).encode())
        return digest.hexdigest()


def split(data: Dataset, tenths: Mapping[str, int], seed: int) -> dict[str, Dataset]:
    """Split by patient into PARTS of so many tenths, with the sets of roots in like shares.

    Raises:
        ValueError: the tenths do not name PARTS or do not add up to ten.
    """
    if tuple(tenths) != PARTS or sum(tenths.values()) != TENTHS:
        raise ValueError(
            f"the split must give {', '.join(PARTS)} in tenths that add up to {TENTHS}, not {dict(tenths)}"
        )
    chunks = [held_out for _, held_out in patient_folds(data, TENTHS, seed)]
    parts, first = {}, 0
    for part, count in tenths.items():
        parts[part] = data.where(np.sort(np.concatenate(chunks[first : first + count])))
        first += count
    return parts


def patient_folds(data: Dataset, folds: int, seed: int) -> list[tuple[Index, Index]]:
    """The rest and the held-out examinations of each fold, as indices; stratified by the set of roots.

    Folds are made of patients: all examinations of one have the same roots, so the first stands for the patient.
    """
    _, first, patient_of = np.unique(data.patients, return_index=True, return_inverse=True)
    chosen = StratifiedKFold(n_splits=folds, shuffle=True, random_state=seed)
    held_out = [np.isin(patient_of, patients) for _, patients in chosen.split(first, data.root_sets[first])]
    return [(np.flatnonzero(~mask), np.flatnonzero(mask)) for mask in held_out]
