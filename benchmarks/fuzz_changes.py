"""How fuzz alters files that are right: bytes anywhere; and what is packed inside, then packed again, so that its sum
is right and whoever reads it gets as far as the change.
"""

import json
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from io import BytesIO
from math import inf, nan
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pyarrow as pa
import pyarrow.parquet as pq

TOKENS = [
    b"null", b"1e999", b"-1", b"[]", b"{}", b'"', b"'", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 3000, b"(" * 300,
    b'{"a":' * 3000, b"9" * 400, b"true", b"NaN", b",", b"\n", b"!!python/object:os.system", b"&a [*a]", b"- " * 500,
]  # fmt: skip
"""What is put in beside random bytes."""
VALUES = [
    None, True, 0, -1, 7, 10**30, 0.5, 1e308, inf, nan, "", "a", "..", "../../x", "\x1b[31m\u202e", "\ud83d", "=1+1",
    [], {}, [[]], ["a"], [None], {"a": 1}, "9" * 5000, "margin(" * 300,
]  # fmt: skip
"""What stands in the place of something in a JSON file, whatever that was."""
CELLS = [None, True, 0, -1, 10**15, 0.5, 1e308, inf, -inf, nan, "", "a", "\x1b[31m\u202e", b"\xff", [1], {"a": 1}]
"""What stands in all cells of a column."""


def altered(name: str, content: bytes, draw: random.Random) -> bytes:
    """Return a file's bytes, altered in a few places; mostly inside, if the file's suffix says how it is packed."""
    inside = INSIDE.get(Path(name).suffix)
    return inside(content, draw) if inside and draw.random() < 0.8 else scrambled(content, draw)


def scrambled(content: bytes, draw: random.Random) -> bytes:
    """Return bytes of which a few are others, gone, or more."""
    for _ in range(draw.randint(1, 6)):
        (change,) = draw.choices(list(CHANGES), list(CHANGES.values()))
        at = draw.randrange(len(content) + 1)
        content = change(content, at, min(len(content), at + draw.choice([1, 2, 8, 64, 1024])), draw)
    return content


def _flipped(content: bytes, at: int, _: int, draw: random.Random) -> bytes:
    return content[:at] + draw.randbytes(1) + content[at + 1 :]


def _cut_out(content: bytes, at: int, to: int, _: random.Random) -> bytes:
    return content[:at] + content[to:]


def _put_in(content: bytes, at: int, _: int, draw: random.Random) -> bytes:
    return content[:at] + draw.choice(TOKENS) + content[at:]


def _twice(content: bytes, at: int, to: int, _: random.Random) -> bytes:
    return content[:to] + content[at:]


def _replaced(content: bytes, at: int, to: int, draw: random.Random) -> bytes:
    return content[:at] + draw.choice(TOKENS) + content[to:]


def _cut_off(content: bytes, at: int, _: int, __: random.Random) -> bytes:
    return content[:at]


def _backwards(content: bytes, _: int, __: int, ___: random.Random) -> bytes:
    return content[::-1]


CHANGES: dict[Callable[[bytes, int, int, random.Random], bytes], int] = {
    _flipped: 20, _cut_out: 20, _put_in: 20, _twice: 20, _replaced: 20, _cut_off: 4, _backwards: 1,
}  # fmt: skip
"""Each with how often it comes."""


def _member(content: bytes, draw: random.Random) -> bytes:
    """Alter a file of an archive."""
    with ZipFile(BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    chosen = draw.choice(list(files))
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, inside in files.items():
            archive.writestr(name, altered(name, inside, draw) if name == chosen else inside)
    return made.getvalue()


def _values(content: bytes, draw: random.Random) -> bytes:
    """Put other values in the places of some in a JSON file."""
    whole = json.loads(content)
    for _ in range(draw.randint(1, 3)):
        holder, key = draw.choice(list(_places(whole)))
        holder[key] = deepcopy(draw.choice(VALUES))
    return json.dumps(whole).encode()


def _places(node: Any) -> Iterator[tuple[Any, Any]]:
    """Yield the lists and objects in a JSON value, each with the keys of what it holds."""
    keys = list(node) if isinstance(node, dict) else range(len(node)) if isinstance(node, list) else ()
    for key in keys:
        yield node, key
        yield from _places(node[key])


def _columns(content: bytes, draw: random.Random) -> bytes:
    """Fill columns of a Parquet file with something else; at times it has no rows, or more of them."""
    table = pq.read_table(BytesIO(content))
    for number in draw.sample(range(table.num_columns), draw.randint(1, min(3, table.num_columns))):
        table = table.set_column(number, table.column_names[number], pa.array([draw.choice(CELLS)] * len(table)))
    rows = draw.choice([table, table, table, table.slice(0, 0), table.slice(1), pa.concat_tables([table] * 3)])
    made = BytesIO()
    pq.write_table(rows, made)
    return made.getvalue()


INSIDE = {".xlsx": _member, ".skops": _member, ".json": _values, ".parquet": _columns}
"""How to alter what a file is packed of, by its suffix."""
