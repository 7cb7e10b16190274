"""An examination that was entered before a reload: the quick way to a page with something on it."""

import json
from collections.abc import Mapping
from typing import Any

from playwright.sync_api import Page

KEY = "nerveroot.entry"
"""What the page keeps in its tab, as static/state.js names it."""


def restore(page: Page, base: str, stated: Mapping[str, Any]) -> Page:
    """Open the bedside page of the service at `base` with this entered, and wait until it has settled."""
    kept = json.dumps({"now": {"exam": stated, "page": {}}, "past": [], "future": []})
    page.goto(f"{base}/health/live")
    page.evaluate("([key, kept]) => sessionStorage.setItem(key, kept)", [KEY, kept])
    page.goto(f"{base}/")
    return page
