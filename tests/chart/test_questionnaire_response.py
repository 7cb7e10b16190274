"""The strict reader of an answered form: what it takes, and every fault with its place."""

import copy
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.chart.questionnaire_response import ReadForm, read_response
from service.fhir.questionnaire import exam_questionnaire
from service.problems import Refusal
from service.terminology.exam_items import exam_items
from service.terminology.systems import CONTENT_VERSION, EXAM_VALUES, QUESTIONNAIRE, UCUM
from tests.builders import a_body
from tests.chart.charts import NOW
from tests.entrances.forms import answers, response, stated
from tests.entrances.patients import PATIENTS

Form = dict[str, Any]
PLACE = "/Parameters/parameter/0/resource"
BODY = a_body(
    44,
    patient={"sex": "female", "pregnant": False},
    history={"side": "left", "pain_locations": ["buttock", "great_toe"], "paresthesia_locations": []},
    examination={"strength": {"great_toe_extension": 4.5, "knee_extension": "weak"}, "slump": "positive"},
    red_flags={"fever": False, "post_void_residual_ml": 20},
)


def value(code: str) -> Form:
    """An answer of our values."""
    return {"valueCoding": {"system": EXAM_VALUES, "code": code}}


def one(link: str, *told: Any, **more: Any) -> Form:
    """A form with one item."""
    return {**response({}), "item": [{"linkId": link, "answer": list(told), **more}]}


def read(form: Any) -> ReadForm:
    """What it states, at noon."""
    return read_response(form, place=PLACE, now=NOW)


def faults(form: Any) -> list[str]:
    """The places of what is wrong with it, below its own."""
    with pytest.raises(Refusal) as refused:
        read(form)
    assert refused.value.problem.status == 422
    places = [each.pointer for each in refused.value.problem.errors]
    assert all(each.startswith(PLACE) for each in places)
    return [each.removeprefix(PLACE) for each in places]


def nested_form(body: Form) -> Form:
    """The answers in the groups of the questionnaire that is served, as a form filler sends them."""
    told = {item.code: answers(item, each) for item, each in stated(body)}

    def filled(items: list[Form]) -> list[Form]:
        found = []
        for each in items:
            inner = filled(each.get("item", []))
            if inner:
                found.append({"linkId": each["linkId"], "text": each["text"], "item": inner})
            elif each["linkId"] in told:
                found.append({"linkId": each["linkId"], "answer": told[each["linkId"]]})
        return found

    return {**response({}), "item": filled(exam_questionnaire()["item"])}


@pytest.mark.parametrize("body", [BODY, *PATIENTS.values()], ids=["a bit of all", *PATIENTS])
@pytest.mark.parametrize("made", [response, nested_form], ids=["flat", "nested"])
def test_a_form_states_the_exam_that_it_was_made_of(made: Callable[[Form], Form], body: Form) -> None:
    form = read(made(body))
    assert {item.code: each for item, each in stated(dict(form.body))} == {
        item.code: each for item, each in stated(body)
    }


def test_the_place_of_every_statement_is_known() -> None:
    form = nested_form(BODY)
    places = read(form).places
    assert places.keys() == {item.pointer for item, _ in stated(BODY)}
    for pointer, place in places.items():
        found: Any = form
        for step in place.removeprefix(PLACE).split("/")[1:]:
            found = found[int(step) if step.isdecimal() else step]
        assert exam_items()[found["linkId"]].pointer == pointer


def test_an_item_without_an_answer_was_not_assessed() -> None:
    form = {**response({}), "item": [{"linkId": "red_flags.fever"}, {"linkId": "history.side", "answer": []}]}
    assert read(form).body == {}
    assert read({name: each for name, each in response({}).items() if name != "item"}).body == {}


