"""`python -m service`: read the settings, load the model, listen."""

import os
import signal
import sys
from collections.abc import Callable
from difflib import get_close_matches
from threading import Thread

import uvicorn
from pydantic import ValidationError

from service.app import create_app
from service.errors import StartupError
from service.listener import Listener
from service.logs import configure_logs
from service.settings import SETTINGS, Settings, unknown_settings

CANNOT_START = 2
"""Exit status where the settings, or the record, do not allow the service to start."""

GRACE_SECONDS = 30
"""How long requests that are under way may take to finish when the service is told to end."""


def main() -> int:
    """Run until stopped; return the exit status."""
    for name in unknown_settings(os.environ):
        near = get_close_matches(name, SETTINGS, n=1)
        meant = f"; did you mean {near[0]}?" if near else f". The settings are {', '.join(SETTINGS)}."
        print(f"nerveroot cannot start: {name} is no setting{meant}", file=sys.stderr)
        return CANNOT_START
    try:
        settings = Settings()
    except ValidationError as found:
        for error in found.errors(include_url=False):
            name = "".join(f"NERVEROOT_{str(part).upper()}: " for part in error["loc"][:1])
            print(f"nerveroot cannot start: {name}{error['msg']}", file=sys.stderr)
        return CANNOT_START
    configure_logs(settings.log_level)
    try:
        app = create_app(settings)
    except StartupError as fault:
        print(f"nerveroot cannot start: {fault}", file=sys.stderr)
        return CANNOT_START
    _reload_on_hangup(app.state.reload)
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        http=Listener,
        ws="none",
        timeout_graceful_shutdown=GRACE_SECONDS,
    )
    return 0


def _reload_on_hangup(reload: Callable[[], object]) -> None:
    """SIGHUP swaps in the model that the settings name now; beside the requests, which it must not hold up."""
    if hasattr(signal, "SIGHUP"):  # not on Windows
        signal.signal(signal.SIGHUP, lambda *_: Thread(target=reload, name="reload").start())


if __name__ == "__main__":
    sys.exit(main())
