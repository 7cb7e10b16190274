"""For whom a token of a record system is meant, and for which of its organisations it speaks."""

from typing import Any

import pytest

from service.identity.caller import Caller
from tests.identity.asking import run
from tests.identity.clients import (
    CALLER,
    EHR,
    PUBLIC,
    SERVICE,
    CdsDoor,
    cds_door,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer
from tests.identity.timing import Clock

AUDIENCES: dict[str, tuple[dict[str, Any], str, str, int]] = {
    "the public address": ({}, "nerveroot.example", PUBLIC + SERVICE, 200),
    "the public address, asked under another": ({}, "127.0.0.1:8000", PUBLIC + SERVICE, 200),
    "the address that was asked, where another is public": (
        {},
        "127.0.0.1:8000",
        "http://127.0.0.1:8000" + SERVICE,
        401,
    ),
    "a public address with a path": (
        {"public_url": "https://ehr.example/cds/"},
        "x",
        "https://ehr.example/cds" + SERVICE,
        200,
    ),
    "the address of this machine": (
        {"public_url": None},
        "127.0.0.1:8000",
        "http://127.0.0.1:8000" + SERVICE,
        200,
    ),
    "localhost": ({"public_url": None}, "localhost:8000", "http://localhost:8000" + SERVICE, 200),
    "one name of this machine for another": (
        {"public_url": None},
        "localhost:8000",
        "http://127.0.0.1:8000" + SERVICE,
        401,
    ),
    "a token for another service, under its name": (
        {"public_url": None},
        "evil.example",
        "http://evil.example" + SERVICE,
        401,
    ),
    "a name that is none": ({"public_url": None}, "[::1", "http://[::1" + SERVICE, 401),
    "what a site has typed in": ({"cds_audiences": ("nerveroot at Ward 3",)}, "x", "nerveroot at Ward 3", 200),
    "nearly what a site has typed in": ({"cds_audiences": ("nerveroot at Ward 3",)}, "x", "nerveroot at Ward", 401),
    "typed in, where no address is known": ({"public_url": None, "cds_audiences": ("ours",)}, "x", "ours", 200),
}


@pytest.mark.parametrize(("settings", "host", "audience", "expected"), AUDIENCES.values(), ids=AUDIENCES)
def test_the_audience_is_the_address_that_is_called_or_one_that_is_configured(
    clock: Clock, ehr: Issuer, settings: dict[str, Any], host: str, audience: str, expected: int
) -> None:
    """Rows "aud: the exact endpoint URL", "make the accepted aud values configurable, strict by default"."""
    cds = cds_door(clock, cds_clients=(client(ehr),), **settings)
    assert status(cds.call(token_of_ehr(aud=audience), host=host)) == expected
    assert cds.refused == ([] if expected == 200 else ["wrong_audience"])
    run(cds.admission.close())


@pytest.mark.parametrize(
    ("named", "tenant"),
    [
        ("North Clinic", "north"),
        ("South Clinic", "south"),
        ("north", None),
        ("", None),
        ("clinic", None),
        (None, None),
        (["North Clinic"], None),
        (1, None),
    ],
)
def test_an_issuer_that_speaks_for_several(clock: Clock, ehr: Issuer, named: Any, tenant: str | None) -> None:
    """Row "MAY tenant": 403 for one that is not known (1.8), and the token is not used up."""
    tenants = {"North Clinic": "north", "South Clinic": "south"}
    cds = cds_door(clock, cds_clients=(client(ehr, tenants=tenants),))
    said = cds.call(token_of_ehr(tenant=named))
    if tenant is not None:
        assert said == Caller(tenant=tenant, name=EHR, scopes=CALLER.scopes)
    else:
        assert (status(said), cds.refused) == (403, ["no_tenant"])
        assert isinstance(cds.call(token_of_ehr(tenant="North Clinic")), Caller)
        # Who cannot sign learns nothing of tenants.
        assert status(cds.call(token_of_ehr({"kid": "first"}, by="forger", tenant=named))) == 401
    run(cds.admission.close())


@pytest.mark.parametrize("named", ["South Clinic", "", "Clinic", ["clinic"], 1, True, {"clinic": 1}])
def test_an_issuer_that_speaks_for_more_than_the_settings_know_of(cds: CdsDoor, named: Any) -> None:
    """Hazard H-10: the charts of an organisation that nobody configured come under the name of another."""
    assert (status(cds.call(token_of_ehr(tenant=named))), cds.refused) == (403, ["no_tenant"])
    assert cds.call(token_of_ehr()) == CALLER, "the token is not used up"


def test_an_issuer_that_names_unknown_organisations_too_often_waits(cds: CdsDoor, clock: Clock) -> None:
    """Its token is not used up, so that one would do for any number of calls; the known ones are counted apart."""
    credential = token_of_ehr(tenant="South Clinic")
    assert [status(cds.call(credential)) for _ in range(12)] == [403] * 10 + [429] * 2
    assert cds.refused == ["no_tenant"] * 10 + ["rate"] * 2
    assert cds.call(token_of_ehr()) == CALLER
    clock.wait(1)
    assert status(cds.call(credential)) == 403
