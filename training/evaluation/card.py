"""The model card: what the model is for, what it is not, and how it did, written from the report.

The statements are in the manifest too, because the service serves that; the card prints the same sentences. Follows
Mitchell M et al. Model cards for model reporting. FAT* 2019.
"""

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from textwrap import fill
from typing import Any

from features.encoding import FEATURES
from training.evaluation.judged import ROOT_NAMES
from training.evaluation.report import Report

WIDTH = 120


class Origin(StrEnum):
    """Whose examinations a model learned from; `training.origin` of its manifest."""

    SYNTHETIC = "synthetic"
    SITE = "site"
    MIXED = "mixed"


LEARNED = {
    Origin.SYNTHETIC: "It learned from a synthetic cohort, never from patients. It has not been validated on patients.",
    Origin.SITE: "It learned from the labelled exams of one site and holds for exams like those; it has not been "
    "validated anywhere else.",
    Origin.MIXED: "It learned from the labelled exams of one site with a synthetic cohort mixed in as prior knowledge, "
    "and has not been validated anywhere else.",
}
MEASURED = {
    Origin.SYNTHETIC: "What is measured below is how it does on more of the same synthetic cohort.",
    Origin.SITE: "What is measured below is how it does on patients of that site held out from it.",
    Origin.MIXED: "What is measured below is how it does on patients of that site held out from it.",
}
CARD = """\
# Model {version}

Estimates from one examination of one leg how probable it is that the L4, L5 or S1 nerve root, or none of the three,
is involved. Made on {created}.

{learned}

## Intended use

{intended_use}

## Not for

{not_for}

## How it was made

{made}

## In short

{short}

## Performance on held-out exams

{performance}

Area: under the ROC curve with 95 % interval (DeLong). Best: area of the best that is possible. Slope: 1 is right.
Error: expected calibration error. Sets: share of involved roots that the prediction set keeps (nominal {coverage:.0%}).
{exams} exams of {patients} patients.

## By subgroup

{subgroups}

Ratio: mean log-loss over the three roots against that of the best possible.

## Limits

{limits}
"""


def statements(
    report: Report, *, origin: Origin, bases: Mapping[str, int] | None = None, of_model: Sequence[str] = ()
) -> dict[str, list[str]]:
    """What the model is for, what it is not for, and its limits: the sentences of manifest and card.

    `bases` counts the figures of the synthetic cohort by their basis, where it learned from one; `of_model` are limits
    of the kind of model that was chosen.
    """
    limits = [LEARNED[origin]]
    if bases is not None:
        world = {basis: count for basis, count in bases.items() if basis != "design"}
        limits += [
            f"{world['assumption']} of the {sum(world.values())} figures of the cohort are assumptions, "
            f"{world['recalled']} were quoted from memory.",
            "The joint distribution of signs is not published: how strongly signs of one root go together is assumed.",
            "L4 rests on series of 3 to 20 patients; two-root disease, letters and most mimics rest on assumptions.",
        ]
    return {
        "intended_use": [
            "Inside the nerveroot service, as one input for a clinician who has examined the patient.",
            "Adults with leg pain thought to come from the back.",
            f"It reads {len(FEATURES)} columns of one examination of one leg; what was not assessed is left out, not "
            "taken as normal.",
        ],
        "not_for": [
            "Red flags, urgency or management: rules that do not read this model decide those.",
            "Children, leg pain after trauma, roots above L4 or below S1, polyneuropathy.",
            "Deciding for or against an operation, an injection or imaging.",
        ],
        "limits": [
            *limits,
            *_of_coverage(report),
            "The coverage holds for exams like those it was found on; clinics differ in who is sent and in what is "
            "written down.",
            *of_model,
        ],
    }


def _of_coverage(report: Report) -> Iterator[str]:
    worst = report["summary"]["worst_subgroup"]
    if worst is not None:
        yield (
            f"The prediction sets keep {report['summary']['coverage']:.3f} of involved roots (nominal "
            f"{report['nominal_coverage']}); farthest from that is the subgroup {worst['subgroup']}, with "
            f"{worst['coverage']:.3f}."
        )
    few = [
        f"{family} {name} {root}"
        for family, groups in report["subgroups"].items()
        for name, group in groups.items()
        for root in ROOT_NAMES
        if "too_few" in group["roots"][root]
    ]
    if few:
        yield f"Too few exams to judge: {', '.join(few)}."


