"""The drawing of the body: every region where it belongs, both legs alike, large enough, nothing a policy forbids."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

import pytest
from jinja2 import Environment

from features.anatomy import DERMATOMES, Region
from service.pages.words import word

SVG = "{http://www.w3.org/2000/svg}"
VIEWS: dict[str, set[Region]] = {
    "front": {
        *(Region.GROIN, Region.ANTERIOR_THIGH, Region.ANTEROLATERAL_THIGH, Region.LATERAL_THIGH, Region.KNEE),
        *(Region.MEDIAL_LEG, Region.ANTERIOR_LEG, Region.LATERAL_LEG, Region.MEDIAL_ANKLE, Region.DORSUM_FOOT),
        *(Region.FIRST_WEB_SPACE, Region.GREAT_TOE, Region.LATERAL_FOOT, Region.FIFTH_TOE),
    },
    "dorsum": {
        *(Region.MEDIAL_LEG, Region.ANTERIOR_LEG, Region.LATERAL_LEG, Region.MEDIAL_ANKLE, Region.DORSUM_FOOT),
        *(Region.FIRST_WEB_SPACE, Region.GREAT_TOE, Region.LATERAL_FOOT, Region.FIFTH_TOE),
    },
    "back": {
        *(Region.LOW_BACK, Region.BUTTOCK, Region.POSTERIOR_THIGH, Region.LATERAL_THIGH, Region.POSTERIOR_CALF),
        *(Region.LATERAL_LEG, Region.HEEL, Region.LATERAL_FOOT),
    },
    "sole": {Region.HEEL, Region.SOLE, Region.LATERAL_FOOT, Region.FIFTH_TOE, Region.GREAT_TOE},
}
"""What is seen of the lower body from each side."""

SMALL = {
    ("dorsum", Region.MEDIAL_ANKLE): 44,
    ("dorsum", Region.FIRST_WEB_SPACE): 44,
    ("dorsum", Region.GREAT_TOE): 44,
    ("dorsum", Region.DORSUM_FOOT): 44,
    ("dorsum", Region.LATERAL_FOOT): 44,
    ("dorsum", Region.FIFTH_TOE): 28,
    ("sole", Region.HEEL): 44,
    ("sole", Region.SOLE): 44,
    ("sole", Region.GREAT_TOE): 44,
    ("sole", Region.FIFTH_TOE): 28,
}
"""Pixels where a view is 360 wide (WCAG 2.2, 2.5.5); the fifth toe is reached from 8 beyond its edges too (body.js)."""


@cache
def drawing() -> ET.Element:
    """The drawing as a page has it."""
    template = files("service.pages").joinpath("templates", "body.svg").read_text(encoding="utf-8")
    text = Environment(autoescape=True).from_string(template).render(word=word())
    return ET.fromstring(f'<div xmlns="http://www.w3.org/2000/svg">{text}</div>')  # noqa: S314 - it is our own file


def view(name: str) -> ET.Element:
    """One view."""
    return next(each for each in drawing().iter(f"{SVG}svg") if each.get("data-view") == name)


def regions(name: str) -> list[ET.Element]:
    """The shapes of a view that can be marked."""
    return [each for each in view(name).iter(f"{SVG}use") if each.get("class") == "region"]


def path_of(use: ET.Element) -> str:
    """The path that a shape is drawn with."""
    name = str(use.get("href")).removeprefix("#")
    return next(str(each.get("d")) for each in drawing().iter(f"{SVG}path") if each.get("id") == name)


def ends(path: str) -> Iterator[tuple[float, float]]:
    """Where the curves and lines of a path with relative coordinates begin and end."""
    assert re.fullmatch(r"M[-\d. ]+(?:[cl][-\d. ]+)*Z?", path), path
    x = y = 0.0
    for command, held in re.findall(r"([Mcl])([-\d. ]+)", path):
        numbers = [float(each) for each in re.findall(r"-?[\d.]+", held)]
        step = 6 if command == "c" else 2
        for along, down in zip(numbers[step - 2 :: step], numbers[step - 1 :: step], strict=True):
            x, y = x + along, y + down
            yield x, y


@pytest.mark.parametrize("name", VIEWS)
def test_every_view_shows_what_is_seen_from_there_on_both_legs(name: str) -> None:
    for side in ("left", "right"):
        shown = [each.get("data-region") for each in regions(name) if each.get("data-side") in (side, "both")]
        assert sorted(map(str, shown)) == sorted(VIEWS[name])


def test_every_region_of_the_contract_can_be_marked_on_both_sides() -> None:
    for side in ("left", "right"):
        marked = {
            each.get("data-region")
            for name in VIEWS
            for each in regions(name)
            if each.get("data-side") in (side, "both") and each.get("data-echo") is None
        }
        assert marked == set(Region)


def test_the_low_back_alone_is_of_both_sides() -> None:
    both = {each.get("data-region") for name in VIEWS for each in regions(name) if each.get("data-side") == "both"}
    assert both == {Region.LOW_BACK}


@pytest.mark.parametrize("name", VIEWS)
def test_the_legs_are_mirror_images_and_the_person_is_seen_from_the_right_side(name: str) -> None:
    """In front the left leg is at the right of the picture, from behind at its left."""
    groups = {each.get("data-side"): group for group in view(name).iter(f"{SVG}g") for each in group}
    straight, mirrored = ("left", "right") if name in ("front", "dorsum") else ("right", "left")
    assert groups[straight].get("transform") == "scale(.5)"
    assert groups[mirrored].get("transform") == "matrix(-.5 0 0 .5 360 0)"
    paths = [[each.get("href") for each in groups[side] if each.get("class") == "region"] for side in ("left", "right")]
    assert paths[0] == paths[1]
    for each in groups[straight]:
        assert min(x for x, _ in ends(path_of(each))) >= 360, "right of the middle, before it is mirrored"


@pytest.mark.parametrize("row", DERMATOMES, ids=lambda row: str(row.region))
def test_the_roots_of_a_region_are_those_of_its_dermatome(row: object) -> None:
    assert isinstance(row, type(DERMATOMES[0]))
    stated = {
        each.get("data-roots") for name in VIEWS for each in regions(name) if each.get("data-region") == row.region
    }
    assert stated == {" ".join(row.roots) or None}


@pytest.mark.parametrize("place", SMALL, ids=lambda place: " ".join(place))
def test_the_feet_are_drawn_large_enough_to_tap(place: tuple[str, Region]) -> None:
    name, region = place
    use = next(each for each in regions(name) if each.get("data-region") == region)
    assert use.get("data-echo") is None
    assert view(name).get("viewBox", "").startswith("0 0 360 ")
    points = list(ends(path_of(use)))
    for along in (0, 1):
        across = [point[along] / 2 for point in points]
        assert max(across) - min(across) >= SMALL[place]


@pytest.mark.parametrize("name", VIEWS)
def test_neighbours_share_their_border(name: str) -> None:
    """Every curve ends where one of a neighbour does, or on the outline: no gap, and no overlap."""
    seen = [each for each in view(name).iter(f"{SVG}use") if each.get("data-side") not in ("left", None)]
    # On the small foot the web space lies on the dorsum, too small to be cut out of it.
    cut = [each for each in seen if (each.get("data-region"), each.get("data-echo")) != (Region.FIRST_WEB_SPACE, "")]
    shapes = [set(ends(path_of(each))) for each in cut]
    edges = [each for each in view(name).iter(f"{SVG}use") if each.get("class") in ("outline", "skin")]
    edge = {point for each in edges for point in ends(path_of(each))}
    alone = {point for each in shapes for point in each if sum(point in other for other in shapes) == 1} - edge
    assert len(cut) >= len(VIEWS[name]) - 1
    assert {point for point in alone if point[0] >= 360} == set()


def test_nothing_that_the_policy_forbids_and_no_id_twice() -> None:
    found = list(drawing().iter())
    names = [each.get("id") for each in found if each.get("id")]
    assert len(names) == len(set(names))
    assert all(str(name).startswith("body-") for name in names)
    for each in found:
        assert each.tag not in (f"{SVG}script", f"{SVG}style", f"{SVG}image", f"{SVG}foreignObject")
        assert "style" not in each.attrib
        assert not [name for name in each.attrib if name.startswith("on")]
        assert str(each.get("href", "#")).startswith("#body-") or each.get("href") is None
        assert each.get("href") is None or str(each.get("href")).removeprefix("#") in names


def test_every_view_has_a_name_and_both_sides_are_said() -> None:
    for name in VIEWS:
        assert view(name).get("role") == "group"
        assert view(name).get("aria-label") == word()(f"body.view_{name}")
        letters = {float(str(each.get("x"))): each.text for each in view(name).iter(f"{SVG}text")}
        at_left = "R" if name in ("front", "dorsum") else "L"
        assert [letters[x] for x in sorted(letters)] == [at_left, "L" if at_left == "R" else "R"]