@pytest.mark.parametrize(
    ("link", "told", "stands"),
    [
        ("red_flags.fever", [{"valueBoolean": False}], False),
        ("history.side", [value("left")], "left"),
        ("history.pain_locations", [value("none")], []),
        ("history.pain_locations", [value("sole"), value("buttock")], ["sole", "buttock"]),
        ("history.pain_severity", [{"valueInteger": 6}], 6.0),
        ("history.pain_severity", [{"valueDecimal": 6.5}], 6.5),
        ("history.symptom_duration_days", [{"valueQuantity": {"value": 9, "system": UCUM, "code": "d"}}], 9.0),
        ("history.symptom_duration_days", [{"valueQuantity": {"value": 9}}], 9.0),
        ("examination.strength.knee_extension", [value("mrc-3.5")], 3.5),
        ("examination.strength.knee_extension", [value("weak")], "weak"),
        ("examination.strength.knee_extension", [{"valueDecimal": 4.5}], 4.5),
    ],
)
def test_what_is_taken(link: str, told: list[Form], stands: Any) -> None:
    body: Any = read(one(link, *told)).body
    for name in link.split("."):
        body = body[name]
    assert body == stands
    assert type(body) is type(stands)


NUMBER, YES, LIST, SIDE = "history.pain_severity", "red_flags.fever", "history.pain_locations", "history.side"
DAYS, GRADE = "history.symptom_duration_days", "examination.strength.knee_extension"


@pytest.mark.parametrize(
    ("link", "told"),
    [
        pytest.param(YES, [{"valueBoolean": True}, {"valueBoolean": False}], id="several answers to yes or no"),
        pytest.param(SIDE, [value("left"), value("right")], id="several answers where one is meant"),
        pytest.param(NUMBER, [{"valueDecimal": 1}, {"valueDecimal": 1}], id="the same number twice"),
        pytest.param(GRADE, [value("mrc-3"), {"valueDecimal": 3}], id="a grade in two ways"),
        pytest.param(LIST, [value("none"), value("sole")], id="none and another"),
        pytest.param(LIST, [value("sole"), value("sole")], id="one place twice"),
        pytest.param(LIST, [value("left")], id="the value of another item"),
        pytest.param(LIST, [value("sole"), {"valueString": "calf"}], id="a place in words"),
        pytest.param(SIDE, [value("none")], id="none where one is meant"),
        pytest.param(SIDE, [{"valueCoding": {"code": "left"}}], id="a code without a system"),
        pytest.param(SIDE, [{"valueCoding": {"system": "http://x", "code": "left"}}], id="a code of others"),
        pytest.param(SIDE, [{"valueCoding": {"system": EXAM_VALUES, "code": ["left"]}}], id="no code"),
        pytest.param(SIDE, [{"valueCoding": None}], id="null"),
        pytest.param(SIDE, [{"valueString": "left"}], id="a word"),
        pytest.param(SIDE, [{"valueCodeableConcept": {"coding": [value("left")["valueCoding"]]}}], id="a concept"),
        pytest.param(YES, [{"valueString": "true"}], id="a text for yes"),
        pytest.param(YES, [{"valueBoolean": 1}], id="a number for yes"),
        pytest.param(YES, [{"valueBoolean": True, "valueString": "x"}], id="two values in one answer"),
        pytest.param(YES, [{"valueBoolean": True, "valueInteger": 0}], id="yes and nought"),
        pytest.param(YES, [{}], id="an answer without a value"),
        pytest.param(YES, [{"dataAbsentReason": {"text": "x"}}], id="an answer that says why there is none"),
        pytest.param(NUMBER, [{"valueDecimal": "6"}], id="a number in quotes"),
        pytest.param(NUMBER, [{"valueDecimal": True}], id="true for a number"),
        pytest.param(NUMBER, [{"valueDecimal": float("inf")}], id="infinity"),
        pytest.param(NUMBER, [{"valueDecimal": float("-inf")}], id="minus infinity"),
        pytest.param(NUMBER, [{"valueDecimal": float("nan")}], id="not a number"),
        pytest.param(NUMBER, [{"valueInteger": 10**400}], id="a number of 400 digits"),
        pytest.param(NUMBER, [{"valueQuantity": {"value": 6, "system": UCUM, "code": "d"}}], id="a rating in days"),
        pytest.param(DAYS, [{"valueQuantity": {"value": 6, "system": UCUM, "code": "wk"}}], id="weeks for days"),
        pytest.param(DAYS, [{"valueQuantity": {"value": 6, "unit": "weeks"}}], id="weeks in words"),
        pytest.param(DAYS, [{"valueQuantity": {"value": 6, "system": "http://x", "code": "d"}}], id="units of others"),
        pytest.param(DAYS, [{"valueQuantity": {"value": 6, "code": "d", "comparator": "<"}}], id="less than"),
        pytest.param(DAYS, [{"valueQuantity": 6}], id="a quantity that is none"),
        pytest.param(DAYS, [{"valueQuantity": {}}], id="an empty quantity"),
        pytest.param(GRADE, [value("mrc-3.7")], id="a grade that there is not"),
        pytest.param(GRADE, [value("3.5")], id="a grade without its prefix"),
        pytest.param(GRADE, [{"valueString": "weak"}], id="a grade in words"),
    ],
)
def test_an_answer_that_is_none_is_refused_at_its_item(link: str, told: list[Form]) -> None:
    assert faults(one(link, *told)) == ["/item/0"]


