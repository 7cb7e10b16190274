"""How often a caller may ask: the notation, the counting, and how much memory that takes."""

import pytest

from service.identity.rate_limits import RateLimits, Windows, network_of, parsed
from tests.identity.timing import Clock


@pytest.mark.parametrize(
    ("text", "means"),
    [
        ("100/second", [(100, 1)]),
        ("100/second;20000/hour", [(100, 1), (20000, 3600)]),
        (" 5 / minute ; 10 per day ", [(5, 60), (10, 86400)]),
        ("7/10 minutes", [(7, 600)]),
        ("7 per 2 Hours", [(7, 7200)]),
        ("5/minute;5/minute", [(5, 60)]),
    ],
)
def test_what_is_understood(text: str, means: list[tuple[int, int]]) -> None:
    assert [(item.amount, item.get_expiry()) for item in parsed(text)] == means


@pytest.mark.parametrize(
    "text",
    [
        *("", ";", "100", "100/", "/second", "0/second", "-1/second", "1.5/second", "1e3/second", "many/second"),
        *("100/fortnight", "100/secondss", "100/second;", ";100/second", "100/second,5/hour", "100/second 5/hour"),
        *("100/0 seconds", "100/second;:5/minute", "1\u0660/second", "10000000000/second", "100persecond\x00"),
    ],
)
def test_what_is_not_understood_is_said_in_one_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"^a rate limit is written as in 100/second, several as in [^ ]+\.$"):
        parsed(text)


def test_the_number_that_was_stated_and_no_more(clock: Clock) -> None:
    limits = RateLimits(parsed("3/minute"), clock=clock)
    assert [limits.take("a") for _ in range(5)] == [0, 0, 0, 60, 60]


def test_after_the_seconds_that_were_told_it_may_ask_again(clock: Clock) -> None:
    limits = RateLimits(parsed("2/minute"), clock=clock)
    assert (limits.take("a"), limits.take("a")) == (0, 0)
    clock.wait(12.5)
    assert limits.take("a") == 48  # 60 - 12.5 = 47.5
    clock.wait(47)
    assert limits.take("a") == 1
    clock.wait(0.5)
    assert limits.take("a") == 0


def test_refused_requests_do_not_make_the_wait_longer(clock: Clock) -> None:
    limits = RateLimits(parsed("1/second"), clock=clock)
    for _ in range(10):
        assert limits.take("a") == 0
        assert [limits.take("a") for _ in range(50)] == [1] * 50
        clock.wait(1)


def test_of_two_limits_the_narrower_holds_and_the_longer_wait_is_told(clock: Clock) -> None:
    limits = RateLimits(parsed("2/second;3/hour"), clock=clock)
    assert [limits.take("a") for _ in range(3)] == [0, 0, 1]
    clock.wait(1)
    assert [limits.take("a") for _ in range(2)] == [0, 3599]


@pytest.mark.parametrize(
    ("one", "other"),
    [(("t", "a"), ("t", "b")), (("t", "a"), ("u", "a")), (("a/b", "c"), ("a", "b/c")), (("a", "1:b"), ("a1", ":b"))],
)
def test_nobody_uses_up_what_belongs_to_another(clock: Clock, one: tuple[str, str], other: tuple[str, str]) -> None:
    limits = RateLimits(parsed("1/minute"), clock=clock)
    assert (limits.take(*one), limits.take(*one), limits.take(*other)) == (0, 60, 0)


def test_memory_is_bounded_however_many_ask(clock: Clock) -> None:
    windows = Windows(clock, kept=100)
    for number in range(10_000):
        windows.incr(f"address {number}", 60)
    assert len(windows) == 100


def test_who_asks_all_the_time_is_not_forgotten_for_those_who_ask_once(clock: Clock) -> None:
    limits = RateLimits(parsed("5/minute"), clock=clock, kept=10)
    for number in range(100):
        limits.count("insistent")
        limits.count(f"address {number}")
    assert limits.wait("insistent") == 60


def test_the_store_counts_as_the_library_expects(clock: Clock) -> None:
    windows = Windows(clock)
    assert (windows.incr("a", 10), windows.incr("a", 10, amount=4), windows.get("a")) == (1, 5, 5)
    assert windows.get_expiry("a") == clock() + 10
    clock.wait(10)
    assert (windows.get("a"), windows.incr("a", 10)) == (0, 1)
    windows.clear("a")
    assert (windows.get("a"), windows.check(), windows.incr("b", 1), windows.reset(), len(windows)) == (
        0,
        True,
        1,
        1,
        0,
    )


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("fe80::1%eth0", "fe80::"),
        ("testclient", "unnamed"),
        ("", "unnamed"),
        (None, "unnamed"),
    ],
)
def test_which_addresses_count_as_one(host: str | None, network: str) -> None:
    assert network_of(host) == network
