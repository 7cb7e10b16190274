"""The answers of a file, put together from their parts: Parquet or JSON lines, and the refused rows beside them."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import IO, Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from batch.deciding import Terms
from batch.errors import Unusable
from batch.manifest import Manifest, Tally
from batch.output import COLUMNS
from batch.parts import Parts, replacing
from batch.resizing import resized
from batch.rowwise import Refused
from batch.source import PARQUET, SUFFIXES, Source

ROW_GROUP: Final = 65_536
REFUSED_SUFFIX, SUMMARY_SUFFIX = ".refused.jsonl", ".summary.json"
URGENCY: Final = "urgency"


def placed(out: Path, given: Path, sources: Iterable[Source]) -> tuple[Path, ...]:
    """Where the answers of each file go: `out` itself, or for a folder a file of the same name in the folder `out`.

    Raises:
        Unusable: `out` is no place for them.
    """
    if out.resolve() == given.resolve() or out.resolve() in given.resolve().parents:
        raise Unusable(f"OUT={out} would take the place of what is read. Name another one.")
    if given.is_dir():
        if given.resolve() in out.resolve().parents:
            raise Unusable(f"OUT={out} lies in the folder that is read. Name another one.")
        if out.suffix in SUFFIXES or (out.exists() and not out.is_dir()):
            raise Unusable(f"The answers to a folder go into a folder, and {out} is none.")
        return tuple(out / source.path.name for source in sources)
    if out.suffix not in SUFFIXES:
        raise Unusable(f"OUT={out}: end the name in .parquet or .jsonl.")
    if out.is_dir() or not out.absolute().parent.is_dir():
        raise Unusable(
            f"OUT={out} cannot be written: {'it is' if out.is_dir() else 'its folder is not there, or no'} a folder."
        )
    return (out,)


def described(manifest: Manifest) -> dict[str, Any]:
    """What the answers are from, and under what they were decided: for the schema of Parquet, and for the summary."""
    terms: Terms = manifest.terms
    made = terms.provenance
    return {
        "model_version": made.model_version,
        "model_sha256": made.model_sha256,
        "feature_schema": made.feature_schema,
        "ruleset_version": made.ruleset_version,
        "software_version": made.software_version,
        "red_flag_policy": terms.policy.value,
        "decided": terms.scope.value,
        "at": terms.at.isoformat(),
    }


def join(parts: Parts, source: Source, out: Path, manifest: Manifest) -> Tally:
    """Put the answers to a file in their place, those it refused beside them, and say what came of it."""
    found: Counter[str] = Counter()
    refused: list[Refused] = []
    answered = 0

    def answers() -> Iterable[pa.RecordBatch]:
        nonlocal answered
        for part in parts.of(source.file):
            refused.extend(part.refused)
            answered += part.answers.num_rows
            if URGENCY in part.answers.schema.names:
                found.update(part.answers.column(URGENCY).to_pylist())
            yield part.answers

    schema = COLUMNS[manifest.terms.scope]
    write = _parquet if out.suffix == PARQUET else _json_lines
    out.parent.mkdir(exist_ok=True)
    beside = out.with_suffix(REFUSED_SUFFIX)
    with replacing(out) as file:
        write(file, schema, answers(), {f"nerveroot.{name}": str(value) for name, value in described(manifest).items()})
        # Before the answers are in their place: where they are, nothing is missing.
        if refused:
            with replacing(beside) as to:
                to.writelines(_line({"file": source.path.name, **_told(each)}) for each in refused)
        else:
            beside.unlink(missing_ok=True)
    return Tally(rows=source.rows, answered=answered, refused=len(refused), by_urgency=dict(sorted(found.items())))


Write = Callable[[IO[bytes], pa.Schema, Iterable[pa.RecordBatch], Mapping[str, str]], None]


def _parquet(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch], made: Mapping[str, str]) -> None:
    with pq.ParquetWriter(file, schema.with_metadata(dict(made)), compression="zstd") as writer:
        for batch in resized(batches, ROW_GROUP):
            writer.write_batch(batch)


def _json_lines(file: IO[bytes], schema: pa.Schema, batches: Iterable[pa.RecordBatch], made: Mapping[str, str]) -> None:
    for batch in batches:
        file.writelines(map(_line, batch.to_pylist()))


def _line(row: Mapping[str, Any]) -> bytes:
    return json.dumps(row, ensure_ascii=False).encode() + b"\n"


def _told(refused: Refused) -> dict[str, Any]:
    faults = [{"pointer": each.pointer, "detail": each.detail} for each in refused.errors]
    return {"row": refused.row, "errors": faults}
