"""The files of a Hugging Face dataset: which there are of each split, and the table that they hold."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from al_core.datasets.tools.arrow import read_stream
from al_core.datasets.tools.cells import seen
from al_core.errors import DataError, nearest
from al_core.foreign import reading
from al_core.limits import DATA, SMALL, check_size, read_parquet, read_within

ADVICE = "write it again with `save_to_disk` or `to_parquet`"

_SHARD = re.compile(r"(?P<split>[\w.]+?)-(?P<number>\d{5})-of-(?P<of>\d{5})(?:-[0-9a-f]{16})?\.parquet")


def splits(path: Path) -> dict[str, list[Path]]:
    """Return the files of each split of a folder, in their order; of one file, that file as `train`.

    Raises:     DataError for a shard that is missing, and a folder that holds neither kind of file
    """
    if path.is_file():
        return {"train": [path]}
    with reading(repr(str(path)), ADVICE):
        if (path / "dataset_dict.json").is_file():
            names = strings_of(_json(path / "dataset_dict.json").get("splits"), "dataset_dict.json: `splits`")
            return {name: _arrow_files(path / _inside(name, path)) for name in names}
        if (path / "state.json").is_file():
            split = _json(path / "state.json").get("_split")
            return {split if isinstance(split, str) else "train": _arrow_files(path)}
        return _shards(path)


def parquet_files(path: Path) -> list[Path]:
    """Return the Parquet files of a folder, or those in its folder `data`, as on the hub."""
    return sorted(path.glob("*.parquet")) or sorted(path.glob("data/*.parquet"))


def _shards(path: Path) -> dict[str, list[Path]]:
    """Return the Parquet files of each split; a file that is none of several shards is a split by its name."""
    found: dict[str, list[Path]] = {}
    for file in parquet_files(path):
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
    paths = [folder / _inside(name, folder) for name in strings_of(named, "state.json: `_data_files`")]
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
    return object_of(json.loads(read_within(path, SMALL)), path.name)


def object_of(value: object, what: str) -> dict[str, Any]:
    """Return what has to be an object.

    Raises:     DataError for anything else
    """
    if not isinstance(value, dict):
        raise DataError(f"{what} is {seen(value)}, and not an object; write the dataset again")
    return value


def strings_of(values: object, what: str) -> list[str]:
    """Return what has to be a list of strings.

    Raises:     DataError for anything else
    """
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise DataError(f"{what} is {seen(values)}, and not a list of names; write the dataset again")
    return values


def chosen_split(there: dict[str, list[Path]], split: str | None) -> list[Path]:
    """Return the files of a split; `train`, or the only one, if none is named.

    Raises:     DataError for one that is not there, or not clear, naming all
    """
    name = split or ("train" if "train" in there else next(iter(there)) if len(there) == 1 else None)
    if name is None:
        raise DataError(f"which split is meant? There are: {', '.join(there)}; name one of them")
    if name not in there:
        raise DataError(f"no split {name!r}{nearest(name, there)} There are: {', '.join(there)}")
    return there[name]


def table_of(files: list[Path]) -> pa.Table:
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
