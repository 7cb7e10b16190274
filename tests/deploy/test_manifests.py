"""The manifests: by the schemas of Kubernetes, each named by a kustomization, and nothing secret in them."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy.files import BASE, EXAMPLE, KUBERNETES, Node, manifests, strings

VERSIONS = ("1.30", "1.33", "1.37")
"""The oldest that has all that is asked for (a pause before the end, by `sleep`), to one of these days."""
FOLDERS = (BASE, EXAMPLE)
OBJECTS = [
    pytest.param(each, id=f"{file.relative_to(KUBERNETES)}: {each['kind']} {each['metadata']['name']}")
    for folder in FOLDERS
    for file, each in manifests(folder)
]
CLUSTER_WIDE = {"Namespace"}


def kustomization(folder: Path) -> Node:
    """The kustomization of a folder."""
    found: Node = yaml.safe_load((folder / "kustomization.yaml").read_text(encoding="utf-8"))
    return found


def named(folder: Path) -> Iterator[str]:
    """Every file and folder that a kustomization names."""
    said = kustomization(folder)
    yield from said["resources"]
    for generator in said.get("configMapGenerator", ()):
        yield from generator.get("envs", ())
    for patch in said.get("patches", ()):
        if "path" in patch:
            yield patch["path"]


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", OBJECTS)
def test_a_manifest_follows_the_schema_strictly(manifest: dict[str, Any], version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_a_field_that_there_is_not_would_be_found() -> None:
    manifest = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "x"}, "spec": {"selectr": {}}}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(manifest, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_named_and_what_is_named_is_there(folder: Path) -> None:
    files = {each.name for each in folder.iterdir() if each.is_file() and each.name != "kustomization.yaml"}
    assert {name for name in named(folder) if "/" not in name} == files
    assert all((folder / name / "kustomization.yaml").is_file() for name in named(folder) if "/" in name)


@pytest.mark.parametrize("folder", FOLDERS)
def test_patches_meet_something(folder: Path) -> None:
    there = {(each["kind"], each["metadata"]["name"]) for _, each in manifests(BASE)}
    for patch in kustomization(folder).get("patches", ()):
        assert (patch["target"]["kind"], patch["target"]["name"]) in there


def test_an_overlay_names_the_image_of_the_base() -> None:
    (image,) = kustomization(EXAMPLE)["images"]
    used = {
        text for _, each in manifests(BASE) for text in strings(each) if re.fullmatch(r"[\w/.-]+:\d+\.\d+\.\d+", text)
    }
    assert used == {f"{image['name']}:{image['newTag']}"}


def test_an_overlay_changes_settings_that_the_base_makes() -> None:
    made = {each["name"] for each in kustomization(BASE)["configMapGenerator"]}
    for each in kustomization(EXAMPLE)["configMapGenerator"]:
        assert each["behavior"] == "merge"
        assert each["name"] in made


@pytest.mark.parametrize("manifest", OBJECTS)
def test_there_are_no_secrets_in_the_repository(manifest: Node) -> None:
    assert manifest["kind"] != "Secret"
    assert not [text for text in strings(manifest) if "://" in text and "@" in text], "an address with a password"


@pytest.mark.parametrize("manifest", OBJECTS)
def test_the_namespace_is_the_business_of_the_overlay(manifest: Node) -> None:
    assert "namespace" not in manifest["metadata"]
    assert kustomization(EXAMPLE)["namespace"]


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not on this machine")
@pytest.mark.parametrize("folder", FOLDERS)
def test_what_kustomize_builds_follows_the_schema(folder: Path) -> None:
    done = subprocess.run(["kubectl", "kustomize", str(folder)], capture_output=True, text=True, check=False)
    if "unknown command" in done.stderr:
        pytest.skip("this kubectl has no kustomize")
    assert (done.returncode, done.stderr) == (0, "")
    built = list(yaml.safe_load_all(done.stdout))
    assert len(built) > len(list(manifests(folder))) - 1
    for each in built:
        kubernetes_validate.validate(each, VERSIONS[-1], strict=True)
    settings = {each["metadata"]["name"] for each in built if each["kind"] == "ConfigMap"}
    (used,) = {
        source["configMapRef"]["name"]
        for each in built
        if each["kind"] == "StatefulSet"
        for source in each["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    }
    assert used in settings, "another setting replaces the pods"
    if folder == EXAMPLE:
        assert all(
            each["kind"] in CLUSTER_WIDE or each["metadata"]["namespace"] == kustomization(EXAMPLE)["namespace"]
            for each in built
        )
