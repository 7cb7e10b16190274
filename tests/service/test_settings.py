"""Which version answers: the one that was promoted, unless the environment names another."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from service.settings import RELEASED, Settings
from tests.service.test_startup import start


def test_the_champion_answers_unless_another_version_is_named(tmp_path: Path) -> None:
    (tmp_path / "CHAMPION").write_text("2.1.0\n2.0.0\n")
    assert Settings(model_dir=tmp_path).model_version == "2.1.0"
    assert Settings(model_dir=tmp_path, model_version="champion").model_version == "2.1.0"
    assert Settings(model_dir=tmp_path, model_version="2.0.0").model_version == "2.0.0"


def test_the_environment_counts_for_folder_and_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "CHAMPION").write_text("2.1.0\n")
    monkeypatch.setenv("NERVEROOT_MODEL_DIR", str(tmp_path))
    assert Settings().model_version == "2.1.0"
    monkeypatch.setenv("NERVEROOT_MODEL_VERSION", "1.9.0")
    assert Settings().model_version == "1.9.0"


def test_this_checkout_serves_its_champion() -> None:
    first = (RELEASED / "CHAMPION").read_text().splitlines()[0]
    assert Settings().model_version == first
    assert (RELEASED / first / "manifest.json").is_file()


@pytest.mark.parametrize("text", [b"", b"\n2.1.0\n", b"latest\n", b"2.1.0 \n", b"../2.1.0\n", b"{x}\n", b"\xff\n"])
def test_a_file_that_names_no_version_is_refused(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "CHAMPION").write_bytes(text)
    with pytest.raises(ValidationError, match="from git, or name a version"):
        Settings(model_dir=tmp_path)


def test_the_program_says_that_there_is_no_champion(tmp_path: Path) -> None:
    done = start(NERVEROOT_MODEL_DIR=str(tmp_path))
    assert done.returncode == 2
    assert done.stderr.startswith("nerveroot cannot start: NERVEROOT_MODEL_VERSION: which model is champion")
    assert f"Restore {tmp_path / 'CHAMPION'} from git" in done.stderr


def test_the_program_says_that_the_file_is_broken(tmp_path: Path) -> None:
    (tmp_path / "CHAMPION").write_text("latest\n")
    done = start(NERVEROOT_MODEL_DIR=str(tmp_path))
    assert done.returncode == 2
    assert "CHAMPION is 'latest', and must be a version as in 1.0.1" in done.stderr
