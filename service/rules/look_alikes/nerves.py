"""Look-alikes that are nerves, but not L4, L5 or S1: further down, further up, in both feet, or inflamed by zoster."""

from features.anatomy import DERMATOMES, Movement, NerveRoot, Reflex, Region
from features.answer import Answer
from features.encoding import supports_tension
from features.exam import Exam, Examination, positive
from features.once import once
from service.rules.findings import lost_reflex, motor_deficit, reflex_deficit, upper_motor_neuron
from service.rules.guideline import Sign
from service.rules.look_alikes.look_alike import (
    LookAlike,
    altered,
    bedside,
    either,
    every,
    felt,
    found,
    spared,
    unless,
    weakness,
)

_PERONEAL_WEAKNESS = tuple(
    weakness(movement)
    for movement in (Movement.ANKLE_DORSIFLEXION, Movement.GREAT_TOE_EXTENSION, Movement.ANKLE_EVERSION)
)
_PERONEAL_SPARED = (spared(Movement.ANKLE_INVERSION), spared(Movement.HIP_ABDUCTION))
_TINEL = bedside("fibular_head_tinel")


def _root_tension(exam: Exam) -> Answer:
    leg = exam.examination
    return Answer.any((supports_tension(exam), positive(leg.crossed_straight_leg_raise), positive(leg.slump)))


_peroneal_pattern = every(
    found(*_PERONEAL_WEAKNESS),
    found(*_PERONEAL_SPARED),
    unless(found(weakness(Movement.ANKLE_INVERSION), weakness(Movement.HIP_ABDUCTION))),
    unless(_root_tension),
    unless(upper_motor_neuron),
)
_both_spared = every(
    found(*_PERONEAL_WEAKNESS),
    *(found(sign) for sign in _PERONEAL_SPARED),
    either(found(_TINEL), _peroneal_pattern),
)
_PERONEAL_DEFICITS = frozenset(
    {"strength/ankle_dorsiflexion", "strength/great_toe_extension", "strength/ankle_eversion", "heel_walk"}
)
_PERONEAL_SEPARATED_BY = (
    "/examination/strength/ankle_inversion",
    "/examination/strength/hip_abduction",
    "/examination/fibular_head_tinel",
    "/examination/straight_leg_raise",
)

_UPPER_DEFICITS = frozenset(
    {
        *("strength/hip_flexion", "strength/hip_adduction", "strength/knee_extension"),
        *("reflexes/patellar", "single_leg_sit_to_stand"),
    }
)

_UPPER_SIGNS = (
    weakness(Movement.HIP_FLEXION),
    altered(Region.ANTERIOR_THIGH),
    bedside("femoral_stretch"),
    bedside("crossed_femoral_stretch"),
)
_FRONT_OF_THIGH = (felt(Region.ANTERIOR_THIGH), felt(Region.ANTERIOR_THIGH, "paresthesia_locations"))
_HIP = bedside("hip_internal_rotation_pain")

_OUTER_THIGH = frozenset({Region.ANTEROLATERAL_THIGH, Region.LATERAL_THIGH})
_MERALGIA_SIGNS = (felt(Region.ANTEROLATERAL_THIGH, "paresthesia_locations"), altered(Region.ANTEROLATERAL_THIGH))


def _tingles_elsewhere(exam: Exam) -> Answer:
    tingling = exam.history.paresthesia_locations
    return Answer.of(None if tingling is None else bool(tingling - _OUTER_THIGH))


_felt_elsewhere = either(
    _tingles_elsewhere, *(altered(region).present for region in Region if region not in _OUTER_THIGH)
)
"""Tingling or altered sensation anywhere but at the outer thigh."""


def _deficit_of_strength_or_reflex(exam: Exam) -> Answer:
    return motor_deficit(exam.examination) | reflex_deficit(exam.examination, exam)


FOOT = (
    *(Region.MEDIAL_ANKLE, Region.DORSUM_FOOT, Region.FIRST_WEB_SPACE, Region.GREAT_TOE),
    *(Region.LATERAL_FOOT, Region.FIFTH_TOE, Region.HEEL, Region.SOLE),
)
FOOT_DERMATOMES = tuple(row for row in DERMATOMES if row.region in FOOT)


@once
def numb_foot(leg: Examination) -> Answer:
    """Altered sensation in the foot, of the regions that were tested."""
    return Answer.any(leg.altered_sensation(area) for area in leg.sensation if area in FOOT)


