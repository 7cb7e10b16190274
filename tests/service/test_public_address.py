"""The address that links are made of."""

import pytest
from starlette.requests import Request

from service.public_address import public_address
from service.settings import Settings


def asked(host: str, root: str = "") -> Request:
    """A request under that host; `root` is the prefix that a proxy took away."""
    headers = [(b"host", host.encode())]
    return Request(
        {
            "type": "http",
            "scheme": "http",
            "method": "GET",
            "path": f"{root}/v1/rules",
            "root_path": root,
            "query_string": b"a=b",
            "headers": headers,
            "server": ("127.0.0.1", 8000),
        }
    )


@pytest.mark.parametrize(
    ("stated", "host", "root", "address"),
    [
        pytest.param("https://nerveroot.example", "127.0.0.1:8000", "", "https://nerveroot.example", id="stated"),
        pytest.param("https://ehr.example/cds", "127.0.0.1:8000", "", "https://ehr.example/cds", id="with a path"),
        pytest.param(None, "127.0.0.1:8000", "", "http://127.0.0.1:8000", id="asked"),
        pytest.param(None, "localhost", "/cds", "http://localhost/cds", id="asked behind a prefix"),
    ],
)
def test_the_address_has_no_slash_at_its_end(stated: str | None, host: str, root: str, address: str) -> None:
    assert public_address(Settings(public_url=stated, auth="api_key"))(asked(host, root)) == address
