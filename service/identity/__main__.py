"""`python -m service.identity`: make, list and revoke API keys. A new key goes to standard output, once."""

import argparse
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from pydantic import ValidationError

from service.identity.caller import Scope
from service.identity.key_file import (
    ApiKey,
    KeyFileBroken,
    Parts,
    alone,
    digest,
    joined,
    nameable,
    read_keys,
    tenant_named,
    write_keys,
)
from service.settings import Settings

WRONG = 2
"""Exit status where nothing was done because what was asked for cannot be."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what `arguments` ask for; return the exit status."""
    asked = _parser().parse_args(arguments)
    today = datetime.now(UTC).date()
    try:
        path: Path = asked.file or Settings().api_keys_file
        return int(asked.do(path, asked, today))
    except ValidationError as found:
        for error in found.errors(include_url=False, include_input=False):
            name = "_".join(str(part) for part in error["loc"]).upper()
            return _wrong(f"NERVEROOT_{name}: {error['msg']}" if name else error["msg"])
        raise
    except (KeyFileBroken, ValueError) as fault:
        return _wrong(str(fault))
    except OSError as fault:
        return _wrong(f"{fault.filename}: {fault.strerror}")


def _wrong(sentence: str) -> int:
    print(f"nothing was changed: {sentence}", file=sys.stderr)
    return WRONG


def _create(path: Path, asked: argparse.Namespace, today: date) -> int:
    if asked.expires is not None and asked.expires < today:
        raise ValueError("the last day of the key is over already")
    key = Parts(id=secrets.token_hex(6), secret=secrets.token_urlsafe(32))
    new = ApiKey(
        id=key.id,
        sha256=digest(key.secret),
        tenant=tenant_named(asked.tenant),
        name=nameable(asked.name),
        scopes=asked.scopes,
        created=today,
        expires=asked.expires,
    )
    with alone(path):
        kept = read_keys(path)[0] if path.exists() else ()
        write_keys(path, (*kept, new))
    print(joined(key))
    print(
        f"key {key.id} of {new.name} at {new.tenant} is in {path}; the line above is shown this once", file=sys.stderr
    )
    return 0


def _list(path: Path, asked: argparse.Namespace, today: date) -> int:
    for key in read_keys(path)[0]:
        until = f"until {key.expires}" if key.expires else "without end"
        state = f"expired on {key.expires}" if key.expired(today) else until
        print(key.id, key.tenant, key.name, ",".join(key.scopes), f"since {key.created}", state, sep="\t")
    return 0


def _revoke(path: Path, asked: argparse.Namespace, today: date) -> int:
    with alone(path):
        kept = read_keys(path)[0]
        left = [key for key in kept if key.id != asked.id]
        if len(left) == len(kept):
            raise ValueError(f"no key has this id; `list` shows those of {path}")
        write_keys(path, left)
    print(f"key {asked.id} is no longer in {path}; a running service leaves it within a second or two", file=sys.stderr)
    return 0


def _scopes(text: str) -> tuple[Scope, ...]:
    try:
        return tuple(dict.fromkeys(Scope(word.strip()) for word in text.split(",")))
    except ValueError:
        raise argparse.ArgumentTypeError(f"scopes are {', '.join(Scope)}, joined by commas") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError("a day is written as in 2027-01-31") from None


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m service.identity", description=__doc__)
    parser.add_argument("--file", type=Path, help="the file of keys; else the one that NERVEROOT_API_KEYS_FILE names")
    doing = parser.add_subparsers(required=True)
    create = doing.add_parser("create", help="make a key and print it")
    create.add_argument("--tenant", required=True, help="the organisation whose records the caller may see")
    create.add_argument("--name", required=True, help="the caller; keys of one tenant and name show the same caller")
    create.add_argument("--scopes", required=True, type=_scopes, help=", ".join(Scope) + ", joined by commas")
    create.add_argument("--expires", type=_day, help="the last day on which it is valid (UTC), as in 2027-01-31")
    create.set_defaults(do=_create)
    doing.add_parser("list", help="list the keys, without their secrets").set_defaults(do=_list)
    revoke = doing.add_parser("revoke", help="take a key out of the file")
    revoke.add_argument("id", help="the id of the key, its second part")
    revoke.set_defaults(do=_revoke)
    return parser


if __name__ == "__main__":
    sys.exit(main())
