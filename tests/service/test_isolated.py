"""The service runs in an environment with only its own lock installed, as `make serve` starts it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

ROOT = Path(__file__).parent.parent.parent
PYTHON = ROOT / ".venv-service" / "bin" / "python"
NOT_NEEDED = ("pandas", "scikit-learn", "mlflow", "scipy", "onnx", "skl2onnx", "pyarrow", "pytest")
MODULES = ("pandas", "sklearn", "mlflow", "scipy", "onnx", "skl2onnx", "pyarrow", "training")
START_SECONDS = 30


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """The URL of a service started by the service environment, ended by its own id."""
    assert PYTHON.exists(), "make the environments with `make setup`"
    environment = {**os.environ, "NERVEROOT_HOST": "127.0.0.1", "NERVEROOT_PORT": "0"}
    process = subprocess.Popen([PYTHON, "-m", "service"], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        yield _announced(process.stderr)
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)
    assert process.returncode in (0, -signal.SIGTERM)  # uvicorn ends itself by the signal it was sent


def _announced(lines: Any) -> str:
    until = time.monotonic() + START_SECONDS
    for line in lines:
        if "running on http://" in line:
            return str(line.split("running on ", 1)[1].split()[0])
        assert time.monotonic() < until, "the service did not come up"
    raise AssertionError("the service ended before it came up")


def test_it_assesses(url: str) -> None:
    body = (ROOT / "service" / "examples" / "exam.json").read_bytes()
    answer = httpx2.post(f"{url}/v1/assessments", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201
    assert answer.json()["classifier"]["likely_roots"] == ["L5"]


def test_its_environment_holds_none_of_the_training_libraries() -> None:
    program = "from importlib.metadata import distributions as d; print(*(each.name.lower() for each in d()))"
    listed = subprocess.run([PYTHON, "-c", program], capture_output=True, text=True, check=True)
    installed = set(listed.stdout.split())
    assert "fastapi" in installed
    assert not installed & set(NOT_NEEDED)


def test_even_where_they_are_installed_the_service_loads_none_of_them() -> None:
    program = (
        "import sys; from service.app import create_app; from service.settings import Settings; "
        f"create_app(Settings()); print([name for name in {MODULES!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
