"""API keys as people make them: by the command."""

import contextlib
import io
from pathlib import Path

from service.identity.__main__ import main


def made(
    file: Path, *, tenant: str = "hospital", name: str = "ward-app", scopes: str = "assess,read", **more: str
) -> str:
    """A new key in `file`, as the command prints it."""
    options = [part for option, value in more.items() for part in (f"--{option}", value)]
    with contextlib.redirect_stdout(io.StringIO()) as printed, contextlib.redirect_stderr(io.StringIO()):
        status = main(["--file", str(file), "create", "--tenant", tenant, "--name", name, "--scopes", scopes, *options])
    assert status == 0
    return printed.getvalue().strip()


def revoke(file: Path, key: str) -> None:
    """Take a key out of `file`."""
    with contextlib.redirect_stderr(io.StringIO()):
        assert main(["--file", str(file), "revoke", key.split("_")[1]]) == 0
