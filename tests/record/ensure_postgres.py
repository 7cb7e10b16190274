"""`python -m tests.record.ensure_postgres`: install PostgreSQL where it is missing and that is ours to do."""

import sys

from tests.debian import ensure
from tests.record.postgres import MISSING, programs


def main() -> int:
    """Nothing where it is there; as root on Debian or Ubuntu install it; else say what to install, and fail."""
    return ensure(
        lambda: programs() is not None,
        ("postgresql",),
        called="PostgreSQL",
        missing=MISSING,
        # Its package starts a server of its own unless it is told not to; the tests start theirs.
        environment={"RUNLEVEL": "1"},
    )


if __name__ == "__main__":
    sys.exit(main())
