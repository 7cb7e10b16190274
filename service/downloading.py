"""Getting something from another server: no more of it than was agreed, and as it is, not unpacked."""

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2


class NoAnswer(Exception):
    """Something else came than what was asked for; the message is safe to log."""


async def body_of(client: "httpx2.AsyncClient", url: str, *, most: int) -> bytes:
    """What is at `url`, of `most` bytes at the most.

    Raises:
        NoAnswer: a status other than 200, a compressed body, which could unpack to anything, or a longer one.
        httpx2.HTTPError: the server was not reached, or broke off.
    """
    async with client.stream("GET", url) as answer:
        if answer.status_code != HTTPStatus.OK:
            raise NoAnswer(f"status {answer.status_code}")
        if answer.headers.get("Content-Encoding", "identity") != "identity":
            raise NoAnswer("compressed, which was not asked for")
        body = bytearray()
        async for part in answer.aiter_raw():
            body += part
            if len(body) > most:
                raise NoAnswer(f"more than {most // 1024} KiB")
        return bytes(body)
