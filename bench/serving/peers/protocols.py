"""How each peer is asked for the probabilities of one row, and where they are in its answer.

A peer knows no examinations: it is sent the encoded row, 109 numbers, null for what was not assessed.
"""

from typing import Any, Final

from features.encoding import FEATURES, Row

NAMES: Final = [feature.name for feature in FEATURES]


def numbers(row: Row) -> list[float | None]:
    """The row (109,) as JSON can say it."""
    return [None if value != value else float(value) for value in row]


def mlflow_inputs(row: Row) -> dict[str, Any]:
    """For MLflow, as its documentation has it for models that take tensors."""
    return {"inputs": {"X": [numbers(row)]}}


def mlflow_frame(row: Row) -> dict[str, Any]:
    """For MLflow, as its documentation has it for models that take data frames."""
    return {"dataframe_split": {"columns": NAMES, "data": [numbers(row)]}}


def v2(row: Row) -> dict[str, Any]:
    """For MLServer: version 2 of the inference protocol."""
    return {"inputs": [{"name": "X", "shape": [1, len(NAMES)], "datatype": "FP32", "data": numbers(row)}]}


def bentoml(row: Row) -> dict[str, Any]:
    """For BentoML: the argument of apps/bento_app.py."""
    return {"rows": [numbers(row)]}


def of_mlflow_inputs(answer: Any) -> list[float]:
    """Of all that the model puts out; MLflow sends the rest too."""
    return list(answer["predictions"]["probabilities"][0])


def of_mlflow_frame(answer: Any) -> list[float]:
    """Those of the classes of the pipeline."""
    return list(answer["predictions"][0])


def of_v2(answer: Any) -> list[float]:
    """Those of the first output."""
    return list(answer["outputs"][0]["data"])


def of_bentoml(answer: Any) -> list[float]:
    """Those of the first row."""
    return list(answer[0])