@pytest.mark.parametrize(
    ("items", "places"),
    [
        pytest.param([{"linkId": "history.mood"}], ["/item/0/linkId"], id="an item of others"),
        pytest.param([{"linkId": ["red_flags.fever"]}], ["/item/0"], id="a linkId that is none"),
        pytest.param([{"text": "Fever"}], ["/item/0"], id="no linkId"),
        pytest.param([None], ["/item/0"], id="null"),
        pytest.param(None, ["/item"], id="no items but null"),
        pytest.param({"linkId": YES}, ["/item"], id="one item for a list"),
        pytest.param([{"linkId": YES, "answer": {"valueBoolean": True}}], ["/item/0/answer"], id="an answer, no list"),
        pytest.param([{"linkId": YES, "answer": None}], ["/item/0/answer"], id="null for answers"),
        pytest.param([{"linkId": YES, "answer": [None]}], ["/item/0/answer"], id="null for an answer"),
        pytest.param([{"linkId": YES, "answer": [{"valueBoolean": True}], "item": []}], ["/item/0"], id="qrs-1"),
        pytest.param([{"linkId": "red_flags", "answer": [], "item": []}], ["/item/0"], id="qrs-1 of a group"),
        pytest.param(
            [
                {
                    "linkId": SIDE,
                    "answer": [{**value("left"), "item": [{"linkId": YES, "answer": [{}]}]}],
                }
            ],
            ["/item/0/answer/0/item/0"],
            id="below an answer",
        ),
        pytest.param(
            [{"linkId": "red_flags", "answer": [{"valueBoolean": True}]}], ["/item/0/answer"], id="an answer to a group"
        ),
        pytest.param(
            [{"linkId": YES, "item": [{"linkId": SIDE, "answer": [value("left")]}]}],
            ["/item/0/item"],
            id="items below a question",
        ),
        pytest.param(
            [{"linkId": YES, "answer": [{"valueBoolean": True}]}, {"linkId": YES, "answer": [{"valueBoolean": True}]}],
            ["/item/1"],
            id="the same twice",
        ),
        pytest.param(
            [
                {"linkId": "red_flags", "item": [{"linkId": YES, "answer": [{"valueBoolean": True}]}]},
                {"linkId": YES, "answer": [{"valueBoolean": False}]},
            ],
            ["/item/1"],
            id="in its group and out of it",
        ),
    ],
)
def test_items_that_are_none_are_refused_at_their_place(items: Any, places: list[str]) -> None:
    assert faults({**response({}), "item": items}) == places


def test_groups_in_groups_without_end_are_refused() -> None:
    items: list[Form] = [{"linkId": YES, "answer": [{"valueBoolean": True}]}]
    for _ in range(50):
        items = [{"linkId": "red_flags", "item": items}]
    (place,) = faults({**response({}), "item": items})
    assert place.count("/item") == 12


def test_an_answer_may_have_an_extension_beside_its_value() -> None:
    told = {"valueBoolean": True, "extension": [{"url": "http://x"}], "_valueBoolean": {"id": "a"}}
    assert read(one(YES, told)).body == {"red_flags": {"fever": True}}


