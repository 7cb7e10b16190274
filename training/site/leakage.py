"""The outcome among the features, and one person under two keys: what would make a useless model look excellent.

A patient on both sides of a split is impossible by construction (`training.dataset.patient_folds` deals out patients,
not rows). What construction cannot rule out is looked for here. Kaufman S et al. Leakage in data mining: formulation,
detection, and avoidance. ACM TKDD 2012;6(4):15.
"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS
from features.completeness import findings_stated
from features.encoding import FEATURES, Row
from training.dataset import Dataset
from training.site.faults import HEADER, Faults

OUTCOME_AS_FEATURE = (
    "looks like the outcome, or like something known only with it. The model may learn from what the examiner saw and "
    "asked, from nothing else: take the column out. The outcome belongs into `roots` alone."
)
_OUTCOME_WORDS = frozenset(
    [
        *("outcome", "target", "label", "truth", "root", "roots", "l4", "l5", "s1", "level", "levels", "diagnosis"),
        *("icd", "icd10", "lesion", "herniation", "prolapse", "disc", "disk", "stenosis", "confirmed", "confirmation"),
        *("mri", "mrt", "ct", "emg", "ncs", "imaging", "image", "radiology", "report", "scan"),
        *("surgery", "surgical", "operation", "operated", "operative", "op", "injection", "block"),
    ]
)

TOO_GOOD = 0.98
"""Area under the ROC curve that no single bedside finding has: the best one of the synthetic cohort, the femoral
stretch test for L4, has 0.74."""

ENOUGH_TO_TELL = 20
"""Exams with and without the root that are needed before an area counts."""

TELLING = 12
"""Stated findings from which two exams are no longer alike by chance: among 23,000 synthetic exams no two of different
patients that were alike had more than 2."""


def names_outcome(column: str) -> bool:
    """Whether an unknown column is named like the outcome or like something that is known only with it."""
    return not _OUTCOME_WORDS.isdisjoint(re.split(r"[^a-z0-9]+", column.lower()))


def tell_twins(data: Dataset, rows: Sequence[int], when: Sequence[str], faults: Faults) -> int:
    """Tell exams that are alike in everything the model reads; the number of those that may be so by chance.

    `rows` are the places in the file, `when` the time of each examination as text, empty where none is stated. Alike
    under two keys is one person exported twice, who could be on both sides of a split. Alike under one key, at the same
    time, is one examination exported twice, which would count double.
    """
    telling = findings_stated(data.rows) >= TELLING
    first: dict[bytes, int] = {}
    by_chance = 0
    for i, row in enumerate(data.rows):
        earlier = first.setdefault(row.tobytes(), i)
        if earlier == i:
            continue
        same_person = data.patients[earlier] == data.patients[i]
        if same_person and when[earlier] != when[i]:
            continue
        if not telling[i]:
            by_chance += 1
        elif same_person:
            faults.add(rows[i], "patient", f"repeats {faults.unit} {rows[earlier]}: one examination, exported twice.")
        else:
            faults.add(
                rows[i],
                "patient",
                f"has another key than {faults.unit} {rows[earlier]}, and the very same findings: most likely one "
                "person under two keys. Give both rows one key, or take one out.",
            )
    return by_chance


def tell_giveaways(data: Dataset, faults: Faults) -> None:
    """Tell every finding that alone, by its value or by having been recorded at all, gives a root away."""
    for column, root, area, how in _giveaways(data.rows, data.involved):
        faults.add(
            HEADER,
            column,
            f"{how} tells {root} almost without error (area under the curve {area:.3f}). No bedside finding does: it "
            "was most likely filled in after the outcome was known, or from it. Take it out, or find out.",
        )


def _giveaways(rows: Row, involved: npt.NDArray[np.bool_]) -> Iterator[tuple[str, str, float, str]]:
    """The dotted column, the root, the area and the way; each column and root once, at its largest area."""
    targets = {str(root): involved[:, i] for i, root in enumerate(ROOTS)}
    targets["no root"] = np.equal(involved.sum(axis=1), 0)
    worst: dict[tuple[str, str], tuple[float, str]] = {}
    for j, feature in enumerate(FEATURES):
        if feature.pointer.startswith("/patient/"):
            continue
        column = feature.pointer.strip("/").replace("/", ".")
        stated = ~np.isnan(rows[:, j])
        for target, truth in targets.items():
            for how, area in (
                ("the value", _area(rows[stated, j], truth[stated])),
                ("whether it was recorded", _area(stated.astype(np.float32), truth)),
            ):
                if area > max(TOO_GOOD, worst.get((column, target), (0.0, ""))[0]):
                    worst[column, target] = (area, how)
    for (column, target), (area, how) in worst.items():
        yield column, target, area, how


def _area(values: npt.NDArray[np.float32], truth: npt.NDArray[np.bool_]) -> float:
    """Area under the ROC curve in whichever direction is larger; 0 where there are too few of either kind.

    Counted by distinct value (Mann-Whitney with half for ties), because the values are few.
    """
    positives = int(truth.sum())
    negatives = len(truth) - positives
    if min(positives, negatives) < ENOUGH_TO_TELL:
        return 0.0
    _, code = np.unique(values, return_inverse=True)
    with_root = np.bincount(code, weights=truth)
    without = np.bincount(code) - with_root
    below = np.cumsum(without) - without
    area = float((with_root * (below + without / 2)).sum() / (positives * negatives))
    return max(area, 1 - area)
