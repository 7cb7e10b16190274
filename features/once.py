"""What many ask of the same examination is worked out once for it."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

Asked = TypeVar("Asked")
Found = TypeVar("Found")


def once(ask: Callable[[Asked], Found]) -> Callable[[Asked], Found]:
    """`ask`, worked out once for each exam, or whatever else is frozen, and kept with it.

    As `functools.cached_property` does, for a function of one argument: that cannot change, so the answer cannot. Only
    for functions of nothing but their argument, whose answers nobody changes either.
    """
    name = f"{ask.__module__}.{ask.__qualname__}"

    @wraps(ask)
    def kept(asked: Asked) -> Found:
        known = asked.__dict__
        if name in known:
            found: Found = known[name]
        else:
            found = known[name] = ask(asked)
        return found

    return kept
