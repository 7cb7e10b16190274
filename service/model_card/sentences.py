"""What is told where the files of a release say nothing: every sentence of ours, by paragraph.

What was not done is said as plainly as what was. A sentence changes when what it tells changes, not when a model does.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from service.rules.disclaimer import DISCLAIMER


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """One text of ours; `available` is False where it says that what is asked for, or a part of it, is not there."""

    text: str
    available: bool = True


def _nothing(text: str) -> Sentence:
    return Sentence(text=text, available=False)


DEVELOPER: Final = (
    "nerveroot, a software project. The software holds no address of its makers: whoever runs this service is the one "
    "to ask."
)
FUNDING: Final = _nothing("Not stated: no source of funding is on record in the project.")
NO_EXTERNAL_DATA: Final = "There are no external data."

OF_THE_MODEL: Final[Mapping[str, Sentence]] = {
    "(1)(i)": _nothing(DEVELOPER),
    "(1)(ii)": FUNDING,
    "(1)(iv)": Sentence(
        text="Prediction. Probabilities from 0 to 1; in FHIR the same as percentages. The recommendations beside them "
        "come from rules that do not read them."
    ),
    "(2)(iii)": Sentence(
        text="Clinicians who have examined the patient: in general practice, in specialist clinics, before an "
        "operation. Not patients by themselves: the sentences for patients are for a clinician to pass on."
    ),
    "(2)(iv)": Sentence(
        text=f"Informs. {DISCLAIMER.text} Red flags, imaging and the plan are decided by rules that no probability "
        "changes."
    ),
    "(6)(ii)": _nothing("Nobody: no party outside the project has tested it."),
    "(6)(iii)": _nothing(NO_EXTERNAL_DATA),
    "(6)(iv)": _nothing(
        "There was none. Published case reports and teaching cases were scored through the service; "
        "docs/published-cases.md of the software tells of each. They are some thirty, looked at before some choices "
        "were made, and validate nothing."
    ),
    "(7)(iii)": _nothing(f"Not measured. {NO_EXTERNAL_DATA}"),
    "(7)(iv)": _nothing(f"Not measured. {NO_EXTERNAL_DATA}"),
    "(7)(v)": _nothing("Not known: nobody has studied what its use does to pain, function, imaging or operations."),
    "(8)(i)": Sentence(
        text="All the time, by whoever runs it: the service counts what is stated, what it answers, how often it "
        "abstains and how often an examination is unlike all that the model learned from, in batches of at least 20. "
        "Alert rules hold the last day against the four weeks before. Whether the answers were right is known only "
        "where outcomes are sent back; nothing compares them by itself."
    ),
    "(8)(ii)": _nothing(
        "Not measured here. A site can state the confirmed roots of an answer, export its cases as a labelled table, "
        "and train and judge on them."
    ),
    "(8)(iii)": _nothing(
        "It is not. The counts show how age and sex are distributed, but not what was answered to whom."
    ),
    "(8)(iv)": _nothing("Not measured here: the same table of confirmed cases allows it by age and sex."),
    "(9)(i)": _nothing(
        "There is no fixed schedule. A new version is trained when published figures, the software's encoding or "
        "a site's own cases give a reason. It answers only after it was held against the present one on the same "
        "exams and on published patients, and put in place by a person. A released version is never edited."
    ),
    "(9)(ii)": _nothing(
        "There is no fixed time. A version can be taken back to the one before at any moment, without a restart; "
        "with no model at all the red flags and the plan are still answered."
    ),
}
"""By paragraph of PREDICTIVE."""

OF_THE_RULES: Final[Mapping[str, Sentence]] = {
    "(2)": Sentence(text=DEVELOPER),
    "(3)": FUNDING,
    "(5)": Sentence(text="Not used. The examination has no field for it."),
    "(6)": Sentence(text="Not used. The examination has no field for it."),
    "(7)": Sentence(
        text="Not used. The language of a request chooses the language of the texts, where there is a translation, "
        "and changes no decision."
    ),
    "(8)": Sentence(text="Not used. The examination has no field for it."),
    "(9)": Sentence(text="Not used. The examination has no field for it."),
    "(10)": Sentence(text="Not used: no rule reads it. The model does."),
    "(12)": Sentence(text="Not used, but for the use of intravenous drugs, which is a red flag for infection."),
    "(13)": Sentence(
        text="Pregnancy is used: it speaks against an NSAID and bears on the choice of imaging and on an injection. "
        "Strength, reflexes, sensation and pain are those of the examination itself. Functional, disability, mental "
        "and smoking status are not used."
    ),
}
"""By paragraph of EVIDENCE_BASED."""
