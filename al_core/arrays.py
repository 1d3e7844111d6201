"""Arrays as tables: a row a text, and in each row all of its numbers."""

import json

import numpy as np
import pyarrow as pa


def to_table(array: np.ndarray) -> pa.Table:
    """Return an array (n, ...) as a table of one column.

    >>> from_table(to_table(np.arange(12.0).reshape(2, 3, 2)))[1].tolist()
    [[6.0, 7.0], [8.0, 9.0], [10.0, 11.0]]
    """
    width = int(np.prod(array.shape[1:]))
    values = pa.FixedSizeListArray.from_arrays(pa.array(array.ravel()), width)
    return pa.table({"values": values}).replace_schema_metadata({"shape": json.dumps(array.shape[1:])})


def from_table(table: pa.Table) -> np.ndarray:
    """Return the array that `to_table` wrote."""
    values = np.asarray(table["values"].combine_chunks().flatten())
    return values.reshape(len(table), *json.loads(table.schema.metadata[b"shape"]))
