"""What the service is made of, for those who have to answer for it: a CycloneDX list of every package of its lock.

`cyclonedx-py` reads the lock, with the hashes of every file. What it cannot know from there is added: which package is
asked for directly, and the licence that the installed package states.
"""

import json
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from service.version import SOFTWARE_VERSION

VERSION = SchemaVersion.V1_6
NAME = "nerveroot"

# https://spdx.org/licenses: how packages that predate licence expressions name theirs.
_CLASSIFIERS = {
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License (ISCL)": "ISC",
    "MIT License": "MIT",
    "Mozilla Public License 2.0 (MPL 2.0)": "MPL-2.0",
    "Python Software Foundation License": "PSF-2.0",
    "GNU Lesser General Public License v3 (LGPLv3)": "LGPL-3.0-only",
    "GNU Library or Lesser General Public License (LGPL)": "LGPL",
}


def write_sbom(lock: Path, pyproject: Path, to: Path) -> int:
    """Write the list of what `lock` holds to a file; return how many packages that are.

    Raises:
        ValueError: what came out is no valid CycloneDX.
    """
    command = [sys.executable, "-W", "ignore", "-m", "cyclonedx_py", "requirements", str(lock)]
    # The same lock gives the same file, so that a change of one is a change of the other.
    command += ["--spec-version", VERSION.to_version(), "--output-reproducible", "--no-validate", "--output-file", "-"]
    made = subprocess.run(command, capture_output=True, text=True, check=True)
    bom = _completed(json.loads(made.stdout), direct(pyproject))
    text = json.dumps(bom, indent=2, sort_keys=True) + "\n"
    fault = JsonStrictValidator(VERSION).validate_str(text)
    if fault is not None:
        raise ValueError(f"the list of packages is no valid CycloneDX: {fault!r}"[:500])
    to.write_text(text, encoding="utf-8")
    return len(bom["components"])


def direct(pyproject: Path) -> tuple[Requirement, ...]:
    """What the service itself asks for."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    return tuple(Requirement(each) for each in project["dependencies"])


def _completed(bom: dict[str, Any], asked_for: tuple[Requirement, ...]) -> dict[str, Any]:
    wanted = {canonicalize_name(each.name) for each in asked_for}
    for component in bom["components"]:
        component["bom-ref"] = component["purl"]
        component.pop("description", None)  # the line of the lock once more
        stated = licence(component["name"], component["version"])
        if stated:
            component["licenses"] = [{"license": {"name": stated}}]
    components = sorted(bom["components"], key=lambda each: str(each["purl"]))
    root = f"pkg:pypi/{NAME}@{SOFTWARE_VERSION}"
    bom["components"] = components
    bom["metadata"]["component"] = {
        "bom-ref": root,
        "name": NAME,
        "purl": root,
        "type": "application",
        "version": SOFTWARE_VERSION,
    }
    bom["dependencies"] = [
        {"ref": root, "dependsOn": [each["bom-ref"] for each in components if each["name"] in wanted]},
        *({"ref": each["bom-ref"]} for each in components),
    ]
    return bom


def licence(name: str, version: str) -> str | None:
    """The licence that the package states, in the words of SPDX where it uses them; None where it is not installed."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return None
    if found.version != version:
        return None
    about = found.metadata
    if "License-Expression" in about:
        return str(about["License-Expression"])
    named = [str(each).rsplit(" :: ", 1)[1] for each in about.get_all("Classifier") or () if "License :: OSI" in each]
    if named:
        return " OR ".join(_CLASSIFIERS.get(each, each) for each in named)
    first = str(next(iter(about.get_all("License") or ()), "")).strip().partition("\n")[0]
    return first or "not stated"
