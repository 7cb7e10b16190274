"""The record systems that may call CDS Hooks, as the settings name them, and what would let others in as them."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from service.identity.addresses import checked_url, host_of
from service.identity.key_file import nameable, tenant_named

CDS_SERVICES: Final = "/cds-services"
"""Where CDS Hooks is, at every service (CDS Hooks 2.0)."""

SANDBOX: Final = "sandbox.cds-hooks.org"
"""The public sandbox of CDS Hooks: its private key is in its repository, so that anybody can sign in its name."""

_Tenant = Annotated[str, AfterValidator(tenant_named)]


class CdsClient(BaseModel):
    """A record system that may call CDS Hooks, known by the issuer and the key set of its tokens."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    iss: Annotated[str, AfterValidator(nameable)]
    """Also its name in logs and in the record."""
    jku: Annotated[str, AfterValidator(checked_url)]
    """Where its public keys are (JWK Set): https, or http on this machine."""
    tenant: _Tenant
    """Under which the record keeps what it asked."""
    tenants: Annotated[Mapping[str, _Tenant], Field(min_length=1)] | None = None
    """Where one issuer speaks for several organisations: by the claim `tenant`, the tenant of each; others are refused.
    """

    @property
    def reach(self) -> frozenset[str]:
        """The tenants for which it may ask."""
        return frozenset({self.tenant} if self.tenants is None else self.tenants.values())


def _place(url: str) -> tuple[str | int, ...]:
    """What `url` leads to, however it is spelled."""
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return parts.scheme, (parts.hostname or "").rstrip("."), port, parts.path or "/", parts.query


def what_confuses(
    clients: Sequence[CdsClient],
    *,
    alone: bool,
    public_url: str | None,
    audiences: Sequence[str],
    access_audience: str | None,
) -> str | None:
    """Why a token could be taken from somebody else, or for something else, in a sentence; None where it cannot.

    `alone` is whether this machine alone calls. `audiences` are those of record systems beside the own address,
    `access_audience` that of access tokens.
    """
    known = [client.iss for client in clients]
    if len(set(known)) < len(known):
        return "NERVEROOT_CDS_CLIENTS must name each `iss` once."
    if known and not alone and public_url is None:
        return (
            "NERVEROOT_CDS_CLIENTS needs NERVEROOT_PUBLIC_URL too, where others than this machine can ask: the tokens "
            "of record systems name the address that they are for."
        )
    if any(
        _place(one.jku) == _place(other.jku) and one.reach != other.reach for one, other in combinations(clients, 2)
    ):
        return (
            "NERVEROOT_CDS_CLIENTS names one `jku` for record systems of different tenants: whoever has its key could "
            "ask in the name of either. Each needs a key set of its own."
        )
    hosts = {host_of(address) for client in clients for address in (client.iss, client.jku)}
    if SANDBOX in hosts and not alone:
        return (
            f"NERVEROOT_CDS_CLIENTS names {SANDBOX}, whose private key is public: anybody could ask in its name. Try "
            "it where nobody but this machine can ask."
        )
    own = None if public_url is None else public_url + CDS_SERVICES
    if access_audience is not None and (
        access_audience in audiences or (own is not None and f"{access_audience}/".startswith(f"{own}/"))
    ):
        return (
            "NERVEROOT_JWT_AUDIENCE is an audience of record systems too: a token for the one could be taken for the "
            "other."
        )
    return None
