"""What a whole chart says: what counts today, what beats what, and that nothing odd takes the rest along."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.chart.facts import CONDITIONS, MEDICATIONS, OBSERVATIONS, Basis, Found
from service.chart.meanings import CANCER, COMPRESSION
from service.chart.person import read_person
from service.terminology.systems import EXAM_ITEMS, SNOMED
from tests.cds.fhir_data import (
    CAUDA_EQUINA,
    CERVICAL_RADICULOPATHY,
    FAMILY_OSTEOPOROSIS,
    FEVER,
    HISTORY_OF_CANCER,
    LOW_BACK_PAIN,
    SCIATICA,
    URINARY_INCONTINENCE,
    ago,
    coded,
    condition,
    medication,
)
from tests.chart.charts import DURATION, FLAG_FEVER, INCONTINENCE, NOW, SLR, WEAK, found, seen, sign


def test_nothing_says_nothing() -> None:
    assert found() == Found()


def test_conditions_state_ask_and_show() -> None:
    told = found([condition(FEVER, onset="2026-11-20"), condition(SCIATICA), condition("42984000"), condition("1")])
    assert told.statements == {FLAG_FEVER: True}
    since = datetime(2026, 11, 20, tzinfo=UTC)
    assert told.basis == {FLAG_FEVER: (Basis(label="Fever (finding)", source=CONDITIONS, at=since),)}
    assert [each.code for each in told.questions] == ["chart_42984000"]
    assert (told.lumbar, told.radicular, told.known, told.unknown, told.unread) == (True, True, 3, 1, 0)


@pytest.mark.parametrize("verification", ["provisional", "differential", "unconfirmed"])
def test_a_suspected_red_flag_is_one(verification: str) -> None:
    told = found([condition(CAUDA_EQUINA, verification=verification)])
    assert told.statements == {COMPRESSION: True}
    assert told.basis[COMPRESSION][0].provisional
    assert told.lumbar


@pytest.mark.parametrize(
    "entry",
    [
        pytest.param(condition(CAUDA_EQUINA, verification="refuted"), id="refuted"),
        pytest.param(condition(CAUDA_EQUINA, verification="entered-in-error"), id="entered in error"),
        pytest.param(condition(CAUDA_EQUINA, clinical="resolved"), id="resolved"),
        pytest.param(condition(HISTORY_OF_CANCER, clinical="resolved"), id="a history that was taken back"),
    ],
)
def test_what_does_not_count_is_not_even_counted(entry: dict[str, Any]) -> None:
    assert found([entry]) == Found()


@pytest.mark.parametrize("code", [FAMILY_OSTEOPOROSIS, CERVICAL_RADICULOPATHY])
def test_what_is_known_and_says_nothing_of_this(code: str) -> None:
    assert found([condition(code)]) == Found(known=1)


def test_a_text_is_unknown_and_may_be_anything() -> None:
    told = found([{**condition("1"), "code": {"text": "Cauda equina syndrome, thinks the husband of Jane Doe"}}])
    assert (told.statements, told.unknown) == ({}, 1)
    assert [each.text for each in told.questions] == [
        "An entry of the problem list is not understood and may mean a compression of the cauda equina or cord: is "
        "there any?"
    ]


def test_each_worry_is_asked_once_however_many_entries_have_it() -> None:
    told = found([{**condition("1"), "code": {"text": text}} for text in ("Lymphoma", "Breast cancer", "Abscess")])
    assert [each.code for each in told.questions] == ["words_a tumour", "words_an infection"]


@pytest.mark.parametrize(
    ("code", "clinical", "ended", "asks"),
    [
        (CAUDA_EQUINA, "resolved", None, False),
        (CAUDA_EQUINA, "resolved", 84, True),
        (CAUDA_EQUINA, "resolved", 85, False),
        (CAUDA_EQUINA, "inactive", None, True),
        ("226034001", "remission", None, True),
        ("64859006", "inactive", None, True),
        ("86406008", "inactive", None, True),
        (FEVER, "inactive", None, False),
    ],
)
def test_what_sleeps_or_ended_lately_is_asked_about(code: str, clinical: str, ended: int | None, asks: bool) -> None:
    entry = condition(code, clinical=clinical)
    told = found([entry if ended is None else {**entry, "abatementDateTime": ago(ended, NOW)}])
    assert (told.statements, bool(told.questions)) == ({}, asks)


@pytest.mark.parametrize(
    "system",
    [
        "http://snomed.info/sct",
        "https://snomed.info/sct",
        "http://snomed.info/sct/",
        "http://snomed.info/sct|http://snomed.info/sct/731000124108",
        "urn:oid:2.16.840.1.113883.6.96",
    ],
)
def test_a_code_system_has_several_spellings(system: str) -> None:
    assert found([{**condition("1"), "code": coded(f"{FEVER} ", system)}]).statements == {FLAG_FEVER: True}


@pytest.mark.parametrize(
    ("item", "value", "label"),
    [
        ("red_flags.post_void_residual_ml", 450, "Post-void residual: 450 mL, 2026-11-22"),
        (INCONTINENCE, True, "Is there new loss of urine? Yes, 2026-11-22"),
        (FLAG_FEVER, False, "Is there fever? No, 2026-11-22"),
        ("red_flags.motor_deterioration_hours", 5, "Over how many hours did the weakness grow? 5 h, 2026-11-22"),
        (WEAK, "mrc-3", "Ankle dorsiflexion: MRC 3, 2026-11-22"),
        (WEAK, "weak", "Ankle dorsiflexion: weak, not graded, 2026-11-22"),
        ("other_leg.strength.ankle_dorsiflexion", 3.5, "Ankle dorsiflexion (other leg): MRC 3.5, 2026-11-22"),
        (SLR, "positive", "Straight leg raise: positive, 2026-11-22"),
        ("history.pain_severity", 8, "Pain from 0 (none) to 10 (the worst there can be): 8, 2026-11-22"),
        ("history.pain_locations", "sole", "Where does it hurt? Sole, 2026-11-22"),
    ],
)
def test_what_rests_on_an_observation_says_what_and_when(item: str, value: Any, label: str) -> None:
    (basis,) = found(observations=[seen(item, value, 1)]).basis[item]
    assert (basis.label, basis.source) == (label, OBSERVATIONS)


def test_a_metastasis_that_is_over_is_a_history_and_no_problem_of_the_spine() -> None:
    told = found([condition("94602001", clinical="resolved")])
    assert (told.statements, told.lumbar) == ({CANCER: True}, False)


def test_compression_counts_whatever_its_date() -> None:
    assert found([condition(CAUDA_EQUINA, onset="2015")]).statements == {COMPRESSION: True, DURATION: 3980}


def test_what_is_old_is_asked_about_with_its_year_alone() -> None:
    told = found([condition(URINARY_INCONTINENCE, onset="2019-03-02")])
    assert told.statements == {}
    assert [each.text for each in told.questions] == [
        "Urinary incontinence is on the chart since 2019: is it new or worse?"
    ]


def test_what_is_new_leaves_no_question_about_the_old_whichever_stands_first() -> None:
    old, new = condition(URINARY_INCONTINENCE, onset="2019"), condition(URINARY_INCONTINENCE, onset="2026-11-20")
    for entries in ([old, new], [new, old]):
        told = found(entries)
        assert (told.statements, told.questions) == ({INCONTINENCE: True}, ())


def test_reasons_of_an_order_count_and_are_no_entries_of_the_list() -> None:
    told = found(reasons=[coded(FEVER), coded(SCIATICA), {"text": "x"}, None])
    assert told.statements == {FLAG_FEVER: True}
    assert told.basis[FLAG_FEVER][0].source == "order"
    assert (told.radicular, told.known, told.unknown) == (True, 0, 0)


def test_drugs() -> None:
    told = found(medications=[medication("prednisone"), medication("ibuprofen"), medication("hydrocortisone cream")])
    assert told.statements == {"red_flags.steroid_use": True}
    assert told.basis["red_flags.steroid_use"] == (Basis(label="a corticosteroid", source=MEDICATIONS),)


def test_a_problem_on_the_list_beats_a_no_that_was_observed() -> None:
    told = found([condition(FEVER)], observations=[seen(FLAG_FEVER, False, 0)])
    assert told.statements == {FLAG_FEVER: True}
    assert [each.source for each in told.basis[FLAG_FEVER]] == [CONDITIONS], "the no is no reason for the yes"


def test_a_drug_beats_a_no_that_was_observed() -> None:
    told = found(medications=[medication("prednisone")], observations=[seen("red_flags.steroid_use", False, 0)])
    assert told.statements == {"red_flags.steroid_use": True}


def test_all_that_state_the_same_are_told() -> None:
    told = found([condition(FEVER), condition(FEVER)], observations=[seen(FLAG_FEVER, True, 0)])
    assert [each.source for each in told.basis[FLAG_FEVER]] == [OBSERVATIONS, CONDITIONS]


def test_a_sign_that_was_graded_beats_the_name_of_a_problem() -> None:
    told = found([condition("6077001")], observations=[seen(WEAK, 3.5, 1)])
    assert told.statements == {WEAK: 3.5}
    assert found([condition("6077001")]).statements == {WEAK: "weak"}


def test_entries_that_disagree_about_a_sign_are_asked_about_and_a_reason_for_an_order_counts() -> None:
    """Hazard H-28: which part of the chart is read first decides what is true."""
    strong = [seen(WEAK, 5, 1)]
    listed, ordered = found([condition("6077001")], observations=strong), found(reasons=[coded("6077001")])
    assert (listed.statements, [each.code for each in listed.questions]) == ({WEAK: 5.0}, [f"apart_{WEAK}"])
    assert (ordered.statements, ordered.questions) == ({WEAK: "weak"}, ())
    both = found(observations=strong, reasons=[coded("6077001")])
    assert (both.statements, [each.code for each in both.questions]) == ({WEAK: "weak"}, [f"apart_{WEAK}"])
    assert [each.source for each in both.basis[WEAK]] == ["order"]


def test_weakness_without_a_grade_takes_no_grade_away() -> None:
    told = found([condition("6077001")], observations=[seen(WEAK, 2, 1)], reasons=[coded("6077001")])
    assert (told.statements, told.questions) == ({WEAK: 2.0}, ())


def test_a_fresh_no_answers_the_question_about_an_old_entry() -> None:
    told = found([condition(URINARY_INCONTINENCE, onset="2019")], observations=[seen(INCONTINENCE, False, 1)])
    assert (told.statements, told.questions) == ({INCONTINENCE: False}, ())


def test_a_duration_that_was_observed_beats_an_onset() -> None:
    told = found([condition(SCIATICA, onset="2020-01-01")], observations=[seen(DURATION, 20, 10)])
    assert told.statements == {DURATION: 30}
    assert told.basis[DURATION][0].label == "How many days ago did the leg pain begin? 30 d, 2026-11-23"


@pytest.mark.parametrize(("onset", "asks"), [("2026-10-12", True), ("2026-10-13", False)])
def test_an_onset_on_the_other_side_of_six_weeks_is_asked_about(onset: str, asks: bool) -> None:
    told = found([condition(SCIATICA, onset=onset)], observations=[seen(DURATION, 20, 0)])
    assert [each.code for each in told.questions] == ([f"apart_{DURATION}"] if asks else [])


ODD: list[Any] = [
    None,
    True,
    7,
    10**400,
    float("nan"),
    "x",
    "",
    [],
    [[]],
    [None],
    {},
    {"coding": []},
    {"coding": [[]]},
    {"a": {}},
]


@pytest.mark.parametrize("odd", ODD, ids=lambda each: str(each)[:12])
def test_an_odd_entry_is_told_and_takes_nothing_along(odd: Any) -> None:
    told = found(
        [odd, condition(FEVER)], medications=[odd, medication("prednisone")], observations=[odd], reasons=[odd]
    )
    assert told.statements == {FLAG_FEVER: True, "red_flags.steroid_use": True}
    assert told.unread == 3


WHOLE: list[dict[str, Any]] = [
    condition(FEVER, onset="2026-11-20", recordedDate="2026-11-20", abatementDateTime="2027-01-01"),
    medication("prednisone", doNotPerform=False),
    seen(FLAG_FEVER, True, 1),
    seen(SLR, "positive", 1),
    seen(DURATION, 30, 1),
    seen(WEAK, 4.5, 1),
    sign(FEVER, True, 1),
    {
        **seen("history.pain_locations", "buttock", 1),
        "component": [{"code": coded("history.pain_locations", EXAM_ITEMS)}],
    },
]


@pytest.mark.parametrize("odd", ODD, ids=lambda each: str(each)[:12])
@pytest.mark.parametrize("resource", WHOLE, ids=lambda each: str(each["id"]))
def test_an_odd_field_raises_nothing(resource: dict[str, Any], odd: Any) -> None:
    changed = [{**resource, name: odd} for name in resource]
    told = found(changed, medications=changed, observations=changed, reasons=changed)
    assert told.unread > 0


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=5)
    | st.sampled_from(["final", "active"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["coding", "system", "code", "value", "start", "end", "id"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)
FIELDS = sorted({name for each in WHOLE for name in each} - {"resourceType"} | {"contained", "effectivePeriod"})


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(base=st.sampled_from(WHOLE), changes=st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=4))
def test_whatever_an_entry_holds_it_is_read_or_counted(base: dict[str, Any], changes: dict[str, Any]) -> None:
    resource = {**base, **changes}
    told = found([resource], medications=[resource], observations=[resource], reasons=[resource])
    assert 2 <= told.unread <= 3, "it is of one kind at most"
    read_person({**changes, "birthDate": changes.get("effectivePeriod"), "gender": changes.get("status")}, NOW)


def test_very_long_lists_are_read_to_their_end() -> None:
    filler = [{"system": SNOMED, "code": str(number)} for number in range(2000)]
    last = {**condition("1"), "code": {"coding": [*filler, *coded(FEVER)["coding"]]}}
    told = found([*(condition(LOW_BACK_PAIN) for _ in range(2000)), last])
    assert (told.statements, told.known) == ({FLAG_FEVER: True}, 2001)
