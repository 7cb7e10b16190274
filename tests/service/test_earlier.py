"""Serial examinations of one reference: what is linked, what is not, and what is forgotten."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from features.answer import Answer
from features.exam import Exam, RememberedExamination
from service.app import create_app
from service.earlier import MOST_EXAMINATIONS, Earlier
from service.rules.comparison import comparison_of
from service.rules.progression import both_legs_are_new
from service.settings import Settings
from tests.builders import NOON, a_body, an_exam
from tests.rules.progression_cases import toe
from tests.rules.sections import FOUND_WELL, NO_PAIN

TOE = "/examination/strength/great_toe_extension"


@pytest.fixture
def client() -> Iterator[TestClient]:
    """A service that remembers nothing yet."""
    with TestClient(create_app(Settings()), raise_server_exceptions=False) as found:
        yield found


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


# Through the service.


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
    memory = Earlier(people=10, key=b"k")
    for when, grade in ((0, 4), (48, 5), (48, 4)):
        memory.remember(the_exam(when, grade))
    previous = memory.linked(the_exam(60, 4)).previous_examination
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


def test_another_process_knows_of_nothing(client: TestClient) -> None:
    """Hazard H-10: a store outlives the process it was promised to end with."""
    post(client, visit(0, 5))
    with TestClient(create_app(Settings())) as restarted:
        assert post(restarted, visit(48, 3))["comparison"] is None


def test_an_earlier_examination_that_comes_later_is_put_in_its_place(client: TestClient) -> None:
    post(client, visit(100, 4))
    assert post(client, visit(0, 5))["comparison"] is None
    assert post(client, visit(200, 4))["comparison"]["previous_examined_at"] == "2026-11-06T16:00:00Z"


def test_what_is_refused_is_not_remembered(client: TestClient) -> None:
    assert client.post("/v1/assessments", json=visit(0, 5, history={"pain_severity": 11})).status_code == 422
    assert post(client, visit(48, 3))["comparison"] is None


def test_remembering_can_be_turned_off() -> None:
    with TestClient(create_app(Settings(remembered_references=0))) as client:
        post(client, visit(0, 5))
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


@pytest.mark.parametrize(
    ("then", "now", "linked"),
    [
        ("left", "left", True),
        ("left", "right", False),
        ("bilateral", "bilateral", True),
        ("bilateral", "left", True),
        ("left", "bilateral", True),
        (None, None, True),
        (None, "left", True),
        ("left", None, True),
        (None, "bilateral", True),
        ("bilateral", None, True),
    ],
)
@pytest.mark.parametrize("other", [None, toe(5)], ids=["one leg", "both legs"])
def test_only_the_same_leg_is_compared(then: str | None, now: str | None, linked: bool, other: Any) -> None:
    """Hazard H-04: one leg is compared with the other."""
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5, side=then, other_leg=other))
    exam = memory.linked(the_exam(48, 3, side=now))
    previous = exam.previous_examination
    assert isinstance(previous, RememberedExamination)
    assert (previous.examination.strength != {}) is (linked or other is not None)
    assert previous.side_assumed is (linked and then != now)
    assert ("The side is not stated at both" in str(comparison_of(exam))) is previous.side_assumed


@pytest.mark.parametrize(
    ("hours", "then"),
    [
        # hours and grades of the examinations before; now it is 100 h and MRC 4: which of them is compared with
        ([(0, 5), (50, 4)], 50),
        ([(0, 5), (50, 3)], 50),
        ([(0, 5), (77, 4)], 0),
        ([(0, 5), (76, 4)], 76),
        ([(0, 4), (99, 4)], 99),
        ([(90, 5), (99, 4)], 90),
        ([(90, 4), (99, 5)], 99),
        ([(0, 5), (50, 4), (99, 4)], 99),
        # a whole grade lost by halves, and what is none: it rose in between, or has not fallen since the last time
        ([(0, 5), (50, 4.5)], 0),
        ([(0, 5), (20, 4.5), (50, 4.5)], 0),
        ([(0, 5), (20, 5), (50, 4.5)], 20),
        ([(0, 5), (20, None), (50, 4.5)], 0),
        ([(0, 5), (20, 3.5), (50, 4.5)], 50),
        ([(0, 5), (20, 4.5), (50, 4)], 50),
        ([(0, 4.5), (50, 4.5)], 50),
    ],
)
def test_which_of_several_is_compared_with(hours: list[tuple[float, float]], then: float) -> None:
    """Hazard H-08: the latest one, unless an earlier one shows progress that the latest hides."""
    memory = Earlier(people=10, key=b"k")
    for when, grade in hours:
        memory.remember(the_exam(when, grade))
    previous = memory.linked(the_exam(100, 4)).previous_examination
    assert previous is not None
    assert previous.examined_at == NOON - timedelta(days=20) + timedelta(hours=then)


def test_a_visit_without_an_examination_hides_none() -> None:
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5))
    memory.remember(the_exam(50, None))
    previous = memory.linked(the_exam(100, 5)).previous_examination
    assert previous is not None
    assert previous.examination.strength


def test_strength_that_was_not_tested_last_time_is_compared_with_when_it_was() -> None:
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 5))
    memory.remember(the_exam(50, None, red_flags={"fever": False}))
    previous = memory.linked(the_exam(100, 4)).previous_examination
    assert previous is not None
    assert previous.examination.strength


@pytest.mark.parametrize(
    ("legs", "stated", "flag"),
    [
        (
            {
                "other_leg": {
                    "strength": {"hip_flexion": 5},
                    "reflexes": {"achilles": "normal"},
                    "sensation": {"sole": "normal"},
                }
            },
            None,
            True,
        ),
        ({"other_leg": {"strength": {"hip_flexion": 5}}}, None, False),
        ({}, None, False),
        ({}, False, True),
        ({"other_leg": {"strength": {"hip_flexion": 4}}}, False, False),
    ],
    ids=["other leg found well", "other leg half examined", "other leg not examined", "denied", "found though denied"],
)
def test_whether_both_legs_were_affected_is_known_of_both_examinations(legs: Any, stated: Any, flag: bool) -> None:
    """Hazard H-20: a deficit newly in both legs is missed, because nobody was asked the first time."""
    memory = Earlier(people=10, key=b"k")
    memory.remember(the_exam(0, 4, red_flags={"bilateral_neurologic_deficit": stated}, **legs))
    now = memory.linked(the_exam(48, 4, other_leg={"strength": {"hip_flexion": 4}}))
    assert (both_legs_are_new(now) is Answer.YES) is flag


# What is kept.


def test_of_a_person_only_the_last_examinations_are_kept() -> None:
    memory = Earlier(people=10, key=b"k")
    for hour in range(MOST_EXAMINATIONS + 1):
        memory.remember(the_exam(hour, 5))
    assert memory.linked(the_exam(0.5, 3)).previous_examination is None
    assert memory.linked(the_exam(1.5, 3)).previous_examination is not None


def test_who_was_not_asked_about_for_longest_is_forgotten() -> None:
    memory = Earlier(people=2, key=b"k")
    memory.remember(the_exam(0, 5, reference="a"))
    memory.remember(the_exam(0, 5, reference="b"))
    memory.linked(the_exam(1, 5, reference="a"))
    memory.remember(the_exam(0, 5, reference="c"))
    known = [memory.linked(the_exam(2, 5, reference=each)).previous_examination is not None for each in "abc"]
    assert known == [True, False, True]


def test_neither_reference_nor_person_is_kept() -> None:
    """Hazard H-26: a dump of the memory names who was examined."""
    memory = Earlier(people=2, key=b"k")
    memory.remember(the_exam(0, 5, reference="Jane-Doe-1970"))
    kept = repr(vars(memory))
    assert "great_toe_extension" in kept
    assert "Jane" not in kept
    assert "age_years" not in kept
    other = Earlier(people=2, key=b"another")
    other.remember(the_exam(0, 5, reference="Jane-Doe-1970"))
    assert repr(vars(other)["_visits"]) != repr(vars(memory)["_visits"])


@pytest.fixture
def impatient_threads() -> Iterator[None]:
    """Threads that take turns so often that whatever is not guarded is interrupted."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(usual)


@pytest.mark.usefixtures("impatient_threads")
def test_many_at_once_lose_nothing() -> None:
    visits = [the_exam(hour, 5) for hour in range(MOST_EXAMINATIONS)]
    later = [the_exam(hour + 0.5, 5) for hour in range(MOST_EXAMINATIONS)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            memory = Earlier(people=10, key=b"k")
            list(pool.map(memory.remember, visits))
            found = [memory.linked(exam).previous_examination for exam in later]
            assert [each and each.examined_at for each in found] == [each.examined_at for each in visits]
