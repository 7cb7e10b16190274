"""Which orders a call asks about: lumbar imaging, by code or else by words, and only what is selected or signed."""

from typing import Any

import pytest

from service.cds.orders import MOST_ORDERS, Imaging, Order, imaging_orders
from service.cds.request import read_request
from service.problems import Refusal
from service.terminology.code_groups import LUMBAR_IMAGING
from service.terminology.standard_codes import standard_codes
from tests.cds.fhir_data import (
    CERVICAL_MRI,
    HEAD_CT,
    LUMBAR_CT,
    LUMBAR_MRI,
    LUMBAR_MRI_CPT,
    LUMBAR_MRI_SNOMED,
    LUMBAR_RADIOGRAPH,
    SCIATICA,
    Resource,
    as_bytes,
    coded,
    drafts,
    order,
    order_select,
    order_sign,
    patient_view,
)


def asked(said: Resource) -> tuple[Order, ...]:
    """The orders that a call is about."""
    return imaging_orders(read_request(as_bytes(said), {said["hook"]}))


def imaging(code: Any, **more: Any) -> str | None:
    """How an order with that code images the lumbar spine."""
    found = asked(order_sign(order(code, **more)))
    return found[0].modality if found else None


@pytest.mark.parametrize(
    ("modality", "row"),
    [(modality, row) for modality, rows in LUMBAR_IMAGING.items() for row in rows],
    ids=lambda each: getattr(each, "code", each),
)
def test_every_code_of_lumbar_imaging_is_known(modality: str, row: Any) -> None:
    assert imaging({"coding": [{"system": row.system, "code": row.code}]}) == modality


OTHERS = [row for row in standard_codes().values() if not row.concept.startswith("Lumbar imaging")]


@pytest.mark.parametrize("row", OTHERS, ids=lambda each: each.code)
def test_no_other_code_is_an_order_of_lumbar_imaging(row: Any) -> None:
    assert imaging({"coding": [row.coding]}) is None


@pytest.mark.parametrize(
    ("code", "modality"),
    [
        pytest.param(LUMBAR_MRI, "mri", id="LOINC"),
        pytest.param(LUMBAR_MRI_CPT, "mri", id="CPT"),
        pytest.param(LUMBAR_MRI_SNOMED, "mri", id="SNOMED CT"),
        pytest.param(LUMBAR_CT, "ct", id="CT"),
        pytest.param(LUMBAR_RADIOGRAPH, "radiograph", id="a radiograph, in words"),
        pytest.param(
            {"coding": [{"system": "http://loinc.org", "code": "72148"}]}, None, id="a code of another system"
        ),
        pytest.param({"coding": [{"code": "72148"}]}, None, id="a code of no system"),
        pytest.param(coded("local-7", "urn:site"), None, id="a local code without words"),
        pytest.param({"coding": [*coded("local-7", "urn:site")["coding"], *LUMBAR_MRI["coding"]]}, "mri", id="second"),
        pytest.param(CERVICAL_MRI, None, id="the neck"),
        pytest.param(HEAD_CT, None, id="the head"),
        pytest.param({**CERVICAL_MRI, "text": "MRI lumbar spine"}, None, id="the neck by code, the loins by words"),
        pytest.param({**LUMBAR_MRI, "text": "MRI cervical spine"}, "mri", id="the other way round"),
    ],
)
def test_orders_are_known_by_system_and_code(code: Resource, modality: str | None) -> None:
    assert imaging(code) == modality


@pytest.mark.parametrize(
    ("text", "modality"),
    [
        ("MRI lumbar spine", "mri"),
        ("MRI LUMBAR SPINE W/O CONTRAST", "mri"),
        ("MR Lumbar Spine without IV contrast", "mri"),
        ("MRI_LUMBAR_SPINE", "mri"),
        ("Magnetic  resonance imaging\tof lumbosacral spine", "mri"),
        ("MRI L-spine", "mri"),
        ("MRI LS spine", "mri"),
        ("MRI L/S spine", "mri"),
        ("MRI thoracic and lumbar spine", "mri"),
        ("MRI thoracolumbar spine", "mri"),
        ("Lumbo-sacral MRI", "mri"),
        ("MRI low back", "mri"),
        ("CT lumbar spine", "ct"),
        ("CT myelogram, lumbar", "ct"),
        ("Computed tomography of lumbar spine", "ct"),
        ("XR lumbar spine 2-3 views", "radiograph"),
        ("X-ray of lumbar spine", "radiograph"),
        ("Lumbar xray", "radiograph"),
        ("Radiograph lumbar spine AP and lateral", "radiograph"),
        ("[MRI] lumbar puncture", None),
        ("CT guided lumbar puncture", None),
        ("CT-guided lumbar nerve root injection", None),
        ("Fluoroscopy lumbar", None),
        ("X-ray guided lumbar epidural", None),
        ("MRI lumbar plexus", None),
        ("Dual energy X-ray absorptiometry lumbar spine", None),
        ("CT bone density lumbar spine", None),
        ("MRI cervical spine", None),
        ("MRI thoracic spine", None),
        ("MRI spine", None),
        ("MRI brain", None),
        ("CT abdomen", None),
        ("X-ray chest", None),
        ("Lumbar spine physiotherapy", None),
        ("Lumbar puncture", None),
        ("Direct lumbar support brace", None),
        ("Emri lumbar", None),
        ("Collumbar MRI", None),
        ("", None),
    ],
)
def test_words_decide_only_where_no_code_is_known(text: str, modality: str | None) -> None:
    assert imaging({"text": text}) == modality
    assert imaging({"coding": [{"system": "urn:site", "code": "1", "display": text}]}) == modality


