"""What must hold of the columns beside the exam: who, which roots, confirmed how and when. Checked with pandera.

Everything is checked before anything is said (`lazy`), and pandera's failure cases become rows and columns of the
report.
"""

import re
from datetime import date
from typing import Any

import pandas as pd
import pandera.pandas as pa

from features.anatomy import ROOTS
from features.outcome import ConfirmedBy
from training.cohort.causes import SETTINGS as KNOWN_SETTINGS
from training.site.columns import CONFIRMED_BY, CONFIRMED_ON, PATIENT, ROOTS_COLUMN, SETTING
from training.site.faults import Faults

WAYS_TO_CONFIRM = tuple(ConfirmedBy)

SETTINGS = (*KNOWN_SETTINGS, "unknown")

MISSING = {
    PATIENT: "is missing: without a key of the patient, two rows of one person could be on both sides of a split.",
    ROOTS_COLUMN: "is missing: write the roots (L5;S1 in a cell, a list in JSON), or none ([] in JSON) if none of "
    "the three is involved. An empty cell says neither.",
}
LONGEST_KEY = 128


def labels_schema(today: date) -> pa.DataFrameSchema:
    """The schema of the label columns, each of them as it was written; nothing may be confirmed after `today`."""

    def column(sentence: str, holds: Any, *, required: bool = False) -> pa.Column:
        return pa.Column(object, pa.Check(holds, element_wise=True, error=sentence), nullable=not required)

    ways, settings = ", ".join(WAYS_TO_CONFIRM), ", ".join(SETTINGS)
    return pa.DataFrameSchema(
        {
            PATIENT: column(f"must be a key of 1 to {LONGEST_KEY} printable characters.", _is_key, required=True),
            ROOTS_COLUMN: column(
                f"must be a list of {', '.join(ROOTS)}, each at most once; none ([] in JSON) for none of the three.",
                _are_roots,
                required=True,
            ),
            CONFIRMED_BY: column(
                f"must be one of {ways}; leave it empty if nobody knows.", WAYS_TO_CONFIRM.__contains__
            ),
            CONFIRMED_ON: column(
                "must be a date such as 2026-11-22, and not in the future.", lambda stated: _is_past(stated, today)
            ),
            SETTING: column(f"must be one of {settings}.", SETTINGS.__contains__),
        },
        index=pa.Index(int, unique=True),
    )


def check_labels(labels: pd.DataFrame, today: date, faults: Faults) -> set[int]:
    """Hold the label columns of all rows (index: the row in the file) against the schema; the rows with faults."""
    bad: set[int] = set()
    try:
        labels_schema(today).validate(labels, lazy=True)
    except pa.errors.SchemaErrors as found:
        for case in found.failure_cases.to_dict("records"):
            absent = case["check"] == "not_nullable"
            faults.add(int(case["index"]), case["column"], MISSING[case["column"]] if absent else case["check"])
            bad.add(int(case["index"]))
    return bad


def day(stated: Any) -> date | None:
    """The date that a text states, as the contract writes dates; None where it states none."""
    if not isinstance(stated, str) or not re.fullmatch(r"\d{4}-\d{2}-\d{2}", stated):
        return None
    try:
        return date.fromisoformat(stated)
    except ValueError:
        return None


def _is_key(stated: Any) -> bool:
    return isinstance(stated, str) and stated.isprintable() and 0 < len(stated.strip()) <= LONGEST_KEY


def _are_roots(stated: Any) -> bool:
    return isinstance(stated, list) and len(stated) == len({*map(str, stated)}) and all(one in ROOTS for one in stated)


def _is_past(stated: Any, today: date) -> bool:
    confirmed = day(stated)
    return confirmed is not None and confirmed <= today
