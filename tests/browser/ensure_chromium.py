"""`python -m tests.browser.ensure_chromium`: install Chromium where it is missing and that is ours to do."""

import sys

from tests.browser.chromium import MISSING, program
from tests.debian import ensure


def main() -> int:
    """Nothing where it is there; as root on Debian or Ubuntu install it; else say what to install, and fail."""
    # Without a font every letter is a box, and lines have other lengths than on any screen.
    packages = ("chromium", "fonts-dejavu-core")
    return ensure(lambda: program() is not None, packages, called="Chromium", missing=MISSING)


if __name__ == "__main__":
    sys.exit(main())
