"""The detail of a card to the patient, or a relative: in plain words, and without percentages.

Every sentence is one that the rules have for the person; what the card decides is the same for every reader.
"""

from service.cds.case import Case
from service.cds.detail import PRESSING
from service.cds.markdown import bullets, document, escaped
from service.rules.guideline import Category


def plain_detail(case: Case) -> str:
    """All of it, as Markdown."""
    assessment = case.assessment
    pressing, examined = case.verdict in PRESSING, case.chart.exam is not None
    # Without an examination the impression would only tell that there was none.
    said = assessment.impression.text_for_patient if examined and not pressing else ""
    shown = (
        each.text_for_patient
        for each in assessment.management.recommendations
        if examined or each.category in (Category.REFERRAL, Category.SAFETY_NET)
    )
    return document(escaped(said), bullets(escaped(text) for text in dict.fromkeys(shown)), escaped(_WHO_DECIDES))


_WHO_DECIDES = "This is no diagnosis. Speak with those who treat you before you change anything."
