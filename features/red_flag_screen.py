"""The screen for serious pathology: what was asked and measured, as it was answered."""

from dataclasses import dataclass
from typing import ClassVar

from features.answer import Answer
from features.wire import STRICT, FromZero


@dataclass(frozen=True, kw_only=True)
class RedFlagScreen:
    """The questions and measurements that look for serious pathology, as they were answered."""

    __pydantic_config__: ClassVar = STRICT

    cauda_equina_or_cord_compression: Answer = Answer.NOT_ASSESSED
    """Compression of the cauda equina or the spinal cord is known or suspected, as a list of problems may say it.
    Nobody is asked for it: it is what the other questions look for."""
    urinary_retention: Answer = Answer.NOT_ASSESSED
    """Cannot pass urine, or not all of it."""
    urinary_incontinence: Answer = Answer.NOT_ASSESSED
    """New loss of urine."""
    new_bladder_symptom: Answer = Answer.NOT_ASSESSED
    """Any other new disturbance of the bladder."""
    fecal_incontinence: Answer = Answer.NOT_ASSESSED
    """New loss of stool."""
    saddle_anesthesia: Answer = Answer.NOT_ASSESSED
    """Numb between the legs."""
    reduced_anal_tone: Answer = Answer.NOT_ASSESSED
    """On examination."""
    bilateral_neurologic_deficit: Answer = Answer.NOT_ASSESSED
    """Weakness, numbness or lost reflexes in both legs."""
    post_void_residual_ml: FromZero | None = None
    """Urine left after voiding, in millilitres."""
    progressive_motor_weakness: Answer = Answer.NOT_ASSESSED
    """Weakness that grows."""
    motor_deterioration_hours: FromZero | None = None
    """Over how many hours it grew."""
    history_of_cancer: Answer = Answer.NOT_ASSESSED
    """Any cancer, ever."""
    unexplained_weight_loss: Answer = Answer.NOT_ASSESSED
    """Loss of weight without a reason."""
    fever: Answer = Answer.NOT_ASSESSED
    """Fever."""
    iv_drug_use: Answer = Answer.NOT_ASSESSED
    """Use of intravenous drugs."""
    recent_infection: Answer = Answer.NOT_ASSESSED
    """A recent infection anywhere."""
    immunosuppression: Answer = Answer.NOT_ASSESSED
    """By disease or drug."""
    osteoporosis: Answer = Answer.NOT_ASSESSED
    """Known osteoporosis."""
    steroid_use: Answer = Answer.NOT_ASSESSED
    """Prolonged use of corticosteroids."""
    significant_trauma: Answer = Answer.NOT_ASSESSED
    """Trauma that is significant for the age."""
