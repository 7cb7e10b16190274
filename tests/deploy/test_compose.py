"""compose.yaml: by the schema of Compose, closed to other machines, and made of what there is."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from service.settings import SETTINGS, Settings
from tests.deploy.dockerfile import stages
from tests.deploy.files import DEPLOY, Node, compose, settings_file, strings

COMPOSE = compose()
SERVICES = COMPOSE["services"]
KEPT_ON_A_VOLUME = {
    "postgres": {"record:/var/lib/postgresql/data"},
    "migrate": set(),
    "service": {"journal:/var/lib/nerveroot/journal"},
    "keys": {"keys:/var/lib/nerveroot/keys"},
    "mlflow": {"artifacts:/var/lib/mlflow/artifacts"},
    "prometheus": {"metrics:/prometheus"},
    "grafana": set(),
}
"""What outlives a container: the record, what waits for it, the keys of callers, and what the others keep."""

every_service = pytest.mark.parametrize("service", [pytest.param(each, id=name) for name, each in SERVICES.items()])


def made_from_folders(volumes: Any) -> set[str]:
    """The places beside compose.yaml that are mounted."""
    return {volume.split(":")[0] for volume in volumes if volume.startswith(".")}


def test_it_follows_the_schema_of_compose() -> None:
    # The schema is part of the package; nothing is fetched.
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    done = subprocess.run([*command, str(DEPLOY / "compose.yaml")], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_there_is_what_the_site_needs_and_no_more() -> None:
    assert set(SERVICES) == set(KEPT_ON_A_VOLUME)


@pytest.mark.parametrize("kind", ["secrets", "volumes", "networks"])
def test_what_is_used_is_declared_and_what_is_declared_is_used(kind: str) -> None:
    used = {each.split(":")[0] for service in SERVICES.values() for each in service.get(kind, ())}
    if kind == "volumes":
        used = {each for each in used if not each.startswith(".")}
    assert used == set(COMPOSE[kind])


@every_service
def test_images_are_pinned_and_can_be_named_by_the_site(service: Node) -> None:
    assert re.fullmatch(r"[\w./-]+:v?\d+\.\d+[\w.-]*", service["image"])
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    assert re.search(rf"image: \$\{{IMAGE_[A-Z]+:-{re.escape(service['image'])}\}}", text)


@every_service
def test_ports_are_those_of_this_machine_alone(service: Node) -> None:
    assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))


@every_service
def test_a_container_has_no_rights_it_does_not_need(service: Node) -> None:
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "devices", "pid", "ipc"} & set(service)
    assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
    assert service["restart"] in ("unless-stopped", "no")
    assert service["logging"]["options"].keys() == {"max-size", "max-file"}, "logs must not fill the disk"


@pytest.mark.parametrize("name", SERVICES)
def test_what_outlives_a_container_is_on_a_volume(name: str) -> None:
    volumes = {each for each in SERVICES[name].get("volumes", ()) if not each.endswith(":ro")}
    assert volumes == KEPT_ON_A_VOLUME[name]


def test_places_on_volumes_are_those_that_the_image_writes_to() -> None:
    written = stages()["service"].variables
    assert KEPT_ON_A_VOLUME["service"] == {f"journal:{written['NERVEROOT_JOURNAL_DIR']}"}
    assert KEPT_ON_A_VOLUME["keys"] == {f"keys:{Path(written['NERVEROOT_API_KEYS_FILE']).parent}"}
    assert "keys:/var/lib/nerveroot/keys:ro" in SERVICES["service"]["volumes"]
    assert "artifacts:" + stages()["mlflow"].variables["MLFLOW_ARTIFACTS_DESTINATION"] in SERVICES["mlflow"]["volumes"]


def test_the_database_is_reached_from_within_alone() -> None:
    assert SERVICES["postgres"]["networks"] == ["record"]
    assert "ports" not in SERVICES["postgres"]
    assert COMPOSE["networks"]["record"]["internal"] is True
    assert {name for name, each in SERVICES.items() if "record" in each.get("networks", ())} == {
        *("postgres", "migrate", "service", "mlflow")
    }


def test_the_service_waits_for_the_tables_and_these_for_the_database() -> None:
    assert SERVICES["service"]["depends_on"] == {"migrate": {"condition": "service_completed_successfully"}}
    assert SERVICES["migrate"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert SERVICES["postgres"]["healthcheck"]["test"][0] == "CMD"


def test_settings_of_the_service_are_settings_and_no_secrets() -> None:
    stated = settings_file(DEPLOY / "service.env", with_comments=True)
    own = {name for name in stated if name.startswith("NERVEROOT_")}
    assert own <= set(SETTINGS)
    assert set(stated) - own == {"FORWARDED_ALLOW_IPS"}, "what uvicorn reads by itself"
    assert not own & {"NERVEROOT_DATABASE_URL", "NERVEROOT_RECORD_KEY"}
    for name in ("migrate", "keys"):
        assert SERVICES[name]["environment"].keys() <= set(SETTINGS)


def test_the_service_takes_the_settings_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    stated = dict(stages()["service"].variables) | settings_file(DEPLOY / "service.env")
    for name, value in stated.items():
        monkeypatch.setenv(name, value)
    assert Settings().auth == "api_key"


def test_secrets_in_capitals_are_variables_that_somebody_reads() -> None:
    variables = {name for name in COMPOSE["secrets"] if name.isupper()}
    assert variables == {"NERVEROOT_DATABASE_URL", "NERVEROOT_RECORD_KEY", "MLFLOW_BACKEND_STORE_URI"}
    assert all(each["file"] == f"./secrets/{name}" for name, each in COMPOSE["secrets"].items())


def test_secrets_named_in_settings_of_others_are_given_to_them() -> None:
    for service in SERVICES.values():
        named = {
            text.removeprefix("/run/secrets/") for text in strings(service.get("environment", {})) if "/run/" in text
        }
        assert named <= set(service.get("secrets", ()))


def test_files_that_are_mounted_are_there() -> None:
    mounted = {place for each in SERVICES.values() for place in made_from_folders(each.get("volumes", ()))}
    assert len(mounted) == 5
    assert all((DEPLOY / place).exists() for place in mounted)
    # The image of PostgreSQL reads a script that is not executable into its own shell.
    assert (DEPLOY / "postgres" / "databases.sh").stat().st_mode & 0o111 == 0o111


@pytest.mark.parametrize("name", ["compose.yml", "kubernetes.yml"])
def test_prometheus_asks_under_the_name_that_rules_and_dashboard_go_by(name: str) -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / name).read_text(encoding="utf-8"))
    assert [(DEPLOY / "prometheus" / file).is_file() for file in config["rule_files"]] == [True]
    (job,) = config["scrape_configs"]
    assert (job["job_name"], job["metrics_path"]) == ("nerveroot", "/metrics")
    assert "credentials_file" in job["authorization"]


def test_prometheus_beside_the_service_reaches_it_with_the_token_it_is_given() -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus" / "compose.yml").read_text(encoding="utf-8"))["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"service:{stages()['service'].only('EXPOSE')}"]}]
    assert set(SERVICES["service"]["networks"]) & set(SERVICES["prometheus"]["networks"])
    assert job["authorization"]["credentials_file"] == "/run/secrets/metrics_token"
    assert SERVICES["prometheus"]["secrets"] == ["metrics_token"]


def test_grafana_shows_the_dashboard_from_its_file() -> None:
    provisioning = DEPLOY / "grafana" / "provisioning"
    (source,) = yaml.safe_load((provisioning / "datasources" / "prometheus.yaml").read_text())["datasources"]
    assert source["url"] == "http://prometheus:9090"
    assert source["isDefault"] is True
    (provider,) = yaml.safe_load((provisioning / "dashboards" / "nerveroot.yaml").read_text())["providers"]
    shown = SERVICES["grafana"]["environment"]["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"]
    assert shown == f"{provider['options']['path']}/nerveroot.json"
    assert f"./grafana/nerveroot.json:{shown}:ro" in SERVICES["grafana"]["volumes"]
