"""Cards: what CDS Hooks demands of them, and what they say to whom."""

import dataclasses
import re

import pytest

from features.anatomy import ROOTS
from service.cds.cards import EXTENSION, Pages, card
from service.cds.case import Case
from service.cds.detail import MOST_SOURCES
from service.cds.orders import Imaging, Order
from service.cds.question import Verdict
from service.cds.wording import (
    LONGEST_SUMMARY,
)
from service.chart.facts import CONDITIONS, MEDICATIONS, OBSERVATIONS, Basis, Question, State
from service.rules.guideline import Policy
from service.terminology.override_reasons import ALL_REASONS
from tests.cds.card_cases import CASES, TO_PERSONS
from tests.cds.charts import EARLY, ORDER, PAGES, a_case, a_chart
from tests.cds.schema import valid
from tests.cds.test_question import CANDIDATE, LONG
from tests.fhir.shapes import nothings


@pytest.mark.parametrize(
    "case", [*CASES.values(), *TO_PERSONS.values()], ids=[*CASES, *(f"{n}, plain" for n in TO_PERSONS)]
)
def test_every_card_is_one_of_cds_hooks(case: Case) -> None:
    made = card(case, PAGES)
    valid("response", {"cards": [made]})
    assert nothings(made) == []
    assert len(made["summary"]) <= LONGEST_SUMMARY
    assert not set("<>") & set(made["detail"])
    assert made["uuid"] == case.assessment.id


