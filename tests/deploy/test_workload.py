"""What the manifests ask of a cluster is what the service needs: probes, time, places, labels, rights, settings."""

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from service.__main__ import GRACE_SECONDS
from service.app import create_app
from service.record.record import CLOSING, STARTING
from service.settings import SETTINGS, Settings, unknown_settings
from tests.deploy.dockerfile import stages
from tests.deploy.files import BASE, EXAMPLE, Node, environment, manifests, settings_file, strings, the

IMAGE = stages()["service"]
WORKLOAD = the("StatefulSet")
JOB = the("Job", "nerveroot-migration")
PODS = {"service": WORKLOAD["spec"]["template"], "migration": JOB["spec"]["template"]}
PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
ON_SETTING = {"NERVEROOT_DATABASE_URL": "database-url", "NERVEROOT_RECORD_KEY": "record-key"}

every_pod = pytest.mark.parametrize("template", [pytest.param(each, id=name) for name, each in PODS.items()])


def container(template: Node) -> Node:
    """The one container of a pod."""
    (found,) = template["spec"]["containers"]
    assert isinstance(found, Mapping)
    return found


SERVICE = container(PODS["service"])


def selectors(node: object, name: str = "") -> Iterator[tuple[str, Mapping[str, str]]]:
    """Every choice of pods by their labels, with the field it stands in."""
    if isinstance(node, Mapping):
        if "matchLabels" in node and name != "namespaceSelector":
            yield name, node["matchLabels"]
        for field, each in node.items():
            yield from selectors(each, field)
    elif isinstance(node, list):
        for each in node:
            yield from selectors(each, name)


def chosen(labels: Mapping[str, str]) -> set[str]:
    """The pods that have these labels."""
    return {name for name, each in PODS.items() if labels.items() <= each["metadata"]["labels"].items()}


def test_every_choice_of_pods_meets_some() -> None:
    elsewhere = [{"k8s-app": "kube-dns"}, {"app.kubernetes.io/name": "postgresql"}]
    met = 0
    for _, manifest in itertools.chain(manifests(BASE), manifests(EXAMPLE)):
        for _, labels in selectors(manifest):
            if labels not in elsewhere:
                assert chosen(labels), (manifest["kind"], manifest["metadata"]["name"], labels)
                met += 1
    assert met > 5


@pytest.mark.parametrize("name", ["nerveroot", "nerveroot-pods"])
def test_a_service_leads_to_the_pods_of_the_service_and_to_a_port_they_have(name: str) -> None:
    spec = the("Service", name)["spec"]
    assert chosen(spec["selector"]) == {"service"}
    assert {each["targetPort"] for each in spec["ports"]} <= {each["name"] for each in SERVICE["ports"]}


def test_what_names_the_workload_names_this_one() -> None:
    target = the("HorizontalPodAutoscaler")["spec"]["scaleTargetRef"]
    assert (target["apiVersion"], target["kind"], target["name"]) == (
        *(WORKLOAD["apiVersion"], WORKLOAD["kind"], WORKLOAD["metadata"]["name"]),
    )
    assert WORKLOAD["spec"]["serviceName"] in {
        each["metadata"]["name"] for _, each in manifests(BASE) if each["kind"] == "Service"
    }
    assert chosen(the("PodDisruptionBudget")["spec"]["selector"]["matchLabels"]) == {"service"}


def test_the_number_of_pods_is_the_business_of_the_autoscaler() -> None:
    spec = the("HorizontalPodAutoscaler")["spec"]
    assert "replicas" not in WORKLOAD["spec"]
    assert 3 <= spec["minReplicas"] < spec["maxReplicas"]
    assert "cpu" in SERVICE["resources"]["requests"], "shares of it are what is counted"
    assert spec["minReplicas"] > the("PodDisruptionBudget")["spec"]["maxUnavailable"]


def test_the_image_is_asked_where_it_listens() -> None:
    (port,) = SERVICE["ports"]
    assert str(port["containerPort"]) == IMAGE.only("EXPOSE") == str(Settings().port)
    assert {SERVICE[probe]["httpGet"]["port"] for probe in PROBES} == {port["name"]}


def test_probes_ask_for_what_there_is_and_mean_what_it_says() -> None:
    paths = {probe: SERVICE[probe]["httpGet"]["path"] for probe in PROBES}
    assert paths == {
        "startupProbe": "/health/live",
        "livenessProbe": "/health/live",
        "readinessProbe": "/health/ready",
    }, "a database that is down must restart nobody"
    with TestClient(create_app(Settings())) as client:
        assert {client.get(path).status_code for path in paths.values()} == {200}


def test_a_start_has_the_time_that_database_and_journal_may_take() -> None:
    probe = SERVICE["startupProbe"]
    # The journal, the tables and the head, each as long as it may.
    assert probe["periodSeconds"] * probe["failureThreshold"] > 3 * STARTING


def test_an_end_has_the_time_that_requests_and_record_may_take() -> None:
    seconds = Settings().record_seconds
    record = (2 * seconds + 1) + CLOSING + (seconds + 1) + seconds
    pause = SERVICE["lifecycle"]["preStop"]["sleep"]["seconds"]
    assert PODS["service"]["spec"]["terminationGracePeriodSeconds"] > pause + GRACE_SECONDS + record


