"""A call that hangs is ended, and whoever keeps failing is left alone and tried again by one alone."""

import threading
import time
from typing import Any

import pytest

from service.deadline import FAILURES_IN_A_ROW, LEFT_ALONE_SECONDS, Deadline, Guard
from service.errors import ClassifierUnavailable, TookTooLong
from tests.identity.timing import Clock

SECONDS = 0.5
POLL, PATIENCE = 0.02, 30.0
"""Seconds between looks at a condition, and after which it is given up."""


def test_of_those_who_come_together_one_tries_a_model_that_was_left_alone() -> None:
    clock = Clock()
    guard = Guard(PATIENCE, clock)
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(ZeroDivisionError):
            guard(lambda options: 1 / 0)
    clock.wait(LEFT_ALONE_SECONDS)

    def meanwhile(options: Any) -> str:
        with pytest.raises(ClassifierUnavailable, match="left alone"):
            guard(lambda options: "too early")
        return "tried"

    assert guard(meanwhile) == "tried"
    assert guard(lambda options: "back") == "back"


def test_only_the_call_that_is_late_is_ended() -> None:
    deadline = Deadline(SECONDS)

    def until_ended(options: Any) -> Any:
        given_up = time.monotonic() + PATIENCE
        while not options.terminate and time.monotonic() < given_up:
            time.sleep(POLL)
        raise RuntimeError("ended")

    with pytest.raises(TookTooLong):
        deadline(until_ended)
    assert deadline(lambda options: options.terminate) is False
    with pytest.raises(RuntimeError, match="its own"):
        deadline(lambda options: (_ for _ in ()).throw(RuntimeError("its own")))


def test_the_thread_that_watches_ends_when_there_is_nothing_to_watch() -> None:
    deadline = Deadline(POLL)
    before = set(threading.enumerate())
    deadline(lambda options: None)
    watching = set(threading.enumerate()) - before
    for thread in watching:
        thread.join(PATIENCE)
        assert not thread.is_alive()
    assert deadline(lambda options: "watched again") == "watched again"
