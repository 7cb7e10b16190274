"""Keys, tokens and what is kept of them: in no log, no representation, no error, no answer."""

import logging
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.requests import Request

from service.identity.api_keys import ApiKeys
from service.identity.key_file import Parts, parts, read_keys
from service.identity.refusals import NotKnown
from service.problems import Refusal
from tests.identity.asking import Door, door, run
from tests.identity.keys import made
from tests.identity.timing import Clock
from tests.identity.tokens import claims, part, token

MARK = "PLANTEDMARKER"


def test_no_key_is_in_any_representation(key_file: Path, clock: Clock) -> None:
    key = made(key_file)
    secret = key.split("_", 2)[2]
    kept = read_keys(key_file)[0]
    asking = door(clock, auth="api_key", api_keys_file=key_file)
    asking.bearer(key)
    shown = parts(key)
    assert isinstance(shown, Parts)
    told = repr((kept, shown, asking, asking.admission, ApiKeys(key_file, now=clock.now, clock=clock)))
    assert shown.id in told
    assert secret not in told
    assert kept[0].sha256 not in told


SHOWN: tuple[Callable[[], str], ...] = (
    lambda: MARK,
    lambda: f"nerveroot_{MARK.lower()}_{MARK * 4}",
    lambda: f"nerveroot_000000000000_{MARK * 4}",
    lambda: f"{MARK}.{MARK}.{MARK}",
    lambda: token(header={"kid": MARK}),
    lambda: token(header={"alg": MARK}),
    lambda: token(header={"typ": MARK}),
    lambda: token(header={"crit": [MARK]}),
    lambda: token(claims(tenant=f"{MARK}\n")),
    lambda: token(claims(exp=MARK)),
    lambda: token(claims(iss=MARK)),
    lambda: token(claims(aud=[MARK])),
)


@pytest.mark.parametrize("show", SHOWN)
def test_what_is_shown_is_never_said_again(
    show: Callable[[], str], key_file: Path, clock: Clock, jwt_door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made(key_file)
    credential = show()
    for asking in (door(clock, auth="api_key", api_keys_file=key_file), jwt_door):
        answer = asking.bearer(credential)
        assert MARK not in repr(answer)
        assert credential not in repr(answer)
        assert len(asking.refused) == 1
    assert caplog.records
    for said in (MARK, MARK.lower(), credential):
        assert said not in caplog.text


def test_an_error_that_is_printed_shows_no_token(clock: Clock, jwt_door: Door) -> None:
    """Not even as the cause of another: the library quotes what it could not read."""
    unreadable = f"{part({'alg': 'RS256', 'kid': 'first', 'crit': [MARK]})}.{part(claims())}.AAAA"
    with pytest.raises(Refusal) as refused:
        run(_admit(jwt_door, unreadable))
    assert MARK not in "".join(traceback.format_exception(refused.value))
    assert isinstance(refused.value.__context__, NotKnown)
    assert refused.value.__suppress_context__


async def _admit(asking: Door, credential: str) -> None:
    header = (b"authorization", f"Bearer {credential}".encode())
    await asking.admission.admit(Request({"type": "http", "headers": [header], "client": None}), None)
