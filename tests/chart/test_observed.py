"""Which of many observations count today, and which of them beats which."""

from typing import Any

import pytest

from service.chart.meanings import CANCER
from tests.cds.fhir_data import FEVER, OSTEOPOROSIS, URINARY_INCONTINENCE, ago, coded
from tests.chart.charts import DURATION, FLAG_FEVER, INCONTINENCE, NOW, RESIDUAL, SLR, WEAK, found, seen, sign, undated

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
    pytest.param(seen(RESIDUAL, 600, 85), [], id="a residual of 85 days ago"),
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


def test_no_cancer_does_not_undo_a_cancer() -> None:
    assert found(observations=[seen(CANCER, True, 3000), seen(CANCER, False, 1)]).statements == {CANCER: True}


def test_a_denied_part_leaves_the_rest_of_a_finding() -> None:
    both = {**seen(FLAG_FEVER, True, 9), "code": {"coding": [*coded(FEVER)["coding"], *coded("226034001")["coding"]]}}
    told = found(observations=[both, seen(FLAG_FEVER, False, 2)])
    assert told.statements == {FLAG_FEVER: False, "red_flags.iv_drug_use": True}
