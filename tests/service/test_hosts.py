"""Without identity no page of a browser drives the service, whatever name it gives it."""

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from service.settings import Auth, Settings
from tests.builders import a_body

OWN = ("localhost", "127.0.0.1", "[::1]")


@pytest.mark.parametrize(
    ("host", "origin", "status"),
    [
        *[(host, None, 201) for host in (*OWN, "LOCALHOST", "localhost:8000", "127.0.0.1:1", "[::1]:8000")],
        *[
            (host, None, 403)
            for host in ("evil.example", "evil.example:8000", "127.0.0.1.evil.example", "", "[::2]", "::1")
        ],
        ("localhost:8000", "http://localhost:8000", 201),
        ("localhost:8000", "http://localhost:8001", 403),
        ("localhost:8000", "http://evil.example", 403),
        ("localhost:8000", "null", 403),
        ("localhost:8000", "https://app.example", 201),
    ],
)
def test_who_may_drive_it(host: str, origin: str | None, status: int) -> None:
    """Hazard H-26: a page in a browser of the same machine reads the record."""
    settings = Settings(allowed_hosts=OWN, cors_origins=("https://app.example",))
    headers = {"Host": host, **({} if origin is None else {"Origin": origin})}
    with TestClient(create_app(settings)) as client:
        answer = client.post("/v1/assessments?commit=false", json=a_body(), headers=headers)
        reloaded = client.post("/v1/model/reload", headers=headers)
    assert answer.status_code == status
    assert (reloaded.status_code == 200) is (status == 201)
    if status == 403:
        assert answer.json()["type"] == "urn:nerveroot:problem:not-from-here"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_where_callers_show_who_they_are_the_name_is_the_proxy_s_business() -> None:
    settings = Settings(
        auth=Auth.JWT,
        jwt_issuer="https://issuer.example",
        jwt_audience="nerveroot",
        jwt_jwks_url="http://127.0.0.1:1/keys",
    )
    with TestClient(create_app(settings)) as client:
        assert client.get("/v1/rules", headers={"Host": "nerveroot.example"}).status_code == 200
