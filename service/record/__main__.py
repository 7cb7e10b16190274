"""`python -m service.record`: what people do with the record: migrate, verify, purge, export outcomes.

Where the record is, the settings of the service say (NERVEROOT_DATABASE_URL).
"""

import argparse
import getpass
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uuid6
from pydantic import ValidationError

from service.errors import RecordFault, StartupError
from service.record.chain import GENESIS, Head
from service.record.database import Database
from service.record.labelled import export
from service.record.migration import migrate
from service.record.purges import Purges
from service.record.retention import BadPeriod, purge, read_limit, removable
from service.record.verification import Read, verify
from service.settings import Settings, unknown_settings

FAULTY = 1
"""Exit status where the record is not as it was written."""
WRONG = 2
"""Exit status where what was asked for could not be done."""
SECONDS = 60
"""How long a command waits for the database: longer than an answer does, since nobody waits for it."""
MOST_FAULTS = 100
"""Faults that are told one by one; where there are more, something befell the whole record."""
_TOLD_EVERY = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` ask for; return the exit status."""
    asked = _parser().parse_args(arguments)
    mistyped = unknown_settings(os.environ)
    if mistyped:
        return _wrong(f"{mistyped[0]} is no setting.")
    try:
        url = Settings().database_url.get_secret_value()
    except ValidationError as found:
        error = found.errors(include_url=False, include_input=False, include_context=False)[0]
        name = "NERVEROOT_" + "_".join(str(part) for part in error["loc"]).upper()
        return _wrong(f"{name}: {error['msg']}")
    try:
        return int(asked.do(url, asked))
    except (RecordFault, StartupError, BadPeriod) as fault:
        return _wrong(str(fault))


def _wrong(sentence: str) -> int:
    print(f"python -m service.record: {sentence}", file=sys.stderr)
    return WRONG


def _migrate(url: str, asked: argparse.Namespace) -> int:
    done = migrate(url, seconds=SECONDS)
    if done.before == done.after:
        print(f"the tables have version {done.after} already; nothing was changed")
    else:
        before = "there were none" if done.before is None else f"they had {done.before}"
        print(f"the tables have version {done.after} now; {before}")
    if done.restored:
        print(f"triggers that keep the record append-only were put back: {', '.join(done.restored)}; verify the record")
    return 0


@contextmanager
def _opened(url: str, *, triggers: bool = True) -> Iterator[Database]:
    """The record, which must be there and of this version: only the service and `migrate` make one."""
    database = Database(url, seconds=SECONDS)
    # What follows the question mark may hold a password as well.
    print(f"record: {database.url.set(query={}).render_as_string(hide_password=True)}", file=sys.stderr)
    try:
        database.check_schema(create=False, triggers=triggers)
        yield database
    finally:
        database.close()


def _verify(url: str, asked: argparse.Namespace) -> int:
    read = Head(seq=0, hash=GENESIS)

    def progress(done: Read) -> None:
        nonlocal read
        if done.head.seq // _TOLD_EVERY > read.seq // _TOLD_EVERY:
            print(f"{done.head.seq} of {done.last} entries read", file=sys.stderr)
        read = done.head

    count, purges = 0, Purges(datetime.now(UTC))
    with _opened(url, triggers=False) as database:
        for fault in verify(database, anchor=asked.anchor, purges=purges, progress=progress):
            count += 1
            if count <= MOST_FAULTS:
                print(fault)
    for purge_found in purges.found:
        print(purge_found)
    if count > MOST_FAULTS:
        print(f"and {count - MOST_FAULTS} more")
    if count:
        print(f"{read.seq} entries, {count} faults: the record is not as it was written", file=sys.stderr)
        return FAULTY
    print(f"{read.seq} entries, all as they were written; none is missing")
    print(f"note this where the record cannot be changed, and give it to --anchor next time:\n{read}")
    return 0


def _purge(url: str, asked: argparse.Namespace) -> int:
    now = datetime.now(UTC)
    before = read_limit(asked.older_than, now)
    when = f"before {before.isoformat(sep=' ', timespec='minutes')}"
    with _opened(url) as database:
        if asked.dry_run:
            found = removable(database, before)
            print(f"would remove the content of {found} {when}")
            return 0
        done = purge(database, before=before, now=now, id=str(uuid6.uuid7()), caller=_who())
    print(f"removed the content of {done} {when}")
    if database.url.get_backend_name() == "postgresql":
        print("PostgreSQL keeps the bytes until VACUUM runs (autovacuum does, in time); archived log and backups are")
        print("yours to let expire.")
    else:
        print("The file was cleared of them; backups are yours to let expire.")
    return 0


def _who() -> str:
    """Who runs this command, as the system knows them."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):  # a container may run under a number that has no name
        return str(os.getuid())


def _export(url: str, asked: argparse.Namespace) -> int:
    with _opened(url) as database:
        done = export(database, asked.out, tenant=asked.tenant, overwrite=asked.overwrite)
    gone = f"; {done.purged} more had an outcome, but their content was purged" if done.purged else ""
    print(f"{done.exams} labelled exams of {done.assessments} assessments are in {asked.out}{gone}")
    return 0


def _anchor(stated: str) -> tuple[int, str]:
    number, _, digest = stated.strip().partition(":")
    if not (number.isascii() and number.isdigit() and len(number) < len(GENESIS) and len(digest) == len(GENESIS)):
        raise argparse.ArgumentTypeError("an anchor is what `verify` printed: a number, a colon and 64 digits")
    return int(number), digest.lower()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m service.record",
        description="Look after the record of all answers. NERVEROOT_DATABASE_URL says where it is, as for the "
        "service. The service may run meanwhile, except where a command says otherwise.",
        epilog="Exit status: 0 done, 1 `verify` found faults, 2 not done.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "migrate",
        help="make the tables, or bring them to the newest version",
        description="Make the tables, or bring them to the version that this software writes. Nothing happens where "
        "they have it. Make a backup first, and stop the service: an older one refuses newer tables.",
    )
    command.set_defaults(do=_migrate)
    command = commands.add_parser(
        "verify",
        help="read all of it and tell what was altered, added or removed",
        description="Read the whole record and hold every entry against its hash and the hash of the one before. "
        "Print what is not as it was written, every purge (one that nobody knows of is a forged one), and the head of "
        "the chain if all is well.",
    )
    command.add_argument(
        "--anchor",
        type=_anchor,
        metavar="SEQ:HASH",
        help="a head that was printed before and kept elsewhere; only with it can it be seen that the record was cut "
        "off or rewritten as a whole",
    )
    command.set_defaults(do=_verify)
    command = commands.add_parser(
        "purge",
        help="remove the clinical content of what is older than a time",
        description="Remove examinations, answers, outcomes and feedback that are older than a time. That they were "
        "there, when and for whom, and that they were removed, stays on record, and `verify` still finds nothing "
        "wrong. On SQLite the file is written anew, during which answers wait in the journal.",
    )
    command.add_argument(
        "--older-than", required=True, metavar="TIME", help="365d for days, or a date such as 2025-01-01"
    )
    command.add_argument("--dry-run", action="store_true", help="only say how many there are")
    command.set_defaults(do=_purge)
    command = commands.add_parser(
        "export-outcomes",
        help="write assessments with their outcomes as labelled exams",
        description="Write every assessment with an outcome, with the latest one, as a table that `make train "
        "DATA=FILE` reads. It holds what was said of patients: treat it as such.",
    )
    command.add_argument("--out", required=True, type=Path, metavar="FILE", help="a name in .jsonl or .jsonl.gz")
    command.add_argument("--tenant", metavar="NAME", help="only those of this tenant")
    command.add_argument("--overwrite", action="store_true", help="replace a file that is there")
    command.set_defaults(do=_export)
    return parser


if __name__ == "__main__":
    sys.exit(main())
