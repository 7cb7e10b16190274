"""The model is exchanged as a whole, missed without harm, ended when it hangs, and left alone when it keeps failing."""

import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from features.anatomy import ROOTS, NerveRoot
from features.involvement import Involvement
from service.classified import not_ruled_out
from service.deadline import FAILURES_IN_A_ROW, LEFT_ALONE_SECONDS
from service.errors import ClassifierUnavailable, TookTooLong
from service.models import NO_MODEL, Models
from service.settings import RELEASED, Settings
from tests.builders import an_exam, classifier_of
from tests.identity.timing import Clock
from tests.service.odd_models import (
    CHAMPION,
    HANGS,
    NOT_A_NUMBER,
    RAISES,
    a_copy,
    an_odd_model,
    change_manifest,
    promote,
    sign,
)

ODD = "9.0.0"
SECONDS = 0.5
"""After which a model is ended where a test is about that; elsewhere it has PATIENCE, on a busy machine too."""
PATIENCE = 30.0


def settings_of(models: Path, version: str = "champion", seconds: float = PATIENCE) -> Settings:
    """The settings, with the champion not yet looked up."""
    return Settings(model_dir=models, model_version=version, model_seconds=seconds)


def ask(models: Models, age: int = 40) -> Involvement:
    return models.current.classify(an_exam(age))


def test_the_champion_is_loaded_with_all_that_belongs_to_it() -> None:
    loaded = Models(settings_of(RELEASED)).current
    assert (loaded.version, loaded.why, loaded.trouble) == (CHAMPION, None, None)
    assert loaded.card is not None
    assert loaded.card["version"] == CHAMPION
    assert loaded.provenance.model_sha256 == loaded.card["onnx_sha256"]
    assert loaded.explain is not None
    assert loaded.explain(an_exam(examination={"slump": "positive"})).contributions


def test_another_classifier_takes_its_place_and_nothing_is_explained() -> None:
    loaded = Models(settings_of(RELEASED), classifier_of(l5=0.77)).current
    assert loaded.classify(an_exam()).roots[NerveRoot.L5] == 0.77
    assert (loaded.explain, loaded.version) == (None, CHAMPION)


def remove(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).unlink()


def write(name: str, content: bytes, *, signed: bool = True) -> Callable[[Path], None]:
    def change(folder: Path) -> None:
        (folder / name).write_bytes(content)
        if signed:
            sign(folder)

    return change


NOT_THERE = "is not there, or not all of it"
NOT_ITS_OWN = "do not belong together, or not to this software"
UNREADABLE = "cannot be read"


@pytest.mark.parametrize(
    ("break_it", "summary", "words"),
    [
        pytest.param(remove("manifest.json"), NOT_THERE, "make train", id="no manifest"),
        pytest.param(remove("classifier.onnx"), NOT_THERE, "from git", id="no model file"),
        pytest.param(remove("golden.json"), NOT_THERE, "from git", id="no golden cases"),
        pytest.param(write("classifier.onnx", b"", signed=False), NOT_ITS_OWN, "SHA-256", id="a model file cut off"),
        pytest.param(write("classifier.onnx", b"rubbish"), NOT_ITS_OWN, "onnxruntime cannot load", id="rubbish"),
        pytest.param(write("manifest.json", b"\xff", signed=False), NOT_ITS_OWN, "not JSON", id="not text"),
        pytest.param(write("manifest.json", b"[" * 10**6, signed=False), UNREADABLE, "from git", id="a million lists"),
        pytest.param(write("golden.json", b"{}"), UNREADABLE, "KeyError", id="golden cases without cases"),
        pytest.param(
            lambda folder: change_manifest(folder, feature_schema="0"), NOT_ITS_OWN, "feature schema", id="schema"
        ),
    ],
)
def test_whatever_is_wrong_with_a_model_the_service_starts(
    tmp_path: Path, break_it: Callable[[Path], None], summary: str, words: str
) -> None:
    """Hazard H-14: no model, and with it no red flags."""
    break_it(a_copy(tmp_path))
    loaded = Models(settings_of(tmp_path, CHAMPION)).current
    assert (loaded.version, loaded.card, loaded.explain) == (NO_MODEL, None, None)
    assert loaded.provenance.model_sha256 is None
    assert loaded.why is not None
    assert words in loaded.why
    assert loaded.trouble is not None
    assert summary in loaded.trouble
    assert str(tmp_path) not in loaded.trouble  # readiness is open to everybody
    with pytest.raises(ClassifierUnavailable):
        loaded.classify(an_exam())
    assert not_ruled_out(loaded.sets, an_exam(), None) == ROOTS


