"""Bodies that nobody means well with: a fixed list of nasty ones, and valid examinations spoiled by a seeded chance.

The same seed makes the same bodies on every machine, so that one that breaks something can be found again by its name.
"""

import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

EXAMPLES = Path(__file__).parent.parent.parent / "service" / "examples"
SEED = 5


@dataclass(frozen=True, kw_only=True)
class Hostile:
    """One body, and what it is called where a test fails."""

    name: str
    body: bytes


def _in(place: bytes) -> bytes:
    return b'{"patient": {"age_years": 40}, ' + place + b"}"


FIXED: dict[str, bytes] = {
    "nothing": b"",
    "white space": b" \t\r\n",
    "null": b"null",
    "a text": b'"exam"',
    "a list": b"[]",
    "cut off in a key": b'{"pat',
    "cut off in a number": b'{"patient": {"age_years": 4',
    "cut off in an escape": rb'{"patient": {"reference": "\u00',
    "10,000 lists": b"[" * 10_000,
    "10,000 objects": b'{"a":' * 10_000,
    "10,000 lists in a field": _in(b'"examination": ' + b"[" * 10_000 + b"]" * 10_000),
    "lists and objects by turns": b'[{"a":' * 5_000,
    "as deep as is parsed": _in(b'"x": ' + b"[" * 18 + b"]" * 18),
    "quotes and backslashes": b'{"' + b'\\"' * 20_000,
    "backslashes alone": b'"' + b"\\" * 60_001,
    "brackets and quotes": b'["' * 20_000,
    "60,000 commas": b"[" + b"0," * 30_000 + b"0]",
    "10,000 keys": json.dumps({f"k{n}": n for n in range(5_000)}).encode(),
    "10,000 equal keys": b"{" + b'"a":1,' * 9_999 + b'"a":1}',
    "a list of 10,000 regions": _in(b'"history": {"pain_locations": [' + b'"sole",' * 6_000 + b'"sole"]}'),
    "a number of 60,000 digits": _in(b'"history": {"pain_severity": ' + b"9" * 60_000 + b"}"),
    "a fraction of 60,000 digits": _in(b'"history": {"pain_severity": 1.' + b"3" * 60_000 + b"}"),
    "a huge exponent": _in(b'"history": {"pain_severity": 1e' + b"9" * 10_000 + b"}"),
    "a tiny exponent": _in(b'"history": {"pain_severity": 1e-' + b"9" * 10_000 + b"}"),
    "minus zero": _in(b'"history": {"pain_severity": -0.0}'),
    "the largest float": _in(b'"history": {"symptom_duration_days": 1.7976931348623157e308}'),
    "the largest float as hours": _in(b'"red_flags": {"motor_deterioration_hours": 1.7976931348623157e308}'),
    "the smallest float": _in(b'"history": {"symptom_duration_days": 5e-324}'),
    "an integer of 400 digits": _in(b'"history": {"symptom_duration_days": ' + b"9" * 400 + b"}"),
    "NaN": _in(b'"history": {"pain_severity": NaN}'),
    "Infinity as key value": _in(b'"red_flags": {"post_void_residual_ml": Infinity}'),
    "half a character": b'{"patient": {"age_years": 40, "reference": "\\ud800"}}',
    "half a character as key": _in(b'"\\udc00": 1'),
    "two halves the wrong way round": b'{"patient": {"age_years": 40, "reference": "\\udc00\\ud800"}}',
    "NUL in a reference": b'{"patient": {"age_years": 40, "reference": "a\\u0000b"}}',
    "line separators in a reference": b'{"patient": {"age_years": 40, "reference": "a\\u2028\\u0085\\n"}}',
    "128 characters of four bytes": json.dumps({"patient": {"age_years": 40, "reference": "🦵" * 128}}).encode(),
    "UTF-16": '{"patient": {"age_years": 40}}'.encode("utf-16"),
    "UTF-32": '{"patient": {"age_years": 40}}'.encode("utf-32-le"),
    "a byte order mark": b'\xef\xbb\xbf{"patient": {"age_years": 40}}',
    "overlong UTF-8": b'{"patient": {"age_years": 40, "reference": "\xc0\xaf"}}',
    "all bytes": bytes(range(256)),
    "noise": Random(SEED).randbytes(2_000),  # noqa: S311
    "pickle": b"\x80\x04\x95\x0f\x00\x00\x00\x00\x00\x00\x00\x8c\x02os\x94\x8c\x06system\x94\x93\x94.",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xabV*H,)I-R\xb2R\xa8\xae\x05\x00",
    "XML with an entity": b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>',
    "SQL": _in(b'"patient": {"age_years": 40, "reference": "\'; drop table entries; --"}'),
    "SQL as reference": b'{"patient": {"age_years": 40, "reference": "\'; drop table entries; --"}}',
    "a template": b'{"patient": {"age_years": 40, "reference": "${jndi:ldap://x}{{7*7}}%n%s{0.__class__}"}}',
    "a prototype": _in(b'"__proto__": {"admin": true}, "constructor": {}'),
    "names of Python": _in(b'"__class__": 1, "__init__": 2, "self": 3'),
    "time before all time": _in(b'"examined_at": "0001-01-01T00:00:00+23:59"'),
    "time after all time": _in(b'"examined_at": "9999-12-31T23:59:59-23:59"'),
    "a year of zero": _in(b'"examined_at": "0000-01-01T00:00:00Z"'),
    "a leap second": _in(b'"examined_at": "2016-12-31T23:59:60Z"'),
    "a day that is none": _in(b'"examined_at": "2026-02-30T00:00:00Z"'),
    "an offset that is none": _in(b'"examined_at": "2026-02-03T00:00:00+99:99"'),
    "digits of another script": _in(rb'"examined_at": "\u0662\u0660\u0662\u0666-02-03T00:00:00Z"'),
    "an earlier examination before all time": _in(
        b'"examined_at": "2026-02-03T00:00:00Z", "previous_examination": '
        b'{"examined_at": "0001-01-01T00:00:00+23:59", "examination": {"clonus": true}}'
    ),
    "comments": b'{"patient": {"age_years": 40} /* really */}',
    "something behind it": b'{"patient": {"age_years": 40}} {"patient": {"age_years": 4}}',
    "a megabyte": b'{"patient": {"age_years": 40, "reference": "' + b"x" * 1_000_000 + b'"}}',
}
"""Each of these broke some parser, somewhere."""

