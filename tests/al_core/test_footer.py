"""A footer of Parquet says what pyarrow says of it, and a forged one ends in an error, not with the process."""

from contextlib import suppress
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.footer import Chunk, chunks

KINDS = [
    (pa.string(), "ab"), (pa.int64(), 7), (pa.list_(pa.string()), ["a", "b"]), (pa.binary(20), b"x" * 20),
    (pa.struct([("a", pa.bool_()), ("b", pa.list_(pa.float64()))]), {"a": True, "b": [0.5]}), (pa.bool_(), None),
]  # fmt: skip


def written(kinds: list[int], rows: int, at_once: int) -> bytes:
    columns = {f"c{number}": pa.array([KINDS[kind][1]] * rows, KINDS[kind][0]) for number, kind in enumerate(kinds)}
    pq.write_table(pa.table(columns), file := BytesIO(), row_group_size=at_once)
    return file.getvalue()


tables = st.builds(written, st.lists(st.integers(0, len(KINDS) - 1), min_size=1), st.integers(0, 9), st.integers(1, 4))


@given(tables)
def test_it_says_what_pyarrow_says(content: bytes) -> None:
    about = pq.read_metadata(BytesIO(content))
    groups = [about.row_group(number) for number in range(about.num_row_groups)]
    said = [
        [Chunk(one.num_values, one.total_uncompressed_size) for one in map(group.column, range(group.num_columns))]
        for group in groups
    ]
    assert list(chunks(BytesIO(content))) == said


@given(tables, st.data())
def test_a_forged_one_is_refused_or_read(content: bytes, data: st.DataObject) -> None:
    forged = bytearray(content)
    for _ in range(data.draw(st.integers(1, 4))):
        forged[data.draw(st.integers(0, len(forged) - 1))] = data.draw(st.integers(0, 255))
    with suppress(ValueError):
        list(chunks(BytesIO(bytes(forged[data.draw(st.integers(0, len(forged) - 12)) :]))))


@pytest.mark.parametrize("content", [b"PAR1" * 3, b"\xff" * 4 + b"PAR1" * 4, b"\x1c" * 40 + b"\x28\0\0\0PAR1"])
def test_what_is_no_footer_is_said(content: bytes) -> None:
    with pytest.raises(ValueError, match="footer"):
        list(chunks(BytesIO(content)))
