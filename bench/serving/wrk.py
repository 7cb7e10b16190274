"""Load by wrk, from a core of its own: a client in Python could not ask the floor as fast as it answers."""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.debian import ensure

CORE: Final = "1"
"""The core that the client has."""
SCRIPT: Final = Path(__file__).with_name("post.lua")


@dataclass(frozen=True, kw_only=True)
class Slice:
    """What came of some seconds of load: how many answers, how many a second, and how long they took, in ms."""

    requests: int
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
    return loads([url], body, clients, seconds, CORE)[0]


def loads(urls: Sequence[str], body: Path, clients: int, seconds: int, cores: str) -> list[Slice]:
    """The same to several addresses at a time, with `clients` connections to each, from the same cores.

    Raises:
        RuntimeError: one was refused or broken off.
    """
    options = ["-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "60s", "-s", str(SCRIPT)]
    commands = [["taskset", "-c", cores, "wrk", *options, url] for url in urls]
    environment = {**os.environ, "WRK_BODY": str(body)}
    started = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True, encoding="utf-8")
        for command in commands
    ]
    said = [process.communicate()[0] for process in started]
    return [read(url, text) for url, text in zip(urls, said, strict=True)]


def read(url: str, said: str) -> Slice:
    """What wrk said at its end.

    Raises:
        RuntimeError: it did not come to its end; or a request to `url` was refused or broken off.
    """
    _, found, last = said.rpartition("JSON ")
    if not found:
        raise RuntimeError(f"{url}: wrk broke off: {said[-500:]}")
    told = json.loads(last)
    if told["refused"] or told["broken"]:
        raise RuntimeError(f"{url}: {told['refused']} of {told['requests']} refused, {told['broken']} broken off")
    requests, seconds = told["requests"], told["microseconds"] / 1e6
    return Slice(requests=requests, rate=requests / seconds, p50=told["p50"] / 1e3, p99=told["p99"] / 1e3)
