"""The service whose operations are asked for."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.fhir.assessing import serving


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with serving() as client:
        yield client
