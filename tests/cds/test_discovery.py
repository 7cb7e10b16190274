"""What a record system finds, and asks for beforehand."""

import re
from typing import Any

import pytest

from service.cds.discovery import CHART_OPENED, IMAGING_ORDERED, PREFETCH, SERVICES, discovery, hooks_of
from service.chart.facts import SOURCES
from service.terminology.systems import QUESTIONNAIRE
from tests.cds.schema import faults

TOKEN = re.compile(r"\{\{(.*?)\}\}")
EQUALITY = {"patient", "status", "category", "questionnaire", "_count", "_sort"}
"""Search parameters by reference and token, and the two of CDS Hooks 2.0 that shape the answer."""


def test_discovery_is_what_the_schema_asks() -> None:
    assert faults("discovery", discovery()) == []


def test_discovery_holds_nothing_empty() -> None:
    def empty(value: Any) -> bool:
        if isinstance(value, dict):
            return not value or any(map(empty, value.values()))
        if isinstance(value, list):
            return not value or any(map(empty, value))
        return value is None or value == ""

    assert not empty(discovery())


def test_ordering_has_one_id_for_both_hooks_so_that_later_cards_replace_earlier_ones() -> None:
    assert hooks_of(IMAGING_ORDERED) == {"order-select", "order-sign"}
    assert hooks_of(CHART_OPENED) == {"patient-view"}
    assert hooks_of("nothing-of-ours") == frozenset()
    assert len({(each.id, each.hook) for each in SERVICES}) == len(SERVICES)


def test_every_part_of_the_chart_is_asked_for() -> None:
    assert tuple(PREFETCH) == SOURCES


@pytest.mark.parametrize("key", PREFETCH)
def test_templates_keep_to_what_every_client_can_do(key: str) -> None:
    template = PREFETCH[key]
    assert TOKEN.findall(template) == ["context.patientId"]
    path, _, query = template.partition("?")
    assert re.fullmatch(r"[A-Z]\w+(/\{\{context\.patientId\}\})?", path)
    parameters = dict(each.split("=", 1) for each in query.split("&")) if query else {}
    assert set(parameters) <= EQUALITY
    assert not any(":" in name for name in parameters)
    assert not parameters or parameters["patient"] == "{{context.patientId}}"


def test_exam_forms_are_those_of_our_questionnaire_and_the_newest_come_first() -> None:
    assert f"questionnaire={QUESTIONNAIRE}&_sort=-authored&_count=2" in PREFETCH["examinations"]
