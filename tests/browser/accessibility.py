"""axe-core on a page: what it finds, in few words."""

from typing import Any, Final

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS: Final = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},  # of WCAG 2.2; off unless it is asked for
}
GRAVE: Final = frozenset({"serious", "critical"})

_AXE: Final = Axe()


def faults(page: Page, impacts: frozenset[str] = GRAVE) -> list[str]:
    """Violations of such impact: the rule, where, and what is wrong there."""
    found = _AXE.run(page, options=OPTIONS).response["violations"]
    return [_told(rule, node) for rule in found if rule["impact"] in impacts for node in rule["nodes"]]


def _told(rule: dict[str, Any], node: dict[str, Any]) -> str:
    return f"{rule['id']} ({rule['impact']}) at {node['target']}: {node.get('failureSummary', rule['help'])}"
