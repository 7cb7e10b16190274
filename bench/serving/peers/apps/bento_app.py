"""BentoML: the ONNX model behind its own protocol, as its documentation writes a service.

`bentoml serve bento_app:Classifier`; MODEL names the file of the model.
"""

import os
from typing import Annotated

import bentoml  # type: ignore[import-not-found]
import numpy as np
import onnxruntime
from bentoml.validators import DType, Shape  # type: ignore[import-not-found]

Rows = Annotated[np.ndarray, DType("float32"), Shape((-1, 109))]


@bentoml.service(workers=1, logging={"access": {"enabled": False}}, metrics={"enabled": False})
class Classifier:
    """One model, one process."""

    def __init__(self) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        self.session = onnxruntime.InferenceSession(os.environ["MODEL"], options, providers=["CPUExecutionProvider"])

    @bentoml.api  # type: ignore[untyped-decorator]
    async def predict(self, rows: Rows) -> np.ndarray:
        """The probabilities of rows (n, 109): (n, 4).

        Not `def`, as most of the documentation has it: that goes through a thread, and was slower.
        """
        probabilities: np.ndarray = self.session.run(["probabilities"], {"X": rows})[0]
        return probabilities
