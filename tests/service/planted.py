"""Requests with a marker in every place that takes what somebody types: each field, header, address and query."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from service.intake import EXAM
from tests.builders import a_body
from tests.service.hostile import EXAMPLES

MARKER = "Zyxwv-Lovelace-1815"
"""A text that nothing of this service holds by itself."""
NUMBER = 47.1815184
"""A number that nothing of this service holds by itself."""
TRACES_OF_BOTH = (MARKER, MARKER.lower(), "Lovelace", "1815184")

SCHEMA = EXAM.json_schema()
TYPE = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True)
class Planted:
    """One request."""

    name: str
    method: str = "POST"
    path: str = "/v1/assessments"
    headers: dict[str, str] = field(default_factory=lambda: dict(TYPE))
    body: bytes = b""


def _leaves(shape: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Every field of an examination, whatever it takes, as the way to it."""
    shapes = SCHEMA["$defs"]
    for option in shape.get("anyOf", [shape]):
        found = shapes[option["$ref"].rsplit("/", 1)[1]] if "$ref" in option else option
        if "propertyNames" in found:
            yield from ((*place, name) for name in found["propertyNames"]["enum"])
        elif "properties" in found:
            for name, inner in found["properties"].items():
                yield from _leaves(inner, (*place, name))
        elif found.get("type") != "null":
            yield place
            return


def fields() -> list[tuple[str, ...]]:
    """The way to every field."""
    return sorted({way for name, shape in SCHEMA["properties"].items() for way in _leaves(shape, (name,))})


def _with(value: Any, *way: str) -> bytes:
    body: dict[str, Any] = {"patient": {"age_years": NUMBER}}
    place = body
    for step in way[:-1]:
        place = place.setdefault(step, {})
    place[way[-1]] = value
    return json.dumps(body).encode()


def good() -> Planted:
    """An examination that is answered, with the marker where a text is taken, and the number as age."""
    body = json.loads((EXAMPLES / "exam.json").read_bytes())
    body["patient"] |= {"reference": MARKER, "age_years": NUMBER}
    return Planted(
        name="a good examination", headers={**TYPE, "Idempotency-Key": MARKER}, body=json.dumps(body).encode()
    )


def in_fields() -> Iterator[Planted]:
    """The marker as the value of every field, as text, in a list and as a key."""
    for way in fields():
        name = "/".join(way)
        yield Planted(name=f"text as {name}", body=_with(MARKER, *way))
        if way[0] in ("other_leg", "previous_examination"):
            continue  # the same fields once more
        yield Planted(name=f"list as {name}", body=_with([MARKER], *way))
        yield Planted(name=f"object as {name}", body=_with({f"{MARKER} of London": NUMBER}, *way))
        yield Planted(name=f"number as {name}", body=_with(NUMBER * 1e6, *way))


def elsewhere() -> Iterator[Planted]:
    """The marker in bodies that are no examination, in headers, addresses and queries."""
    whole = json.dumps(a_body(patient={"reference": MARKER}))
    bodies = {
        "a key that looks like no field": json.dumps(a_body() | {f"{MARKER} of London": MARKER}),
        "a key within the patient": json.dumps(a_body(patient={f"{MARKER} of London": 1})),
        "a key twice": f'{{"{MARKER}": "{MARKER}", "{MARKER}": 1}}',
        "cut off": whole[:-3],
        "a text": json.dumps(MARKER),
        "no JSON": MARKER,
        "too long": whole + " " * 70_000,
        "half a character": f'{{"patient": {{"age_years": 40, "reference": "{MARKER}\\ud800"}}}}',
        "too deep": "[" * 30 + whole + "]" * 30,
        "a long reference": json.dumps(a_body(patient={"reference": MARKER * 20})),
    }
    for name, text in bodies.items():
        yield Planted(name=name, body=text.encode())
    for name in (
        *("Content-Type", "Content-Encoding", "Authorization", "X-API-Key", "Accept-Language", "User-Agent", "Cookie"),
        *("Referer", "Origin", "traceparent", "tracestate", "baggage", "X-Forwarded-For", "If-None-Match"),
    ):
        yield Planted(name=f"header {name}", headers={**TYPE, name: f"Bearer {MARKER}"}, body=whole.encode())
    yield Planted(name="a request id that is none", headers={**TYPE, "X-Request-ID": f"{MARKER} of London"})
    yield Planted(name="a key that is none", headers={**TYPE, "Idempotency-Key": f"{MARKER} of London"})
    for path in (
        *(f"/{MARKER}", f"/v1/assessments/{MARKER}", f"/v1/assessments/{MARKER}/outcome", f"/v1/rules/{MARKER}"),
        *(f"/v1/rules?{MARKER}={MARKER}", f"/health/live?{MARKER}", f"/metrics?{MARKER}", f"/v1/rules/{MARKER}/"),
        *(f"/?language={MARKER}", f"/?code={MARKER}&state={MARKER}", f"/launch?iss={MARKER}&launch={MARKER}"),
        *(f"/rules?q={MARKER}", f"/static/{MARKER}/{MARKER}.js", f"/model/plots/{MARKER}.png"),
    ):
        yield Planted(name=f"GET {path}", method="GET", path=path)
    outcome = {"roots": [MARKER], "confirmed_by": MARKER, "confirmed_on": MARKER, f"{MARKER} of London": NUMBER}
    yield Planted(
        name="an outcome",
        method="PUT",
        path=f"/v1/assessments/{MARKER}/outcome",
        body=json.dumps(outcome).encode(),
    )
    search = json.dumps({"reference": MARKER, f"{MARKER} of London": NUMBER}).encode()
    yield Planted(name="a search", path="/v1/examinations/search", body=search)
    for query in (f"{MARKER}=1", f"explain={MARKER}", f"commit=true&{MARKER}", "commit=false"):
        yield Planted(name=f"POST ?{query}", path=f"/v1/assessments?{query}", body=whole.encode())
    yield Planted(name="DELETE", method="DELETE", path=f"/v1/rules/{MARKER}")
    yield Planted(name="a method", method="ZYXWV", path=f"/{MARKER}")


def planted(every: int = 1) -> list[Planted]:
    """All of them, or of the fields `every` so many."""
    return [good(), *list(in_fields())[::every], *elsewhere()]
