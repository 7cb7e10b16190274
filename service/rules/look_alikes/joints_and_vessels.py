"""Look-alikes that are no nerve of the leg: joints and soft tissue around the hip, the canal, and the arteries."""

from features.anatomy import Region
from features.answer import Answer
from features.encoding import supports_tension
from features.exam import Exam
from service.rules.guideline import Sign
from service.rules.look_alikes.look_alike import (
    LookAlike,
    bedside,
    either,
    every,
    felt,
    found,
    told,
    unless,
)

ARTERIAL_AGE = 50.0
"""Years above which pain of the calf on walking, not eased by bending, is held up against the arteries: a convention
(docs/guideline.md). A disc hurts on walking too, and in the young is far commoner."""

_ROTATION = bedside("hip_internal_rotation_pain")
_FABER = bedside("faber")
_TROCHANTER = bedside("trochanteric_tenderness")
_PULSES = bedside("pedal_pulses_reduced")
_WALKING = told("worse_with_walking")
_NOT_BY_BENDING = told("relieved_by_flexion", Answer.NO)


def _not(sign: Sign) -> Sign:
    """The sign that a test was done and was negative."""
    return Sign(pointer=sign.pointer, present=lambda exam: ~sign.present(exam))


def _above_the_knee(exam: Exam) -> Answer:
    return ~exam.history.below_knee


def _over_50(exam: Exam) -> Answer:
    return Answer.of(exam.patient.age_years > ARTERIAL_AGE)


_PAINLESS_ROTATION = _not(_ROTATION)
_HIP_DEFICITS = frozenset({"strength/hip_abduction"})
"""What a sore hip does to strength: weak abduction goes with its arthritis (metcalfe2019)."""

