"""Prediction sets that keep the true root in nine of ten, root by root.

Label-conditional split conformal prediction: root r is in the set when its probability reaches a threshold t_r, chosen
on examinations that truly involve r and that the model never saw. If a new examination with r involved is exchangeable
with those, r is in its set with probability at least the nominal coverage.

Sources: Vovk V, Gammerman A, Shafer G. Algorithmic Learning in a Random World. Springer 2005 (label-conditional
validity); Sadinle M, Lei J, Wasserman L. J Am Stat Assoc 2019;114:223-234 (least ambiguous sets).
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from features.anatomy import ROOTS

Floats = npt.NDArray[np.float64]


def threshold(probabilities: npt.ArrayLike, coverage: float) -> float:
    """The k-th smallest of the n probabilities of a root among exams that involve it, k = floor((1-coverage)(n+1)).

    With k = 0 there are too few exams to promise the coverage unless the root is always in the set: threshold 0.
    """
    ordered = np.sort(np.asarray(probabilities, dtype=np.float64))
    rank = int(np.floor((1 - coverage) * (len(ordered) + 1) + 1e-9))
    return float(ordered[rank - 1]) if rank else 0.0


def thresholds(probabilities: Floats, involved: npt.NDArray[np.bool_], coverage: float) -> dict[str, float]:
    """The threshold of each root from the probabilities (n, 4) and the truth (n, 3) of the conformal part."""
    return {str(root): threshold(probabilities[involved[:, i], i], coverage) for i, root in enumerate(ROOTS)}


def covered(probabilities: Floats, involved: npt.NDArray[np.bool_], limits: Mapping[str, float]) -> dict[str, float]:
    """The share of exams involving each root whose prediction set holds it; NaN where no exam involves it."""
    shares = {}
    for i, root in enumerate(ROOTS):
        reached = probabilities[involved[:, i], i] >= limits[root]
        shares[str(root)] = float(reached.mean()) if len(reached) else float("nan")
    return shares
