"""Audit what the service installs: known faults, the lock, the environment, licences; and write an SBOM.

    python -m bench.audit [--lock FILE] [--sbom FILE] [--osv URL]

The exit status tells the three cases apart that a green tick would mix up: 0 all was checked and is well, 1 something
was found, 3 nothing was found, but not all could be checked. An advisory service that knows none of the packages, as a
mirror of the index without its JSON interface does, is such a case: pip-audit by itself calls it clean.
"""

import argparse
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from bench.sbom import direct, licence, write_sbom

ROOT = Path(__file__).parent.parent
LOCK = ROOT / "requirements" / "service.lock"
WHOLE_LOCK = ROOT / "requirements" / "dev.lock"
PYPROJECT = ROOT / "pyproject.toml"
SBOM = ROOT / "sbom.cdx.json"
AUDIT_SECONDS = 300

COPYLEFT = re.compile(r"GPL|MPL|EPL|EUPL|CDDL|CC-BY-SA|SSPL", re.IGNORECASE)
"""Licences that ask something of who passes the software on: somebody should have read them."""


class Result(IntEnum):
    """How a check ended; the highest of all is the exit status."""

    WELL = 0
    FOUND = 1
    NOT_CHECKED = 3


@dataclass(frozen=True, kw_only=True)
class Checked:
    """One check: what was looked at, how it ended, and what to say."""

    what: str
    result: Result
    told: str


@dataclass(frozen=True, kw_only=True)
class Locked:
    """One package of a lock."""

    name: str
    version: str
    hashes: int


_PINNED = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\n)(?:[ \t]+.*\n?)*)", re.M
)


def read_lock(path: Path) -> tuple[Locked, ...]:
    """The packages of a lock.

    Raises:
        ValueError: a line of it is neither a pinned package, nor a hash, nor a comment.
    """
    text = path.read_text(encoding="utf-8")
    found = tuple(
        Locked(
            name=canonicalize_name(each["name"]), version=each["version"], hashes=each["rest"].count("--hash=sha256:")
        )
        for each in _PINNED.finditer(text)
    )
    strange = [
        line for line in text.splitlines() if not re.match(r"\s*(#|$)|\s+--hash=sha256:|[A-Za-z0-9._\[\]-]+==", line)
    ]
    if strange:
        raise ValueError(f"{path.name} holds something that is no pinned package: {strange[0][:80]}")
    return found


def known_faults(lock: Path, packages: Sequence[Locked], osv: str | None) -> Checked:
    """What pip-audit finds, and whether it could look at all."""
    command = [sys.executable, "-m", "pip_audit", "-r", str(lock), "--require-hashes", "--disable-pip"]
    command += ["--format", "json", "--progress-spinner", "off", "--desc", "off"]
    command += ["--vulnerability-service", "osv", "--osv-url", osv] if osv else []
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=AUDIT_SECONDS)
        report = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, json.JSONDecodeError):
        report = None
    return told_of_faults(report, packages)


def told_of_faults(report: dict[str, Any] | None, packages: Sequence[Locked]) -> Checked:
    """What a report of pip-audit comes to; None where there is none."""
    what = "known faults"
    if report is None:
        return Checked(what=what, result=Result.NOT_CHECKED, told="not checked: the advisory service is out of reach")
    looked_at = [each for each in report["dependencies"] if "vulns" in each]
    faulty = [
        f"{each['name']} {each['version']}: {fault['id']}, mended in {', '.join(fault['fix_versions']) or 'no version'}"
        for each in looked_at
        for fault in each["vulns"]
    ]
    if faulty:
        return Checked(what=what, result=Result.FOUND, told="; ".join(faulty))
    known = {canonicalize_name(each["name"]) for each in looked_at}
    missed = [each.name for each in packages if each.name not in known]
    if missed:
        told = f"not checked: the advisory service does not know {len(missed)} of {len(packages)} packages"
        return Checked(what=what, result=Result.NOT_CHECKED, told=f"{told} ({', '.join(missed[:3])} …)")
    return Checked(what=what, result=Result.WELL, told=f"none in {len(packages)} packages")