@every_pod
def test_a_pod_has_no_rights_it_does_not_need(template: Node) -> None:
    """By the restricted profile of the Pod Security Standards; its root is not written; it asks the cluster nothing."""
    pod, own = template["spec"]["securityContext"], container(template)["securityContext"]
    user, group = map(int, IMAGE.only("USER").split(":"))
    assert (pod["runAsNonRoot"], pod["runAsUser"], pod["runAsGroup"]) == (True, user, group)
    assert pod["seccompProfile"] == {"type": "RuntimeDefault"}
    assert own == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert template["spec"]["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & template["spec"].keys()
    assert container(template)["resources"].keys() == {"requests", "limits"}


@every_pod
def test_the_cluster_states_no_settings_by_itself(template: Node) -> None:
    # For a Service named nerveroot it would state these, and the service refuses to start with them.
    assert unknown_settings({"NERVEROOT_SERVICE_HOST": "10.0.0.1"})
    assert "NERVEROOT_PORT" in SETTINGS
    assert template["spec"]["enableServiceLinks"] is False


@every_pod
def test_secrets_are_named_and_where_they_are_is_known(template: Node) -> None:
    stated = container(template)["env"]
    by_reference = {each["name"]: each["valueFrom"]["secretKeyRef"] for each in stated if "valueFrom" in each}
    assert {name: ref["key"] for name, ref in by_reference.items()}.items() <= ON_SETTING.items()
    assert {ref["name"] for ref in by_reference.values()} == {"nerveroot"}
    assert {each["name"] for each in stated} <= set(SETTINGS)


@pytest.mark.parametrize("folder", [BASE, EXAMPLE])
def test_settings_are_settings_and_no_secrets(folder: Path) -> None:
    stated = set(settings_file(folder / "settings.env", with_comments=True))
    own = {name for name in stated if name.startswith("NERVEROOT_")}
    assert own <= set(SETTINGS) - set(ON_SETTING)
    assert stated - own <= {"FORWARDED_ALLOW_IPS"}, "what uvicorn reads by itself"


@pytest.mark.parametrize("folders", [(BASE,), (BASE, EXAMPLE)], ids=["base", "example"])
def test_the_service_takes_the_settings_as_they_are(folders: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch) -> None:
    stated = dict(IMAGE.variables)
    for folder in folders:
        stated |= settings_file(folder / "settings.env")
    for name, value in stated.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert not settings.loopback
    assert settings.auth != "none"


def test_the_migration_takes_its_settings_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NERVEROOT_RECORD_KEY")
    for name, value in (dict(IMAGE.variables) | environment(container(PODS["migration"]))).items():
        if name not in ON_SETTING:
            monkeypatch.setenv(name, value)
    assert Settings().loopback
    assert container(PODS["migration"])["args"] == ["python", "-m", "service.record", "migrate"]


def test_what_is_written_has_a_place_and_what_is_acknowledged_outlives_the_pod() -> None:
    mounts = {each["mountPath"]: each["name"] for each in SERVICE["volumeMounts"]}
    assert mounts[IMAGE.variables["NERVEROOT_JOURNAL_DIR"]] == "journal"
    (claim,) = WORKLOAD["spec"]["volumeClaimTemplates"]
    assert claim["metadata"]["name"] == "journal"
    assert WORKLOAD["spec"]["persistentVolumeClaimRetentionPolicy"] == {"whenDeleted": "Retain", "whenScaled": "Retain"}
    assert set(mounts.values()) == {"journal", *(each["name"] for each in PODS["service"]["spec"]["volumes"])}


def test_keys_of_callers_are_read_from_the_secret_that_is_mounted() -> None:
    keys = Path(settings_file(BASE / "settings.env")["NERVEROOT_API_KEYS_FILE"])
    (mount,) = (each for each in SERVICE["volumeMounts"] if each["name"] == "keys")
    assert mount["mountPath"] == str(keys.parent)
    assert "subPath" not in mount, "a file by itself is never renewed"
    (volume,) = (each for each in PODS["service"]["spec"]["volumes"] if each["name"] == "keys")
    assert volume["secret"]["defaultMode"] & 0o002 == 0, "the service refuses a file that everybody can write"


def test_nothing_comes_in_or_goes_out_but_what_is_named() -> None:
    policies = {
        each["metadata"]["name"]: each["spec"] for _, each in manifests(BASE) if each["kind"] == "NetworkPolicy"
    }
    deny = policies["nerveroot-nothing-else"]
    assert chosen(deny["podSelector"]["matchLabels"]) == set(PODS)
    assert (deny["policyTypes"], deny.get("ingress"), deny.get("egress")) == (["Ingress", "Egress"], None, None)
    goes_out = [rule for spec in policies.values() for rule in spec.get("egress", ())]
    assert sorted(port["port"] for rule in goes_out for port in rule["ports"]) == [53, 53, 5432]
    assert all(rule["to"] for rule in goes_out)
    comes_in = [rule for spec in policies.values() for rule in spec.get("ingress", ())]
    assert [port["port"] for rule in comes_in for port in rule["ports"]] == ["http"]
    assert all(rule["from"] for rule in comes_in)


def test_the_migration_can_be_applied_by_itself_with_what_it_needs() -> None:
    label = ("app.kubernetes.io/component", "migration")
    alone = {each["kind"] for _, each in manifests(BASE) if label in each["metadata"].get("labels", {}).items()}
    assert alone == {"Job", "NetworkPolicy"}
    assert not [text for text in strings(JOB) if text == "nerveroot-settings"]
