"""The file that names the champion and the way back."""

import re
from pathlib import Path

import pytest

from training.champion import BrokenChampion, NoWayBack, champions, promoted, rolled_back, write
from training.provenance import CHECKOUT


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write(tmp_path / "models", ("1.1.0", "1.0.0"))
    assert (tmp_path / "models" / "CHAMPION").read_text() == "1.1.0\n1.0.0\n"
    assert champions(tmp_path / "models") == ("1.1.0", "1.0.0")
    assert [path.name for path in (tmp_path / "models").iterdir()] == ["CHAMPION"]


def test_nothing_was_promoted_yet(tmp_path: Path) -> None:
    assert champions(tmp_path) == ()
    with pytest.raises(NoWayBack, match="no version was ever promoted"):
        rolled_back(())


@pytest.mark.parametrize("text", ["", "latest\n", "1.0\n", "1.0.1\n../evil\n"])
def test_a_file_that_names_no_version_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "CHAMPION").write_text(text)
    with pytest.raises(BrokenChampion, match="one version a line"):
        champions(tmp_path)


def test_the_way_back_is_the_way_there() -> None:
    assert promoted((), "1.0.0") == ("1.0.0",)
    assert promoted(("1.0.0",), "1.1.0") == ("1.1.0", "1.0.0")
    assert rolled_back(("1.1.0", "1.0.0")) == ("1.0.0",)
    with pytest.raises(NoWayBack, match=r"before 1\.0\.0"):
        rolled_back(("1.0.0",))


def test_a_champion_that_is_promoted_again_is_not_its_own_predecessor() -> None:
    assert promoted(("1.1.0", "1.0.0"), "1.1.0") == ("1.1.0", "1.0.0")


def test_the_champion_of_this_checkout_is_released() -> None:
    (first, *_) = champions(CHECKOUT / "models")
    assert re.fullmatch(r"\d+\.\d+\.\d+", first)
    assert (CHECKOUT / "models" / first / "classifier.onnx").is_file()
