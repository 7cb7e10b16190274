"""Wrong credentials from one address: how many are looked at, and who else is there."""

from service.identity.guesses import Guesses
from tests.identity.timing import Clock

HERE, THERE = "192.0.2.1", "192.0.2.2"


def test_thirty_a_minute_and_then_none(clock: Clock) -> None:
    guesses = Guesses(clock=clock)
    for number in range(30):
        assert guesses.wait(HERE, f"guess {number}") == 0
        guesses.wrong(HERE, f"guess {number}")
    assert guesses.wait(HERE, "the next") == 60
    assert guesses.wait(THERE, "the next") == 0
    clock.wait(60)
    assert guesses.wait(HERE, "the next") == 0


def test_what_was_right_before_is_looked_at_from_an_address_that_is_shut(clock: Clock) -> None:
    guesses = shut(Guesses(clock=clock), right=["a ward"])
    assert guesses.wait(HERE, "a ward") == 0
    assert guesses.wait(HERE, "a war") > 0


def test_what_was_right_before_and_is_wrong_now_is_a_guess_like_others(clock: Clock) -> None:
    guesses = shut(Guesses(clock=clock), right=["revoked"])
    guesses.wrong(HERE, "revoked")
    assert guesses.wait(HERE, "revoked") > 0


def test_what_was_right_is_remembered_in_bounded_memory(clock: Clock) -> None:
    right = [f"credential {number}" for number in range(50)]
    guesses = shut(Guesses(clock=clock, kept=10), right=right)
    looked_at = [credential for credential in right if guesses.wait(HERE, credential) == 0]
    assert looked_at == right[-10:]


def shut(guesses: Guesses, *, right: list[str]) -> Guesses:
    """Let some in, then use up all guesses of this address."""
    for credential in right:
        guesses.right(credential)
    for number in range(30):
        guesses.wrong(HERE, f"guess {number}")
    return guesses
