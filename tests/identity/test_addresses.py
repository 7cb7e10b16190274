"""Addresses that the settings name: where others are sent, and what tokens must name."""

import pytest

from service.identity.addresses import checked_base, host_of


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://nerveroot.example", "https://nerveroot.example"),
        ("https://nerveroot.example/", "https://nerveroot.example"),
        ("https://ehr.example:8443/cds/lumbar//", "https://ehr.example:8443/cds/lumbar"),
        ("https://ehr.example/a.b/~c/..d", "https://ehr.example/a.b/~c/..d"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://[::1]:8000/fhir", "http://[::1]:8000/fhir"),
        ("http://localhost/", "http://localhost"),
    ],
)
def test_bases_are_taken_without_the_slash_at_their_end(url: str, base: str) -> None:
    assert checked_base(url) == base


@pytest.mark.parametrize(
    "url",
    [
        *("", "nerveroot.example", "//nerveroot.example", "ftp://nerveroot.example", "https://", "https:///x"),
        *("http://nerveroot.example", "http://10.0.0.1", "http://127.0.0.1.example"),
        *("https://user@nerveroot.example", "https://nerveroot.example#x", "https://nerveroot.example/#"),
        *("https://nerveroot.example?a=b", "https://nerveroot.example/?", "https://nerveroot.example/a;b"),
        *("https://nerveroot.example/../x", "https://nerveroot.example/a/..", "https://nerveroot.example/./a"),
        *("https://nerveroot.example/%2e%2e/a", "https://nerveroot.example/a//b", "https://nerveroot.example\\@x"),
        *("https://nerve root.example", "https://nerveroot.example/\n", "https://nerveroot\t.example", " https://a.b"),
        *("https://nerveroot.example:port", "https://[::1", "https://nerv\u0435root.example"),
    ],
)
def test_what_reads_in_two_ways_is_no_base(url: str) -> None:
    with pytest.raises(ValueError, match=r"^must .*\.$") as refused:
        checked_base(url)
    assert "nerveroot" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://EHR.example:8443/a", "ehr.example"),
        ("http://[::1]:80", "::1"),
        ("ehr.example", None),
        ("urn:x", None),
        ("https://[::1", None),
        ("", None),
    ],
)
def test_the_host_of_an_address(url: str, host: str | None) -> None:
    assert host_of(url) == host
