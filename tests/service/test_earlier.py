"""Serial examinations of one reference, through the service: what is linked, and what is said of it."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.earlier import linked
from service.settings import Settings
from tests.rules.progression_cases import toe
from tests.rules.sections import FOUND_WELL, NO_PAIN
from tests.service.visits import TOE, flags_of, post, the_exam, visit


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service whose record is empty."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


def test_three_visits_from_well_to_weak_to_recovered(client: TestClient) -> None:
    """Hazard H-08: strength falls between two visits, nobody says "progressive", and nobody notices."""
    assert post(client, visit(0, 5))["comparison"] is None
    second = post(client, visit(48, 4))
    assert second["urgency"] == "urgent"
    assert "RF-MOTOR-PROGRESSIVE" in flags_of(second)
    since = second["comparison"]
    assert (since["source"], since["verdict"], since["hours_between"]) == ("reference", "worse", 48)
    assert (since["previous_examined_at"], since["examined_at"]) == ("2026-11-02T12:00:00Z", "2026-11-04T12:00:00Z")
    assert [(each["finding"], each["was"], each["now"]) for each in since["changes"]] == [(TOE, 5, 4)]
    assert "MRC 5 on 2026-11-02, MRC 4 on 2026-11-04" in since["text"]
    third = visit(200, **NO_PAIN)
    third["examination"] = FOUND_WELL
    third = post(client, third)
    assert third["comparison"]["rule_id"] == "CO-RESOLVED"
    assert third["comparison"]["verdict"] == "better"
    assert third["management"]["phase"] == "recovered"
    assert third["urgency"] == "routine"


@pytest.mark.parametrize(("hours", "urgency"), [(23.9, "emergency"), (24, "urgent")])
def test_the_time_between_two_visits_decides(client: TestClient, hours: float, urgency: str) -> None:
    """Hazard H-08: weakness that grew overnight waits for days."""
    post(client, visit(0, 5))
    assert post(client, visit(hours, 4))["urgency"] == urgency


def test_a_deficit_that_was_not_tested_again_is_not_recovered(client: TestClient) -> None:
    """Hazard H-08: false reassurance on a deficit that nobody tested again."""
    post(client, visit(0, 4))
    body = visit(200, None, history={"pain_severity": 0})
    answer = post(client, body)
    assert answer["management"]["phase"] != "recovered"
    assert {each["rule_id"]: each["ask"] for each in answer["questions"]}["QU-RETEST"] == [TOE]


def test_two_references_never_mix(client: TestClient) -> None:
    """Hazard H-10: the earlier examination is that of another person."""
    post(client, visit(0, 5, reference="p1"))
    for other in ("p2", "P1", "p 1", "", None):
        answer = post(client, visit(48, 3, reference=other))
        assert answer["comparison"] is None, other
    for same in ("p1", "p1 ", "\tp1"):
        assert post(client, visit(48, 3, reference=same))["comparison"] is not None, same


@pytest.mark.parametrize("reference", ["", " ", "\t"])
def test_a_blank_reference_is_nobody(client: TestClient, reference: str) -> None:
    """Hazard H-10: an app sends an empty reference for everybody, and all of them are one person."""
    post(client, visit(0, 5, reference=reference))
    assert post(client, visit(48, 3, reference=reference))["comparison"] is None


def test_a_correction_takes_the_place_of_what_it_corrects(client: TestClient) -> None:
    """Hazard H-10: a slip of the pen that is put right counts as deterioration, or hides one."""
    post(client, visit(0, 5))
    post(client, visit(48, 5))
    corrected = post(client, visit(48, 4))
    assert corrected["comparison"]["previous_examined_at"] == "2026-11-02T12:00:00Z"
    assert corrected["urgency"] == "urgent"
    later = post(client, visit(96, 4))
    assert later["comparison"]["verdict"] == "unchanged"


def test_what_was_corrected_is_gone() -> None:
    """Hazard H-10: the grade that was put right still counts, and the same day reads as a fall."""
    recorded = [the_exam(when, grade) for when, grade in ((0, 4), (48, 5), (48, 4))]
    previous = linked(the_exam(60, 4), recorded).previous_examination
    assert previous is not None
    assert previous.examination.strength == {"great_toe_extension": 4}


def test_the_first_examination_corrected_is_compared_with_nothing(client: TestClient) -> None:
    post(client, visit(0, 5))
    answer = post(client, visit(0, 3))
    assert answer["comparison"] is None
    assert "RF-MOTOR-RAPID" not in flags_of(answer)


def test_without_commit_it_is_compared_but_not_remembered(client: TestClient) -> None:
    post(client, visit(0, 5))
    assert post(client, visit(24, 3), "?commit=false")["comparison"]["verdict"] == "worse"
    after = post(client, visit(48, 4))
    assert after["comparison"]["previous_examined_at"] == "2026-11-02T12:00:00Z"
    assert client.post("/v1/assessments?commit=maybe", json=visit(48, 4)).status_code == 422


@pytest.mark.parametrize(
    ("remembered", "brought", "source", "verdict"),
    [
        (5, toe(4), "reference", "worse"),
        (4, toe(5), "body", "worse"),
        (4, toe(4), "body", "unchanged"),
        (5, {}, "reference", "worse"),
        (None, toe(5), "body", "worse"),
    ],
    ids=["memory shows it", "the body shows it", "neither", "a blank one", "nothing remembered"],
)
def test_what_the_body_brings_is_one_more_candidate(
    client: TestClient, remembered: Any, brought: Any, source: str, verdict: str
) -> None:
    """Hazard H-08: an app sends the last visit along, and the deterioration since the one before is gone."""
    post(client, visit(0, remembered))
    previous = {"examined_at": "2026-11-03T12:00:00Z", "examination": brought}
    answer = post(client, visit(48, 4, previous_examination=previous))
    assert (answer["comparison"]["source"], answer["comparison"]["verdict"]) == (source, verdict)
    assert answer["urgency"] == ("urgent" if verdict == "worse" else "routine")


@pytest.mark.parametrize(
    "between",
    [
        {},
        {"red_flags": {"fever": False}},
        {"red_flags": {"urinary_retention": False}},
        {"history": {"pain_severity": 3}},
        {"other_leg": {"slump": "negative"}},
    ],
    ids=["nothing", "fever asked", "bladder asked", "pain asked", "another test"],
)
def test_a_visit_that_tested_something_else_hides_none(client: TestClient, between: Any) -> None:
    """Hazard H-08: a telephone visit stands between two examinations, and lost strength is compared with nothing."""
    post(client, visit(0, 5, red_flags={"urinary_retention": False}))
    post(client, visit(50, None, **between))
    answer = post(client, visit(100, 4, red_flags={"urinary_retention": False}))
    assert answer["urgency"] == "urgent"
    assert answer["comparison"]["previous_examined_at"] == "2026-11-02T12:00:00Z"


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ([(0, toe(4)), (50, {"slump": "positive"})], {**toe(5), "slump": "positive"}, True),
        ([(0, toe(4)), (50, {"slump": "positive"})], {"slump": "negative"}, True),
        ([(0, {"slump": "positive"}), (50, toe(4))], {**toe(5), "slump": "positive"}, False),
        ([(50, toe(4))], toe(5), False),
    ],
    ids=["better since another visit", "not tested again since then", "unchanged since then", "one visit"],
)
def test_what_another_visit_supplied_is_said_to_be_from_there(
    client: TestClient, then: list[tuple[float, Any]], now: Any, said: bool
) -> None:
    """Hazard H-10: a grade is told with the date of a visit at which nobody tested it."""
    for hours, found in then:
        post(client, {**visit(hours), "examination": found})
    answer = post(client, {**visit(100), "examination": now})
    assert ("CO-ELSEWHERE" in answer["comparison"]["rule_ids"]) is said


def test_an_emergency_that_nobody_asked_about_again_stays_open(client: TestClient) -> None:
    """Hazard H-08: retention, then a visit about the pain, then "unchanged, it gets better by itself"."""
    post(client, visit(0, 4, red_flags={"urinary_retention": True}))
    for hours in (48, 96):
        answer = post(client, visit(hours, 4))
        assert answer["comparison"]["verdict"] == "not_comparable"
        assert answer["urgency"] == "urgent"
        assert answer["management"]["follow_up"]["within_days"] == 0
        assert not {"RE-EDUCATION", "RE-FOLLOW-UP"} & {
            each["rule_id"] for each in answer["management"]["recommendations"]
        }
    asked = post(client, visit(120, 4, red_flags={"urinary_retention": False}))
    assert asked["urgency"] == "routine"


def test_the_other_leg_is_compared_with_itself(client: TestClient) -> None:
    """Hazards H-04, H-08: the better leg loses strength, and only the worse one is compared."""
    post(client, visit(0, 4, other_leg=toe(5)))
    answer = post(client, visit(48, 4, other_leg=toe(4)))
    assert answer["comparison"]["verdict"] == "worse"
    assert [each["finding"] for each in answer["comparison"]["changes"]] == [TOE.replace("examination", "other_leg")]
    assert "of the other leg" in answer["comparison"]["text"]
    flag = next(each for each in answer["red_flags"]["present"] if each["rule_id"] == "RF-MOTOR-PROGRESSIVE")
    assert "/previous_examination/other_leg/strength/great_toe_extension" in flag["because"]


def test_a_deficit_of_the_other_leg_that_is_not_tested_again_is_not_recovered(client: TestClient) -> None:
    post(client, visit(0, 5, other_leg=toe(4)))
    later = visit(200, **NO_PAIN)
    later["examination"] = FOUND_WELL
    answer = post(client, later)
    assert answer["management"]["phase"] != "recovered"
    assert answer["comparison"]["not_tested_again"] == ["/other_leg/strength/great_toe_extension"]


def test_another_process_knows_of_it(client: TestClient) -> None:
    """Hazard H-08: the service is started anew between two visits, and lost strength is compared with nothing."""
    post(client, visit(0, 5))
    with TestClient(create_app(Settings())) as restarted:
        assert post(restarted, visit(48, 3))["comparison"]["verdict"] == "worse"


def test_an_earlier_examination_that_comes_later_is_put_in_its_place(client: TestClient) -> None:
    post(client, visit(100, 4))
    assert post(client, visit(0, 5))["comparison"] is None
    assert post(client, visit(200, 4))["comparison"]["previous_examined_at"] == "2026-11-06T16:00:00Z"


def test_what_is_refused_is_not_remembered(client: TestClient) -> None:
    assert client.post("/v1/assessments", json=visit(0, 5, history={"pain_severity": 11})).status_code == 422
    assert post(client, visit(48, 3))["comparison"] is None


def test_an_examination_posted_again_without_its_time_does_not_calm_itself(client: TestClient) -> None:
    """Hazard H-08: a question is answered, the app posts again, and the deterioration is compared away."""
    post(client, visit(0, 5))
    body = visit(48, 4)
    del body["examined_at"]
    first, again = (post(client, body) for _ in range(2))
    assert first["urgency"] == again["urgency"] == "urgent"
    assert again["comparison"]["previous_examined_at"] == first["comparison"]["previous_examined_at"]


# Which leg.


def test_the_worse_leg_may_change_sides(client: TestClient) -> None:
    """Hazard H-04: the left leg is compared with the right one."""
    post(client, visit(0, 3, side="left", other_leg=toe(5)))
    answer = post(client, visit(48, 4, side="right", other_leg=toe(3)))
    since = answer["comparison"]
    assert [(each["was"], each["now"]) for each in since["changes"] if each["finding"] == TOE] == [(5, 4)]
    assert since["verdict"] == "worse"
