"""The results as tables and sentences in docs/alert-burden.md, between marks; the prose around them is by hand."""

from pathlib import Path
from typing import Any

from bench.burden.figures import Figures
from bench.burden.markdown import NAMES, NOTHING, chances, count, interval, people, table
from bench.burden.origins import bases, checks, prevalences
from bench.burden.people import PATHOLOGIES, PLACES, SUSPECTED
from bench.burden.sentences import sentences
from bench.burden.simulation import COMPLETE, INCOMPLETE, SCREENS
from service.rules.guideline import Policy
from service.rules.red_flags import RED_FLAGS
from service.rules.red_flags.progression import PROGRESSION
from training.marks import put_between

NOT_DRAWN = {"RF-CES-SUSPECTED", "RF-CES-TONE", *(flag.rule_id for flag in PROGRESSION)}
"""Flags that no answer of the simulation can raise."""

DOCS = Path(__file__).parents[2] / "docs"
PAGE = "alert-burden.md"
BLOCKS = ("answer", "tables")
Json = dict[str, Any]

LISTED, CONTEXTUAL = Policy.LISTED.value, Policy.CONTEXTUAL.value


def marks(block: str) -> tuple[str, str]:
    """The lines between which a block of the page is written."""
    return f"<!-- {block}: begin, written by `make burden` -->", f"<!-- {block}: end -->"


def write(result: Json, figures: Figures, docs: Path = DOCS) -> None:
    """Put the sentences and the tables between the marks of the page.

    Raises:
        ValueError: the page has no marks.
    """
    page = docs / PAGE
    text = page.read_text(encoding="utf-8")
    for block, filled in blocks(result, figures).items():
        text = put_between(text, *marks(block), filled)
    page.write_text(text, encoding="utf-8")


def blocks(result: Json, figures: Figures) -> dict[str, str]:
    """What stands between each pair of marks."""
    parts = [
        _everybody(result),
        _flags(result),
        _diseases(result),
        _price(result),
        _ages(result),
        _scenarios(result),
        prevalences(figures),
        checks(result),
        bases(result),
    ]
    return dict(zip(BLOCKS, (sentences(result), "\n\n".join(parts)), strict=True))


def _everybody(result: Json) -> str:
    shown = {
        "any flag up": "flagged",
        "any but age": "flagged_beyond_age",
        "overridden": "overridden",
        "by age alone": "age_alone",
        "MRI now": "scan",
        "urgent": "urgent",
        "emergency": "emergency",
    }
    rows = []
    for place in PLACES:
        for screen in SCREENS:
            for policy in Policy:
                found = result["places"][place][screen]["measures"][policy.value]
                cells = [interval(found[name]) for name in shown.values()]
                rows.append([f"{NAMES[place]}, {screen}, `{policy}`", *cells])
    title = f"Ruleset {result['ruleset_version']}.\n\n### Everybody: percent of people with leg pain\n\n"
    return title + table(["setting, screen, policy", *shown], rows)


def _flags(result: Json) -> str:
    columns = [(place, COMPLETE) for place in PLACES]
    columns.insert(1, ("primary_care", INCOMPLETE))
    rows = []
    for flag in RED_FLAGS:
        asked = [column for column in columns if not flag.second_line or column[0] == SUSPECTED]
        if flag.rule_id in NOT_DRAWN:
            asked = []
        cells = [
            interval(result["places"][place][screen]["flags"][flag.rule_id]) if (place, screen) in asked else NOTHING
            for place, screen in columns
        ]
        rows.append([f"{flag.rule_id}", *cells])
    head = ["flag", *(f"{NAMES[place]}, {screen}" for place, screen in columns)]
    note = (
        "Raising does not depend on the policy. Under `listed` every flag that is up overrides; under `contextual` "
        "every one but RF-AGE-OVER-50. A dash: not drawn (second line, measured once there is suspicion; or it takes "
        "an earlier examination, and everybody is seen once)."
    )
    return f"### Each flag: percent of people who raise it\n\n{table(head, rows)}\n\n{note}"


