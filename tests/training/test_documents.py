"""What the manifest, its card and docs/first-model.md say is so.

The prose leaves measures and counts to the card, which the run writes. What it says of them in words is held against
the manifest here.
"""

import json
import re
from typing import Any

import pytest

from training.figures import Figures
from training.params import Params
from training.run import CHECKOUT

PROSE = CHECKOUT / "docs" / "first-model.md"
FOLDER = CHECKOUT / "models" / Params.load().version
ROOTS = ("L4", "L5", "S1")


def section(title: str) -> str:
    """One section of the prose, links reduced to their words."""
    _, _, rest = PROSE.read_text(encoding="utf-8").partition(f"## {title}\n")
    assert rest, title
    return re.sub(r"\[(.*?)\]\(.*?\)", r"\1", rest.partition("\n## ")[0])


@pytest.fixture(scope="module")
def manifest() -> Any:
    return json.loads((FOLDER / "manifest.json").read_text(encoding="utf-8"))


def test_the_model_was_made_from_these_figures(manifest: Any, figures: Figures) -> None:
    """Whoever changes a figure trains again, under a new version in params.toml if this one is released."""
    bases = figures.bases()
    assert manifest["training"]["figures"] == bases
    told = [int(number) for number in re.findall(r"\d+", manifest["training"]["data"])]
    assert told == [bases[basis] for basis in ("published", "working", "recalled", "assumption")]
    limits = " ".join(manifest["limits"])
    assert f"{bases['assumption']} of the {len(figures.table)} figures" in limits
    assert f"{bases['recalled']} were quoted from memory" in limits


def test_the_limits_tell_the_coverage_of_each_kind_of_examination(manifest: Any) -> None:
    (told,) = (sentence for sentence in manifest["limits"] if "average over kinds of examination" in sentence)
    measured = manifest["metrics"]["test"]
    shares = [f"{measured[kind][root]['coverage']:.2f}" for kind in ("full", "mixed", "letter") for root in ROOTS]
    assert re.findall(r"\d\.\d\d", told) == shares


@pytest.mark.parametrize("title", ["Where the numbers come from", "The model", "How it performs"])
def test_the_prose_leaves_the_numbers_to_the_card(title: str) -> None:
    assert not re.findall(r"\d+[.,]\d+|\d+ ?%|\b\d\d+\b", section(title))


def test_what_the_prose_says_in_words_is_so(manifest: Any, figures: Figures) -> None:
    assert "More than half are assumptions" in " ".join(section("Where the numbers come from").split())
    bases = figures.bases()
    assert bases["assumption"] > len(figures.table) / 2
    assert bases["working"] > bases["published"]
    full, letter = (manifest["metrics"]["test"][kind] for kind in ("full", "letter"))
    nominal = manifest["prediction_set"]["coverage"]
    assert "On full ones every root is missed" in section("How it performs")
    assert all(full[root]["coverage"] < nominal < letter[root]["coverage"] for root in ROOTS)
    assert all(full[root]["area"] > letter[root]["area"] + 0.05 for root in ROOTS)


def test_the_areas_reach_what_the_evidence_calls_realistic(manifest: Any) -> None:
    told = " ".join(section("What is assumed").split())
    assert "0.90 for L4, 0.65 to 0.75 for L5, 0.65 to 0.80 for S1, and 0.83 for any root against none" in told
    assert "reach or pass all four" in told
    full = manifest["metrics"]["test"]["full"]
    for root, ceiling in (("L4", 0.90), ("L5", 0.75), ("S1", 0.80), ("none", 0.83)):
        assert full[root]["area"] >= ceiling


@pytest.mark.parametrize("document", [PROSE, CHECKOUT / "models" / "README.md"], ids=lambda path: str(path.name))
def test_every_link_leads_somewhere(document: Any) -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)\)", document.read_text(encoding="utf-8"))
    assert all((document.parent / link).exists() for link in links)


def test_the_prose_links_the_card_of_the_version_it_is_about() -> None:
    assert f"models/{FOLDER.name}/MODEL_CARD.md" in PROSE.read_text(encoding="utf-8")
