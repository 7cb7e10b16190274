"""The body of a request: so much, so soon, and JSON that says one thing. What it means is read elsewhere.

Everything here is refused before a parser, a model or a rule sees it, and no refusal repeats what was sent.
"""

import asyncio
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from itertools import accumulate
from typing import Any, Final

from starlette.requests import ClientDisconnect, Request

from service.problems import Fault, Refusal, problem

JSON: Final = "application/json"
MAX_BODY: Final = 64 * 1024
"""Bytes; a full examination is about 2 KiB."""
BODY_SECONDS: Final = 10.0
"""How long a body may take to arrive; 64 KiB do so within it over a line of 7 kB/s."""

DEEPEST: Final = 20
"""Levels of lists and objects; an examination has 5."""
MOST_VALUES: Final = 1_000
"""Values in one body; an examination of both legs with everything stated, and an earlier one, has about 400."""
LONGEST_LIST: Final = 64
"""Items of one list; the longest of an examination has 20."""

UNREADABLE: Final = "holds half a character, or a number of thousands of digits."

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
"""A text, to the end where it is not closed; possessive, so that it takes linear time whatever is sent."""
_BRACKETS: Final = {ord("["): 1, ord("{"): 1, ord("]"): -1, ord("}"): -1}
_NO_BRACKETS: Final = bytes(set(range(256)) - set(_BRACKETS))


async def read_body(
    request: Request, *, limit: int = MAX_BODY, media_types: tuple[str, ...] = (JSON,), seconds: float = BODY_SECONDS
) -> bytes:
    """The body of a request that says what it is, is not too long and arrives in time.

    Raises:
        Refusal: 415 for another media type or a compressed body, 413 for more than `limit` bytes, 408 where it takes
            longer than `seconds`, 400 where the client leaves before its end.
    """
    refuse_unlike(request, media_types)
    stated = request.headers.get("content-length", "")
    if stated.isdecimal() and stated.isascii() and (len(stated) > 18 or int(stated) > limit):
        raise too_long(limit)
    body = bytearray()
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                body += part
                if len(body) > limit:
                    raise too_long(limit)
    except TimeoutError:
        detail = f"It must be there within {seconds:g} seconds. Nothing was recorded; send it again."
        raise Refusal(
            problem("body-too-slow", HTTPStatus.REQUEST_TIMEOUT, "The body did not arrive in time", detail),
            {"Connection": "close"},
        ) from None
    except ClientDisconnect:
        title = "The body ended before its end"
        raise Refusal(problem("body-cut-off", HTTPStatus.BAD_REQUEST, title, "Nothing was recorded.")) from None
    return bytes(body)


def refuse_unlike(request: Request, media_types: tuple[str, ...]) -> None:
    """Refuse a body that says it is something else, or is compressed.

    Raises:
        Refusal: 415.
    """
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type not in media_types:
        named = " or ".join(f"`Content-Type: {each}`" for each in media_types)
        title = "The body must be JSON"
        raise Refusal(
            problem("media-type", HTTPStatus.UNSUPPORTED_MEDIA_TYPE, title, f"Send it with the header {named}.")
        )
    if request.headers.get("content-encoding", "identity").strip().lower() not in ("identity", ""):
        # Some kilobytes can unpack to gigabytes, and an examination is small.
        raise Refusal(
            problem(
                "compressed",
                HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
                "The body must not be compressed",
                "Send it as it is, without `Content-Encoding`.",
            ),
            {"Accept-Encoding": "identity"},
        )


def too_long(limit: int) -> Refusal:
    """The refusal of a body of more than `limit` bytes."""
    size = f"{limit // 1024} KiB" if limit % 1024 == 0 else f"{limit} bytes"
    return Refusal(
        problem("too-large", HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "The body is too long", f"It may take up to {size}.")
    )


class Intricate(ValueError):
    """JSON that nothing of the contract looks like; `fault` says where and why."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = Fault(pointer=pointer, detail=detail)


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How intricate a body may be; by default as an examination of the contract is."""

    deepest: int = DEEPEST
    most_values: int = MOST_VALUES
    longest_list: int = LONGEST_LIST


EXAM_LIMITS: Final = Limits()


def parse(body: bytes, limits: Limits = EXAM_LIMITS) -> Any:
    """The JSON value of a body.

    Raises:
        Refusal: 400 if it is not JSON in UTF-8, or names a key twice.
        Intricate: it is nested too deeply, or holds too many values, half a character or an endless number.
    """
    text = _text(body)
    if body.count(b"[") + body.count(b"{") > limits.deepest or body.count(b",") >= limits.most_values:
        _measure(body, limits)
    try:
        # The standard parser, because it alone tells of a key that is there twice.
        value = json.loads(text, object_pairs_hook=_without_repeats)
    except json.JSONDecodeError as fault:
        raise _not_json(f"The body is not JSON (line {fault.lineno}, column {fault.colno}).") from None
    except _RepeatedKey as fault:
        title = "A key is there twice"
        raise Refusal(problem("repeated-key", HTTPStatus.BAD_REQUEST, title, str(fault))) from None
    except (ValueError, RecursionError):
        raise Intricate("", UNREADABLE) from None
    if body.count(b",") >= limits.longest_list:
        for pointer in _long_lists(value, "", limits.longest_list):
            raise Intricate(pointer, f"must have at most {limits.longest_list:,} items.")
    return value


def _text(body: bytes) -> str:
    if not body.strip():
        raise _not_json("The body is empty.")
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise _not_json("The body starts with a byte order mark; send JSON in UTF-8 without one.")
    if b"\0" in body:
        raise _not_json("The body holds NUL; send JSON in UTF-8.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        raise _not_json("The body is not UTF-8.") from None


def _measure(body: bytes, limits: Limits) -> None:
    """Refuse what is nested too deeply or holds too much, before a parser follows it."""
    bare = _STRING.sub(b"", body)
    depths = accumulate(map(_BRACKETS.__getitem__, bare.translate(None, _NO_BRACKETS)))
    if any(depth > limits.deepest for depth in depths):
        raise Intricate("", f"is nested more than {limits.deepest} levels deep.")
    if bare.count(b",") >= limits.most_values:
        raise Intricate("", f"holds more than {limits.most_values:,} values.")


def _long_lists(value: Any, pointer: str, longest: int) -> Iterator[str]:
    if isinstance(value, list):
        if len(value) > longest:
            yield pointer
        for position, item in enumerate(value):
            yield from _long_lists(item, f"{pointer}/{position}", longest)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _long_lists(item, f"{pointer}{step(key) or ''}", longest)


_NAME = re.compile(r"[A-Za-z0-9_\[\]/~.$-]{1,40}", re.ASCII)


def step(part: str | int) -> str | None:
    """One step of a JSON pointer (RFC 6901); None for a key that does not look like the name of a field.

    A key of the contract always does. One that does not may be anything, the name of a patient too, and is not
    repeated.
    """
    if isinstance(part, str) and not _NAME.fullmatch(part):
        return None
    return "/" + str(part).replace("~", "~0").replace("/", "~1")


def _not_json(reason: str) -> Refusal:
    return Refusal(problem("not-json", HTTPStatus.BAD_REQUEST, "The body cannot be read as JSON", reason))


class _RepeatedKey(ValueError):
    """A key that is there twice: which of the two answers counts is anybody's guess."""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        raise _RepeatedKey("A key is there twice in one object; which of the two counts cannot be known.")
    return made
