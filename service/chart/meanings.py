"""What the coded entries of a chart mean to this service: one table, to be read by a doctor.

Codes by system and number; each was seen with its display (service/terminology/standard_codes.csv). What stands in no
row is unknown here: it may be anything.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from service.terminology.systems import ICD10CM, SNOMED

NEW_DAYS: Final = 84
"""Days for which bladder, bowel, fever, weight, trauma and foot drop count as new: twelve weeks, after which back pain
is called chronic. A convention of this service; older ones are asked about instead."""

FRESH_DAYS: Final = 14
"""Days for which an exam form, or a sign or a denial that was observed, counts as today's examination. A convention:
a scan is often ordered some days after the examination, and after six weeks all is examined anew."""

CANCER: Final = "red_flags.history_of_cancer"
COMPRESSION: Final = "red_flags.cauda_equina_or_cord_compression"


@dataclass(frozen=True, kw_only=True)
class Meaning:
    """What an entry states, asks or shows.

    `item` with `value` is the statement of an examination; with `while_new`, only for `NEW_DAYS`. `question` is asked
    where no statement can stand for it, or where it is too old to be one. A `lasting` entry counts although it is over;
    a `dormant` one while it is inactive or in remission, not once it is resolved. `once` is asked of others that are
    dormant, or were resolved within `NEW_DAYS`.
    """

    codes: tuple[str, ...]
    system: str = SNOMED
    item: str | None = None
    value: Any = True
    while_new: bool = False
    question: str | None = None
    denied_by: tuple[str, ...] = ()
    """Those of the codes that name the whole of the item: their absence denies it, that of the others does not."""
    lasting: bool = False
    dormant: bool = False
    once: str | None = None
    lumbar: bool = False
    radicular: bool = False
    chronic: bool = False
    """Whether its name says that it has lasted three months."""


def _new(item: str, question: str, *codes: str, value: Any = True, denied_by: tuple[str, ...] = ()) -> Meaning:
    return Meaning(codes=codes, item=item, value=value, while_new=True, question=question, denied_by=denied_by)


_ONCE_COMPRESSED: Final = (
    "A compression of cauda equina or cord is on the chart as over: are bladder, bowel and saddle normal?"
)

MEANINGS: Final = (
    # Bladder, bowel, saddle: what is new is an emergency, what is old may be anything.
    _new(
        *("red_flags.urinary_retention", "urinary retention", "267064002", "236648008", "249288007"),
        denied_by=("267064002",),
    ),
    _new("red_flags.urinary_incontinence", "urinary incontinence", "165232002", denied_by=("165232002",)),
    _new("red_flags.new_bladder_symptom", "a disturbance of the bladder", "40492006", "398064005"),
    _new(
        *("red_flags.fecal_incontinence", "fecal incontinence or a neurogenic bowel", "72042002", "425671009"),
        denied_by=("72042002",),
    ),
    # Counts whatever its date: one that was relieved is resolved on the list, and is asked about.
    Meaning(codes=("192970008", "12454008", "71286001"), item=COMPRESSION, lumbar=True, once=_ONCE_COMPRESSED),
    Meaning(codes=("G83.4",), system=ICD10CM, item=COMPRESSION, lumbar=True, once=_ONCE_COMPRESSED),
    # Cancer. A disorder that is over is a history of it; a history that was taken back is none.
    Meaning(codes=("266987004",), item=CANCER, denied_by=("266987004",), dormant=True),
    Meaning(codes=("94602001", "128462008"), item=CANCER, lasting=True),
    _new(
        *("red_flags.unexplained_weight_loss", "loss of weight", "267024001", "422868009"),
        denied_by=("422868009",),
    ),
    # Infection.
    _new("red_flags.fever", "fever", "386661006", denied_by=("386661006",)),
    _new(
        "red_flags.recent_infection",
        "an infection",
        *("91302008", "5758002", "2304001", "203241002", "35984006", "266463007"),
    ),
    Meaning(
        codes=("226034001",),
        item="red_flags.iv_drug_use",
        denied_by=("226034001",),
        once="Injecting of drugs is on the chart as over: since when, and may there be an infection?",
    ),
    Meaning(
        codes=("86553008", "234532001", "86406008"),
        item="red_flags.immunosuppression",
        once="A weakened immune system is on the chart as over: is it normal now?",
    ),
    # Fracture.
    Meaning(
        codes=("64859006", "390833005", "240198002"),
        item="red_flags.osteoporosis",
        denied_by=("64859006",),
        once="Osteoporosis is on the chart as over: may there be a fracture?",
    ),
    Meaning(
        codes=("297279009",),
        item="red_flags.steroid_use",
        denied_by=("297279009",),
        once="Steroid use is on the chart as over: for how long, and until when?",
    ),
    Meaning(codes=("Z79.52",), system=ICD10CM, item="red_flags.steroid_use"),
    _new("red_flags.significant_trauma", "an injury or fracture of the back", "125608002", "426646004", "81102000"),
    # Deficits.
    _new("examination.strength.ankle_dorsiflexion", "foot drop", "6077001", value="weak"),
    Meaning(
        codes=("102568007", "249945007", "713514005"),
        question="Weakness of a leg or limb is on the chart: which movement, and which MRC grade?",
    ),
    Meaning(codes=("86854008",), question="Brisk reflexes are on the chart: is there a sign of the spinal cord?"),
    # What is known and fits no field of an examination.
    Meaning(codes=("42984000",), question="Night sweats are on the chart: is there an infection or a tumour?"),
    Meaning(codes=("217082002",), question="A fall is on the chart: was it significant for the age?"),
    Meaning(codes=("397803000",), question="Impotence is on the chart: is it new, as in a cauda equina syndrome?"),
    Meaning(codes=("233985008",), question="An abdominal aortic aneurysm is on the chart: is the pain from it?"),
    Meaning(codes=("9631008",), question="Ankylosing spondylitis is on the chart: may there be a fracture?"),
    # Problems of the lumbar spine.
    Meaning(codes=("279039007", "278862001", "279040009", "303081002", "202708005", "18347007"), lumbar=True),
    Meaning(codes=("278860009",), lumbar=True, chronic=True),
    Meaning(codes=("23056005", "128196005", "2415007", "202735001"), lumbar=True, radicular=True),
    Meaning(codes=("M54.16", "M54.17", "M51.16"), system=ICD10CM, lumbar=True, radicular=True),
    # Known, and of no consequence to whether the lumbar spine is imaged; relatives' diseases above all.
    Meaning(codes=("160313009", "54404000", "85007004", "52585001", "10601006", "279043006")),
    Meaning(codes=("309537005", "309538000", "309087008", "182764009")),
)


def _rows() -> Iterator[tuple[tuple[str, str], Meaning]]:
    for meaning in MEANINGS:
        for code in meaning.codes:
            yield (meaning.system, code), meaning


BY_CODE: Final[Mapping[tuple[str, str], Meaning]] = dict(_rows())
