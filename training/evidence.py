"""What the published figures alone say of an examination: columns to fit on.

The cohort is a finite model of the published figures (`training.cohort`), so the probability of every set of roots
given a row can be added up: Bayes' theorem with the papers as its only data. Its log-odds are few, and hold nearly all
that a row has to say about the roots; a regression on them learns where the figures are too sure, or not sure enough.

The sum is written once, as a graph (`training.evidence_graph`), and run by onnxruntime in training as in the service.
`training.cohort.posterior` does the same sum in another way, and a test holds the two against each other.
"""

from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.base import BaseEstimator, TransformerMixin

from features.encoding import FEATURES
from training.cohort.world import World, published_world
from training.draft import IR_VERSION, OPSET, Draft
from training.evidence_graph import KNOWN_SETS, evidence

Numbers = npt.NDArray[np.floating]

CHUNK = 4096
"""Rows per call: bounds the memory."""


class Evidence(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Rows (n, 109) to the log-odds of every known set of roots against none of the three: (n, len(KNOWN_SETS) - 1).

    Nothing is fitted: the columns are those of the published figures, whatever the data.
    """

    def fit(self, rows: Numbers, y: object = None) -> Self:
        """Note the number of columns, as scikit-learn wants; the data are not looked at."""
        self.n_features_in_ = rows.shape[1]
        return self

    def transform(self, rows: Numbers) -> Numbers:
        """The log-odds, in the precision of `rows`."""
        session, single = _session(), rows.astype(np.float32)
        made = np.empty((len(rows), len(KNOWN_SETS) - 1), dtype=rows.dtype)
        for at in range(0, len(rows), CHUNK):
            made[at : at + CHUNK] = session.run(None, {"X": single[at : at + CHUNK]})[0]
        return made


@cache
def _session() -> onnxruntime.InferenceSession:
    return session_of(published_world())


def session_of(world: World) -> onnxruntime.InferenceSession:
    """The columns of one world: rows `X` (n, 109), in single precision, to the log-odds in double precision."""
    draft = Draft()
    out, _ = evidence(draft, world, draft.add("Cast", ["X"], "values", to=TensorProto.DOUBLE))
    graph = helper.make_graph(
        draft.nodes,
        "evidence",
        [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, len(FEATURES)])],
        [helper.make_tensor_value_info(out, TensorProto.DOUBLE, [None, len(KNOWN_SETS) - 1])],
        [numpy_helper.from_array(value, name) for name, value in draft.constants.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
