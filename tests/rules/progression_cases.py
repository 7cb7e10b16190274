"""Red flags that rest on two examinations: a new root, both legs, bladder, bowel, saddle; both sides of each threshold.

`pair` writes down one finding as it was and as it is now.
"""

from typing import Any

from tests.rules.statements import FlagCases, Sections, earlier, flags


def pair(hours: float | None, *, was: Sections, now: Sections, **sections: Any) -> Sections:
    """The same leg at two examinations `hours` apart."""
    return {**earlier(hours, was), "examination": now, **sections}


def told(hours: float | None, field: str, was: Any, now: Any) -> Sections:
    """One answer of the screen for red flags at two examinations."""
    return {**earlier(hours, red_flags={field: was}), **flags(**{field: now})}


def toe(grade: Any) -> Sections:
    return {"strength": {"great_toe_extension": grade}}


def l5(grade: Any = 5, felt: str = "normal", jerk: str = "normal") -> Sections:
    """One sign of L5 of each kind."""
    return {**toe(grade), "sensation": {"dorsum_foot": felt}, "reflexes": {"medial_hamstring": jerk}}


WELL = l5()
TWO_KINDS = {
    "half a grade and numb": l5(4.5, "reduced"),
    "half a grade and the reflex lost": l5(4.5, jerk="reduced"),
    "numb and the reflex lost": l5(5, "absent", "absent"),
    "weak without a grade and numb": l5("weak", "increased"),
}
ONE_KIND = {
    "half a grade": l5(4.5),
    "numb": l5(5, "absent"),
    "the reflex lost": l5(5, jerk="absent"),
    "numb in two regions": {"sensation": {"dorsum_foot": "reduced", "great_toe": "reduced"}},
    "nothing": l5(),
}
WELL_EVERYWHERE: Sections = {
    "strength": {"great_toe_extension": 5, "knee_flexion": 5, "plantar_flexion": 5},
    "sensation": {"dorsum_foot": "normal", "great_toe": "normal", "sole": "normal", "buttock": "normal"},
    "reflexes": {"medial_hamstring": "normal", "achilles": "normal"},
}
KNOWN_L5: Sections = {**WELL_EVERYWHERE, "strength": {**WELL_EVERYWHERE["strength"], "great_toe_extension": 4}}
"""A root that was affected before: what it explains is no new root."""
SHARED_WITH_L5: Sections = {
    **KNOWN_L5,
    "strength": {**KNOWN_L5["strength"], "knee_flexion": 4},
    "sensation": {**KNOWN_L5["sensation"], "buttock": "reduced"},
}
S1_TOO: Sections = {**KNOWN_L5, "reflexes": {"medial_hamstring": "normal", "achilles": "absent"}}
S1_TOO_AND_NUMB: Sections = {**S1_TOO, "sensation": {**KNOWN_L5["sensation"], "sole": "reduced"}}

BOTH = "bilateral_neurologic_deficit"
BOTH_WEAK: Sections = {"examination": toe(4), "other_leg": {"strength": {"plantar_flexion": 4}}}
NOT_COMPARABLE: dict[str, Sections] = {
    "no earlier examination": {"examination": toe(2)},
    "nothing tested then": pair(2, was={}, now=toe(2)),
    "nothing tested now": pair(2, was=toe(5), now={}),
    "another movement": pair(2, was={"strength": {"hip_flexion": 5}}, now=toe(2)),
    "weak without a grade: its grade is asked for": pair(2, was=toe(5), now=toe("weak")),
    "weak before": pair(2, was={}, now=l5("weak", "reduced")),
}


def root_cases(fast: float | None, *others: float | None) -> tuple[dict[str, Sections], dict[str, Sections]]:
    """Exams that show a new root `fast` (or at one of the `others`) hours later, and exams of that time that do not."""
    new = {
        f"{name}, {hours} h": pair(hours, was=WELL_EVERYWHERE, now=now)
        for hours in (fast, *others)
        for name, now in TWO_KINDS.items()
    }
    new |= {f"a whole grade, {hours} h": pair(hours, was=WELL_EVERYWHERE, now=toe(4)) for hours in (fast, *others)}
    new[f"a second root, {fast} h"] = pair(fast, was=KNOWN_L5, now=S1_TOO_AND_NUMB)
    old = {f"{name}, {fast} h": pair(fast, was=WELL_EVERYWHERE, now=now) for name, now in ONE_KIND.items()}
    old |= {
        f"it was affected before, {fast} h": pair(fast, was=KNOWN_L5, now=l5(3, "reduced")),
        f"the known root explains it, {fast} h": pair(fast, was=KNOWN_L5, now=SHARED_WITH_L5),
        f"one reflex of a second root, {fast} h": pair(fast, was=KNOWN_L5, now=S1_TOO),
        f"better, {fast} h": pair(fast, was=l5(3, "absent", "absent"), now=WELL),
    }
    return new, old


