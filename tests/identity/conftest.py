"""A clock, an issuer, and a service that asks who is there."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.identity.asking import Door, door, run
from tests.identity.clients import CdsDoor, cds_door, client
from tests.identity.issuer import Issuer, serving
from tests.identity.timing import Clock
from tests.identity.tokens import AUDIENCE, ISSUER, published


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """An issuer with one key, `first`."""
    with serving(published("first")) as found:
        yield found


@pytest.fixture
def jwt_door(clock: Clock, issuer: Issuer) -> Door:
    """A service that takes the tokens of `issuer`."""
    return door(clock, auth="jwt", jwt_issuer=ISSUER, jwt_audience=AUDIENCE, jwt_jwks_url=issuer.url)


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "api-keys.json"


@pytest.fixture
def ehr(issuer: Issuer) -> Issuer:
    """The record system: an issuer with one key, `first`."""
    return issuer


@pytest.fixture
def cds(clock: Clock, ehr: Issuer) -> Iterator[CdsDoor]:
    """A service that others reach, and that knows one record system."""
    opened = cds_door(clock, cds_clients=(client(ehr),), rate_limit="10/second")
    yield opened
    run(opened.admission.close())
