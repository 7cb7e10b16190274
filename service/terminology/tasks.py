"""What a suggestion of a card asks somebody to do, as the code of a FHIR Task."""

from dataclasses import dataclass
from typing import Final

from service.terminology.systems import TASKS


@dataclass(frozen=True, kw_only=True)
class TaskCode:
    """One kind of task."""

    code: str
    display: str
    definition: str

    @property
    def coding(self) -> dict[str, str]:
        """It as a FHIR Coding."""
        return {"system": TASKS, "code": self.code, "display": self.display}


COMPLETE_EXAM_FORM: Final = TaskCode(
    code="complete-exam-form",
    display="Complete the exam form",
    definition="Answer the questionnaire of the examination, as far as it can be answered. What stays open counts as "
    "not assessed.",
)
REASSESS_IMAGING: Final = TaskCode(
    code="reassess-imaging",
    display="Weigh imaging again",
    definition="See the person again and decide once more whether imaging is indicated; at once if a red flag appears.",
)

ALL_TASKS: Final = (COMPLETE_EXAM_FORM, REASSESS_IMAGING)
"""Every kind of task: all of the code system."""
