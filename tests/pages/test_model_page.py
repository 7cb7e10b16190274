"""The page of the model: every attribute, and the plots of the release that answers with what is to be seen in them."""

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.faults import HANDLERS
from service.gate import Gate
from service.model_card.source_attributes import of_the_model, of_the_rules
from service.models import Models
from service.pages.model_page import model_page
from service.pages.plots import SIGNATURE, TOLD, plot_bytes, plots_of
from service.pages.words import words_of
from service.settings import Settings
from tests.pages.reading import Read
from tests.service.odd_models import an_odd_model, change_manifest
from tests.service.small_app import Counted

ODD = "9.0.0"


def served(settings: Settings) -> TestClient:
    """A service that has this page and nothing else, behind the real gate."""
    models, app = Models(settings), FastAPI(exception_handlers=HANDLERS)
    app.include_router(model_page(lambda: models.current))
    app.add_middleware(Gate, seen=Counted(), tracing=None)
    return TestClient(app)


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served(Settings()) as client:
        yield client


@pytest.fixture(scope="module")
def models() -> Models:
    return Models(Settings())


def test_the_page_tells_every_attribute(client: TestClient, models: Models) -> None:
    now = models.current
    assert now.card is not None
    read = Read(client.get("/model").text)
    for each in (*of_the_model(now.card, now.report), *of_the_rules()):
        assert f"{each.attribute} {each.paragraph} " in read.text
        assert re.sub(r"\s+", " ", each.text) in read.text
    assert now.version in read.text
    assert "never from patients" in read.text
    assert "The rules answer alone" not in read.text


def test_without_a_model_the_page_says_so(tmp_path: Path) -> None:
    with served(Settings(model_dir=tmp_path)) as client:
        answer, plot = client.get("/model"), client.get("/model/plots/areas.png")
    assert answer.status_code == 200
    read = Read(answer.text)
    assert "The rules answer alone just now. No model is loaded" in read.text
    assert str(tmp_path) not in answer.text
    assert all(each.text in read.text for each in of_the_rules())
    assert plot.status_code == 404


def test_what_a_manifest_says_is_text_and_never_markup(tmp_path: Path) -> None:
    folder = an_odd_model(tmp_path, ODD)
    change_manifest(folder, limits=["<script>alert(1)</script> & more."])
    with served(Settings(model_dir=tmp_path, model_version=ODD)) as client:
        answer = client.get("/model")
    assert "<script" not in answer.text
    assert "<script>alert(1)</script> & more." in Read(answer.text).text


def test_every_plot_of_the_release_is_shown_with_what_is_to_be_seen(client: TestClient, models: Models) -> None:
    """WCAG 2.2, 1.1.1: who does not see a plot learns the figures that it shows."""
    now = models.current
    assert now.folder is not None
    there = {each.stem: each for each in (now.folder / "plots").glob("*.png")}
    assert there.keys() == TOLD.keys()
    html = client.get("/model").text
    images = Read(html).named("img")
    assert [each["src"] for each in images] == [f"model/plots/{name}.png" for name in TOLD]
    for name, image in zip(TOLD, images, strict=True):
        got = client.get(f"/{image['src']}")
        assert (got.status_code, got.headers["Content-Type"]) == (200, "image/png")
        assert got.content == there[name].read_bytes()
        assert len(image["alt"] or "") > 80
        assert "{" not in (image["alt"] or "")
    assert len(re.findall("<figcaption>", html)) == len(there)


FIGURES = {
    "reliability": ["0.4 points", "none", "0.99", "1.02", "114,907"],
    "areas": ["L4 0.83, L5 0.80, S1 0.81", "0.73 (L5, exam sparse)", "0.90 (L4, exam full)"],
    "coverage": ["90 %", "89.9 %", "88.3 % (sex unknown)", "91.4 % (setting surgical)"],
    "decision_curves": ["57 of 57"],
    "distance_to_limit": ["0.6 %", "1.4 %", "0.2 %"],
    "goodness_of_fit": ["87", "69", "18"],
}
"""What the plots of 1.2.0 show, read off them: their titles, and their outermost marks."""


