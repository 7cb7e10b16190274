"""The service runs from what its image holds: another user, files that nobody writes, a real PostgreSQL."""

import json
import re
import secrets
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from service.__main__ import GRACE_SECONDS
from tests.deploy.files import ROOT, settings_file
from tests.deploy.image import PATIENCE, WITHOUT_TRAINING, Image, Tree, assembled
from tests.record.postgres import Cluster, running_cluster

EXAM = json.loads((ROOT / "service" / "examples" / "exam_emergency.json").read_text(encoding="utf-8"))
COMPOSE = settings_file(ROOT / "deploy" / "service.env")
RECORD_HOST = {"NERVEROOT_HOST": "127.0.0.1"}
"""What compose.yaml and migration.yaml state for commands that listen nowhere."""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL of its own: one test stops it."""
    with running_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def image(cluster: Cluster) -> Iterator[Image]:
    """The image, with its secrets beside it as files and a database without tables."""
    with assembled() as made:
        made.secret("NERVEROOT_DATABASE_URL", cluster.new_database(migrated=False))
        made.secret("NERVEROOT_RECORD_KEY", secrets.token_hex(32))
        yield made


@pytest.fixture(scope="module")
def before(image: Image) -> Tree:
    """Its files before anything ran."""
    return image.tree()


@pytest.fixture(scope="module")
def migrated(image: Image, before: Tree) -> str:
    """What the migration says; it needs neither the key of the record nor an identity."""
    done = image.run("python", "-m", "service.record", "migrate", **RECORD_HOST)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def key(image: Image) -> str:
    """A key of a caller, made as compose.yaml makes it."""
    asked = ("create", "--tenant", "clinic", "--name", "app", "--scopes", "assess,read,admin")
    done = image.run("python", "-m", "service.identity", *asked, **RECORD_HOST)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def served(image: Image, migrated: str, key: str) -> Iterator[tuple[httpx2.Client, subprocess.Popen[bytes]]]:
    """A client of the service, and its process."""
    port = str(free_port())
    with image.serving(**COMPOSE, NERVEROOT_PORT=port) as process:
        until = time.monotonic() + PATIENCE
        while not image.healthy(NERVEROOT_PORT=port):
            assert process.poll() is None, image.log()
            assert time.monotonic() < until, image.log()
            time.sleep(0.1)
        headers = {"X-API-Key": key}
        with httpx2.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=PATIENCE) as client:
            yield client, process


Served = tuple[httpx2.Client, subprocess.Popen[bytes]]


def test_it_runs_without_rights_beyond_those_of_its_user(image: Image, served: Served) -> None:
    assert WITHOUT_TRAINING.exists(), "`make setup`"
    status = Path(f"/proc/{served[1].pid}/status")
    if not status.exists():
        pytest.skip("only Linux tells what rights a process has")
    told = dict(line.split(":\t", 1) for line in status.read_text(encoding="utf-8").splitlines() if ":\t" in line)
    assert set(told["Uid"].split()) == {str(image.user)}
    assert int(told["CapEff"], 16) == 0


def test_the_migration_makes_the_tables_once(image: Image, migrated: str) -> None:
    assert "there were none" in migrated
    again = image.run("python", "-m", "service.record", "migrate", **RECORD_HOST)
    assert "nothing was changed" in again.stdout


def test_everything_works(served: Served) -> None:
    answer = served[0].get("/health/ready")
    assert answer.status_code == 200
    assert answer.json()["status"] == "ready", answer.text


def test_an_answer_has_probabilities_and_is_on_record(served: Served) -> None:
    answer = served[0].post("/v1/assessments", json=EXAM)
    assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "stored")
    said = answer.json()
    assert (said["urgency"], said["classifier"]["status"]) == ("emergency", "ok")
    assert served[0].get(answer.headers["Location"]).content == answer.content


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/form", "/rules", "/model", "/launch"),
        *("/v1/rules", "/v1/model", "/openapi.json", "/metrics"),
        *("/fhir/metadata", "/fhir/Questionnaire", "/cds-services"),
    ],
)
def test_whatever_is_read_from_files_is_in_the_image(served: Served, path: str) -> None:
    answer = served[0].get(path)
    assert answer.status_code == 200, answer.text


def test_nobody_is_let_in_without_a_key(served: Served) -> None:
    assert httpx2.post(f"{served[0].base_url}/v1/assessments", json=EXAM).status_code == 401


@pytest.mark.parametrize("page", ["/", "/model", "/launch"])
def test_whatever_a_page_loads_is_in_the_image(served: Served, page: str) -> None:
    named = re.findall(r'(?:src|href)="([^"#?:]+\.(?:js|css|svg|png))["?]', served[0].get(page).text)
    loaded = {urljoin(page, each) for each in named}
    assert loaded
    assert {path: served[0].get(path).status_code for path in loaded} == dict.fromkeys(loaded, 200)


def test_while_the_database_is_down_answers_wait_on_the_volume_of_the_journal(
    cluster: Cluster, image: Image, served: Served
) -> None:
    journal = image.volumes / "journal"
    cluster.stop()
    try:
        answer = served[0].post("/v1/assessments", json=EXAM)
        assert (answer.status_code, answer.headers["Nerveroot-Record"]) == (201, "deferred")
        assert list(journal.iterdir())
        ready = served[0].get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (200, "degraded"), "it stays in rotation"
    finally:
        cluster.start()
    until = time.monotonic() + PATIENCE
    while list(journal.iterdir()):
        assert time.monotonic() < until, image.log()
        time.sleep(0.1)
    assert served[0].get(answer.headers["Location"]).headers["Nerveroot-Record"] == "stored"


def test_without_an_identity_it_refuses_to_start(image: Image, migrated: str) -> None:
    done = image.run("python", "-m", "service")
    assert done.returncode == 2
    assert "Set NERVEROOT_AUTH" in done.stderr


def test_it_ends_when_it_is_told_to_and_has_written_nothing_into_the_image(
    image: Image, before: Tree, served: Served
) -> None:
    process = served[1]
    began = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(PATIENCE) in (0, -signal.SIGTERM)
    assert time.monotonic() - began < GRACE_SECONDS
    assert image.tree() == before
    # Every line is the log of the service: no library speaks for itself.
    assert all(line.startswith("{") for line in image.log().splitlines()), image.log()
