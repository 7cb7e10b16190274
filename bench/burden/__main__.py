"""`make burden`: draw people, let the rules decide, and write docs/alert-burden.md and its picture.

    python -m bench.burden [--without N] [--with-each N] [--docs FOLDER] [--result FILE]

Two to three minutes on one idle core. The numbers are kept in `result.json`, from which page and picture are written.
"""

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path

from bench.burden import page, plot
from bench.burden.decisions import rules_digest
from bench.burden.figures import Figures, digest
from bench.burden.simulation import Plan, simulate_places, simulate_scenarios
from bench.burden.summary import summarise
from service.rules import RULESET_VERSION

RESULT = Path(__file__).parent / "result.json"


def main() -> int:
    """Simulate, keep the numbers, write page and picture."""
    parser = argparse.ArgumentParser(prog="python -m bench.burden", description="Measure the burden of the red flags.")
    parser.add_argument("--without", type=int, default=Plan.without, help="people without serious disease in a setting")
    parser.add_argument("--with-each", type=int, default=Plan.with_each, help="people with each serious disease")
    parser.add_argument("--docs", type=Path, default=page.DOCS, help="folder that holds the page")
    parser.add_argument("--result", type=Path, default=RESULT, help="file to keep the numbers in")
    asked = parser.parse_args()
    figures, started = Figures.load(), time.monotonic()
    plan = Plan(without=asked.without, with_each=asked.with_each)

    def tell(text: str) -> None:
        sys.stderr.write(f"{time.monotonic() - started:5.0f} s  {text}\n")
        sys.stderr.flush()

    places = simulate_places(figures, plan, tell)
    scenarios = simulate_scenarios(figures, places[0], plan, tell)
    result = {"figures": digest(), "rules": rules_digest(), "plan": asdict(plan), "ruleset_version": RULESET_VERSION}
    result |= summarise(places, scenarios, figures)
    asked.result.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    page.write(result, figures, asked.docs)
    plot.write(result, asked.docs)
    tell(f"written: {asked.docs / page.PAGE}, {asked.docs / plot.PICTURE}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
