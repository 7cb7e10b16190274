"""The pictures of the bedside page in README: `make screens` takes them anew from a service of its own."""

import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser

from bench.own_service import ROOT, own_service
from tests.browser.chromium import running_chromium
from tests.browser.entering import enter_by_mouse, example, settle

DOCS: Final = ROOT / "docs"
DESKTOP: Final = {"viewport": {"width": 1280, "height": 900}}
PHONE: Final = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True}


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One picture: what is entered, how large the screen is, and what is to be seen of the page."""

    name: str
    entered: str | None
    screen: dict[str, Any]
    at: str = "#top"
    """What is scrolled to."""


PICTURES: Final = (
    Picture(name="page-empty", entered=None, screen=DESKTOP),
    Picture(name="page-routine", entered="exam", screen=DESKTOP, at="#body"),
    Picture(name="page-emergency", entered="exam_emergency", screen=DESKTOP, at="#s-red_flags"),
    Picture(name="page-phone", entered="exam_emergency", screen=PHONE, at="#answer"),
)


def take(browser: Browser, base: str, picture: Picture) -> Path:
    """Take one picture of the page at `base`."""
    context = browser.new_context(**picture.screen, locale="en-GB", reduced_motion="reduce")
    page = context.new_page()
    page.goto(base, wait_until="networkidle")
    if picture.entered:
        enter_by_mouse(page, example(picture.entered))
        settle(page)
    page.mouse.move(0, 0)
    page.evaluate("(at) => { document.activeElement.blur(); document.querySelector(at).scrollIntoView(); }", picture.at)
    path = DOCS / f"{picture.name}.png"
    page.screenshot(path=path)
    context.close()
    return path


def main() -> int:
    """Take them all."""
    with tempfile.TemporaryDirectory() as folder, own_service(Path(folder)) as port, running_chromium() as browser:
        for picture in PICTURES:
            path = take(browser, f"http://127.0.0.1:{port}/", picture)
            print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
