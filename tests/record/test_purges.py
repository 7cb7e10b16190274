"""What a purge on record explains, and what it does not; one that nobody can have made explains nothing."""

from dataclasses import replace
from typing import Any

import pytest

from service.record.database import Database
from service.record.entry import Kind
from service.record.purges import Purges
from service.record.retention import purge
from service.record.verification import PAGE, Read, verify
from tests.record.commands import run
from tests.record.entries import NOON, an_entry, an_outcome, moment
from tests.record.tampering import tamper


def forged_purge(database: Database, **changes: Any) -> int:
    """Put a purge on record that was never made, linked and hashed as it should be; its number."""
    stated = {"kind": Kind.PURGE, "purged_before": moment(), "tenant": "*", "caller": "nobody\n", **changes}
    database.append([replace(an_entry(**stated), content=None)])
    return database.head().seq


FORGED_PURGES: dict[str, tuple[dict[str, Any], str]] = {
    "of all times": ({"purged_before": "9999"}, "does not say up to when"),
    "of the future": ({"purged_before": moment(days_ago=-1)}, "did not exist yet"),
    "in the future": ({"at": moment(days_ago=-1)}, "a time that has not come"),
    "by another kind": ({"kind": Kind.OUTCOME, "about": "x"}, "is no purge"),
    "at no time": ({"at": "never"}, "time that has not come"),
}


@pytest.mark.parametrize(("changes", "words"), FORGED_PURGES.values(), ids=FORGED_PURGES)
def test_a_purge_that_nobody_can_have_made_is_found_and_explains_nothing(
    url: str, database: Database, changes: dict[str, Any], words: str
) -> None:
    database.append([an_entry(at=moment(days_ago=500))])
    seq = forged_purge(database, **changes)
    tamper(url, "DELETE FROM contents")
    purges = Purges(NOON)
    first, *others = verify(database, purges=purges)
    assert str(first) == "The content of entry 1 is missing, and no purge explains it."
    assert words in " ".join(str(fault) for fault in others)
    assert {fault.seq for fault in others} == {seq}
    assert purges.found == []


def test_a_purge_explains_nothing_of_what_came_after_it(url: str, database: Database) -> None:
    old = moment(days_ago=500)
    database.append([an_entry(at=old), an_entry(at=old)])
    forged_purge(database)
    database.append([an_entry(at=old)])
    forged_purge(database, at=moment(days_ago=-4 / 24 / 60))  # the clocks of two machines differ
    database.append([an_entry(at=old)])
    tamper(url, "DELETE FROM contents")
    purges = Purges(NOON)
    assert [fault.seq for fault in verify(database, purges=purges)] == [6]
    assert [(each.seq, each.removed) for each in purges.found] == [(3, 2), (5, 1)]


def test_a_purge_may_come_meanwhile(database: Database) -> None:
    database.append([an_entry(at=moment(days_ago=500)) for _ in range(PAGE + 10)])
    purged = []

    def progress(read: Read) -> None:
        if read.head.seq == PAGE:
            purged.append(purge(database, before=NOON, now=NOON, id="purge", caller="keeper"))

    assert list(verify(database, progress=progress)) == []
    assert [each.assessments for each in purged] == [PAGE + 10]


def test_the_command_shows_a_purge_that_was_forged(url: str, database: Database) -> None:
    """It looks like any other, so somebody has to look at it; and it cannot hide behind a line of its own."""
    old = moment(days_ago=500)
    database.append([an_entry(at=old), an_outcome("x", at=old)])
    forged_purge(database, at=moment(days_ago=400), purged_before=moment(days_ago=400))
    tamper(url, "DELETE FROM contents WHERE seq = 1")
    lines = run(url, "verify").out.splitlines()
    when = moment(days_ago=400)
    assert f"Entry 3 is a purge of {when} by 'nobody\\n': 1 contents from before {when} are gone." in lines
