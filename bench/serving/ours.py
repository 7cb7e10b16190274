"""The service as it is measured, and what it is measured against: a bare server, and FastAPI that does nothing."""

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import MappingProxyType
from typing import Final

from bench.load import HOST
from bench.own_service import ROOT
from bench.serving.servers import Server, running

EXAM: Final = ROOT / "service" / "examples" / "exam.json"
ASSESS: Final = "/v1/assessments"
SHORT: Final = "?explain=false"

FLOOR, NO_OP = "bare ASGI, bytes that are there (floor)", "FastAPI that does nothing (no-op)"
OURS, EXPLAINED = "ours, `?explain=false`", "ours, with explanation"
NEW_PERSON: Final = "ours, `?explain=false`, nobody's earlier examinations"
UNRECORDED: Final = "ours, the same with `commit=false`"


@dataclass(frozen=True, kw_only=True)
class Bodies:
    """The files that are posted: the examination of the example, and the same of a person without a reference."""

    exam: Path
    nobody: Path


def bodies(folder: Path) -> Bodies:
    """Write them into `folder`."""
    made = Bodies(exam=folder / "exam.json", nobody=folder / "nobody.json")
    exam = json.loads(EXAM.read_text(encoding="utf-8"))
    made.exam.write_text(json.dumps(exam), encoding="utf-8")
    del exam["patient"]["reference"]
    made.nobody.write_text(json.dumps(exam), encoding="utf-8")
    return made


def own(
    name: str, folder: Path, body: Path, query: str = "", settings: Mapping[str, str] = MappingProxyType({})
) -> Server:
    """The service of this checkout with everything on, and a record of its own in `folder`, which is made.

    `settings` take the place of that, by their names without NERVEROOT_.
    """
    folder.mkdir()
    settings = {
        "PORT": "{port}",
        "DATABASE_URL": f"sqlite:///{folder / 'record.sqlite3'}",
        "JOURNAL_DIR": str(folder / "journal"),
        "RECORD_KEY": os.urandom(32).hex(),
        **settings,
    }
    return Server(
        name=name,
        command=[sys.executable, "-m", "service"],
        environment={f"NERVEROOT_{key}": value for key, value in settings.items()},
        path=f"{ASSESS}{query}",
        body=body,
    )


def stored_answer(folder: Path, body: Path) -> Path:
    """An answer of the service to `body`, without explanation, in a file."""
    path = folder / "answer.json"
    with running(own("maker", folder / "maker", body), folder / "maker.log") as service:
        connection = HTTPConnection(HOST, service.port)
        asked = body.read_bytes()
        connection.request("POST", f"{ASSESS}{SHORT}&commit=false", asked, {"Content-Type": "application/json"})
        path.write_bytes(connection.getresponse().read())
        connection.close()
    return path


def ours(folder: Path, posted: Bodies, answer: Path) -> list[Server]:
    """The servers of this checkout; `answer` is what those send that do nothing."""
    return [
        _uvicorn(FLOOR, "bench.serving.floor:app", posted.exam, answer),
        _uvicorn(NO_OP, "bench.serving.noop:app", posted.exam, answer),
        own(OURS, folder / "ours", posted.exam, SHORT),
        own(EXPLAINED, folder / "explained", posted.exam),
        own(NEW_PERSON, folder / "nobody", posted.nobody, SHORT),
        own(UNRECORDED, folder / "unrecorded", posted.nobody, f"{SHORT}&commit=false"),
    ]


def _uvicorn(name: str, app: str, body: Path, answer: Path) -> Server:
    """An ASGI application, as fast as uvicorn can be."""
    fast = ["--loop", "uvloop", "--http", "httptools", "--no-access-log", "--log-level", "warning"]
    return Server(
        name=name,
        command=[sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", "{port}", *fast],
        environment={"ANSWER": str(answer)},
        path=ASSESS,
        body=body,
    )
