"""What the peers are called in tables."""

from typing import Final

MLFLOW_GRAPH: Final = "MLflow, the ONNX model"
MLFLOW_PIPELINE: Final = "MLflow, the scikit-learn model"
BENTOML: Final = "BentoML, the ONNX model"
MLSERVER: Final = "MLServer, the ONNX model"
