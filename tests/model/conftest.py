"""The released model as it lies in models/, read by hand: these tests need neither the service nor training."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest
from pydantic import TypeAdapter

from features.anatomy import ROOTS
from features.encoding import encode
from features.exam import Exam
from features.involvement import Involvement

MODELS = Path(__file__).parents[2] / "models"
RELEASED = sorted(path.parent for path in MODELS.glob("*/manifest.json"))

Classify = Callable[[dict[str, Any]], Involvement]


@pytest.fixture(scope="session", params=RELEASED, ids=lambda folder: folder.name)
def released(request: pytest.FixtureRequest) -> Path:
    """The folder of each released version in turn."""
    return Path(request.param)


@pytest.fixture(scope="session")
def session(released: Path) -> onnxruntime.InferenceSession:
    return onnxruntime.InferenceSession((released / "classifier.onnx").read_bytes(), providers=["CPUExecutionProvider"])


@pytest.fixture(scope="session")
def classify(session: onnxruntime.InferenceSession) -> Classify:
    """What the model says of a wire body."""
    wire = TypeAdapter(Exam)

    def ask(body: dict[str, Any]) -> Involvement:
        row = encode(wire.validate_json(json.dumps(body)))
        *roots, none = (float(p) for p in session.run(None, {"X": row[np.newaxis]})[0][0])
        return Involvement(roots=dict(zip(ROOTS, roots, strict=True)), none=none)

    return ask
