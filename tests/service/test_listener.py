"""One connection, as bytes: what is not HTTP, what comes slowly, and what does not come at all."""

import json
import socket
import time
from collections.abc import Iterator

import pytest

from service.gate import SECURITY_HEADERS
from service.listener import LONGEST_HEAD, Listener
from tests.service.serving import PATIENCE, all_answers, exchange, lives, one_answer, served, status_and_body
from tests.service.small_app import Counted, small_app


class Impatient(Listener):
    """Waits a moment only."""

    head_seconds = 0.2


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A server of the small app that waits for little."""
    with served(small_app(Counted()), Impatient) as found:
        yield found


POST = b"POST /things HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
END = b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("pieces", "status"),
    [
        pytest.param((POST, b"Content-Length: 2\r\n", END, b"{}"), 200, id="a whole request"),
        pytest.param((POST, b"Content-Length: 90\r\n\r\n", b"{"), 408, id="a body that does not come"),
        pytest.param((POST, b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"), 408, id="chunks that do not end"),
        pytest.param((POST, b"Content-Length: 1000000000000\r\n", END), 413, id="a length that is refused unread"),
        pytest.param((POST, b"Content-Length: " + b"9" * 15 + b"\r\n", END), 413, id="a length of 15 digits"),
        pytest.param((b"GET /health/live HT",), 408, id="a head that does not come"),
        pytest.param((b"GET /health/live HTTP/1.1\r\nX: " + b"x" * 40_000,), 431, id="a header without end"),
        pytest.param((b"GET /" + b"x" * 40_000,), 431, id="an address without end"),
        pytest.param(
            (b"GET /health/live HTTP/1.1\r\nX: " + b"x" * 40_000 + b"\r\n\r\n",), 431, id="a long header at once"
        ),
        pytest.param((b"GET /health/live HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n",), 431, id="200 headers"),
        pytest.param(
            (b"GET /health/live HTTP/1.1\r\n" + (b"X: " + b"y" * 1_900 + b"\r\n") * 90 + b"\r\n",), 431, id="171 kB"
        ),
        pytest.param(
            (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",), 431, id="all together"
        ),
        pytest.param((b"this is not HTTP\r\n\r\n",), 400, id="no HTTP"),
        pytest.param((b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",), 400, id="TLS"),
        pytest.param((POST, b"Content-Length: x\r\n\r\n{}"), 400, id="a length that is none"),
        pytest.param((POST, b"Content-Length: -1\r\n\r\n{}"), 400, id="a negative length"),
        pytest.param((POST, b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"), 400, id="two lengths"),
        pytest.param(
            (POST, b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), 400, id="length and chunks"
        ),
        pytest.param((POST, b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), 400, id="a chunk of no size"),
    ],
)
def test_the_server_answers_and_closes(port: int, pieces: tuple[bytes, ...], status: int) -> None:
    """Hazard H-14: clients that send slowly, or without end, silence the service for all others."""
    answer = exchange(port, *pieces)
    found, body = status_and_body(answer)
    assert found == status
    if found != 200:
        assert json.loads(body)["status"] == found
    for name, value in SECURITY_HEADERS:
        assert answer.count(b"\r\n" + name + b": ") == 1
        assert found == 200 or name + b": " + value in answer
    assert lives(port)


def test_a_connection_that_says_nothing_is_closed(port: int) -> None:
    assert exchange(port) == b""


def test_a_second_request_on_the_same_connection_has_its_own_time(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
        assert one_answer(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(b"GET /health/li")
        answer = all_answers(connection)
    assert b"HTTP/1.1 408 " in answer


GET = b"GET /health/live HTTP/1.1\r\nHost: x\r\n"


@pytest.mark.parametrize(
    ("asked", "after"),
    [
        pytest.param(GET + b"\r\n", b"\r\n", id="an empty line"),
        pytest.param(GET + b"\r\n", b"\r", id="half an empty line"),
        pytest.param(GET + b"Content-Length: 1000000\r\n\r\n", b"x", id="one byte of a body that nobody reads"),
        pytest.param(GET + b"Content-Length: 1000000\r\n\r\n", b"x" * 50_000, id="a part of it, longer than a head"),
        pytest.param(GET + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", id="a chunk of it"),
    ],
)
def test_a_connection_that_was_answered_is_not_held_by_what_is_no_request(
    port: int, asked: bytes, after: bytes
) -> None:
    """Hazard H-14: clients hold every connection that the process can have."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(asked)
        assert one_answer(connection).startswith(b"HTTP/1.1 200 ")
        connection.sendall(after)
        assert all_answers(connection) == b""


