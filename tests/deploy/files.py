"""The files of deploy/, read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
DEPLOY: Final = ROOT / "deploy"
KUBERNETES: Final = DEPLOY / "kubernetes"
BASE: Final = KUBERNETES / "base"
EXAMPLE: Final = KUBERNETES / "overlays" / "example"

Node = Mapping[str, Any]

_VARIABLE = re.compile(r"\$\{([A-Z_]+):-([^}]*)\}")


def compose() -> Node:
    """compose.yaml as it is where no variable is set."""
    text = (DEPLOY / "compose.yaml").read_text(encoding="utf-8")
    found: Node = yaml.safe_load(_VARIABLE.sub(r"\2", text))
    return found


def manifests(folder: Path) -> Iterator[tuple[Path, Node]]:
    """Every object of Kubernetes in a folder, with its file; what kustomize itself reads is none."""
    for file in sorted(folder.glob("*.yaml")):
        if file.name != "kustomization.yaml":
            for each in yaml.safe_load_all(file.read_text(encoding="utf-8")):
                yield file, each


def the(kind: str, name: str = "nerveroot") -> Node:
    """The one object of that kind and name in the base."""
    (found,) = (each for _, each in manifests(BASE) if (each["kind"], each["metadata"]["name"]) == (kind, name))
    return found


def settings_file(path: Path, *, with_comments: bool = False) -> dict[str, str]:
    """The variables of a file of settings; `with_comments` those too that are only proposed there."""
    mark = "#? ?" if with_comments else ""
    return dict(re.findall(rf"^{mark}([A-Z][A-Z0-9_]*)=(.*)$", path.read_text(encoding="utf-8"), re.MULTILINE))


def environment(container: Node) -> dict[str, str]:
    """The variables of a container in Kubernetes by name; where one comes from a Secret, the name of its key."""
    return {each["name"]: each.get("value") or each["valueFrom"]["secretKeyRef"]["key"] for each in container["env"]}


def strings(node: Any) -> Iterator[str]:
    """Every text in a tree, names of fields left out."""
    if isinstance(node, str):
        yield node
    elif isinstance(node, Mapping):
        for each in node.values():
            yield from strings(each)
    elif isinstance(node, Sequence):
        for each in node:
            yield from strings(each)
