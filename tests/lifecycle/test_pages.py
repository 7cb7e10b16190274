"""`make mlflow`: the pages answer on this machine alone, and the run is in them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Any

import pytest

from tests.lifecycle.conftest import Logged
from training.provenance import CHECKOUT
from training.store import Store

PATIENCE = 120
"""Seconds; it takes about 12 on an idle machine."""


@contextmanager
def pages(store: Store) -> Iterator[str]:
    """The address of the pages; the whole group of processes is ended by its number."""
    make = shutil.which("make")
    assert make
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    server = subprocess.Popen(
        [make, "--old-file=setup", f"RUN={sys.executable}", f"PORT={port}", "mlflow"],
        cwd=CHECKOUT,
        env={**os.environ, "MLFLOW_TRACKING_URI": store.uri},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        address = f"127.0.0.1:{port}"
        until = time.monotonic() + PATIENCE
        while not answers(address):
            assert server.poll() is None, "it ended by itself"
            assert time.monotonic() < until, "it does not answer"
            time.sleep(0.5)
        yield address
    finally:
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=30)


def fetch(address: str, path: str, body: dict[str, Any] | None = None) -> bytes:
    """What the page or the interface of MLflow answers."""
    talk = HTTPConnection(address, timeout=30)
    try:
        content = json.dumps(body) if body is not None else None
        talk.request("POST" if body is not None else "GET", path, content, {"Content-Type": "application/json"})
        response = talk.getresponse()
        assert response.status == HTTPStatus.OK, path
        return response.read()
    finally:
        talk.close()


def answers(address: str) -> bool:
    try:
        fetch(address, "/health")
    except (OSError, HTTPException, AssertionError):
        return False
    return True


@pytest.mark.long
def test_the_pages_answer_and_the_run_is_in_them(store: Store, client: Any, logged: Logged) -> None:
    logged("0.6.0")
    experiment = client.get_experiment_by_name("nerveroot").experiment_id
    with pages(store) as address:
        assert b"<title>MLflow</title>" in fetch(address, "/")
        api = "/api/2.0/mlflow"
        query = {"experiment_ids": [experiment], "filter": "tags.version = '0.6.0'"}
        (run,) = json.loads(fetch(address, f"{api}/runs/search", query))["runs"]
        assert {"key": "verdict", "value": "candidate"} in run["data"]["tags"]
        of_run = f"run_id={run['info']['run_id']}&path=release"
        files = json.loads(fetch(address, f"{api}/artifacts/list?{of_run}"))["files"]
        assert "release/classifier.onnx" in {each["path"] for each in files}
        alias = f"{api}/registered-models/alias?name=nerveroot&alias=challenger"
        assert {"key": "version", "value": "0.6.0"} in json.loads(fetch(address, alias))["model_version"]["tags"]
        # What the page shows of a run it fetches from here.
        assert fetch(address, f"/get-artifact?{of_run}/plots/reliability.png") == b"png"
    assert not answers(address)
