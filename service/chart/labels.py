"""What an observation is called where a card says what it rests on: what was observed, how much, and when.

In the words of this project, never in those of the chart.
"""

import re
from datetime import datetime
from typing import Any, Final

from service.chart.observations import BEGINNING
from service.terminology.exam_items import Kind, exam_items
from service.terminology.exam_texts import item_text
from service.terminology.value_texts import value_text

_EXPLAINED: Final = re.compile(r"(: |\. |, MRC grade| \(positive: | Name every ).*")
"""What follows the name of an item in its text: how to state it, which an observer knew."""
_OTHER_LEG: Final = " (other leg)"


def label_of(code: str, value: Any, when: datetime) -> str:
    """As in `Post-void residual: 450 mL, 2026-11-23`, or `Is there fever? Yes, 2026-11-23`."""
    day = "without a day" if when == BEGINNING else when.date().isoformat()
    text, said = item_text(code), _value(code, value)
    plain = text.removesuffix(_OTHER_LEG)
    named = _EXPLAINED.sub("", plain) + text.removeprefix(plain)
    if named.endswith("?"):
        return f"{named} {said}, {day}"
    number = isinstance(value, float | int) and not isinstance(value, bool)
    return f"{named}: {said if number else said[:1].lower() + said[1:]}, {day}"


def _value(code: str, value: Any) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        return value_text(value)
    if isinstance(value, list):
        return ", ".join(map(value_text, value)) or "None"
    item = exam_items()[code]
    if item.kind is Kind.GRADE:
        return f"MRC {value:g}"
    return f"{value:g} {item.unit}" if item.unit else f"{value:g}"
