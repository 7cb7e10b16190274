"""Examinations whose answers have something of their own to say: made up, none of a person."""

from typing import Any

from tests.browser.entering import example

NAMES = (
    *("urinary_retention", "urinary_incontinence", "new_bladder_symptom", "fecal_incontinence", "saddle_anesthesia"),
    *("bilateral_neurologic_deficit", "progressive_motor_weakness", "history_of_cancer", "unexplained_weight_loss"),
    *("fever", "iv_drug_use", "recent_infection", "immunosuppression", "osteoporosis", "steroid_use"),
    "significant_trauma",
)
DENIED = dict.fromkeys(NAMES, False)
"""Every question of the first line, answered with no."""
SPINAL_CORD = {"plantar_response": "flexor", "clonus": False}
"""The signs of the first line that no question settles."""
EARLIER = {
    "examined_at": "2026-01-01T10:00:00Z",
    "examination": {
        "strength": {"great_toe_extension": 5, "ankle_dorsiflexion": 3, "hip_abduction": 4},
        "reflexes": {"patellar": "absent"},
    },
    "red_flags": {"saddle_anesthesia": True},
}


def stated(age: int = 44, **more: Any) -> dict[str, Any]:
    """An examination of somebody of that age."""
    return {"patient": {"age_years": age}, **more}


OTHER_LEG = {**example("exam"), "other_leg": {"strength": {"knee_extension": 4}, "reflexes": {"patellar": "reduced"}}}
SINCE = {**example("exam"), "examined_at": "2026-01-05T10:00:00Z", "previous_examination": EARLIER}
CANCER = stated(61, red_flags={**DENIED, "history_of_cancer": True, "unexplained_weight_loss": True})
COMPLETE = stated(red_flags=DENIED, examination=SPINAL_CORD)
NORMAL = stated(
    history={"pain_locations": ["low_back"], "paresthesia_locations": [], "pain_radiates_below_knee": False},
    examination={
        "strength": dict.fromkeys(
            ("knee_extension", "ankle_dorsiflexion", "great_toe_extension", "plantar_flexion"), 5
        ),
        "reflexes": {"patellar": "normal", "achilles": "normal"},
        "sensation": dict.fromkeys(("medial_leg", "dorsum_foot", "lateral_foot"), "normal"),
        "straight_leg_raise": {"result": "negative"},
    },
)
EVERY = {
    **{name: example(name) for name in ("exam", "exam_l4", "exam_emergency")},
    "nothing asked": stated(),
    "fever": stated(red_flags={"fever": True}),
    "cancer": CANCER,
    "age alone": stated(61, red_flags=DENIED, examination=SPINAL_CORD),
    "second line open": COMPLETE,
    "other leg": OTHER_LEG,
    "since": SINCE,
}
