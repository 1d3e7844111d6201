"""The footer of a Parquet file: how large its columns say they are.

pyarrow has these numbers too, but a forged footer ends the process when it is asked for them (`RowGroupMetaData.column`
of pyarrow 26: an exception of C++ that nothing catches); so they are taken from the bytes.

References: Apache Parquet, parquet.thrift; Apache Thrift, the compact protocol
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any

_ROW_GROUPS, _COLUMNS, _ABOUT, _VALUES, _SIZE = 4, 1, 3, 5, 6
"""The numbers of fields in parquet.thrift: of FileMetaData, RowGroup, ColumnChunk, and two of ColumnMetaData."""


@dataclass(frozen=True)
class Chunk:
    """A part of a column: its values, and the bytes that they take, each distinct string counted once."""

    values: int
    size: int


def chunks(file: IO[bytes]) -> Iterator[list[Chunk]]:
    """Yield for each group of rows what each column says of itself.

    Raises:     ValueError for a footer that is none
    """
    file.seek(-8, 2)
    length, magic = int.from_bytes(file.read(4), "little"), file.read(4)
    end = file.tell()
    if magic != b"PAR1" or length > end - 12:
        raise ValueError("it has no footer of Parquet")
    file.seek(end - 8 - length)
    try:
        about = _Compact(file.read(length)).struct()
        groups = [[column[_ABOUT] for column in group[_COLUMNS]] for group in about[_ROW_GROUPS]]
        yield from ([Chunk(one[_VALUES], one[_SIZE]) for one in group] for group in groups)
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError("its footer is damaged") from error


class _Compact:
    """Bytes in Thrift's compact protocol; a struct is read as its fields by their numbers."""

    def __init__(self, content: bytes) -> None:
        self.content, self.at = content, 0

    def struct(self, depth: int = 0) -> dict[int, Any]:
        """Read fields up to the end of a struct."""
        if depth > 16:
            raise ValueError("its footer is nested too deeply")
        fields: dict[int, Any] = {}
        number = 0
        while (head := self._byte()) != 0:
            number = number + (head >> 4) if head >> 4 else self._zigzag()
            fields[number] = self._value(head & 15, depth)
        return fields

    def _value(self, kind: int, depth: int) -> Any:
        if kind in (1, 2):
            return kind == 1
        if kind == 3:
            return self._byte()
        if kind in (4, 5, 6):
            return self._zigzag()
        if kind == 7:
            return self._take(8)
        if kind == 8:
            return self._take(self._varint())
        if kind in (9, 10):
            return self._list(depth)
        if kind == 12:
            return self.struct(depth + 1)
        raise ValueError(f"its footer has a field of the unknown kind {kind}")

    def _list(self, depth: int) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 != 15 else self._varint()
        if count > len(self.content):
            raise ValueError("its footer is damaged")
        kind = head & 15
        return [self._byte() == 1 if kind in (1, 2) else self._value(kind, depth + 1) for _ in range(count)]

    def _zigzag(self) -> int:
        number = self._varint()
        return (number >> 1) ^ -(number & 1)

    def _varint(self) -> int:
        number = shift = 0
        while True:
            byte = self._byte()
            number |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                return number
            if shift > 70:
                raise ValueError("its footer is damaged")

    def _byte(self) -> int:
        self.at += 1
        return self.content[self.at - 1]

    def _take(self, length: int) -> bytes:
        taken = self.content[self.at : self.at + length]
        self.at += length
        return taken
