"""Suspected cauda equina syndrome: bladder, bowel and saddle. Each sign by itself is an emergency."""

from functools import partial

from features.answer import Answer
from features.exam import Exam
from service.rules.findings import RESIDUAL_ML
from service.rules.guideline import Group, RedFlag, Sign, Urgency
from service.rules.red_flags.signs import LEGS, asked, leg_of

ACTION = (
    "Suspected cauda equina syndrome: send to an emergency department with spinal surgery now. MRI at once; "
    "decompression within 24 hours if it is confirmed."
)


def _residual_high(exam: Exam) -> Answer:
    volume = exam.red_flags.post_void_residual_ml
    return Answer.of(None if volume is None else volume >= RESIDUAL_ML)


def _saddle_altered(leg: str, exam: Exam) -> Answer:
    return leg_of(exam, leg).saddle_altered


CAUDA_EQUINA = (
    RedFlag(
        rule_id="RF-CES-SUSPECTED",
        label="Known or suspected compression of the cauda equina or cord",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="A colleague or the list of problems says cauda equina syndrome or spinal cord compression",
        action=ACTION,
        signs=(asked("cauda_equina_or_cord_compression", supporting=True),),
        citations=("girft2023", "casazza2012"),
        derived=True,
    ),
    RedFlag(
        rule_id="RF-CES-RETENTION",
        label="Urinary retention",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Urinary retention",
        action=ACTION,
        signs=(asked("urinary_retention"),),
        citations=("girft2023", "calderdale2021", "casazza2012", "melbourneED"),
    ),
    RedFlag(
        rule_id="RF-CES-BOWEL",
        label="Fecal incontinence",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Fecal incontinence",
        action=ACTION,
        signs=(asked("fecal_incontinence"),),
        citations=("girft2023", "casazza2012"),
    ),
    RedFlag(
        rule_id="RF-CES-SADDLE",
        label="Saddle anesthesia",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Numbness in the saddle region, or perianal sensation that is not normal on examination",
        action=ACTION,
        signs=(
            asked("saddle_anesthesia"),
            *(
                Sign(pointer=f"/{leg}/sensation/perianal", present=partial(_saddle_altered, leg), supporting=True)
                for leg in LEGS
            ),
        ),
        citations=("girft2023", "casazza2012", "melbourneED", "venkatesan2019"),
    ),
    RedFlag(
        rule_id="RF-CES-BLADDER",
        label="New bladder disturbance",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="New urinary incontinence, or any other new bladder symptom",
        action=ACTION,
        signs=(asked("urinary_incontinence"), asked("new_bladder_symptom")),
        citations=("girft2023", "calderdale2021", "casazza2012"),
    ),
    RedFlag(
        rule_id="RF-CES-TONE",
        label="Reduced anal tone",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Reduced anal tone on examination",
        action=ACTION,
        signs=(asked("reduced_anal_tone"),),
        citations=("casazza2012", "melbourneED", "venkatesan2019"),
        second_line=True,
    ),
    RedFlag(
        rule_id="RF-CES-RESIDUAL",
        label="Post-void residual of 200 ml or more",
        group=Group.CAUDA_EQUINA,
        urgency=Urgency.EMERGENCY,
        trigger="Post-void residual urine of 200 ml or more",
        action=ACTION,
        signs=(Sign(pointer="/red_flags/post_void_residual_ml", present=_residual_high),),
        citations=("boktor2023", "lsc_mri"),
        second_line=True,
    ),
)