JOINTS_AND_VESSELS = (
    LookAlike(
        rule_id="LA-HIP",
        condition="hip joint disease",
        condition_for_patient="hip joint trouble",
        trigger="Internal rotation of the hip hurts; or FABER is positive, or the groin hurts, and internal rotation "
        "was not found painless",
        when=either(found(_ROTATION), every(found(_FABER, felt(Region.GROIN)), unless(found(_PAINLESS_ROTATION)))),
        signs=(_ROTATION, _FABER, felt(Region.GROIN)),
        separated_by=("/examination/hip_internal_rotation_pain", "/examination/faber", "/examination/femoral_stretch"),
        explains=_HIP_DEFICITS,
        text="Hip joint disease hurts in the groin (84 % of people awaiting a hip replacement, 30 % of those awaiting "
        "spinal decompression), and can hurt below the knee (47 %). Painful internal rotation separates it. Weak hip "
        "abduction does not: it is a sign of the hip too (likelihood ratio 4.5).",
        text_for_patient="Your hip joint may cause this pain. Hip pain can be felt in the groin, the thigh and even "
        "below the knee. Turning your leg inward at the hip helps to tell.",
        citations=("khan2004", "metcalfe2019", "lesher2008", "nerveroot_guideline"),
    ),
    LookAlike(
        rule_id="LA-SACROILIAC",
        condition="the sacroiliac joint",
        condition_for_patient="a sore joint at the back of the pelvis",
        trigger="FABER is positive, and internal rotation of the hip was found painless",
        when=every(found(_FABER), found(_PAINLESS_ROTATION)),
        signs=(_FABER, _PAINLESS_ROTATION),
        separated_by=("/examination/hip_internal_rotation_pain", "/examination/straight_leg_raise"),
        text="The sacroiliac joint: FABER hurts and internal rotation of the hip does not. One test is not enough: "
        "three or more of six provocation tests had a sensitivity of 94 % and a specificity of 78 %. Its pain is in "
        "the buttock in 94 %, and goes below the knee in 28 %.",
        text_for_patient="A joint at the back of your pelvis may be sore. Pain from there can run down the leg. A few "
        "more tests by hand help to tell.",
        citations=("laslett2005", "slipman2000"),
    ),
    LookAlike(
        rule_id="LA-TROCHANTERIC",
        condition="greater trochanteric pain",
        condition_for_patient="a sore outer hip",
        trigger="Tenderness over the greater trochanter; or pain of the lateral thigh that does not go below the knee, "
        "and no tenderness ruled out",
        when=either(
            found(_TROCHANTER),
            every(found(felt(Region.LATERAL_THIGH)), _above_the_knee, unless(found(_not(_TROCHANTER)))),
        ),
        signs=(_TROCHANTER, felt(Region.LATERAL_THIGH)),
        separated_by=("/examination/trochanteric_tenderness", "/examination/strength/great_toe_extension"),
        explains=_HIP_DEFICITS,
        text="Greater trochanteric pain: found in 20 % of people with back pain sent to spine surgeons, and in 15 % of "
        "women from 50 to 79 on one side. Tenderness over the trochanter separates it.",
        text_for_patient="The outer side of your hip may be sore. Pain from there can run down the thigh. Pressing on "
        "the bone at the side of your hip helps to tell.",
        citations=("tortolani2002", "segal2007"),
    ),
    LookAlike(
        rule_id="LA-STENOSIS",
        condition="neurogenic claudication from spinal stenosis",
        condition_for_patient="a narrow spine canal",
        trigger="Worse with walking and relieved by flexion",
        when=every(found(_WALKING), found(told("relieved_by_flexion"))),
        signs=(_WALKING, told("relieved_by_flexion")),
        separated_by=(
            "/examination/pedal_pulses_reduced",
            "/history/worse_with_sitting",
            "/other_leg",
        ),
        text="Neurogenic claudication from spinal stenosis: relieved by bending forward (likelihood ratio 6.4) or by "
        "sitting (3.3). Roots can be involved in it. Ask whether standing still is enough: that relief speaks for the "
        "arteries (likelihood ratio 20 with calf pain).",
        text_for_patient="The canal in your low back may be narrow. Then walking hurts, and bending forward or sitting "
        "helps. Tell your doctor if standing still helps too.",
        citations=("suri2010jama", "nadeau2013"),
    ),
    LookAlike(
        rule_id="LA-ARTERIAL",
        condition="arterial claudication",
        condition_for_patient="poor blood flow in the leg",
        trigger="Pedal pulses reduced; or, over 50, calf pain that is worse with walking, not relieved by flexion and "
        "not worse with sitting, with pulses not found normal and no straight leg raise that supports root tension",
        when=either(
            found(_PULSES),
            every(
                found(_WALKING),
                found(_NOT_BY_BENDING),
                found(felt(Region.POSTERIOR_CALF)),
                _over_50,
                unless(found(_not(_PULSES))),
                unless(found(told("worse_with_sitting"))),
                unless(supports_tension),
            ),
        ),
        signs=(_PULSES, _WALKING, _NOT_BY_BENDING, felt(Region.POSTERIOR_CALF)),
        separated_by=(
            "/examination/pedal_pulses_reduced",
            "/history/relieved_by_flexion",
            "/history/worse_with_walking",
        ),
        text="Arterial claudication: reduced pulses speak for it (likelihood ratio 4.7), and so does calf pain that "
        "eases on standing still (likelihood ratio 20 against stenosis). The ankle-brachial index "
        "measures it. Sudden, painful at rest, cold, pale or numb: acute ischaemia, vascular surgeon today.",
        text_for_patient="Too little blood may reach your leg when you walk. The pulses in your foot help to tell. "
        "Tell your doctor if standing still stops the pain. If the leg suddenly gets cold, pale or numb, or hurts at "
        "rest, go to an emergency department at once.",
        citations=("khanpad2006", "nadeau2013", "nerveroot_guideline"),
    ),
)
"""Joints and vessels, each named where the exam speaks for it."""
