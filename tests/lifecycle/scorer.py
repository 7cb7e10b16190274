"""Scores a running service on invented patients, in the layout of the published ones: a stand-in for their script."""

import argparse
import json
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

URGENCIES = ["routine", "urgent", "emergency"]

parser = argparse.ArgumentParser()
for name in ("--url", "--json", "--cases"):
    parser.add_argument(name)
asked = parser.parse_args()
hits: Counter[str] = Counter()
totals: Counter[str] = Counter()
refused = []


def count(name: str, hit: bool) -> None:
    hits[name] += hit
    totals[name] += 1


for line in Path(asked.cases).read_text().splitlines():
    case = json.loads(line)
    body, kind = json.dumps(case["exam"]).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(f"{asked.url}/v1/assessments", body, kind)  # noqa: S310
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310
            found = json.load(response)
    except urllib.error.HTTPError:
        refused.append(case["id"])
        continue
    likely, answer = found["classifier"]["likely_roots"], case["answer"]
    if not case["root_derivable"]:
        pass
    elif answer["roots"]:
        count("roots, lenient", likely in [answer["roots"], *answer["roots_also_acceptable"]])
    else:
        count("mimics", not likely)
    expected = URGENCIES.index(answer["expected_urgency"])
    count("under-triage", URGENCIES.index(found["urgency"]) < expected)

Path(asked.json).write_text(
    json.dumps({"counts": {name: [hits[name], totals[name]] for name in totals}, "refused": refused})
)
