"""Every property of this folder again, asked of many more examples."""

from types import ModuleType

import pytest

from tests.properties import test_answer, test_medication, test_mirror, test_since_last_time, test_urgency, test_visits

MODULES: tuple[ModuleType, ...] = (
    test_answer,
    test_medication,
    test_mirror,
    test_since_last_time,
    test_urgency,
    test_visits,
)
PROPERTIES = {
    f"{module.__name__.rsplit('.', 1)[-1]}::{name}": check.at_length
    for module in MODULES
    for name, check in vars(module).items()
    if hasattr(check, "at_length")
}


@pytest.mark.long
@pytest.mark.parametrize("name", PROPERTIES)
def test_at_length(name: str) -> None:
    PROPERTIES[name]()
