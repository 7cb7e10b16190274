"""A small simulation keeps what must hold whatever the figures are, and the page tells what the stored run found."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from bench.burden import page, plot
from bench.burden.__main__ import RESULT
from bench.burden.decisions import FLAGS, Decisions, decide, read, rules_digest
from bench.burden.figures import Figures, Key, digest
from bench.burden.people import NONE, PATHOLOGIES, People, people
from bench.burden.simulation import COMPLETE, INCOMPLETE, SCENARIOS, SCREENS, Place, Plan, Stratum, View, simulate
from bench.burden.summary import MEASURES, Bools, Estimate, Measure, share, summarise
from service.rules import RULESET_VERSION
from service.rules.guideline import Policy
from service.rules.red_flags import RED_FLAGS

FIGURES = Figures.load()
SMALL = Plan(without=120, with_each=60, seed=7)
LISTED, CONTEXTUAL = Policy.LISTED, Policy.CONTEXTUAL


def with_values(figures: Figures, table: str, value: float) -> Figures:
    """The figures with every row of one table at `value`."""
    rows = {key: replace(row, value=value) if key.table == table else row for key, row in figures.rows.items()}
    return Figures(rows=rows, ends=figures.ends)


@pytest.fixture(scope="module")
def primary() -> Place:
    return simulate(FIGURES, "primary_care", SMALL)


def decided(place: Place, screen: str, policy: Policy) -> list[Decisions]:
    return [stratum.decisions[View(screen, policy)] for stratum in place.strata]


def counted(policy: Policy, measure: Measure) -> Callable[[Stratum], Bools]:
    """`measure` of a stratum with complete screens."""
    return lambda stratum: measure(stratum.decisions[View(COMPLETE, policy)])


def test_the_same_seed_gives_the_same_people() -> None:
    first, second = (people(FIGURES, "surgical", "infection", 40, seed=3) for _ in range(2))
    assert list(first.bodies(complete=False)) == list(second.bodies(complete=False))
    other = people(FIGURES, "surgical", "infection", 40, seed=4)
    assert list(first.bodies(complete=True)) != list(other.bodies(complete=True))


@pytest.mark.parametrize("screen", SCREENS)
def test_listed_does_for_each_person_at_least_what_contextual_does(primary: Place, screen: str) -> None:
    """Hazard H-25: the cautious policy misses what the other one finds."""
    for listed, contextual in zip(decided(primary, screen, LISTED), decided(primary, screen, CONTEXTUAL), strict=True):
        assert (listed.raised == contextual.raised).all()
        assert (listed.overriding >= contextual.overriding).all()
        assert (listed.scan >= contextual.scan).all()
        assert (listed.emergency == contextual.emergency).all()


def test_only_age_makes_the_policies_differ(primary: Place) -> None:
    """Hazard H-06: the figures by which a site chooses its policy are wrong."""
    age = FLAGS.index("RF-AGE-OVER-50")
    for stratum in primary.strata:
        listed, contextual = (stratum.decisions[View(COMPLETE, policy)] for policy in (LISTED, CONTEXTUAL))
        differs = listed.overriding != contextual.overriding
        assert (differs.nonzero()[1] == age).all()
        assert (listed.raised[:, age] == stratum.over_50).all()
        assert (listed.age_alone >= (listed.scan & ~contextual.scan)).all()


def test_a_complete_screen_answers_every_question_and_an_incomplete_one_leaves_some_out() -> None:
    drawn = people(FIGURES, "primary_care", NONE, 30, seed=1)
    screens = [read(drawn.bodies(complete=complete)) for complete in (True, False)]
    first_line = [flag for flag in RED_FLAGS if flag.first_line]
    unasked = [sum(len(flag.ask(exam)) for exam in exams for flag in first_line) for exams in screens]
    assert unasked[0] == 0 < unasked[1]


def answering(drawn: People, question: str) -> float:
    return float(drawn.answers[question].mean())


def test_answers_come_as_often_as_the_table_says() -> None:
    ill = people(FIGURES, "specialist", "malignancy", 4000, seed=2)
    assert answering(ill, "history_of_cancer") == pytest.approx(0.31, abs=0.03)
    assert answering(ill, "unexplained_weight_loss") == pytest.approx(0.15, abs=0.03)
    assert ill.over_50.mean() == pytest.approx(0.8, abs=0.03)
    assert not ill.answers["residual_urine"].any()


def test_dependence_leaves_each_answer_alone_and_brings_them_together() -> None:
    def both(correlation: float) -> tuple[float, float]:
        drawn = people(with_values(FIGURES, "dependence", correlation), "specialist", "infection", 4000, seed=2)
        fever, recent = drawn.answers["fever"], drawn.answers["recent_infection"]
        return float(fever.mean()), float((fever & recent).mean())

    (alone, apart), (kept, together) = both(0.0), both(0.6)
    assert alone == pytest.approx(kept, abs=0.03)
    assert apart == pytest.approx(0.4 * 0.54, abs=0.03)
    assert together > apart + 0.05


def test_a_disease_that_nobody_answers_yes_to_is_missed() -> None:
    silent = FIGURES
    for table in ("background", "sensitivity", "share_over_50"):
        silent = with_values(silent, table, 0.0)
    drawn = people(silent, "primary_care", "fracture", 60, seed=5, brisk=False)
    made = decide(read(drawn.bodies(complete=True)), LISTED)
    signs_of_the_leg = made.raised[:, FLAGS.index("RF-MOTOR-WIDESPREAD")]
    assert (made.overridden == signs_of_the_leg).all()
    assert made.overridden.mean() < 0.2


def test_a_disease_that_everybody_answers_yes_to_is_found() -> None:
    loud = with_values(FIGURES, "sensitivity", 1.0)
    for disease in PATHOLOGIES:
        drawn = people(loud, "primary_care", disease, 25, seed=5)
        assert decide(read(drawn.bodies(complete=True)), CONTEXTUAL).overridden.all()


def test_without_disease_nobody_is_missed(primary: Place) -> None:
    healthy = primary.reweighted(with_values(FIGURES, "prevalence", 0.0))
    assert healthy.shares[0] == 1.0
    for policy in Policy:
        missed = share(healthy, counted(policy, lambda made: ~made.overridden), ill=True)
        assert (missed.value, missed.error) == (0.0, 0.0)


def test_twice_as_common_is_twice_as_often_missed(primary: Place) -> None:
    def missed(place: Place) -> float:
        return share(place, counted(CONTEXTUAL, lambda made: ~made.overridden), ill=True).value

    doubled = {
        key: replace(row, value=2 * row.value) if key.table == "prevalence" else row
        for key, row in FIGURES.rows.items()
    }
    assert missed(primary.reweighted(Figures(rows=doubled, ends={}))) == pytest.approx(2 * missed(primary))


def test_estimates_tell_how_many_were_drawn() -> None:
    half = np.array([True, False] * 200)
    place = Place(name="here", strata=(Stratum(disease=NONE, over_50=half, decisions={}),), shares=(1.0,))
    found = share(place, lambda one: one.over_50)
    assert found.value == 0.5
    assert found.error == pytest.approx(0.5 / np.sqrt(404))
    nobody = share(place, lambda one: one.over_50 & ~one.over_50)
    assert nobody.value == 0.0 < nobody.error
    assert Estimate(10.0, 1.0).over(Estimate(2.0, 1.5)) is None
    ratio = Estimate(10.0, 1.0).over(Estimate(2.0, 0.2))
    assert ratio is not None
    assert ratio.value == 5.0
    assert ratio.error == pytest.approx(5 * np.hypot(0.1, 0.1))


STORED = json.loads(RESULT.read_text(encoding="utf-8"))


def test_the_stored_run_was_made_from_these_figures_and_these_rules() -> None:
    made_from = (STORED["figures"], STORED["rules"], STORED["ruleset_version"])
    now = (digest(), rules_digest(), RULESET_VERSION)
    assert made_from == now, "the page is older than the figures or the rules: make burden"


def test_the_page_tells_what_the_stored_run_found() -> None:
    text = (page.DOCS / page.PAGE).read_text(encoding="utf-8")
    for block, content in page.blocks(STORED, FIGURES).items():
        begin, end = page.marks(block)
        assert text.partition(begin)[2].partition(end)[0].strip() == content, f"{block} is stale: make burden"


def labels(picture: str) -> list[str]:
    """The texts of a picture, which matplotlib writes beside the outlines of their letters."""
    return re.findall(r"<!-- (.+?) -->", picture)


def test_the_picture_shows_the_stored_run(tmp_path: Path) -> None:
    plot.write(STORED, tmp_path)
    drawn, kept = (labels((folder / plot.PICTURE).read_text(encoding="utf-8")) for folder in (tmp_path, page.DOCS))
    assert len(drawn) > len(SCENARIOS)
    assert drawn == kept, "the picture is stale: make burden"


def test_a_page_without_marks_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / page.PAGE).write_text("nothing", encoding="utf-8")
    with pytest.raises(ValueError, match="has no"):
        page.write(STORED, FIGURES, tmp_path)
    assert (tmp_path / page.PAGE).read_text(encoding="utf-8") == "nothing"


def test_the_stored_run_agrees_with_a_small_one(primary: Place) -> None:
    stored = STORED["places"]["primary_care"][COMPLETE]["measures"]
    for policy in Policy:
        for name, measure in MEASURES.items():
            found = share(primary, counted(policy, measure))
            assert abs(found.value - stored[policy.value][name][0]) < 4 * found.error + 0.02, name


def test_the_stored_run_keeps_what_the_rules_make_so() -> None:
    for place in STORED["places"].values():
        for screen in (COMPLETE, INCOMPLETE):
            found = place[screen]
            assert found["scans"][LISTED.value] >= found["scans"][CONTEXTUAL.value]
            assert found["missed"][LISTED.value] <= found["missed"][CONTEXTUAL.value]
    assert list(STORED["scenarios"]) == [scenario.name for scenario in SCENARIOS]


def test_every_disease_and_check_of_the_table_is_summarised(primary: Place) -> None:
    specialist = simulate(FIGURES, "specialist", Plan(without=20, with_each=20, seed=1))
    places = [primary, specialist, replace(specialist, name="surgical")]
    found = summarise(places, [("as it is", primary)], FIGURES)
    assert set(found["places"]["primary_care"][COMPLETE]["diseases"]) == set(PATHOLOGIES)
    checks = {Key("check", check["row"], check["column"]) for check in found["checks"]}
    assert checks == {key for key in FIGURES.rows if key.table == "check"}
