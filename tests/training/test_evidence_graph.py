"""The graph of the evidence on rows that no cohort would hold, in other worlds, and with what it leaves out."""

from itertools import product

import numpy as np
import onnxruntime
import pytest

from features.encoding import FEATURES, Row
from tests.training.conftest import SmallModel
from tests.training.test_evidence import TOLERANCE, expected, transformed
from training.candidates import CANDIDATES
from training.cohort.findings import COLUMN, COLUMNS, NOT_STATED, WHERE, Codes, rows
from training.cohort.world import World, draw_worlds
from training.draft import Draft, Steps
from training.estimator import Calibrated, calibrate, fit
from training.evidence import session_of
from training.evidence_graph import HEADROOM
from training.evidence_rows import FAR, Logs
from training.evidence_states import Grid
from training.evidence_told import Told
from training.export import check_parity, graph, serialize

RULED_OUT = FAR / 2
LARGEST = float(np.log(np.finfo(np.float64).max))
AT = {feature.name: column for column, feature in enumerate(FEATURES)}
CODES = {"patient": 2, "strength": 9, "reflex": 3, "sensation": 3}
"""How many codes a finding of each kind has in a row, if not two."""


def counts() -> np.ndarray:
    """How many codes each column has."""
    made = np.full(len(COLUMNS), 2)
    for kind, count in CODES.items():
        made[WHERE[kind]] = count
    return made


def whole_lists(codes: Codes) -> Codes:
    """The codes with each list stated as a whole or not at all, as an Exam has it."""
    for kind in ("pain", "paresthesia"):
        listed = codes[:, WHERE[kind]]
        listed[listed[:, 0] == NOT_STATED] = NOT_STATED
        listed[(listed[:, :1] != NOT_STATED) & (listed == NOT_STATED)] = 0
    return codes


def aged(codes: Codes, years: np.ndarray) -> Codes:
    codes[:, COLUMN["age_years"]] = years
    return codes


def of_anything(count: int, missing: float) -> Codes:
    """Exams whose findings know nothing of each other: most contradict themselves."""
    rng = np.random.default_rng(3)
    codes = rng.integers(0, counts(), size=(count, len(COLUMNS))).astype(np.int8)
    codes[rng.random(codes.shape) < missing] = NOT_STATED
    return aged(whole_lists(codes), rng.integers(18, 96, count))


def of_one_finding() -> Codes:
    """Every single finding, whatever it shows, of the young and of the old."""
    single = [
        (column, code, years)
        for column, count in enumerate(counts())
        for code in range(count)
        for years in (40, 75)
        if COLUMNS[column] != "age_years"
    ]
    codes = np.full((len(single), len(COLUMNS)), NOT_STATED, dtype=np.int8)
    for row, (column, code, years) in enumerate(single):
        for kind in ("pain", "paresthesia"):
            if WHERE[kind].start <= column < WHERE[kind].stop:
                codes[row, WHERE[kind]] = 0
        codes[row, column], codes[row, COLUMN["age_years"]] = code, years
    return codes


def of_one_kind() -> Codes:
    """Every finding at its first code, at its second … at its last: all is well, or nothing is."""
    codes = np.array([np.minimum(code, counts() - 1) for code in range(max(CODES.values()))], dtype=np.int8)
    return aged(np.repeat(codes, 2, axis=0), np.tile([30, 80], len(codes)))


@pytest.mark.parametrize(
    "codes",
    [
        pytest.param(of_anything(1500, 0.0), id="all contradictory"),
        pytest.param(of_anything(1500, 0.5), id="half of it missing"),
        pytest.param(of_one_finding(), id="one finding"),
        pytest.param(of_one_kind(), id="all alike"),
        pytest.param(aged(np.full((78, len(COLUMNS)), NOT_STATED, dtype=np.int8), np.arange(18, 96)), id="age alone"),
    ],
)
def test_odd_exams_get_the_exact_posterior_too(world: World, codes: Codes) -> None:
    found = transformed(rows(codes).astype(np.float64))
    assert np.abs(found - expected(world, codes)).max() < TOLERANCE