@pytest.mark.parametrize("status", ["completed", "amended", "in-progress"])
def test_a_status_that_counts(status: str) -> None:
    assert read({**response(BODY), "status": status}).body


@pytest.mark.parametrize("status", ["entered-in-error", "stopped", "done", "", None, [], ["completed"], {}, 7])
def test_a_status_that_does_not_count(status: Any) -> None:
    assert faults({**response(BODY), "status": status}) == ["/status"]


@pytest.mark.parametrize("canonical", [None, QUESTIONNAIRE, f"{QUESTIONNAIRE}|{CONTENT_VERSION}"])
def test_a_questionnaire_that_is_ours(canonical: Any) -> None:
    assert read({**response(BODY), "questionnaire": canonical}).body


@pytest.mark.parametrize(
    "canonical", [f"{QUESTIONNAIRE}|0.0.1", f"{QUESTIONNAIRE}|", "http://x/Questionnaire/exam", "", [QUESTIONNAIRE], {}]
)
def test_a_questionnaire_of_another_version_is_not_guessed_at(canonical: Any) -> None:
    assert faults({**response(BODY), "questionnaire": canonical}) == ["/questionnaire"]


@pytest.mark.parametrize("form", [None, [], "x", 7, {}, {"resourceType": "Observation"}, {"resourceType": []}])
def test_what_is_no_form_is_refused(form: Any) -> None:
    assert faults(form) == [""]


@pytest.mark.parametrize(
    ("authored", "meant"),
    [
        ("2026-11-22T10:00:00Z", datetime(2026, 11, 22, 10, tzinfo=UTC)),
        ("2026-11-22T10:00:00.123+01:00", datetime(2026, 11, 22, 9, 0, 0, 123000, tzinfo=UTC)),
        ("2026-11-22", datetime(2026, 11, 22, tzinfo=UTC)),
        ("2026-11-23", datetime(2026, 11, 23, tzinfo=UTC)),
        # Already tomorrow in the east, where the form was filled in.
        ("2026-11-24", NOW),
        # The contract says what is too early or in the future; here it is only read.
        ("2026-12-24", datetime(2026, 12, 24, tzinfo=UTC)),
        ("1899-12-31T23:59:59Z", datetime(1899, 12, 31, 23, 59, 59, tzinfo=UTC)),
        (None, None),
    ],
)
def test_when_it_was_filled_in(authored: str | None, meant: datetime | None) -> None:
    assert read({**response(BODY), "authored": authored}).authored == meant


@pytest.mark.parametrize(
    "authored",
    ["2026-11-22T10:00:00", "2026-11-22 10:00:00+00:00", "2026-11", "2026", "0000-01-01", "2026-02-30", "x", "", 7, []],
)
def test_a_time_that_cannot_be_read(authored: Any) -> None:
    assert faults({**response(BODY), "authored": authored}) == ["/authored"]


@pytest.mark.parametrize(
    ("subject", "reference"),
    [
        ({"reference": "Patient/p1", "display": "Somebody"}, "Patient/p1"),
        ({"reference": " "}, None),
        ({"reference": 7}, None),
        ({"identifier": {"value": "7"}}, None),
        ("Patient/p1", None),
        (None, None),
    ],
)
def test_of_whom_it_is(subject: Any, reference: str | None) -> None:
    assert read({**response(BODY), "subject": subject}).subject == reference


def test_every_fault_is_told_at_once() -> None:
    form = nested_form(BODY)
    form |= {"status": "stopped", "questionnaire": "x", "authored": "yesterday"}
    form["item"].append({"linkId": "mood"})
    form["item"][0]["item"][0]["answer"] = [{"valueString": "44"}]
    assert set(faults(form)) == {"/status", "/questionnaire", "/authored", "/item/0/item/0", "/item/4/linkId"}


def test_no_fault_repeats_what_was_sent() -> None:
    private = "Mrs Example of Elm Street"
    form = one(SIDE, {"valueString": private}) | {"status": private, "questionnaire": private, "authored": private}
    form["item"] += [{"linkId": private}, {"linkId": YES, "answer": private}]
    with pytest.raises(Refusal) as refused:
        read(form)
    assert len(refused.value.problem.errors) == 6
    assert private not in repr(refused.value.problem)


