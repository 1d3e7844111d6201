"""Hugging Face datasets: what `save_to_disk` writes, and Parquet files, a shard or several a split.

Classes have numbers in the columns, and names beside them (`ClassLabel`, also in lists); the names are the labels. -1
or nothing says that a text is not labelled; an empty list, that it has none of the classes. The files are read without
`datasets`.

References: huggingface/datasets, src/datasets/arrow_dataset.py (save_to_disk), features/features.py (5.2.0);
https://huggingface.co/docs/hub/datasets-data-files-configuration
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from al_core.corpus import as_text
from al_core.datasets.tools.answers import Answer, Answers
from al_core.datasets.tools.arrow import read_stream
from al_core.datasets.tools.cells import seen
from al_core.errors import DataError, nearest
from al_core.foreign import reading
from al_core.limits import DATA, SMALL, check_size, read_parquet, read_within

_SHARD = re.compile(r"(?P<split>[\w.]+?)-(?P<number>\d{5})-of-(?P<of>\d{5})(?:-[0-9a-f]{16})?\.parquet")
_ADVICE = "write it again with `save_to_disk` or `to_parquet`"


def looks_like(path: Path) -> bool:
    """Return whether a folder can only be one that `datasets` wrote: of `save_to_disk`, or of Parquet shards."""
    if not path.is_dir():
        return False
    state = any((path / name).is_file() for name in ("dataset_dict.json", "state.json"))
    return state or bool(_parquet_files(path))


def splits(path: Path) -> dict[str, list[Path]]:
    """Return the files of each split of a folder, in their order; of one file, that file as `train`.

    Raises:     DataError for a shard that is missing, and a folder that holds neither kind of file
    """
    if path.is_file():
        return {"train": [path]}
    with reading(repr(str(path)), _ADVICE):
        if (path / "dataset_dict.json").is_file():
            names = _strings(_json(path / "dataset_dict.json").get("splits"), "dataset_dict.json: `splits`")
            return {name: _arrow_files(path / _inside(name, path)) for name in names}
        if (path / "state.json").is_file():
            split = _json(path / "state.json").get("_split")
            return {split if isinstance(split, str) else "train": _arrow_files(path)}
        return _shards(path)


def read(path: Path, split: str | None = None, text: str | None = None, label: str | None = None) -> Answers:
    """Read a split of a folder, or one Parquet file.

    Parameters: split : its name; else `train`, or the only one
                text : the column of the text; else `text`, or the only one of strings
                label : the column of the labels; else `label`, or the only one of classes with names
    Raises:     DataError for a split or column that is not there or not clear, naming all; and for a number without a
                name, with its row
    """
    files = _split(splits(path), split)
    with reading(repr(str(path)), _ADVICE):
        table = _table(files)
        names = class_names(table.schema)
        own = _label_column(table, names, label)
        field = _text_column(table, own, text)
        texts = {name: table[name].to_pylist() for name in table.column_names if _is_plain(table[name].type)}
        texts["text"] = table[field].to_pylist()
        said = table[own].to_pylist()
    answers = [Answer(row, each) for row, each in enumerate(_labels(said, names.get(own), own)) if each is not None]
    kept = {name: cells for name, cells in texts.items() if name != own or own == "text"}
    return Answers.of([dict(zip(kept, row, strict=True)) for row in zip(*kept.values(), strict=True)], answers)


def class_names(schema: pa.Schema) -> dict[str, list[str]]:
    """Return the names of the classes of each column that holds their numbers, or lists of them.

    >>> features = {"label": {"names": ["ham", "spam"], "_type": "ClassLabel"}, "text": {"dtype": "string"}}
    >>> about = json.dumps({"info": {"features": features}})
    >>> class_names(pa.schema([("label", pa.int64())], metadata={"huggingface": about}))
    {'label': ['ham', 'spam']}
    """
    about = _object(json.loads((schema.metadata or {}).get(b"huggingface", b"{}")), "the metadata `huggingface`")
    info = _object(about.get("info") or {}, "its `info`")
    features = _object(info.get("features") or {}, "its `features`")
    return {name: names for name, feature in features.items() if (names := _names(feature, name)) is not None}


def _names(feature: object, column: str, depth: int = 0) -> list[str] | None:
    inner = feature[0] if isinstance(feature, list) and len(feature) == 1 else feature
    if not isinstance(inner, Mapping):
        return None
    if inner.get("_type") == "ClassLabel":
        return _strings(inner.get("names"), f"the names of the classes in {column!r}")
    return _names(inner.get("feature"), column, 1) if depth == 0 and "feature" in inner else None


def _parquet_files(path: Path) -> list[Path]:
    """Return the Parquet files of a folder, or those in its folder `data`, as on the hub."""
    return sorted(path.glob("*.parquet")) or sorted(path.glob("data/*.parquet"))


def _shards(path: Path) -> dict[str, list[Path]]:
    """Return the Parquet files of each split; a file that is none of several shards is a split by its name."""
    found: dict[str, list[Path]] = {}
    for file in _parquet_files(path):
        match = _SHARD.fullmatch(file.name)
        found.setdefault(match["split"] if match else file.stem, []).append(file)
    for split, files in found.items():
        _check_whole(split, files)
    if not found:
        raise DataError(f"{str(path)!r} holds no files that `datasets` writes: neither state.json nor Parquet shards")
    return found


def _check_whole(split: str, files: list[Path]) -> None:
    matches = [match for file in files if (match := _SHARD.fullmatch(file.name))]
    of = {int(match["of"]) for match in matches}
    missing = sorted(set(range(max(of, default=0))) - {int(match["number"]) for match in matches})
    if len(of) > 1 or missing or (matches and len(matches) != max(of)):
        lacking = f"shard {missing[0]:05d} is missing" if missing else "they are of several exports"
        raise DataError(
            f"the split {split!r} is not whole: of {len(files)} files, {lacking}; put all of one export there"
        )


def _arrow_files(folder: Path) -> list[Path]:
    """Return the files that `save_to_disk` names.

    Raises:     DataError for a file that is not there, and for a selection of rows beside them
    """
    state = _json(folder / "state.json")
    if state.get("_indices_data_files"):
        raise DataError(f"{str(folder)!r} is a selection of rows of an old version; write it again with `save_to_disk`")
    files = state.get("_data_files")
    named = [one.get("filename") if isinstance(one, Mapping) else None for one in files or []] if files else []
    paths = [folder / _inside(name, folder) for name in _strings(named, "state.json: `_data_files`")]
    missing = next((file for file in paths if not file.is_file()), None)
    if missing is not None:
        raise DataError(f"{str(missing)!r} is missing, which state.json names; put all files of the folder there")
    return paths


def _inside(name: str, folder: Path) -> str:
    """Return a name of a file or folder in another.

    Raises:     DataError for one that leads elsewhere
    """
    if Path(name).name != name or name in ("", ".", ".."):
        raise DataError(f"{str(folder)!r} names {name!r}, which is no name of a file in it; write it again")
    return name


def _json(path: Path) -> dict[str, Any]:
    return _object(json.loads(read_within(path, SMALL)), path.name)


def _object(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise DataError(f"{what} is {seen(value)}, and not an object; write the dataset again")
    return value


def _strings(values: object, what: str) -> list[str]:
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DataError(f"{what} is {seen(values)}, and not a list of names; write the dataset again")
    return values


def _split(there: dict[str, list[Path]], split: str | None) -> list[Path]:
    name = split or ("train" if "train" in there else next(iter(there)) if len(there) == 1 else None)
    if name is None:
        raise DataError(f"which split is meant? There are: {', '.join(there)}")
    if name not in there:
        raise DataError(f"no split {name!r}{nearest(name, there)} There are: {', '.join(there)}")
    return there[name]


def _table(files: list[Path]) -> pa.Table:
    """Return the rows of all files.

    Raises:     DataError if they come to more than the limit, or their columns differ
    """
    check_size(repr(str(files[0].parent)) if files else "the split", sum(file.stat().st_size for file in files), DATA)
    tables: list[pa.Table] = []
    for file in files:
        tables.append(_of_file(file))
        check_size(repr(str(file.parent)), sum(table.nbytes for table in tables), DATA)
        if tables[-1].schema != tables[0].schema:
            raise DataError(f"{str(file)!r} has other columns than {files[0].name!r}; put files of one export there")
    if not tables:
        raise DataError("the split has no files; there is nothing to read")
    return pa.concat_tables(tables)


def _of_file(file: Path) -> pa.Table:
    if file.suffix != ".parquet":
        return _with_names(read_stream(file), file.parent / "dataset_info.json")
    with file.open("rb") as opened:
        return read_parquet(repr(str(file)), opened)


def _with_names(table: pa.Table, info: Path) -> pa.Table:
    """Return a table that says what its classes are called, as dataset_info.json does where it does not itself."""
    if b"huggingface" in (table.schema.metadata or {}) or not info.is_file():
        return table
    return table.replace_schema_metadata({"huggingface": json.dumps({"info": _json(info)})})


def _label_column(table: pa.Table, names: Mapping[str, list[str]], label: str | None) -> str:
    there = table.column_names
    if label is not None or "label" in there:
        return _there(label or "label", there, "label")
    if len(names) == 1:
        return _there(next(iter(names)), there, "label")
    raise DataError(f"which column is the label? There are: {', '.join(there)}; name it with `data.label_column`")


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
