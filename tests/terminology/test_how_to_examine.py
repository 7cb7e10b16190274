"""Every sign and red flag says how it is done and what is normal, briefly, and nothing that the contract does not."""

import re

import pytest

from features.anatomy import MYOTOMES, REFLEX_ARCS, STRENGTH_TESTS
from features.encoding import SLR_ANGLES
from service.rules.citations import citations
from service.rules.findings import RAPID_HOURS, RESIDUAL_ML
from service.terminology.exam_items import Kind, exam_items
from service.terminology.exam_texts import LEGS, question
from service.terminology.how_to_examine import HowTo, how_to, how_to_codes, how_to_sources

ITEMS = exam_items()
OWN_SOURCES = how_to_sources()
SIGNS = [code for code in ITEMS if code.startswith("examination.")]
FLAGS = [code for code in ITEMS if code.startswith("red_flags.")]
MOST_WORDS = 45
"""More is not read with a patient on the couch."""

ROOTS = {
    **{f"strength.{row.movement}": row.roots for row in MYOTOMES},
    **{row.name: (row.root,) for row in STRENGTH_TESTS},
    **{f"reflexes.{row.reflex}": row.roots for row in REFLEX_ARCS},
    "sensation.perianal": ("S3", "S5"),
}
"""The roots of a sign as the anatomy has them, the usual one first; perianal skin is S3 to S5."""


def told(code: str) -> HowTo:
    """How an item is done; every one asked for here has to have a text."""
    found = how_to(code)
    assert found is not None, f"{code} has no text"
    return found


def full_code(row: str) -> str:
    """The code under which a row is asked for."""
    return row if row.startswith("red_flags.") else f"examination.{row}"


ALL_TEXTS = {row: told(full_code(row)) for row in sorted(how_to_codes())}


@pytest.mark.parametrize("code", [*SIGNS, *FLAGS])
def test_every_sign_and_red_flag_says_how_and_what_is_normal(code: str) -> None:
    assert told(code).text
    assert told(code).normal


@pytest.mark.parametrize("row", ALL_TEXTS)
def test_no_text_is_left_over(row: str) -> None:
    assert question(full_code(row)), "there is such an item, or such a group"


@pytest.mark.parametrize("sign", [code.partition(".")[2] for code in SIGNS])
def test_both_legs_are_examined_alike(sign: str) -> None:
    assert len({told(f"{leg}.{sign}") for leg in LEGS}) == 1


@pytest.mark.parametrize("code", ["patient.age_years", "history.side", "treatment.pain_relief", "no.such", ""])
def test_what_explains_itself_has_no_text(code: str) -> None:
    assert how_to(code) is None


@pytest.mark.parametrize("row", ALL_TEXTS)
def test_a_text_is_short_and_of_whole_sentences(row: str) -> None:
    said = ALL_TEXTS[row]
    assert len(f"{said.text} {said.normal}".split()) <= MOST_WORDS
    for text in (said.text, said.normal):
        assert re.fullmatch(r"[A-Z0-9][^\n]*\.", text), "one line, from a capital to a full stop"
        assert "  " not in text
        assert "_" not in text, "a field name, not words"


@pytest.mark.parametrize("row", ALL_TEXTS)
def test_roots_named_are_those_of_the_anatomy(row: str) -> None:
    """In the order of the anatomy, which puts the usual root first; other texts name none."""
    said = ALL_TEXTS[row]
    assert re.findall(r"\b[LS][1-5]\b", f"{said.text} {said.normal}") == [str(each) for each in ROOTS.get(row, ())]


def test_every_sign_with_a_root_is_in_the_table() -> None:
    assert ROOTS.keys() <= ALL_TEXTS.keys()


@pytest.mark.parametrize("row", ALL_TEXTS)
def test_every_text_has_sources_that_are_known(row: str) -> None:
    assert ALL_TEXTS[row].sources
    assert set(ALL_TEXTS[row].sources) <= OWN_SOURCES.keys() | citations().keys()


def test_own_sources_are_all_used_and_none_is_stated_twice() -> None:
    used = {key for said in ALL_TEXTS.values() for key in said.sources}
    assert OWN_SOURCES.keys() <= used
    assert not OWN_SOURCES.keys() & citations().keys()


@pytest.mark.parametrize("key", OWN_SOURCES)
def test_a_source_is_dated_and_well_formed(key: str) -> None:
    source = OWN_SOURCES[key]
    assert re.fullmatch(r"[a-z]+\d{4}[a-z]*", key)
    assert str(source.year) in key
    assert all((source.title, source.authors, source.published_in))
    assert source.doi is None or re.fullmatch(r"10\.\d{4,}/\S+", source.doi)
    assert source.pmid is None or source.pmid.isdigit()
    assert source.url is None or source.url.startswith("https://")


@pytest.mark.parametrize("code", [code for code in SIGNS if ITEMS[code].choices == ("positive", "negative")])
def test_a_test_says_what_positive_means_and_nothing_of_any_other_word(code: str) -> None:
    """The same word means the same in the question and beside it."""
    assert told(code).text.count("Positive:") == 1


@pytest.mark.parametrize("name", ["heel_walk", "toe_walk", "single_leg_sit_to_stand"])
def test_a_functional_test_says_what_unable_means_and_when_it_is_untested(name: str) -> None:
    """Pain that stops a test is no weakness: not assessed is never abnormal either."""
    text = told(f"examination.{name}").text
    assert "Unable:" in text
    assert re.search(r"untested|not tested", text)


@pytest.mark.parametrize("code", [code for code in FLAGS if ITEMS[code].kind is Kind.BOOLEAN])
def test_a_red_flag_says_when_to_answer_yes_and_never_when_to_answer_no(code: str) -> None:
    """Hazard H-02: what raises a flag is said, and nothing talks it down."""
    text = told(code).text
    assert re.search(r"\byes\b", text, re.IGNORECASE)
    assert not re.search(r"\bNo:|answer (is )?no\b", text)


REPRODUCED = (
    "straight_leg_raise.result",
    "crossed_straight_leg_raise",
    "slump",
    "femoral_stretch",
    "crossed_femoral_stretch",
)


@pytest.mark.parametrize("sign", REPRODUCED)
def test_tension_is_positive_where_the_leg_pain_is_reproduced_as_the_question_says(sign: str) -> None:
    positive = told(f"examination.{sign}").text.partition("Positive:")[2]
    for said in (positive, question(f"examination.{sign}")):
        assert re.search(r"pain is reproduced|reproduces the pain", said)


@pytest.mark.parametrize("sign", ["straight_leg_raise.result", "straight_leg_raise.angle_degrees"])
def test_the_angles_that_support_root_tension_are_those_of_the_model(sign: str) -> None:
    low, high = SLR_ANGLES
    assert f"Only {low:g}\N{EN DASH}{high:g}° supports root tension." in told(f"examination.{sign}").text


@pytest.mark.parametrize(
    ("code", "figure"),
    [
        ("red_flags.post_void_residual_ml", f"From {RESIDUAL_ML:g} ml"),
        ("red_flags.motor_deterioration_hours", f"Under {RAPID_HOURS:g} hours"),
    ],
)
def test_a_threshold_is_that_of_the_rule(code: str, figure: str) -> None:
    assert figure in told(code).text
