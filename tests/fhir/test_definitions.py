"""Every definition is a resource that others can read, and names what it says it names."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from features.anatomy import ROOTS
from service.fhir.canonical import Resource
from service.fhir.capability import capability
from service.fhir.definitions import SEARCHED, SERVED
from service.fhir.device import devices, model_device
from service.fhir.questionnaire import ITEM_CONTROL
from service.models import NO_MODEL, Loaded, Models
from service.rules import RULESET_VERSION
from service.rules.rulebook import entries, retired
from service.settings import Auth, Settings
from service.terminology import systems
from service.terminology.code_groups import LUMBAR_IMAGING, LUMBAR_PROBLEMS, RED_FLAG_FINDINGS
from service.terminology.exam_form import answers_of
from service.terminology.exam_items import exam_items
from service.terminology.notices import NOTICES
from service.terminology.override_reasons import ALL_REASONS
from service.terminology.standard_codes import standard_codes
from service.terminology.systems import CONTENT_VERSION, CPT, NON_ADHERENCE
from tests.fhir.shapes import CODE, check, codings

LOADED: Loaded = Models(Settings()).current
EVERY = [
    *(resource for served in SERVED.values() for resource in served(LOADED)),
    capability("https://nerveroot.example/fhir", auth=Auth.JWT, cors=True),
]
BY_NAME = {f"{each['resourceType']}/{each['id']}": each for each in EVERY}
CODE_SYSTEMS = {each["url"]: each for each in EVERY if each["resourceType"] == "CodeSystem"}
VALUE_SETS = {each["id"]: each for each in EVERY if each["resourceType"] == "ValueSet"}
OURS = {url for url in vars(systems).values() if str(url).startswith("urn:nerveroot:fhir:CodeSystem:")}

CONTENT = {"1.0.0": "498dfcb74484e1405a2ee3c1fcc7f8e4655bcf24a1bcf823e85186b4c86069cc"}
"""The digest of questionnaire, code systems and value sets by CONTENT_VERSION."""


def concepts(of: list[Resource]) -> Iterator[Resource]:
    """Every concept, those within others too."""
    for each in of:
        yield each
        yield from concepts(each.get("concept", []))


def listed(value_set: Resource) -> list[tuple[str, str]]:
    """The codes of a value set."""
    return [(part["system"], each["code"]) for part in value_set["compose"]["include"] for each in part["concept"]]


@pytest.mark.parametrize("name", BY_NAME)
def test_it_is_valid_and_nothing_in_it_is_empty(name: str) -> None:
    check(BY_NAME[name])


@pytest.mark.parametrize("name", [name for name in BY_NAME if not name.startswith("Device/")])
def test_it_says_what_it_is(name: str) -> None:
    """The elements that FHIR R4 asks of shareable definitions, and the form of their names (invariant *-0)."""
    resource = BY_NAME[name]
    assert resource["url"].startswith(f"urn:nerveroot:fhir:{resource['resourceType']}:")
    assert re.fullmatch(r"[A-Z]([A-Za-z0-9_]){0,254}", resource["name"])
    assert resource["status"] == "active"
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", resource["date"])
    assert all(resource[part].strip() for part in ("version", "title", "publisher", "description"))


def test_no_two_have_the_same_name() -> None:
    for part in ("url", "name", "id"):
        said = Counter((each["resourceType"], each[part]) for each in EVERY if part in each)
        assert [name for name, times in said.items() if times > 1] == []


def test_every_code_system_of_ours_is_served() -> None:
    assert CODE_SYSTEMS.keys() == OURS
    assert len(OURS) == 6


@pytest.mark.parametrize("url", sorted(OURS))
def test_a_code_system_is_complete_and_its_codes_are_unique(url: str) -> None:
    system = CODE_SYSTEMS[url]
    found = list(concepts(system["concept"]))
    assert (system["content"], system["caseSensitive"], system["count"]) == ("complete", True, len(found))
    assert [code for code, times in Counter(each["code"] for each in found).items() if times > 1] == []
    assert all(CODE.fullmatch(each["code"]) and each["display"].strip() for each in found)
    assert ("hierarchyMeaning" in system) == any("concept" in each for each in found)


def test_the_code_systems_hold_what_the_service_says() -> None:
    codes = {url: {each["code"] for each in concepts(system["concept"])} for url, system in CODE_SYSTEMS.items()}
    assert {*exam_items()} < codes[systems.EXAM_ITEMS]
    assert codes[systems.EXAM_VALUES] == {code for item in exam_items().values() for code in answers_of(item)}
    assert codes[systems.NERVE_ROOTS] == {root.value for root in ROOTS}
    assert codes[systems.RULES] == {rule.rule_id for rule in entries()} | {rule.rule_id for rule in retired()}


def test_a_retired_rule_is_marked_and_one_in_force_is_not() -> None:
    system = CODE_SYSTEMS[systems.RULES]
    marked = {
        each["code"]
        for each in system["concept"]
        if each.get("property") == [{"code": "inactive", "valueBoolean": True}]
    }
    assert marked == {rule.rule_id for rule in retired()} != set()
    assert system["version"] == RULESET_VERSION


@pytest.mark.parametrize("name", VALUE_SETS)
def test_a_value_set_lists_codes_that_exist_with_the_display_they_have(name: str) -> None:
    own = {
        (url, each["code"]): each["display"]
        for url, system in CODE_SYSTEMS.items()
        for each in concepts(system["concept"])
    }
    seen = {key: code.display for key, code in standard_codes().items()}
    suggested = {(each.system, each.code): each.display for each in ALL_REASONS if each.system == NON_ADHERENCE}
    known = own | seen | suggested
    for part in VALUE_SETS[name]["compose"]["include"]:
        for each in part["concept"]:
            assert each.get("display") == known[part["system"], each["code"]]
            assert ("display" in each) == (part["system"] != CPT)
    assert len(set(listed(VALUE_SETS[name]))) == len(listed(VALUE_SETS[name]))


@pytest.mark.parametrize("name", VALUE_SETS)
def test_a_value_set_names_the_owners_of_its_codes(name: str) -> None:
    used = {system for system, _ in listed(VALUE_SETS[name])} & NOTICES.keys()
    for system in NOTICES:
        assert (NOTICES[system] in VALUE_SETS[name].get("copyright", "")) == (system in used)


@pytest.mark.parametrize("code", [code for code, item in exam_items().items() if answers_of(item)])
def test_what_can_be_answered_is_one_of_the_value_sets(code: str) -> None:
    answers = [(systems.EXAM_VALUES, each) for each in answers_of(exam_items()[code])]
    assert [name for name, each in VALUE_SETS.items() if listed(each) == answers]


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("lumbar-imaging-orders", [each for codes in LUMBAR_IMAGING.values() for each in codes]),
        ("lumbar-problems", [*LUMBAR_PROBLEMS]),
        ("red-flag-findings", [each for codes in RED_FLAG_FINDINGS.values() for each in codes]),
    ],
)
def test_the_sets_of_standard_codes_hold_all_that_are_known(name: str, codes: list[Any]) -> None:
    assert sorted(listed(VALUE_SETS[name])) == sorted((each.system, each.code) for each in codes)


@pytest.mark.parametrize("name", BY_NAME)
def test_no_code_of_others_is_used_that_was_not_seen(name: str) -> None:
    """Hazard H-15: a number from memory means something else."""
    foreign = {"http://unitsofmeasure.org", "http://terminology.hl7.org/CodeSystem/observation-category"}
    for place, coding in codings(BY_NAME[name]):
        if coding["system"] == ITEM_CONTROL:
            assert coding["code"] in ("radio-button", "check-box"), place
        elif coding["system"] not in OURS | foreign:
            known = standard_codes()[coding["system"], coding["code"]]
            assert coding.get("display") == known.display, place


@pytest.mark.parametrize("name", BY_NAME)
def test_codes_of_ours_exist_and_are_shown_as_their_system_shows_them(name: str) -> None:
    own = {(url, each["code"]): each for url, system in CODE_SYSTEMS.items() for each in concepts(system["concept"])}
    for place, coding in codings(BY_NAME[name]):
        if coding["system"] in OURS:
            assert coding["display"] == own[coding["system"], coding["code"]]["display"], place


def test_the_content_is_what_its_version_names() -> None:
    """Whoever has answered form 1.0.0 must find the questions of 1.0.0 under that version."""
    kept = [each for each in EVERY if each["resourceType"] in ("Questionnaire", "CodeSystem", "ValueSet")]
    text = json.dumps([each for each in kept if each["url"] != systems.RULES], sort_keys=True, ensure_ascii=False)
    assert hashlib.sha256(text.encode()).hexdigest() == CONTENT.get(CONTENT_VERSION), (
        "questionnaire, code systems or value sets have changed: raise CONTENT_VERSION in "
        "service/terminology/systems.py (and CONTENT_DATE), and put the new digest here"
    )


def test_the_devices_name_what_answers_with_its_version() -> None:
    model, rules = devices(LOADED)
    assert model["id"] == f"nerveroot-classifier-{LOADED.version}"
    assert rules["id"] == f"nerveroot-rules-{RULESET_VERSION}"
    said = {each["type"]["text"]: each["value"] for each in model["version"]}
    assert said["model"] == LOADED.provenance.model_version
    assert said["sha256 of the model file"] == LOADED.provenance.model_sha256
    assert {model["status"], rules["status"]} == {"active"}
    assert model["deviceName"][0]["type"] == "model-name"


def test_the_model_says_that_it_was_not_validated_on_patients() -> None:
    (model, _) = devices(LOADED)
    assert "not been validated on patients" in " ".join(each["text"] for each in model["note"])


def test_without_a_model_there_is_no_device_of_one() -> None:
    bare = replace(LOADED, provenance=replace(LOADED.provenance, model_version=NO_MODEL, model_sha256=None), card=None)
    (rules,) = devices(bare)
    assert rules["id"].startswith("nerveroot-rules-")
    check(rules)


def test_a_model_without_a_card_is_a_device_all_the_same() -> None:
    """A model that tests or a site put in the place of the released one."""
    made_by = replace(LOADED.provenance, model_sha256=None)
    cards: tuple[dict[str, Any] | None, ...] = (None, {}, {"created": None, "limits": []})
    for card in cards:
        device = model_device(made_by, card)
        assert device is not None
        check(device)


@pytest.mark.parametrize("auth", list(Auth))
@pytest.mark.parametrize("cors", [True, False])
def test_the_capability_statement_keeps_the_invariants(auth: Auth, cors: bool) -> None:
    """cpb-1, cpb-2, cpb-9, cpb-12, cpb-14 and cpb-15 of FHIR R4, which the library does not hold."""
    said = capability("https://nerveroot.example/fhir", auth=auth, cors=cors)
    check(said)
    assert (said["kind"], said["fhirVersion"]) == ("instance", "4.0.1")
    assert said["implementation"]["url"] == "https://nerveroot.example/fhir"
    (server,) = said["rest"]
    assert server["mode"] == "server"
    assert server["security"]["cors"] is cors
    kinds = [each["type"] for each in server["resource"]]
    assert len(set(kinds)) == len(kinds)
    for each in server["resource"]:
        names = [parameter["name"] for parameter in each.get("searchParam", [])]
        assert len(set(names)) == len(names)


def test_the_capability_statement_names_what_is_served_and_the_operation() -> None:
    (server,) = BY_NAME["CapabilityStatement/server"]["rest"]
    resources = {each["type"]: each for each in server["resource"]}
    assert resources.keys() == {*SERVED, "QuestionnaireResponse"}
    for kind, searched in SEARCHED.items():
        assert [each["code"] for each in resources[kind]["interaction"]] == ["read", "search-type"]
        assert {each["name"]: each["type"] for each in resources[kind]["searchParam"]} == {
            name: kind_of for name, (kind_of, _) in searched.items()
        }
    (operation,) = resources["QuestionnaireResponse"]["operation"]
    assert operation == {"name": "assess", "definition": BY_NAME["OperationDefinition/assess"]["url"]}
    assert "interaction" not in resources["QuestionnaireResponse"], "no answered form can be read or written"


def test_the_operation_takes_and_gives_what_is_agreed() -> None:
    operation = BY_NAME["OperationDefinition/assess"]
    taken = {each["name"]: (each["use"], each["min"], each["max"], each["type"]) for each in operation["parameter"]}
    assert taken == {
        "questionnaireResponse": ("in", 0, "1", "QuestionnaireResponse"),
        "bundle": ("in", 0, "1", "Bundle"),
        "previous": ("in", 0, "1", "QuestionnaireResponse"),
        "return": ("out", 1, "1", "Bundle"),
    }
    assert (operation["system"], operation["type"], operation["instance"]) == (False, True, False)
    assert operation["resource"] == ["QuestionnaireResponse"]
    assert operation["affectsState"] is True, "the answer is recorded, and later ones are compared with it"