def test_words_of_one_name_count_together_not_of_two() -> None:
    assert imaging({"coding": [{"display": "MRI brain"}, {"display": "lumbar brace"}]}) is None


def test_the_body_site_says_where_as_well() -> None:
    site = [coded("1", "urn:site", "Lumbar spine")]
    assert imaging({"text": "MRI spine"}, bodySite=site) == "mri"
    assert imaging({"text": "Physiotherapy"}, bodySite=site) is None
    assert imaging({"text": "MRI spine"}, bodySite=[{"text": "Cervical spine"}]) is None


@pytest.mark.parametrize(
    "code",
    [
        *({"coding": [{}]}, {"coding": []}, {"coding": None}, {"coding": "x"}, {"coding": [7, None]}, {}, None, [], 7),
        *({"text": 7}, {"text": None}, {"coding": [{"system": [], "code": {}, "display": 1}]}),
    ],
)
def test_orders_that_are_not_finished_yet_are_survived(code: Any) -> None:
    assert asked(order_select({**order(), "code": code, "reasonCode": [], "bodySite": {}})) == ()


@pytest.mark.parametrize(
    ("changes", "counts", "removable"),
    [
        ({}, True, True),
        ({"status": None}, True, True),
        ({"status": "active"}, True, False),
        ({"status": "on-hold"}, True, False),
        ({"status": "unknown"}, True, False),
        ({"status": "revoked"}, False, False),
        ({"status": "completed"}, False, False),
        ({"status": "entered-in-error"}, False, False),
        ({"doNotPerform": True}, False, False),
        ({"doNotPerform": False}, True, True),
        ({"id": None}, True, False),
        ({"id": "order_1"}, True, False),
        ({"id": "o" * 64}, True, True),
        ({"id": "o" * 65}, True, False),
        ({"id": 7}, True, False),
        ({"resourceType": "MedicationRequest"}, False, False),
        ({"resourceType": "ProcedureRequest"}, False, False),
    ],
    ids=str,
)
def test_what_is_still_an_order_and_what_can_be_removed(changes: Resource, *, counts: bool, removable: bool) -> None:
    found = asked(order_sign({**order(), **changes}))
    assert [each.removable for each in found] == ([removable] if counts else [])


def test_an_order_says_what_it_is() -> None:
    resource = order(reasonCode=[coded(SCIATICA), {}, "x"])
    assert asked(order_sign(resource)) == (
        Order(
            reference="ServiceRequest/order-1",
            resource=resource,
            modality=Imaging.MRI,
            removable=True,
        ),
    )
    assert asked(order_sign(order(id=None)))[0].reference is None