@pytest.mark.parametrize(
    "text", [None, b"", b"\n2.1.0\n", b"latest\n", b"2.1.0 \n", b"../2.1.0\n", b"{x}\n", b"\xff\n"]
)
def test_a_champion_that_cannot_be_read_is_no_model(tmp_path: Path, text: bytes | None) -> None:
    if text is not None:
        (tmp_path / "CHAMPION").write_bytes(text)
    loaded = Models(settings_of(tmp_path)).current
    assert loaded.version == NO_MODEL
    assert "from git, or name a version" in str(loaded.why)


def test_a_reload_takes_the_new_champion_and_leaves_requests_theirs(tmp_path: Path) -> None:
    an_odd_model(tmp_path, "9.0.0", l5=0.7)
    an_odd_model(tmp_path, "9.0.1", l5=0.9)
    promote(tmp_path, "9.0.0")
    models = Models(settings_of(tmp_path))
    under_way = models.current
    promote(tmp_path, "9.0.1")
    done = models.reload()
    assert (done.ok, done.before, done.after, done.why) == (True, "9.0.0", "9.0.1", None)
    assert ask(models).roots[NerveRoot.L5] == 0.9
    assert (under_way.version, under_way.classify(an_exam()).roots[NerveRoot.L5]) == ("9.0.0", 0.7)


