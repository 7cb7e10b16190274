"""How long the model may take, and when it is left alone: one that hangs or keeps failing must not delay the rules.

`Deadline` ends a call that takes too long. `Guard` also leaves a model alone that took too long or kept failing, so
that not every request waits for it again, and tries it again later.

Source: Nygard MT. Release It! Raleigh: Pragmatic Bookshelf; 2007 (timeouts, circuit breaker).
"""

import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import onnxruntime

from service.errors import ClassifierUnavailable, TookTooLong

LEFT_ALONE_SECONDS = 30.0
"""How long a model is not asked after it took too long or kept failing: a convention."""

FAILURES_IN_A_ROW = 3
"""After how many faults in a row a model is left alone; one examination that it cannot answer is no reason yet."""

Answer = TypeVar("Answer")
Call = Callable[[Any], Answer]
"""A call of onnxruntime, given the RunOptions by which it can be ended."""


class Deadline:
    """Ends calls of onnxruntime that take longer than `seconds`.

    onnxruntime looks between two nodes of the graph, and before each round of a loop, whether it was told to end; so
    a call may take a little longer. One thread watches all calls. It sleeps until the first of them is due, and ends
    when there was none for a while: a call does not have to wake it.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._running: dict[int, tuple[float, Any]] = {}
        self._watched, self._called = False, False

    def __call__(self, call: Call[Answer]) -> Answer:
        """What `call` returns.

        Raises:
            TookTooLong: it was ended.
        """
        options = onnxruntime.RunOptions()
        with self._lock:
            self._running[id(options)] = (time.monotonic() + self.seconds, options)
            self._called = True
            if not self._watched:
                self._start()
        try:
            return call(options)
        except Exception as fault:
            if options.terminate:
                raise TookTooLong(f"it took longer than {self.seconds:g} s") from fault
            raise
        finally:
            with self._lock:
                del self._running[id(options)]

    def _start(self) -> None:
        thread = threading.Thread(target=self._watch, name="model-deadline", daemon=True)
        self._watched = True
        try:
            thread.start()
        except RuntimeError:  # the machine has no thread left: this call is not watched, the next one tries again
            self._watched = False

    def _watch(self) -> None:
        while True:
            with self._lock:
                if not self._called and not self._running:
                    self._watched = False
                    return
                self._called = False
                now = time.monotonic()
                wake = now + self.seconds  # whatever is called from now on is due later than that
                for due, options in self._running.values():
                    if due <= now:
                        options.terminate = True
                    else:
                        wake = min(wake, due)
            time.sleep(wake - now)


class Guard:
    """Asks one model, within `seconds` a call, and leaves it alone after a time-out or FAILURES_IN_A_ROW.

    When LEFT_ALONE_SECONDS of `clock` are over, the next call tries the model once: it is back, or left alone again.
    """

    def __init__(self, seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._deadline, self._clock = Deadline(seconds), clock
        self._lock = threading.Lock()
        self._failures = 0
        self._until: float | None = None
        self._because = ""

    @property
    def why(self) -> str | None:
        """Why the model is left alone, as the end of a sentence; None while it is asked."""
        return None if self._until is None else self._because

    def __call__(self, call: Call[Answer]) -> Answer:
        """What `call` returns.

        Raises:
            TookTooLong: it was ended.
            ClassifierUnavailable: the model is left alone; it was not called.
        """
        if self._until is not None:
            self._ask_again()
        try:
            answer = self._deadline(call)
        except TookTooLong as fault:
            self._leave_alone(str(fault))
            raise
        except Exception:
            self._failed()
            raise
        if self._failures or self._until is not None:
            with self._lock:
                self._failures, self._until = 0, None
        return answer

    def _ask_again(self) -> None:
        """Let one call through when the time is over; the end moves on, so that the others do not come with it."""
        with self._lock:
            now = self._clock()
            if self._until is None:
                return
            if now < self._until:
                raise ClassifierUnavailable(f"the model is left alone: {self._because}")
            self._until = now + LEFT_ALONE_SECONDS

    def _failed(self) -> None:
        self._failures += 1
        if self._until is not None or self._failures >= FAILURES_IN_A_ROW:
            self._leave_alone(f"it failed {self._failures} times in a row")

    def _leave_alone(self, because: str) -> None:
        with self._lock:
            self._until, self._because = self._clock() + LEFT_ALONE_SECONDS, because