def card(manifest: Mapping[str, Any], report: Report) -> str:
    """The card of a version in Markdown, from its manifest and its report.

    Of the manifest it reads the statements, `version`, `created`, `prediction_set.method`, `metrics.parity`,
    `metrics.parity_rows`, and of `training`: `origin`, `data`, `model` (two sentences on what was fitted and how),
    `seed` and `data_sha256`.
    """
    training, metrics = manifest["training"], manifest["metrics"]
    origin = Origin(training["origin"])
    made = (
        f"Data: {training['data']}.",
        f"{training['model']} Seed {training['seed']}; SHA-256 of the data `{training['data_sha256']}`.",
        f"Prediction sets: {manifest['prediction_set']['method']}.",
        f"Largest difference between ONNX and the fitted model: {metrics['parity']:.1e} over {metrics['parity_rows']} "
        "rows.",
    )
    return CARD.format(
        version=manifest["version"],
        created=manifest["created"],
        learned=fill(f"**{LEARNED[origin]}** {MEASURED[origin]}", WIDTH),
        intended_use=_bullets(manifest["intended_use"]),
        not_for=_bullets(manifest["not_for"]),
        made="\n\n".join(fill(each, WIDTH, break_long_words=False) for each in made),
        short=_bullets(list(in_short(report))),
        performance=performance_table(report),
        coverage=report["nominal_coverage"],
        exams=report["examinations"],
        patients=report["patients"],
        subgroups=subgroup_table(report),
        limits=_bullets(manifest["limits"]),
    )


def in_short(report: Report) -> Iterator[str]:
    """The summary of the report in sentences."""
    summary, exact = report["summary"], report["overall"]["exact"]
    for kind in ("full", "sparse"):
        ratio = summary[f"log_loss_ratio_{kind}"]
        if ratio is not None:
            yield f"Log-loss on {kind} examinations: {100 * (ratio - 1):.1f} % above the best that is possible."
    yield f"Expected calibration error: {_by_root(summary['ece'], 3)}."
    if "other_worlds" in report:
        other = report["other_worlds"]
        least, _, most = (100 * (ratio - 1) for ratio in other["log_loss_ratio"])
        yield (
            f"In {other['worlds']} other worlds, whose figures it has not learned from: log-loss "
            f"{least:.1f} to {most:.1f} % above the best of one who knew that world, calibration error up to "
            f"{max(ends[2] for ends in other['ece'].values()):.3f}, prediction sets keep "
            f"{other['coverage'][0]:.1%} to {other['coverage'][2]:.1%}."
        )
    yield f"Area under the ROC curve: {_by_root(summary['auc'], 2)}."
    if summary["coverage"] is not None:
        yield (
            f"Prediction sets keep {summary['coverage']:.1%} of involved roots, with "
            f"{report['overall']['sets']['mean_size']:.1f} of three roots in the set on average."
        )
    beside = f", textbook rule {exact['textbook']:.0%}" if "textbook" in exact else ""
    yield f"All roots of an exam right at once: model {exact['model']:.0%}{beside}."


def performance_table(report: Report) -> str:
    """The measures of each root, over all exams and by completeness, as a Markdown table."""
    groups = {"all": report["overall"], **report["subgroups"]["completeness"]}
    others = ("prevalence", "textbook", "naive_bayes")
    heads = [
        "exams",
        "root",
        "n",
        "involved",
        "area (95 %)",
        "best",
        "log-loss",
        *others,
        "Brier",
        "slope",
        "error",
        "sets",
    ]
    lines = []
    for kind, group in groups.items():
        for root, cell in group["roots"].items():
            counted = [kind, root, f"{cell['n']}", f"{cell['prevalence']:.0%}"]
            if "too_few" in cell:
                lines.append([*counted, "too few", *[""] * (len(heads) - len(counted) - 1)])
                continue
            baselines = [cell["baselines"].get(name, {}).get("log_loss") for name in others]
            lines.append(
                [
                    *counted,
                    f"{cell['auc']:.2f} ({cell['auc_low']:.2f} to {cell['auc_high']:.2f})",
                    _number(cell.get("limit", {}).get("auc"), 2),
                    *(_number(loss, 3) for loss in (cell["log_loss"], *baselines)),
                    _number(cell["brier"], 3),
                    _number(cell["calibration_slope"], 2),
                    _number(cell["ece"], 3),
                    _number(cell.get("coverage"), 2),
                ]
            )
    return _table([head.replace("naive_bayes", "naive Bayes") for head in heads], lines)


def subgroup_table(report: Report) -> str:
    """Area, distance to the best and coverage of every subgroup, as a Markdown table."""
    heads = ["subgroup", "n", *(f"area {root}" for root in ROOT_NAMES), "ratio", "sets", "roots in the set"]
    lines = []
    for family, groups in report["subgroups"].items():
        for name, group in groups.items():
            losses, sets = group["mean_log_loss"], group["sets"]
            ratio = losses["model"] / losses["limit"] if losses.get("limit") else None
            areas = (_number(group["roots"][root].get("auc"), 2) for root in ROOT_NAMES)
            last = (_number(ratio, 3), _number(sets["coverage"], 3), _number(sets["mean_size"], 2))
            lines.append([f"{family}: {name.replace('_', ' ')}", str(group["n"]), *areas, *last])
    return _table(heads, lines)


def _table(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    rows = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    return "\n".join([*rows, *("| " + " | ".join(line) + " |" for line in lines)])


def _bullets(sentences: Sequence[str]) -> str:
    return "\n".join(fill(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ") for sentence in sentences)


def _by_root(values: Mapping[str, float | None], decimals: int) -> str:
    return ", ".join(f"{root} {_number(value, decimals) or 'unknown'}" for root, value in values.items())


def _number(value: float | None, decimals: int) -> str:
    return "" if value is None else f"{value:.{decimals}f}"
