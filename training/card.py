"""The model card: what the model is for, what it is not, and how it did, written from the numbers of the run.

The statements are in the manifest too, because the service serves that; the card prints the same sentences. Follows
Mitchell M et al. Model cards for model reporting. FAT* 2019.
"""

from collections.abc import Mapping
from textwrap import fill
from typing import Any

from features.encoding import FEATURES
from training.acceptance import coverages
from training.completeness import FULL, LETTER, MIXED
from training.evaluate import EVERY, Report

WIDTH = 120
CARD = """\
# Model {version}

Estimates from one examination of one leg how probable it is that the L4, L5 or S1 nerve root, or none of the three,
is involved. Made on {created}.

**It learned from a synthetic cohort, never from patients. It has not been validated on patients.** What is measured
below is how it does on more of the same synthetic cohort.

## Intended use

{intended_use}

## Not for

{not_for}

## How it was made

{data}

Multinomial logistic regression over the set of involved roots (L2, C = {inverse_strength}), missing findings as
indicators, one temperature (inverse {inverse_temperature:.3f}). {patients} synthetic patients, seed {seed}; data
SHA-256 `{data_sha256}`. Parts by patient: fit, temperature, conformal thresholds, test.

## Performance on the held-out synthetic test part

{table}

Area: under the ROC curve with 95 % interval (Hanley and McNeil). Error: expected calibration error. Coverage: share of
exams involving the root whose prediction set holds it (nominal {coverage:.0%} over all kinds of examination together,
not of each kind). Rule: area of the textbook rule. `letter` are sparse referral letters, `bare` age and sex alone.

All roots of an exam right at once: model {exact_model:.0%}, textbook rule {exact_textbook:.0%}
(full examinations {full_model:.0%} and {full_textbook:.0%}).

Largest difference between ONNX and scikit-learn: {parity:.1e} over {parity_rows} rows.

## Limits

{limits}
"""


def statements(report: Report, bases: Mapping[str, int]) -> dict[str, list[str]]:
    """What the model is for, what it is not for, and its limits: the sentences of manifest and card.

    `report` is that of `evaluate.report`; `bases` counts the figures of the cohort by their basis.
    """
    by_kind = "; ".join(
        f"{kind} {', '.join(f'{root} {share:.2f}' for root, share in coverages(report, stratum).items())}"
        for kind, stratum in (("full", FULL), ("with gaps", MIXED), ("letters", LETTER))
    )
    unsourced = f"{bases['assumption']} of the {sum(bases.values())} figures of the cohort are assumptions"
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
            "It learned from a synthetic cohort and has not been validated on patients.",
            f"{unsourced}, {bases['recalled']} were quoted from memory.",
            "The joint distribution of signs is not published: how strongly signs of one root go together is assumed.",
            "L4 rests on series of 3 to 20 patients; two-root disease, letters and most mimics rest on assumptions.",
            "The coverage of the prediction sets is an average over kinds of examination and differs between them: "
            f"{by_kind}.",
            "The coverage holds for exams like those of the cohort; clinics differ in who is sent and in what is "
            "written down.",
            "Being linear, it cannot know that a sign means something else in the presence of another.",
        ],
    }


def card(manifest: Mapping[str, Any]) -> str:
    """The card of a version in Markdown, from its manifest."""
    training, metrics = manifest["training"], manifest["metrics"]
    report: Report = metrics["test"]
    return CARD.format(
        version=manifest["version"],
        created=manifest["created"],
        intended_use=_bullets(manifest["intended_use"]),
        not_for=_bullets(manifest["not_for"]),
        limits=_bullets(manifest["limits"]),
        data=fill(f"Data: {training['data']}.", WIDTH),
        inverse_strength=metrics["inverse_strength"],
        inverse_temperature=metrics["inverse_temperature"],
        patients=training["patients"],
        seed=training["seed"],
        data_sha256=training["data_sha256"],
        table=performance_table(report),
        coverage=manifest["prediction_set"]["coverage"],
        exact_model=report[EVERY]["none"]["exact_model"],
        exact_textbook=report[EVERY]["none"]["exact_textbook"],
        full_model=report[FULL]["none"]["exact_model"],
        full_textbook=report[FULL]["none"]["exact_textbook"],
        parity=metrics["parity"],
        parity_rows=metrics["parity_rows"],
    )


def _bullets(sentences: list[str]) -> str:
    return "\n".join(fill(sentence, WIDTH, initial_indent="- ", subsequent_indent="  ") for sentence in sentences)


def performance_table(report: Report) -> str:
    """The measures that a reader needs, as a Markdown table."""
    heads = (
        "exams",
        "root",
        "n",
        "area (95 %)",
        "log-loss (prevalence)",
        "Brier (prevalence)",
        "slope",
        "error",
        "coverage",
        "rule",
    )
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for stratum, roots in report.items():
        for root, row in roots.items():
            cells = (
                stratum,
                root,
                f"{row['exams']:.0f}",
                f"{row['area']:.2f} ({row['area_low']:.2f} to {row['area_high']:.2f})",
                f"{row['log_loss']:.3f} ({row['log_loss_prevalence']:.3f})",
                f"{row['brier']:.3f} ({row['brier_prevalence']:.3f})",
                f"{row['slope']:.2f}",
                f"{row['calibration_error']:.3f}",
                *(f"{row[key]:.2f}" if key in row else "" for key in ("coverage", "textbook_area")),
            )
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)
