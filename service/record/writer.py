"""Group commit: all that waits while one commit runs shares the next.

A commit costs a sync of the disk, whether it holds one entry or two hundred. One thread takes all that waits, commits
it, and answers everybody at once. It does not linger for more: while it commits, the next ones collect by themselves.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable
from itertools import islice

from service.errors import RecordUnavailable
from service.record.pending import Pending, settle

MOST = 256
"""Entries of one commit: enough to share its cost, few enough not to make the first wait for the last."""

AFTER_A_FAULT = 1.0
"""Seconds of rest after something failed that should not."""

logger = logging.getLogger(__name__)


class GroupCommit:
    """A thread with a bounded queue before it.

    `commit` settles what it is given, in order. `between` is called before each commit and when nothing waits; it
    returns in how many seconds it wants to be called again at the latest, None for never. Neither should raise; when
    one does, that is logged, and the thread goes on: nobody else would write.
    """

    def __init__(
        self,
        commit: Callable[[list[Pending]], None],
        *,
        name: str,
        capacity: int,
        most: int = MOST,
        between: Callable[[], float | None] = lambda: None,
    ) -> None:
        self._commit = commit
        self._between = between
        self._capacity = capacity
        self._most = most
        self._queue: deque[Pending] = deque()
        self._taken: list[Pending] = []
        self._shut = False
        self._stopping = False
        self._roused = False
        self._wake = threading.Condition()
        # A thread that hangs in a frozen database must not keep the process from ending.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    @property
    def is_shut(self) -> bool:
        """Whether it takes nothing at present."""
        return self._shut

    @property
    def unsettled(self) -> int:
        """How many were taken in and are neither committed nor refused yet."""
        return len(self._queue) + len(self._taken)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def put(self, pending: Pending, *, waking: bool = True) -> bool:
        """Take one in; False where it is shut or full. Without `waking` somebody calls `wake` soon."""
        with self._wake:
            if self._shut or self._stopping or len(self._queue) >= self._capacity:
                return False
            self._queue.append(pending)
            if waking:
                self._wake.notify()
            return True

    def wake(self) -> None:
        """Have what was taken in committed, where the thread waits for something to do."""
        with self._wake:
            self._wake.notify()

    def shut(self) -> list[Pending]:
        """Take nothing more, and give back what is not committed, in order; a commit that runs may still succeed."""
        with self._wake:
            back = [*self._taken, *self._queue]
            if not self._shut:
                self._shut = self._roused = True
                self._wake.notify()  # there is something to do for `between` now
            self._taken = []
            self._queue.clear()
            return back

    def reopen(self) -> None:
        """Take in again."""
        with self._wake:
            self._shut = False

    def rouse(self) -> None:
        """Have `between` called soon."""
        with self._wake:
            self._roused = True
            self._wake.notify()

    def pause(self, seconds: float) -> None:
        """For `between`: wait, unless the thread is told to stop."""
        with self._wake:
            self._wake.wait_for(lambda: self._stopping, seconds)

    @property
    def stopping(self) -> bool:
        """Whether it was told to stop."""
        return self._stopping

    def stop(self, seconds: float) -> bool:
        """Commit what was taken in and end the thread; whether it ended in that time."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        if self._thread.ident is not None:
            self._thread.join(seconds)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while True:
            self._roused = False
            try:
                seconds = self._between()
            except Exception as fault:
                self._failed(fault)
                seconds = AFTER_A_FAULT
            batch = self._take(seconds)
            if batch is None:
                return
            if not batch:
                continue
            try:
                self._commit(batch)
            except Exception as fault:
                self._failed(fault)
                why = RecordUnavailable("it failed while it was kept")
                settle([(pending, why) for pending in batch if not pending.moved])
                self.pause(AFTER_A_FAULT)
            with self._wake:
                self._taken = []

    def _failed(self, fault: Exception) -> None:
        logger.error("%s failed, and goes on: %s", self._thread.name, type(fault).__name__)

    def _take(self, seconds: float | None) -> list[Pending] | None:
        """What waits, at most `most`; empty after `seconds` without any, None at the end."""
        with self._wake:
            self._wake.wait_for(lambda: self._queue or self._stopping or self._roused, seconds)
            self._taken = list(islice(self._queue, self._most))
            for _ in self._taken:
                self._queue.popleft()
            return None if self._stopping and not self._taken else list(self._taken)
