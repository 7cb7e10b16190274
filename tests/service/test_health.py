"""What readiness says: the worst check counts; degraded where rules still answer, not ready where nothing is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from service.health import (
    CLOCK_TOLERANCE,
    Check,
    Status,
    clock_check,
    identity_check,
    looked_at,
    migrations_check,
    model_check,
    readiness,
    record_check,
)
from tests.service.states import a_state

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
VERSIONS: dict[str, str] = {
    "model_version": "1.2.0",
    "ruleset_version": "1.1.0",
    "software_version": "0.1.0",
    "red_flag_policy": "listed",
}


def check(status: Status) -> Check:
    return Check(name="any", status=status, detail="Said in a sentence.")


@pytest.mark.parametrize(
    ("found", "status"),
    [
        ([], Status.READY),
        ([Status.READY, Status.READY], Status.READY),
        ([Status.READY, Status.DEGRADED], Status.DEGRADED),
        ([Status.NOT_READY, Status.DEGRADED, Status.READY], Status.NOT_READY),
    ],
)
def test_the_worst_check_counts(found: list[Status], status: Status) -> None:
    said = readiness([check(each) for each in found], **VERSIONS)
    assert said.status is status
    assert len(said.checks) == len(found)
    assert (said.model_version, said.ruleset_version, said.red_flag_policy) == ("1.2.0", "1.1.0", "listed")


def test_a_model_that_answers() -> None:
    assert model_check("1.2.0", None) == Check(name="model", status=Status.READY, detail="Model 1.2.0 answers.")


def test_without_a_model_the_service_stays_in_rotation() -> None:
    """Hazard H-14: a balancer takes the rules out of reach, because the model is missing."""
    found = model_check("none", "No model is loaded: its file is broken.")
    assert found.status is Status.DEGRADED
    assert found.detail == "No model is loaded: its file is broken. The rules answer without probabilities."


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        pytest.param({}, Status.READY, "stored before they are sent", id="all is well"),
        pytest.param({"database": "down"}, Status.DEGRADED, "database is down", id="database down"),
        pytest.param({"database": "down", "deferred": 3}, Status.DEGRADED, "3 answers wait", id="some wait"),
        pytest.param({"deferred": 1}, Status.DEGRADED, "1 answers wait", id="one waits, the database is back"),
        pytest.param({"why": "The journal is full."}, Status.DEGRADED, "The journal is full.", id="no journal"),
        pytest.param(
            {"writable": False, "database": "down", "why": "No space."}, Status.NOT_READY, "No space.", id="nothing"
        ),
    ],
)
def test_the_record(state: dict[str, Any], status: Status, words: str) -> None:
    found = record_check(a_state(**state))
    assert (found.name, found.status) == ("record", status)
    assert words in found.detail


def test_the_schema() -> None:
    assert migrations_check(None).status is Status.READY
    outdated = migrations_check("The schema is older than this software. Run `make migrate`.")
    assert (outdated.name, outdated.status) == ("migrations", Status.DEGRADED)
    assert "make migrate" in outdated.detail


@pytest.mark.parametrize(
    ("now", "newest", "status"),
    [
        pytest.param(NOW, None, Status.READY, id="nothing on record"),
        pytest.param(NOW, NOW - timedelta(days=400), Status.READY, id="nobody asked for a year"),
        pytest.param(NOW, NOW + CLOCK_TOLERANCE, Status.READY, id="another machine is a minute ahead"),
        pytest.param(NOW, NOW + CLOCK_TOLERANCE + timedelta(seconds=1), Status.DEGRADED, id="behind the record"),
        pytest.param(datetime(1970, 1, 1, tzinfo=UTC), None, Status.DEGRADED, id="never set"),
        pytest.param(datetime(2026, 11, 21, 23, 59, tzinfo=UTC), None, Status.DEGRADED, id="before the rules"),
        pytest.param(datetime(2026, 11, 22, tzinfo=UTC), None, Status.READY, id="the day of the rules"),
        pytest.param(datetime(2046, 12, 31, tzinfo=UTC), None, Status.READY, id="twenty years on"),
        pytest.param(datetime(2047, 1, 1, tzinfo=UTC), None, Status.DEGRADED, id="absurdly far"),
    ],
)
def test_the_clock(now: datetime, newest: datetime | None, status: Status) -> None:
    """Hazard H-10: by a wrong clock an older examination is taken for the newer one."""
    found = clock_check(now, newest)
    assert (found.name, found.status) == ("clock", status)
    assert ("Set it" in found.detail) is (status is Status.DEGRADED)


@pytest.mark.parametrize(
    ("newest", "words"),
    [
        pytest.param(datetime(2027, 3, 1, 11), "no time to hold the clock against", id="without an offset"),
        pytest.param(datetime.max, "no time to hold the clock against", id="the last one, without an offset"),
        pytest.param("yesterday", "no time to hold the clock against", id="words"),
        pytest.param(
            datetime.max.replace(tzinfo=timezone(-timedelta(hours=14))), "(9999-12-31T23:59:59-14:00)", id="too late"
        ),
        pytest.param(datetime.min.replace(tzinfo=timezone(timedelta(hours=14))), "agrees", id="too early"),
    ],
)
def test_an_altered_time_on_record_is_told_of_and_does_no_harm(newest: Any, words: str) -> None:
    """Hazard H-14: one damaged row takes readiness away, and with it the rules."""
    found = clock_check(NOW, newest)
    assert (found.name, found.status) == ("clock", Status.READY if words == "agrees" else Status.DEGRADED)
    assert words in found.detail


def test_a_check_that_fails_itself_takes_no_other_along(caplog: pytest.LogCaptureFixture) -> None:
    """Hazard H-14: one fault of a check takes readiness away, and with it the rules."""

    def broken() -> Check:
        raise ZeroDivisionError("Jane Doe")

    checks = [looked_at("record", broken), looked_at("model", lambda: model_check("1.2.0", None))]
    said = readiness(checks, **VERSIONS)
    assert said.status is Status.DEGRADED
    assert [(each.name, each.status) for each in said.checks] == [
        ("record", Status.DEGRADED),
        ("model", Status.READY),
    ]
    assert "cannot be told" in said.checks[0].detail
    assert "Jane" not in said.checks[0].detail
    assert "the check of record failed" in caplog.text


@dataclass(frozen=True)
class Way:
    """One way to be let in, as the check sees it."""

    fault: str | None = None
    able: bool = True


WELL, OFF = Way(), Way(able=False)
STALE = Way("The file of keys cannot be read; the keys known before count.")
SILENT = Way("The keys of the issuer were never fetched.", able=False)


@pytest.mark.parametrize(
    ("ways", "status", "detail"),
    [
        pytest.param((WELL, WELL), Status.READY, "Callers can be told apart.", id="all is well"),
        pytest.param((WELL, OFF), Status.READY, "Callers can be told apart.", id="no record system is to be let in"),
        pytest.param((STALE, WELL), Status.DEGRADED, STALE.fault, id="something is wrong with the one"),
        pytest.param((WELL, SILENT), Status.DEGRADED, SILENT.fault, id="no record system can be let in"),
        pytest.param((SILENT, WELL), Status.DEGRADED, SILENT.fault, id="only record systems can be let in"),
        pytest.param((STALE, SILENT), Status.DEGRADED, f"{STALE.fault} {SILENT.fault}", id="both are told"),
        pytest.param((SILENT, OFF), Status.NOT_READY, SILENT.fault, id="nobody can be let in"),
        pytest.param((OFF, OFF), Status.NOT_READY, "Nobody can be let in.", id="nobody, and nobody knows why"),
    ],
)
def test_identity(ways: tuple[Way, ...], status: Status, detail: str) -> None:
    """Hazard H-14: record systems cannot be let in, and nobody is told; or they could, and are out of reach."""
    assert identity_check(*ways) == Check(name="identity", status=status, detail=detail)
