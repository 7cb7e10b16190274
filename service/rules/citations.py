"""The sources that the rules name by key, read from the table beside this file."""

import tomllib
from functools import cache
from importlib.resources import files

from service.rules.guideline import Citation


@cache
def citations() -> dict[str, Citation]:
    """Every source by its key."""
    table = tomllib.loads(files("service.rules").joinpath("citations.toml").read_text(encoding="utf-8"))
    return {key: Citation(key=key, **entry) for key, entry in table.items()}
