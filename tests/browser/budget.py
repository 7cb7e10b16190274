"""What a page loads, and what it leaves behind on the device."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page, Response


@dataclass(kw_only=True)
class Loaded:
    """Answers by their address: bytes as they are read, and bytes as they came over the wire."""

    plain: dict[str, int] = field(default_factory=dict)
    sent: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """All of it."""
        return sum(self.plain.values())

    @property
    def transferred(self) -> int:
        """All of it, as it came over the wire, without headers."""
        return sum(self.sent.values())


@contextmanager
def loading(page: Page) -> Iterator[Loaded]:
    """What `page` loads while the block runs; known when it has ended."""
    responses: list[Response] = []
    loaded = Loaded()

    def take(response: Response) -> None:
        responses.append(response)

    page.on("response", take)
    try:
        yield loaded
    finally:
        page.remove_listener("response", take)
    for each in responses:
        loaded.plain[each.url] = len(each.body())
        loaded.sent[each.url] = each.request.sizes()["responseBodySize"]


def left_behind(page: Page) -> dict[str, int]:
    """What outlives the tab, by the kind of storage: how many entries."""
    found: dict[str, int] = page.evaluate(
        """async () => ({
          localStorage: localStorage.length,
          cookies: document.cookie.length,
          indexedDB: (await indexedDB.databases()).length,
          caches: (await caches.keys()).length,
          workers: (await navigator.serviceWorker.getRegistrations()).length,
        })"""
    )
    return found | {"cookies of any kind": len(page.context.cookies())}
