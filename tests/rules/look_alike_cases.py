"""Look-alikes: exams that speak for each and exams that do not; the classifier of these tests calls L5."""

from typing import Any

from tests.rules.red_flag_cases import Sections
from tests.rules.sections import Cases, mimic


def leg(**signs: Any) -> Sections:
    """The signs of the worse leg."""
    return {"examination": signs}


def foot_drop(inversion: Any = None, abduction: Any = None, **more: Any) -> Sections:
    strength = {"ankle_dorsiflexion": 4, "ankle_inversion": inversion, "hip_abduction": abduction}
    return leg(strength=strength, **more)


def hurts(*regions: str, **told: Any) -> Sections:
    return {"history": {"pain_locations": list(regions), **told}}


def tingles(*regions: str, pain: tuple[str, ...] = (), **signs: Any) -> Sections:
    return {"history": {"paresthesia_locations": list(regions), "pain_locations": list(pain)}, "examination": signs}


def calf(age: float = 50.1, regions: tuple[str, ...] = ("posterior_calf",), **told: Any) -> Sections:
    """Calf pain on walking that bending does not ease, `told` aside."""
    history = {"worse_with_walking": True, "relieved_by_flexion": False, "pain_locations": list(regions)}
    signs = told.pop("signs", {})
    return {"age": age, "history": {**history, **told}, "examination": signs}


def feet(other: Sections | None, achilles: str = "absent", **sensation: str) -> Sections:
    """A foot with `sensation` and its ankle jerk, beside the other one."""
    return {**leg(sensation=sensation, reflexes={"achilles": achilles}), "other_leg": other}


LOST: Sections = {"reflexes": {"achilles": "absent"}}
_ROTATION, _FABER = "hip_internal_rotation_pain", "faber"

