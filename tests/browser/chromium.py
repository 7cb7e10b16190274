"""The Chromium of the tests: the one that this machine has, never one that a library brings along."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

MISSING = (
    "These tests need Chromium: install it (Debian and Ubuntu: `apt-get install chromium fonts-dejavu-core`), or name "
    "the program in TEST_CHROMIUM."
)
NAMED = "TEST_CHROMIUM"
"""Not NERVEROOT_…: a service that inherits such a name takes it for a mistyped setting, and does not start."""
NAMES = ("chromium", "chromium-browser", "google-chrome")


def program(environment: Mapping[str, str] = os.environ) -> str | None:
    """The program that `environment` names, or the first one in PATH; None where there is none."""
    stated = environment.get(NAMED)
    # What is named is taken or nothing is: another browser than the one that was asked for proves nothing.
    names = (stated,) if stated else NAMES
    return next((found for name in names if (found := shutil.which(name))), None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser without a window, until the block ends.

    Until then an event loop counts as running in this thread: nothing else in it can call `asyncio.run`.
    """
    found = program()
    assert found is not None, MISSING
    # Root can do without the sandbox alone: Chromium refuses to start with it.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)
        try:
            yield browser
        finally:
            browser.close()
