"""Two processes with one record and one folder: what waits in the journal of one, the other cannot read, and says."""

import asyncio
from pathlib import Path

import pytest

from service.errors import RecordUnavailable
from service.record.receipt import Mark
from service.record.record import Record
from tests.record.entries import a_content, an_entry
from tests.record.outage import Outage
from tests.record.recording import PATIENCE, SOON, caught_up, recorded, until

PERSON = "0" * 64


async def _found(record: Record, identifier: str) -> Mark | None:
    """Where an entry is kept, once the record can be asked again: after two failures it rests for a moment."""
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                found = await record.find("clinic", identifier)
            except RecordUnavailable:
                await asyncio.sleep(0.05)
            else:
                return None if found is None else found[1]


def test_what_waits_in_another_process_is_not_taken_for_what_is_not_there(
    url: str, folder: Path, outage: Outage
) -> None:
    """Hazard H-08: the last examination waits in another process, and lost strength is compared with nothing."""
    content = a_content(person=PERSON)
    entry = an_entry(content)

    async def play() -> None:
        outage.begin()
        async with recorded(url, folder, seconds=SOON) as first:
            assert (await first.append(entry)).mark is Mark.DEFERRED
            # The other one reaches the database again, the first one not yet.
            async with recorded(url, folder, seconds=SOON) as second:
                with pytest.raises(RecordUnavailable):
                    await second.find("clinic", entry.id)
                assert not (await second.of_person("clinic", PERSON, 10)).complete
                assert not (await first.of_person("clinic", PERSON, 10)).complete
                outage.end()
                await caught_up(first)
                await until(lambda: not list(folder.iterdir()))
                assert await _found(second, entry.id) == Mark.STORED
                earlier = await second.of_person("clinic", PERSON, 10)
                assert (earlier.exams, earlier.complete) == ([content.exam], True)
                assert await second.find("clinic", an_entry().id) is None

    asyncio.run(play())


def test_files_of_others_alone_keep_an_answer_from_being_called_complete(url: str, folder: Path) -> None:
    """The database answers, and a file that another process holds is there."""

    async def play() -> None:
        async with recorded(url, folder) as record:
            assert (await record.of_person("clinic", PERSON, 10)).complete
            assert await record.find("clinic", an_entry().id) is None
            (folder / "deferred-of-another.jsonl").mkdir()
            assert not (await record.of_person("clinic", PERSON, 10)).complete
            with pytest.raises(RecordUnavailable, match="another process"):
                await record.find("clinic", an_entry().id)

    asyncio.run(play())
