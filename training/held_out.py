"""The exams that a candidate was tested on, as a file beside it: whoever challenges it is judged on the same ones.

One Parquet table, readable with any tool: a column per feature of the encoding (float32, null for not assessed), then
`involved.L4` and so on, `patient`, `completeness`, `setting`, `weight`, and the Bayes-optimal probabilities `limit.L4`
to `limit.none` where there are any.
"""

import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as pq

from features.anatomy import ROOTS
from features.encoding import FEATURES, schema_digest
from training.dataset import Dataset
from training.estimator import COLUMNS

SCHEMA = b"nerveroot.feature_schema"
TEXTS = {"patient": "patients", "completeness": "completeness", "setting": "setting"}


class NotHeldOut(Exception):
    """The file does not hold the held-out exams of this software's encoding."""


@dataclass(frozen=True, kw_only=True)
class HeldOut:
    """The exams, and the probabilities (n, 4) that no model can beat, None where the truth is not a known model."""

    exams: Dataset
    limit: npt.NDArray[np.float64] | None


def to_bytes(held: HeldOut) -> bytes:
    """The Parquet file."""
    exams = held.exams
    columns: dict[str, pa.Array] = {
        feature.name: pa.array(exams.rows[:, at], from_pandas=True) for at, feature in enumerate(FEATURES)
    }
    columns |= {f"involved.{root}": pa.array(exams.involved[:, at]) for at, root in enumerate(ROOTS)}
    # The keys stay with the site: who belongs together is all that a comparison needs.
    _, numbers = np.unique(exams.patients, return_inverse=True)
    texts = {"patient": numbers.astype(np.str_), "completeness": exams.completeness, "setting": exams.setting}
    columns |= {name: pa.array(text.tolist(), pa.string()) for name, text in texts.items()}
    columns["weight"] = pa.array(exams.weights)
    if held.limit is not None:
        columns |= {f"limit.{name}": pa.array(held.limit[:, at]) for at, name in enumerate(COLUMNS)}
    table = pa.table(columns).replace_schema_metadata({SCHEMA: schema_digest().encode()})
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def from_bytes(content: bytes) -> HeldOut:
    """Read what `to_bytes` wrote.

    Raises:
        NotHeldOut: it is no such file, or was written with another encoding.
    """
    try:
        table = pq.read_table(pa.BufferReader(content))
    except pa.ArrowException as fault:
        raise NotHeldOut(f"the held-out exams cannot be read: {' '.join(str(fault).split())}") from fault
    written = (table.schema.metadata or {}).get(SCHEMA, b"none").decode()
    if written != schema_digest():
        raise NotHeldOut(
            f"the held-out exams were encoded with feature schema {written}, this software encodes {schema_digest()}"
        )

    def numbers(names: list[str]) -> npt.NDArray[np.float64]:
        return np.column_stack([np.asarray(table[name].to_numpy(), dtype=np.float64) for name in names])

    limits = [f"limit.{name}" for name in COLUMNS]
    texts = {field: np.array(table[name].to_pylist(), dtype=np.str_) for name, field in TEXTS.items()}
    exams = Dataset(
        rows=numbers([feature.name for feature in FEATURES]).astype(np.float32),
        involved=numbers([f"involved.{root}" for root in ROOTS]).astype(bool),
        weights=numbers(["weight"])[:, 0],
        patients=texts["patients"],
        completeness=texts["completeness"],
        setting=texts["setting"],
    )
    return HeldOut(exams=exams, limit=numbers(limits) if set(limits) <= set(table.column_names) else None)
