"""The models as MLflow keeps them: the released graph, and the scikit-learn pipeline that such a graph is made from.

Training logs the graph alone (`training/tracking.py`), for that is what is served. The pipeline is fitted anew here, on
a small cohort: that of the candidate `evidence`, which the champion comes from. It lacks the temperature and the
constraint of signs that the graph has, so it does less.
"""

from pathlib import Path
from typing import Any, Final

import numpy as np
import onnx
import pandas as pd
from mlflow import onnx as onnx_flavour
from mlflow import sklearn as sklearn_flavour
from mlflow.models import ModelSignature, infer_signature
from mlflow.types import Schema, TensorSpec
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer

from features.encoding import FEATURES, Row
from training.candidates import EVIDENCE
from training.cohort.draw import draw
from training.cohort.world import published_world
from training.dataset import Dataset
from training.estimator import fit

PATIENTS: Final = 3_000
SEED: Final = 1
NAMES: Final = tuple(feature.name for feature in FEATURES)


def save_graph(model: Path, folder: Path) -> None:
    """Keep the graph of the file `model` as training logs it, in `folder`, which is made.

    One thread, because the server has one core.
    """
    graph = onnx.load(model)
    outputs = [
        TensorSpec(np.dtype(np.float64), (-1, each.type.tensor_type.shape.dim[1].dim_value), each.name)
        for each in graph.graph.output
    ]
    inputs = Schema([TensorSpec(np.dtype(np.float32), (-1, len(NAMES)), "X")])
    onnx_flavour.save_model(
        graph,
        str(folder),
        signature=ModelSignature(inputs, Schema([*outputs])),
        pip_requirements=[],  # the environment is there already
        save_as_external_data=False,
        onnx_execution_providers=["CPUExecutionProvider"],
        onnx_session_options={"intra_op_num_threads": 1, "inter_op_num_threads": 1, "execution_mode": "sequential"},
    )


def fitted() -> Pipeline:
    """The pipeline, for a data frame with a column for each feature: classes are sets of roots."""
    part = Dataset.of_cohort(draw([published_world()], PATIENTS, SEED))
    estimator: Any = fit(EVIDENCE, EVIDENCE.start, part, SEED).estimator
    return make_pipeline(FunctionTransformer(np.asarray), estimator)


def save_pipeline(pipeline: Pipeline, row: Row, folder: Path) -> None:
    """Keep a pipeline that answers with its probabilities, in `folder`, which is made; `row` (109,) is an example."""
    frame = framed(row)
    sklearn_flavour.save_model(
        pipeline,
        str(folder),
        serialization_format=sklearn_flavour.SERIALIZATION_FORMAT_CLOUDPICKLE,
        signature=infer_signature(frame.fillna(0.0), pipeline.predict_proba(frame)),
        pip_requirements=[],
        pyfunc_predict_fn="predict_proba",
    )


def framed(row: Row) -> pd.DataFrame:
    """The row (109,) as the data frame that the server makes of its body."""
    return pd.DataFrame([row.astype(np.float64)], columns=NAMES)
