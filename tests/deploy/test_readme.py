"""deploy/README.md: what it links to and names is there."""

import re

import pytest

from service.version import SOFTWARE_VERSION
from tests.deploy.files import BASE, DEPLOY, ROOT, compose, environment, manifests, strings

TEXT = (DEPLOY / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("link", sorted(set(re.findall(r"\]\((?!http|#)([^)#]+)\)", TEXT))))
def test_every_link_leads_somewhere(link: str) -> None:
    assert (DEPLOY / link).exists()


@pytest.mark.parametrize("section", re.findall(r"\]\(#([^)]+)\)", TEXT))
def test_every_link_within_leads_to_a_heading(section: str) -> None:
    assert f"## {section.replace('-', ' ')}" in TEXT.lower()


def test_services_of_compose_are_named_as_they_are() -> None:
    named = re.findall(r"docker compose (?:run --rm|exec -T|stop|start) ([a-z]+)", TEXT)
    assert len(named) > 5
    assert set(named) <= set(compose()["services"])


def test_every_secret_that_the_manifests_name_is_told() -> None:
    keys = set()
    for _, manifest in manifests(BASE):
        for pod in (each for each in [manifest.get("spec", {}).get("template", {}).get("spec")] if each):
            keys |= {value for value in environment(pod["containers"][0]).values() if value != "127.0.0.1"}
            keys |= {each["secret"]["secretName"] for each in pod["volumes"] if "secret" in each}
    assert keys == {"database-url", "record-key", "nerveroot-api-keys"}
    assert all(f"`{key}`" in TEXT for key in keys)


def test_objects_of_the_cluster_are_named_as_they_are() -> None:
    there = {f"{each['kind'].lower()}/{each['metadata']['name']}" for _, each in manifests(BASE)}
    named = set(re.findall(r"(?:job|statefulset)/[a-z-]+", TEXT))
    assert named
    assert named <= there
    labels = {text for _, each in manifests(BASE) for text in strings(each)}
    assert {"migration", "service"} <= labels


def test_targets_of_make_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:^|`|&& |json )make(?: -C \S+)? ([a-z-]+)", TEXT, re.MULTILINE))
    assert {"serve", "migrate", "api-key", "image"} <= named
    for target in named:
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_the_version_in_the_commands_is_that_of_the_software() -> None:
    assert set(re.findall(r"nerveroot:(\d+\.\d+\.\d+)", TEXT)) == {SOFTWARE_VERSION}