FAST_ROOT, NO_FAST_ROOT = root_cases(23.9, 0.5, None)
SLOW_ROOT, NO_SLOW_ROOT = root_cases(24, 2000)

PROGRESSION = {
    "RF-PROGRESSION-CAUDA": FlagCases(
        up={
            "retention, 2 h": told(2, "urinary_retention", False, True),
            "retention, months": told(2000, "urinary_retention", False, True),
            "incontinence, undated": told(None, "urinary_incontinence", False, True),
            "bladder": told(48, "new_bladder_symptom", False, True),
            "bowel": told(48, "fecal_incontinence", False, True),
            "saddle": told(48, "saddle_anesthesia", False, True),
            "anal tone": told(48, "reduced_anal_tone", False, True),
            "residual 199.9 ml, then 200": told(48, "post_void_residual_ml", 199.9, 200),
            "perianal": pair(48, was={"sensation": {"perianal": "normal"}}, now={"sensation": {"perianal": "reduced"}}),
            "one is new, another known": {
                **earlier(48, red_flags={"urinary_retention": True, "saddle_anesthesia": False}),
                **flags(urinary_retention=True, saddle_anesthesia=True),
            },
        },
        down={
            "present before": told(48, "urinary_retention", True, True),
            "gone": told(48, "urinary_retention", True, False),
            "denied twice": told(48, "urinary_retention", False, False),
            "residual 100 ml, then 199.9": told(48, "post_void_residual_ml", 100, 199.9),
            "residual 200 ml, then 600": told(48, "post_void_residual_ml", 200, 600),
            "perianal altered before": pair(
                48, was={"sensation": {"perianal": "reduced"}}, now={"sensation": {"perianal": "absent"}}
            ),
        },
        unknown={
            "no earlier examination": flags(urinary_retention=True),
            "not asked then": told(48, "urinary_retention", None, True),
            "not asked now": told(48, "urinary_retention", False, None),
            "another question": {
                **earlier(48, red_flags={"urinary_retention": False}),
                **flags(saddle_anesthesia=True),
            },
        },
    ),
    "RF-PROGRESSION-LEGS-RAPID": FlagCases(
        up={
            "told, 23.9 h": told(23.9, BOTH, False, True),
            "found, 2 h": {**earlier(2, red_flags={BOTH: False}), **BOTH_WEAK},
            "found though denied": {**earlier(2, red_flags={BOTH: False}), **BOTH_WEAK, **flags(**{BOTH: False})},
            "undated": told(None, BOTH, False, True),
        },
        down={
            "24 h": told(24, BOTH, False, True),
            "present before": told(2, BOTH, True, True),
            "denied twice": told(2, BOTH, False, False),
        },
        unknown={
            "no earlier examination": flags(**{BOTH: True}),
            "not asked then": told(2, BOTH, None, True),
            "not asked now": told(2, BOTH, False, None),
            "one leg weak, the other not examined": {**earlier(2, red_flags={BOTH: False}), "examination": toe(4)},
        },
    ),
    "RF-PROGRESSION-LEGS": FlagCases(
        up={
            "told, 24 h": told(24, BOTH, False, True),
            "found, months": {**earlier(2000, red_flags={BOTH: False}), **BOTH_WEAK},
        },
        down={
            "23.9 h": told(23.9, BOTH, False, True),
            "present before": told(48, BOTH, True, True),
            "gone": told(48, BOTH, True, False),
        },
        unknown={
            "no earlier examination": flags(**{BOTH: True}),
            "not asked then": told(48, BOTH, None, True),
            "undated: treated as rapid": told(None, BOTH, False, True),
        },
    ),
    "RF-PROGRESSION-ROOT-RAPID": FlagCases(
        up=FAST_ROOT,
        down={**NO_FAST_ROOT, **{f"{name}: over days": case for name, case in SLOW_ROOT.items()}},
        unknown=NOT_COMPARABLE,
    ),
    "RF-PROGRESSION-ROOT": FlagCases(
        up=SLOW_ROOT,
        down={
            **NO_SLOW_ROOT,
            **{f"{name}: rapid": case for name, case in FAST_ROOT.items() if not name.endswith("None h")},
        },
        unknown={
            "undated: treated as rapid": pair(None, was=WELL_EVERYWHERE, now=toe(4)),
            "no earlier examination": {"examination": toe(2)},
            "nothing tested then": pair(48, was={}, now=toe(2)),
            "weak without a grade: its grade is asked for": pair(48, was=toe(5), now=toe("weak")),
        },
    ),
}
