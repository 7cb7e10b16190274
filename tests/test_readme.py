"""README says what is true: its example answer, its settings, its links."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def _is_part_of(part: Any, whole: Any, path: str = "") -> None:
    """Every value that `part` shows stands in `whole` at the same place; lists may be cut short."""
    if isinstance(part, dict):
        for name, value in part.items():
            assert name in whole, f"{path}/{name}"
            _is_part_of(value, whole[name], f"{path}/{name}")
    elif isinstance(part, list):
        assert len(part) <= len(whole), path
        for number, value in enumerate(part):
            _is_part_of(value, whole[number], f"{path}/{number}")
    elif isinstance(part, float):
        assert part == pytest.approx(whole, abs=0.005), path
    else:
        assert part == whole, path


def test_the_example_answer_is_what_the_service_answers() -> None:
    shown = re.search(r"<!-- answer: begin -->\n```json\n(.*?)\n```\n<!-- answer: end -->", README, re.DOTALL)
    assert shown
    with TestClient(create_app(Settings())) as client:
        body = json.loads((ROOT / "service" / "examples" / "exam.json").read_text())
        answer = client.post("/v1/assessments", json=body).json()
    part = json.loads(shown[1])
    assert part.keys() >= {"urgency", "impression", "classifier", "red_flags", "management"}
    _is_part_of(part, answer)


def test_every_setting_is_in_the_readme_with_its_default() -> None:
    for name, field in Settings.model_fields.items():
        row = re.search(rf"^\| `NERVEROOT_{name.upper()}` \| (.*?) \|", README, re.MULTILINE)
        assert row, name
        default = getattr(field.default, "value", field.default)
        if isinstance(default, Path | SecretStr):
            default = {"model_dir": "models", "database_url": "record.sqlite3"}.get(name, getattr(default, "name", ""))
        assert ("none" if default is None else str(default)) in row[1], name


@pytest.mark.parametrize("link", re.findall(r"\]\((?!http)([^)#]+)\)", README))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (ROOT / link).exists()
