"""Where the numbers of the page come from: stated prevalences, checks that were not put in, and the bases."""

from typing import Any

from bench.burden.figures import Figures
from bench.burden.markdown import NAMES, interval, people, table

Json = dict[str, Any]


def prevalences(figures: Figures) -> str:
    """How common each disease is taken to be in each setting, with what the sources say."""
    rows = []
    for key, figure in figures.rows.items():
        if key.table == "prevalence":
            values = [f"{100 * number:g}" for number in (figure.value, figure.low, figure.high)]
            sources = ", ".join(figure.sources)
            named = f"{key.row.replace('_', ' ')}, {NAMES[key.column]}"
            rows.append(
                [named, f"{values[0]} ({values[1]} to {values[2]})", figure.basis, f"{figure.quoted} ({sources})"]
            )
    head = ["disease, setting", "percent (range)", "basis", "what the sources say"]
    return "### The stated prevalences\n\n" + table(head, rows, words=2)


def checks(result: Json) -> str:
    """Published figures that nothing was drawn from, beside what comes out."""
    names = {
        ("any_flag", "primary_care"): "any flag up, primary care",
        ("any_flag", "emergency"): "any flag up, emergency department",
        ("any_flag", "surgical"): "any flag up, spine centre",
        ("any_infection_factor", "infection"): "drug use, recent infection or immunosuppression among the infected",
        ("cancer_if_history", "primary_care"): "malignancy among those with a history of cancer, primary care",
        ("cancer_if_age_over_50", "primary_care"): "malignancy among those over 50, primary care",
    }
    rows = []
    for check in result["checks"]:
        ours = "not simulated" if check["simulated"] is None else interval(check["simulated"])
        said = f"{check['quoted']} ({', '.join(check['sources'])})"
        published = f"{100 * check['published']:g}"
        limit = "below " if check["row"] == "cancer_if_age_over_50" else ""
        rows.append([names[check["row"], check["column"]], ours, limit + published, said])
    head = ["percent", "simulated", "published", "what the source says"]
    return "### Held against published figures that were not put in\n\n" + table(head, rows, words=1)


def bases(result: Json) -> str:
    """What the figures are worth, and how many people were drawn."""
    counts = ", ".join(f"{count} {basis}" for basis, count in result["bases"].items())
    plan = result["plan"]
    return (
        f"The figures that are drawn from, by basis: {counts}. Drawn for each setting: {people(plan['without'])} "
        f"people without and {people(plan['with_each'])} with each disease; seed {plan['seed']}. Intervals are 95 % "
        "Monte Carlo intervals: they tell how many were drawn, not how far the figures can be trusted."
    )
