"""The exam and the answer as plain pydantic models: what somebody would write who uses FastAPI as its tutorial does."""

import functools
import operator
import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, create_model


@functools.cache
def model_of(shape: type[Any]) -> type[BaseModel]:
    """A model with the fields of a dataclass, its parts models in turn.

    Limits that annotations state are left out, so that it checks less than the service does, and is no slower for it.
    """
    hints = get_type_hints(shape, include_extras=True)
    made: dict[str, Any] = {}
    for each in fields(shape):
        optional = each.default is not MISSING or each.default_factory is not MISSING
        kind = _plain(hints[each.name])
        made[each.name] = (kind | None, None) if optional else (kind, ...)
    return create_model(shape.__name__, **made)


def _plain(hint: Any) -> Any:
    if isinstance(hint, type) and is_dataclass(hint):
        return model_of(hint)
    origin, parts = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _plain(parts[0])
    if origin in (types.UnionType, typing.Union):
        return functools.reduce(operator.or_, map(_plain, parts))
    if origin in (tuple, frozenset) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return origin[tuple(_plain(part) for part in parts)]
    return hint
