"""What is sent in a soak: examinations of every kind, and what a careless or a hostile client would send."""

import json
import random
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from bench.load import Request

PEOPLE = 2_000
"""Patients who are examined again and again, under their reference."""
LONG = b'{"patient": {"age_years": 50, "reference": "%s"}}' % (b"x" * 70_000)
REFUSED: tuple[tuple[bytes, int], ...] = (
    (b"{", 400),
    (b"", 400),
    (b'{"patient": {"age_years": 50}, "patient": {"age_years": 51}}', 400),
    (b'{"patient": {"age_years": 12}}', 422),
    (b'{"patient": {"age_years": 1e999}}', 422),
    (b'{"patient": {"age_years": 50}, "fever": true}', 422),
    (b'{"patient": {"age_years": 50}, "history": {"pain_severity": 11, "side": "up"}}', 422),
    (b"[" * 50_000, 422),
    (LONG, 413),
)
"""Bodies that get no answer, and what they get instead."""

GRADES = (0, 1, 2, 3, 3.5, 4, 4.5, 5)
POWER = ("great_toe_extension", "ankle_dorsiflexion", "plantar_flexion", "knee_extension", "hip_abduction")
REFLEXES = ("patellar", "achilles", "medial_hamstring")
FELT = ("normal", "reduced", "absent", "increased")
REGIONS = ("dorsum_foot", "lateral_foot", "medial_leg", "great_toe", "anterior_thigh")
FLAGS = ("fever", "history_of_cancer", "urinary_retention", "significant_trauma", "steroid_use", "osteoporosis")
SIGNS = ("slump", "femoral_stretch", "crossed_straight_leg_raise", "faber")


def requests(number: int, seed: int) -> Iterator[Request]:
    """That many requests; each kind comes as often as the shares below say."""
    drawn = random.Random(seed)  # noqa: S311 - nothing here is a secret
    for turn in range(number):
        chance = drawn.random()
        if chance < 0.08:
            body, status = drawn.choice(REFUSED)
            yield Request(body=body, kind=str(status))
        elif chance < 0.15:
            # Each key three times: the first is answered anew, or another of the three was quicker.
            key = f"soak-{turn // 60}"
            yield Request(body=_keyed(turn // 60), headers={"Idempotency-Key": key}, kind=key)
        elif chance < 0.20:
            yield Request(path="/health/ready" if turn % 2 else "/metrics", method="GET", kind="200")
        else:
            explained = "" if chance < 0.25 else "?explain=false"
            reference = f"person-{drawn.randrange(PEOPLE)}" if chance > 0.92 else None
            yield Request(path=f"/v1/assessments{explained}", body=examination(drawn, reference))


def examination(drawn: random.Random, reference: str | None = None) -> bytes:
    """An examination like no other: one of the examples, or an empty one, with findings changed at random."""
    stated: dict[str, Any] = json.loads(drawn.choice(_examples()))
    stated["patient"] = {"age_years": drawn.randrange(18, 100), "sex": drawn.choice(("female", "male", "unknown"))}
    if reference is not None:
        stated["patient"]["reference"] = reference
    found = stated.setdefault("examination", {})
    for place, names, values in (
        ("strength", POWER, GRADES),
        ("reflexes", REFLEXES, ("normal", "reduced", "absent")),
        ("sensation", REGIONS, FELT),
    ):
        found.setdefault(place, {})[drawn.choice(names)] = drawn.choice(values)
    found[drawn.choice(SIGNS)] = drawn.choice(("positive", "negative"))
    if drawn.random() < 0.2:
        stated.setdefault("red_flags", {})[drawn.choice(FLAGS)] = drawn.random() < 0.3
    return json.dumps(stated).encode()


@cache
def _examples() -> tuple[str, ...]:
    folder = files("service").joinpath("examples")
    exams = sorted((each for each in folder.iterdir() if each.is_file()), key=lambda each: each.name)
    kept = [each.read_text(encoding="utf-8") for each in exams]
    return (*kept, "{}")


def _keyed(number: int) -> bytes:
    return examination(random.Random(number))  # noqa: S311 - the same number, the same body
