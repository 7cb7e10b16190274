"""Which of many observations count today, and which of them beats which."""

from typing import Any

import pytest

from service.chart.meanings import CANCER
from service.terminology.exam_items import NOWHERE
from service.terminology.systems import EXAM_VALUES
from tests.cds.fhir_data import FEVER, OSTEOPOROSIS, URINARY_INCONTINENCE, ago, coded
from tests.chart.charts import DURATION, FLAG_FEVER, INCONTINENCE, NOW, RESIDUAL, SLR, WEAK, found, seen, sign, undated

HOURS, KNEE, CLONUS, PLANTAR, HEEL_WALK, PERIANAL = (
    "red_flags.motor_deterioration_hours",
    "examination.reflexes.patellar",
    "examination.clonus",
    "examination.plantar_response",
    "examination.heel_walk",
    "examination.sensation.perianal",
)
OTHER_WEAK = "other_leg.strength.ankle_dorsiflexion"

COUNTED = [
    pytest.param(seen(SLR, "negative", 14), {SLR: "negative"}, 0, id="a sign of 14 days ago"),
    pytest.param(seen(SLR, "negative", 14.1), {}, 0, id="a sign of more than 14 days ago"),
    pytest.param(seen(FLAG_FEVER, False, 14), {FLAG_FEVER: False}, 0, id="a flag denied 14 days ago"),
    pytest.param(seen(FLAG_FEVER, False, 15), {}, 0, id="a flag denied 15 days ago"),
    pytest.param(sign(FEVER, False, 14), {FLAG_FEVER: False}, 0, id="a finding denied 14 days ago"),
    pytest.param(sign(FEVER, False, 15), {}, 0, id="a finding denied 15 days ago"),
    pytest.param(seen(CANCER, False, 15), {}, 0, id="no cancer says nothing of later"),
    pytest.param(seen(FLAG_FEVER, True, 84), {FLAG_FEVER: True}, 0, id="a flag of 84 days ago"),
    pytest.param(sign(FEVER, True, 84), {FLAG_FEVER: True}, 0, id="a finding of 84 days ago"),
    pytest.param(seen(CANCER, True, 4000), {CANCER: True}, 0, id="cancer does not go away"),
    pytest.param(sign(OSTEOPOROSIS, True, 4000), {"red_flags.osteoporosis": True}, 0, id="nor does osteoporosis"),
    pytest.param(undated(seen(FLAG_FEVER, True, 0)), {FLAG_FEVER: True}, 0, id="a flag without a day"),
    pytest.param(undated(sign(FEVER, True, 0)), {FLAG_FEVER: True}, 0, id="a finding without a day"),
    pytest.param(undated(seen(FLAG_FEVER, False, 0)), {}, 1, id="a denial without a day"),
    pytest.param(undated(sign(FEVER, False, 0)), {}, 1, id="a denied finding without a day"),
    pytest.param(undated(seen(SLR, "positive", 0)), {}, 1, id="a sign without a day"),
    pytest.param(seen(SLR, "positive", -1), {SLR: "positive"}, 0, id="a clock that is ahead"),
    pytest.param(seen(SLR, "positive", -1.1), {}, 1, id="a sign of the future"),
    pytest.param(seen(FLAG_FEVER, False, -9), {}, 1, id="a denial of the future"),
    pytest.param(seen(FLAG_FEVER, True, -9), {FLAG_FEVER: True}, 0, id="a flag of the future"),
    pytest.param({**seen(FLAG_FEVER, True, 0), "effectiveDateTime": "2026"}, {FLAG_FEVER: True}, 0, id="this year"),
    pytest.param({**seen(SLR, "positive", 0), "effectiveDateTime": "2026-11"}, {}, 1, id="a sign of this month"),
    pytest.param(seen("history.pain_severity", 11, 0), {}, 1, id="more than the most"),
    pytest.param(seen("history.pain_severity", -1, 0), {}, 1, id="less than nothing"),
    pytest.param(seen(WEAK, 4.3, 0), {}, 1, id="no step of the scale"),
    pytest.param(seen(DURATION, 35, 10), {DURATION: 45}, 0, id="symptoms last on"),
    pytest.param(seen("patient.age_years", 30, 0), {}, 0, id="the Patient says the age"),
    pytest.param(seen("patient.sex", "male", 0), {}, 0, id="the Patient says the sex"),
    pytest.param(seen(FLAG_FEVER, True, 0, status="cancelled"), {}, 0, id="cancelled"),
    pytest.param(seen(FLAG_FEVER, True, 0, status=[]), {}, 1, id="statuses in a list"),
    pytest.param(seen(RESIDUAL, 600, 14), {RESIDUAL: 600}, 0, id="a residual of 14 days ago"),
    pytest.param(seen(RESIDUAL, 600, 15), {}, 0, id="a residual of 15 days ago"),
]


@pytest.mark.parametrize(("resource", "statements", "unread"), COUNTED)
def test_what_an_observation_says_of_today(resource: Any, statements: dict[str, Any], unread: int) -> None:
    told = found(observations=[resource])
    assert (told.statements, told.unread) == (statements, unread)