def lock_fits(lock: Path, whole: Path, pyproject: Path) -> Checked:
    """Whether the lock is what the project asks for, pinned, hashed, and the same that was tested."""
    packages = read_lock(lock)
    # A package may be there in two versions, each for some versions of Python.
    tested = {(each.name, each.version) for each in read_lock(whole)}
    wrong = [f"{each.name} has no hash" for each in packages if not each.hashes]
    for asked in direct(pyproject):
        name = canonicalize_name(asked.name)
        versions = [each.version for each in packages if each.name == name]
        if not versions:
            wrong.append(f"{name} is asked for and not locked")
        wrong += [
            f"{name} is locked at {version}, asked for is {asked.specifier}"
            for version in versions
            if not asked.specifier.contains(Version(version), prereleases=True)
        ]
    wrong += [
        f"{each.name} {each.version} is installed for the service, and was not tested"
        for each in packages
        if (each.name, each.version) not in tested
    ]
    if wrong:
        return Checked(what="lock", result=Result.FOUND, told="; ".join([*wrong, "make lock"]))
    return Checked(what="lock", result=Result.WELL, told=f"{len(packages)} packages, pinned, hashed, as tested")


def environment_fits() -> Checked:
    """Whether what is installed here fits together."""
    done = subprocess.run(
        [sys.executable, "-m", "uv", "pip", "check", "--quiet", "--python", sys.executable],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return Checked(what="environment", result=Result.WELL, told="what is installed fits together")
    said = " ".join(done.stderr.split()) or "uv pip check fails; run it to see why"
    return Checked(what="environment", result=Result.FOUND, told=said)


def licences(packages: Sequence[Locked]) -> Checked:
    """Which licences the packages state, and which of them ask something in return; a person judges."""
    stated = {(each.name, each.version): licence(each.name, each.version) for each in packages}
    count = Counter(each for each in stated.values() if each)
    listed = ", ".join(f"{name} {number}" for name, number in count.most_common(5))
    elsewhere = sum(each is None for each in stated.values())
    read_them = [f"{name} ({each})" for (name, _), each in stated.items() if each and COPYLEFT.search(each)]
    told = f"{listed} …; not installed here: {elsewhere}; to be read: {', '.join(read_them) or 'none'}"
    return Checked(what="licences", result=Result.WELL, told=told)


def sbom(lock: Path, to: Path) -> Checked:
    """Write the list of what the lock holds."""
    number = write_sbom(lock, PYPROJECT, to)
    return Checked(what="sbom", result=Result.WELL, told=f"{to.name}: {number} packages, valid CycloneDX")


def checks(lock: Path, to: Path, osv: str | None) -> Iterator[Checked]:
    """All of it, in the order in which it is told."""
    packages = read_lock(lock)
    yield sbom(lock, to)
    yield lock_fits(lock, WHOLE_LOCK, PYPROJECT)
    yield environment_fits()
    yield licences(packages)
    yield known_faults(lock, packages, osv)


def status(results: Sequence[Result]) -> int:
    """The exit status: what was found counts before what could not be checked."""
    return int(Result.FOUND if Result.FOUND in results else max(results))


def main(arguments: Sequence[str] | None = None) -> int:
    """Audit, and say what came of it."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--lock", type=Path, default=LOCK, help="the lock to audit")
    parser.add_argument("--sbom", type=Path, default=SBOM, help="where the list of packages goes")
    parser.add_argument("--osv", help="an advisory service with the interface of OSV, in place of that of PyPI")
    asked = parser.parse_args(arguments)
    results = []
    for each in checks(asked.lock, asked.sbom, asked.osv):
        print(f"{each.what:<13} {each.told}", flush=True)
        results.append(each.result)
    if (ended := status(results)) == Result.NOT_CHECKED:
        print("Nothing was found, but not all was checked: run it again where the advisory service is in reach.")
    return ended


if __name__ == "__main__":
    sys.exit(main())