@pytest.mark.parametrize("name", FIGURES)
def test_what_is_said_of_a_plot_is_what_it_shows(name: str) -> None:
    models = Models(Settings(model_version="1.2.0"))
    html = TestClient(_only(models)).get("/model").text
    (alt,) = [each["alt"] or "" for each in Read(html).named("img") if f"/{name}.png" in (each["src"] or "")]
    assert [figure for figure in FIGURES[name] if figure not in alt] == []


def _only(models: Models) -> FastAPI:
    app = FastAPI()
    app.include_router(model_page(lambda: models.current))
    return app


def test_a_release_without_plots_says_so() -> None:
    with served(Settings(model_version="1.0.0")) as client:
        html = client.get("/model").text
        assert client.get("/model/plots/areas.png").status_code == 404
    assert "<img" not in html
    assert words_of("model")["no_plots"] in Read(html).text


def test_plots_are_left_out_where_their_report_is_not_that_of_the_release(tmp_path: Path) -> None:
    """Hazard H-09: figures of one model are told of another."""
    shutil.copytree(Settings().model_dir / "1.2.0", tmp_path / "1.2.0")
    path = tmp_path / "1.2.0" / "report.json"
    report = json.loads(path.read_text())
    report["summary"]["coverage"] = 0.5
    path.write_text(json.dumps(report))
    now = Models(Settings(model_dir=tmp_path, model_version="1.2.0")).current
    assert now.card is not None
    assert now.report is None
    assert plots_of(now.folder, now.report) == ()


def test_a_plot_that_the_report_cannot_tell_of_is_shown_without_figures(tmp_path: Path, models: Models) -> None:
    plots = tmp_path / "plots"
    plots.mkdir()
    (plots / "odd_one.png").write_bytes(SIGNATURE + bytes(8) + b"\0\0\1\0\0\0\0\x80" + b"more")
    report = models.current.report
    assert report is not None
    (only,) = plots_of(tmp_path, report)
    assert (only.told, only.figures, only.width, only.height) == ("other", {"name": "odd one"}, 256, 128)


@pytest.mark.parametrize(
    "path",
    [
        *("/model/plots/nothing.png", "/model/plots/areas", "/model/plots/areas.PNG", "/model/plots/.png"),
        *("/model/plots/..%2Freport.png", "/model/plots/..%2F..%2F1.1.0%2Fplots%2Fareas.png", "/model/plots/%00.png"),
        *(
            "/model/plots/../manifest.json",
            "/model/plots/",
            "/model/plots/report.json",
            f"/model/plots/{'a' * 5000}.png",
        ),
        "/model/plots/%2Fetc%2Fpasswd.png",
    ],
)
def test_nothing_but_plots_is_served(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert b"PNG" not in answer.content


def test_what_is_no_plot_is_not_served_as_one(tmp_path: Path) -> None:
    """A file that is called a picture and is none, a folder, a way out of the release."""
    outside, plots = tmp_path / "outside.png", tmp_path / "1.0.0" / "plots"
    plots.mkdir(parents=True)
    outside.write_bytes(SIGNATURE + bytes(100))
    (plots / "page.png").write_text("<script>alert(1)</script>")
    (plots / "empty.png").write_bytes(b"")
    (plots / "folder.png").mkdir()
    (plots / "link.png").symlink_to(outside)
    (plots / "good.png").write_bytes(outside.read_bytes())
    served_as = {name: plot_bytes(plots.parent, name) for name in ("page", "empty", "folder", "link", "good")}
    assert {name for name, content in served_as.items() if content is not None} == {"good"}


def test_a_plot_that_the_browser_has_is_not_sent_again(client: TestClient) -> None:
    first = client.get("/model/plots/areas.png")
    assert first.headers["Cache-Control"] == "no-cache"
    tag = first.headers["ETag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = client.get("/model/plots/areas.png", headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert client.get("/model/plots/areas.png", headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get("/model/plots/coverage.png").headers["ETag"] != tag
    headed = client.head("/model/plots/areas.png")
    assert (headed.status_code, headed.content, headed.headers["Content-Length"]) == (200, b"", str(len(first.content)))
