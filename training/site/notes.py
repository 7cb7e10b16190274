"""What a table that may be trained on should still make its owner think about."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from features.encoding import FEATURES
from training.dataset import Dataset
from training.site.columns import CONFIRMED_BY, CONFIRMED_ON, PATIENT, ROOTS_COLUMN
from training.site.enough import RELIABLE, hardly_enough
from training.site.leakage import TELLING

NEVER_NORMAL_FROM = 50
"""Stated values from which "never normal" is no accident."""


def notes(data: Dataset, labels: pd.DataFrame, by_chance: int) -> tuple[str, ...]:
    """Every note on the table, one plain sentence or two each.

    `labels` are the columns beside the exam with `examined_on` (a date or None); `by_chance` exams are alike, but state
    too little for that to mean anything.
    """
    return (
        _size(data),
        *_confirmation(labels),
        *_timing(labels),
        *_patients(labels),
        *_never_normal(data),
        *_rough(data),
        *(
            [f"{by_chance:,} exams are like another one, but state fewer than {TELLING} findings: taken for chance."]
            if by_chance
            else []
        ),
    )


def _size(data: Dataset) -> str:
    kinds, counts = np.unique(data.completeness, return_counts=True)
    kept = ", ".join(f"{count:,} {kind}" for kind, count in zip(kinds, counts, strict=True))
    return f"{len(data):,} exams of {len(np.unique(data.patients)):,} patients; by what they state: {kept}."


def _confirmation(labels: pd.DataFrame) -> Iterator[str]:
    unsaid = int(labels[CONFIRMED_BY].isna().sum())
    if unsaid:
        yield f"{unsaid:,} exams do not say what confirmed their roots. They count like the others."
    clinical = int((labels[CONFIRMED_BY] == "clinical").sum())
    if clinical:
        yield (
            f"{clinical:,} exams were confirmed clinically, that is, by these very findings. A model learns from them "
            "to repeat the examiner, and every measure on them flatters it. Leave them out if you can."
        )


def _timing(labels: pd.DataFrame) -> Iterator[str]:
    dated = labels[labels[CONFIRMED_ON].notna() & labels["examined_on"].notna()]
    early = int((dated[CONFIRMED_ON] < dated["examined_on"]).sum())
    if early:
        yield (
            f"{early:,} exams came after the roots had been confirmed, so the examiner may have known. Knowing the MRI "
            "raised pinprick deficits from 0.20 to 0.36 of patients (suri2010): such exams teach too much."
        )


def _patients(labels: pd.DataFrame) -> Iterator[str]:
    sets = labels[ROOTS_COLUMN].map(lambda roots: ";".join(sorted(roots)))
    several = int((sets.groupby(labels[PATIENT].to_numpy()).nunique() > 1).sum())
    if several:
        yield f"{several:,} patients have exams with different roots: right for two episodes, else worth a look."


def _never_normal(data: Dataset) -> Iterator[str]:
    """Findings that are only ever recorded where they are abnormal."""
    columns = []
    for j, feature in enumerate(FEATURES):
        stated = data.rows[~np.isnan(data.rows[:, j]), j]
        if feature.pointer.startswith("/examination/") and len(stated) >= NEVER_NORMAL_FROM and (stated > 0).all():
            columns.append(feature.pointer.strip("/").replace("/", "."))
    if columns:
        yield (
            f"never recorded as normal: {', '.join(dict.fromkeys(columns))}. If an empty cell means normal at your "
            "site, say normal: here it means not assessed, and the model would learn that asking is a sign of disease."
        )


def _rough(data: Dataset) -> Iterator[str]:
    rough = hardly_enough(data)
    if rough:
        listed = ", ".join(f"{root} {count}" for root, count in rough.items())
        yield (
            f"the test part will hold few patients with (or without) {listed}; {RELIABLE} are needed for measures to "
            "rely on. Read the intervals, not the values."
        )
