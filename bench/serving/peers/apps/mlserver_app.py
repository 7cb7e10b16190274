"""MLServer: a custom runtime, as its documentation writes one, that runs the ONNX model with onnxruntime.

`mlserver start` on a folder whose model-settings.json names this class, and the file of the model as its URI.
"""

import onnxruntime
from mlserver import MLModel  # type: ignore[import-not-found]
from mlserver.codecs import NumpyCodec  # type: ignore[import-not-found]
from mlserver.types import InferenceRequest, InferenceResponse  # type: ignore[import-not-found]
from mlserver.utils import get_model_uri  # type: ignore[import-not-found]


class OnnxRuntime(MLModel):  # type: ignore[misc]
    """One model, loaded once."""

    async def load(self) -> bool:
        """Open the model."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        model = await get_model_uri(self.settings)
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        """The probabilities of rows `X` (n, 109) of FP32, null for NaN: (n, 4)."""
        rows = self.decode(payload.inputs[0], default_codec=NumpyCodec)
        probabilities = self.session.run(["probabilities"], {"X": rows})[0]
        encoded = NumpyCodec.encode_output("probabilities", probabilities)
        return InferenceResponse(model_name=self.name, outputs=[encoded])
