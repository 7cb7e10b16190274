"""Assessments with an outcome as labelled exams, the table that `make train DATA=…` reads (docs/site-data.md)."""

import gzip
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Row, Select, and_, exists, func, select

from service.errors import RecordFault
from service.record.database import Database
from service.record.entry import Kind
from service.record.tables import CONTENTS, ENTRIES

PAGE = 250
SUFFIXES = (".jsonl", ".jsonl.gz")
_LABELS = ("roots", "confirmed_by", "confirmed_on")
_BEFORE_ALL = 0

_SAID, _SEEN, _LATER = (ENTRIES.alias(name) for name in ("said", "seen", "later"))
_SAID_CONTENT, _SEEN_CONTENT = (CONTENTS.alias(name) for name in ("said_content", "seen_content"))


class NotExported(RecordFault):
    """Nothing was written; the message says why."""


@dataclass(frozen=True, kw_only=True)
class Exported:
    """What was written, and out of how much."""

    exams: int
    assessments: int
    """All of them, with an outcome or without."""
    purged: int
    """Those with an outcome whose content retention has removed."""


def export(database: Database, out: Path, *, tenant: str | None, overwrite: bool) -> Exported:
    """Write every assessment that has an outcome, with the latest one, to `out`; of one tenant or of all.

    The file appears once it is whole. It is readable by its owner alone: it holds what was said of patients.

    Raises:
        NotExported: it is there already, or cannot be written, or what is on record cannot be read.
        DatabaseDown: the record cannot be read.
    """
    if not out.name.endswith(SUFFIXES):
        raise NotExported(f"{out.name}: end the name in .jsonl or .jsonl.gz.")
    if out.exists() and not overwrite:
        raise NotExported(f"{out} is there already: name another file, or say --overwrite.")
    unfinished = out.with_name(f".{out.name}.unfinished")
    try:
        exams, purged = _write(database, unfinished, tenant, packed=out.suffix == ".gz")
        unfinished.replace(out)
    except OSError as fault:
        raise NotExported(f"{out} cannot be written: {fault.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)
    return Exported(exams=exams, assessments=_assessments(database, tenant), purged=purged)


def _write(database: Database, path: Path, tenant: str | None, *, packed: bool) -> tuple[int, int]:
    """How many were written, and how many of them retention had removed."""
    exams = purged = 0
    with _private(path, packed) as file:
        for row in _labelled(database, tenant):
            if row.exam is None or row.outcome is None:
                purged += 1
                continue
            try:
                file.write(_line(row) + "\n")
            except (ValueError, KeyError, TypeError):
                raise NotExported(f"The outcome of entry {row.seq} cannot be read: verify the record.") from None
            exams += 1
    return exams, purged


@contextmanager
def _private(path: Path, packed: bool) -> Iterator[IO[str]]:
    path.unlink(missing_ok=True)
    made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(made, "wb") as file:
        if packed:
            with gzip.open(file, "wt", encoding="utf-8") as text:
                yield text
        else:
            with TextIOWrapper(file, encoding="utf-8") as text:
                yield text


def _line(row: Row[Any]) -> str:
    outcome = json.loads(row.outcome)
    return json.dumps(
        {"exam": json.loads(row.exam), **{name: outcome[name] for name in _LABELS}, "patient": row.person or row.id}
    )


def _labelled(database: Database, tenant: str | None) -> Iterator[Row[Any]]:
    """The assessments with the latest outcome of each, in the order of the outcomes."""
    later = and_(_LATER.c.about == _SAID.c.about, _LATER.c.tenant == _SAID.c.tenant, _LATER.c.seq > _SAID.c.seq)
    asked: Select[Any] = (
        select(
            *(_SAID.c.seq, _SEEN.c.id, _SEEN_CONTENT.c.exam, _SEEN_CONTENT.c.person),
            _SAID_CONTENT.c.answer.label("outcome"),
        )
        .join(_SEEN, and_(_SEEN.c.id == _SAID.c.about, _SEEN.c.tenant == _SAID.c.tenant))
        .outerjoin(_SEEN_CONTENT, _SEEN_CONTENT.c.seq == _SEEN.c.seq)
        .outerjoin(_SAID_CONTENT, _SAID_CONTENT.c.seq == _SAID.c.seq)
        .where(_SAID.c.kind == str(Kind.OUTCOME), ~exists().where(later, _LATER.c.kind == str(Kind.OUTCOME)))
        .order_by(_SAID.c.seq)
        .limit(PAGE)
    )
    if tenant is not None:
        asked = asked.where(_SAID.c.tenant == tenant)
    place = _BEFORE_ALL
    while True:
        with database.reading() as connection:
            page = list(connection.execute(asked.where(_SAID.c.seq > place)))
        if not page:
            return
        yield from page
        place = page[-1].seq


def _assessments(database: Database, tenant: str | None) -> int:
    asked = select(func.count()).select_from(ENTRIES).where(ENTRIES.c.kind == str(Kind.ASSESSMENT))
    if tenant is not None:
        asked = asked.where(ENTRIES.c.tenant == tenant)
    with database.reading() as connection:
        return connection.execute(asked).scalar_one()
