"""`python -m bench.promote` (`make promote VERSION=x.y.z`): judge a candidate against the champion, then release it.

Here and not in training, because the published patients are scored through the running service, which training must
not know. What is judged is told in `training.comparison`, where it is put in `training.promotion`.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from bench.score import ROOT, SCORER, Counts, score
from features.involvement import Classify
from service.classifier import Classifier
from service.errors import ModelFault
from service.rules.guideline import Policy
from service.settings import Settings
from training import comparison, registry, release
from training.champion import BrokenChampion, champions
from training.estimator import root_losses
from training.export import infer
from training.held_out import HeldOut, NotHeldOut, from_bytes
from training.promotion import Moved, manifest, promote, unusable
from training.store import Store, StoreFailed, connect
from training.textbook import textbook_called, textbook_involvement

REFUSED = 2
CASES = SCORER.with_name("published_cases.jsonl")
SEED = 1
LIMITS = comparison.Limits()
LARGEST_PARITY_DIFFERENCE, LEAST_PARITY_ROWS = 1e-5, 100_000


class NotPromoted(Exception):
    """The candidate may not take the champion's place; the message gives every reason."""


@dataclass(frozen=True, kw_only=True)
class Judge:
    """What a candidate is judged with: published patients, the script that scores them, and limits."""

    cases: Path
    scorer: Path
    limits: comparison.Limits = LIMITS
    least_parity_rows: int = LEAST_PARITY_ROWS


def judge(candidate: Path, models: Path, with_: Judge, say: Callable[[str], None]) -> None:
    """Compare the candidate, a folder named by its version, with the champion of `models`.

    Raises:
        NotPromoted: with every reason.
        BrokenChampion: models/CHAMPION cannot be read.
    """
    _refuse_what_cannot_be_judged(candidate, with_)
    held = _held_out(candidate)
    before = champions(models)[:1]
    fault = unusable(models / before[0]) if before else "no version was ever promoted"
    if fault:
        say(f"no champion to compare with ({fault}): compared with the prevalence and the textbook rule")
    champion = None if fault else models / before[0]
    reasons = [*_parity(candidate, with_), *_held_out_faults(candidate, champion, held, with_, say)]
    reasons += _case_faults(candidate, champion, with_, say)
    if reasons:
        raise NotPromoted(f"{candidate.name} is not promoted: " + "; ".join(reasons))


def _refuse_what_cannot_be_judged(candidate: Path, with_: Judge) -> None:
    faults = [
        f"{title} are not there ({path}); name the file with {name}=path"
        for title, name, path in (
            ("the published patients", "CASES", with_.cases),
            ("the script and its rules that score them", "SCORER", with_.scorer),
        )
        if not path.is_file()
    ]
    try:
        # The checks of the service itself: files, checksums, columns, golden cases.
        Classifier(candidate.parent, candidate.name)
    except ModelFault as fault:
        faults.append(f"the service would not start with it: {fault}")
    if not (candidate / release.HELD_OUT).is_file():
        faults.append(f"{candidate} has no {release.HELD_OUT}, so there is nothing to judge it on")
    if faults:
        raise NotPromoted(f"{candidate.name} is not promoted: " + "; ".join(faults))


def _held_out(candidate: Path) -> HeldOut:
    try:
        return from_bytes((candidate / release.HELD_OUT).read_bytes())
    except NotHeldOut as fault:
        raise NotPromoted(f"{candidate.name} is not promoted: {fault}") from fault


def _parity(candidate: Path, with_: Judge) -> list[str]:
    """What training found when it held the exported graph against scikit-learn; it cannot be found again here."""
    metrics = manifest(candidate)["metrics"]
    parity, rows = metrics.get("parity", np.inf), metrics.get("parity_rows", 0)
    if parity <= LARGEST_PARITY_DIFFERENCE and rows >= with_.least_parity_rows:
        return []
    return [
        f"parity with scikit-learn: {parity:.1e} over {rows} rows, {LARGEST_PARITY_DIFFERENCE:.0e} over at least "
        f"{with_.least_parity_rows} is asked"
    ]


def _held_out_faults(
    candidate: Path, champion: Path | None, held: HeldOut, with_: Judge, say: Callable[[str], None]
) -> list[str]:
    exams, limits = held.exams, with_.limits
    stated = infer((candidate / release.MODEL).read_bytes(), exams.rows)
    losses = root_losses(exams.involved, stated)
    say(f"{candidate.name} on {len(exams)} held-out examinations: log-loss {losses.mean():.4f}")
    if held.limit is not None:
        say(f"Bayes-optimal limit: log-loss {root_losses(exams.involved, held.limit).mean():.4f}")
    if champion is None:
        faults = comparison.against_baselines(exams, stated, textbook_called(exams.rows), limits)
    else:
        before = infer((champion / release.MODEL).read_bytes(), exams.rows)
        losses = root_losses(exams.involved, before)
        say(f"champion {champion.name} on the same: log-loss {losses.mean():.4f}")
        faults = comparison.against_champion(exams, stated, before, limits)
    sets = Classifier(candidate.parent, candidate.name).sets
    return [
        *faults,
        *comparison.miscalibrated(exams, stated, limits, np.random.default_rng(SEED)),
        *comparison.uncovered(exams, sets.sets(stated, exams.rows), sets.coverage, limits),
    ]