def test_a_reload_of_the_same_version_is_none_the_worse(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    done = Models(settings_of(tmp_path, ODD)).reload()
    assert (done.ok, done.before, done.after) == (True, ODD, ODD)


def test_a_reload_that_fails_keeps_the_old_and_says_why(tmp_path: Path) -> None:
    an_odd_model(tmp_path, "9.0.0", l5=0.7)
    write("classifier.onnx", b"rubbish")(an_odd_model(tmp_path, "9.0.1"))
    promote(tmp_path, "9.0.0")
    models = Models(settings_of(tmp_path))
    promote(tmp_path, "9.0.1")
    done = models.reload()
    assert (done.ok, done.before, done.after) == (False, "9.0.0", "9.0.0")
    assert "onnxruntime cannot load" in str(done.why)
    assert ask(models).roots[NerveRoot.L5] == 0.7
    assert models.current.trouble is None


def test_a_reload_mends_a_service_that_started_without_a_model(tmp_path: Path) -> None:
    models = Models(settings_of(tmp_path))
    still = models.reload()
    assert (still.ok, still.before, still.after) == (False, NO_MODEL, NO_MODEL)
    assert "CHAMPION" in str(still.why)
    an_odd_model(tmp_path, ODD)
    promote(tmp_path, ODD)
    done = models.reload()
    assert (done.ok, done.before, done.after) == (True, NO_MODEL, ODD)
    assert models.current.trouble is None


def test_no_answer_mixes_two_releases(tmp_path: Path) -> None:
    """Hazard H-09: the provenance of an answer names another model than the one that gave it."""
    versions = {"9.0.0": 0.7, "9.0.1": 0.9}
    for version, l5 in versions.items():
        an_odd_model(tmp_path, version, l5=l5)
    promote(tmp_path, "9.0.0")
    models = Models(settings_of(tmp_path))
    seen: list[tuple[str, float]] = []
    over = threading.Event()

    def keep_asking() -> None:
        while not over.is_set():
            loaded = models.current
            seen.append((loaded.version, loaded.classify(an_exam()).roots[NerveRoot.L5]))

    askers = [threading.Thread(target=keep_asking) for _ in range(3)]
    for asker in askers:
        asker.start()
    try:
        for version in ("9.0.1", "9.0.0") * 3:
            promote(tmp_path, version)
            assert models.reload().ok
    finally:
        over.set()
        for asker in askers:
            asker.join()
    assert set(seen) == set(versions.items())


@pytest.mark.parametrize(
    ("age", "words"),
    [
        pytest.param(HANGS, "took longer than 0.5 s", id="it hangs"),
        pytest.param(NOT_A_NUMBER, "no probability", id="not a number"),
        pytest.param(RAISES, "failed", id="it raises"),
    ],
)
def test_a_graph_that_misbehaves_is_unavailable(tmp_path: Path, age: int, words: str) -> None:
    """Hazard H-14: a model that hangs takes the service with it."""
    an_odd_model(tmp_path, ODD)
    models = Models(settings_of(tmp_path, ODD, SECONDS))
    assert ask(models).roots[NerveRoot.L5] == 0.8
    with pytest.raises(ClassifierUnavailable, match=words):
        ask(models, age)


def test_a_model_that_hung_is_left_alone_for_a_while_and_tried_again(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    clock = Clock()
    models = Models(settings_of(tmp_path, ODD, SECONDS), clock=clock)
    with pytest.raises(TookTooLong):
        ask(models, HANGS)
    assert models.current.trouble == f"Model {ODD} is left alone for 30 s at a time: it took longer than 0.5 s."
    clock.wait(LEFT_ALONE_SECONDS - 1)
    with pytest.raises(ClassifierUnavailable, match="left alone"):
        ask(models)
    clock.wait(1)
    assert ask(models).roots[NerveRoot.L5] == 0.8
    assert models.current.trouble is None


def test_one_try_that_fails_is_enough_to_be_left_alone_again(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    clock = Clock()
    models = Models(settings_of(tmp_path, ODD, SECONDS), clock=clock)
    with pytest.raises(TookTooLong):
        ask(models, HANGS)
    clock.wait(LEFT_ALONE_SECONDS)
    with pytest.raises(ClassifierUnavailable, match="no probability"):
        ask(models, NOT_A_NUMBER)
    with pytest.raises(ClassifierUnavailable, match="left alone"):
        ask(models)


def test_single_failures_are_no_reason_to_leave_it_alone_but_a_row_of_them_is(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    models = Models(settings_of(tmp_path, ODD))
    for _ in range(FAILURES_IN_A_ROW):
        for age in (RAISES, NOT_A_NUMBER):
            with pytest.raises(ClassifierUnavailable):
                ask(models, age)
        assert ask(models).roots[NerveRoot.L5] == 0.8  # ends the row
    for _ in range(FAILURES_IN_A_ROW):
        with pytest.raises(ClassifierUnavailable, match="failed"):
            ask(models, RAISES)
    with pytest.raises(ClassifierUnavailable, match="left alone: it failed 3 times in a row"):
        ask(models)


def test_a_reload_is_a_fresh_start_for_a_model_that_was_left_alone(tmp_path: Path) -> None:
    an_odd_model(tmp_path, ODD)
    models = Models(settings_of(tmp_path, ODD, SECONDS))
    with pytest.raises(TookTooLong):
        ask(models, HANGS)
    assert models.reload().ok
    assert ask(models).roots[NerveRoot.L5] == 0.8


def test_the_golden_cases_do_not_hang_the_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph that loops on a golden case is ended too, and is no model."""
    monkeypatch.setattr("service.classifier.GOLDEN_SECONDS", SECONDS)
    folder = an_odd_model(tmp_path, ODD)
    golden = json.loads((RELEASED / CHAMPION / "golden.json").read_text())
    case = next(each for each in golden["cases"] if "age_years" in each["exam"]["patient"])
    case["exam"]["patient"]["age_years"] = HANGS
    case["row"][:2] = [HANGS, 1]
    (folder / "golden.json").write_text(json.dumps(golden | {"cases": [case]}))
    sign(folder)
    loaded = Models(settings_of(tmp_path, ODD, SECONDS)).current
    assert loaded.version == NO_MODEL
    assert "does not run" in str(loaded.why)
