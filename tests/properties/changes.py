"""How one examination differs from another in a single point: a further flag, a weaker movement, a question not asked.

Each function returns every such change that an examination allows, as bodies; none of them contradicts itself.
"""

import copy
from collections.abc import Iterator
from typing import Any

from features.answer import Answer
from service.rules.findings import weakness_progresses
from tests.builders import Body
from tests.properties.strategies import FLAGS, FUNCTIONS, GRADES, PERIANAL, read

LEGS = ("examination", "other_leg")
MIRRORED = {"left": "right", "right": "left"}


def stated(body: Body, *path: str) -> Any:
    """What `body` states at a place; None where it states nothing."""
    place: Any = body
    for step in path:
        place = (place or {}).get(step)
    return place


def with_stated(body: Body, value: Any, *path: str) -> Body:
    """The body with one place stated otherwise; None takes it out."""
    changed = copy.deepcopy(body)
    place = changed
    *way, last = path
    for step in way:
        place[step] = place.get(step) or {}
        place = place[step]
    if value is None:
        place.pop(last, None)
    else:
        place[last] = value
    return changed


def _examined(body: Body) -> Iterator[str]:
    """The legs that were examined, the worse one whether anything is stated of it or not."""
    yield "examination"
    if body.get("other_leg") is not None:
        yield "other_leg"


def further_flags(body: Body) -> dict[str, Body]:
    """The body with one more red flag: a question answered with yes, a larger residual, a sign of cauda or cord."""
    found = {name: with_stated(body, True, "red_flags", name) for name in FLAGS if not stated(body, "red_flags", name)}
    if (stated(body, "red_flags", "post_void_residual_ml") or 0) < 200:
        found["residual urine"] = with_stated(body, 200, "red_flags", "post_void_residual_ml")
    denied = stated(body, "red_flags", "progressive_motor_weakness") is False
    # To say how fast weakness grew that is known to grow answers a question: unknown counts as rapid, 48 h does not.
    if not denied and weakness_progresses(read(body)) is not Answer.YES:
        found["grew over days"] = with_stated(body, 48, "red_flags", "motor_deterioration_hours")
    if not denied:
        found["grew within hours"] = with_stated(body, 5, "red_flags", "motor_deterioration_hours")
    # Above 60 ankle jerks lost on both sides are normal: up to there, age only adds.
    if body["patient"]["age_years"] <= 50:
        found["age"] = with_stated(body, 51, "patient", "age_years")
    for leg in _examined(body):
        found[f"{leg} perianal"] = with_stated(body, "absent", leg, "sensation", PERIANAL)
        found[f"{leg} clonus"] = with_stated(body, True, leg, "clonus")
        found[f"{leg} plantar response"] = with_stated(body, "extensor", leg, "plantar_response")
        # A lost reflex that turns brisk is another finding, not a further one.
        if stated(body, leg, "reflexes", "achilles") in (None, "normal"):
            found[f"{leg} brisk reflex"] = with_stated(body, "brisk", leg, "reflexes", "achilles")
    return found


def ever_weaker(body: Body, leg: str, movement: str) -> dict[str, Body]:
    """The body with one movement weaker and weaker, from normal to no contraction."""
    return {f"{grade:g}": with_stated(body, grade, leg, "strength", movement) for grade in GRADES}


def ungraded(body: Body, leg: str, movement: str) -> tuple[Body, Body, Body]:
    """The body with one movement normal; weak without a grade; and found to be of grade 3.

    Weak may also turn out to be 4: that answers the question the other way, and may calm.
    """
    normal, weak, severe = (with_stated(body, grade, leg, "strength", movement) for grade in (5, "weak", 3))
    return normal, weak, severe


def functions_lost(body: Body) -> dict[str, Body]:
    """The body with one functional test of strength failed that could be done, or was not tried."""
    return {
        f"{leg} {function}": with_stated(body, "unable", leg, function)
        for leg in _examined(body)
        for function in FUNCTIONS
        if stated(body, leg, function) != "unable"
    }


def unasked(body: Body) -> dict[str, Body]:
    """The body with one answer *no*, or one finding *normal*, taken back: not assessed."""
    places: list[tuple[str, ...]] = [("red_flags", name) for name in FLAGS if stated(body, "red_flags", name) is False]
    residual = stated(body, "red_flags", "post_void_residual_ml")
    if residual is not None and residual < 200:
        places.append(("red_flags", "post_void_residual_ml"))
    for leg in _examined(body):
        normal = {"strength": 5, "reflexes": "normal", "sensation": "normal"}
        for group, value in normal.items():
            places += [(leg, group, name) for name, found in (stated(body, leg, group) or {}).items() if found == value]
        singles = {"clonus": False, "plantar_response": "flexor", **dict.fromkeys(FUNCTIONS, "able")}
        places += [(leg, name) for name, value in singles.items() if stated(body, leg, name) == value]
    for section in ("history", "treatment"):
        places += [(section, name) for name, value in (stated(body, section) or {}).items() if value is False]
    return {"/" + "/".join(place): with_stated(body, None, *place) for place in places}


def other_side(body: Body) -> Body:
    """The same examination of a person whose other leg hurts."""
    side = stated(body, "history", "side")
    return with_stated(body, MIRRORED.get(side, side), "history", "side") if side else copy.deepcopy(body)


def legs_exchanged(body: Body) -> Body:
    """The same findings, the legs exchanged; both have been examined."""
    changed = copy.deepcopy(body)
    changed["examination"], changed["other_leg"] = body.get("other_leg") or {}, body.get("examination") or {}
    return changed


def _earlier(body: Body, hours: str | None, leg: Body, screen: Body) -> Body:
    changed = copy.deepcopy(body)
    changed["previous_examination"] = {"examined_at": hours, "examination": leg, "red_flags": screen}
    return changed


def was_normal(body: Body, when: str | None) -> Body:
    """The body with an earlier examination at which everything now stated was asked or tested, and normal."""
    leg = copy.deepcopy(body.get("examination") or {})
    normal: Body = {
        "strength": dict.fromkeys(leg.get("strength") or {}, 5),
        "reflexes": dict.fromkeys(leg.get("reflexes") or {}, "normal"),
        "sensation": dict.fromkeys(leg.get("sensation") or {}, "normal"),
        **{name: "able" for name in FUNCTIONS if leg.get(name)},
        **({"plantar_response": "flexor"} if leg.get("plantar_response") else {}),
        **({"clonus": False} if leg.get("clonus") is not None else {}),
    }
    return _earlier(body, when, normal, dict.fromkeys(FLAGS, False))


def was_worse(body: Body, when: str | None) -> Body:
    """The body with an earlier examination at which every movement, reflex and region now stated was lost."""
    leg = copy.deepcopy(body.get("examination") or {})
    lost: Body = {
        "strength": dict.fromkeys(leg.get("strength") or {}, 0),
        "reflexes": dict.fromkeys(leg.get("reflexes") or {}, "absent"),
        "sensation": dict.fromkeys(leg.get("sensation") or {}, "absent"),
        **{name: "unable" for name in FUNCTIONS if leg.get(name)},
    }
    return _earlier(body, when, lost, {**dict.fromkeys(FLAGS, True), "post_void_residual_ml": 900})
