"""Where in the journal each entry is that waits for the database: a few hundred bytes an entry, its content not."""

from dataclasses import dataclass
from itertools import islice

from service.record.entry import Entry, Kind
from service.record.segment import Segment

Of = tuple[str, str]
"""A tenant, and what of it: a person, or the id of an assessment."""

Key = tuple[str, str, str]
"""Tenant, caller and Idempotency-Key."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry is."""

    segment: Segment
    offset: int
    length: int


def key_of(entry: Entry) -> Key | None:
    """Under which Idempotency-Key of whom an entry came; None where there was none."""
    return None if entry.idempotency_key is None else (entry.tenant, entry.caller, entry.idempotency_key)


class Waiting:
    """What waits, in the order in which it was written. Not for several threads at once."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        """By id, in order."""
        self._people: dict[Of, list[str]] = {}
        self._outcomes: dict[Of, list[str]] = {}
        self._keys: dict[Key, tuple[str, str | None]] = {}
        self._postponed: set[str] = set()

    def add(self, entry: Entry, place: Place) -> None:
        """One more, behind all others."""
        if entry.id in self.places:
            return
        self.places[entry.id] = place
        place.segment.waiting += 1
        for index, of in self._indexed(entry):
            index.setdefault(of, []).append(entry.id)
        if (key := key_of(entry)) is not None:
            self._keys.setdefault(key, (entry.id, entry.request_digest))

    def remove(self, entry: Entry) -> Segment | None:
        """One less, and where it was; None where it did not wait."""
        for index, of in self._indexed(entry):
            _forget(index, of, entry.id)
        if (key := key_of(entry)) is not None and self._keys.get(key, ("", None))[0] == entry.id:
            del self._keys[key]
        return self._let_go(entry.id)

    def drop(self, identifier: str) -> Segment | None:
        """One less of which nothing but the id is known any more."""
        for index in (self._people, self._outcomes):
            for of in [of for of, ids in index.items() if identifier in ids]:
                _forget(index, of, identifier)
        self._keys = {key: first for key, first in self._keys.items() if first[0] != identifier}
        return self._let_go(identifier)

    def postpone(self, identifier: str) -> None:
        """Its disk does not answer: leave it out of `oldest` until all are tried again."""
        self._postponed.add(identifier)

    def try_again(self) -> None:
        """Nothing is postponed any more."""
        self._postponed.clear()

    @property
    def postponed(self) -> int:
        """How many are left out of `oldest`."""
        return len(self._postponed)

    def oldest(self, limit: int) -> list[str]:
        """The ids of the first ones, in order."""
        return list(islice((each for each in self.places if each not in self._postponed), limit))

    def of_person(self, tenant: str, person: str) -> list[str]:
        """The ids of one person's examinations, oldest first."""
        return list(self._people.get((tenant, person), ()))

    def outcomes(self, tenant: str, about: str) -> list[str]:
        """The ids of the outcomes of one assessment, oldest first."""
        return list(self._outcomes.get((tenant, about), ()))

    def keyed(self, entry: Entry) -> tuple[str, str | None] | None:
        """The id and the digest of the body that came first with the Idempotency-Key of this entry."""
        key = key_of(entry)
        return None if key is None else self._keys.get(key)

    def _indexed(self, entry: Entry) -> list[tuple[dict[Of, list[str]], Of]]:
        found: list[tuple[dict[Of, list[str]], Of]] = []
        if entry.content is not None and entry.content.person is not None:
            found.append((self._people, (entry.tenant, entry.content.person)))
        if entry.kind is Kind.OUTCOME and entry.about is not None:
            found.append((self._outcomes, (entry.tenant, entry.about)))
        return found

    def _let_go(self, identifier: str) -> Segment | None:
        self._postponed.discard(identifier)
        place = self.places.pop(identifier, None)
        if place is None:
            return None
        place.segment.waiting -= 1
        return place.segment


def _forget(index: dict[Of, list[str]], of: Of, identifier: str) -> None:
    ids = [each for each in index.get(of, []) if each != identifier]
    if ids:
        index[of] = ids
    else:
        index.pop(of, None)