def _diseases(result: Json) -> str:
    rows = []
    for place in PLACES:
        complete, incomplete = (result["places"][place][screen]["diseases"] for screen in SCREENS)
        for disease in PATHOLOGIES:
            if disease not in complete:
                continue
            found, gaps = complete[disease], incomplete[disease]
            rows.append(
                [
                    f"{NAMES[place]}, {disease.replace('_', ' ')}",
                    people(found["have"]),
                    people(found["raised"][0]),
                    count(found[LISTED]["missed"]),
                    count(found[CONTEXTUAL]["missed"]),
                    people(found[CONTEXTUAL]["missed_yet_scanned"][0]),
                    people(gaps[LISTED]["missed"][0]),
                    people(gaps[CONTEXTUAL]["missed"][0]),
                ]
            )
    head = ["of 100,000 people", "have it", "any flag up", "missed, `listed`", "missed, `contextual`"]
    head += [
        "of the latter, scanned for a severe deficit",
        "incomplete: missed, `listed`",
        "incomplete: missed, `contextual`",
    ]
    note = (
        "Missed: no flag overrides the ordinary pathway, so nothing in the screen asks for a scan. The others are "
        "overridden."
    )
    return f"### Serious disease: people in 100,000\n\n{table(head, rows)}\n\n{note}"


def _price(result: Json) -> str:
    rows = []
    for place in PLACES:
        for screen in SCREENS:
            found = result["places"][place][screen]
            rows.append(
                [
                    f"{NAMES[place]}, {screen}",
                    people(found["have"]),
                    *(count(found["scans"][policy]) for policy in (LISTED, CONTEXTUAL)),
                    *(chances(found["scans_per_found"][policy]) for policy in (LISTED, CONTEXTUAL)),
                    count(found["more_found"]),
                    count(found["more_scans"]),
                    chances(found["more_scans_per_more_found"]),
                ]
            )
    head = ["of 100,000 people", "seriously ill", "MRI now, `listed`", "MRI now, `contextual`"]
    head += ["MRI per one found, `listed`", "MRI per one found, `contextual`", "`listed` finds more", "for more MRI"]
    head += ["MRI per one more found"]
    return "### The price: scans for what they find\n\n" + table(head, rows)


def _ages(result: Json) -> str:
    rows = []
    for place in PLACES:
        ages = result["places"][place][COMPLETE]["ages"]
        cells = [interval(ages[policy][band]) for band in ("to_50", "over_50") for policy in (LISTED, CONTEXTUAL)]
        rows.append([NAMES[place], *cells])
    head = ["percent sent to MRI now", "up to 50, `listed`", "up to 50, `contextual`"]
    head += ["over 50, `listed`", "over 50, `contextual`"]
    return (
        "### By age, people without serious disease, complete screens\n\n"
        + table(head, rows)
        + "\n\nYour own burden: weigh the two ages by how many of your patients are over 50."
    )


def _scenarios(result: Json) -> str:
    rows = []
    for name, found in result["scenarios"].items():
        scans = [f"{found['scans'][policy][0] / 1000:.0f}" for policy in (LISTED, CONTEXTUAL)]
        missed = [people(found["missed"][policy][0]) for policy in (LISTED, CONTEXTUAL)]
        price = chances(found["more_scans_per_more_found"])
        rows.append([name, people(found["have"]), *scans, *missed, price])
    head = [
        "primary care, complete screens",
        "seriously ill of 100,000",
        "MRI now %, `listed`",
        "MRI now %, `contextual`",
    ]
    head += ["missed, `listed`", "missed, `contextual`", "MRI per one more found"]
    return (
        "### What the conclusions rest on\n\nOne group of figures at a time at an end of its range; the same people "
        "and the same chance in every row.\n\n" + table(head, rows)
    )
