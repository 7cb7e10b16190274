"""The standard codes that are read and written, and no others: each was seen with its display in public text.

A number quoted from memory is worse than none (some that are often quoted mean something else), so where no code was
seen our own stands alone. CPT has numbers only, because its descriptions belong to the American Medical Association.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, kw_only=True)
class StandardCode:
    """One code of a standard system; `concept` says what it is used for here."""

    concept: str
    system: str
    code: str
    display: str | None

    @property
    def coding(self) -> dict[str, str]:
        """It as a FHIR Coding."""
        shown = {} if self.display is None else {"display": self.display}
        return {"system": self.system, "code": self.code, **shown}


@cache
def standard_codes() -> Mapping[tuple[str, str], StandardCode]:
    """Every code by its system and itself."""
    text = files("service.terminology").joinpath("standard_codes.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(text.splitlines())
    return {
        (row["system"], row["code"]): StandardCode(
            concept=row["concept"], system=row["system"], code=row["code"], display=row["display"] or None
        )
        for row in rows
    }


def standard(system: str, code: str) -> StandardCode:
    """One code.

    Raises:
        KeyError: it is not among those that were seen.
    """
    return standard_codes()[system, code]
