"""Hugging Face datasets: what `save_to_disk` writes, and Parquet files, a shard or several a split.

Classes have numbers in the columns, and names beside them (`ClassLabel`, also in lists); the names are the labels. -1
or nothing says that a text is not labelled; an empty list, that it has none of the classes. The files are read without
`datasets`.

References: huggingface/datasets, src/datasets/arrow_dataset.py (save_to_disk), features/features.py (5.2.0);
https://huggingface.co/docs/hub/datasets-data-files-configuration
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from al_core.corpus import as_text
from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.cells import seen
from al_core.datasets.tools.huggingface_files import (
    ADVICE,
    chosen_split,
    object_of,
    parquet_files,
    splits,
    strings_of,
    table_of,
)
from al_core.errors import DataError, nearest
from al_core.foreign import reading


def looks_like(path: Path) -> bool:
    """Return whether a folder can only be one that `datasets` wrote: of `save_to_disk`, or of Parquet shards."""
    if not path.is_dir():
        return False
    state = any((path / name).is_file() for name in ("dataset_dict.json", "state.json"))
    return state or bool(parquet_files(path))


def read(path: Path, split: str | None = None, text: str | None = None, label: str | None = None) -> Answers:
    """Read a split of a folder, or one Parquet file.

    Parameters: split : its name; else `train`, or the only one
                text : the column of the text; else `text`, or the only one of strings
                label : the column of the labels; else `label`, or the only one of classes with names
    Raises:     DataError for a split or column that is not there or not clear, naming all; and for a number without a
                name, with its row
    """
    files = chosen_split(splits(path), split)
    with reading(repr(str(path)), ADVICE):
        table = table_of(files)
        names = class_names(table.schema)
        own = _label_column(table, names, label)
        field = _text_column(table, own, text)
        plain = [name for name in table.column_names if _is_plain(table[name].type) and name != own]
        texts = {name: table[name].to_pylist() for name in plain} | {"text": table[field].to_pylist()}
        said = table[own].to_pylist()
    answers = [Answer(row, each) for row, each in enumerate(_labels(said, names.get(own), own)) if each is not None]
    return Answers.of([dict(zip(texts, row, strict=True)) for row in zip(*texts.values(), strict=True)], answers)


def class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Return the names of the classes of each column that holds their numbers, or lists of them.

    >>> features = {"label": {"names": ["ham", "spam"], "_type": "ClassLabel"}, "text": {"dtype": "string"}}
    >>> about = json.dumps({"info": {"features": features}})
    >>> class_names(pa.schema([("label", pa.int64())], metadata={"huggingface": about}))
    {'label': ['ham', 'spam']}
    """
    about = object_of(json.loads((schema.metadata or {}).get(b"huggingface", b"{}")), "the metadata `huggingface`")
    info = object_of(about.get("info") or {}, "its `info`")
    features = object_of(info.get("features") or {}, "its `features`")
    return {name: names for name, feature in features.items() if (names := _names(feature, name)) is not None}


def _names(feature: object, column: str, depth: int = 0) -> list[str] | None:
    inner = feature[0] if isinstance(feature, list) and len(feature) == 1 else feature
    if not isinstance(inner, Mapping):
        return None
    if inner.get("_type") == "ClassLabel":
        return strings_of(inner.get("names"), f"the names of the classes in {column!r}")
    return _names(inner.get("feature"), column, 1) if depth == 0 and "feature" in inner else None


def _label_column(table: pa.Table, names: Mapping[str, list[str]], label: str | None) -> str:
    """Return the column of the labels.

    Raises:     DataError if it is not clear, or holds neither names and numbers nor lists of them
    """
    there = table.column_names
    if label is None and "label" not in there and len(names) != 1:
        raise DataError(f"which column is the label? There are: {', '.join(there)}; name it with `data.label_column`")
    name = _there(label or ("label" if "label" in there else next(iter(names))), there, "label")
    kind = table[name].type
    listed = pa.types.is_list(kind) or pa.types.is_large_list(kind)
    if not _is_plain(kind.value_type if listed else kind):
        raise DataError(f"the column {name!r} holds {kind}, and no classes; name another with `data.label_column`")
    return name


def _text_column(table: pa.Table, label: str, text: str | None) -> str:
    """Return the column of the text.

    Raises:     DataError if it is not clear, or no column of strings
    """
    there = table.column_names
    strings = [name for name in there if _is_string(table[name].type) and name != label]
    if text is None and "text" not in there and len(strings) != 1:
        raise DataError(f"which column is the text? There are: {', '.join(there)}; name it with `data.text_column`")
    name = _there(text or ("text" if "text" in there else strings[0]), there, "text")
    if not _is_string(table[name].type):
        raise DataError(f"the column {name!r} holds {table[name].type}, and no text; name it with `data.text_column`")
    return name


def _there(name: str, there: list[str], role: str) -> str:
    if there.count(name) != 1:
        raise DataError(f"no column {name!r} for the {role}{nearest(name, there)} There are: {', '.join(there)}. "
                        f"Name it with `data.{role}_column`")  # fmt: skip
    return name


def _is_string(kind: pa.DataType) -> bool:
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_plain(kind: pa.DataType) -> bool:
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
    return bool(_is_string(kind) or number or pa.types.is_temporal(kind))


def _labels(cells: list[Any], names: list[str] | None, column: str) -> Iterator[tuple[str, ...] | None]:
    """Yield the classes that each cell stands for, None for a text that is not labelled."""
    for row, cell in enumerate(cells, 1):
        where = f"row {row}: {column!r}"
        if isinstance(cell, list):
            yield tuple(dict.fromkeys(name for one in cell if (name := _label(one, names, where)) is not None))
        else:
            name = _label(cell, names, where)
            yield None if name is None else (name,)


def _label(cell: Any, names: list[str] | None, where: str) -> str | None:
    """Return a class's name.

    Raises:     DataError for a number without a name, and what is neither a number nor a name
    """
    if cell is None or cell != cell or cell == "":
        return None
    if names is None:
        if not isinstance(cell, str | int | float | bool):
            raise DataError(
                f"{where} holds {seen(cell)} where a class should be; name another with `data.label_column`"
            )
        return as_text(cell)
    if not isinstance(cell, int) or not -1 <= cell < len(names):
        raise DataError(f"{where} holds {seen(cell)}, and there are {len(names)} classes; write the dataset again")
    return names[cell] if cell >= 0 else None
