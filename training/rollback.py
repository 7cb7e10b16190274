"""`python -m training.rollback` (`make rollback`): the champion before the present one answers again."""

import argparse
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from training.champion import BrokenChampion, NoWayBack
from training.promotion import NotUsable, roll_back
from training.provenance import CHECKOUT
from training.release import NotWritten
from training.store import Store

REFUSED = 2


def main() -> int:
    """Go back one champion; 2 if there is none to go back to, with the reason on standard error."""
    parser = argparse.ArgumentParser(
        prog="python -m training.rollback",
        description="Make the champion before the present one champion again: models/CHAMPION, and the alias in the "
        "registry where there is one. No folder is deleted.",
    )
    parser.add_argument("--models", type=Path, default=CHECKOUT / "models", metavar="DIR", help="released models")
    asked = parser.parse_args()
    try:
        moved = roll_back(asked.models, Store.named(os.environ), datetime.now(UTC))
    except (BrokenChampion, NoWayBack, NotUsable, NotWritten) as refused:
        sys.stderr.write(f"not rolled back: {refused}\n")
        return REFUSED
    print(f"champion is {moved.version} again, after {moved.before}; {moved.registry}")
    print("restart the service to load it, and commit models/CHAMPION")
    return 0


if __name__ == "__main__":
    sys.exit(main())
