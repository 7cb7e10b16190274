"""Why an altered, missing or added row of the record is found: every entry is hashed together with the one before.

The hash of an entry is the SHA-256 (FIPS 180-4) of its number, its fields, the digest of its clinical content and the
hash of the entry before. Whoever changes one entry must hash anew all that follow, up to the head; and a head that was
noted elsewhere (an anchor) shows that too. The clinical content goes in by its digest alone, so that retention can
remove it and the chain still holds.
"""

import json
from collections.abc import Mapping
from dataclasses import fields
from hashlib import sha256
from typing import Any, NamedTuple

from service.record.entry import Content, Damaged, Entry

GENESIS = "0" * 64
"""What stands in the place of the hash before the first entry."""

FIELDS = tuple(each.name for each in fields(Entry) if each.name != "content")
"""What of an entry is hashed as it stands."""
_OF_CONTENT = tuple(each.name for each in fields(Content))


class Head(NamedTuple):
    """The last entry of a chain: its number and its hash; number 0 and GENESIS where there is none yet."""

    seq: int
    hash: str

    def __str__(self) -> str:
        return f"{self.seq}:{self.hash}"


def content_digest(content: Content) -> str:
    """The digest of what was said of the patient; without the salt, a guess at it cannot be tried."""
    return _digest(stated_in(content))


def stated_in(content: Content) -> dict[str, str | None]:
    """What a content holds, by the names of its fields."""
    return {name: getattr(content, name) for name in _OF_CONTENT}


def entry_hash(stated: Mapping[str, Any], *, seq: int, content: str | None, previous: str) -> str:
    """The hash of entry `seq`: its FIELDS are taken from `stated`, `content` is the digest of its content."""
    return _digest(
        {name: stated[name] for name in FIELDS} | {"seq": seq, "content_digest": content, "previous": previous}
    )


def _digest(stated: Mapping[str, object]) -> str:
    # Written in ASCII, so that half a character of UTF-16 hashes as well; what is None is left out, so that a field
    # that a later version adds to an entry leaves the hashes of the earlier ones as they are. What is damaged goes in
    # as a list, so that it hashes like no text.
    known = {
        name: [value] if isinstance(value, Damaged) else value for name, value in stated.items() if value is not None
    }
    return sha256(json.dumps(known, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()
