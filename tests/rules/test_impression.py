"""What is said of roots and look-alikes, and when nothing is: tables of cases, and what must hold for all of them."""

from dataclasses import replace
from itertools import cycle

import pytest

from features.anatomy import ROOTS
from features.encoding import FEATURES
from features.involvement import Outside
from service.assessment import Assessment
from service.rules.abstention import ABSTENTIONS, AbstentionRule
from service.rules.impression import SENTENCES, Impression, Sentence
from service.rules.impression.bottom_line import BOTTOM_LINE
from service.rules.look_alikes import LOOK_ALIKES, LookAlike
from service.rules.pointers import not_stated, of_other_leg, open_first, stated
from tests.builders import an_assessment, an_exam
from tests.rules.abstention_cases import ABSTAINED
from tests.rules.impression_cases import SAID
from tests.rules.impression_exams import none_of, of
from tests.rules.look_alike_cases import LOOK_ALIKE, hurts, leg
from tests.rules.red_flag_cases import CASES as FLAGGED
from tests.rules.red_flag_cases import Sections, weak
from tests.rules.test_management import ANYTHING
from tests.rules.test_red_flags import screened
from tests.rules.told import Told, ToldCases


def table(cases: dict[str, ToldCases]) -> list[object]:
    return [
        pytest.param(rule_id, told, wanted, id=f"{rule_id} {'shown' if wanted else 'hidden'}: {name}")
        for rule_id, each in cases.items()
        for wanted in (True, False)
        for name, told in (each.shown if wanted else each.hidden).items()
    ]


def impression_of(rule_id: str, answer: Assessment) -> tuple[str, ...]:
    """The sentences of the leg that the rule is about."""
    if not rule_id.startswith("IP-OTHER-LEG"):
        return answer.impression.rule_ids
    return answer.other_leg.impression.rule_ids if answer.other_leg else ()


@pytest.mark.parametrize(("rule_id", "told", "wanted"), table(SAID))
def test_each_sentence_on_its_cases(rule_id: str, told: Told, wanted: bool) -> None:
    assert (rule_id in impression_of(rule_id, told.answer)) is wanted


@pytest.mark.parametrize(("rule_id", "told", "wanted"), table(ABSTAINED))
def test_each_abstention_on_its_cases(rule_id: str, told: Told, wanted: bool) -> None:
    """Hazards H-07, H-13: a root is named of which nothing can be said."""
    answer = told.answer.classifier
    assert (rule_id in {each.rule_id for each in answer.abstentions}) is wanted
    assert answer.abstained is bool(answer.abstentions)
    assert not answer.abstained or answer.likely_roots == ()
    assert not answer.abstained or answer.prediction_set == ROOTS, "whoever says nothing rules nothing out"


@pytest.mark.parametrize(("cases", "rules"), [(SAID, SENTENCES), (ABSTAINED, ABSTENTIONS)], ids=["said", "abstained"])
def test_every_rule_has_cases_on_both_sides_and_one_that_was_not_assessed(
    cases: dict[str, ToldCases], rules: tuple[Sentence | AbstentionRule, ...]
) -> None:
    assert cases.keys() == {rule.rule_id for rule in rules}
    for rule_id, each in cases.items():
        assert each.shown, rule_id
        assert each.hidden, rule_id
        assert any(name.startswith("?") for name in (*each.shown, *each.hidden)), rule_id


def test_a_complete_screen_is_not_called_open() -> None:
    assert not [each for each in Told(sections=screened()).answer.impression.rule_ids if "OPEN-SCREEN" in each]


RAISED = [case for each in FLAGGED.values() for case in each.up.values()]


def test_an_abstention_hides_no_red_flag_and_no_plan() -> None:
    """Hazard H-11: the service falls silent on the roots, and on the emergency with them."""
    reasons = cycle((of({}, outside=(Outside.AGE,)), of({}, outside=(Outside.PATTERN,)), Told(roots=None)))
    for sections, silent in zip((*ANYTHING, *RAISED), reasons, strict=False):
        exam = an_exam(**sections)
        speaking, abstaining = an_assessment(exam), an_assessment(exam, classify=silent.classify)
        is_well_said(speaking.impression)
        is_well_said(abstaining.impression)
        assert abstaining.classifier.abstained
        assert abstaining.classifier.likely_roots == ()
        assert abstaining.impression.likely_levels == ()
        assert abstaining.red_flags == speaking.red_flags
        assert abstaining.management == speaking.management
        assert abstaining.urgency is speaking.urgency
        assert abstaining.questions == speaking.questions


def test_look_alikes_are_named_whatever_the_probabilities() -> None:
    """Hazard H-22: a confident root hides the sign of another disease."""
    everything = [case for each in LOOK_ALIKE.values() for case in (*each.shown.values(), *each.hidden.values())]
    for sections in everything:
        exam = an_exam(**sections)
        sure, unsure, mute = (told.classify for told in (of({}), none_of({}), replace(of({}), roots=None)))
        first, *others = (an_assessment(exam, classify=each).impression.consider for each in (sure, unsure, mute))
        assert all(other == first for other in others)


