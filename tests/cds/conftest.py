"""A FHIR server that the services may ask."""

from collections.abc import Iterator

import pytest

from tests.cds.fhir_server import FhirServer, serving_fhir


@pytest.fixture
def fhir() -> Iterator[FhirServer]:
    """A FHIR server on loopback that holds nothing yet."""
    with serving_fhir() as server:
        yield server
