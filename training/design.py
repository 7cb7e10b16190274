"""From rows with missing findings to the columns that the linear candidate and the perceptron are fitted on.

What was not assessed counts as 0 and gets an indicator of its own, so it is neither normal nor abnormal. Columns are
standardised with the weighted mean and standard deviation of the rows fitted on. It is one transformer, and works chunk
by chunk, because a million rows in a chain of ordinary transformers would need several times the memory of the result.
"""

from collections.abc import Iterator
from typing import Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, TransformerMixin

from training.interactions import split_missing, with_interactions

Numbers = npt.NDArray[np.floating]

CHUNK = 16384
"""Rows that are worked on at a time."""


class Design(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Missing findings to 0 and an indicator, counts and their products if asked for, all standardised.

    Single precision in gives single precision out, enough to fit on; double gives double, exact enough to export.
    After `fit`, `mean_` and `scale_` (columns,) are what is taken off and divided by; a column that never varies is
    divided by 1.
    """

    def __init__(self, *, interactions: bool = True) -> None:
        self.interactions = interactions

    def fit(self, rows: Numbers, y: object = None, sample_weight: npt.ArrayLike | None = None) -> Self:
        """Find mean and standard deviation of every column; `y` is not looked at."""
        weights = np.ones(len(rows)) if sample_weight is None else np.asarray(sample_weight, dtype=np.float64)
        # About the middle of the first chunk, so that the squares of large columns do not cancel.
        centre = self._columns(rows[:CHUNK]).mean(axis=0, dtype=np.float64)
        first, second = np.zeros_like(centre), np.zeros_like(centre)
        for at, columns in self._chunks(rows):
            from_centre = columns.astype(np.float64) - centre
            weight = weights[at : at + CHUNK]
            first += weight @ from_centre
            second += weight @ from_centre**2
        shift = first / weights.sum()
        variance = second / weights.sum() - shift**2
        self.mean_ = centre + shift
        # What is left of a constant column is the error of the sums.
        self.scale_ = np.sqrt(np.where(variance > 1e-12, variance, 1.0))
        return self

    def transform(self, rows: Numbers) -> Numbers:
        """(n, 109) with NaN to (n, columns), in the precision of `rows`."""
        made = np.empty((len(rows), len(self.mean_)), dtype=rows.dtype)
        mean, scale = self.mean_.astype(rows.dtype), self.scale_.astype(rows.dtype)
        for at, columns in self._chunks(rows):
            made[at : at + CHUNK] = (columns - mean) / scale
        return made

    def fold(self, weights: npt.ArrayLike, intercepts: npt.ArrayLike) -> tuple[Numbers, Numbers]:
        """A layer on standardised columns as the same layer on plain ones, in double precision."""
        plain = np.asarray(weights, dtype=np.float64) / self.scale_[:, None]
        return plain, np.asarray(intercepts, dtype=np.float64) - self.mean_ @ plain

    def _columns(self, rows: Numbers) -> Numbers:
        return with_interactions(rows) if self.interactions else split_missing(rows)

    def _chunks(self, rows: Numbers) -> Iterator[tuple[int, Numbers]]:
        return ((at, self._columns(rows[at : at + CHUNK])) for at in range(0, len(rows), CHUNK))
