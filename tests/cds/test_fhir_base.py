"""Which addresses are FHIR servers that may be asked, and what lies below one of them."""

import pytest

from service.cds.fhir_base import FhirBase

BASE = "https://ehr.example/fhir"


@pytest.mark.parametrize(
    ("url", "address"),
    [
        (BASE, "https://ehr.example:443/fhir"),
        (f"{BASE}/", "https://ehr.example:443/fhir"),
        ("https://EHR.example:443/fhir", "https://ehr.example:443/fhir"),
        ("https://ehr.example./fhir", "https://ehr.example:443/fhir"),
        ("https://ehr.example", "https://ehr.example:443"),
        ("https://ehr.example:8443/a/b", "https://ehr.example:8443/a/b"),
        ("https://ehr.example/a;b/c.d/...", "https://ehr.example:443/a;b/c.d/..."),
        ("https://ehr.example/St%C3%A4dte/r4", "https://ehr.example:443/St%C3%A4dte/r4"),
        ("http://127.0.0.1:8080/fhir", "http://127.0.0.1:8080/fhir"),
        ("http://localhost/fhir", "http://localhost:80/fhir"),
        ("http://[::1]:8080/fhir", "http://[::1]:8080/fhir"),
    ],
)
def test_bases(url: str, address: str) -> None:
    base = FhirBase.of(url)
    assert base is not None
    assert base.address == address
    assert FhirBase.of(base.address) == base


@pytest.mark.parametrize(
    "url",
    [
        *("", "ehr.example/fhir", "ftp://ehr.example/fhir", "file:///etc/passwd", "https:///fhir", "https://"),
        *("http://ehr.example/fhir", "http://10.0.0.1/fhir", "http://169.254.169.254/latest", "http://0.0.0.0/fhir"),
        *("http://127.0.0.1.ehr.example/fhir", "http://localhost.ehr.example/fhir", "http://2130706433/fhir"),
        *("https://user@ehr.example/fhir", "https://user:word@ehr.example/fhir", "https://ehr.example@other.example/"),
        *("https://ehr.example\\@other.example/fhir", "https://ehr.example/fhir#x", "https://ehr.example/fhir#"),
        *("https://ehr.example/fhir?x=1", "https://ehr.example/fhir?", "https://ehr.example/fhir /x"),
        *("https://ehr.example/fhir/../x", "https://ehr.example/./fhir", "https://ehr.example/fhir/%2e%2e/x"),
        *("https://ehr.example/fhir/%252e%252e/x", "https://ehr.example/fhir/..%2fx", "https://ehr.example/%25252e/"),
        *("https://ehr.example:port/fhir", "https://ehr.example:99999/fhir", "https://[::1", "https://ehr.example\n/"),
        *("https://ehr.example/fhir/..;/x", "https://ehr.example/fhir/..;a=b/x", "https://ehr.example/fhir/.;/x"),
        *("https://ehr.example/fhir/%2e%2e;/x", "https://ehr.example/fhir/..%3b/x", "https://ehr.example/fhir/;x/y"),
        *("https://ehr.example/fhir//x", "https://ehr.example//fhir", "https://ehr.example/fhir//"),
        *("https://ehr.example/fhir/%2fx", "https://ehr.example/fhir/%3fx", "https://ehr.example/fhir/%23x"),
        *("https://ehr.example/fhir/%00", "https://ehr.example/fhir/%0d%0ax", "https://ehr.example/fhir/%7f"),
        *("https://ehr.example/fhir/%c0%ae%c0%ae/x", "https://ehr.example/fhir/%25", "https://ehr.example/fhir/%"),
        *("https://ehr%2eexample/fhir", "http://[::1%25lo]/fhir"),
        *("https://ehr.example\t/fhir", "https://ehr.exämple/fhir", "https://ehr.example/fhir/%5c..%5cx"),
    ],
)
def test_what_is_no_base_that_may_be_asked(url: str) -> None:
    assert FhirBase.of(url) is None


@pytest.mark.parametrize(
    ("url", "holds"),
    [
        (BASE, True),
        (f"{BASE}/", True),
        (f"{BASE}/Patient/p1", True),
        (f"{BASE}?page=2", True),
        (f"{BASE}/tenant/r4", True),
        ("https://ehr.example:443/fhir/Patient", True),
        ("https://ehr.example/fhirs", False),
        ("https://ehr.example/fhir2/Patient", False),
        ("https://ehr.example/", False),
        ("https://ehr.example/other/fhir", False),
        ("https://ehr.example/FHIR", False),
        ("https://ehr.example.evil/fhir", False),
        ("https://evil-ehr.example/fhir", False),
        ("https://sub.ehr.example/fhir", False),
        ("https://ehr.example:8443/fhir", False),
        ("http://ehr.example/fhir", False),
        ("https://user@ehr.example/fhir", False),
        ("https://ehr.example/fhir/../admin", False),
        ("https://ehr.example/fhir/%2e%2e/admin", False),
        ("https://ehr.example/fhir/..;/admin", False),
        ("https://ehr.example/fhir//admin", False),
        ("https://ehr.example/fhir/%3f/../admin", False),
        ("//ehr.example/fhir", False),
        ("", False),
    ],
)
def test_what_lies_below_a_base(url: str, *, holds: bool) -> None:
    base = FhirBase.of(BASE)
    assert base is not None
    assert base.holds(url) is holds


@pytest.mark.parametrize(
    ("url", "loopback"),
    [(BASE, False), ("https://127.0.0.1/fhir", True), ("http://localhost/", True), ("https://[::1]/", True)],
)
def test_which_are_on_this_machine(url: str, *, loopback: bool) -> None:
    base = FhirBase.of(url)
    assert base is not None
    assert base.loopback is loopback
