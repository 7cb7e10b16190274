"""What goes wrong in a page without anybody seeing it: errors of scripts, refusals of the policy, foreign requests."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, WebError


def origin_of(url: str) -> str:
    """Scheme, host and port, as in `http://127.0.0.1:8000`; of a blob, those of the page that made it."""
    parts = urlsplit(url.removeprefix("blob:"))
    return f"{parts.scheme}://{parts.netloc}"


@dataclass(kw_only=True)
class Watched:
    """The faults of the pages of one test, and those that the test is about.

    What the policy (CSP) refuses is in the console too, as an error.
    """

    own: Callable[[], set[str]]
    """The origins of the services of this run."""
    faults: list[str] = field(default_factory=list)
    _expected: list[re.Pattern[str]] = field(default_factory=list)
    _allowed: set[str] = field(default_factory=set)

    def expect(self, pattern: str) -> None:
        """Let pass what `pattern` is found in; where it does not happen the test fails, too."""
        self._expected.append(re.compile(pattern))

    def allow(self, url: str) -> None:
        """Let requests to the origin of `url` pass."""
        self._allowed.add(origin_of(url))

    def watch(self, context: BrowserContext) -> None:
        """Take down what goes wrong in any page of `context`."""
        context.on("console", self._said)
        context.on("weberror", self._failed)
        context.on("request", self._asked)
        context.on("page", lambda page: page.on("crash", self._crashed))

    def check(self) -> None:
        """Fail where something went wrong, or did not go wrong as expected."""
        unexpected = [fault for fault in self.faults if not any(each.search(fault) for each in self._expected)]
        assert not unexpected, unexpected
        missed = [each.pattern for each in self._expected if not any(each.search(fault) for fault in self.faults)]
        assert not missed, f"expected, and did not happen: {missed}"

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning", "assert"):
            self.faults.append(f"console: {message.text} ({message.location['url']})")

    def _failed(self, error: WebError) -> None:
        self.faults.append(f"script: {error.error}")

    def _asked(self, request: Request) -> None:
        if request.url.startswith(("about:", "data:")):
            return
        if origin_of(request.url) not in self.own() | self._allowed:
            self.faults.append(f"elsewhere: {request.method} {request.url}")

    def _crashed(self, page: Page) -> None:
        self.faults.append(f"crash: {page.url}")
