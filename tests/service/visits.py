"""Visits of one person, and what the service answers to them."""

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from features.exam import Exam
from tests.builders import NOON, a_body, an_exam
from tests.rules.progression_cases import toe

TOE = "/examination/strength/great_toe_extension"


def visit(hours: float, grade: Any = 5, *, reference: str | None = "p1", side: str | None = "left", **more: Any) -> Any:
    """The body of an examination `hours` after noon of the first day."""
    return a_body(
        patient={"reference": reference},
        history={"side": side, **more.pop("history", {})},
        examination=toe(grade),
        examined_at=(NOON - timedelta(days=20) + timedelta(hours=hours)).isoformat(),
        **more,
    )


def post(client: TestClient, body: Any, query: str = "") -> Any:
    answer = client.post(f"/v1/assessments{query}", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def flags_of(answer: Any) -> set[str]:
    return {flag["rule_id"] for flag in answer["red_flags"]["present"]}


def the_exam(*args: Any, **more: Any) -> Exam:
    body = visit(*args, **more)
    return an_exam(**{**body, "patient": body["patient"]})