LOOK_ALIKE = {
    "LA-PERONEAL": Cases(
        shown={
            "Tinel": leg(fibular_head_tinel="positive"),
            "inversion spared, ? abduction": foot_drop(inversion=5),
            "abduction spared, ? inversion": foot_drop(abduction=5),
            "straight leg raise positive at 80": foot_drop(
                inversion=5, straight_leg_raise={"result": "positive", "angle_degrees": 80}
            ),
        },
        hidden={
            "? everything": {},
            "Tinel negative": leg(fibular_head_tinel="negative"),
            "? inversion and abduction": foot_drop(),
            "inversion weak": foot_drop(inversion=4, abduction=5),
            "abduction weak": foot_drop(inversion=5, abduction="weak"),
            "nothing weak": leg(strength={"ankle_dorsiflexion": 5, "ankle_inversion": 5}),
            "straight leg raise positive": foot_drop(inversion=5, straight_leg_raise={"result": "positive"}),
            "slump positive": foot_drop(inversion=5, slump="positive"),
            "crossed straight leg raise positive": foot_drop(inversion=5, crossed_straight_leg_raise="positive"),
            "both spared": foot_drop(5, 5),
            "clonus": foot_drop(inversion=5, clonus=True),
        },
    ),
    "LA-PERONEAL-SPARED": Cases(
        shown={
            "both spared": foot_drop(5, 5),
            "toe extension alone": leg(strength={"great_toe_extension": 4, "ankle_inversion": 5, "hip_abduction": 5}),
            "tension, but Tinel": foot_drop(5, 5, slump="positive", fibular_head_tinel="positive"),
        },
        hidden={
            "? abduction": foot_drop(inversion=5),
            "? inversion": foot_drop(abduction=5),
            "abduction weak": foot_drop(5, 4),
            "tension": foot_drop(5, 5, slump="positive"),
            "clonus": foot_drop(5, 5, clonus=True),
            "Tinel, foot strong": leg(
                fibular_head_tinel="positive",
                strength={"ankle_dorsiflexion": 5, "ankle_inversion": 5, "hip_abduction": 5},
            ),
        },
    ),
    "LA-UPPER-ROOT": Cases(
        shown={
            "hip flexion weak": leg(strength={"hip_flexion": 4}),
            "front of the thigh numb": leg(sensation={"anterior_thigh": "reduced"}),
            "femoral stretch": leg(femoral_stretch="positive"),
            "crossed femoral stretch": leg(crossed_femoral_stretch="positive"),
            "front of the thigh hurts, ? rotation": hurts("anterior_thigh"),
            "front of the thigh tingles": {"history": {"paresthesia_locations": ["anterior_thigh"]}},
            "it hurts, and rotation is painless": {**hurts("anterior_thigh"), **leg(**{_ROTATION: "negative"})},
            "hip flexion weak and rotation hurts": leg(strength={"hip_flexion": 4}, **{_ROTATION: "positive"}),
        },
        hidden={
            "? everything": {},
            "none of it": {
                **hurts("sole"),
                **leg(strength={"hip_flexion": 5}, sensation={"anterior_thigh": "normal"}, femoral_stretch="negative"),
            },
            "the knee": hurts("knee", "groin"),
            "clonus": leg(strength={"hip_flexion": 4}, clonus=True),
            "it hurts, and so does rotation": {**hurts("anterior_thigh"), **leg(**{_ROTATION: "positive"})},
        },
    ),
    "LA-MERALGIA": Cases(
        shown={
            "tingles, ? the rest": tingles("anterolateral_thigh"),
            "numb": leg(sensation={"anterolateral_thigh": "reduced"}),
            "to the outside as well": tingles("anterolateral_thigh", "lateral_thigh", pain=("anterolateral_thigh",)),
            "strong, jerk there": tingles(
                "anterolateral_thigh", strength={"knee_extension": 5}, reflexes={"patellar": "normal"}
            ),
        },
        hidden={
            "? everything": {},
            "it only hurts": hurts("anterolateral_thigh"),
            "the shin tingles too": tingles("anterolateral_thigh", "anterior_leg"),
            "the shin is numb too": leg(sensation={"anterolateral_thigh": "reduced", "medial_leg": "reduced"}),
            "pain below the knee": tingles("anterolateral_thigh", pain=("medial_leg",)),
            "knee extension weak": tingles("anterolateral_thigh", strength={"knee_extension": 4}),
            "knee jerk lost": tingles("anterolateral_thigh", reflexes={"patellar": "reduced"}),
        },
    ),
    "LA-POLYNEUROPATHY": Cases(
        shown={
            "jerks lost, ? other foot": feet(LOST, sole="reduced"),
            "jerks lost, both feet numb": feet({**LOST, "sensation": {"heel": "absent"}}, sole="reduced"),
            "two dermatomes, the other foot too": feet(
                {"sensation": {"sole": "reduced"}}, "normal", sole="reduced", dorsum_foot="reduced"
            ),
        },
        hidden={
            "? everything": {},
            "? other leg": feet(None, sole="reduced"),
            "jerks lost, ? sensation": feet(LOST),
            "jerks lost, feels all": feet(LOST, sole="normal"),
            "jerks lost, the other foot feels all": feet({**LOST, "sensation": {"sole": "normal"}}, sole="reduced"),
            "the other jerk is there": feet({"reflexes": {"achilles": "normal"}}, sole="reduced"),
            "one dermatome in each": feet({"sensation": {"sole": "reduced"}}, "normal", sole="reduced"),
            "two dermatomes, ? other foot": feet(
                {"slump": "negative"}, "normal", sole="reduced", dorsum_foot="reduced"
            ),
            "numb above the foot": feet(LOST, medial_leg="reduced"),
        },
    ),
    "LA-ZOSTER": mimic("dermatomal_rash"),
    "LA-HIP": Cases(
        shown={
            "rotation hurts": leg(**{_ROTATION: "positive"}),
            "FABER, ? rotation": leg(**{_FABER: "positive"}),
            "groin, ? rotation": hurts("groin"),
            "groin and rotation": {**hurts("groin"), **leg(**{_ROTATION: "positive"})},
        },
        hidden={
            "? everything": {},
            "both negative": leg(**{_ROTATION: "negative", _FABER: "negative"}),
            "groin, rotation painless": {**hurts("groin"), **leg(**{_ROTATION: "negative"})},
            "FABER, rotation painless": leg(**{_ROTATION: "negative", _FABER: "positive"}),
            "buttock": hurts("buttock"),
        },
    ),
    "LA-SACROILIAC": Cases(
        shown={"FABER, rotation painless": leg(**{_ROTATION: "negative", _FABER: "positive"})},
        hidden={
            "FABER, ? rotation": leg(**{_FABER: "positive"}),
            "FABER and rotation": leg(**{_ROTATION: "positive", _FABER: "positive"}),
            "? FABER, rotation painless": leg(**{_ROTATION: "negative"}),
            "neither": leg(**{_ROTATION: "negative", _FABER: "negative"}),
        },
    ),
    "LA-TROCHANTERIC": Cases(
        shown={
            "tender": leg(trochanteric_tenderness="positive"),
            "outer thigh, ? tender": hurts("lateral_thigh"),
        },
        hidden={
            "? everything": {},
            "not tender": leg(trochanteric_tenderness="negative"),
            "outer thigh, not tender": {**hurts("lateral_thigh"), **leg(trochanteric_tenderness="negative")},
            "outer thigh and below the knee": hurts("lateral_thigh", "lateral_leg"),
        },
    ),
    "LA-STENOSIS": Cases(
        shown={"both": {"history": {"worse_with_walking": True, "relieved_by_flexion": True}}},
        hidden={
            "? flexion": {"history": {"worse_with_walking": True}},
            "? walking": {"history": {"relieved_by_flexion": True}},
            "walking alone": {"history": {"worse_with_walking": True, "relieved_by_flexion": False}},
        },
    ),
    "LA-ARTERIAL": Cases(
        shown={
            "pulses reduced": leg(pedal_pulses_reduced="positive"),
            "calf, 50.1, ? pulses": calf(),
            "not worse with sitting": calf(worse_with_sitting=False),
        },
        hidden={
            "? everything": {"age": 60},
            "pulses there": leg(pedal_pulses_reduced="negative"),
            "calf, 50": calf(50),
            "calf, pulses there": calf(signs={"pedal_pulses_reduced": "negative"}),
            "calf, ? flexion": calf(relieved_by_flexion=None),
            "calf, relieved by flexion": calf(relieved_by_flexion=True),
            "calf, worse with sitting": calf(worse_with_sitting=True),
            "calf, straight leg raise positive": calf(signs={"straight_leg_raise": {"result": "positive"}}),
            "not the calf": calf(regions=("buttock",)),
        },
    ),
}
