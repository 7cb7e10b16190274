"""What US certification asks every decision support intervention to tell: 31 attributes of a predictive one, 13 of one
that rests on evidence alone.

Source: 45 CFR 170.315(b)(11)(iv)(A) and (B), of the final rule HTI-1 (89 FR 1192, 9 January 2024), in force for
predictive interventions since 1 January 2025. The text of the rule was not to be had. Number, order and paragraphs are
those of the lists that OpenEMR puts into its database for certification (openemr/openemr, pull request 7743, seen); the
nine groups and their sizes, 4 4 2 4 2 4 5 4 2, were seen the same in two summaries by others. The words are ours. What
changed after that rule was not looked at.
"""

from dataclasses import dataclass
from typing import Final

EVIDENCE_BASED: Final = "170.315(b)(11)(iv)(A)"
PREDICTIVE: Final = "170.315(b)(11)(iv)(B)"
CITED: Final = "45 CFR 170.315(b)(11)(iv), HTI-1 final rule, 89 FR 1192 (9 January 2024)"

_NUMERALS: Final = ("i", "ii", "iii", "iv", "v")


@dataclass(frozen=True, kw_only=True)
class Required:
    """One attribute that is asked for: the paragraph, within its section, the group and what it is about."""

    paragraph: str
    group: str
    title: str


_GROUPS: Final = (
    (
        "Details and output",
        ("Developer and contact", "Funding", "What comes out", "Kind of output"),
    ),
    (
        "Purpose",
        ("Intended use", "Intended patients", "Intended users", "Role in the decision"),
    ),
    (
        "Where to be careful",
        ("Tasks, situations and people it should not be used for", "Known risks and limits"),
    ),
    (
        "How it was made, and from what",
        (
            "Who was included and who was not",
            "Demographic and social inputs",
            "Whom the training data represent",
            "Relevance of the training data to where it is used",
        ),
    ),
    (
        "Fairness in development",
        ("What was done so that the output is fair", "What was done against bias"),
    ),
    (
        "External validation",
        (
            "Where it was tested outside its own data",
            "Who tested it",
            "Whom the external data represent",
            "How it was tested",
        ),
    ),
    (
        "Measured performance",
        (
            "Validity in data like those of training",
            "Fairness in data like those of training",
            "Validity in external data",
            "Fairness in external data",
            "Effect of its use on outcomes",
        ),
    ),
    (
        "Maintenance",
        (
            "How validity is monitored",
            "Validity in local data",
            "How fairness is monitored",
            "Fairness in local data",
        ),
    ),
    (
        "Updates",
        ("How and how often it is updated", "How soon a fault of validity or fairness is mended"),
    ),
)

OF_THE_MODEL: Final = tuple(
    Required(paragraph=f"({group})({_NUMERALS[place]})", group=title, title=attribute)
    for group, (title, attributes) in enumerate(_GROUPS, 1)
    for place, attribute in enumerate(attributes)
)
"""Those of PREDICTIVE."""

OF_THE_RULES: Final = tuple(
    Required(paragraph=f"({number})", group="Rules", title=title)
    for number, title in enumerate(
        (
            "Sources",
            "Developer",
            "Funding",
            "Release and revision",
            "Use of race",
            "Use of ethnicity",
            "Use of language",
            "Use of sexual orientation",
            "Use of gender identity",
            "Use of sex",
            "Use of date of birth",
            "Use of social determinants of health",
            "Use of health status assessments",
        ),
        1,
    )
)
"""Those of EVIDENCE_BASED."""
