"""Where in the journal each entry is that waits for the database: a few hundred bytes an entry, its content not."""

from dataclasses import dataclass

from service.record.entry import Entry
from service.record.segment import Segment

Of = tuple[str, str]
"""A tenant, and what of it: a person, or the id of an assessment."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where an entry is."""

    segment: Segment
    offset: int
    length: int


class Waiting:
    """What waits, in the order in which it was written. Not for several threads at once."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}
        """By id, in order."""
        self._people: dict[Of, list[str]] = {}
        self._outcomes: dict[Of, list[str]] = {}
        self._keys: dict[tuple[str, str, str], tuple[str, str | None]] = {}

    def add(self, entry: Entry, place: Place) -> None:
        """One more, behind all others."""
        if entry.id in self.places:
            return
        self.places[entry.id] = place
        place.segment.waiting += 1
        for index, of in self._indexed(entry):
            index.setdefault(of, []).append(entry.id)
        if entry.idempotency_key is not None:
            key = (entry.tenant, entry.caller, entry.idempotency_key)
            self._keys.setdefault(key, (entry.id, entry.request_digest))

    def remove(self, entry: Entry) -> Segment | None:
        """One less, and where it was; None where it did not wait."""
        segment = self.drop(entry.id)
        for index, of in self._indexed(entry):
            ids = [each for each in index.get(of, []) if each != entry.id]
            if ids:
                index[of] = ids
            else:
                index.pop(of, None)
        if entry.idempotency_key is not None:
            key = (entry.tenant, entry.caller, entry.idempotency_key)
            if self._keys.get(key, ("", None))[0] == entry.id:
                del self._keys[key]
        return segment

    def drop(self, identifier: str) -> Segment | None:
        """One less of which nothing but the id is known any more."""
        place = self.places.pop(identifier, None)
        if place is None:
            return None
        place.segment.waiting -= 1
        return place.segment

    def of_person(self, tenant: str, person: str) -> list[str]:
        """The ids of one person's examinations, oldest first."""
        return list(self._people.get((tenant, person), ()))

    def outcomes(self, tenant: str, about: str) -> list[str]:
        """The ids of the outcomes of one assessment, oldest first."""
        return list(self._outcomes.get((tenant, about), ()))

    def keyed(self, entry: Entry) -> tuple[str, str | None] | None:
        """The id and the digest of the body that came first with the Idempotency-Key of this entry."""
        if entry.idempotency_key is None:
            return None
        return self._keys.get((entry.tenant, entry.caller, entry.idempotency_key))

    def _indexed(self, entry: Entry) -> list[tuple[dict[Of, list[str]], Of]]:
        found: list[tuple[dict[Of, list[str]], Of]] = []
        if entry.content is not None and entry.content.person is not None:
            found.append((self._people, (entry.tenant, entry.content.person)))
        if entry.about is not None:
            found.append((self._outcomes, (entry.tenant, entry.about)))
        return found
