"""The images: by the advice for Dockerfiles, without a shell, a secret or a root, and with what they copy."""

import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.__main__ import GRACE_SECONDS
from service.app import create_app
from service.settings import SETTINGS, Settings
from service.version import SOFTWARE_VERSION
from tests.deploy.dockerfile import Stage, arguments, stages
from tests.deploy.files import DEPLOY, ROOT, compose

STAGES = stages()
IMAGES = ("service", "mlflow")
"""The stages that are images; the others only make what goes into them."""
PINNED = re.compile(r"[\w./-]+:v?\d+\.\d+[\w.-]*")


def hadolint() -> str:
    """The linter, of the environment that the tests run in."""
    found = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert found, "hadolint is missing: `make setup`"
    return found


def test_the_linter_of_dockerfiles_finds_nothing() -> None:
    done = subprocess.run(
        [hadolint(), "--no-color", str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stdout


def test_the_service_is_what_is_built_where_no_target_is_named() -> None:
    assert list(STAGES)[-1] == "service"


def test_every_stage_begins_with_one_image_that_a_site_can_name() -> None:
    assert {stage.parent for stage in STAGES.values()} == {"${PYTHON_IMAGE}"}
    image = arguments()["PYTHON_IMAGE"]
    assert PINNED.fullmatch(image), image
    assert image.startswith("python:3.11.")
    assert "slim" in image


@pytest.mark.parametrize("stage", [pytest.param(each, id=each.name) for each in STAGES.values()])
def test_what_is_copied_is_there_and_not_ignored(stage: Stage) -> None:
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    let_in = {line.removeprefix("!") for line in ignored if line.startswith("!")}
    assert "*" in ignored, "everything is left out but what is named"
    for sources, _ in stage.copied:
        for source in sources:
            place = source.strip("/")
            assert (ROOT / place).exists(), place
            assert {place, place.split("/")[0]} & let_in, place
            if place.startswith("deploy/"):
                assert place in let_in, f"{place}: deploy/ as a whole is left out, because of its secrets"


@pytest.mark.parametrize("name", IMAGES)
def test_nobody_in_an_image_is_root(name: str) -> None:
    user = STAGES[name].only("USER")
    assert re.fullmatch(r"[1-9]\d{3,}:[1-9]\d{3,}", user), "by number: a cluster cannot look up names"


@pytest.mark.parametrize("name", IMAGES)
@pytest.mark.parametrize("instruction", ["ENTRYPOINT", "CMD", "HEALTHCHECK"])
def test_no_shell_stands_between_a_container_and_its_program(name: str, instruction: str) -> None:
    words = STAGES[name].words(instruction)
    assert words[0] in {"python", "mlflow"}
    scripts = [word for word in words if word.endswith(".py")]
    assert all((DEPLOY / script.removeprefix("/app/")).is_file() for script in scripts)


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_says_what_it_is(name: str) -> None:
    for label in ("title", "description", "version", "revision"):
        assert f"org.opencontainers.image.{label}=" in STAGES[name].only("LABEL")


def test_what_is_installed_is_locked_by_hash_and_not_compiled() -> None:
    installs = [
        text for stage in STAGES.values() for text in stage.said("RUN") if " install " in text and "pip" in text
    ]
    assert len(installs) == 2
    for text in installs:
        assert "--require-hashes" in text
        assert "--only-binary :all:" in text


@pytest.mark.parametrize("word", ["latest", "http:", "https:", "index-url", "trusted-host", "curl", "apt-get"])
def test_nothing_is_fetched_but_locked_packages(word: str) -> None:
    text = "\n".join(said for stage in STAGES.values() for _, said in stage.instructions)
    assert word not in text


def test_the_image_states_settings_that_there_are() -> None:
    stated = {name for name in STAGES["service"].variables if name.startswith("NERVEROOT_")}
    assert stated == {"NERVEROOT_HOST", "NERVEROOT_JOURNAL_DIR", "NERVEROOT_API_KEYS_FILE"}
    assert stated <= set(SETTINGS)


@pytest.mark.parametrize(
    ("name", "variables"),
    [
        ("service", {"ORT_DISABLE_TELEMETRY": "1"}),
        ("mlflow", {"ORT_DISABLE_TELEMETRY": "1", "MLFLOW_DISABLE_TELEMETRY": "true", "DO_NOT_TRACK": "true"}),
    ],
)
def test_libraries_send_nothing_to_those_who_made_them(name: str, variables: Mapping[str, str]) -> None:
    assert variables.items() <= STAGES[name].variables.items()


def test_what_is_written_goes_to_places_that_are_made_for_the_user() -> None:
    service = STAGES["service"]
    (made,) = (text for text in service.said("RUN") if text.startswith("install -d"))
    user, group = service.only("USER").split(":")
    assert f"-o {user} -g {group} -m 0700" in made
    for name in ("NERVEROOT_JOURNAL_DIR", "NERVEROOT_API_KEYS_FILE"):
        path = service.variables[name]
        assert {path, str(Path(path).parent)} & set(made.split()), name


def test_the_health_check_asks_where_the_service_listens() -> None:
    _, _, _, port, path = STAGES["service"].words("HEALTHCHECK")
    assert port == STAGES["service"].only("EXPOSE") == str(Settings().port)
    with TestClient(create_app(Settings())) as client:
        assert client.get(path).status_code == 200


def test_the_version_is_that_of_the_software() -> None:
    services = compose()["services"]
    for name in ("service", "migrate", "keys", "mlflow"):
        assert services[name]["image"].rpartition(":")[2] == SOFTWARE_VERSION
        assert services[name]["build"]["args"]["VERSION"] == SOFTWARE_VERSION
        assert services[name]["build"]["args"]["PYTHON_IMAGE"] == arguments()["PYTHON_IMAGE"]
        assert services[name]["build"]["target"] in IMAGES


def test_requests_under_way_may_finish() -> None:
    assert int(compose()["services"]["service"]["stop_grace_period"].rstrip("s")) > GRACE_SECONDS
