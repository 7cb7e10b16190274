"""What every answer keeps, whatever was asked: sources, pointers, its form, and what it never says."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st
from pydantic import TypeAdapter

from service.assessment import Assessment
from service.intake import EXAM
from service.rules.citations import citations
from service.rules.guideline import Policy
from service.rules.wording import Wording
from service.sequence import assess
from tests.builders import NOON, PROVENANCE, SETS, Body, an_assessment, an_exam, classifier_of
from tests.properties.strategies import bodies, holds, read

ANSWER = TypeAdapter(Assessment)
SCHEMA: dict[str, Any] = EXAM.json_schema()
POLICIES = st.sampled_from(Policy)
OPEN, CLOSE = "\u27e6", "\u27e7"


def _variants(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The object schemas that one schema stands for."""
    if "$ref" in schema:
        yield from _variants(SCHEMA["$defs"][schema["$ref"].rsplit("/", 1)[-1]])
    for choice in schema.get("anyOf", ()):
        yield from _variants(choice)
    yield schema


def in_contract(pointer: str) -> bool:
    """Whether the body of a request may hold something at `pointer`."""
    schemas = list(_variants(SCHEMA))
    for step in pointer.split("/")[1:]:
        inner = [schema["properties"][step] for schema in schemas if step in schema.get("properties", {})]
        inner += [
            schema["additionalProperties"]
            for schema in schemas
            if step in schema.get("propertyNames", {}).get("enum", ())
        ]
        schemas = [variant for schema in inner for variant in _variants(schema)]
    return pointer.startswith("/") and bool(schemas)


def at(body: Body, pointer: str) -> Any:
    """What the body states at `pointer`, or None."""
    place: Any = body
    for step in pointer.split("/")[1:]:
        place = place.get(step) if isinstance(place, dict) else None
    return place


def named(answer: Any, *names: str) -> Iterator[list[str]]:
    """Every list that stands under one of `names`, anywhere in the answer."""
    if isinstance(answer, dict):
        for name, inner in answer.items():
            if name in names and isinstance(inner, list):
                yield inner
            yield from named(inner, *names)
    elif isinstance(answer, list):
        for inner in answer:
            yield from named(inner, *names)


class Bracketed(Mapping[str, str]):
    """A catalogue of a language in which every text is the English between brackets."""

    def __getitem__(self, key: str) -> str:
        raise KeyError(key)

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 1  # an empty catalogue is passed over: no rule would be said in brackets

    def get(self, key: str, default: Any = None) -> Any:
        """Whatever the key, the default between brackets."""
        return f"{OPEN}{default}{CLOSE}"


def test_the_vocabulary_tells_what_is_in_the_contract() -> None:
    assert in_contract("/examination/strength/great_toe_extension")
    assert in_contract("/other_leg/sensation/perianal")
    assert in_contract("/previous_examination/red_flags/fever")
    assert not in_contract("/examination/strength/great_toe")
    assert not in_contract("/red_flags/fever/now")
    assert not in_contract("examination")


@holds(body=bodies(), policy=POLICIES)
def test_every_pointer_leads_into_the_contract(body: Body, policy: Policy) -> None:
    """Hazard H-15: an answer sends the reader to a statement that does not exist, or was never made."""
    answer = an_assessment(read(body), policy=policy)
    shown = ANSWER.dump_python(answer, mode="json")
    for pointers in named(shown, "because", "ask", "separated_by"):
        for pointer in pointers:
            assert in_contract(pointer), pointer
    for flag in answer.red_flags.present:
        assert flag.because, flag.rule_id
        for pointer in flag.because:
            received = pointer == "/examined_at"
            assert received or at(body, pointer) is not None, f"{flag.rule_id} rests on {pointer}, never stated"
    for unasked in answer.red_flags.not_assessed:
        for pointer in unasked.ask:
            assert at(body, pointer) is None, f"{unasked.rule_id} asks for {pointer}, which is stated"


@holds(body=bodies(), policy=POLICIES)
def test_every_source_that_is_named_stands_in_the_answer(body: Body, policy: Policy) -> None:
    """Hazard H-07: a statement without its source is believed because a machine makes it."""
    shown = ANSWER.dump_python(an_assessment(read(body), policy=policy), mode="json")
    used = {key for keys in named(shown, "citations", "sources") for key in keys}
    assert used <= shown["citations"].keys() <= citations().keys()
    for part in ("imaging", "surgery", "follow_up"):
        assert shown["management"][part]["citations"], part
    assert all(each["citations"] for each in (*shown["management"]["recommendations"], *shown["red_flags"]["present"]))


@holds(body=bodies(), policy=POLICIES)
def test_an_answer_survives_json(body: Body, policy: Policy) -> None:
    """Hazard H-09: what the app reads is not what was decided."""
    answer = an_assessment(read(body), policy=policy)
    written = ANSWER.dump_json(answer)
    assert ANSWER.validate_json(written) == answer
    assert "NaN" not in written.decode()


@holds(body=bodies(), policy=POLICIES)
def test_the_same_exam_gets_the_same_answer_whatever_the_order_of_its_fields(body: Body, policy: Policy) -> None:
    """Hazard H-09: two clinicians see two answers to one examination."""
    turned = json.loads(json.dumps(body), object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    first, second = (ANSWER.dump_python(an_assessment(read(each), policy=policy)) for each in (body, turned))
    assert first == second


def test_the_order_in_which_movements_are_sent_changes_no_question() -> None:
    """Hazard H-09: two apps that send one examination get two answers."""
    movements = ("hip_flexion", "hip_adduction")
    asked = [
        an_assessment(an_exam(examination={"strength": dict.fromkeys(order, "weak")})).questions
        for order in (movements, movements[::-1])
    ]
    assert asked[0] == asked[1]


@holds(body=bodies(), policy=POLICIES)
def test_the_language_changes_words_and_nothing_else(body: Body, policy: Policy) -> None:
    """Hazards H-12, H-19: a translation, or one that lacks a text, changes a decision."""
    exam = read(body)

    def answered(wording: Wording) -> Any:
        answer = assess(
            exam,
            classify=classifier_of(),
            sets=SETS,
            policy=policy,
            provenance=PROVENANCE,
            identifier="00000000-0000-7000-8000-000000000000",
            at=NOON,
            wording=wording,
        )
        return ANSWER.dump_json(answer).decode()

    translated = answered(Wording(language="x-brackets", texts=Bracketed()))
    shown = ANSWER.validate_json(translated)
    texts = (shown.disclaimer, shown.impression.text, shown.management.imaging.because)
    assert all(text.startswith(OPEN) for text in texts)
    assert re.sub(f"[{OPEN}{CLOSE}]", "", translated) == answered(Wording(language="en"))


@holds(body=bodies(), policy=POLICIES)
def test_an_incomplete_screen_is_never_called_complete_in_words(body: Body, policy: Policy) -> None:
    """Hazards H-02, H-17: a person whose warning signs were not all asked is told, in words, that there are none."""
    answer = an_assessment(read(body), policy=policy)
    notes = {note.rule_id for note in answer.caveats}
    assert ("CA-UNSCREENED" in notes) is not answer.red_flags.screen_complete
    texts = [answer.impression.text, answer.impression.text_for_patient]
    texts += [text for each in answer.management.recommendations for text in (each.text, each.text_for_patient)]
    reassuring = re.compile(r"no (red flag|warning sign)s?\b|nothing serious is|not dangerous|harmless", re.IGNORECASE)
    assert not [text for text in texts if reassuring.search(text)]
