"""Logs a run to MLflow while it goes on, the refused ones too.

`models/` keeps what was promoted, MLflow what was tried: without the refused runs nobody could see how often a limit
was run against before a model kept it. A fault of MLflow ends the logging, never the training: it is kept in
`Live.not_logged`, and the candidate stays in its folder, from which it can be promoted all the same.
"""

import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

import numpy as np
import onnx
from matplotlib.figure import Figure

from features.encoding import FEATURES, Row, schema_digest
from training.export import INPUT
from training.provenance import environment, libraries
from training.registry import CHALLENGER, RELEASE, SHA256, VERSION
from training.release import MODEL as ONNX
from training.release import digest_of
from training.store import EXPERIMENT, MODEL, Store, StoreFailed, asking, connect, globally

LONGEST_TAG, LONGEST_PARAMETER = 5000, 6000
"""Characters that MLflow takes."""
BATCH = 100
"""Values that MLflow takes at once."""
CANDIDATE, REFUSED, FAILED, FINISHED = "candidate", "refused", "failed", "finished"
"""What the tag `verdict` says: may be promoted; not accepted; broke off; came to its end without a candidate."""


class Live:
    """One run that is being logged; made by `run`.

    `not_logged` is None, or why MLflow stopped taking the run: from then on nothing more is sent, so that a server that
    is gone costs its time limit once. `number` is that of the registered model, None until there is one.
    """

    def __init__(self, store: Store) -> None:
        self.store = store
        self.not_logged: str | None = None
        self.number: str | None = None
        self._client: Any = None
        self._run: str | None = None
        self._experiment: str | None = None
        self._verdict: str | None = None

    def trial(self, candidate: str, number: int, params: Mapping[str, Any], fold_losses: Sequence[float]) -> None:
        """One trial of a search as a run nested in this one; `fold_losses` are its log-losses, fold by fold."""
        losses = [float(loss) for loss in fold_losses]
        metrics = [("log_loss", fmean(losses), 0), *(("fold_log_loss", loss, at) for at, loss in enumerate(losses))]
        if len(losses) > 1:
            metrics.append(("log_loss_error", stdev(losses) / len(losses) ** 0.5, 0))

        def log() -> None:
            tags = {"mlflow.parentRunId": self._run, "candidate": candidate}
            nested = self._client.create_run(self._experiment, run_name=f"{candidate} {number}", tags=tags)
            self._batch(nested.info.run_id, params=params, metrics=metrics)
            self._client.set_terminated(nested.info.run_id)

        self._try(log)

    def metrics(self, measured: Mapping[str, float]) -> None:
        """Metrics by name; a name may have parts, `full/L5/auc`, and what MLflow does not take in it becomes `_`."""
        self._try(lambda: self._batch(self._run, metrics=[(name, value, 0) for name, value in measured.items()]))

    def tags(self, said: Mapping[str, str]) -> None:
        """Tags of the run."""
        self._try(lambda: self._batch(self._run, tags=said))

    def figure(self, name: str, figure: Figure) -> None:
        """A plot, as plots/<name>.png."""
        self._try(lambda: self._client.log_figure(self._run, figure, f"plots/{name}.png"))

    def table(self, name: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """A table that the page of the run shows, as tables/<name>.json; every row has the same columns."""
        columns = {column: [row[column] for row in rows] for column in rows[0]}
        self._try(lambda: self._client.log_table(self._run, columns, f"tables/{name}.json"))

    def text(self, name: str, text: str) -> None:
        """A text file of that name."""
        self._try(lambda: self._client.log_text(self._run, text, name))

    def artifacts(self, path: Path, under: str) -> None:
        """A file, or all of a folder, under the name of a folder of the run."""
        log = "log_artifacts" if path.is_dir() else "log_artifact"
        self._try(lambda: getattr(self._client, log)(self._run, str(path), under))

    def candidate(self, folder: Path, example: Row, data_sha256: str) -> None:
        """An accepted model: its folder is logged, its model registered as a version with the alias `challenger`.

        `folder` is what `release.write` made, named by the version, with the held-out exams among its files; `example`
        (n, 109) float32 are rows to show how the model is asked.
        """
        self._try(lambda: self._register(folder, example, data_sha256))

    def _register(self, folder: Path, example: Row, data_sha256: str) -> None:
        # The files first: whatever is registered can be fetched.
        self._client.log_artifacts(self._run, str(folder), RELEASE)
        content = (folder / ONNX).read_bytes()
        said = {
            VERSION: folder.name,
            SHA256: digest_of(content),
            "feature_schema": schema_digest(),
            "data_sha256": data_sha256,
        }
        self.number = self._log_model(content, example)
        for name, value in said.items():
            self._client.set_model_version_tag(MODEL, self.number, name, value)
        self._client.set_registered_model_alias(MODEL, CHALLENGER, self.number)
        self._batch(self._run, tags={**said, "verdict": CANDIDATE})
        self._verdict = CANDIDATE

    def _log_model(self, content: bytes, example: Row) -> str:
        import mlflow.onnx
        from mlflow.models import ModelSignature
        from mlflow.types import Schema, TensorSpec

        model = onnx.load_from_string(content)
        signature = ModelSignature(
            Schema([TensorSpec(np.dtype(np.float32), (-1, len(FEATURES)), INPUT)]),
            Schema(
                [
                    TensorSpec(np.dtype(np.float64), (-1, output.type.tensor_type.shape.dim[1].dim_value), output.name)
                    for output in model.graph.output
                ]
            ),
        )
        with globally(self.store), mlflow.start_run(run_id=self._run):
            logged = mlflow.onnx.log_model(
                model,
                name="model",
                signature=signature,
                input_example=example,
                # Given, because MLflow would find them out by running the model in a process of its own.
                pip_requirements=[f"{name}=={libraries()[name]}" for name in ("numpy", "onnx", "onnxruntime")],
                registered_model_name=MODEL,
                # Otherwise the weights go to a file of a random name, and the digest of the model says nothing of them.
                save_as_external_data=False,
                onnx_execution_providers=["CPUExecutionProvider"],
            )
        return str(logged.registered_model_version)

    def _begin(self, params: Mapping[str, Any], tags: Mapping[str, str]) -> None:
        def begin() -> None:
            self._client = connect(self.store)
            found = self._client.get_experiment_by_name(EXPERIMENT)
            self._experiment = (
                found.experiment_id if found else self._client.create_experiment(EXPERIMENT, self.store.artifacts)
            )
            self._run = self._client.create_run(self._experiment, run_name=tags.get(VERSION)).info.run_id
            self._batch(self._run, params=_flat(params), tags={**environment(), **tags})

        self._verdict = tags.get("verdict")
        self._try(begin)

    def _end(self, verdict: str, reasons: str | None, status: str) -> None:
        said = {} if self._verdict else {"verdict": verdict}
        self._try(lambda: self._batch(self._run, tags=said if reasons is None else {**said, "reasons": reasons}))
        if self._run is None:
            return
        try:
            with asking():
                if self.not_logged is not None:
                    self._batch(self._run, tags={"incomplete": self.not_logged})
                self._client.set_terminated(self._run, status if self.not_logged is None else "FAILED")
        except StoreFailed as fault:
            self.not_logged = self.not_logged or str(fault)

    def _batch(
        self,
        run: str | None,
        params: Mapping[str, Any] | None = None,
        metrics: Sequence[tuple[str, float, int]] = (),
        tags: Mapping[str, str] | None = None,
    ) -> None:
        from mlflow.entities import Metric, Param, RunTag

        now = int(time.time() * 1000)
        kinds: dict[str, list[Any]] = {
            "params": [Param(_name(key), str(value)[:LONGEST_PARAMETER]) for key, value in (params or {}).items()],
            "metrics": [Metric(_name(key), float(value), now, step) for key, value, step in metrics],
            "tags": [RunTag(_name(key), text[:LONGEST_TAG]) for key, text in (tags or {}).items()],
        }
        for kind, values in kinds.items():
            for at in range(0, len(values), BATCH):
                self._client.log_batch(run, **{kind: values[at : at + BATCH]})

    def _try(self, step: Callable[[], object]) -> None:
        if self.not_logged is not None:
            return
        try:
            with asking():
                step()
        except StoreFailed as fault:
            self.not_logged = str(fault)


@contextmanager
def run(
    params: Mapping[str, Any],
    tags: Mapping[str, str],
    *,
    refusals: tuple[type[Exception], ...] = (),
    store: Store | None = None,
) -> Iterator[Live]:
    """Log what goes on in the block as one run, named by the tag `version`.

    `params` may be nested; `tags` say where the run came from, beside `provenance.environment`. The tag `verdict` says
    what became of it: `candidate` once `Live.candidate` was called, `refused` if one of `refusals` leaves the block,
    `failed` if anything else does; `reasons` is the message of what left it. `store` is that of the environment if it
    is left out. The run never raises anything of its own.
    """
    live = Live(store or Store.named(os.environ))
    live._begin(params, tags)
    try:
        yield live
    except BaseException as end:
        verdict = REFUSED if isinstance(end, refusals) else FAILED
        text = str(end) if verdict == REFUSED else f"{type(end).__name__}: {end}"
        live._end(verdict, text, "FINISHED" if verdict == REFUSED else "FAILED")
        raise
    live._end(FINISHED, None, "FINISHED")


def _flat(nested: Mapping[str, Any], under: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in nested.items():
        flat |= _flat(value, f"{under}{name}.") if isinstance(value, Mapping) else {f"{under}{name}": value}
    return flat


def _name(text: str) -> str:
    """A name that MLflow takes: letters, digits and `_-. :/`."""
    return re.sub(r"[^\w\-. :/]", "_", text, flags=re.ASCII)
