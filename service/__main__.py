"""`python -m service`: read the settings, load the model, listen."""

import logging
import os
import sys
from difflib import get_close_matches

import uvicorn
from pydantic import ValidationError

from service.app import create_app
from service.errors import StartupError
from service.settings import SETTINGS, Settings, unknown_settings

CANNOT_START = 2
"""Exit status where the settings or the model do not allow the service to start."""


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
            name = "NERVEROOT_" + "_".join(str(part) for part in error["loc"]).upper()
            print(f"nerveroot cannot start: {name}: {error['msg']}", file=sys.stderr)
        return CANNOT_START
    logging.basicConfig(level=settings.log_level.upper(), format="%(levelname)s %(name)s %(message)s")
    try:
        app = create_app(settings)
    except StartupError as fault:
        print(f"nerveroot cannot start: {fault}", file=sys.stderr)
        return CANNOT_START
    uvicorn.run(app, host=settings.host, port=settings.port, log_level=settings.log_level, access_log=False)
    return 0


if __name__ == "__main__":
    sys.exit(main())
