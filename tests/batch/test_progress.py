"""How far a run is, where nobody watches a bar and where somebody does."""

import io

from batch.progress import SECONDS, shown


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        """It is."""
        return True


def test_a_line_every_few_seconds_with_rate_and_time_left() -> None:
    now, stream = [0.0], io.StringIO()
    with shown(10_000, 2_000, stream, clock=lambda: now[0]) as advance:
        now[0] = SECONDS - 0.1
        advance(500)
        assert stream.getvalue() == ""
        now[0] = SECONDS
        advance(500)
        now[0] += 1
        advance(1_000)
    # A thousand rows in five seconds; what was done before counts for no rate; 7,000 are left.
    assert stream.getvalue() == "3,000 of 10,000 rows, 200 a second, 00:35 left\n"


def test_a_bar_on_a_terminal() -> None:
    stream = Terminal()
    with shown(10_000, 2_000, stream) as advance:
        advance(8_000)
    assert "100%" in stream.getvalue()
    assert "10.0k/10.0k" in stream.getvalue()
