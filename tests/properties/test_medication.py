"""No drug where it is contraindicated, whatever else is stated."""

from hypothesis import strategies as st

from features.treatment import NsaidContraindication
from service.rules.guideline import Policy
from tests.builders import Body, an_assessment
from tests.properties.changes import stated, with_stated
from tests.properties.strategies import bodies, holds, read

REASONS = st.sets(st.sampled_from([each.value for each in NsaidContraindication]), min_size=1)


def medication_of(body: Body, policy: Policy) -> list[str]:
    plan = an_assessment(read(body), policy=policy).management
    return [advice.rule_id for advice in plan.recommendations if advice.category == "medication"]


def injections_of(body: Body, policy: Policy) -> set[str]:
    plan = an_assessment(read(body), policy=policy).management
    return {advice.rule_id for advice in plan.recommendations if advice.category == "injection"}


def with_reasons(body: Body, reasons: set[str]) -> Body:
    """The body with those contraindications, and nothing that contradicts them."""
    changed = with_stated(body, sorted(reasons), "treatment", "nsaid_contraindications")
    for name in ("pregnant", "sex") if NsaidContraindication.PREGNANCY in reasons else ():
        changed = with_stated(changed, None, "patient", name)
    return changed


@holds(body=bodies(), reasons=REASONS, policy=st.sampled_from(Policy))
def test_no_nsaid_where_it_is_contraindicated(body: Body, reasons: set[str], policy: Policy) -> None:
    """Hazard H-05: an NSAID is given despite a contraindication."""
    shown = medication_of(with_reasons(body, reasons), policy)
    assert not {"RE-NSAID", "RE-NSAID-ASK"} & set(shown)
    refused = {f"RE-NSAID-NOT-{reason.upper().replace('_', '-')}" for reason in reasons}
    assert not shown or refused <= set(shown)


@holds(body=bodies(), policy=st.sampled_from(Policy))
def test_in_pregnancy_no_nsaid_and_no_opioid_is_offered(body: Body, policy: Policy) -> None:
    """Hazard H-05: a pregnant woman is given an NSAID, or the opioid that takes its place, because a list was empty."""
    pregnant = with_stated(with_stated(body, None, "patient", "sex"), True, "patient", "pregnant")
    shown = medication_of(pregnant, policy)
    assert not {"RE-NSAID", "RE-NSAID-ASK", "RE-INSTEAD"} & set(shown)
    assert not shown or "RE-NSAID-NOT-PREGNANCY" in shown


@holds(body=bodies(), policy=st.sampled_from(Policy))
def test_no_nsaid_before_its_contraindications_were_asked(body: Body, policy: Policy) -> None:
    """Hazard H-05: nobody asked about ulcer, kidney or anticoagulant, and the silence is taken for none."""
    shown = medication_of(with_stated(body, None, "treatment", "nsaid_contraindications"), policy)
    assert "RE-NSAID" not in shown
    pregnant = stated(body, "patient", "pregnant") is True
    assert not shown or pregnant is not ("RE-NSAID-ASK" in shown)


@holds(body=bodies(), reasons=REASONS, policy=st.sampled_from(Policy))
def test_an_injection_near_the_spine_minds_the_anticoagulant_and_the_pregnancy(
    body: Body, reasons: set[str], policy: Policy
) -> None:
    """Hazard H-24: an epidural injection bleeds into the canal of somebody whose blood is thinned."""
    shown = injections_of(with_reasons(body, reasons), policy)
    assert len(shown) <= 1
    if NsaidContraindication.PREGNANCY in reasons:
        assert not shown
    elif NsaidContraindication.ANTICOAGULATION in reasons:
        assert "RE-INJECTION" not in shown
