"""Whether the server in this container answers: `python alive.py PORT PATH`; exit status 0 or 1.

For the health check of an image that has no other program to ask with. Straight to this machine, past any proxy that
the environment names.
"""

import os
import sys
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException

SECONDS = 4.0


def answers(port: int, path: str) -> bool:
    """Whether it answers 200 in time."""
    connection = HTTPConnection("127.0.0.1", port, timeout=SECONDS)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    stated = os.environ.get("NERVEROOT_PORT") or sys.argv[1]
    sys.exit(0 if answers(int(stated), sys.argv[2]) else 1)
