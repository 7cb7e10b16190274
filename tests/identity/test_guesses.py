"""Wrong credentials from one address: after how many a caller is told to wait, and who else is there."""

from service.identity.guesses import Guesses
from tests.identity.timing import Clock

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_thirty_a_minute_and_then_to_wait(clock: Clock) -> None:
    guesses = Guesses(clock=clock)
    assert [guesses.wrong(HERE) for _ in range(32)] == [0] * 30 + [60] * 2
    assert guesses.wrong(THERE) == 0
    clock.wait(60)
    assert guesses.wrong(HERE) == 0


def test_addresses_are_counted_in_bounded_memory(clock: Clock) -> None:
    guesses = Guesses(clock=clock, kept=10)
    for _ in range(30):
        guesses.wrong(HERE)
    for number in range(10):
        assert guesses.wrong(f"198.51.100.{number}") == 0
    assert guesses.wrong(HERE) == 0  # forgotten
