"""The real service with the released model; a few ways to break it."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings


@pytest.fixture(scope="session")
def client() -> Iterator[TestClient]:
    """The service as it is delivered, without its memory: the examinations of one test are not those of another."""
    with TestClient(create_app(Settings(remembered_references=0)), raise_server_exceptions=False) as found:
        yield found