def test_other_worlds_have_the_same_grid(world: World) -> None:
    for drawn in draw_worlds(2, 4):
        codes = of_anything(300, 0.4)
        (found,) = session_of(drawn).run(None, {"X": rows(codes)})
        # Where skin is lost for certain, the posterior takes the least chance for none.
        assert np.abs(found - expected(drawn, codes)).max() < 100 * TOLERANCE
    assert len(Grid(world=world).share) < 300


def test_no_product_is_ever_lost_or_too_large(world: World) -> None:
    """The least that any state can fall to, if every finding were the one that speaks most against it."""
    for each in (world, *draw_worlds(2, 4)):
        grid, told = Grid(world=each), Told(steps=Steps(draft=Draft(), prefix=""), world=each)
        falls = [most_against(logs) for logs in (grid.signs, grid.skin, told.pain, told.tingling, told.answers)]
        assert sum(falls) > -HEADROOM - LARGEST
    assert HEADROOM < LARGEST / 2 + 10


def most_against(logs: Logs) -> float:
    """The least sum of logarithms that a row can give; what rules out for certain is left aside."""
    table = np.where(logs.table <= -RULED_OUT, 0.0, logs.table)
    names = [name for name, _ in logs.numbers]
    least = {name: table[:, [other == name for other in names]].min(axis=1) for name in names}
    return float(np.minimum(list(least.values()), 0).sum(axis=0).min())


@pytest.fixture(scope="module")
def model(small_model: SmallModel) -> Calibrated:
    (candidate,) = (candidate for candidate in CANDIDATES if candidate.name == "evidence")
    fitted = fit(candidate, {"C": 1.0}, small_model.parts["fit"].where(np.arange(2000)), 3)
    return calibrate(fitted, small_model.parts["temperature"])


def every_way_to_state_a_sign(base: Row) -> Row:
    """The rows with toe extension and both jerks stated in every way, contradictory ones too, at any age."""
    nan = np.nan
    ways = list(product((nan, 0, 1), (nan, *range(11)), (nan, 0, 1, 2), (nan, 0, 2), (nan, 0, 1)))
    made = np.resize(base, (len(ways), len(FEATURES)))
    columns = ["great_toe_extension.weak", "great_toe_extension.deficit", "achilles.lost", "patellar.lost", "over_60"]
    made[:, [AT[name] for name in columns]] = ways
    return made


def test_milder_exams_are_known_without_being_asked(model: Calibrated, small_model: SmallModel) -> None:
    some = every_way_to_state_a_sign(small_model.parts["test"].rows[:200])
    assert check_parity(serialize(graph(model)), model, some, 1e-5) < 1e-9


def test_one_exam_with_many_milder_ones_and_one_with_none(model: Calibrated, small_model: SmallModel) -> None:
    onnx_bytes = serialize(graph(model))
    worst = np.full((1, len(FEATURES)), np.nan, dtype=np.float32)
    worst[0, [AT["great_toe_extension.weak"], AT["great_toe_extension.deficit"]]] = 1, 10
    worst[0, [AT["achilles.lost"], AT["patellar.lost"]]] = 2
    for one in (worst, np.full_like(worst, np.nan)):
        assert check_parity(onnx_bytes, model, one, 1e-5) < 1e-9
    empty = onnxruntime.InferenceSession(onnx_bytes).run(None, {"X": worst[:0]})
    assert [each.shape[0] for each in empty] == [0, 0, 0]


def test_the_graph_holds_nothing_that_is_not_read(model: Calibrated, small_model: SmallModel) -> None:
    for each in (model, small_model.model):
        proto = graph(each).graph
        read = {name for node in proto.node for name in node.input} | {output.name for output in proto.output}
        assert {constant.name for constant in proto.initializer} <= read
    outputs = {name for node in graph(model).graph.node for name in node.output}
    assert "rows_and_milder" not in outputs
    assert "rows_and_milder" in {name for node in graph(small_model.model).graph.node for name in node.output}
