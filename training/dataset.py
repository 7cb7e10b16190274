"""The cohort as arrays, and its four parts: fit, temperature, conformal and test.

The parts are split by patient: the examinations of one patient never straddle two parts. The temperature and the
conformal thresholds get parts of their own, because a threshold is only valid on data the probabilities never saw.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.encoding import Row
from training.cohort.causes import SETTINGS
from training.cohort.completeness import COMPLETENESS
from training.cohort.draw import Cohort
from training.cohort.findings import rows

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
    def of_cohort(cls, cohort: Cohort) -> "Dataset":
        """The examinations of a synthetic cohort, with the roots that are truly involved."""
        return cls(
            rows=rows(cohort.codes),
            involved=cohort.involved,
            patients=np.char.add("synthetic-", cohort.patient.astype(np.str_)),
            completeness=np.array(COMPLETENESS)[cohort.completeness],
            setting=np.array(SETTINGS)[cohort.setting],
            weights=np.ones(len(cohort)),
            findings=cohort.codes,
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
        TooFewPatients: there are fewer than ten patients.
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

    Folds are made of patients; the first examination stands for the patient. Patients with the same roots are dealt out
    one by one in random order, each set of roots going on where the one before it ended: every fold has as many
    patients, every set and the rarest root as often as the others, give or take one. A set with fewer patients than
    there are folds is in as many folds as it has patients. (StratifiedKFold of scikit-learn warns of such a set.)

    Raises:
        TooFewPatients: there are fewer patients than folds.
    """
    _, first, patient_of = np.unique(data.patients, return_index=True, return_inverse=True)
    if len(first) < folds:
        raise TooFewPatients(f"{len(first)} patients cannot be dealt into {folds} parts")
    rng = np.random.default_rng(seed)
    involved = data.involved[first]
    # Sorted by the rarest root first: all of its patients stand together, whatever other roots they have.
    rarest_last = np.argsort(-involved.sum(axis=0), kind="stable")
    order = np.lexsort([rng.permutation(len(first)), *involved.T[rarest_last]])
    fold_of = np.empty(len(first), dtype=np.intp)
    fold_of[order] = rng.permutation(folds)[np.arange(len(first)) % folds]
    fold_of = fold_of[patient_of]
    return [(np.flatnonzero(fold_of != fold), np.flatnonzero(fold_of == fold)) for fold in range(folds)]