@once
def numb_roots(leg: Examination) -> frozenset[NerveRoot]:
    """The usual roots of the regions of the foot whose sensation is altered."""
    return frozenset(row.roots[0] for row in FOOT_DERMATOMES if leg.altered_sensation(row.region) is Answer.YES)


def _other_foot_numb(exam: Exam) -> Answer:
    return Answer.NOT_ASSESSED if exam.other_leg is None else numb_foot(exam.other_leg)


def _stocking(exam: Exam) -> Answer:
    """Altered sensation of both feet, in the worse one beyond the dermatome of one root."""
    return Answer.of(True if len(numb_roots(exam.examination)) > 1 else None) & _other_foot_numb(exam)


def _ankle_jerks_lost(exam: Exam) -> Answer:
    """Ankle jerks reduced or absent on both sides; not assessed where the other leg was not examined."""
    if exam.other_leg is None:
        return Answer.NOT_ASSESSED
    return Answer.all(lost_reflex(leg, Reflex.ACHILLES) for leg in exam.legs)


_polyneuropathy = every(
    lambda exam: numb_foot(exam.examination),
    unless(lambda exam: ~_other_foot_numb(exam)),
    either(_ankle_jerks_lost, _stocking),
)


def _lost_ankle_jerk(leg: str) -> Sign:
    def present(exam: Exam) -> Answer:
        return lost_reflex(getattr(exam, leg) or Examination(), Reflex.ACHILLES)

    return Sign(pointer=f"/{leg}/reflexes/{Reflex.ACHILLES}", present=present)


