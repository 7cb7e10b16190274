"""Load by wrk, from a core of its own: a client in Python could not ask the floor as fast as it answers."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.debian import ensure

CORE: Final = "1"
"""The core that the client has."""
SCRIPT: Final = Path(__file__).with_name("post.lua")


@dataclass(frozen=True, kw_only=True)
class Slice:
    """What came of some seconds of load: answers a second, and how long they took, in milliseconds."""

    rate: float
    p50: float
    p99: float


def ensure_wrk() -> int:
    """The exit status: 0 where wrk is there, installed just now where that is ours to do."""
    missing = "The measurement needs wrk and taskset: on Debian, apt-get install wrk util-linux."
    return ensure(
        lambda: all(map(shutil.which, ("wrk", "taskset"))), ("wrk", "util-linux"), called="wrk", missing=missing
    )


def load(url: str, body: Path, clients: int, seconds: int) -> Slice:
    """Post `body` again and again over `clients` connections that stay open.

    Raises:
        RuntimeError: one was refused or broken off: then the figures say nothing.
    """
    command = [
        "taskset",
        "-c",
        CORE,
        "wrk",
        "-t1",
        f"-c{clients}",
        f"-d{seconds}s",
        "--timeout",
        "60s",
        "-s",
        str(SCRIPT),
        url,
    ]
    said = subprocess.run(
        command, env={**os.environ, "WRK_BODY": str(body)}, stdout=subprocess.PIPE, check=True, text=True
    ).stdout
    told = json.loads(said.rpartition("JSON ")[2])
    if told["refused"] or told["broken"]:
        raise RuntimeError(f"{url}: {told['refused']} of {told['requests']} refused, {told['broken']} broken off")
    return Slice(rate=told["requests"] / (told["microseconds"] / 1e6), p50=told["p50"] / 1e3, p99=told["p99"] / 1e3)
