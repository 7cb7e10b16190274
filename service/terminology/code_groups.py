"""Which of the standard codes mean what the value sets say: orders of lumbar imaging, lumbar problems, red flags.

Only the numbers stand here; each was seen with its display in public text (standard_codes.csv), and a number that is
not there is refused when this module is loaded.
"""

from collections.abc import Mapping
from typing import Final

from service.terminology.standard_codes import StandardCode, standard
from service.terminology.systems import CPT, ICD10CM, LOINC, SNOMED


def _codes(**by_system: str) -> tuple[StandardCode, ...]:
    """The codes of each system, as a text of numbers."""
    systems = {"snomed": SNOMED, "icd": ICD10CM, "loinc": LOINC, "cpt": CPT}
    return tuple(standard(systems[name], code) for name, codes in by_system.items() for code in codes.split())


LUMBAR_IMAGING: Final[Mapping[str, tuple[StandardCode, ...]]] = {
    "mri": _codes(
        loinc="24968-0 30679-5 30678-7 24967-2 36111-3",
        snomed="394451000119106 41333006 433141005 433140006 726546000",
        cpt="72148 72149 72158",
    ),
    "ct": _codes(loinc="30620-9 24963-1", cpt="72131 72132 72133"),
}
"""Orders of imaging of the lumbar spine by modality; of radiographs no code was seen."""

LUMBAR_PROBLEMS: Final = _codes(
    snomed="279039007 278862001 278860009 279040009 23056005 303081002 128196005 2415007 202708005 202735001 18347007",
    icd="M54.16 M54.17 M51.16",
)
"""Problems of the lumbar spine, and sciatica. Cervical radiculopathy, pain of leg or buttock alone and what only looks
like a root (meralgia paresthetica, sciatic neuropathy) are none."""

RED_FLAG_FINDINGS: Final[Mapping[str, tuple[StandardCode, ...]]] = {
    "cauda_equina_or_cord_compression": _codes(snomed="192970008 12454008 71286001", icd="G83.4"),
    "urinary_retention": _codes(snomed="267064002 236648008 249288007"),
    "urinary_incontinence": _codes(snomed="165232002"),
    "new_bladder_symptom": _codes(snomed="40492006 398064005"),
    "fecal_incontinence": _codes(snomed="72042002 425671009"),
    "history_of_cancer": _codes(snomed="266987004 94602001 128462008"),
    "unexplained_weight_loss": _codes(snomed="267024001 422868009"),
    "fever": _codes(snomed="386661006"),
    "iv_drug_use": _codes(snomed="226034001"),
    "recent_infection": _codes(snomed="91302008 5758002 2304001 203241002 35984006 266463007"),
    "immunosuppression": _codes(snomed="86553008 234532001 86406008"),
    "osteoporosis": _codes(snomed="64859006 390833005 240198002"),
    "steroid_use": _codes(snomed="297279009", icd="Z79.52"),
    "significant_trauma": _codes(snomed="125608002 426646004 81102000"),
}
"""Coded entries of a chart that say a red flag, by the field of the screen that they state. Family history of
osteoporosis is none."""