def _case_faults(candidate: Path, champion: Path | None, with_: Judge, say: Callable[[str], None]) -> list[str]:
    """The published patients through the service, under both policies: never worse than the textbook rule, and not
    worse than the champion beyond chance.
    """
    faults = []
    for policy in Policy:
        found = _counted(candidate, policy, None, with_)
        say(f"published patients, {policy}: {_told(found)}")
        rule = _counted(candidate, policy, textbook_involvement, with_)
        worse = comparison.unsafe(found, rule, "textbook rule")
        if champion is not None:
            before = _counted(champion, policy, None, with_)
            say(f"champion {champion.name} on them: {_told(before)}")
            worse += comparison.unsafe(found, before, f"champion {champion.name}", with_.limits.chance)
        faults += [f"{fault} ({policy})" for fault in worse]
    return faults


def _told(counts: Counts) -> str:
    return "; ".join(f"{name} {hits} of {total}" for name, (hits, total) in counts.items())


def _counted(folder: Path, policy: Policy, classify: Classify | None, with_: Judge) -> Counts:
    settings = Settings(model_dir=folder.parent, model_version=folder.name, red_flag_policy=policy)
    return score(settings, classify, with_.scorer, with_.cases, verbose=False)


def obtain(version: str | None, source: Path | None, store: Store, into: Path) -> Path:
    """The folder of the candidate: `source` itself, or fetched from the registry; `version` None is the challenger.

    Raises:
        NotPromoted: `source` is no candidate, or of another version.
        NotRegistered, Altered, StoreFailed: the registry does not have it, not as it was, or does not answer.
    """
    if source is None:
        client = connect(store)
        return registry.fetch(client, registry.challenger(client, version), into)
    if not (source / release.MANIFEST).is_file():
        raise NotPromoted(f"{source} is no candidate: it has no {release.MANIFEST}")
    stated = manifest(source)["version"]
    if stated != source.resolve().name or version not in {None, stated}:
        raise NotPromoted(f"{source} holds version {stated}; asked for {version or source.resolve().name}")
    return source.resolve()


def main() -> int:
    """Judge and promote; 2 if it is refused, with the reasons on standard error and nothing written."""
    parser = argparse.ArgumentParser(prog="python -m bench.promote", description=__doc__.splitlines()[0])
    parser.add_argument("--version", metavar="X.Y.Z", help="which registered model; without it, the challenger")
    parser.add_argument("--from", type=Path, dest="source", metavar="DIR", help="folder of a candidate, not registered")
    parser.add_argument("--cases", type=Path, default=CASES, metavar="FILE", help="published patients")
    parser.add_argument("--scorer", type=Path, default=SCORER, metavar="FILE", help="script that scores them")
    parser.add_argument("--models", type=Path, default=ROOT / "models", metavar="DIR", help="released models")
    parser.add_argument("--overwrite", action="store_true", help="replace a version that was never shipped")
    asked = parser.parse_args()
    store = Store.named(os.environ)
    try:
        with tempfile.TemporaryDirectory() as folder:
            candidate = obtain(asked.version, asked.source, store, Path(folder))
            release.refuse_if_released(asked.models / candidate.name, asked.overwrite)
            judge(candidate, asked.models, Judge(cases=asked.cases, scorer=asked.scorer), print)
            moved = promote(candidate, asked.models, store, datetime.now(UTC), overwrite=asked.overwrite)
    except StoreFailed as fault:
        sys.stderr.write(f"MLflow failed: {fault}\n")
        sys.stderr.write("a candidate is promoted from its folder too: make promote FROM=candidates/x.y.z\n")
        return REFUSED
    except (
        NotPromoted,
        BrokenChampion,
        registry.NotRegistered,
        registry.Altered,
        release.AlreadyReleased,
        release.NotWritten,
    ) as refused:
        sys.stderr.write(f"{refused}\n")
        return REFUSED
    _tell(moved)
    return 0


def _tell(moved: Moved) -> None:
    print(f"champion is {moved.version}" + (f", after {moved.before}" if moved.before else "") + f"; {moved.registry}")
    print(f"restart the service to load it; commit models/{moved.version}/ and models/CHAMPION")


if __name__ == "__main__":
    sys.exit(main())
