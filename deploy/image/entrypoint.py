"""Start a program with the secrets of its container in its environment, and become that program.

A container gets its secrets as files; the service reads its settings from the environment. So each file in
`/run/secrets` whose name is that of a variable (`NERVEROOT_RECORD_KEY`) becomes that variable. The program takes the
place of this one: it gets the signals of the container.
"""

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

CANNOT_START = 2
VARIABLE = re.compile(r"[A-Z][A-Z0-9_]*")
ON_RECORD = {"service", "service.record"}
"""The modules that need a database."""


def secrets(folder: Path) -> dict[str, str]:
    """The variables that the files in `folder` state; the end of the last line is no part of a secret.

    Raises:
        ValueError: one of them cannot be read; the message names it, and tells nothing of what it holds.
    """
    found = {}
    for each in sorted(folder.iterdir()) if folder.is_dir() else ():
        if VARIABLE.fullmatch(each.name) and each.is_file():
            try:
                found[each.name] = each.read_text(encoding="utf-8").rstrip("\r\n")
            except UnicodeDecodeError:
                raise ValueError(f"{each} is no text.") from None
            except OSError as fault:
                raise ValueError(f"{each}: {fault.strerror}. User {os.geteuid()} has to be able to read it.") from None
    return found


def main(command: Sequence[str]) -> int:
    """Become `command`; return a status only where that cannot be."""
    if not command:
        return _refused("no command was given.")
    folder = Path(os.environ.get("SECRETS_FOLDER", "/run/secrets"))
    try:
        os.environ.update(secrets(folder))
    except ValueError as fault:
        return _refused(str(fault))
    if ON_RECORD.intersection(command) and not os.environ.get("NERVEROOT_DATABASE_URL"):
        # By itself the service would look for a file in the image, find that it cannot be written, and keep every
        # answer in the journal.
        return _refused(f"NERVEROOT_DATABASE_URL is not stated, neither in the environment nor in {folder}.")
    try:
        os.execvp(command[0], list(command))  # noqa: S606
    except OSError as fault:
        return _refused(f"{command[0]}: {fault.strerror}.")


def _refused(sentence: str) -> int:
    print(f"the container cannot start: {sentence}", file=sys.stderr)
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