def test_every_look_alike_names_what_speaks_for_it_and_what_separates_it() -> None:
    for sections in [case for each in LOOK_ALIKE.values() for case in each.shown.values()]:
        exam = an_exam(**sections)
        for each in an_assessment(exam).impression.consider:
            assert each.because, each.rule_id
            assert len(set(each.because)) == len(each.because)
            assert all(stated(exam, pointer) for pointer in each.because)
            known = [stated(exam, pointer) for pointer in each.separated_by]
            assert known == sorted(known), "what was not yet assessed comes first"
            assert each.ask == each.separated_by[: known.count(False)], "what was done is not asked for again"


READ = {feature.pointer for feature in FEATURES}
KNOWN = {*READ, *of_other_leg(READ), "/other_leg"}


@pytest.mark.parametrize("rule", LOOK_ALIKES, ids=lambda rule: rule.rule_id)
def test_every_pointer_of_a_look_alike_leads_into_an_exam(rule: LookAlike) -> None:
    assert {*(sign.pointer for sign in rule.signs), *rule.separated_by} <= KNOWN


def test_what_is_asked_for_where_nothing_is_known_leads_into_an_exam() -> None:
    (nothing,) = an_assessment(an_exam()).classifier.abstentions
    assert nothing.ask
    assert set(nothing.ask) <= READ


@pytest.mark.parametrize(
    "sections",
    [
        pytest.param(
            {
                "age": 34,
                **hurts("low_back", "buttock", "lateral_leg", "dorsum_foot", worse_with_walking=True),
                "examination": {
                    "strength": {"great_toe_extension": 4, "ankle_dorsiflexion": 4.5, "hip_abduction": 5},
                    "sensation": {"dorsum_foot": "reduced"},
                    "straight_leg_raise": {"result": "positive", "angle_degrees": 45},
                },
            },
            id="L5",
        ),
        pytest.param(
            {
                "age": 41,
                **hurts("posterior_thigh", "posterior_calf", "sole", worse_with_sitting=True, worse_with_walking=True),
                "examination": {
                    "strength": {"plantar_flexion": 4},
                    "reflexes": {"achilles": "absent"},
                    "sensation": {"sole": "reduced", "lateral_foot": "reduced"},
                },
            },
            id="S1",
        ),
    ],
)
def test_plain_sciatica_of_the_young_has_no_look_alike(sections: Sections) -> None:
    """Hazard H-22: so many look-alikes are named that none is looked for."""
    assert an_assessment(an_exam(**sections)).impression.consider == ()


def is_well_said(seen: Impression) -> None:
    """Both registers say something, no place for a value is open, and there is one bottom line at most."""
    for text in (seen.text, seen.text_for_patient):
        assert text
        assert not {"{", "}"} & set(text)
        assert "  " not in text
    assert seen.citations
    assert len(set(seen.rule_ids)) == len(seen.rule_ids)
    bottom = {rule.rule_id for rule in BOTTOM_LINE} & set(seen.rule_ids)
    assert len(bottom) == 1 or (not bottom and "IP-LOOK-ALIKES-FIRST" in seen.rule_ids)


def test_every_case_is_said_in_both_registers() -> None:
    tables = (*SAID.values(), *ABSTAINED.values())
    for told in [each for cases in tables for each in (*cases.shown.values(), *cases.hidden.values())]:
        is_well_said(told.answer.impression)


@pytest.mark.parametrize(
    ("pointer", "wanted"),
    [
        ("/examination/strength/hip_flexion", True),
        ("/examination/strength/knee_extension", False),
        ("/examination/straight_leg_raise", False),
        ("/examination/slump", True),
        ("/examination/clonus", False),
        ("/history/pain_locations", True),
        ("/history/paresthesia_locations", False),
        ("/history/worse_with_sitting", True),
        ("/other_leg/strength/hip_flexion", False),
    ],
)
def test_what_was_stated(pointer: str, wanted: bool) -> None:
    signs = {"strength": {"hip_flexion": 5}, "slump": "negative", "straight_leg_raise": {"angle_degrees": 40}}
    exam = an_exam(history={"pain_locations": [], "worse_with_sitting": False}, examination=signs)
    assert stated(exam, pointer) is wanted


def test_a_pointer_that_leads_nowhere_is_a_fault() -> None:
    with pytest.raises(AttributeError):
        stated(an_exam(), "/examination/slmup")


def test_pointers_of_the_other_leg() -> None:
    named = ("/history/side", "/examination/slump", "/other_leg/clonus", "/patient/age_years")
    assert of_other_leg(named) == ("/other_leg/slump", "/examination/clonus", "/patient/age_years")
    assert open_first(an_exam(**leg(slump="negative")), ("/examination/slump", "/examination/clonus")) == (
        "/examination/clonus",
        "/examination/slump",
    )
    assert not_stated(an_exam(**weak()), ("/examination/strength/great_toe_extension",)) == ()
