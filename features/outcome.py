"""What was found in the end: the roots that were involved, and by what that was confirmed. It labels an Exam."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from features.anatomy import ROOTS, NerveRoot
from features.wire import STRICT, Among, DayOnly


class ConfirmedBy(StrEnum):
    """What an outcome rests on, in the words of the contract."""

    MRI = "mri"
    CT = "ct"
    EMG = "emg"
    SURGERY = "surgery"
    INJECTION = "injection"
    CLINICAL = "clinical"


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """The roots that were involved, [] for none of the three."""

    __pydantic_config__: ClassVar = STRICT

    roots: Annotated[tuple[NerveRoot, ...], Among(ROOTS)]
    """The roots that were involved, each once; empty for none of L4, L5 and S1."""
    confirmed_by: ConfirmedBy
    """What it rests on."""
    confirmed_on: Annotated[date, DayOnly()]
    """The day of the scan, operation or examination that confirmed it, as in 2026-11-22."""
