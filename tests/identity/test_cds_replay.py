"""A token of a record system is good for one call, in every process, also while the database is down."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from service.identity.caller import Caller
from tests.identity.asking import Answer, run
from tests.identity.clients import (
    CALLER,
    FEEDBACK,
    NOW,
    PUBLIC,
    SERVICE,
    CdsDoor,
    cds_door,
    client,
    status,
    token_of_ehr,
)
from tests.identity.issuer import Issuer
from tests.identity.timing import Clock


def test_a_token_is_good_for_one_call_until_it_has_expired(cds: CdsDoor, clock: Clock) -> None:
    """Row "jti is new; keep jti until expiry"."""
    credential = token_of_ehr()
    assert cds.call(credential) == CALLER
    assert cds.call(credential) == cds.ask()
    clock.wait(329)
    assert status(cds.call(credential)) == 401
    clock.wait(1)
    assert status(cds.call(credential)) == 401
    assert cds.refused == ["replayed", "no_credentials", "replayed", "expired"]


def test_another_token_of_the_same_id_is_the_same_token(cds: CdsDoor) -> None:
    """Row "jti is new": whatever else it says, also for another call."""
    assert cds.call(token_of_ehr(aud=[PUBLIC + SERVICE, PUBLIC + FEEDBACK])) == CALLER
    assert status(cds.call(token_of_ehr(exp=NOW + 200))) == 401
    assert status(cds.call(token_of_ehr(aud=PUBLIC + FEEDBACK), path=FEEDBACK)) == 401
    assert cds.refused == ["replayed", "replayed"]


def test_no_worker_takes_what_another_took(cds: CdsDoor, clock: Clock, ehr: Issuer) -> None:
    """Row "the jti store must be atomic and shared by all workers"; the race itself is in tests/record."""
    other = cds_door(clock, cds_clients=(client(ehr),))
    credential = token_of_ehr()
    assert [status(each.call(credential)) for each in (cds, other, other, cds)] == [200, 401, 401, 401]
    run(other.admission.close())


def test_of_many_at_once_one_is_let_in(cds: CdsDoor) -> None:
    """Row "atomic"."""

    async def at_once() -> list[Caller | Answer]:
        header = ("Authorization", f"Bearer {token_of_ehr()}")
        return await asyncio.gather(*(cds.asking(header) for _ in range(20)))

    assert sorted(map(status, run(at_once()))) == [200] + [401] * 19


def test_nobody_uses_up_the_token_of_another(cds: CdsDoor) -> None:
    """Row "check iss, aud, exp, tenant, signature, then that jti is new"."""
    for wrong in (
        token_of_ehr({"kid": "first"}, by="forger"),
        token_of_ehr(aud="https://elsewhere.example"),
        token_of_ehr(exp=NOW + 9999),
    ):
        assert status(cds.call(wrong)) == 401
    assert status(cds.call(token_of_ehr(), path=FEEDBACK)) == 401
    assert cds.call(token_of_ehr()) == CALLER


def test_feedback_takes_a_token_of_its_own(cds: CdsDoor) -> None:
    """Row "on every call, feedback included": the audience is the address of feedback."""
    assert cds.call(token_of_ehr(aud=PUBLIC + FEEDBACK), path=FEEDBACK) == CALLER
    assert status(cds.call(token_of_ehr(jti="2"), path=FEEDBACK)) == 401


def test_while_the_database_is_down_tokens_are_taken_once_by_each_process(
    clock: Clock, ehr: Issuer, tmp_path: Path
) -> None:
    """Decision 20: a service that is degraded still answers, and says so."""
    file = tmp_path / "record.sqlite3"
    cds = cds_door(clock, cds_clients=(client(ehr),), database_url=f"sqlite:///{file}")
    away = file.rename(tmp_path / "away.sqlite3")
    assert [status(cds.call(token_of_ehr())) for _ in range(2)] == [200, 401]
    assert "not shared with other processes" in (cds.admission.fault or "")
    assert cds.admission.able
    away.rename(file)
    clock.wait(60)
    assert cds.call(token_of_ehr(jti="2")) == CALLER
    assert cds.admission.fault is None
    run(cds.admission.close())


def test_without_the_table_nobody_is_let_in_and_it_says_so(clock: Clock, ehr: Issuer, tmp_path: Path) -> None:
    """A schema of another version does not pass by itself: a token would be good at every process for good."""
    file = tmp_path / "record.sqlite3"
    cds = cds_door(clock, cds_clients=(client(ehr),), database_url=f"sqlite:///{file}")
    with closing(sqlite3.connect(file)) as opened:
        opened.execute("ALTER TABLE seen_tokens RENAME TO elsewhere")
        assert [status(cds.call(token_of_ehr())) for _ in range(2)] == [503, 503]
        assert cds.refused == ["tokens_unkept"] * 2
        assert "make migrate" in (cds.admission.fault or "")
        opened.execute("ALTER TABLE elsewhere RENAME TO seen_tokens")
    assert cds.call(token_of_ehr()) == CALLER, "the token is not used up"
    assert cds.admission.fault is None
    run(cds.admission.close())


def test_once_the_database_is_back_readiness_shares_what_was_taken(clock: Clock, ehr: Issuer, tmp_path: Path) -> None:
    """Decision 20: whoever asks for readiness does not wait for it, and no further token is needed."""
    file = tmp_path / "record.sqlite3"
    settings: dict[str, Any] = {"cds_clients": (client(ehr),), "database_url": f"sqlite:///{file}"}
    cds, other = cds_door(clock, **settings), cds_door(clock, **settings)
    away = file.rename(tmp_path / "away.sqlite3")
    assert cds.call(token_of_ehr()) == CALLER
    away.rename(file)

    async def shared() -> None:
        await cds.admission.prepare()
        while cds.admission.fault is not None:
            await asyncio.sleep(0.01)

    run(asyncio.wait_for(shared(), 10))
    assert status(other.call(token_of_ehr())) == 401
    for each in (cds, other):
        run(each.admission.close())
