"""Who the chart is of: age and sex, as far as they can be read."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Final

from service.chart.facts import Person

SEXES: Final = frozenset({"male", "female", "other", "unknown"})
"""Administrative gender (FHIR R4) has the words of the contract."""

_BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)


def read_person(patient: Mapping[str, Any], at: datetime) -> Person:
    """The person of a Patient at the moment `at`; what cannot be read is None."""
    sex, identifier = patient.get("gender"), patient.get("id")
    return Person(
        id=identifier if isinstance(identifier, str) else None,
        age_years=_age(patient.get("birthDate"), at.date()),
        sex=sex if isinstance(sex, str) and sex in SEXES else None,
    )


def _age(birth: Any, today: date) -> float | None:
    """Completed years. Of a year, or a month, alone the middle is taken: it is off by half of it at most."""
    found = _BIRTH.fullmatch(birth) if isinstance(birth, str) else None
    if found is None:
        return None
    year, month, day = found.groups()
    try:
        born = date(int(year), int(month or 7), int(day or (15 if month else 1)))
    except ValueError:
        return None
    years = today.year - born.year - ((today.month, today.day) < (born.month, born.day))
    return float(years) if years >= 0 else None
