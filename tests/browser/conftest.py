"""One browser and few services for all tests of this package; pages that fail their test where something goes wrong.

The browser ends with this package and not with the session: as long as it runs, `asyncio.run` fails in other tests.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from typing import Any, Protocol

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from bench.own_service import own_service
from tests.browser.authorization_server import RecordSystem, record_system
from tests.browser.chromium import running_chromium
from tests.browser.entering import settle, started
from tests.browser.restoring import restore
from tests.browser.watching import Watched, origin_of

Opened = Callable[[Page], Page]
"""What `bedside` gives: it opens the page in a tab."""
SIZE = {"width": 1280, "height": 900}
PATIENCE = 15_000
"""Milliseconds after which what a test waits for does not come; a busy machine is slow."""


class ServiceAt(Protocol):
    """Where a service with some settings is; they have the names of `service.settings`, without NERVEROOT_."""

    def __call__(self, **settings: str) -> str:
        """Its address, without a slash at its end."""


class OpenPage(Protocol):
    """A new tab in a context of its own, which knows nothing of any other."""

    def __call__(self, **options: Any) -> Page:
        """Open it; `options` are those of a browser context, as `viewport` and `color_scheme`."""


class Answered(Protocol):
    """The bedside page with an examination that was entered before a reload, and its answer."""

    def __call__(self, stated: Mapping[str, Any], *, width: int = SIZE["width"], **settings: str) -> Page:
        """Open it in a new tab; `settings` are those of the service."""


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """The browser."""
    with running_chromium() as browser:
        yield browser


@pytest.fixture(scope="package")
def services() -> dict[frozenset[tuple[str, str]], str]:
    """The address of every service that runs, by its settings."""
    return {}


@pytest.fixture(scope="package")
def service_at(
    services: dict[frozenset[tuple[str, str]], str], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServiceAt]:
    """The real service as a process, with a record of its own; the same settings, the same service."""
    with ExitStack() as running:

        def at(**settings: str) -> str:
            known = frozenset(settings.items())
            if known not in services:
                folder = tmp_path_factory.mktemp("service")
                stated = {"API_KEYS_FILE": str(folder / "api-keys.json"), **_upper(settings)}
                named = {f"NERVEROOT_{name}": value for name, value in stated.items()}
                services[known] = f"http://127.0.0.1:{running.enter_context(own_service(folder, named))}"
            return services[known]

        yield at


@pytest.fixture
def watched(services: dict[frozenset[tuple[str, str]], str]) -> Watched:
    """What goes wrong in the pages of this test; `watched.expect(…)` is for a test that is about a fault."""
    return Watched(own=lambda: {origin_of(each) for each in services.values()})


@pytest.fixture(scope="package")
def running_system() -> Iterator[RecordSystem]:
    """A record system for all tests of this package, so that the services that know it are as few."""
    with record_system() as system:
        yield system


@pytest.fixture
def system(running_system: RecordSystem, watched: Watched) -> RecordSystem:
    """The record system as it is at first, whatever the test before made of it; pages may ask it."""
    running_system.__dict__.update(RecordSystem(url=running_system.url).__dict__)
    watched.allow(running_system.url)
    return running_system


@pytest.fixture
def open_page(chromium: Browser, watched: Watched) -> Iterator[OpenPage]:
    """For tests that need another screen than usual, or two tabs that know nothing of each other."""
    opened: list[BrowserContext] = []

    def opening(**options: Any) -> Page:
        # Nothing may depend on where the machine is, or on what its owner likes.
        settled = {"viewport": SIZE, "locale": "en-GB", "timezone_id": "UTC", "reduced_motion": "reduce"}
        context = chromium.new_context(**{**settled, **options})
        opened.append(context)
        context.set_default_timeout(PATIENCE)
        watched.watch(context)
        return context.new_page()

    yield opening
    for context in opened:
        context.close()
    watched.check()


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """A tab of a desktop browser, empty so far."""
    return open_page()


@pytest.fixture
def context(page: Page) -> BrowserContext:
    """What `page` is a tab of."""
    return page.context


@pytest.fixture
def bedside(service_at: ServiceAt) -> Opened:
    """Open the bedside page of a service without sign-in, and wait until its scripts have run."""

    def opened(page: Page) -> Page:
        page.goto(f"{service_at()}/")
        started(page)
        return page

    return opened


@pytest.fixture
def answered(service_at: ServiceAt, open_page: OpenPage) -> Answered:
    """Open the bedside page with an examination, and wait for the answer."""

    def opened(stated: Mapping[str, Any], *, width: int = SIZE["width"], **settings: str) -> Page:
        page = open_page(viewport={**SIZE, "width": width})
        restore(page, service_at(**settings), stated)
        expect(page.locator("#said .banner")).to_be_visible()
        settle(page)
        return page

    return opened


def _upper(settings: Mapping[str, str]) -> dict[str, str]:
    return {name.upper(): value for name, value in settings.items()}
