"""How soon does the bedside page answer, and what does it weigh? In a real browser (`python -m bench.bedside`).

A service runs as a process with a record of its own on SQLite. In each round the page is opened in a context that knows
nothing of the one before, the age is typed, and a sign after it: from the key to the answer as it is painted, the pause
in which the page waits for further keys included. The exit status is 1 where half of the first answers take longer than
the goal, or the page weighs more than it may.
"""

import argparse
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from playwright.sync_api import Browser

from bench.own_service import own_service
from tests.browser.budget import Loaded, loading
from tests.browser.chromium import running_chromium

ROUNDS: Final = 20
GOAL: Final = 300.0
"""Milliseconds that half of the first answers may take on one machine."""
BUDGET: Final = 150_000
"""Bytes of everything that the page loads, as it comes over the wire (as Lighthouse counts a budget)."""
LOADED, FIRST, NEXT = "the page is there", "first answer", "next answer"

OPENED: Final = "performance.getEntriesByType('navigation')[0].loadEventEnd"
ANSWERED: Final = """([pointer, choice]) => new Promise((resolve) => {
  const item = document.querySelector(`[data-pointer="${pointer}"]`);
  const input = item.querySelector(choice === null ? "input" : `input[value="${choice}"]`);
  // After the frame in which the answer is painted.
  const painted = () => requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  document.addEventListener("answer", painted, { once: true });
  const began = performance.now();
  if (choice === null) {
    input.value = "44";
    input.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    input.click();
  }
})"""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Milliseconds of every round, and what one of them loaded."""

    took: dict[str, list[float]]
    loaded: Loaded


def measure(browser: Browser, base: str, rounds: int) -> Measured:
    """Open the page at `base` anew in every round; one more round warms the service up."""
    took: dict[str, list[float]] = {LOADED: [], FIRST: [], NEXT: []}
    for turn in range(rounds + 1):
        context = browser.new_context(viewport={"width": 1280, "height": 900})
        page = context.new_page()
        with loading(page) as loaded:
            page.goto(base, wait_until="networkidle")
        now = {
            LOADED: page.evaluate(OPENED),
            FIRST: page.evaluate(ANSWERED, ["/patient/age_years", None]),
            NEXT: page.evaluate(ANSWERED, ["/examination/strength/great_toe_extension", "4"]),
        }
        context.close()
        for name, milliseconds in now.items() if turn else ():
            took[name].append(milliseconds)
    return Measured(took=took, loaded=loaded)


def told(measured: Measured) -> str:
    """The figures, as Markdown."""
    lines = ["| milliseconds | median | p95 | most |", "|---|---|---|---|"]
    for name, each in measured.took.items():
        figures = " | ".join(f"{value:.0f}" for value in (*np.percentile(each, [50, 95]), max(each)))
        lines.append(f"| {name} | {figures} |")
    lines += ["", "| KiB | as read | as sent |", "|---|---|---|"]
    loaded = measured.loaded
    for url, size in sorted(loaded.plain.items(), key=lambda each: -each[1]):
        lines.append(f"| {url.rpartition('/')[2] or '/'} | {size / 1024:.1f} | {loaded.sent[url] / 1024:.1f} |")
    lines.append(f"| all | {loaded.size / 1024:.1f} | {loaded.transferred / 1024:.1f} |")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    stated = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        own_service(Path(folder)) as port,
        running_chromium() as browser,
    ):
        measured = measure(browser, f"http://127.0.0.1:{port}/", stated.rounds)
    print(f"{stated.rounds} rounds; Chromium {browser.version}\n")
    print(told(measured))
    quick = float(np.median(measured.took[FIRST])) < GOAL
    return 0 if quick and measured.loaded.transferred < BUDGET else 1


if __name__ == "__main__":
    sys.exit(main())
