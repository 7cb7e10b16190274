"""Invented examinations that every copy of the released model must answer as it did on the day of its release.

They are written as an app would post them, so that the whole way is fixed: wire format, encoding and model. They say
what the model answers, not what is right.
"""

import json
from typing import Any

import numpy as np
from pydantic import TypeAdapter

from features.encoding import Row, encode
from features.exam import Exam
from training.export import infer

TOLERANCE = 1e-5

_WIRE = TypeAdapter(Exam)

GOLDEN_EXAMS: dict[str, dict[str, Any]] = {
    "nothing assessed, aged 45": {"patient": {"age_years": 45}},
    "nothing assessed, aged 18, the youngest": {"patient": {"age_years": 18, "sex": "female"}},
    "nothing assessed, aged 120, the oldest": {"patient": {"age_years": 120, "sex": "other"}},
    "textbook L4": {
        "patient": {"age_years": 61, "sex": "male"},
        "history": {"side": "left", "pain_locations": ["low_back", "anterolateral_thigh", "knee", "medial_leg"]},
        "examination": {
            "strength": {
                "knee_extension": 4,
                "ankle_dorsiflexion": 5,
                "great_toe_extension": 5,
                "plantar_flexion": 5,
            },
            "reflexes": {"patellar": "reduced", "achilles": "normal"},
            "sensation": {"medial_leg": "reduced", "dorsum_foot": "normal", "lateral_foot": "normal"},
            "straight_leg_raise": {"result": "negative"},
            "femoral_stretch": "positive",
        },
    },
    "textbook L5": {
        "patient": {"age_years": 47, "sex": "female"},
        "history": {
            "side": "right",
            "pain_locations": ["buttock", "lateral_thigh", "lateral_leg", "dorsum_foot"],
            "paresthesia_locations": ["dorsum_foot", "great_toe"],
        },
        "examination": {
            "strength": {
                "knee_extension": 5,
                "hip_abduction": 4,
                "ankle_dorsiflexion": 4,
                "great_toe_extension": 3.5,
                "plantar_flexion": 5,
            },
            "reflexes": {"patellar": "normal", "medial_hamstring": "reduced", "achilles": "normal"},
            "sensation": {"medial_leg": "normal", "dorsum_foot": "reduced", "lateral_foot": "normal"},
            "straight_leg_raise": {"result": "positive", "angle_degrees": 40},
        },
    },
    "textbook S1": {
        "patient": {"age_years": 38, "sex": "male"},
        "history": {
            "side": "left",
            "pain_locations": ["buttock", "posterior_thigh", "posterior_calf", "lateral_foot", "sole"],
            "paresthesia_locations": ["lateral_foot", "fifth_toe"],
            "worse_with_cough_or_sneeze": True,
        },
        "examination": {
            "strength": {"knee_extension": 5, "great_toe_extension": 5, "plantar_flexion": 4},
            "toe_walk": "unable",
            "reflexes": {"patellar": "normal", "achilles": "absent"},
            "sensation": {"medial_leg": "normal", "dorsum_foot": "normal", "lateral_foot": "reduced"},
            "straight_leg_raise": {"result": "positive", "angle_degrees": 35},
            "crossed_straight_leg_raise": "positive",
        },
    },
    "L5 and S1 together": {
        "patient": {"age_years": 55, "sex": "female"},
        "history": {
            "pain_locations": ["buttock", "lateral_leg", "posterior_calf", "dorsum_foot", "lateral_foot"],
            "pain_radiates_below_knee": True,
        },
        "examination": {
            "strength": {"ankle_dorsiflexion": 3, "great_toe_extension": 3, "plantar_flexion": 4},
            "heel_walk": "unable",
            "toe_walk": "unable",
            "reflexes": {"patellar": "normal", "achilles": "absent"},
            "sensation": {"dorsum_foot": "absent", "lateral_foot": "reduced"},
        },
    },
    "L4 and L5 together": {
        "patient": {"age_years": 66, "sex": "male"},
        "history": {"pain_locations": ["buttock", "anterolateral_thigh", "medial_leg", "lateral_leg"]},
        "examination": {
            "strength": {"knee_extension": 4, "hip_abduction": 4, "ankle_dorsiflexion": 3, "great_toe_extension": 4},
            "single_leg_sit_to_stand": "unable",
            "reflexes": {"patellar": "absent", "achilles": "normal"},
            "sensation": {"medial_leg": "reduced", "dorsum_foot": "reduced"},
            "femoral_stretch": "positive",
        },
    },
    "letter: pain down the outer leg, weak great toe": {
        "patient": {"age_years": 52},
        "history": {"pain_locations": ["lateral_leg"]},
        "examination": {"strength": {"great_toe_extension": "weak"}},
    },
    "letter: calf pain, ankle jerk gone": {
        "patient": {"age_years": 41},
        "history": {"pain_locations": ["posterior_calf"]},
        "examination": {"reflexes": {"achilles": "absent"}},
    },
    "letter: thigh pain, knee jerk reduced": {
        "patient": {"age_years": 64},
        "history": {"pain_locations": ["anterolateral_thigh"]},
        "examination": {"reflexes": {"patellar": "reduced"}},
    },
    "letter: sciatica, power and reflexes normal": {
        "patient": {"age_years": 36, "sex": "female"},
        "history": {"pain_locations": ["buttock", "posterior_thigh"]},
        "examination": {
            "strength": {
                "knee_extension": 5,
                "ankle_dorsiflexion": 5,
                "great_toe_extension": 5,
                "plantar_flexion": 5,
            },
            "reflexes": {"patellar": "normal", "achilles": "normal"},
        },
    },
    "hip: groin pain, painful internal rotation": {
        "patient": {"age_years": 71, "sex": "female"},
        "history": {"pain_locations": ["groin", "anterior_thigh"], "pain_radiates_below_knee": False},
        "examination": {
            "reflexes": {"patellar": "normal", "achilles": "normal"},
            "femoral_stretch": "negative",
            "hip_internal_rotation_pain": "positive",
            "faber": "positive",
        },
    },
    "common peroneal nerve: foot drop with strong inversion and abduction": {
        "patient": {"age_years": 46, "sex": "male"},
        "history": {"pain_locations": ["lateral_leg", "dorsum_foot"]},
        "examination": {
            "strength": {
                "hip_abduction": 5,
                "ankle_dorsiflexion": 2,
                "great_toe_extension": 2,
                "ankle_inversion": 5,
                "ankle_eversion": 2,
            },
            "fibular_head_tinel": "positive",
            "straight_leg_raise": {"result": "negative"},
        },
    },
    "neurogenic claudication": {
        "patient": {"age_years": 76, "sex": "male"},
        "history": {
            "side": "bilateral",
            "pain_locations": ["low_back", "buttock", "posterior_thigh"],
            "worse_with_walking": True,
            "worse_with_sitting": False,
            "relieved_by_flexion": True,
        },
        "examination": {"pedal_pulses_reduced": "negative", "straight_leg_raise": {"result": "negative"}},
    },
    "everything asked and tested, all of it normal": {
        "patient": {"age_years": 50, "sex": "female"},
        "history": {
            "side": "right",
            "pain_locations": ["low_back"],
            "paresthesia_locations": [],
            "leg_pain_worse_than_back_pain": False,
            "worse_with_cough_or_sneeze": False,
        },
        "examination": {
            "strength": {
                "knee_extension": 5,
                "hip_abduction": 5,
                "ankle_dorsiflexion": 5,
                "great_toe_extension": 5,
                "plantar_flexion": 5,
            },
            "heel_walk": "able",
            "toe_walk": "able",
            "reflexes": {"patellar": "normal", "medial_hamstring": "normal", "achilles": "normal"},
            "sensation": {"medial_leg": "normal", "dorsum_foot": "normal", "lateral_foot": "normal"},
            "straight_leg_raise": {"result": "negative"},
            "crossed_straight_leg_raise": "negative",
            "femoral_stretch": "negative",
        },
    },
}


def read_exam(body: dict[str, Any]) -> Exam:
    """Parse a wire body, as strictly as the service does.

    Raises:
        pydantic.ValidationError: it breaks the wire contract.
    """
    return _WIRE.validate_json(json.dumps(body))


def golden_rows() -> Row:
    """The invented examinations as the model reads them: float32 (n, 109)."""
    return np.array([encode(read_exam(body)) for body in GOLDEN_EXAMS.values()], dtype=np.float32)


def golden_file(onnx_bytes: bytes) -> dict[str, Any]:
    """What goes into golden.json: each exam, its row (null for not assessed) and the four probabilities."""
    rows = golden_rows()
    cases = [
        {
            "name": name,
            "exam": body,
            "row": [None if np.isnan(value) else float(value) for value in row],
            "probabilities": probabilities.tolist(),
        }
        for (name, body), row, probabilities in zip(GOLDEN_EXAMS.items(), rows, infer(onnx_bytes, rows), strict=True)
    ]
    return {"tolerance": TOLERANCE, "cases": cases}
