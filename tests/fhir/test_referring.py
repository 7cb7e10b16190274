"""What was sent is repeated in an answer only as a reference that a FHIR client can read."""

from typing import Any

import pytest

from service.fhir.referring import is_reference, reference_of


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ("Patient/p1", True),
        ("Patient/a_long.id-of-65-letters".ljust(80, "x"), True),
        ("https://ehr.example/fhir/Patient/p1", True),
        ("http://127.0.0.1:8080/fhir/Patient/p1/_history/2", True),
        ("urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0", True),
        ("urn:oid:1.2.3", True),
        ("Patient/../../admin", False),
        ("Patient/<script>", False),
        ("Patient/..", False),
        ("Patient/.", False),
        ("Patient/1..2", True),
        ("Patient/", False),
        ("patient/p1", False),
        ("Patient/\ud800", False),
        ("javascript:alert(1)", False),
        ("https://", False),
        ("https://ehr.example/a b", False),
        ("", False),
        (None, False),
        (["Patient/p1"], False),
    ],
)
def test_what_is_a_reference(said: Any, good: bool) -> None:
    assert is_reference(said) is good


@pytest.mark.parametrize(
    ("kind", "own", "full_url", "named"),
    [
        ("Observation", "o1", None, "Observation/o1"),
        ("Observation", "o1", "urn:uuid:1", "Observation/o1"),
        ("Observation", None, "urn:uuid:1", "urn:uuid:1"),
        ("Observation", "../../<b>", "urn:uuid:1", "urn:uuid:1"),
        ("Observation", "\ud800", "\ud800", None),
        ("Observation", "..", None, None),
        ("Observation", 7, 7, None),
        (["Observation"], "o1", None, None),
        ("Observation", "", "", None),
    ],
)
def test_how_a_resource_is_referred_to(kind: Any, own: Any, full_url: Any, named: str | None) -> None:
    assert reference_of(kind, own, full_url) == named
