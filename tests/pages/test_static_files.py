"""Scripts and styles: of one version, cached for good, small, and nothing else of the disk."""

import gzip

import pytest
from fastapi import FastAPI
from starlette.requests import Request
from starlette.testclient import TestClient

from service.faults import HANDLERS
from service.pages.static_files import digest, static, static_files, static_url, takes_gzip


@pytest.fixture(scope="module")
def client() -> TestClient:
    app = FastAPI(exception_handlers=HANDLERS)
    app.include_router(static())
    return TestClient(app)


def test_every_file_is_served_under_the_digest(client: TestClient) -> None:
    assert {"bedside.js", "look.css", "icon.svg"} <= set(static_files())
    for name, each in static_files().items():
        answer = client.get(static_url(name), headers={"Accept-Encoding": "identity"})
        assert answer.status_code == 200
        assert answer.content == each.plain
        assert answer.headers["content-type"].startswith(each.media_type)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert "content-encoding" not in answer.headers


def test_it_is_sent_compressed_to_those_who_take_it(client: TestClient) -> None:
    plain = client.get(static_url("bedside.js"), headers={"Accept-Encoding": "identity"})
    packed = client.get(static_url("bedside.js"), headers={"Accept-Encoding": "gzip, br"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert gzip.decompress(static_files()["bedside.js"].compressed) == plain.content


@pytest.mark.parametrize(
    "path",
    [
        "static/{digest}/nothing.js",
        "static/{digest}/../routes.py",
        "static/{digest}/..%2froutes.py",
        "static/{digest}/%2e%2e%2frendering.py",
        "static/{digest}/templates",
        "static/0123456789abcdef/bedside.js",
        "static/bedside.js",
    ],
)
def test_what_is_not_there_is_not_served(client: TestClient, path: str) -> None:
    answer = client.get("/" + path.format(digest=digest()))
    assert answer.status_code == 404


def test_a_template_cannot_name_a_file_that_is_not_there() -> None:
    with pytest.raises(KeyError):
        static_url("nothing.js")


@pytest.mark.parametrize(
    ("header", "taken"),
    [
        (None, False),
        ("", False),
        ("identity", False),
        ("gzip", True),
        ("br, GZIP;q=0.8", True),
        ("*", True),
        ("gzip;q=0", False),
        ("gzip; q=0.000", False),
        ("gzip;q=0.001", True),
        ("br", False),
    ],
)
def test_who_takes_gzip(header: str | None, taken: bool) -> None:
    """RFC 9110, 12.4.2 and 12.5.3."""
    headers = [] if header is None else [(b"accept-encoding", header.encode())]
    assert takes_gzip(Request({"type": "http", "headers": headers})) is taken