ASKED = [
    pytest.param(seen(INCONTINENCE, True, 85), ["old_urinary_incontinence"], id="a flag of 85 days ago"),
    pytest.param(sign(URINARY_INCONTINENCE, True, 85), [f"old_{URINARY_INCONTINENCE}"], id="a finding of 85 days ago"),
    pytest.param(seen(RESIDUAL, 600, 15), ["old_post_void_residual_ml"], id="a residual of 15 days ago"),
    pytest.param(seen(RESIDUAL, 600, 85), ["old_post_void_residual_ml"], id="a residual of 85 days ago"),
    pytest.param(seen(RESIDUAL, 20, 15), ["old_post_void_residual_ml"], id="a small residual of 15 days ago"),
    pytest.param(seen(RESIDUAL, 20, 85), [], id="a small residual of 85 days ago"),
    pytest.param(seen(HOURS, 5, 85), ["old_motor_deterioration_hours"], id="weakness that grew 85 days ago"),
    pytest.param(seen(WEAK, "mrc-3", 15), [f"old_{WEAK}"], id="weakness of 15 days ago"),
    pytest.param(seen(WEAK, "weak", 85), [f"old_{WEAK}"], id="weakness of 85 days ago that nobody graded"),
    pytest.param(seen(WEAK, "mrc-5", 15), [], id="strength of 15 days ago"),
    pytest.param(seen(OTHER_WEAK, "mrc-4", 15), [f"old_{OTHER_WEAK}"], id="weakness of the other leg"),
    pytest.param(seen(CLONUS, True, 15), [f"old_{CLONUS}"], id="clonus of 15 days ago"),
    pytest.param(seen(CLONUS, False, 15), [], id="no clonus 15 days ago"),
    pytest.param(seen(PLANTAR, "extensor", 15), [f"old_{PLANTAR}"], id="a plantar response of 15 days ago"),
    pytest.param(seen(KNEE, "brisk", 15), [f"old_{KNEE}"], id="a brisk reflex of 15 days ago"),
    pytest.param(seen(KNEE, "absent", 15), [], id="an absent reflex asks for no scan"),
    pytest.param(seen(PERIANAL, "reduced", 15), [f"old_{PERIANAL}"], id="perianal sensation of 15 days ago"),
    pytest.param(seen(HEEL_WALK, "unable", 15), [f"old_{HEEL_WALK}"], id="a heel walk of 15 days ago"),
    pytest.param(seen(HEEL_WALK, "able", 15), [], id="an able heel walk of 15 days ago"),
    pytest.param(seen(INCONTINENCE, False, 85), [], id="a denial of 85 days ago"),
    pytest.param(seen(SLR, "positive", 85), [], id="a sign of 85 days ago"),
]


@pytest.mark.parametrize(("resource", "codes"), ASKED)
def test_what_is_too_old_to_be_stated_is_asked(resource: Any, codes: list[str]) -> None:
    told = found(observations=[resource])
    assert [each.code for each in told.questions] == codes
    assert all(each.text.endswith("?") and "2026" in each.text for each in told.questions)


YES, NO = True, False
SEVERAL = [
    pytest.param([seen(FLAG_FEVER, YES, 9), seen(FLAG_FEVER, NO, 2)], False, id="a newer no"),
    pytest.param([seen(FLAG_FEVER, NO, 9), seen(FLAG_FEVER, YES, 2)], True, id="a newer yes"),
    pytest.param([seen(FLAG_FEVER, NO, 2), seen(FLAG_FEVER, YES, 2)], True, id="both at once"),
    pytest.param([seen(FLAG_FEVER, YES, 60), seen(FLAG_FEVER, NO, 20)], None, id="a newer no that is too old itself"),
    pytest.param([sign(FEVER, YES, 9), sign(FEVER, NO, 2)], False, id="a newer denial of a finding"),
    pytest.param([sign(FEVER, NO, 9), sign(FEVER, YES, 2)], True, id="a finding after a denial"),
    pytest.param([sign(FEVER, YES, 9), seen(FLAG_FEVER, NO, 2)], False, id="our no after a finding"),
    pytest.param([seen(FLAG_FEVER, NO, 9), sign(FEVER, YES, 2)], True, id="a finding after our no"),
    pytest.param([undated(seen(FLAG_FEVER, YES, 0)), seen(FLAG_FEVER, NO, 2)], True, id="a yes that may be newer"),
    pytest.param([undated(sign(FEVER, YES, 0)), seen(FLAG_FEVER, NO, 2)], True, id="a finding that may be newer"),
    pytest.param(
        [
            seen(FLAG_FEVER, YES, 9),
            {
                **undated(seen(FLAG_FEVER, NO, 0)),
                "effectiveDateTime": ago(1, NOW),
                "dataAbsentReason": coded("unknown"),
            },
        ],
        True,
        id="not assessed talks nothing down",
    ),
]


@pytest.mark.parametrize(("resources", "fever"), SEVERAL)
def test_of_several_observations_the_newest(resources: list[Any], fever: bool | None) -> None:
    for each in (resources, resources[::-1]):
        assert found(observations=each).statements.get(FLAG_FEVER) is fever


