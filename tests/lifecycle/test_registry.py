"""Which registered model is which, and that its file is the one that was registered."""

from pathlib import Path
from typing import Any

import pytest

from tests.lifecycle.conftest import Logged
from training import registry
from training.release import digest_of
from training.store import Store, StoreFailed, connect


def test_the_challenger_is_the_last_one_and_a_version_is_found_by_its_name(client: Any, logged: Logged) -> None:
    logged("0.2.0")
    logged("0.2.1", strength=1.1)
    assert registry.challenger(client, None).version == "0.2.1"
    first = registry.challenger(client, "0.2.0")
    assert (first.version, first.aliases) == ("0.2.0", ())


def test_of_a_version_trained_twice_the_later_one_counts(client: Any, logged: Logged, tmp_path: Path) -> None:
    logged("0.2.2")
    (tmp_path / "candidates" / "0.2.2").rename(tmp_path / "earlier")
    again = logged("0.2.2", strength=1.2)
    assert registry.challenger(client, "0.2.2").onnx_sha256 == digest_of((again / "classifier.onnx").read_bytes())


def test_a_model_that_is_not_registered_names_those_that_are(client: Any, logged: Logged) -> None:
    logged("0.2.3")
    with pytest.raises(registry.NotRegistered, match=r"no model 9\.9\.9 \(registered: 0\.2\.3[,)].*FROM="):
        registry.challenger(client, "9.9.9")


def test_a_candidate_comes_back_as_it_was_logged(client: Any, logged: Logged, tmp_path: Path) -> None:
    folder = logged("0.2.4")
    fetched = registry.fetch(client, registry.challenger(client, "0.2.4"), tmp_path)
    assert fetched == tmp_path / "0.2.4"
    files = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    assert len(files) == 7
    assert all((folder / path).read_bytes() == (fetched / path).read_bytes() for path in files)


def test_a_file_that_was_changed_in_the_store_is_refused(client: Any, logged: Logged, tmp_path: Path) -> None:
    logged("0.2.5")
    entry = registry.challenger(client, "0.2.5")
    stored = Path(client.get_run(entry.run).info.artifact_uri.removeprefix("file://")) / "release" / "classifier.onnx"
    stored.write_bytes(stored.read_bytes() + b"\0")
    with pytest.raises(registry.Altered, match=r"0\.2\.5 .* is not the file that was registered"):
        registry.fetch(client, entry, tmp_path)


def test_the_crown_passes_on_and_is_nobodys_when_the_registry_does_not_know_the_champion(
    client: Any, logged: Logged
) -> None:
    logged("0.2.6")
    logged("0.2.7", strength=1.1)
    before, after = (registry.challenger(client, version) for version in ("0.2.6", "0.2.7"))
    registry.crown(client, "0.2.6", before.onnx_sha256, {})
    assert registry.crown(client, "0.2.7", after.onnx_sha256, {"previous_champion": "0.2.6"}) == after.number
    found = {entry.version: entry.aliases for entry in registry.registered(client)}
    assert (found["0.2.6"], found["0.2.7"]) == ((), ("champion",))
    assert client.get_model_version("nerveroot", after.number).tags["previous_champion"] == "0.2.6"
    # The same version with another model is another model.
    assert registry.crown(client, "0.2.6", "another digest", {}) is None
    assert not any("champion" in entry.aliases for entry in registry.registered(client))


def test_a_run_that_was_cut_off_while_it_registered_is_no_candidate(client: Any, logged: Logged) -> None:
    logged("0.2.8")
    entry = registry.challenger(client, "0.2.8")
    client.delete_model_version_tag("nerveroot", entry.number, "onnx_sha256")
    assert entry.number not in {each.number for each in registry.registered(client)}


def test_a_store_that_does_not_answer_is_said(tmp_path: Path) -> None:
    (tmp_path / "mlflow.db").write_text("no database")
    with pytest.raises(StoreFailed, match="not a database"):
        connect(Store.named({"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path / 'mlflow.db'}"}))
