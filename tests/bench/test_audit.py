"""`make audit` tells apart what is well, what was found, and what could not be looked at."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

import pytest
from cyclonedx.validation.json import JsonStrictValidator
from pip._internal.models.index import PyPI

from bench.audit import (
    LOCK,
    PYPROJECT,
    WHOLE_LOCK,
    Result,
    environment_fits,
    known_faults,
    licences,
    lock_fits,
    read_lock,
    status,
    told_of_faults,
)
from bench.sbom import VERSION, direct, licence, write_sbom

HASH = "--hash=sha256:" + "0" * 64


class _Advisories(BaseHTTPRequestHandler):
    """Speaks the interface of OSV; knows of one fault, in `idna`."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        name = asked["package"]["name"]
        fixed = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.1"}]}
        fault = {"id": "TEST-1", "affected": [{"package": {"name": name, "ecosystem": "PyPI"}, "ranges": [fixed]}]}
        body = json.dumps({"vulns": [fault]} if name == "idna" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def advising() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Advisories)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1/query"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def a_lock(folder: Path, *lines: str) -> Path:
    path = folder / "some.lock"
    path.write_text("# made by a test\n" + "".join(f"{line} \\\n    {HASH}\n" for line in lines))
    return path


@pytest.mark.parametrize(
    ("package", "result", "words"),
    [
        ("idna==3.1", Result.FOUND, "idna 3.1: TEST-1, mended in 99.1"),
        ("certifi==2024.1.1", Result.WELL, "none in 1 packages"),
    ],
)
def test_pip_audit_asks_the_advisory_service(tmp_path: Path, package: str, result: Result, words: str) -> None:
    lock = a_lock(tmp_path, package)
    with advising() as url:
        checked = known_faults(lock, read_lock(lock), url)
    assert (checked.result, checked.told) == (result, words)


def test_a_service_out_of_reach_is_told_as_such(tmp_path: Path) -> None:
    lock = a_lock(tmp_path, "idna==3.1")
    checked = known_faults(lock, read_lock(lock), "http://127.0.0.1:1/v1/query")
    assert checked.result is Result.NOT_CHECKED
    assert "out of reach" in checked.told


def test_a_service_that_knows_nothing_is_not_a_clean_one(tmp_path: Path) -> None:
    """pip-audit ends with 0 and `No known vulnerabilities found` where the index answers 404 for every package."""
    packages = read_lock(a_lock(tmp_path, "idna==3.1", "certifi==2024.1.1"))
    skipped = {"name": "idna", "skip_reason": "Dependency not found on PyPI and could not be audited: idna (3.1)"}
    known = {"name": "certifi", "version": "2024.1.1", "vulns": []}
    checked = told_of_faults({"dependencies": [skipped, known], "fixes": []}, packages)
    assert checked.result is Result.NOT_CHECKED
    assert "does not know 1 of 2 packages (idna …)" in checked.told


@pytest.mark.parametrize(
    ("results", "ended"),
    [
        ([Result.WELL, Result.WELL], 0),
        ([Result.WELL, Result.NOT_CHECKED], 3),
        ([Result.NOT_CHECKED, Result.FOUND], 1),
    ],
)
def test_the_exit_status_tells_the_cases_apart(results: list[Result], ended: int) -> None:
    assert status(results) == ended


def test_the_lock_of_the_service_is_what_is_asked_for_and_what_is_tested() -> None:
    checked = lock_fits(LOCK, WHOLE_LOCK, PYPROJECT)
    assert checked.result is Result.WELL, checked.told


@pytest.mark.parametrize(
    ("lines", "asked", "words"),
    [
        pytest.param(["a==1.0"], '"a>=1"', None, id="fits"),
        pytest.param(["a-b==1.0"], "\"A_b[more]>=1; python_version > '3'\"", None, id="named in another way"),
        pytest.param(["a==1.0"], '"a>=2"', "a is locked at 1.0, asked for is >=2", id="too old"),
        pytest.param(["a==1.0"], '"b"', "b is asked for and not locked", id="left out"),
        pytest.param(["a==1.1"], '"a"', "a 1.1 is installed for the service, and was not tested", id="not as tested"),
    ],
)
def test_a_lock_that_does_not_fit_is_found(tmp_path: Path, lines: list[str], asked: str, words: str | None) -> None:
    (tmp_path / "tested").mkdir()
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text(f'[project]\nname = "x"\ndependencies = [{asked}]\n')
    checked = lock_fits(a_lock(tmp_path, *lines), a_lock(tmp_path / "tested", "a==1.0", "a-b==1.0"), pyproject)
    assert checked.result is (Result.FOUND if words else Result.WELL)
    assert words is None or words in checked.told


def test_a_lock_without_hashes_is_found(tmp_path: Path) -> None:
    (tmp_path / "some.lock").write_text("a==1.0\n")
    pyproject = tmp_path / "pyproject.toml"
    pyproject.write_text('[project]\nname = "x"\ndependencies = ["a"]\n')
    checked = lock_fits(tmp_path / "some.lock", tmp_path / "some.lock", pyproject)
    assert "a has no hash" in checked.told


@pytest.mark.parametrize("line", ["a>=1.0", "-e .", "https://example.org/a.whl", "--index-url https://example.org"])
def test_a_lock_holds_pinned_packages_and_nothing_else(tmp_path: Path, line: str) -> None:
    path = tmp_path / "some.lock"
    path.write_text(f"{line}\n")
    with pytest.raises(ValueError, match="no pinned package"):
        read_lock(path)


def test_what_is_installed_fits_together() -> None:
    checked = environment_fits()
    assert checked.result is Result.WELL, checked.told


def test_licences_that_ask_something_in_return_are_named() -> None:
    told = licences(read_lock(LOCK)).told
    assert "psycopg (LGPL-3.0-only)" in told.split("to be read: ")[1]
    assert "fastapi" not in told
    assert licence("no-such-package", "1") is None


def test_the_sbom_is_valid_and_holds_what_the_lock_holds(tmp_path: Path) -> None:
    to, packages = tmp_path / "sbom.cdx.json", read_lock(LOCK)
    assert write_sbom(LOCK, PYPROJECT, to) == len(packages)
    assert JsonStrictValidator(VERSION).validate_str(to.read_text()) is None
    bom = json.loads(to.read_text())
    assert {(each["name"], each["version"]) for each in bom["components"]} == {
        (each.name, each.version) for each in packages
    }
    assert all(reference["hashes"] for each in bom["components"] for reference in each["externalReferences"])
    assert "timestamp" not in bom["metadata"]  # the same lock makes the same file
    assert "serialNumber" not in bom
    root = bom["metadata"]["component"]
    assert root["name"] == "nerveroot"
    [of_root] = [each["dependsOn"] for each in bom["dependencies"] if each["ref"] == root["bom-ref"]]
    named = {each["bom-ref"]: each["name"] for each in bom["components"]}
    assert {named[each] for each in of_root} == {each.name for each in direct(PYPROJECT)}
    [fastapi] = [each for each in bom["components"] if each["name"] == "fastapi"]
    assert fastapi["licenses"] == [{"license": {"name": "MIT"}}]
    # The public index, as pip knows it, and not a mirror that this machine happens to install from.
    hosts = {urlsplit(reference["url"]).netloc for reference in fastapi["externalReferences"]}
    assert hosts == {PyPI.netloc}
