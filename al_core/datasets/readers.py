"""Read a file or folder of texts, piece by piece: one reader a format. Nothing is cleaned or dropped."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from itertools import chain, islice
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from al_core.datasets.encoding import detect
from al_core.datasets.files import content_of, is_packed, opened
from al_core.datasets.layout import USUAL, How, Layout, layout_of, objects, saying
from al_core.datasets.tables import table
from al_core.datasets.tools import doccano, fasttext, huggingface, label_studio, prodigy
from al_core.datasets.tools.answers import MAJORITY, Answers, one_each, settled, told
from al_core.errors import DataError, nearest
from al_core.limits import DATA, check_archive, check_size, read_parquet, strings_of, written_out

AT_ONCE = 8192
"""Rows of a piece."""


def read(path: Path, how: How = USUAL) -> tuple[pd.DataFrame, Layout]:
    """Read one file or folder as it is.

    Returns:    a row a text; how it is laid out, and what may not be as it was meant
    Raises:     DataError for what is missing, empty or not readable as said
    """
    layout = layout_of(path, how)
    parts = list(pieces(layout))
    if not parts:
        raise DataError(f"{str(path)!r} is empty: it has no rows to read")
    return (parts[0] if len(parts) == 1 else pd.concat(parts, ignore_index=True)), layout


def pieces(layout: Layout, rows: int = AT_ONCE) -> Iterator[pd.DataFrame]:
    """Yield a file's rows as they are, at most so many at a time.

    Raises:     DataError
    """
    with saying(layout.path, layout.format):
        yield from READERS[layout.format](layout, rows)


def _jsonl(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read objects; values stay what they are, and a key that a row has not is empty."""
    several: Iterator[Any] = objects(layout)
    several = map(_whole_characters, several) if layout.how.to_label else several
    while batch := list(islice(several, rows)):
        _check_names(name for row in batch for name in row)
        yield pd.DataFrame(batch, dtype="object")  # else whole numbers beside a gap become floats, and are rounded


def _check_names(names: Iterable[str]) -> None:
    """Refuse names of columns that hold half a character.

    Raises:     ValueError
    """
    for name in dict.fromkeys(names):
        if name.encode(errors="replace").decode() != name:
            raise ValueError(f"the name {name!a} holds half a character; mend it where it comes from")


def _whole_characters(value: Any) -> Any:
    """Return a value with a question mark for half a character, which could not be written again."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode(errors="replace").decode()
    if isinstance(value, dict):
        return {_whole_characters(name): _whole_characters(one) for name, one in value.items()}
    return [_whole_characters(one) for one in value] if isinstance(value, list) else value


def _lines(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read "label text" lines."""
    for several in _numbered(layout, rows):
        pairs = [line.split(maxsplit=1) for _, line in several]
        yield pd.DataFrame([[p[0], p[1] if len(p) > 1 else None] for p in pairs], columns=["label", "text"])


