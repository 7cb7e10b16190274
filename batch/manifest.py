"""What a run was begun with, kept beside its parts: a run that goes on must be the same one."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Self

from pydantic import TypeAdapter

from batch.deciding import Terms
from batch.source import Source


@dataclass(frozen=True, kw_only=True)
class Input:
    """One file as it was when the run was begun."""

    name: str
    bytes: int
    modified_ns: int
    rows: int

    @classmethod
    def of(cls, source: Source) -> Self:
        """The file as it is now."""
        found = source.path.stat()
        return cls(
            name=str(source.path.resolve()), bytes=found.st_size, modified_ns=found.st_mtime_ns, rows=source.rows
        )


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """The files, under what they are decided, and the rows of a chunk."""

    inputs: tuple[Input, ...]
    terms: Terms
    chunk_rows: int

    def changed(self, now: "Manifest") -> tuple[str, ...]:
        """What is otherwise now, in words. The time of the run, and the size of its chunks, stay those of its begin."""
        was, found = self.terms, now.terms
        pairs = {
            "the input": (self.inputs, now.inputs),
            "the model": (
                (was.provenance.model_version, was.provenance.model_sha256),
                (found.provenance.model_version, found.provenance.model_sha256),
            ),
            "the rules": (was.provenance.ruleset_version, found.provenance.ruleset_version),
            "the software": (was.provenance.software_version, found.provenance.software_version),
            "the encoding": (was.provenance.feature_schema, found.provenance.feature_schema),
            "the policy of red flags": (was.policy, found.policy),
            "what is decided (ONLY)": (was.scope, found.scope),
            "how (ONE_BY_ONE)": (was.one_by_one, found.one_by_one),
        }
        return tuple(name for name, (before, after) in pairs.items() if before != after)


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What came of the rows of a file, or of several."""

    rows: int = 0
    answered: int = 0
    refused: int = 0
    by_urgency: dict[str, int] = field(default_factory=dict)

    @property
    def blank(self) -> int:
        """Lines with nothing in them."""
        return self.rows - self.answered - self.refused

    def __add__(self, other: "Tally") -> "Tally":
        """Both together."""
        return Tally(
            rows=self.rows + other.rows,
            answered=self.answered + other.answered,
            refused=self.refused + other.refused,
            by_urgency=dict(Counter(self.by_urgency) + Counter(other.by_urgency)),
        )


MANIFEST = TypeAdapter(Manifest)
TALLY = TypeAdapter(Tally)