def test_a_body_that_nobody_reads_is_not_held_open_drop_by_drop(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(GET + b"Content-Length: 1000000000\r\n\r\n")
        assert one_answer(connection).startswith(b"HTTP/1.1 200 ")
        connection.settimeout(0.02)
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                connection.sendall(b"x")
                assert connection.recv(65536) == b""  # closed, and nothing was said in the middle of a body
            except TimeoutError:
                continue
            except (ConnectionResetError, BrokenPipeError):
                pass
            return
    pytest.fail("the connection is still open")


def test_after_a_body_that_nobody_read_the_connection_goes_on(port: int) -> None:
    """What arrives in time belongs to the request before, and is none by itself."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        for _ in range(3):
            connection.sendall(GET + b"Content-Length: 50000\r\n\r\n")
            assert one_answer(connection).startswith(b"HTTP/1.1 200 ")
            connection.sendall(b"GET / HTTP/1.1\r\n" + b"x" * 49_984 + b"\r\n")
        connection.sendall(GET + END)
        answer = all_answers(connection)
    assert answer.count(b"HTTP/1.1 ") == answer.count(b"HTTP/1.1 200 ") == 1


@pytest.mark.parametrize(
    ("asked", "status", "says"),
    [
        pytest.param(b"GET /things/1 HTTP/1.0\r\n\r\n", 200, b"connection: close", id="HTTP/1.0"),
        pytest.param(
            b"GET /things/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200, b"connection: close", id="1.0, kept"
        ),
        pytest.param(b"HEAD /things/1 HTTP/1.1\r\nHost: x\r\n" + END, 405, b"allow: GET", id="HEAD"),
        pytest.param(b"OPTIONS /things/1 HTTP/1.1\r\nHost: x\r\n" + END, 405, b"allow: GET", id="OPTIONS"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: x\r\n" + END, 404, b"content-type", id="OPTIONS of the server"),
        pytest.param(b"TRACE /things/1 HTTP/1.1\r\nHost: x\r\n" + END, 405, b"allow: GET", id="TRACE"),
        pytest.param(b"CONNECT x:80 HTTP/1.1\r\nHost: x\r\n" + END, 400, b"content-type", id="CONNECT"),
        pytest.param(
            POST + b"Content-Length: 101\r\nExpect: 100-continue\r\n" + END, 413, b"content-type", id="not continued"
        ),
    ],
)
def test_what_is_rarely_asked_has_a_whole_answer_too(port: int, asked: bytes, status: int, says: bytes) -> None:
    answer = exchange(port, asked)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert status_and_body(answer)[0] == status
    assert says in head
    assert b"transfer-encoding" not in head
    length = int(head.partition(b"content-length: ")[2].split(b"\r\n")[0])
    assert len(body) == (0 if asked.startswith(b"HEAD") else length)
    assert all(name + b": " + value in head for name, value in SECURITY_HEADERS)


def test_who_waits_to_be_told_to_send_the_body_is_told(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as connection:
        connection.sendall(POST + b"Content-Length: 2\r\nExpect: 100-continue\r\n" + END)
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        connection.sendall(b"{}")
        assert all_answers(connection).startswith(b"HTTP/1.1 200 ")


def test_the_head_may_be_as_long_as_a_large_token(port: int) -> None:
    padding = b"X: " + b"x" * (LONGEST_HEAD // 2) + b"\r\n"
    answer = exchange(port, b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + padding + END)
    assert status_and_body(answer)[0] == 200
