"""The log holds what happened and where, and never what was said: not in messages, exceptions, threads or warnings."""

import json
import logging
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from features.exam import Exam
from service.logs import MOST_FAULTS, MOST_FRAMES, told
from tests.service.small_app import logged

ROOT = Path(__file__).parent.parent.parent
MARKER = "Ada Lovelace"


def lines_of(program: str, *, level: str = "debug") -> list[dict[str, Any]]:
    """What a process writes to stderr that sets up its log as the service does; every line of it is JSON."""
    begun = f"import logging, sys\nfrom service.logs import configure_logs\nconfigure_logs({level!r})\n"
    done = subprocess.run(
        [sys.executable, "-c", begun + textwrap.dedent(program)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.stdout == ""
    assert MARKER not in done.stderr
    return [json.loads(line) for line in done.stderr.splitlines()]


def a_line(name: str, message: str, *args: object, **extra: object) -> dict[str, Any]:
    with logged(name) as stream:
        logging.getLogger(name).error(message, *args, extra=extra)
    found = json.loads(stream.getvalue())
    assert isinstance(found, dict)
    return found


@pytest.mark.parametrize(
    ("name", "message", "args", "told_as"),
    [
        ("service.record", "%d answers wait", (3,), "3 answers wait"),
        ("uvicorn.error", "Exception in ASGI application\n", (), "Exception in ASGI application"),
        ("somewhere", "the row is %r", (MARKER,), "the row is %r"),
        ("somewhere", f"failed for '{MARKER}'", (), "failed for …"),
        ("somewhere", f"failed\n{MARKER}", (), "failed"),
        ("asyncio", f"Exception in callback <f({MARKER})>", (), "a task, a callback or a library reports a fault"),
    ],
)
def test_a_message_of_ours_is_told_and_of_a_library_its_template(
    name: str, message: str, args: tuple[object, ...], told_as: str
) -> None:
    """Hazard H-26: a library repeats a value of the patient."""
    assert a_line(name, message, *args)["message"] == told_as


def test_what_stands_beside_a_message_is_told_of_ours_alone_and_only_what_is_known() -> None:
    assert a_line("service.x", "done", status=201, patient=MARKER)["status"] == 201
    assert "patient" not in a_line("service.x", "done", patient=MARKER)
    assert "status" not in a_line("somewhere", "done", status=MARKER)


def test_a_failed_start_is_told_by_its_places() -> None:
    """The server logs the traceback of a start that failed as its message."""
    traceback = (
        "Traceback (most recent call last):\n"
        f'  File "{ROOT}/service/app.py", line 7, in running\n    connect("{MARKER}")\n'
        f"ValueError: {MARKER}\n"
    )
    assert a_line("uvicorn.error", traceback)["message"] == "a fault < service/app.py:7 running"


def failing_validation() -> None:
    TypeAdapter(Exam).validate_python({"patient": {"age_years": MARKER, "reference": MARKER}})


def failing_database() -> None:
    engine = create_engine("sqlite://")
    try:
        with engine.connect() as connection:
            connection.execute(text("select :name from nowhere"), {"name": MARKER})
    finally:
        engine.dispose()


def failing_behind() -> None:
    try:
        failing_validation()
    except ValidationError as fault:
        raise RuntimeError(MARKER) from fault


def failing_together() -> None:
    raise ExceptionGroup(MARKER, [ValueError(MARKER), KeyError(MARKER)])


@pytest.mark.parametrize(
    ("fail", "kinds"),
    [
        (failing_validation, ["pydantic_core._pydantic_core.ValidationError"]),
        (failing_database, ["sqlalchemy.exc.OperationalError", "because of sqlite3.OperationalError"]),
        (failing_behind, ["builtins.RuntimeError", "because of pydantic_core._pydantic_core.ValidationError"]),
        (
            failing_together,
            ["builtins.ExceptionGroup", "within: builtins.ValueError", "within: builtins.KeyError"],
        ),
    ],
)
def test_an_exception_is_told_by_its_type_and_its_places(fail: Any, kinds: list[str]) -> None:
    """Hazard H-26: pydantic and SQLAlchemy put the value into the message."""
    with pytest.raises((ValidationError, SQLAlchemyError, RuntimeError, ExceptionGroup)) as raised:
        fail()
    assert MARKER in str(raised.value) or MARKER in repr(raised.value)
    found = list(told(raised.value))
    assert [line for line in found if not line.startswith("  ")] == kinds
    assert any(line.endswith(f" {fail.__name__}") for line in found)
    assert MARKER not in "".join(found)


def endless(number: int) -> int:
    return endless(number + 1) + 1


def test_endless_recursion_is_told_by_its_ends() -> None:
    with pytest.raises(RecursionError) as raised:
        endless(0)
    assert len(list(told(raised.value))) == MOST_FRAMES + 2


def test_a_chain_of_exceptions_has_an_end() -> None:
    first = ValueError()
    first.__cause__ = second = KeyError()
    second.__cause__ = first
    assert len(list(told(first))) == MOST_FAULTS


def test_a_fault_that_nobody_caught_is_a_line_too() -> None:
    [line] = lines_of(f"raise ValueError({MARKER!r})")
    assert line["level"] == "critical"
    assert line["fault"] == ["builtins.ValueError", "  <string>:4 <module>"]


@pytest.mark.parametrize(
    ("program", "kind"),
    [
        pytest.param(
            f"""
            import threading
            def work(): raise ValueError({MARKER!r})
            thread = threading.Thread(target=work, name={MARKER!r}); thread.start(); thread.join()
            """,
            "builtins.ValueError",
            id="thread",
        ),
        pytest.param(
            f"""
            class Loud:
                def __del__(self): raise ValueError({MARKER!r})
                def __repr__(self): return {MARKER!r}
            Loud()
            """,
            "builtins.ValueError",
            id="finaliser",
        ),
        pytest.param(
            f"""
            import asyncio
            async def work(name): raise ValueError(name)
            async def run():
                task = asyncio.create_task(work({MARKER!r}), name={MARKER!r})
                await asyncio.sleep(0); del task
            asyncio.run(run())
            """,
            "builtins.ValueError",
            id="task",
        ),
        pytest.param(
            f"""
            import asyncio
            async def run():
                asyncio.get_running_loop().call_soon(int, {MARKER!r}); await asyncio.sleep(0)
            asyncio.run(run())
            """,
            "builtins.ValueError",
            id="callback",
        ),
    ],
)
def test_faults_outside_a_request_are_lines_without_values(program: str, kind: str) -> None:
    [line] = lines_of(program)
    assert line["fault"][0] == kind


@pytest.mark.parametrize(
    ("program", "message"),
    [
        pytest.param(
            f"import warnings; warnings.warn('value is {MARKER}', stacklevel=1)",
            "a warning: UserWarning at <string>:4",
            id="warning",
        ),
        pytest.param(
            f"logging.getLogger('x').warning('%s %s', {MARKER!r})", "a line is missing", id="template that does not fit"
        ),
        pytest.param(
            f"logging.getLogger('service').warning('%d', {MARKER!r})", "a line is missing", id="ours does not fit"
        ),
    ],
)
def test_what_a_library_says_or_cannot_say_is_one_line(program: str, message: str) -> None:
    [line] = lines_of(program)
    assert line["message"] == message


def test_libraries_tell_nothing_below_a_warning_at_any_level() -> None:
    """SQLAlchemy repeats the rows of the database at debug, HTTP clients the headers."""
    program = f"""
        from sqlalchemy import create_engine, text
        logging.getLogger('httpx2').info({MARKER!r}); logging.getLogger('uvicorn.access').info({MARKER!r})
        engine = create_engine('sqlite://', hide_parameters=True)
        with engine.connect() as connection: connection.execute(text("select '{MARKER}'")).all()
        engine.dispose()
        logging.getLogger('service.x').debug('one of ours')
    """
    assert [line["message"] for line in lines_of(program)] == ["one of ours"]


def test_the_level_is_that_of_the_service() -> None:
    program = "for each in ('service.x', 'uvicorn.error'): logging.getLogger(each).info('one'); "
    assert len(lines_of(program, level="info")) == 2
    assert lines_of(program, level="warning") == []
