"""Dashboard and alerts ask for what the service shows: what they name is in the exposition of a real service."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from features.exam import Exam
from service.app import create_app
from service.settings import Settings
from tests.builders import a_body

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
DASHBOARD = json.loads((DEPLOY / "grafana" / "nerveroot.json").read_text(encoding="utf-8"))
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]

OF_PROMETHEUS = {"up": {"job", "instance"}, "ALERTS": {"alertname", "alertstate"}}
OF_A_TARGET = {"job", "instance"}
"""What Prometheus adds to every series that it reads."""

SELECTOR = re.compile(r"\b((?:nerveroot|process)_\w+|nerveroot:[\w:]+|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')
GROUPED = re.compile(r"\b(?:by|on|without|group_left)\s*\(([^)]*)\)")

Shown = dict[str, dict[str, set[str]]]
"""The values of each label of each sample of the exposition."""


@pytest.fixture(scope="module")
def shown() -> Shown:
    """What a service shows that has answered, refused, failed and been asked for nothing."""

    def broken(exam: Exam) -> Any:
        raise ZeroDivisionError

    expositions = []
    for classify in (None, broken):
        with TestClient(create_app(Settings(), classify), raise_server_exceptions=False) as client:
            client.post("/v1/assessments", json=a_body())
            client.post("/v1/assessments", json={})
            client.post("/v1/model/reload")
            expositions.append(client.get("/metrics").text)
    found: Shown = {}
    for exposition in expositions:
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                labels = found.setdefault(sample.name, {})
                for name, value in sample.labels.items():
                    labels.setdefault(name, set()).add(value)
    return found


def expressions() -> Iterator[tuple[str, str]]:
    """Every expression, with the name of the alert or panel that asks it."""
    for rule in RULES:
        yield rule.get("alert") or rule["record"], rule["expr"]
    for panel in PANELS:
        for target in panel["targets"]:
            yield panel["title"], target["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["definition"]


def recorded() -> dict[str, set[str]]:
    """The labels of each recorded series: those it is summed by."""
    return {
        rule["record"]: {name.strip() for names in GROUPED.findall(rule["expr"]) for name in names.split(",")}
        for rule in RULES
        if "record" in rule
    }


def known(shown: Shown, name: str) -> set[str]:
    """The labels of a series."""
    if name in OF_PROMETHEUS:
        return OF_PROMETHEUS[name]
    if name.startswith("nerveroot:"):
        return recorded()[name]
    return {*shown[name], *OF_A_TARGET}


@pytest.mark.parametrize(("asks", "expression"), [pytest.param(*each, id=each[0]) for each in expressions()])
def test_whatever_is_asked_for_is_shown(shown: Shown, asks: str, expression: str) -> None:
    there: set[str] = set()
    asked = SELECTOR.findall(expression)
    assert asked, f"{asks} asks for nothing"
    for name, matchers in asked:
        assert name in shown or name in OF_PROMETHEUS or name in recorded(), f"{asks} asks for {name}"
        labels = known(shown, name)
        there |= labels
        for label, operator, value in MATCHER.findall(matchers):
            assert label in labels, f"{asks}: {name} has no label {label}"
            values = shown.get(name, {}).get(label)
            if operator == "=" and values and "$" not in value:
                assert value in values, f"{asks}: {name} has no {label}={value}"
    for names in GROUPED.findall(expression):
        for name in filter(None, (each.strip() for each in names.split(","))):
            assert name in there, f"{asks}: nothing has a label {name}"


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule["alert"]) for rule in RULES if "alert" in rule])
def test_every_alert_says_what_it_means_and_what_to_do(rule: dict[str, Any], shown: Shown) -> None:
    said = rule["annotations"]
    assert set(said) == {"summary", "description", "runbook"}
    assert rule["labels"]["severity"] in ("page", "ticket")
    assert len(said["runbook"].split()) >= 10
    labels = set().union(*(known(shown, name) for name, _ in SELECTOR.findall(rule["expr"])))
    for text in said.values():
        assert set(re.findall(r"\$labels\.(\w+)", text)) <= labels


def test_names_of_alerts_are_used_once() -> None:
    names = [rule.get("alert") or rule["record"] for rule in RULES]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("file", ["alerts_test.yaml", "drift_test.yaml"])
def test_what_promtool_tests_are_the_series_that_are_shown(shown: Shown, file: str) -> None:
    tests = yaml.safe_load((DEPLOY / "prometheus" / file).read_text(encoding="utf-8"))["tests"]
    for series in (each["series"] for test in tests for each in test["input_series"]):
        ((name, matchers),) = SELECTOR.findall(series)
        assert {label for label, _, _ in MATCHER.findall(matchers)} <= known(shown, name), series


def test_every_alert_is_tested_by_promtool() -> None:
    text = "".join((DEPLOY / "prometheus" / file).read_text() for file in ("alerts_test.yaml", "drift_test.yaml"))
    for rule in RULES:
        assert rule.get("alert", "Nerveroot") in text, rule


def test_the_dashboard_can_be_imported() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    variables = {each["name"] for each in DASHBOARD["templating"]["list"]} | {"__rate_interval"}
    for panel in PANELS:
        assert panel["description"].endswith(".")
        assert panel["datasource"]["uid"] == "${source}"
        for target in panel["targets"]:
            assert set(re.findall(r"\$(\w+)", target["expr"])) <= variables
    places = [
        (panel["gridPos"]["x"] + column, panel["gridPos"]["y"] + line)
        for panel in DASHBOARD["panels"]
        for column in range(panel["gridPos"]["w"])
        for line in range(panel["gridPos"]["h"])
    ]
    assert len(places) == len(set(places)), "panels lie on one another"


def test_the_example_of_prometheus_reads_the_rules_and_a_token_from_a_file() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text(encoding="utf-8"))
    assert [(DEPLOY / "prometheus" / file).is_file() for file in config["rule_files"]] == [True]
    (job,) = config["scrape_configs"]
    assert (job["job_name"], job["metrics_path"], job["authorization"]["type"]) == ("nerveroot", "/metrics", "Bearer")
    assert "credentials" not in job["authorization"]
    assert job["authorization"]["credentials_file"]


def test_the_table_of_metrics_names_those_that_are_shown(shown: Shown) -> None:
    lines = (DEPLOY / "README.md").read_text(encoding="utf-8").split("| metric |")[1].splitlines()[2:]
    named = {name for line in lines if line.startswith("|") for name in re.findall(r"`(\w+)`", line.split("|")[1])}
    families = {
        re.sub(r"_(bucket|sum|count)$", "", name.removeprefix("nerveroot_"))
        for name in shown
        if name.startswith("nerveroot_")
    }
    assert named == families