def _texts(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read a text a line; blank lines count, so that the rows that come out are the lines that went in."""
    for several in _numbered(layout, rows, blank=True):
        yield pd.DataFrame({"text": [line for _, line in several]}, dtype="object")


def _numbered(layout: Layout, rows: int, blank: bool = False) -> Iterator[list[tuple[int, str]]]:
    """Yield lines with their numbers, so many at a time."""
    with layout.lines(layout.line_end()) as lines:
        stripped = ((number, line.rstrip("\r\n")) for number, line in enumerate(lines, 1))
        kept = ((number, line) for number, line in stripped if blank or line.strip())
        while several := list(islice(kept, rows)):
            yield several


def _folder(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read a folder of NAME.txt files, a text a line: NAME is the class, and dataset.txt holds unlabelled texts."""
    files = sorted(file for file in layout.path.iterdir() if file.suffix.lower() == ".txt")
    if not files:
        raise DataError(
            f"the folder {str(layout.path)!r} holds no .txt files; one is needed for each class, such as spam.txt"
        )
    for file in files:
        encoding = detect(content_of(file), layout.how.encoding, str(file))
        label = None if file.stem == "dataset" else file.stem
        for several in _numbered(replace(layout, path=file, encoding=encoding), rows):
            yield pd.DataFrame({"text": [line for _, line in several], "label": label}, dtype="object")


def _parquet(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read a Parquet file; its columns keep their types."""
    with opened(layout.path) as file:
        if is_packed(layout.path) or not layout.how.to_label:
            whole = read_parquet("the table", BytesIO(file.read()) if is_packed(layout.path) else file)
            yield from _frames(whole.to_batches(rows), whole.schema)
        else:
            about = pq.ParquetFile(file)
            batches = pq.ParquetFile(file, read_dictionary=strings_of(about)).iter_batches(rows)
            parts = (
                written_out("a piece of it", pa.Table.from_batches([one]), about.schema_arrow, DATA) for one in batches
            )
            yield from _frames(chain.from_iterable(part.to_batches() for part in parts), about.schema_arrow)


def _arrow(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read an Arrow or Feather file."""
    content = pa.BufferReader(content_of(layout.path))
    try:
        whole = pa.ipc.open_file(content).read_all()
    except pa.ArrowInvalid:
        content.seek(0)
        whole = pa.ipc.open_stream(content).read_all()
    whole.validate(full=True)
    yield from _frames(whole.to_batches(max_chunksize=rows), whole.schema)


def _frames(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pd.DataFrame]:
    """Yield tables whose columns keep their types; what pandas kept as an index with a name is a column."""
    twice = next((name for name in schema.names if schema.names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(f"it has the column {twice!r} more than once; rename one of them")
    unnamed = [name for name in schema.names if name.startswith("__index_level_")]
    classes, counted, start = huggingface.class_names(schema), _counted(schema), 0
    for batch in batches:
        part = pa.Table.from_batches([batch], schema).drop_columns(unnamed).replace_schema_metadata(None)
        frame = part.to_pandas(types_mapper=pd.ArrowDtype)
        named = {column: _named(frame[column], of) for column, of in classes.items() if column in frame}
        numbers = {name: index[start : start + len(frame)].to_numpy() for name, index in counted.items()}
        yield frame.assign(**named, **numbers)
        start += len(frame)


def _counted(schema: pa.Schema) -> dict[str, pd.RangeIndex]:
    """Return the index with a name that pandas keeps as where it starts and ends, instead of as a column."""
    about = json.loads((schema.metadata or {}).get(b"pandas", b"{}"))
    ranges = [one for one in about.get("index_columns", []) if isinstance(one, dict) and one.get("name")]
    return {one["name"]: pd.RangeIndex(one["start"], one["stop"], one["step"]) for one in ranges}


def _named(codes: pd.Series, names: list[str]) -> pd.Series:
    """Return the names that a data set of Hugging Face keeps beside a column of numbers; -1 is none."""

    def name(code: Any) -> Any:
        if isinstance(code, list):
            return [names[one] for one in code]
        return None if pd.isna(code) or code == -1 else names[code]

    return pd.Series([name(code) for code in codes.astype("object")], index=codes.index, dtype="object")


def _xlsx(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    """Read a sheet, all cells as strings."""
    content = content_of(layout.path)
    check_archive("the workbook", ZipFile(BytesIO(content)), DATA)
    _check_cells(content, layout.path)
    with pd.ExcelFile(BytesIO(content), engine="openpyxl") as book:
        sheets = list(map(str, book.sheet_names))
        sheet = layout.how.sheet or sheets[0]
        if sheet not in sheets:
            raise DataError(
                f"{str(layout.path)!r} has no sheet {sheet!r}{nearest(sheet, sheets)} There are: {', '.join(sheets)}"
            )
        if len(sheets) > 1 and not layout.how.sheet:
            layout.remarks.append(f"of its sheets {', '.join(sheets)}, the first; name another with `data.sheet`")
        strings: dict[str, Any] = {"dtype": str, "keep_default_na": False, "na_values": [""]}
        frame = pd.read_excel(book, sheet_name=sheet, header=0 if layout.how.header else None, **strings)
        frame = frame.rename(columns=str)
    layout.remarks.extend(_about_formulas(content, sheet, bool(frame.isna().to_numpy().any())))
    yield from (frame.iloc[start : start + rows] for start in range(0, len(frame), rows))


def _check_cells(content: bytes, path: Path) -> None:
    """Refuse a workbook that has few cells far apart, since all between them are made.

    Raises:     DataError
    """
    with ZipFile(BytesIO(content)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                places = _CELL.findall(archive.read(part))
                rows = max((int(row) for _, row in places), default=0)
                columns = max((_number(letters) for letters, _ in places), default=0)
                check_size(
                    f"a sheet of {str(path)!r}, of {rows:,} rows and {columns:,} columns,", 64 * rows * columns, DATA
                )


_CELL = re.compile(rb'<c [^>]*?r="([A-Z]{1,3})(\d{1,7})"')


def _number(letters: bytes) -> int:
    """Return the number of a column.

    >>> _number(b"A"), _number(b"XFD")
    (1, 16384)
    """
    number = 0
    for letter in letters:
        number = 26 * number + letter - 64
    return number


def _about_formulas(content: bytes, sheet: str, has_gaps: bool) -> list[str]:
    """Say which cells are empty because they hold formulas whose value was never kept."""
    with ZipFile(BytesIO(content)) as archive:
        parts = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not has_gaps or not any(b"<f" in archive.read(name) for name in parts):
            return []
    from openpyxl import load_workbook

    formulas, values = (load_workbook(BytesIO(content), data_only=only)[sheet] for only in (False, True))
    empty = [
        one.coordinate
        for of_formulas, of_values in zip(formulas.iter_rows(), values.iter_rows(), strict=True)
        for one, value in zip(of_formulas, of_values, strict=True)
        if one.data_type == "f" and value.value is None
    ]
    if not empty:
        return []
    return [
        f"{len(empty):,} cells hold formulas whose value is not in the file ({', '.join(empty[:3])}), and are taken as "
        "empty; if they are texts that begin with =, write them as text"
    ]


def _of_tool(answers: Answers, layout: Layout) -> Iterator[pd.DataFrame]:
    """Return the texts with the one label each that a rule makes of what people answered."""
    labels, counts = settled(answers, layout.how.annotator or MAJORITY)
    said = told(counts)
    layout.remarks.extend([said] if said else [])
    cells = [None if label is None else label[0] if one_each(labels) else list(label) for label in labels]
    names = {"text": layout.how.text or "text"}
    label = layout.how.label or "label"
    yield answers.texts.rename(columns=names).assign(**{label: pd.Series(cells, dtype="object")})


def _doccano(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    answers = doccano.read_table(_whole_table(layout)) if layout.dialect else doccano.read(list(objects(layout)))
    yield from _of_tool(answers, layout)


def _prodigy(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    yield from _of_tool(prodigy.read(list(objects(layout))), layout)


def _label_studio(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    text, label = layout.how.text, layout.how.label
    if layout.dialect:
        yield from _of_tool(label_studio.read_table(_whole_table(layout), text, label), layout)
    else:
        yield from _of_tool(label_studio.read(list(objects(layout)), text, label), layout)


def _fasttext(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    with layout.lines(layout.line_end()) as lines:
        answers = fasttext.read([(number, line) for number, line in enumerate(lines, 1) if line.strip()])
    yield from _of_tool(answers, layout)


def _huggingface(layout: Layout, rows: int) -> Iterator[pd.DataFrame]:
    yield from _of_tool(huggingface.read(layout.path, None, layout.how.text, layout.how.label), layout)


def _whole_table(layout: Layout) -> pd.DataFrame:
    return pd.concat(table(layout, AT_ONCE), ignore_index=True)


READERS: dict[str, Callable[[Layout, int], Iterator[pd.DataFrame]]] = {
    "csv": table,
    "tsv": table,
    "xlsx": _xlsx,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "arrow": _arrow,
    "lines": _lines,
    "texts": _texts,
    "folder": _folder,
    "doccano": _doccano,
    "prodigy": _prodigy,
    "label_studio": _label_studio,
    "fasttext": _fasttext,
    "huggingface": _huggingface,
}
"""How to read each format: `texts` is a text a line, `lines` is "label text"."""
