"""Short ways to write down what an exam states, of which the tables of cases are made."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

Sections = dict[str, Any]
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class FlagCases:
    """Exam sections by what the flag should say of them."""

    up: dict[str, Sections]
    down: dict[str, Sections]
    unknown: dict[str, Sections]


def flags(**stated: Any) -> Sections:
    return {"red_flags": stated}


def weak(grade: Any = 4, movement: str = "great_toe_extension") -> Sections:
    return {"examination": {"strength": {movement: grade}}}


def lost(grades: float, hours: float | None) -> Sections:
    """A great toe that was MRC 5 at the previous examination and is weaker by `grades`, `hours` later."""
    then = datetime(2026, 11, 20, 12, tzinfo=UTC)
    now = then + timedelta(hours=hours or 0)
    return {
        **weak(5 - grades),
        "examined_at": now.isoformat(),
        "previous_examination": {
            "examined_at": then.isoformat() if hours is not None else None,
            "examination": {"strength": {"great_toe_extension": 5}},
        },
    }


def strengths(**grades: Any) -> Sections:
    return {"examination": {"strength": grades}}


def earlier(hours: float | None, examination: Sections | None = None, red_flags: Sections | None = None) -> Sections:
    """An examination now, and one of the same leg `hours` before; without hours, nobody knows when that was."""
    then = None if hours is None else (NOW - timedelta(hours=hours)).isoformat()
    previous = {"examined_at": then, "examination": examination or {}, "red_flags": red_flags or {}}
    return {"examined_at": NOW.isoformat(), "previous_examination": previous}


def one(field: str) -> FlagCases:
    """The cases of a flag that rests on one question."""
    return FlagCases(
        up={"yes": flags(**{field: True})},
        down={"no": flags(**{field: False})},
        unknown={"not asked": {}, "null": flags(**{field: None})},
    )
