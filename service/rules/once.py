"""What many rules ask of the same examination is worked out once for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from features.exam import Exam

Found = TypeVar("Found")


def once(ask: Callable[[Exam], Found]) -> Callable[[Exam], Found]:
    """`ask`, worked out once for each exam and kept with it.

    As `functools.cached_property` does, for a function of an exam: an Exam is frozen, so the answer cannot change. Only
    for functions of nothing but the exam.
    """
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def kept(exam: Exam) -> Found:
        known = exam.__dict__
        if name not in known:
            known[name] = ask(exam)
        found: Found = known[name]
        return found

    return kept