_ODD_TEXTS = (
    *("", " ", "null", "NaN", "true", "normal", "weak", "🦵" * 200, "\ud800", "\x00", "﷐", "a\u202eb", "x" * 70_000),
    *("0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-02-29T25:61:61Z", "/../..", "%s%n", "{0}"),
)
_ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 1, 5, 5.5, 0.1, 1e308, -1e308, 1e-320, 10**400, -(2**63), 2**64),
    *(float("nan"), float("inf"), [], {}, [[]], [None], {"": None}, [1] * 100, {"a": {"b": {"c": []}}}),
    *_ODD_TEXTS,
)


def hostile(count: int, seed: int = SEED) -> Iterator[Hostile]:
    """The fixed bodies, then `count` spoiled examinations."""
    for name, body in FIXED.items():
        yield Hostile(name=name, body=body)
    exams = [json.loads(path.read_bytes()) for path in sorted(EXAMPLES.glob("*.json"))]
    for number in range(count):
        chance = Random(f"{seed}/{number}")  # noqa: S311
        spoil = chance.choice((_spoil_values, _spoil_keys, _spoil_bytes))
        body = spoil(chance, copy.deepcopy(chance.choice(exams)))
        yield Hostile(name=f"{spoil.__name__.strip('_')} {seed}/{number}", body=body)


def _places(value: Any, holder: Any = None, key: Any = None) -> Iterator[tuple[Any, Any]]:
    """Every place of a JSON value, as what holds it and under which key."""
    if holder is not None:
        yield holder, key
    if isinstance(value, dict):
        for name in list(value):
            yield from _places(value[name], value, name)
    elif isinstance(value, list):
        for position in range(len(value)):
            yield from _places(value[position], value, position)


def _written(chance: Random, value: Any) -> bytes:
    plain = chance.random() < 0.5
    return json.dumps(value, ensure_ascii=plain).encode("utf-8", "surrogatepass")


def _spoil_values(chance: Random, exam: Any) -> bytes:
    """One to four values are something else."""
    for _ in range(chance.randint(1, 4)):
        holder, key = chance.choice(list(_places(exam)))
        holder[key] = copy.deepcopy(chance.choice(_ODD))
    return _written(chance, exam)


def _spoil_keys(chance: Random, exam: Any) -> bytes:
    """One to four keys are something else, or what stood under them stands elsewhere."""
    for _ in range(chance.randint(1, 4)):
        holder, key = chance.choice([place for place in _places(exam) if isinstance(place[0], dict)])
        value = holder.pop(key)
        there = chance.choice([exam, *(each for each, _ in _places(exam) if isinstance(each, dict))])
        there[chance.choice((key, key.upper(), *_ODD_TEXTS))] = value
        if not exam:
            break
    return _written(chance, exam)


def _spoil_bytes(chance: Random, exam: Any) -> bytes:
    """One to six bytes or stretches are changed, lost, doubled or strange."""
    body = bytearray(_written(chance, exam))
    for _ in range(chance.randint(1, 6)):
        first = chance.randrange(len(body) + 1)
        last = min(len(body), first + chance.choice((1, 1, 2, 8, 200)))
        change: Callable[[bytes], bytes] = chance.choice(_CHANGES)
        body[first:last] = change(bytes(body[first:last]))
    return bytes(body)


_CHANGES: tuple[Callable[[bytes], bytes], ...] = (
    lambda part: b"",
    lambda part: part * 2,
    lambda part: part[::-1],
    lambda part: bytes(each ^ 0x80 for each in part),
    lambda part: bytes(each ^ 1 for each in part),
    lambda part: b"\x00" + part,
    lambda part: b"[" * 30 + part,
    lambda part: b"9" * 30 + part,
    lambda part: b'"' + part,
    lambda part: b"\xff" + part,
)
