"""The summary of a card: what it says in 140 characters, and what it rests on."""

import pytest

from features.anatomy import Movement
from service.assessment import PresentFlag
from service.cds.cards import card
from service.cds.case import Case
from service.cds.question import DECEASED as DEAD
from service.cds.question import UNKNOWN_YET
from service.cds.wording import (
    AGAIN,
    BY_RULE,
    BY_VERDICT,
    CHILD,
    DECEASED,
    LIMB,
    LONGEST_SUMMARY,
    MAY_BE_SEVERE,
    NONE_CODED,
    NONE_UNDERSTOOD,
    NONE_UNDERSTOOD_OPEN,
    NOT_RECORDED,
    RADICULAR,
    SCREENED,
    SOMETHING,
    TO_THE_PERSON,
    fitting,
    named,
)
from service.rules.guideline import RedFlag
from service.rules.imaging import IMAGING, ImagingTiming
from service.rules.red_flags import RED_FLAGS
from service.terminology.exam_texts import question
from tests.cds.charts import EARLY, PAGES, a_case, a_chart
from tests.cds.test_question import ASKED
from tests.cds.test_suggestions import SCREENED as SCREENED_EARLY


def raised(rule: RedFlag) -> PresentFlag:
    return PresentFlag(
        rule_id=rule.rule_id,
        label=rule.label,
        urgency=rule.urgency,
        action=rule.action,
        because=(),
        overrides=True,
        supported_by=(),
        citations=rule.citations,
    )


def test_every_rule_of_imaging_has_a_summary() -> None:
    assert set(BY_RULE) == {rule.rule_id for rule in IMAGING}


def test_every_summary_fits_uncut_whatever_the_flags_are_called() -> None:
    longest = named(tuple(raised(rule) for rule in sorted(RED_FLAGS, key=lambda rule: -len(rule.label))))
    labels = [longest, *(f"{rule.label}, and {len(RED_FLAGS)} more" for rule in RED_FLAGS)]
    movement = max((question(f"examination.strength.{each}") for each in Movement), key=len)
    deficit = MAY_BE_SEVERE.format(found=f"{movement.partition(',')[0]}, other leg: weak, not graded, and 9 more")
    fixed = [
        *(*BY_RULE.values(), *BY_VERDICT.values(), *TO_THE_PERSON.values(), CHILD, NOT_RECORDED, DECEASED),
        "Emergency: {flags}. The rest of the answer could not be recorded.",
        *(
            f"{BY_RULE[rule.rule_id]} {screened}"
            for rule in IMAGING
            if rule.timing is ImagingTiming.NOT_NOW and rule.rule_id not in UNKNOWN_YET
            for screened in (SCREENED, NONE_CODED, NONE_UNDERSTOOD, NONE_UNDERSTOOD_OPEN)
        ),
    ]
    checks = [LIMB, SOMETHING, *(AGAIN.format(flag=rule.label, day="2026-11-03") for rule in RED_FLAGS)]
    for text in fixed:
        for label in labels:
            for check in checks:
                told = text.format(flags=label, deficit=deficit, check=check, problem=RADICULAR, open=99)
                assert len(told) <= LONGEST_SUMMARY, told
                assert "\n" not in told


@pytest.mark.parametrize("length", [1, 138, 139, 140, 500])
def test_a_longer_label_of_another_language_is_cut_at_a_word(length: int) -> None:
    for text in ("x" * length, ("word " * length)[:length]):
        cut = fitting(text)
        assert len(cut) <= LONGEST_SUMMARY
        assert (cut == text) is (length <= LONGEST_SUMMARY)
        assert cut == text or cut.endswith(("word…", "x…"))


def test_the_summary_names_the_most_urgent_flag_and_counts_the_others() -> None:
    found = a_case(70, red_flags={"history_of_cancer": True, "urinary_retention": True})
    overriding = [flag for flag in found.assessment.red_flags.present if flag.overrides]
    said = card(found, PAGES)["summary"]
    assert said.startswith("Emergency: Urinary retention, and ")
    assert f"and {len(overriding) - 1} more." in said


SUMMARIES: dict[str, tuple[Case, str]] = {
    "early, nothing asked": (
        a_case(**EARLY),
        "Imaging is not indicated yet in the first six weeks. No red flag is coded in the chart; 16 not asked.",
    ),
    "early, all asked": (
        a_case(**SCREENED_EARLY),
        "Imaging is not indicated yet in the first six weeks. No red flag is on file.",
    ),
    "early, all asked, and entries that nobody knows": (
        a_case(chart=a_chart(unknown=3), **SCREENED_EARLY),
        "Imaging is not indicated yet in the first six weeks. No red flag among the entries understood.",
    ),
    "early, nothing asked, and entries that nobody knows": (
        a_case(chart=a_chart(unknown=3), **EARLY),
        "Imaging is not indicated yet in the first six weeks. No red flag among the entries understood; 16 not asked.",
    ),
    "an emergency of last time": (
        a_case(**ASKED["emergency of last time not asked again"][1]),
        "Urinary retention on 2026-11-01: ask today, before imaging is decided on.",
    ),
    "a cold leg": (
        a_case(**ASKED["cold leg"][1]),
        "Acute ischaemia of the limb is not excluded: check the limb today, before imaging is decided on.",
    ),
    "a severe deficit": (
        a_case(history={"symptom_duration_days": 10, "side": "right"}, examination={"strength": {"hip_flexion": 3}}),
        "Severe weakness (Hip flexion, right: MRC 3): imaging is indicated, urgently.",
    ),
    "a foot drop that nobody graded": (
        a_case(**ASKED["foot drop not graded"][1]),
        "A foot drop is not excluded (Ankle dorsiflexion: weak, not graded): imaging is indicated, urgently.",
    ),
    "a person who has died": (
        a_case(chart=a_chart(questions=(DEAD,)), **EARLY),
        "Not rated: the record says that this person has died.",
    ),
    "opened, leg pain": (
        a_case(chart=a_chart(radicular=True), order=None),
        "Leg pain from the back: no recent exam form is on file.",
    ),
    "opened, back pain": (a_case(order=None), "A problem of the lumbar spine: no recent exam form is on file."),
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_summary_says_what_it_rests_on(name: str) -> None:
    """Hazards H-02, H-29: that no flag is coded reads as if somebody had asked."""
    case, expected = SUMMARIES[name]
    assert card(case, PAGES)["summary"] == expected
