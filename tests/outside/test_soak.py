"""The service holds out: every answer is right and stored, and its memory does not grow."""

from pathlib import Path

import pytest

from bench.soak import CLIENTS, GROWTH, REQUESTS, soak

LOOSE = 1.0
"""After a few hundred requests caches and pools still fill; only a leak of everything would show."""


@pytest.mark.parametrize(
    ("requests", "growth"),
    [(1_000, LOOSE), pytest.param(REQUESTS, GROWTH, marks=pytest.mark.long)],
)
def test_nothing_is_lost_and_memory_is_flat(tmp_path: Path, requests: int, growth: float) -> None:
    """Hazard H-14: the service runs full, and ends when it is needed."""
    found = soak(requests, clients=CLIENTS, seed=1, folder=tmp_path)
    assert found.sent == requests
    assert found.whole, str(found)
    assert found.replayed > 0
    assert found.statuses.keys() == {200, 201, 400, 413, 422}
    assert found.growth <= growth, str(found)