def day(resource: dict[str, Any], stated: str) -> dict[str, Any]:
    """The same, of a day or a month without a time."""
    return {**resource, "effectiveDateTime": stated}


YESTERDAY, THE_DAY_BEFORE = "2026-11-22", "2026-11-21"
AT_ONCE = [
    pytest.param(seen(RESIDUAL, 600, 2), seen(RESIDUAL, 20, 2), 600, False, id="more urine"),
    pytest.param(seen(HOURS, 5, 2), seen(HOURS, 48, 2), 5, False, id="faster weakness"),
    pytest.param(seen(WEAK, 2, 2), seen(WEAK, 5, 2), 2, True, id="weaker"),
    pytest.param(seen(WEAK, "weak", 2), seen(WEAK, 5, 2), "weak", True, id="weak, and not"),
    pytest.param(seen(WEAK, 3, 2), seen(WEAK, "weak", 2), 3, False, id="weak is any lost grade"),
    pytest.param(seen(KNEE, "brisk", 2), seen(KNEE, "absent", 2), "brisk", True, id="a sign of the cord"),
    pytest.param(seen(KNEE, "absent", 2), seen(KNEE, "reduced", 2), "absent", True, id="the more abnormal reflex"),
    pytest.param(seen(CLONUS, True, 2), seen(CLONUS, False, 2), True, True, id="clonus"),
    pytest.param(seen(PLANTAR, "extensor", 2), seen(PLANTAR, "flexor", 2), "extensor", True, id="plantar response"),
    pytest.param(seen(SLR, "positive", 2), seen(SLR, "negative", 2), "positive", True, id="a test"),
    pytest.param(seen(SLR, "positive", 2), seen(SLR, "positive", 2), "positive", False, id="twice the same"),
    pytest.param(seen(DURATION, 60, 2), seen(DURATION, 20, 2), 62, True, id="two durations"),
    pytest.param(day(seen(FLAG_FEVER, True, 0), YESTERDAY), seen(FLAG_FEVER, False, 0.6), True, False, id="of a day"),
    pytest.param(seen(FLAG_FEVER, False, 0.4), day(seen(FLAG_FEVER, True, 0), YESTERDAY), False, False, id="day after"),
    pytest.param(day(seen(WEAK, 2, 0), YESTERDAY), seen(WEAK, 5, 0.6), 2, True, id="a sign of the same day"),
    pytest.param(seen(WEAK, 5, 0.6), day(seen(WEAK, 2, 0), THE_DAY_BEFORE), 5, False, id="a sign of the day before"),
]


@pytest.mark.parametrize(("one", "other", "counts", "asks"), AT_ONCE)
def test_of_one_time_the_graver_counts_and_a_sign_is_asked_about(
    one: dict[str, Any], other: dict[str, Any], counts: Any, asks: bool
) -> None:
    """Hazard H-28: which of two entries stands first on a list decides what is true."""
    code = one["code"]["coding"][0]["code"]
    for pair in ([one, other], [other, one]):
        told = found(observations=pair)
        assert told.statements == {code: counts}
        assert [each.code for each in told.questions] == ([f"twice_{code}"] if asks else [])


PLACES = "history.pain_locations"


@pytest.mark.parametrize(
    ("lists", "together", "asks"),
    [
        ([["sole"], ["buttock"]], ["buttock", "sole"], False),
        ([["sole"], ["sole"]], ["sole"], False),
        ([["sole"], []], ["sole"], True),
        ([[], []], [], False),
    ],
)
def test_each_member_of_a_list_may_be_an_observation(lists: list[list[str]], together: list[str], asks: bool) -> None:
    each = [{**seen(PLACES, "sole", 2), "valueCodeableConcept": of_places(named)} for named in lists]
    for resources in (each, each[::-1]):
        told = found(observations=resources)
        assert (told.statements, bool(told.questions)) == ({PLACES: together}, asks)


def of_places(named: list[str]) -> dict[str, Any]:
    """A concept of these values, or of none of them."""
    return {"coding": [{"system": EXAM_VALUES, "code": code} for code in named or [NOWHERE]]}


def test_what_two_observations_said_is_settled_by_a_newer_one() -> None:
    told = found(observations=[seen(WEAK, 2, 3), seen(WEAK, 5, 3), seen(WEAK, 4.5, 1)])
    assert (told.statements, told.questions) == ({WEAK: 4.5}, ())


def test_no_cancer_does_not_undo_a_cancer() -> None:
    assert found(observations=[seen(CANCER, True, 3000), seen(CANCER, False, 1)]).statements == {CANCER: True}


def test_a_denied_part_leaves_the_rest_of_a_finding() -> None:
    both = {**seen(FLAG_FEVER, True, 9), "code": {"coding": [*coded(FEVER)["coding"], *coded("226034001")["coding"]]}}
    told = found(observations=[both, seen(FLAG_FEVER, False, 2)])
    assert told.statements == {FLAG_FEVER: False, "red_flags.iv_drug_use": True}
