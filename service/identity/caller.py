"""Who is asking: the tenant, the program or person within it, and what they may do."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Scope(StrEnum):
    """What a caller may do, in the words of OAuth 2 (RFC 6749, section 3.3)."""

    ASSESS = "assess"
    """Ask for an answer."""
    READ = "read"
    """Read the answers and outcomes of the own tenant."""
    OUTCOME = "outcome"
    """State what was found in the end."""
    ADMIN = "admin"
    """Reload the model, read the metrics. It does not imply the others."""


@dataclass(frozen=True, kw_only=True)
class Caller:
    """One caller; `name` is unique within `tenant`, the organisation whose records it may see."""

    tenant: str
    name: str
    scopes: frozenset[Scope]


LOCAL = Caller(tenant="local", name="local", scopes=frozenset(Scope))
"""Whoever asks where nobody is asked who they are: a service that listens on this machine alone."""

RESERVED: Final = frozenset({LOCAL.tenant, "*"})
"""Tenants that no credential may name: under the first the record keeps what was asked without one, under the second
what concerns all tenants, such as a purge."""
