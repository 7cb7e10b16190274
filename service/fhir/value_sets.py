"""Sets of codes, each listed in full: what can be answered, what can be named, and which standard codes are known."""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Final

from features.anatomy import ROOTS
from service.fhir.canonical import Resource, definition
from service.terminology.code_groups import LUMBAR_IMAGING, LUMBAR_PROBLEMS, RED_FLAG_FINDINGS
from service.terminology.exam_form import answers_of
from service.terminology.exam_items import exam_items
from service.terminology.notices import notice
from service.terminology.override_reasons import ALL_REASONS
from service.terminology.standard_codes import StandardCode
from service.terminology.systems import EXAM_VALUES, NERVE_ROOTS, value_set
from service.terminology.value_texts import value_text

Coding = dict[str, str]

ANSWERS: Final = {
    "sex": ("Sex, as it is on record", "patient.sex"),
    "side": ("Side of the leg pain", "history.side"),
    "regions": ("Regions of pain and tingling", "history.pain_locations"),
    "mrc-grades": ("Strength: MRC grades, and weak without a grade", "examination.strength.great_toe_extension"),
    "ability": ("Tests of strength by what the person can do", "examination.heel_walk"),
    "reflex-grades": ("Tendon reflexes", "examination.reflexes.achilles"),
    "plantar-response": ("Plantar response", "examination.plantar_response"),
    "sensation": ("Sensation of one region", "examination.sensation.great_toe"),
    "test-results": ("Results of bedside tests", "examination.slump"),
    "pain-relief": ("Relief under conservative care", "treatment.pain_relief"),
    "nsaid-contraindications": ("Reasons against an NSAID", "treatment.nsaid_contraindications"),
}
"""The sets of answers: the id of each, its title, and an item that is answered with it."""


@cache
def value_sets() -> tuple[Resource, ...]:
    """Every value set."""
    return (
        *(_answers(name, title, code) for name, (title, code) in ANSWERS.items()),
        _set(
            "nerve-roots",
            "Nerve roots",
            "The roots whose involvement is predicted.",
            [{"system": NERVE_ROOTS, "code": root.value, "display": f"Nerve root {root.value}"} for root in ROOTS],
        ),
        _set(
            "override-reasons",
            "Reasons to override a card",
            "What a card offers to a clinician who does otherwise: reasons of our own, and some of the code system "
            "that CDS Hooks 3.0-ballot suggests.",
            [each.coding for each in ALL_REASONS],
        ),
        _known(
            "lumbar-imaging-orders",
            "Orders of lumbar imaging",
            "Orders that the imaging question is asked of: MRI and CT of the lumbar spine. Orders with other codes are "
            "recognised by their words, radiographs too.",
            chain.from_iterable(LUMBAR_IMAGING.values()),
        ),
        _known(
            "lumbar-problems",
            "Problems of the lumbar spine",
            "Entries of a list of problems that make lumbar imaging, and an examination of the legs, relevant.",
            LUMBAR_PROBLEMS,
        ),
        _known(
            "red-flag-findings",
            "Coded findings that are red flags",
            "Entries of a chart that are read as red flags while they are active. Everything else on a list of "
            "problems is not known here: it may be a red flag all the same.",
            chain.from_iterable(RED_FLAG_FINDINGS.values()),
        ),
    )


def _answers(name: str, title: str, code: str) -> Resource:
    codings = [
        {"system": EXAM_VALUES, "code": answer, "display": value_text(answer)}
        for answer in answers_of(exam_items()[code])
    ]
    return _set(name, title, f"What can be answered, for example to `{code}`. No answer means not assessed.", codings)


def _known(name: str, title: str, description: str, codes: Iterable[StandardCode]) -> Resource:
    return _set(
        name, title, f"{description} Only codes that were seen in public text.", [each.coding for each in codes]
    )


def _set(name: str, title: str, description: str, codings: list[Coding]) -> Resource:
    systems = tuple(dict.fromkeys(each["system"] for each in codings))
    return definition(
        "ValueSet",
        identifier=name,
        url=value_set(name),
        title=title,
        description=description,
        copyright=notice(systems),
        compose={"include": [_include(system, codings) for system in systems]},
    )


def _include(system: str, codings: list[Coding]) -> Resource:
    """The codes of one system; one without a display is shown by its number."""
    own = (each for each in codings if each["system"] == system)
    return {
        "system": system,
        "concept": [{name: each[name] for name in ("code", "display") if name in each} for each in own],
    }
