"""The words of the contract, as enums that look things up as quickly as texts do."""

from enum import StrEnum


class Term(StrEnum):
    """A word of the contract.

    Findings are kept by such words, and a look-up asks for the hash: that of Enum is worked out in Python each time.
    """

    __hash__ = str.__hash__
