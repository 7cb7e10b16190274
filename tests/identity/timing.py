"""A clock that a test moves on."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class Clock:
    """Seconds since the test began, and the time of day that goes with them."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        """Not 0: a clock that counts from the start of the machine has run for a while."""

    def __call__(self) -> float:
        """Seconds, as `time.monotonic` counts them."""
        return self.seconds

    def now(self) -> datetime:
        """The time of day."""
        return START + timedelta(seconds=self.seconds - 1000.0)

    def wait(self, seconds: float) -> None:
        """Let this time pass."""
        self.seconds += seconds
