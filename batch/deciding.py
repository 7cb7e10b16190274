"""What decides the rows of a run, made once for each process that works on it."""

import io
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Self

import pyarrow as pa

from batch.errors import Failed
from batch.output import Scope
from batch.rowwise import Decide, Decided, RowWise
from batch.tabled import Tabled
from service.assessment import Provenance
from service.rules.guideline import Policy
from service.settings import Settings

_one_at_a_time = Lock()
"""A worker may have several threads; what decides is not made for that, and they would share one core all the same."""


class OtherRelease(Failed):
    """A process would decide by another model, other rules or another software than the run was begun with."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Under what all rows of one run are decided, wherever they are.

    `at` is when an examination without a time was done: the time at which the run was begun. `one_by_one` decides each
    row by itself, which comes to the same and takes many times as long.
    """

    provenance: Provenance
    policy: Policy
    at: datetime
    scope: Scope
    one_by_one: bool = False

    @classmethod
    def here(cls, settings: Settings, at: datetime, scope: Scope, *, one_by_one: bool = False) -> Self:
        """The terms that these settings make.

        Raises:
            ModelFault: the model that they name cannot be used.
        """
        made = RowWise(settings, at, scope).provenance
        return cls(provenance=made, policy=settings.red_flag_policy, at=at, scope=scope, one_by_one=one_by_one)


@lru_cache(maxsize=1)
def decider(terms: Terms) -> Decide:
    """What decides rows under `terms` in this process, which has its own folder of models.

    Raises:
        ModelFault: there is no such model here, or it cannot be used.
        OtherRelease: the model, the rules or the software here are not those of the terms.
    """
    named = {"model_version": terms.provenance.model_version, "red_flag_policy": terms.policy}
    kind = RowWise if terms.one_by_one else Tabled
    made: Decide = kind(Settings().model_copy(update=named), terms.at, terms.scope)
    if made.provenance != terms.provenance:
        raise OtherRelease(
            f"The run was begun with {_told(terms.provenance)}; here there is {_told(made.provenance)}. Give every "
            "worker the same checkout."
        )
    return made


def _told(release: Provenance) -> str:
    return (
        f"model {release.model_version} (SHA-256 {str(release.model_sha256)[:12]}), rules {release.ruleset_version}, "
        f"software {release.software_version}"
    )


def packed(rows: pa.RecordBatch) -> bytes:
    """Rows for another process: Arrow IPC, compressed, for most columns of an examination are empty."""
    made = io.BytesIO()
    with pa.ipc.new_stream(made, rows.schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream:
        stream.write_batch(rows)
    return made.getvalue()


def decide(terms: Terms, rows: bytes, first_row: int) -> Decided:
    """Decide packed rows: what a worker is asked to do, as often as it takes, for it changes nothing."""
    with pa.ipc.open_stream(rows) as stream, _one_at_a_time:
        return decider(terms)(stream.read_next_batch(), first_row)
