"""What came of a run, for people and as a file."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from batch.manifest import Manifest, Tally
from batch.parts import replacing
from batch.sink import REFUSED_SUFFIX, described

SUFFIX = ".summary.json"


@dataclass(frozen=True, kw_only=True)
class Summary:
    """What came of all rows, and of how many of them this time."""

    manifest: Manifest
    places: tuple[Path, ...]
    """Where the answers are, file by file."""
    tallies: tuple[Tally, ...]
    """What came of each file."""
    passed_over: tuple[str, ...]
    """Columns that are no examination's, and were not read."""
    rows_now: int
    """Rows that this time were decided; others were before the run was stopped."""
    seconds: float

    @property
    def tally(self) -> Tally:
        """All files together."""
        return sum(self.tallies, start=Tally())

    @property
    def sentences(self) -> tuple[str, ...]:
        """It in words."""
        total, made = self.tally, described(self.manifest)
        where = ", ".join(map(str, self.places[:3])) + (" …" if len(self.places) > 3 else "")
        refused = [str(_beside(each)) for each, of in zip(self.places, self.tallies, strict=True) if of.refused]
        urgencies = ", ".join(f"{name} {count:,}" for name, count in total.by_urgency.items())
        rate = f"{self.rows_now / self.seconds:,.0f} rows a second" if self.rows_now else "nothing was left to do"
        return (
            f"{total.rows:,} rows: {total.answered:,} answered, {total.refused:,} refused"
            + (f", {total.blank:,} blank lines" if total.blank else ""),
            *([f"urgency: {urgencies}"] if urgencies else []),
            f"{self.seconds:,.1f} s, {rate}",
            f"model {made['model_version']}, rules {made['ruleset_version']}, software {made['software_version']}, "
            f"policy {made['red_flag_policy']}",
            *(
                [f"not read, because they are no part of an examination: {', '.join(self.passed_over)}"]
                * bool(self.passed_over)
            ),
            f"answers: {where}",
            *([f"refused rows with their faults: {', '.join(refused[:3])}{' …' * (len(refused) > 3)}"] * bool(refused)),
        )


def summary_of(out: Path) -> Path:
    """Where the summary of a run into `out` is kept."""
    return out / f"run{SUFFIX}" if out.is_dir() else out.with_suffix(SUFFIX)


def keep(summary: Summary, out: Path) -> None:
    """Write it beside the answers, in a folder of answers with what came of each file."""
    files = [
        {"input": of.name, "answers": str(place.resolve()), **_counted(tally)}
        for of, place, tally in zip(summary.manifest.inputs, summary.places, summary.tallies, strict=True)
    ]
    told = {**described(summary.manifest), **_counted(summary.tally), "files": files}
    with replacing(summary_of(out)) as file:
        file.write(json.dumps(told, indent=2).encode() + b"\n")


def _counted(tally: Tally) -> dict[str, Any]:
    return {**asdict(tally), "blank": tally.blank}


def _beside(place: Path) -> Path:
    return place.with_suffix(REFUSED_SUFFIX)
