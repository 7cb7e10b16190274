"""The peers of `make bench PEERS=1`: what they are asked, and what their environments are made from."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.own_service import ROOT
from bench.serving.peers import protocols
from bench.serving.peers.environment import lock
from bench.serving.peers.locking import PEERS, pins, wanted
from bench.serving.peers.served import Peer
from bench.serving.servers import Running, Server
from features.encoding import FEATURES, Row, encode
from service.intake import read_exam
from tests.builders import an_exam

EXPECTED = [0.25, 0.5, 0.125, 0.125]
BODIES: dict[str, tuple[Callable[[Row], Any], Callable[[Any], Any]]] = {
    "inputs": (protocols.mlflow_inputs, lambda body: body["inputs"]["X"][0]),
    "data frame": (protocols.mlflow_frame, lambda body: body["dataframe_split"]["data"][0]),
    "v2": (protocols.v2, lambda body: body["inputs"][0]["data"]),
    "BentoML": (protocols.bentoml, lambda body: body["rows"][0]),
}
ANSWERS: dict[str, tuple[Callable[[Any], list[float]], Any]] = {
    "inputs": (protocols.of_mlflow_inputs, {"predictions": {"probabilities": [EXPECTED], "root_sets": [[1.0]]}}),
    "data frame": (protocols.of_mlflow_frame, {"predictions": [EXPECTED]}),
    "v2": (protocols.of_v2, {"outputs": [{"name": "probabilities", "shape": [1, 4], "data": EXPECTED}]}),
    "BentoML": (protocols.of_bentoml, [EXPECTED]),
}


@pytest.mark.parametrize("protocol", BODIES)
def test_a_body_holds_the_row_with_null_where_nothing_was_assessed(protocol: str) -> None:
    row = encode(read_exam((ROOT / "service" / "examples" / "exam.json").read_bytes()))
    made, held = BODIES[protocol]
    sent = held(json.loads(json.dumps(made(row), allow_nan=False)))
    assert len(sent) == len(FEATURES)
    assert np.array_equal(np.array(sent, dtype=np.float32), row, equal_nan=True)
    assert None in sent


@pytest.mark.parametrize("protocol", ANSWERS)
def test_the_probabilities_are_found_in_an_answer(protocol: str) -> None:
    read, answer = ANSWERS[protocol]
    assert read(answer) == EXPECTED


def _answered(answer: Any, server: Server) -> Running:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return Running(server=server, port=1, process=ended, seconds=0.0, answer=json.dumps(answer).encode())


@pytest.mark.parametrize("wrong", [[0.25, 0.5, 0.125, 0.126], EXPECTED[:3], [*EXPECTED, 0.0], [float("nan")] * 4])
def test_a_peer_that_answers_wrongly_is_not_measured(wrong: list[float], tmp_path: Path) -> None:
    server = Server(name="a peer", command=[], path="/", body=tmp_path)
    peer = Peer(server=server, read=protocols.of_bentoml, expected=EXPECTED)
    peer.check(_answered([[each + 1e-7 for each in EXPECTED]], server))
    with pytest.raises(RuntimeError, match="the model says"):
        peer.check(_answered([wrong], server))


@pytest.mark.parametrize("peer", PEERS)
def test_every_package_of_a_peer_is_pinned_with_hashes_and_no_index_is_named(peer: str) -> None:
    text = lock(peer).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    statements = text.replace("\\\n", " ").splitlines()
    packages = [line for line in statements if line.strip() and not line.startswith("#")]
    assert packages
    for line in packages:
        assert "==" in line.split(";")[0], line
        assert "--hash=sha256:" in line, line


@pytest.mark.parametrize("peer", PEERS)
def test_a_peer_has_what_it_asks_for_and_the_runtime_of_the_service(peer: str) -> None:
    locked = dict(pins(lock(peer).read_text(encoding="utf-8")))
    assert set(wanted(peer)) <= locked.keys()
    service = dict(pins((ROOT / "requirements" / "service.lock").read_text(encoding="utf-8")))
    assert locked["onnxruntime"] == service["onnxruntime"]


def test_an_exam_of_which_nothing_is_known_can_be_sent_too() -> None:
    assert protocols.numbers(encode(an_exam())).count(None) > 80