@pytest.mark.parametrize(
    ("resource", "removable"),
    [
        pytest.param(order(), True, id="by code"),
        pytest.param(order({"text": "MRI lumbar spine without contrast"}), True, id="lumbar alone"),
        pytest.param(order({"text": "MRI lumbosacral spine, left leg pain"}), True, id="lumbosacral"),
        *(
            pytest.param(order({"text": text}), False, id=text)
            for text in (
                *("MRI cervical and lumbar spine", "MRI C-spine and L-spine", "MRI thoracic and lumbar spine"),
                *("MRI thoracolumbar spine", "MRI whole spine incl. lumbar spine", "MRI lumbar spine and pelvis"),
                *("CT abdomen and lumbar spine", "MRI brain and lumbar spine", "XR lumbar spine and hips"),
                *("X-ray lumbar spine, sacroiliac joints", "CT chest abdomen pelvis lumbar spine"),
            )
        ),
        pytest.param(order({**LUMBAR_MRI, "text": "MRI cervical spine"}), False, id="lumbar, by words the neck"),
        pytest.param(
            order({"coding": [*LUMBAR_MRI["coding"], *CERVICAL_MRI["coding"]]}), False, id="lumbar and the neck by code"
        ),
        pytest.param(order(bodySite=[{"text": "Lumbar spine"}]), True, id="lumbar as the site"),
        pytest.param(order(bodySite=[{"text": "Lumbar spine"}, {"text": "Neck"}]), False, id="the neck as a site"),
        pytest.param(order(bodySite=[coded("1", "urn:site")]), False, id="a site that nobody knows"),
        pytest.param(order(orderDetail=[{"text": "include thoracic spine"}]), False, id="the chest in a detail"),
    ],
)
def test_an_order_of_another_region_too_is_never_removed(resource: Resource, *, removable: bool) -> None:
    """Hazards H-06, H-29: imaging that is needed is taken away."""
    (found,) = asked(order_sign(resource))
    assert found.removable is removable


@pytest.mark.parametrize(
    ("second", "removable"),
    [
        ({}, True),
        ({"status": "active"}, False),
        ({"code": CERVICAL_MRI}, False),
        ({"code": {"text": "Ultrasound"}}, False),
        ({"code": {"text": "MRI lumbar and thoracic spine"}}, False),
    ],
    ids=str,
)
def test_two_drafts_of_one_id_are_one_order_of_which_nothing_is_lost(second: Resource, *, removable: bool) -> None:
    first, again = order(), {**order(), **second, "note": [{"text": "again"}]}
    for drafted in ((first, again), (again, first)):
        (found,) = asked(order_sign(*drafted))
        assert found.removable is removable
        assert sorted(map(str, found.versions)) == sorted(map(str, drafted))


FIRST, SECOND, NECK = order(id="a"), order(LUMBAR_CT, id="b"), order(CERVICAL_MRI, id="c")


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        pytest.param(order_sign(FIRST, SECOND, NECK), ["a", "b"], id="all that are signed"),
        pytest.param(order_select(FIRST, SECOND, NECK), ["a", "b"], id="all that are selected"),
        pytest.param(order_select(FIRST, SECOND, selections=["ServiceRequest/b"]), ["b"], id="only the selected one"),
        pytest.param(order_select(FIRST, NECK, selections=["ServiceRequest/c"]), [], id="only the neck"),
        pytest.param(order_select(FIRST, selections=[]), [], id="nothing selected"),
        pytest.param(order_select(FIRST, selections=["ServiceRequest/z", "a", "", "/"]), [], id="what is nowhere"),
        pytest.param(order_select(FIRST, selections=["MedicationRequest/a"]), [], id="something else of that id"),
        pytest.param(
            order_select(FIRST, selections=["https://ehr.example/fhir/ServiceRequest/a"]), ["a"], id="by an address"
        ),
        pytest.param(order_sign(FIRST, FIRST, {**FIRST, "note": [{"text": "again"}]}), ["a"], id="the same thrice"),
        pytest.param(order_sign(order(id=None), order(id=None)), [None, None], id="two without ids are two"),
        pytest.param(order_select(order(id=None)), [], id="one without an id cannot be selected"),
        pytest.param(patient_view(context={"draftOrders": drafts(FIRST)}), [], id="a chart that is opened"),
        pytest.param(order_sign(context={"draftOrders": {"resourceType": "Bundle"}}), [], id="no orders"),
        pytest.param(
            order_sign(context={"draftOrders": {"resourceType": "Bundle", "entry": [7, {}, {"resource": 1}]}}),
            [],
            id="entries without a resource",
        ),
    ],
)
def test_which_orders_a_call_is_about(said: Resource, ids: list[str | None]) -> None:
    assert [each.resource.get("id") for each in asked(said)] == ids


def test_an_order_can_be_selected_by_the_address_of_its_entry() -> None:
    unsaved = {"fullUrl": "urn:uuid:1", "resource": order(id=None)}
    bundle = {"resourceType": "Bundle", "entry": [unsaved]}
    found = asked(order_select(selections=["urn:uuid:1"], context={"draftOrders": bundle}))
    assert [(each.reference, each.removable) for each in found] == [(None, False)]


def test_more_orders_than_anybody_signs_are_refused() -> None:
    many = [order(id=f"o{position}") for position in range(MOST_ORDERS + 1)]
    assert len(asked(order_sign(*many[1:]))) == MOST_ORDERS
    with pytest.raises(Refusal) as refused:
        asked(order_sign(*many))
    assert refused.value.problem.status == 422
