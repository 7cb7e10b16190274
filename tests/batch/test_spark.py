"""The lines of docs/batch.md for Spark say what the model itself says.

They are tried where PySpark and Java are: `pip install pyspark`, 450 MB, is too much for every run of the tests.
"""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from features.encoding import encode
from service.classifier import Classifier
from service.deadline import Guard
from service.intake import EXAM
from tests.batch.examinations import grave
from training import tracking
from training.store import Store

pyspark = pytest.importorskip("pyspark", reason="PySpark is not installed")
pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java"),
    pytest.mark.filterwarnings("ignore"),
]
ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "batch.md"
EXAMS = 200


@pytest.fixture(scope="module")
def champion(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the released champion, which is in a registry of its own as `models:/nerveroot@champion`."""
    import mlflow

    folder = tmp_path_factory.mktemp("registry")
    uri = f"sqlite:///{folder / 'mlflow.db'}"
    store = Store(uri=uri, registry_uri=uri, artifacts=(folder / "artifacts").as_uri())
    model = ROOT / "models" / (ROOT / "models" / "CHAMPION").read_text().split()[0]
    with tracking.run({}, {"version": model.name}, store=store) as live:
        live.candidate(model, np.full((2, 109), np.nan, dtype=np.float32), "")
    assert live.not_logged is None
    before = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    mlflow.MlflowClient().set_registered_model_alias("nerveroot", "champion", str(live.number))
    yield model
    mlflow.set_tracking_uri(before[0])
    mlflow.set_registry_uri(before[1])


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    """Spark in this process and one worker, on the loopback interface."""
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.pyspark.python": sys.executable,
    }.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


def test_the_documented_lines_say_what_the_model_says(spark: Any, champion: Path) -> None:
    bodies = [json.dumps({**body, "previous_examination": None}) for body in grave(EXAMS)]
    known: dict[str, Any] = {
        "spark": spark,
        "rows": spark.createDataFrame(list(enumerate(bodies)), "id int, exam string"),
    }
    for name in ("spark-encode", "spark"):
        exec(documented(name), known)  # noqa: S102 - the document is ours
    found = {row["id"]: row["roots"]["probabilities"] for row in known["scored"].select("id", "roots").collect()}

    features = np.stack([encode(EXAM.validate_json(body)) for body in bodies])
    own = Classifier(champion.parent, champion.name, Guard(60)).answers(features).probabilities
    assert len(found) == EXAMS
    np.testing.assert_allclose(np.array([found[number] for number in range(EXAMS)]), own, rtol=0, atol=1e-12)


def documented(name: str) -> str:
    """The lines of Python between the marks of that name."""
    block = re.search(rf"<!-- {name}: begin -->\n```python\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return block[1]
