"""What is generated of a release and of the rules in force: nothing here is written down twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from features.anatomy import ROOTS
from features.encoding import OLD_AGE
from service.model_card.figures import Table, by_subgroup, elsewhere, people, performance
from service.model_card.report import Group, Report
from service.rules import RULES_RELEASED, RULESET_VERSION
from service.rules.citations import citations
from service.rules.look_alikes.joints_and_vessels import ARTERIAL_AGE
from service.rules.red_flags.systemic import WEAK_AGE
from service.rules.rulebook import entries

DEMOGRAPHIC_FEATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "age (date of birth)": ("age_years", "over_60"),
    "sex": ("female",),
}
"""What the model reads of a person, and by which of its features (features/encoding.py)."""
NOT_INPUTS: Final = (
    "race",
    "ethnicity",
    "language",
    "sexual orientation",
    "gender identity",
    "social determinants of health",
    "health status assessments",
)
"""The variables of 170.315(b)(11)(iv)(A)(5) to (13) that an examination has no field for, or the model does not read.
"""

NO_REPORT: Final = (
    "The files of this release hold no report of it; `metrics` of the model card holds what was measured."
)
SYNTHETIC: Final = "synthetic"


@dataclass(frozen=True, kw_only=True)
class Released:
    """The files of a release: the manifest as it is written, and the report where there is one."""

    manifest: Mapping[str, Any]
    report: Report | None

    def sentences(self, key: str) -> str:
        """A list of sentences of the manifest, as one text."""
        return " ".join(map(str, self.manifest.get(key) or ()))

    @property
    def training(self) -> Mapping[str, Any]:
        """What the manifest says of how the model was made."""
        found = self.manifest.get("training")
        return found if isinstance(found, dict) else {}

    @property
    def synthetic(self) -> bool:
        """Whether it learned from the synthetic cohort alone; manifests before 1.1.0 do not say, and did."""
        return bool(self.training.get("origin", SYNTHETIC) == SYNTHETIC)


@dataclass(frozen=True, kw_only=True)
class Said:
    """What is said of one attribute."""

    text: str
    available: bool = True
    figures: tuple[Table, ...] = ()


def _output(released: Released) -> Said:
    coverage = released.manifest["prediction_set"]["coverage"]
    return Said(
        text=f"For each of the nerve roots {', '.join(ROOTS)} the probability that it is involved, and the probability "
        "that none of the three is (involvement is not exclusive: they need not sum to 1). The set of roots that "
        f"cannot be ruled out, made to hold {coverage:.0%} of involved roots. Where the findings allow no useful "
        "statement, no root, with the reason. Beside it what each finding added, and which further ones would tell "
        "most."
    )


def _patients(released: Released) -> Said:
    ages = (released.manifest.get("typicality") or {}).get("ages")
    known = (
        f" It learned from people of {ages[0]:g} to {ages[1]:g} years; outside them it names no root." if ages else ""
    )
    return Said(text=f"Adults with pain in the leg that is thought to come from the back.{known}")


def _included(released: Released) -> Said:
    data = f"Learned from: {released.training.get('data', 'not stated')}."
    if not released.synthetic:
        return Said(text=f"{data} Who was included there, and who was not, is known to those who gathered it.")
    return Said(
        text=f"{data} No patient was included or excluded. Drawn are adults with leg pain in general practice, "
        "specialist clinics and before an operation: herniations, narrow lateral recesses and foraminal lesions with "
        "the roots they reach (of L2 and L3 it is only said that they are none of the three), and mimics from the hip "
        "to zoster. Not drawn are children, injuries, polyneuropathy, tumours, infections and compression of the "
        "cauda equina."
    )


def _inputs(released: Released) -> Said:
    features = set(released.manifest.get("features") or ())
    read = [name for name, columns in DEMOGRAPHIC_FEATURES.items() if features.intersection(columns)]
    return Said(
        text=f"Inputs: {' and '.join(read) or 'none'}; a sex that is neither female nor male on record counts as not "
        f"stated. Not inputs: {', '.join(NOT_INPUTS)}. The rest of the {len(features)} inputs is what was asked and "
        "found in the examination."
    )


def _represented(released: Released) -> Said:
    origin = (
        "Age and sex follow the cause of the pain, by published figures where there are any; the shares of the "
        "settings are a choice of design. They represent no population that was counted."
        if released.synthetic
        else "The people whom the site examined and whose roots it confirmed."
    )
    return Said(
        text=f"{origin} Of race, ethnicity, language, sexual orientation, gender identity, social determinants and "
        "health status the data hold nothing.",
        figures=(people(released.report),) if released.report else (),
    )


def _relevance(released: Released) -> Said:
    origin = (
        "The cohort covers the settings where the service is meant to be used, as far as published figures describe "
        "them; how close it comes to any one clinic is not known."
        if released.synthetic
        else "It is relevant to the site whose exams it learned from, and to others as far as they are alike."
    )
    return Said(
        text=f"{origin} The limits told above apply; the counts under /metrics show how a clinic's people differ."
    )


def _fairness(released: Released) -> Said:
    report = released.report
    families = f"in every subgroup by {', '.join(report.subgroups)}" if report else "in subgroups"
    return Said(
        text=f"Discrimination, calibration and the coverage of the prediction sets are measured {families}; training "
        "refuses a model whose sets are more than three points off their coverage in a subgroup. Fairness by race, "
        "ethnicity, language, sexual orientation, gender identity or social determinants was not evaluated, "
        "because no data hold them."
    )


def _against_bias(released: Released) -> Said:
    thresholds = released.manifest["prediction_set"]["thresholds"].values()
    grouped = all(isinstance(each, dict) for each in thresholds)
    wider = (
        " The set of roots that cannot be ruled out is widened or narrowed by age band, sex, number of findings and "
        "number of abnormal ones, so that it keeps its coverage in each."
    )
    return Said(
        text=f"A finding that is not stated counts as not assessed, never as normal.{wider if grouped else ''} Bias by "
        "race, ethnicity, language or social circumstances was not looked for, because no data hold them: who is "
        "examined, how well, and what is written down may differ by them."
    )


def _no_external(released: Released) -> Said:
    return Said(text=f"Nowhere. {next(iter(released.manifest.get('limits') or ()), '')}".strip(), available=False)


def _validity(released: Released) -> Said:
    report = released.report
    if report is None:
        return Said(text=NO_REPORT, available=False)
    same = "more of the same synthetic cohort, never patients" if released.synthetic else "patients of the same site"
    areas = _each(report.overall, "auc")
    errors = _each(report.overall, "ece")
    more = elsewhere(report)
    return Said(
        text=f"Measured on {report.examinations:,} held-out exams of {report.patients:,} people: {same}. Area under "
        f"the ROC curve {areas}; expected calibration error {errors}; the prediction sets hold "
        f"{report.overall.sets.coverage:.1%} of involved roots (nominal {report.nominal_coverage:.0%})."
        + (" Expect less in a clinic: this is an upper bound." if released.synthetic else ""),
        figures=(performance(report), *((more,) if more else ())),
    )


def _fairness_found(released: Released) -> Said:
    report = released.report
    if report is None:
        return Said(text=NO_REPORT, available=False)
    worst = report.summary.get("worst_subgroup")
    farthest = (
        f" Of the subgroups with enough people, {worst['subgroup']} is farthest from it, with {worst['coverage']:.1%}."
        if isinstance(worst, dict)
        else ""
    )
    return Said(
        text=f"By age and sex, and by setting and completeness of the examination, in data like those of training. The "
        f"prediction sets should hold {report.nominal_coverage:.0%} of involved roots.{farthest} Nothing is known by "
        "race, ethnicity, language, sexual orientation, gender identity or social determinants.",
        figures=(by_subgroup(report),),
    )


def _each(group: Group, measure: str) -> str:
    found = {root: getattr(group.roots[root], measure) for root in ROOTS if root in group.roots}
    return ", ".join(f"{root} {value:.{3 if measure == 'ece' else 2}f}" for root, value in found.items() if value)


OF_THE_MODEL: Final[Mapping[str, Callable[[Released], Said]]] = {
    "(1)(iii)": _output,
    "(2)(i)": lambda released: Said(text=released.sentences("intended_use")),
    "(2)(ii)": _patients,
    "(3)(i)": lambda released: Said(text=released.sentences("not_for")),
    "(3)(ii)": lambda released: Said(
        text=f"{released.sentences('limits')} Ways in which the service could harm a patient, and what is left of each "
        "risk, are in docs/hazards.md of the software; some are not acceptable before a clinician who answers for it "
        "has reviewed the rules."
    ),
    "(4)(i)": _included,
    "(4)(ii)": _inputs,
    "(4)(iii)": _represented,
    "(4)(iv)": _relevance,
    "(5)(i)": _fairness,
    "(5)(ii)": _against_bias,
    "(6)(i)": _no_external,
    "(7)(i)": _validity,
    "(7)(ii)": _fairness_found,
}
"""By paragraph of PREDICTIVE."""


def _sources() -> Said:
    checked = min(source.checked for source in citations().values())
    return Said(
        text=f"{len(citations())} sources behind {len(entries())} rules, each with title, year and number, and the day "
        f"on which what is quoted was last checked (the longest ago: {checked}): GET /v1/rules lists them rule by rule."
    )


OF_THE_RULES: Final[Mapping[str, Callable[[], Said]]] = {
    "(1)": _sources,
    "(4)": lambda: Said(
        text=f"Version {RULESET_VERSION} of the rules, released {RULES_RELEASED}. Ids of rules are permanent, each "
        "with the version that gave it; the changelog of the software says what changed."
    ),
    "(11)": lambda: Said(
        text=f"Age in years is used, not the date: over {WEAK_AGE:g} is a red flag by itself, a weak one; over "
        f"{ARTERIAL_AGE:g} pain of the calf on walking is also held up against the arteries; over {OLD_AGE:g} ankle "
        "jerks lost on both sides do not count, and a negative straight leg raise is said to rule out even less. "
        "Below 18 nothing is answered."
    ),
}
"""By paragraph of EVIDENCE_BASED."""
