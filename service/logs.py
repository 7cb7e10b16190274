"""The log: one JSON object a line on stderr, and nothing in it that was said of a patient.

What libraries put into their messages is theirs: pydantic, SQLAlchemy and psycopg repeat values, asyncio the exception
of a task. So an exception is told by its type and by where it was raised, never by its message; a library's message is
its template, without what was filled in; a warning is told by its category and place.
"""

import json
import logging
import re
import sys
import threading
import warnings
from collections.abc import Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, TextIO

from pythonjsonlogger.core import BaseJsonFormatter

OURS: Final = ("service", "uvicorn")
"""The loggers whose messages are told as they are: they are written to hold no value of a request."""

FIELDS: Final = ("method", "route", "status", "seconds", "record", "tenant", "caller")
"""What a record of ours may hold beside its message."""

MOST_FRAMES: Final = 40
MOST_FAULTS: Final = 8
"""Exceptions of one chain or group that are told."""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The request that is being answered, as the log names it."""

    request_id: str
    trace_id: str
    span_id: str


ASKED: ContextVar[Asked | None] = ContextVar("asked", default=None)
"""Set by the gate for the time of a request."""

_log = logging.getLogger("service")
_FRAME = re.compile(r'^\s*File "(?P<file>[^"]*)", line (?P<line>\d+), in (?P<name>\S+)', re.MULTILINE)
_TRACEBACK: Final = "Traceback (most recent call last)"


class JsonLines(BaseJsonFormatter):
    """A log record as one line of JSON."""

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        """Put together what is told of a record; nothing else of it is."""
        ours = record.name.split(".", 1)[0] in OURS
        log_data["time"] = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["level"] = record.levelname.lower()
        log_data["logger"] = record.name
        log_data["message"] = _without_traceback(record.message) if ours else _template(record)
        if (asked := ASKED.get()) is not None:
            log_data |= {"request_id": asked.request_id, "trace_id": asked.trace_id, "span_id": asked.span_id}
        if ours:
            found = record.__dict__
            log_data |= {name: found[name] for name in FIELDS if found.get(name) is not None}
        if record.exc_info and record.exc_info[1] is not None:
            log_data["fault"] = list(told(record.exc_info[1]))

    def formatException(self, ei: Any) -> str:  # noqa: N802
        """Nothing: the text of a traceback ends with the message."""
        return ""

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        """One line; ASCII, so that half a character or a line separator cannot break it."""
        return json.dumps(log_data, default=_type_alone)


def told(exception: BaseException) -> Iterator[str]:
    """The type of the exception and its places, then those of its causes; never a message, never a value."""
    waiting, seen = [("", exception)], 0
    while waiting and seen < MOST_FAULTS:
        how, fault = waiting.pop(0)
        seen += 1
        yield f"{how}{type(fault).__module__}.{type(fault).__qualname__}"
        yield from _places(fault.__traceback__)
        behind = fault.__cause__ or (None if fault.__suppress_context__ else fault.__context__)
        if behind is not None:
            waiting.append(("because of " if fault.__cause__ else "while handling ", behind))
        if isinstance(fault, BaseExceptionGroup):
            waiting += [("within: ", each) for each in fault.exceptions]


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"  {_short(code.co_filename)}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    half = MOST_FRAMES // 2
    # Endless recursion is told by its ends.
    return places if len(places) <= MOST_FRAMES else [*places[:half], "  …", *places[-half:]]


def _short(file: str) -> str:
    """A file within its package; where the package lies says nothing to the reader."""
    for folder in sorted(filter(None, sys.path), key=len, reverse=True):
        if file.startswith(folder + "/"):
            return file[len(folder) + 1 :]
    return file


def _template(record: logging.LogRecord) -> str:
    """What a library says, without what it filled in."""
    # The messages of asyncio hold the exception, or the arguments of a callback, before they come here.
    if record.name.split(".", 1)[0] == "asyncio" or not isinstance(record.msg, str):
        return "a task, a callback or a library reports a fault"
    first = record.msg.split("\n", 1)[0]
    # A library that has filled in its values by itself leaves no template.
    return first if record.args else re.sub(r"['\"<({\[].*", "…", first)[:80]


def _without_traceback(message: str) -> str:
    """The message; of a traceback in it (a start that failed comes so) only the places."""
    if _TRACEBACK not in message:
        return message.strip()
    places = [f"{_short(found['file'])}:{found['line']} {found['name']}" for found in _FRAME.finditer(message)]
    return " < ".join(["a fault", *reversed(places[-MOST_FRAMES:])])


def _type_alone(value: object) -> str:
    return type(value).__name__


class _Lines(logging.StreamHandler[TextIO]):
    """Writes the lines; where that fails it does not print the record, as the class above does."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Say that a line is missing."""
        try:
            self.stream.write(json.dumps({"level": "error", "logger": record.name, "message": "a line is missing"}))
            self.stream.write(self.terminator)
        except (OSError, ValueError):
            return  # nobody reads the log: an answer matters more


def configure_logs(level: str, stream: TextIO | None = None) -> None:
    """Send the whole log, warnings and faults of threads included, to `stream` (stderr) in lines of JSON.

    The level is that of the service. Libraries tell what is a warning or worse: what they say below that repeats rows
    of the database (SQLAlchemy) and headers (HTTP clients).
    """
    lines = _Lines(stream if stream is not None else sys.stderr)
    lines.setFormatter(JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [lines]
    root.setLevel(logging.WARNING)
    for name in ("service", "uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.setLevel(level.upper())
    logging.getLogger("uvicorn.access").disabled = True  # it writes addresses with their query
    # Explicit, because a level that a library or a setting of its own gave them would count before that of the root.
    logging.getLogger("opentelemetry").setLevel(logging.ERROR)  # it tells of each attempt to reach a collector
    for name in ("sqlalchemy", "sqlalchemy.engine", "sqlalchemy.pool", "psycopg", "alembic", "asyncio", "httpx2"):
        logging.getLogger(name).setLevel(logging.WARNING)
    warnings.showwarning = _warned
    sys.excepthook = _ended
    threading.excepthook = _thread_ended
    sys.unraisablehook = _unraisable


def _warned(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Tell of a warning; pydantic's repeat the value."""
    _log.warning("a warning: %s at %s:%d", category.__name__, _short(filename), lineno)


def _ended(kind: type[BaseException], fault: BaseException, traceback: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    _log.critical("the process ends by a fault", exc_info=(kind, fault, traceback))


def _thread_ended(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
        _log.critical("a thread ended by a fault", exc_info=args.exc_value)


def _unraisable(unraisable: Any) -> None:
    _log.error("a fault that nobody can be told", exc_info=unraisable.exc_value)