SAYS: dict[str, tuple[Case, tuple[str, ...]]] = {
    "where a flag was found": (
        a_case(
            chart=a_chart(
                basis={
                    "red_flags.urinary_retention": (
                        Basis(label="Retention of urine", source=CONDITIONS, provisional=True),
                    )
                }
            ),
            red_flags={"urinary_retention": True},
        ),
        ("**Urinary retention** (emergency)", "problem list, Retention of urine (suspected, not confirmed)"),
    ),
    "that a flag stands in the exam form": (
        a_case(chart=a_chart(exam=True), red_flags={"urinary_retention": True}),
        ("Found: exam form of 2026-11-20.",),
    ),
    "that it is the age": (
        a_case(60, **EARLY),
        ("Found: date of birth.", "the weakest flag of the list", "Under the policy in force (listed)"),
    ),
    "that age only adds": (a_case(60, policy=Policy.CONTEXTUAL, **EARLY), ("**Age over 50** (adds to others)",)),
    "what nobody asked": (
        a_case(**EARLY),
        (
            "**Ask today:** urinary retention; fecal incontinence; saddle anesthesia; new bladder disturbance; "
            "progressive weakness; deficit in both legs.",
            "**Also not asked:** history of cancer; unexplained weight loss; fever;",
        ),
    ),
    "the reason and its sources": (
        a_case(**EARLY),
        (
            "No imaging in the first 6 to 8 weeks without a red flag",
            "(2011)",
            "](https://doi.org/10.7326/0003-4819-154-3-201102010-00008)",
        ),
    ),
    "the safety net": (a_case(**EARLY), ("Safety net on cauda equina syndrome",)),
    "how many codes are not known": (
        a_case(chart=a_chart(unknown=12), **EARLY),
        ("codes that are not known here: 12. Any of them may be a red flag",),
    ),
    "what was not supplied": (
        a_case(chart=a_chart(states={MEDICATIONS: State.ABSENT}), **EARLY),
        ("The medication list was not supplied.",),
    ),
    "what could not be read": (
        a_case(chart=a_chart(states={CONDITIONS: State.FAILED}, unread=2), **EARLY),
        ("**What is missing**", "The problem list could not be read.", "2 entries of the chart could not be read."),
    ),
    "what could not be read, beside a flag": (
        a_case(chart=a_chart(states={CONDITIONS: State.PARTIAL}, unread=2), red_flags={"fever": True}),
        ("The problem list is only partly known", "Entries that could not be read: 2."),
    ),
    "what has to be looked at": (
        a_case(chart=a_chart(questions=(Question(code="x", text="Is it *new*?"),)), **EARLY),
        ("Is it \\*new\\*?",),
    ),
    "what the plan asks back": (a_case(), ("How long have the symptoms lasted",)),
    "that no exam form is on file": (
        a_case(chart=a_chart(earlier=True), **EARLY),
        ("No recent exam form is on file", "The last one, of 2026-10-23, counts as the one before."),
    ),
    "that another image is asked for": (
        a_case(
            order=Order(reference="ServiceRequest/x", resource={}, modality=Imaging.RADIOGRAPH, removable=True),
            red_flags={"history_of_cancer": True},
        ),
        ("Asked for is MRI; ordered is a radiograph.",),
    ),
    "that MRI is not safe": (
        a_case(treatment={"mri_contraindicated": True}, red_flags={"urinary_retention": True}),
        ("Asked for is CT with myelography, because MRI is stated to be contraindicated; ordered is an MRI.",),
    ),
    "which movement is weak, and where that stands": (
        a_case(
            chart=a_chart(exam=True),
            history={"symptom_duration_days": 10, "side": "left"},
            examination={"strength": {"ankle_dorsiflexion": 3}},
        ),
        ("**Deficit**\n\n- Ankle dorsiflexion, left: MRC 3 (exam form of 2026-11-20).",),
    ),
    "which movement of the other leg is weak": (
        a_case(
            chart=a_chart(exam=True),
            history={"symptom_duration_days": 10, "side": "left"},
            examination={"strength": {"ankle_dorsiflexion": 5}},
            other_leg={"strength": {"knee_extension": 2.5}},
        ),
        ("Knee extension, right: MRC 2.5 (exam form of 2026-11-20).",),
    ),
    "what a weakness that is coded was called": (
        a_case(
            chart=a_chart(
                basis={"examination.strength.ankle_dorsiflexion": (Basis(label="Foot-drop", source=CONDITIONS),)}
            ),
            examination={"strength": {"ankle_dorsiflexion": "weak"}},
        ),
        ("Ankle dorsiflexion: weak, not graded (problem list, Foot-drop).",),
    ),
    "an observation by itself": (
        a_case(
            chart=a_chart(
                basis={
                    "red_flags.post_void_residual_ml": (
                        Basis(label="post-void residual 450 ml, 2026-11-23", source=OBSERVATIONS),
                    )
                }
            ),
            red_flags={"post_void_residual_ml": 450},
        ),
        ("Found: post-void residual 450 ml, 2026-11-23.",),
    ),
    "a name without the kind of its concept": (
        a_case(
            chart=a_chart(basis={"red_flags.fever": (Basis(label="Fever (finding)", source=CONDITIONS),)}),
            red_flags={"fever": True},
        ),
        ("Found: problem list, Fever.",),
    ),
    "where to send": (a_case(red_flags={"urinary_retention": True}), ("**What to do**", "Emergency referral now")),
    "the roots of an exam form": (
        a_case(chart=a_chart(exam=True), examination={"strength": {"great_toe_extension": 4}}, **EARLY),
        ("**Exam form of 2026-11-20**",),
    ),
}


@pytest.mark.parametrize("name", SAYS)
def test_a_card_says(name: str) -> None:
    case, expected = SAYS[name]
    made = card(case, PAGES)
    for text in expected:
        assert text in made["detail"]


def test_an_emergency_is_not_followed_by_what_else_was_not_asked() -> None:
    said = card(a_case(red_flags={"urinary_retention": True}), PAGES)["detail"]
    assert "Ask today" not in said
    assert "not asked" not in said


@pytest.mark.parametrize("name", CASES)
def test_a_card_names_three_sources_at_most(name: str) -> None:
    listed = card(CASES[name], PAGES)["detail"].partition("**Sources**\n\n")[2].partition("\n\n")[0]
    assert 1 <= len(listed.splitlines()) <= MOST_SOURCES


