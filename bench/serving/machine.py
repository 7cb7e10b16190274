"""The machine and the versions that figures belong to."""

import os
import platform
import sqlite3
import subprocess
from collections.abc import Mapping
from importlib.metadata import version as installed
from pathlib import Path
from typing import Final

import psutil

from bench.own_service import ROOT
from bench.serving.peers.environment import version as of_peer
from service.released import version_meant
from service.version import SOFTWARE_VERSION
from tests.record.postgres import programs

OURS: Final = ("fastapi", "starlette", "pydantic", "uvicorn", "uvloop", "httptools", "onnxruntime", "numpy")
PEERS: Final = {
    "mlflow": ("mlflow", "onnxruntime", "scikit-learn", "uvicorn"),
    "bentoml": ("bentoml", "onnxruntime", "starlette"),
    "mlserver": ("mlserver", "onnxruntime", "fastapi"),
}


def machine() -> dict[str, str]:
    """Cores, processor, memory and kernel."""
    return {
        "processor": processor(Path("/proc/cpuinfo").read_text(encoding="utf-8")),
        "cores": str(os.cpu_count()),
        "memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "kernel": f"{platform.system()} {platform.release()}, {platform.machine()}",
    }


def processor(cpuinfo: str) -> str:
    """The model of the processor in what /proc/cpuinfo says."""
    for line in cpuinfo.splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            return value.strip()
    return "unknown"


def versions(*, with_peers: bool) -> dict[str, str]:
    """What was measured and what measured it, by name: one line of versions each."""
    models = ROOT / "models"
    own = [f"nerveroot {SOFTWARE_VERSION}", f"model {version_meant(models, 'champion')}"]
    own += [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    own += [f"{name} {installed(name)}" for name in OURS]
    return {
        "ours": ", ".join(own),
        **(_of_peers() if with_peers else {}),
        "wrk": _said("wrk", "-v"),
        "PostgreSQL": _postgres(),
    }


def _of_peers() -> Mapping[str, str]:
    return {
        peer: ", ".join(f"{package} {of_peer(peer, package)}" for package in packages)
        for peer, packages in PEERS.items()
    }


def _postgres() -> str:
    folder = programs()
    return "none" if folder is None else _said(str(folder / "postgres"), "--version")


def _said(*command: str) -> str:
    """The first line that a program says of itself; wrk says it on its way to an error."""
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False).stdout
    return said.partition("Copyright")[0].splitlines()[0].strip()
