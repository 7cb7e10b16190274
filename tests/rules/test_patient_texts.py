"""What is said to the person can be read at the age of 12, holds no percentage and no jargon, and says what to do."""

import re
from collections.abc import Iterator

import pytest

from service.rules.recommendations import RECOMMENDATIONS
from service.rules.rulebook import english_texts
from tests.builders import an_assessment, an_exam
from tests.rules.readability import grade, sentences, syllables, words
from tests.rules.tables import WITH_CASES, cases_of

HIGHEST_GRADE = 7.0
"""Grade 7 of the American school is read at 12 to 13."""

LONGEST_SENTENCE = 20
"""Words; a convention of plain-language guides."""

FOR_PATIENT = "text_for_patient"
TEXTS = {
    rule_id: parts[FOR_PATIENT]
    for rule_id, parts in english_texts().items()
    if FOR_PATIENT in parts and not rule_id.startswith("TERM-")  # a term is no sentence; it is read in its place
}
JARGON = re.compile(
    r"radicul|nerve root|dermatom|myotom|deficit|\bMRC\b|contraindicat|anticoag|\bNSAIDs?\b|anti-inflammatory|"
    r"discectomy|decompress|cauda|sphincter|epidural|imaging|prognos|acute|chronic|neurolog|lumbar|stenosis|herniat|"
    r"paresthe|paraesthe|sensory|\bmotor\b|neuropath|claudicat|syndrome|conservative|analges|lesion|patholog|"
    r"foramin|paracentral|reflex|dorsiflex|extension|flexion|referred|bilateral|probabilit|likelihood|"
    r"paresis|infarct|haemorrh|hemorrh|malignan|metasta|abscess|\bCT\b|\bMRI\b",
    re.IGNORECASE,
)
PERCENT = re.compile(r"\d+\s*(%|per\s?cent)|percent", re.IGNORECASE)
FREQUENCY = re.compile(r"\d+ (in|of|out of) \d+")


def faults(text: str) -> Iterator[str]:
    """What makes a text hard, cold or wrong for the person, in words."""
    if (found := grade(text)) > HIGHEST_GRADE:
        yield f"grade {found:.1f}"
    yield from (
        f"{len(words(sentence))} words: {sentence}"
        for sentence in sentences(text)
        if len(words(sentence)) > LONGEST_SENTENCE
    )
    yield from (f"jargon: {match[0]}" for match in JARGON.finditer(text))
    yield from (f"percentage: {match[0]}" for match in PERCENT.finditer(text))


@pytest.mark.parametrize("rule_id", TEXTS)
def test_a_child_of_twelve_can_read_it(rule_id: str) -> None:
    """Hazard H-17: the person does not understand what to do."""
    text = re.sub(r"\{roots?\}", "L5", TEXTS[rule_id])
    assert list(faults(text)) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("You have a radicular deficit.", "jargon: radicul"),
        ("It helps 87 % of people.", "percentage: 87 %"),
        ("It helps 87 per cent of people.", "percentage: 87 per cent"),
        (f"We {'all ' * 19}go.", f"21 words: We {'all ' * 19}go."),
        ("Consider alternative anti-inflammatory medication.", "jargon: anti-inflammatory"),
    ],
)
def test_what_is_hard_to_read_is_found(text: str, fault: str) -> None:
    assert fault in list(faults(text))
    assert next(faults("Considerable deterioration necessitates re-evaluation.")).startswith("grade")


@pytest.mark.parametrize("rule_id", WITH_CASES)
def test_what_is_put_together_can_be_read_too(rule_id: str) -> None:
    for each in cases_of(rule_id):
        answer = an_assessment(each.exam, classify=each.classify)
        told = [answer.impression.text_for_patient]
        if answer.other_leg is not None:
            told.append(answer.other_leg.impression.text_for_patient)
        for text in told:
            assert text.endswith("."), (each.name, text)
            assert list(faults(text)) == [], (each.name, text)
            assert not FREQUENCY.search(text), (each.name, text)
        since = answer.comparison
        if since is not None:
            # The changes are a list after a colon, each read by itself.
            text = re.sub(r"[:;] ", ". ", since.text_for_patient)
            assert list(faults(text)) == [], (each.name, text)


def test_numbers_are_said_where_they_are_asked_for() -> None:
    exam = an_exam(examination={"strength": {"great_toe_extension": 4}})
    plain = an_assessment(exam).impression
    told = an_assessment(exam, with_numbers=True).impression
    assert not FREQUENCY.search(plain.text_for_patient)
    assert FREQUENCY.search(told.text_for_patient)
    assert list(faults(told.text_for_patient)) == []
    assert told.text == plain.text


def test_every_recommendation_is_in_both_registers() -> None:
    for advice in RECOMMENDATIONS:
        assert advice.text
        assert advice.text_for_patient
        assert advice.text_for_patient != advice.text


HOSPITAL_WORDS = ("hospital", "emergency department")


@pytest.mark.parametrize("rule_id", [advice.rule_id for advice in RECOMMENDATIONS if advice.urgency.value != "routine"])
def test_what_is_urgent_says_what_happens_next(rule_id: str) -> None:
    """Hazard H-17: the person is frightened, or told nothing, where something has to be done soon."""
    text = TEXTS[rule_id]
    assert any(word in text for word in (*HOSPITAL_WORDS, "scan", "surgeon", "today"))
    assert any(word in text for word in ("now", "today", "soon"))


@pytest.mark.parametrize(
    ("word", "count"),
    [  # as the Carnegie Mellon pronouncing dictionary has them
        *(("pain", 1), ("nerve", 1), ("helped", 1), ("called", 1), ("bones", 1), ("blood", 1), ("eyes", 1)),
        *(("closer", 2), ("answers", 2), ("bladder", 2), ("people", 2), ("needed", 2), ("trouble", 2), ("lying", 2)),
        *(("safely", 2), ("movement", 2), ("houses", 2), ("surgeon", 2), ("beyond", 2), ("handled", 2)),
        *(("hospital", 3), ("medicine", 3), ("serious", 3), ("earlier", 3), ("allergy", 3), ("equally", 3)),
        *(("operation", 4), ("emergency", 4), ("ibuprofen", 4), ("comfortable", 4), ("examination", 5)),
    ],
)
def test_syllables_are_counted_by_their_spelling(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_of_a_text_worked_out_by_hand() -> None:
    # 6 words, 1 sentence, 6 syllables: 0.39 x 6 + 11.8 x 1 - 15.59
    assert grade("The cat sat on the mat.") == pytest.approx(-1.45)
    # 8 words, 2 sentences, 11 syllables (go 1, to 1, hospital 3, today 2; do 1, not 1, drive 1, there 1)
    assert grade("Go to hospital today. Do not drive there.") == pytest.approx(0.39 * 8 / 2 + 11.8 * 11 / 8 - 15.59)
