"""An entry that somebody waits for, and what they are told in the end."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from service.errors import KeyReused, RecordUnavailable
from service.record.appending import StoredEntry, Written
from service.record.entry import Entry
from service.record.receipt import Kept, Mark, Receipt

logger = logging.getLogger(__name__)


class Pending:
    """An entry that somebody waits for. Made on the event loop, where its future is settled too."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        self.future: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self.moved = False
        """Whether it was moved to the journal, perhaps while the database was writing it."""
        self.asked = False
        """Whether the database was asked for its Idempotency-Key before that."""


Outcome = Receipt | Exception


def settle(outcomes: Sequence[tuple[Pending, Outcome]]) -> None:
    """Tell everybody what became of their entries, from whatever thread: with one call, since each wakes the loop."""
    if not outcomes:
        return
    try:
        outcomes[0][0].future.get_loop().call_soon_threadsafe(_resolve, outcomes)
    except RuntimeError:
        logger.warning("answers were kept for which nobody waits any more")  # the loop is closed


def _resolve(outcomes: Sequence[tuple[Pending, Outcome]]) -> None:
    for pending, outcome in outcomes:
        if pending.future.done():  # cancelled, given up, or answered from the other side
            continue
        if isinstance(outcome, Receipt):
            pending.future.set_result(outcome)
        else:
            pending.future.set_exception(outcome)


def stored(pending: Pending, written: Written) -> Outcome:
    """What became of an entry that was to be written into the database."""
    if written.fault:
        return RecordUnavailable(written.fault)
    if written.conflict:
        return _reused()
    return Receipt(entry=written.replay or pending.entry, mark=Mark.STORED, replayed=written.replay is not None)


def found(pending: Pending, first: StoredEntry) -> Outcome:
    """What becomes of an entry whose Idempotency-Key is in the database already, where `first` came with it."""
    if first.request_digest != pending.entry.request_digest:
        return _reused()
    # It may be the entry itself: whoever wrote it did not learn that the commit came through.
    return Receipt(entry=first, mark=Mark.STORED, replayed=first.id != pending.entry.id)


def deferred(pending: Pending, kept: Kept) -> Outcome:
    """What became of an entry that was to be written into the journal."""
    if kept.unread:
        return RecordUnavailable("what came first with the Idempotency-Key cannot be read at present")
    if kept.conflict:
        return _reused()
    return Receipt(entry=kept.replay or pending.entry, mark=Mark.DEFERRED, replayed=kept.replay is not None)


def joined(entry: Entry, first: Entry, receipt: Receipt) -> Receipt:
    """What is told of `entry`, which came while `first`, with its Idempotency-Key, was under way.

    Raises:
        KeyReused: it has another body.
    """
    if first.request_digest != entry.request_digest:
        raise _reused()
    return replace(receipt, replayed=True)


def _reused() -> KeyReused:
    return KeyReused("the Idempotency-Key came with another body before")
