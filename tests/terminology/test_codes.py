"""Only codes that were seen, and ours where none was; what must not trigger is in no group."""

import re

import pytest

from features.red_flag_screen import RedFlagScreen
from service.terminology.code_groups import LUMBAR_IMAGING, LUMBAR_PROBLEMS, RED_FLAG_FINDINGS
from service.terminology.notices import NOTICES, notice
from service.terminology.override_reasons import ALL_REASONS, OWN_REASONS, STANDARD_REASONS
from service.terminology.standard_codes import StandardCode, standard, standard_codes
from service.terminology.systems import CPT, ICD10CM, LOINC, NON_ADHERENCE, OVERRIDE_REASONS, SNOMED, TASKS
from service.terminology.tasks import ALL_TASKS

GROUPED: dict[str, tuple[StandardCode, ...]] = {
    **{f"imaging {name}": codes for name, codes in LUMBAR_IMAGING.items()},
    "problems": LUMBAR_PROBLEMS,
    **{f"flag {name}": codes for name, codes in RED_FLAG_FINDINGS.items()},
}
EVERY = [each for codes in GROUPED.values() for each in codes]

NEVER = [
    pytest.param(SNOMED, "160313009", id="family history of osteoporosis"),
    pytest.param(SNOMED, "54404000", id="cervical radiculopathy"),
    pytest.param(SNOMED, "10601006", id="pain of the leg, nothing said of radiation"),
    pytest.param(SNOMED, "279043006", id="pain of the buttock"),
    pytest.param(SNOMED, "85007004", id="meralgia paresthetica"),
    pytest.param(SNOMED, "52585001", id="sciatic neuropathy"),
    pytest.param(CPT, "72141", id="cervical MRI"),
    pytest.param(CPT, "70450", id="CT of the head"),
]


@pytest.mark.parametrize(("system", "code"), NEVER)
def test_what_must_not_trigger_is_in_no_group(system: str, code: str) -> None:
    assert standard(system, code) not in EVERY


def test_no_code_stands_in_two_groups() -> None:
    """One entry of a chart says one thing; that compression is a lumbar problem too is decided where it is read."""
    assert len(set(EVERY)) == len(EVERY)


def test_the_groups_of_red_flags_are_fields_of_the_screen() -> None:
    assert RED_FLAG_FINDINGS.keys() <= RedFlagScreen.__dataclass_fields__.keys()


@pytest.mark.parametrize("group", GROUPED)
def test_every_group_says_something(group: str) -> None:
    assert GROUPED[group]


@pytest.mark.parametrize("each", list(standard_codes().values()), ids=lambda each: f"{each.system}|{each.code}")
def test_a_standard_code_has_a_display_unless_it_belongs_to_the_ama(each: StandardCode) -> None:
    assert (each.display is None) == (each.system == CPT)
    assert each.coding.keys() == ({"system", "code"} if each.system == CPT else {"system", "code", "display"})


@pytest.mark.parametrize(
    ("system", "code"),
    [
        pytest.param(SNOMED, "309538004", id="often quoted as saddle anaesthesia, and no valid number"),
        pytest.param(SNOMED, "165084003", id="often quoted as straight leg raise, and an exercise test"),
        pytest.param(SNOMED, "271594007", id="used for saddle anaesthesia by an app"),
        pytest.param(LOINC, "24855-9", id="used for lumbar MRI by an app"),
        pytest.param(SNOMED, "372665008", id="known from memory alone"),
        pytest.param(CPT, "63030", id="seen without its meaning"),
        pytest.param(LOINC, "267064002", id="a number of another system"),
    ],
)
def test_a_code_that_was_not_seen_is_refused(system: str, code: str) -> None:
    with pytest.raises(KeyError):
        standard(system, code)


def test_reasons_are_ours_or_of_the_system_that_cds_hooks_suggests() -> None:
    assert {each.system for each in OWN_REASONS} == {OVERRIDE_REASONS}
    assert {each.code for each in STANDARD_REASONS} == {"patient-refuses", "action-completed", "need-more-info"}
    assert {each.system for each in STANDARD_REASONS} == {NON_ADHERENCE}
    assert (*OWN_REASONS, *STANDARD_REASONS) == ALL_REASONS


def test_reasons_keep_the_codes_that_feedback_brings_back() -> None:
    """Codes are permanent: those of earlier feedback are on record."""
    assert [each.code for each in OWN_REASONS] == [
        "duration-over-6-weeks",
        "focal-deficit",
        "trauma",
        "previous-surgery",
        "weight-loss",
        "fever-or-infection",
        "red-flag-not-in-chart",
        "other",
    ]


@pytest.mark.parametrize(
    "coding",
    [*(each.coding for each in ALL_REASONS), *(each.coding for each in ALL_TASKS)],
    ids=lambda each: each["code"],
)
def test_a_coding_of_ours_says_all_three(coding: dict[str, str]) -> None:
    assert coding.keys() == {"system", "code", "display"}
    assert all(value.strip() for value in coding.values())
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", coding["code"])


def test_tasks_are_of_their_own_system() -> None:
    assert {each.coding["system"] for each in ALL_TASKS} == {TASKS}
    assert [each.code for each in ALL_TASKS] == ["complete-exam-form", "reassess-imaging"]


@pytest.mark.parametrize("system", sorted({each.system for each in standard_codes().values()}))
def test_every_owner_of_codes_is_named(system: str) -> None:
    assert notice([system]) == NOTICES[system]


def test_notices_are_of_the_systems_that_are_used() -> None:
    assert notice([]) is None
    assert notice([TASKS]) is None
    assert notice([CPT, SNOMED, CPT]) == f"{NOTICES[SNOMED]} {NOTICES[CPT]}"
    assert ICD10CM in NOTICES
