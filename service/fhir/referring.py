"""Which references are repeated in an answer: relative, absolute and URN ones (FHIR R4, references.html).

What was sent comes back only in these shapes, so that an answer holds nothing that a FHIR client could not read. Ids
may be longer than the 64 letters of R4, and have underscores: some servers make such. An id of dots alone is a way to
somewhere else.
"""

import re
from typing import Any, Final

_ID: Final = r"(?!\.{1,2}(?:/|$))[A-Za-z0-9\-._]+"
_RELATIVE: Final = re.compile(rf"[A-Z][A-Za-z]{{1,63}}/{_ID}")
_ABSOLUTE: Final = re.compile(r"(?:https?://|urn:(?:uuid|oid):)[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%|]+")
_OWN: Final = re.compile(_ID)


def is_reference(said: Any) -> bool:
    """Whether it is a literal reference: `Type/id`, or an address or URN."""
    return isinstance(said, str) and bool(_RELATIVE.fullmatch(said) or _ABSOLUTE.fullmatch(said))


def reference_of(kind: Any, own: Any, full_url: Any = None) -> str | None:
    """How a resource of that type and id can be referred to from outside; by its `fullUrl` where it has no id."""
    if isinstance(kind, str) and isinstance(own, str) and _OWN.fullmatch(own):
        named = f"{kind}/{own}"
        return named if is_reference(named) else None
    return full_url if is_reference(full_url) else None