def test_no_more_than_a_hundred_faults_are_named() -> None:
    assert len(faults({**response({}), "item": [{"linkId": "mood"}] * 500})) == 100


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.sampled_from([YES, "red_flags"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["item", "answer", "linkId", "valueCoding", "valueBoolean", "code", "value"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=10,
)


def refusal(form: Any) -> list[str] | None:
    """The places of what is wrong with it, if anything is."""
    try:
        read(form)
    except Refusal as found:
        return [each.pointer for each in found.problem.errors]
    return None


FIELDS = ("status", "questionnaire", "authored", "subject", "item", "id", "resourceType")


@settings(max_examples=150, derandomize=True, database=None, deadline=None)
@given(changes=st.dictionaries(st.sampled_from(FIELDS), ANYTHING, min_size=1, max_size=3), link=ANYTHING, told=ANYTHING)
def test_whatever_it_holds_it_is_read_or_refused_with_its_place(changes: Form, link: Any, told: Any) -> None:
    whole = copy.deepcopy(nested_form(BODY))
    inner = copy.deepcopy(whole)
    inner["item"][0]["item"][0] = {"linkId": link, "answer": told}
    for form in ({**whole, **changes}, inner):
        told = refusal(form)
        assert told is None or all(each.startswith(PLACE) for each in told)


def test_what_stands_below_an_answer_counts_too() -> None:
    """Hazard H-28: R4 lets items stand there, and a red flag among them is lost."""
    form = one(SIDE, {**value("left"), "item": [{"linkId": YES, "answer": [{"valueBoolean": True}]}]})
    found = read(form)
    assert found.places[exam_items()[YES].pointer] == f"{PLACE}/item/0/answer/0/item/0"
    assert found.body["history"]["side"] == "left"
    assert found.body["red_flags"] == {YES.removeprefix("red_flags."): True}


@pytest.mark.parametrize("modifier", [{"modifierExtension": [{"url": "urn:x"}]}, {"implicitRules": "urn:x"}], ids=str)
def test_what_may_mean_something_else_is_refused_at_its_place(modifier: Form) -> None:
    """Hazard H-28: an answer is modified, and read as if it were not (FHIR R4, extensibility.html)."""
    form = {**response({}), "item": [{"linkId": "history", "item": [{"linkId": SIDE, "answer": [value("left")]}]}]}
    assert faults({**form, **modifier}) == [""]
    for place, inner in (
        ("/item/0", form["item"][0]),
        ("/item/0/item/0", form["item"][0]["item"][0]),
        ("/item/0/item/0/answer/0", form["item"][0]["item"][0]["answer"][0]),
    ):
        inner |= modifier
        assert faults(form) == [place]
        for name in modifier:
            del inner[name]


@pytest.mark.parametrize(
    ("told", "takes"),
    [
        ({"valueDecimal": 44}, True),
        ({"valueQuantity": {"value": 44, "unit": "years"}}, True),
        ({"valueQuantity": {"value": 44, "unit": "Years", "system": UCUM}}, True),
        ({"valueQuantity": {"value": 44, "unit": "anything", "code": "a"}}, True),
        ({"valueQuantity": {"value": 44, "unit": "years", "code": "mo"}}, False),
        ({"valueQuantity": {"value": 44, "unit": "months"}}, False),
        ({"valueQuantity": {"value": 44, "unit": 7}}, False),
        ({"valueQuantity": {"value": 44, "unit": []}}, False),
        ({"valueQuantity": {"value": 44}, "valueDecimal": 44}, False),
    ],
)
def test_an_age_is_in_years(told: Form, takes: bool) -> None:
    form = one("patient.age_years", told)
    if takes:
        assert read(form).body == {"patient": {"age_years": 44}}
    else:
        assert faults(form) == ["/item/0"]


def test_what_a_number_has_to_be_is_told_in_words_that_can_be_read() -> None:
    with pytest.raises(Refusal) as refused:
        read(one("patient.age_years", {"valueString": "44"}))
    (fault,) = refused.value.problem.errors
    assert fault.detail == "must be one number, as a valueQuantity one with the UCUM code `a`."
