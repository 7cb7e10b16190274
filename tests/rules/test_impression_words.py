"""What the impression says in words: what comes first, what separates two causes, which disc, how likely."""

from dataclasses import replace

import pytest

from features.anatomy import DISC_LEVELS, ROOTS
from service.rules.impression import SENTENCES
from tests.builders import an_assessment, an_exam
from tests.rules.impression_exams import NONE, SOLE, ZOSTER, none_of, of, other_leg
from tests.rules.look_alike_cases import foot_drop, hurts
from tests.rules.red_flag_cases import weak
from tests.rules.sections import CAUDA
from tests.rules.told import L4, S1


def test_where_the_findings_point_away_the_look_alikes_come_first() -> None:
    seen = none_of(ZOSTER).answer.impression
    assert seen.text.startswith("None of L4, L5 and S1 is likely")
    assert "Consider instead: herpes zoster." in seen.text
    assert "shingles" in seen.text_for_patient
    called = of(ZOSTER).answer.impression
    assert called.text.startswith("On what was stated the likeliest is L5 (80 %)")
    assert "Consider as well: herpes zoster." in called.text


def test_a_foot_drop_that_spares_the_hip_is_held_up_against_the_peroneal_nerve() -> None:
    (peroneal,) = an_assessment(an_exam(**foot_drop(inversion=5))).impression.consider
    assert peroneal.rule_id == "LA-PERONEAL"
    assert peroneal.because == ("/examination/strength/ankle_dorsiflexion", "/examination/strength/ankle_inversion")
    assert peroneal.separated_by[0] == "/examination/strength/hip_abduction"
    assert "jeon2013" in peroneal.citations


@pytest.mark.parametrize("root", ROOTS)
def test_the_discs_in_words_are_those_of_the_anatomy(root: str) -> None:
    (rule,) = (each for each in SENTENCES if each.rule_id == f"IP-DISC-{root}")
    levels = [level for level in DISC_LEVELS if level.root == root]
    assert rule.text
    assert rule.text.count("(") == len(levels)
    for level in levels:
        assert f"{level.disc} ({level.mechanism})" in rule.text
        assert set(level.sources) <= set(rule.citations)


def test_the_bottom_line_is_one_and_the_person_hears_of_the_emergency_alone() -> None:
    told = of({**CAUDA, **weak(4)})
    assert told.answer.impression.text.startswith("Emergency first: Urinary retention. Which root it is can wait.")
    assert told.answer.impression.text_for_patient.startswith("You need to go to hospital now.")
    assert "L5" not in told.answer.impression.text_for_patient


@pytest.mark.parametrize(
    ("probability", "words"),
    [(0.96, "more than 9 in 10"), (0.9, "about 9 in 10"), (0.62, "about 6 in 10"), (0.5, "about 5 in 10")],
)
def test_numbers_are_told_to_who_asks_for_them(probability: float, words: str) -> None:
    told = of(SOLE, (0.1, probability, 0.1), 0.01)
    assert "in 10" not in told.answer.impression.text_for_patient
    asked = replace(told, with_numbers=True).answer.impression
    assert words in asked.text_for_patient
    assert "%" not in asked.text_for_patient
    assert asked.text == told.answer.impression.text


@pytest.mark.parametrize(
    ("probability", "shown"), [(0.9999, "over 90 %"), (0.901, "over 90 %"), (0.9, "90 %"), (0.8, "80 %")]
)
def test_nothing_is_called_certain(probability: float, shown: str) -> None:
    assert f"L5 ({shown})" in of(SOLE, (0.1, probability, 0.1), 0.0).answer.impression.text


def test_no_disc_is_named_while_the_root_is_open_or_an_emergency_presses() -> None:
    assert of(SOLE, (0.1, 0.49, 0.4), 0.49).answer.impression.likely_levels == ()
    assert of(SOLE).answer.impression.likely_levels
    told = other_leg({"strength": {"plantar_flexion": 4}}, S1, 0.1)
    both = (told, replace(told, sections={**told.sections, **CAUDA}))
    calm, pressing = (each.answer.other_leg for each in both)
    assert calm is not None
    assert pressing is not None
    assert "IP-DISC-S1" in calm.impression.rule_ids
    assert not [rule_id for rule_id in pressing.impression.rule_ids if rule_id.startswith("IP-DISC")]
    assert calm.impression.text_for_patient.startswith("Now your other leg.")
    assert pressing.impression.text_for_patient.startswith("You need to go to hospital now.")


def test_a_deficit_comes_before_a_look_alike_that_does_not_bring_it() -> None:
    """Hazard H-22: a foot drop is put down to the hip."""
    text = none_of({**hurts("groin"), **weak(4, "ankle_dorsiflexion")}).answer.impression.text
    assert text.startswith("A deficit is not explained: ankle dorsiflexion.")
    assert "Consider as well: hip joint disease." in text
    assert "instead" not in text


def test_what_does_not_fit_is_said_once() -> None:
    signs = {"examination": {"reflexes": {"achilles": "absent"}}}
    text = of({**hurts("posterior_thigh"), **signs}).answer.impression.text
    assert text.count("What does not fit") == 1
    assert "Achilles reflex (usually S1); and the pain stays above the knee." in text


def test_what_does_not_fit_is_said_by_name() -> None:
    signs = {"strength": {"great_toe_extension": 4}, "reflexes": {"achilles": "absent"}}
    text = of({"examination": signs}, (0.05, 0.8, 0.3)).answer.impression.text
    assert "Motor findings alone point to L5: great toe extension." in text
    assert "What does not fit: Achilles reflex (usually S1)." in text
    assert "Not ruled out: S1." in text


def test_the_other_leg_has_an_impression_of_its_own() -> None:
    told = other_leg({"strength": {"plantar_flexion": 4}}, S1, 0.1)
    seen = told.answer.other_leg
    assert seen is not None
    assert seen.impression.text.startswith("The other leg, by its own signs: The findings fit involvement of S1")
    assert "IP-OPEN-SCREEN" not in seen.impression.rule_ids
    contradiction = {"heel_walk": "able", "strength": {"ankle_dorsiflexion": 1}}
    silent = other_leg(contradiction, L4, 0.1).answer.other_leg
    assert silent is not None
    assert [each.ask for each in silent.classifier.abstentions] == [
        ("/other_leg/heel_walk", "/other_leg/strength/ankle_dorsiflexion")
    ]
    tinel = other_leg({"fibular_head_tinel": "positive"}, NONE).answer.other_leg
    assert tinel is not None
    assert [each.because for each in tinel.impression.consider] == [("/other_leg/fibular_head_tinel",)]
