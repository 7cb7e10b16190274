"""One card: what a record system shows of one answer."""

import re
from dataclasses import dataclass
from typing import Any, Final

from service.cds.case import Case
from service.cds.detail import detail, flags, unasked
from service.cds.markdown import document, escaped
from service.cds.orders import Order
from service.cds.plain import plain_detail
from service.cds.question import Indicator, Verdict
from service.cds.suggestions import TOGETHER, suggestions
from service.cds.wording import CHILD, NOT_RECORDED, WEAK, fitting, named, summary
from service.chart.facts import Chart
from service.rules.guideline import Urgency
from service.silenced import FlagsAtLeast
from service.terminology.override_reasons import ALL_REASONS
from service.terminology.systems import CONTENT_VERSION, QUESTIONNAIRE, RULES

EXTENSION: Final = "nerveroot.assessment"
"""The member of `extension` that is ours. CDS Hooks asks for a name under a domain; this project has none, and takes
none that could be another's."""
LABEL: Final = "nerveroot"

_REFERENCE: Final = re.compile(r"ServiceRequest/[A-Za-z0-9._-]{1,128}", re.ASCII)

Card = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Where the pages are that cards link to."""

    address: str
    """The public address of the service, without a slash at its end."""
    smart_launch_url: str | None = None
    """Where the record system launches the bedside page; None links to it by its address."""

    @property
    def source(self) -> str:
        """What says how the advice is made: about the service, not about the case."""
        return f"{self.address}/model"

    def links(self, assessment: str | None = None) -> list[dict[str, str]]:
        """The link to the bedside page; all that a launch is told is the id of the assessment."""
        label = "Open the exam form"
        if self.smart_launch_url is None:
            return [{"label": label, "url": f"{self.address}/", "type": "absolute"}]
        context = {} if assessment is None else {"appContext": assessment}
        return [{"label": label, "url": self.smart_launch_url, "type": "smart", **context}]


def card(case: Case, pages: Pages) -> Card:
    """The whole answer to one order, or to an opened chart.

    To the patient or a relative the words are others; codes and decisions are the same, and nothing links to the form.
    """
    assessment = case.assessment
    offered = suggestions(case)
    made: Card = {
        "uuid": assessment.id,
        "summary": summary(case),
        "indicator": case.verdict.indicator.value,
        "detail": plain_detail(case) if case.to_person else detail(case),
        "source": {
            "label": LABEL,
            "url": pages.source,
            "topic": {"system": RULES, "code": assessment.management.imaging.rule_id},
        },
        "extension": {EXTENSION: _for_programs(case)},
    }
    if offered:
        made["suggestions"] = list(offered)
        made["selectionBehavior"] = TOGETHER
    if case.verdict is Verdict.NOT_NOW:
        made["overrideReasons"] = [each.coding for each in ALL_REASONS]
    if not case.to_person:
        made["links"] = pages.links(assessment.id)
    return made


def _for_programs(case: Case) -> dict[str, Any]:
    """The decisions, and the versions that made them, by their codes."""
    assessment, imaging = case.assessment, case.assessment.management.imaging
    made = assessment.provenance
    raised = [
        {"rule_id": flag.rule_id, "urgency": flag.urgency.value, "overrides": flag.overrides}
        for flag in assessment.red_flags.present
    ]
    return {
        "assessment": assessment.id,
        "verdict": case.verdict.value,
        "urgency": assessment.urgency.value,
        "imaging": {
            "indicated": imaging.indicated,
            "modality": imaging.modality.value,
            "timing": imaging.timing.value,
            "rule_id": imaging.rule_id,
        },
        **({"red_flags": raised} if raised else {}),
        **({} if made.model_version is None else {"model_version": made.model_version}),
        "ruleset_version": made.ruleset_version,
        "software_version": made.software_version,
        "questionnaire": f"{QUESTIONNAIRE}|{CONTENT_VERSION}",
        **_about(case.order),
    }


def _about(order: Order | None) -> dict[str, str]:
    """Which order it is about, where its id is one: another may be any text."""
    reference = None if order is None else order.reference
    return {"order": reference} if reference is not None and _REFERENCE.fullmatch(reference) else {}


def card_to_a_minor(pages: Pages) -> Card:
    """What is said of any order for somebody under 18: no rating, and nothing is assessed."""
    return {
        "summary": CHILD,
        "indicator": Indicator.INFO.value,
        "detail": escaped(
            "The figures and guidelines behind this service are about adults, so this order is not rated."
        ),
        "source": {"label": LABEL, "url": pages.source},
    }


def pressing(flagged: FlagsAtLeast | None) -> bool:
    """Whether flags are up that must be told even where the answer cannot be: age over 50 alone is none."""
    present = () if flagged is None else flagged.red_flags.present
    return any(flag.urgency is not Urgency.ROUTINE and flag.rule_id not in WEAK for flag in present)


def card_without_record(flagged: FlagsAtLeast | None, chart: Chart, order: Order | None, pages: Pages) -> Card:
    """What is still said where the answer could be recorded nowhere, or not be worked out: the red flags.

    It has no uuid, since nothing is on record that feedback could be about, and suggests nothing.
    """
    source = {"label": LABEL, "url": pages.source}
    if flagged is None or not pressing(flagged):
        told = "An answer that is not on record is not given. Ask again in some seconds."
        return {
            "summary": NOT_RECORDED,
            "indicator": Indicator.INFO.value,
            "detail": escaped(told),
            "source": source,
            "links": pages.links(),
        }
    emergency = flagged.urgency is Urgency.EMERGENCY
    raised = flagged.red_flags
    word = "Emergency" if emergency else "Red flag"
    told = (
        "The rest of the answer could not be recorded, so it is not given. Act on this, and do not wait for the rest."
    )
    return {
        "summary": fitting(f"{word}: {named(raised.present)}. The rest of the answer could not be recorded."),
        "indicator": (Indicator.CRITICAL if emergency else Indicator.WARNING).value,
        "detail": document(
            escaped(told),
            flags(raised, chart),
            "" if emergency else unasked(raised),
        ),
        "source": source,
        "links": pages.links(),
        "extension": {
            EXTENSION: {
                "urgency": flagged.urgency.value,
                "red_flags": [
                    {"rule_id": flag.rule_id, "urgency": flag.urgency.value, "overrides": flag.overrides}
                    for flag in raised.present
                ],
                **_about(order),
            }
        },
    }
