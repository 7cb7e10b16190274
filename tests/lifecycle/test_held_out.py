"""The exams that a candidate is judged on survive their file unchanged."""

import io
from dataclasses import replace

import numpy as np
import pyarrow.parquet as pq
import pytest

from training import held_out
from training.held_out import HeldOut, NotHeldOut, from_bytes, to_bytes


def test_what_was_written_is_read(held: HeldOut) -> None:
    found = from_bytes(to_bytes(held))
    assert np.array_equal(found.exams.rows, held.exams.rows, equal_nan=True)
    assert found.exams.rows.dtype == np.float32
    assert np.array_equal(found.exams.involved, held.exams.involved)
    assert np.array_equal(found.exams.weights, held.exams.weights)
    assert found.exams.completeness.tolist() == held.exams.completeness.tolist()
    assert found.exams.setting.tolist() == held.exams.setting.tolist()
    assert held.limit is not None
    assert found.limit is not None
    assert np.array_equal(found.limit, held.limit)


def test_keys_of_patients_become_numbers_that_keep_them_apart(held: HeldOut) -> None:
    content, keys = to_bytes(held), held.exams.patients
    found = from_bytes(content).exams.patients
    assert not {str(key) for key in keys} & {str(key) for key in found}
    assert len(np.unique(found)) == len(np.unique(keys))
    for number in np.unique(found)[:50]:
        assert len(np.unique(keys[found == number])) == 1


def test_a_site_has_no_limit(held: HeldOut) -> None:
    assert from_bytes(to_bytes(replace(held, limit=None))).limit is None


def test_any_tool_can_read_it(held: HeldOut) -> None:
    table = pq.read_table(io.BytesIO(to_bytes(held)))
    assert (
        table["great_toe_extension.weak"].null_count
        == np.isnan(held.exams.rows).sum(axis=0)[table.column_names.index("great_toe_extension.weak")]
    )
    assert {"age_years", "involved.L5", "patient", "completeness", "setting", "limit.none"} <= {*table.column_names}


def test_another_encoding_is_refused(held: HeldOut, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as then:
        then.setattr(held_out, "schema_digest", lambda: "an older one")
        written = to_bytes(held)
    with pytest.raises(NotHeldOut, match="feature schema an older one"):
        from_bytes(written)


@pytest.mark.parametrize("content", [b"", b"rubbish", b"PAR1"])
def test_what_is_no_such_file_is_refused(content: bytes) -> None:
    with pytest.raises(NotHeldOut, match="cannot be read"):
        from_bytes(content)
