"""The peers as servers: one process each, with what their documentation recommends, and nothing on that costs time.

bench/README.md says which settings, and why.
"""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime

from bench.load import HOST
from bench.own_service import ROOT
from bench.serving.peers import mlflow_models, protocols
from bench.serving.peers.environment import environment
from bench.serving.peers.named import BENTOML, MLFLOW_GRAPH, MLFLOW_PIPELINE, MLSERVER
from bench.serving.servers import Running, Server
from features.encoding import Row, encode
from service.intake import read_exam
from service.released import version_meant

APPS: Final = Path(__file__).parent / "apps"
CLOSE: Final = 1e-6
"""How far a probability may be from what the model says in this process."""


@dataclass(frozen=True, kw_only=True)
class Peer:
    """A peer: its server, where the probabilities are in its answer, and what they are."""

    server: Server
    read: Callable[[Any], Sequence[float]]
    expected: Sequence[float]

    def check(self, running: Running) -> None:
        """See that its first answer is right.

        Raises:
            RuntimeError: it is not.
        """
        found = self.read(json.loads(running.answer))
        if len(found) != len(self.expected) or not np.allclose(found, self.expected, rtol=0, atol=CLOSE):
            raise RuntimeError(f"{self.server.name} answers {found}, the model says {list(self.expected)}")


def peers(folder: Path, exam: Path) -> list[Peer]:
    """All of them, asked for the examination in the file `exam`; what they need is put into `folder`.

    Raises:
        subprocess.CalledProcessError: the environment of one cannot be made.
    """
    row = encode(read_exam(exam.read_bytes()))
    models = ROOT / "models"
    model = models / version_meant(models, "champion") / "classifier.onnx"
    expected = _probabilities(model, row)
    return [
        _mlflow_graph(folder, model, row, expected),
        _mlflow_pipeline(folder, row),
        _bentoml(folder, model, row, expected),
        _mlserver(folder, model, row, expected),
    ]


def _probabilities(model: Path, row: Row) -> list[float]:
    session = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
    found: list[float] = session.run(["probabilities"], {"X": row[np.newaxis]})[0][0].tolist()
    return found


def _mlflow_graph(folder: Path, model: Path, row: Row, expected: Sequence[float]) -> Peer:
    kept = folder / "mlflow-graph"
    mlflow_models.save_graph(model, kept)
    body = _written(folder / "mlflow-graph.json", protocols.mlflow_inputs(row))
    return Peer(server=_mlflow(MLFLOW_GRAPH, kept, body), read=protocols.of_mlflow_inputs, expected=expected)


def _mlflow_pipeline(folder: Path, row: Row) -> Peer:
    kept, pipeline = folder / "mlflow-pipeline", mlflow_models.fitted()
    mlflow_models.save_pipeline(pipeline, row, kept)
    expected: list[float] = pipeline.predict_proba(mlflow_models.framed(row))[0].tolist()
    body = _written(folder / "mlflow-pipeline.json", protocols.mlflow_frame(row))
    return Peer(server=_mlflow(MLFLOW_PIPELINE, kept, body), read=protocols.of_mlflow_frame, expected=expected)


def _mlflow(name: str, model: Path, body: Path) -> Server:
    programs = environment("mlflow")
    place = ["--host", HOST, "--port", "{port}", "--env-manager", "local", "--workers", "1"]
    settings = {
        "PATH": f"{programs}:{os.environ['PATH']}",  # it starts `uvicorn` by name
        "PYTHONPATH": str(ROOT),  # the pipeline is made of classes of training/
        "UVICORN_ACCESS_LOG": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    command = [str(programs / "mlflow"), "models", "serve", "--model-uri", str(model), *place]
    return Server(name=name, command=command, path="/invocations", body=body, environment=settings, folder=model)


def _bentoml(folder: Path, model: Path, row: Row, expected: Sequence[float]) -> Peer:
    programs, kept = environment("bentoml"), folder / "bentoml"
    kept.mkdir()
    place = ["--host", HOST, "--port", "{port}", "--working-dir", str(APPS)]
    settings = {
        "PATH": f"{programs}:{os.environ['PATH']}",
        "MODEL": str(model),
        "BENTOML_HOME": str(kept),
        "BENTOML_DO_NOT_TRACK": "True",
    }
    server = Server(
        name=BENTOML,
        command=[str(programs / "bentoml"), "serve", "bento_app:Classifier", *place],
        path="/predict",
        body=_written(folder / "bentoml.json", protocols.bentoml(row)),
        environment=settings,
        folder=kept,
    )
    return Peer(server=server, read=protocols.of_bentoml, expected=expected)


def _mlserver(folder: Path, model: Path, row: Row, expected: Sequence[float]) -> Peer:
    kept = folder / "mlserver"
    kept.mkdir()
    implementation = {"name": "classifier", "implementation": "mlserver_app.OnnxRuntime"}
    _written(kept / "model-settings.json", {**implementation, "parameters": {"uri": str(model)}})
    _written(kept / "settings.json", {"parallel_workers": 0, "debug": False, "metrics_endpoint": None, "host": HOST})
    ports = {f"MLSERVER_{of}_PORT": port for of, port in (("HTTP", "{port}"), ("GRPC", "{port_2}"))}
    server = Server(
        name=MLSERVER,
        command=[str(environment("mlserver") / "mlserver"), "start", str(kept)],
        path="/v2/models/classifier/infer",
        body=_written(folder / "mlserver.json", protocols.v2(row)),
        environment={**ports, "PYTHONPATH": str(APPS)},
        folder=kept,
    )
    return Peer(server=server, read=protocols.of_v2, expected=expected)


def _written(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path
