"""Arrow streams, as `datasets` writes them: read so that what somebody sent cannot take more memory than it says."""

from pathlib import Path
from struct import unpack_from

import pyarrow as pa

from al_core.errors import DataError
from al_core.limits import DATA, check_size, read_within

_SCHEMA, _RECORDS = 1, 3


def read_stream(path: Path) -> pa.Table:
    """Return the table of a file.

    Raises:     DataError for compressed or dictionary-encoded batches, whose size is not known before they are read,
                and for more than the limit; ArrowInvalid for what is no stream
    """
    what, content = repr(str(path)), pa.py_buffer(read_within(path, DATA))
    for message in pa.ipc.MessageReader.open_stream(content):
        kind, compressed = _told(message.metadata.to_pybytes())
        if kind not in (_SCHEMA, _RECORDS) or compressed:
            raise DataError(
                f"{what} is compressed or dictionary-encoded, which `datasets` does not do; save it as Parquet"
            )
    table = pa.ipc.open_stream(content).read_all()
    check_size(what, max(table.nbytes, 8 * table.num_rows * table.num_columns), DATA)
    table.validate(full=True)
    return table


def _told(message: bytes) -> tuple[int, bool]:
    """Return a message's kind, and whether it is a compressed batch, which its flatbuffer says.

    References: apache/arrow, format/Message.fbs: Message(version, header_type, header, ...), RecordBatch(length, nodes,
    buffers, compression, ...)
    """
    root = unpack_from("<I", message, 0)[0]
    kind_at, header_at = _field(message, root, 1), _field(message, root, 2)
    kind = message[kind_at] if kind_at else 0
    if kind != _RECORDS or not header_at:
        return kind, False
    header = header_at + unpack_from("<I", message, header_at)[0]
    return kind, bool(_field(message, header, 3))


def _field(message: bytes, table: int, number: int) -> int:
    """Return where a field of a flatbuffer's table is; 0 if it is left out."""
    vtable = table - unpack_from("<i", message, table)[0]
    entry = 4 + 2 * number
    if vtable < 0 or entry + 2 > unpack_from("<H", message, vtable)[0]:
        return 0
    offset = unpack_from("<H", message, vtable + entry)[0]
    return table + offset if offset else 0
