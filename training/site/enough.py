"""Whether a site has enough patients to learn from and, above all, to judge on.

Two parts in ten are kept to judge a model. With f patients with a root among them, and many without, the standard
error of an area of 0.75 is 0.28 / sqrt(f) (Hanley JA, McNeil BJ. Radiology 1982;143:29-36): with five it is 0.13, and
the 95 % interval just reaches 0.5, a coin. Five in the test part are 25 in the table.
A judgement to rely on takes 100 with and 100 without (Collins GS et al. Stat Med 2016;35:214-226).
"""

import numpy as np

from features.anatomy import ROOTS
from training.dataset import Dataset
from training.site.faults import HEADER, Faults

FEWEST = 25
"""Patients with each root, and without it, below which nothing is trained."""

RELIABLE = 100
"""Patients with and without a root in the test part from which its measures can be relied on."""

TEST_SHARE = 0.2
"""The part of the patients that `training.dataset.split` keeps for the test."""


def patients_by_root(data: Dataset) -> dict[str, tuple[int, int]]:
    """For each root, how many patients have it in some exam and how many in none."""
    everybody = len(np.unique(data.patients))
    with_root = [len(np.unique(data.patients[data.involved[:, i]])) for i in range(len(ROOTS))]
    return {str(root): (count, everybody - count) for root, count in zip(ROOTS, with_root, strict=True)}


def tell_too_few(data: Dataset, fewest: int, faults: Faults) -> None:
    """Tell every root that too few patients have, or too few have not."""
    for root, (having, lacking) in patients_by_root(data).items():
        for count, kind in ((having, "with"), (lacking, "without")):
            if count < fewest:
                faults.add(
                    HEADER,
                    "roots",
                    f"names {count} patients {kind} {root}; at least {fewest} are needed. A fifth of them judges the "
                    f"model, and fewer than {fewest // 5} cannot tell a good model from a coin. Wait for more "
                    "confirmed cases; until then the released model serves you better.",
                )


def hardly_enough(data: Dataset) -> dict[str, int]:
    """The roots whose measures will be rough, with how many patients have them, or have not, in the test part."""
    in_test = {root: round(TEST_SHARE * min(counts)) for root, counts in patients_by_root(data).items()}
    return {root: count for root, count in in_test.items() if count < RELIABLE}