def test_not_rated_means_that_nothing_is_said_of_the_order() -> None:
    """Hazard H-02: a chart that says little is taken for a screen."""
    made = card(a_case(), PAGES)
    assert "Not rated" in made["summary"]
    assert "No imaging" not in made["detail"]
    assert "overrideReasons" not in made


SHARES = re.compile(r"Probability|" + "|".join(f"{root} (\\d+|over|under)" for root in ROOTS))


@pytest.mark.parametrize("name", CASES)
def test_probabilities_are_told_only_where_an_exam_form_is_on_file(name: str) -> None:
    """Hazard H-07: a number that rests on next to nothing is believed."""
    case = CASES[name]
    told = bool(SHARES.search(card(case, PAGES)["detail"]))
    assert not told or case.chart.exam is not None


def test_the_shares_of_the_roots_are_those_of_the_answer() -> None:
    case = a_case(
        chart=a_chart(exam=True),
        history={**LONG, "side": "left", "leg_pain_worse_than_back_pain": True},
        examination={
            "strength": {"great_toe_extension": 4, "ankle_dorsiflexion": 4.5, "knee_extension": 5},
            "sensation": {"great_toe": "reduced"},
            "reflexes": {"achilles": "normal", "patellar": "normal"},
        },
        treatment=CANDIDATE,
    )
    assert not case.assessment.classifier.abstained
    assert "L4 5 %, L5 80 %, S1 10 %; held to be involved: L5." in card(case, PAGES)["detail"]


@pytest.mark.parametrize("name", CASES)
def test_reasons_to_override_stand_on_a_card_that_says_not_now(name: str) -> None:
    case = CASES[name]
    made = card(case, PAGES)
    expected = [each.coding for each in ALL_REASONS] if case.verdict is Verdict.NOT_NOW else None
    assert made.get("overrideReasons") == expected


def test_the_page_is_linked_by_its_address_or_launched_with_the_id_alone() -> None:
    case = a_case(**EARLY)
    absolute = card(case, PAGES)["links"]
    launched = card(case, Pages(address=PAGES.address, smart_launch_url="https://app.example/launch"))["links"]
    assert absolute == [{"label": "Open the exam form", "url": "https://nerveroot.example/", "type": "absolute"}]
    assert launched == [
        {
            "label": "Open the exam form",
            "url": "https://app.example/launch",
            "type": "smart",
            "appContext": case.assessment.id,
        }
    ]


def test_the_source_is_about_the_service() -> None:
    assert card(a_case(**EARLY), PAGES)["source"] == {
        "label": "nerveroot",
        "url": "https://nerveroot.example/model",
        "topic": {"system": "urn:nerveroot:fhir:CodeSystem:rules", "code": "IM-FIRST-WEEKS"},
    }


def test_programs_read_the_decisions_by_their_codes() -> None:
    told = card(a_case(red_flags={"fever": True}, **EARLY), PAGES)["extension"][EXTENSION]
    assert told["urgency"] == "urgent"
    assert told["verdict"] == "red_flag"
    assert told["order"] == "ServiceRequest/order-1"
    assert told["imaging"] == {"indicated": True, "modality": "mri", "timing": "immediate", "rule_id": "IM-RED-FLAG"}
    assert {"rule_id": "RF-INFECTION-FEVER", "urgency": "urgent", "overrides": True} in told["red_flags"]


@pytest.mark.parametrize("reference", ["ServiceRequest/<script>", "ServiceRequest/Jane Doe", None])
def test_an_order_is_named_by_its_id_alone(reference: str | None) -> None:
    """Hazard H-26: free text of the call comes back."""
    order = dataclasses.replace(ORDER, reference=reference, removable=False)
    assert "order" not in card(a_case(order=order, **EARLY), PAGES)["extension"][EXTENSION]