NERVES = (
    LookAlike(
        rule_id="LA-PERONEAL",
        condition="peroneal neuropathy",
        condition_for_patient="a pressed nerve at the knee",
        trigger="Tinel's sign at the fibular head; or weak dorsiflexion, toe extension or eversion with ankle "
        "inversion or hip abduction tested and neither of them weak, no sign of root tension or of the upper motor "
        "neuron; LA-PERONEAL-SPARED aside",
        when=every(either(found(_TINEL), _peroneal_pattern), unless(_both_spared)),
        signs=(_TINEL, *_PERONEAL_WEAKNESS, *_PERONEAL_SPARED),
        separated_by=_PERONEAL_SEPARATED_BY,
        explains=_PERONEAL_DEFICITS,
        text="Peroneal neuropathy weakens dorsiflexion, toe extension and eversion, and spares ankle inversion and hip "
        "abduction; L5 can weaken them all. In foot drop hip abduction was weak in 86 % of root palsies and 4 % of "
        "peroneal ones.",
        text_for_patient="A nerve at the outer side of your knee may be pressed. That can make the foot weak or numb. "
        "Testing the strength of your hip and ankle helps to tell.",
        citations=("jeon2013", "nerveroot_guideline"),
    ),
    LookAlike(
        rule_id="LA-PERONEAL-SPARED",
        condition="peroneal neuropathy",
        condition_for_patient="a pressed nerve at the knee",
        trigger="Weak dorsiflexion, toe extension or eversion, with ankle inversion and hip abduction both tested and "
        "neither weak; and Tinel's sign at the fibular head, or no sign of root tension or of the upper motor neuron",
        when=_both_spared,
        signs=(_TINEL, *_PERONEAL_WEAKNESS, *_PERONEAL_SPARED),
        separated_by=_PERONEAL_SEPARATED_BY,
        explains=_PERONEAL_DEFICITS,
        text="Peroneal neuropathy: ankle inversion and hip abduction were tested and are spared, which speaks for the "
        "nerve and against L5. In foot drop hip abduction was weak in 86 % of root palsies and 4 % of peroneal ones; "
        "those feet were weaker than MRC 3. Tinel's sign at the fibular head speaks for the nerve too.",
        text_for_patient="A nerve at the outer side of your knee may be pressed. That can make the foot weak or numb. "
        "Your hip and ankle are strong, and that fits.",
        citations=("jeon2013", "nerveroot_guideline"),
    ),
    LookAlike(
        rule_id="LA-UPPER-ROOT",
        condition="an upper lumbar root (L2 or L3)",
        condition_for_patient="a nerve higher up in your low back",
        trigger="Weak hip flexion, altered sensation at the front of the thigh or a positive femoral stretch; or pain "
        "or tingling at the front of the thigh with internal rotation of the hip not found painful; no upper motor "
        "neuron signs",
        when=every(
            either(found(*_UPPER_SIGNS), every(found(*_FRONT_OF_THIGH), unless(found(_HIP)))),
            unless(upper_motor_neuron),
        ),
        signs=(*_UPPER_SIGNS, *_FRONT_OF_THIGH, felt(Region.GROIN), weakness(Movement.KNEE_EXTENSION)),
        separated_by=(
            "/examination/femoral_stretch",
            "/examination/reflexes/patellar",
            "/examination/sensation/anterior_thigh",
            "/examination/strength/hip_flexion",
            "/examination/strength/knee_extension",
            "/examination/hip_internal_rotation_pain",
        ),
        explains=_UPPER_DEFICITS,
        text="An upper root: the model names L4, but not L2 or L3. A positive femoral stretch or a lost knee jerk was "
        "seen with L2 to L4 and never with L5 or S1 (54 people); altered sensation at the front of the thigh speaks "
        "for L2 (likelihood ratio 13). Groin pain: 3 of 7 with L3, 5 of 20 with L4, 4 % or fewer with L5 and S1.",
        text_for_patient="A nerve higher up in your low back may be irritated. It runs to the front of the thigh. "
        "Testing your thigh and your knee helps to tell.",
        citations=("suri2011", "sasaki2014", "yukawa1997"),
    ),
    LookAlike(
        rule_id="LA-MERALGIA",
        condition="meralgia paraesthetica",
        condition_for_patient="a pressed nerve in the thigh",
        trigger="Tingling or altered sensation of the anterolateral thigh, none elsewhere, no pain below the knee, no "
        "motor or reflex deficit",
        when=every(
            found(*_MERALGIA_SIGNS),
            unless(_felt_elsewhere),
            unless(lambda exam: exam.history.below_knee),
            unless(_deficit_of_strength_or_reflex),
        ),
        signs=_MERALGIA_SIGNS,
        separated_by=(
            "/examination/strength/knee_extension",
            "/examination/reflexes/patellar",
            "/examination/femoral_stretch",
            "/examination/sensation/anterolateral_thigh",
        ),
        text="Meralgia paraesthetica is purely sensory, over the anterolateral thigh: knee extension and knee jerk "
        "are spared. Press the pelvis down for 45 seconds with the person lying on the other side: relief had a "
        "sensitivity of 95 % and a specificity of 93 % (45 people).",
        text_for_patient="A nerve of the skin may be pressed where it enters your thigh. It makes the outer thigh numb "
        "or burning. It does not make the leg weak.",
        citations=("nouraei2007", "meralgia_mdpi"),
    ),
    LookAlike(
        rule_id="LA-POLYNEUROPATHY",
        condition="polyneuropathy",
        condition_for_patient="worn nerves in both feet",
        trigger="Altered sensation in the foot, and ankle jerks lost on both sides with the other foot not found "
        "normal; or altered sensation in both feet, in the worse one beyond one dermatome",
        when=_polyneuropathy,
        signs=(
            *(altered(region, leg) for leg in ("examination", "other_leg") for region in FOOT),
            *(_lost_ankle_jerk(leg) for leg in ("examination", "other_leg")),
        ),
        separated_by=(
            "/other_leg/sensation/sole",
            "/other_leg/sensation/dorsum_foot",
            "/other_leg/reflexes/achilles",
            "/examination/reflexes/achilles",
        ),
        explains=frozenset({"reflexes/achilles"}),
        text="Polyneuropathy: numb feet with ankle jerks lost on both sides imitate S1, or hide it. It was found in "
        "27 % of people with radiculopathy in an electrodiagnostic clinic, so one does not exclude the other. A "
        "deficit in both legs stays a red flag until it is settled.",
        text_for_patient="The nerves in both of your feet may be worn. That can happen with diabetes, for example. "
        "Testing both feet helps to tell.",
        citations=("leerobinson2010", "nerveroot_guideline"),
    ),
    LookAlike(
        rule_id="LA-ZOSTER",
        condition="herpes zoster",
        condition_for_patient="shingles",
        trigger="Rash within one dermatome",
        when=found(bedside("dermatomal_rash")),
        signs=(bedside("dermatomal_rash"),),
        separated_by=("/examination/dermatomal_rash",),
        text="Herpes zoster: a rash within one dermatome. Whether to treat it with an antiviral is decided within days "
        "of the rash.",
        text_for_patient="The rash may be shingles. Show it to a doctor in the next day or two. Treatment works best "
        "early.",
        citations=("nerveroot_guideline",),
    ),
)
"""The nerves, each named where the exam speaks for it."""
