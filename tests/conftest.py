"""A record of its own for every test: nothing is read from, or left in, that of the checkout."""

import inspect
import os
from collections.abc import Iterator
from functools import cache
from itertools import count
from pathlib import Path

import pytest

_numbers = count()


def _own(folder: Path) -> dict[str, str]:
    number = next(_numbers)
    return {
        "NERVEROOT_DATABASE_URL": f"sqlite:///{folder / f'record-{number}.sqlite3'}",
        "NERVEROOT_JOURNAL_DIR": str(folder / f"journal-{number}"),
        "NERVEROOT_API_KEYS_FILE": str(folder / f"api-keys-{number}.json"),
        "NERVEROOT_RECORD_KEY": "0123456789abcdef" * 4,
        # A machine that is busy with tests must not change what is said; what is about the limit states its own.
        "NERVEROOT_MODEL_SECONDS": "30",
        # The test client asks as testserver, requests that are written by hand as x.
        "NERVEROOT_ALLOWED_HOSTS": '["127.0.0.1", "localhost", "[::1]", "testserver", "x"]',
    }


@pytest.fixture(scope="session", autouse=True)
def record_of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """What services share that live as long as all tests."""
    folder = tmp_path_factory.mktemp("records")
    before = dict(os.environ)
    os.environ.update(_own(folder))
    yield folder
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(scope="session", autouse=True)
def sources_read_once() -> Iterator[None]:
    """Half of what it takes to make an app: pydantic reads the descriptions of fields from the source, each time anew.

    Hundreds of tests make an app of their own.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inspect, "getsourcelines", cache(inspect.getsourcelines))
        yield


@pytest.fixture(autouse=True)
def record_of_its_own(record_of_the_session: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of one test, and of the processes that it starts."""
    for name, value in _own(record_of_the_session).items():
        monkeypatch.setenv(name, value)
