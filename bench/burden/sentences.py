"""Five sentences for the medical director who has to choose the policy, with the numbers of the run."""

from typing import Any

from bench.burden.markdown import chances, people, percent
from bench.burden.simulation import COMPLETE, INCOMPLETE, YOUNGER
from service.rules.guideline import Policy

Json = dict[str, Any]
LISTED, CONTEXTUAL = Policy.LISTED.value, Policy.CONTEXTUAL.value
PER = 100_000
CLINICS = {"primary_care": "primary care", "specialist": "specialist care", "surgical": "a surgical clinic"}


def sentences(result: Json) -> str:
    """The five, as a numbered list."""
    told = (_burden(result), _gain(result), _cauda_equina(result), _asking(result), _certainty(result))
    return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(told, start=1))


def _burden(result: Json) -> str:
    def scans(place: str, policy: str) -> str:
        return percent(result["places"][place][COMPLETE]["measures"][policy]["scan"][0])

    clinics = [
        f"{scans(place, LISTED)} against {scans(place, CONTEXTUAL)} in {name}" for place, name in CLINICS.items()
    ]
    young = result["scenarios"][YOUNGER]["scans"]
    return (
        f"**Burden.** With a complete screen, the share of people sent to MRI now is {clinics[0]}, {clinics[1]} and "
        f"{clinics[2]}: the first number is `listed`, the second `contextual`, and age over 50 alone is the whole "
        f"difference. In a clinic where only 22 % are over 50 it would be {young[LISTED][0] / 1000:.0f} % against "
        f"{young[CONTEXTUAL][0] / 1000:.0f} %."
    )


def _gain(result: Json) -> str:
    found = result["places"]["primary_care"][COMPLETE]
    missed, price = found["missed"], chances(found["more_scans_per_more_found"])
    places = [result["places"][place][COMPLETE] for place in ("specialist", "surgical")]
    others = [place["more_scans_per_more_found"][0] for place in places]
    return (
        f"**Gain.** Of 100,000 people in primary care {people(found['have'])} have a serious disease, at the "
        f"prevalences stated below; `contextual` leaves {people(missed[CONTEXTUAL][0])} without an overriding flag, "
        f"`listed` {people(missed[LISTED][0])}. So `listed` finds {people(found['more_found'][0])} more, for "
        f"{people(found['more_scans'][0])} more scans: one for every {price}, where scanning everybody unasked would "
        f"find one in {PER / found['have']:.0f}. Where more are ill the price is lower: one for every {others[0]:.0f} "
        f"in specialist care, for every {others[1]:.0f} in a surgical clinic."
    )


def _cauda_equina(result: Json) -> str:
    ill = result["places"]["primary_care"][COMPLETE]["diseases"]

    def more(disease: str) -> str:
        return people(ill[disease][CONTEXTUAL]["missed"][0] - ill[disease][LISTED]["missed"][0])

    tail = ill["cauda_equina"]
    return (
        f"**What is at stake.** The difference is fractures ({more('fracture')} of those found more) and malignancies "
        f"({more('malignancy')}), not the emergencies: of {people(tail['have'])} people with cauda equina syndrome "
        f"`contextual` misses {people(tail[CONTEXTUAL]['missed'][0])} and `listed` "
        f"{people(tail[LISTED]['missed'][0])}; the few that `listed` adds merely happen to be over 50."
    )


def _asking(result: Json) -> str:
    places = result["places"]["primary_care"]
    asked, gaps = (places[screen]["missed"] for screen in (COMPLETE, INCOMPLETE))
    ill = {screen: places[screen]["diseases"]["infection"] for screen in (COMPLETE, INCOMPLETE)}
    infected = [people(ill[screen][CONTEXTUAL]["missed"][0]) for screen in (COMPLETE, INCOMPLETE)]
    return (
        "**Asking.** What is not asked is missed under either policy: with gaps in the screen as charts have them, "
        f"`contextual` misses {people(gaps[CONTEXTUAL][0])} instead of {people(asked[CONTEXTUAL][0])} and `listed` "
        f"{people(gaps[LISTED][0])} instead of {people(asked[LISTED][0])}; of {people(ill[COMPLETE]['have'])} spinal "
        f"infections, `contextual` misses {infected[1]} instead of {infected[0]}. The answer names what was not asked; "
        "it never counts as absent."
    )


def _certainty(result: Json) -> str:
    every = result["scenarios"].values()
    known = [found["more_scans_per_more_found"][0] for found in every if found["more_scans_per_more_found"]]
    scans = [found["scans"][CONTEXTUAL][0] / 1000 for found in every]
    missed = [found["missed"][CONTEXTUAL][0] for found in every]
    return (
        "**How sure.** With one group of figures at a time at an end of its range, `contextual` sends "
        f"{min(scans):.0f} to {max(scans):.0f} % of primary care to MRI now and misses {people(min(missed))} to "
        f"{people(max(missed))} of 100,000, and one more found by age alone costs {min(known):.0f} to {max(known):.0f} "
        "scans. That `listed` sends more and misses fewer holds in all of them, because the rules make it so."
    )
