"""The source of an experiment's texts: a file, a folder, or a data set known by name, as raw rows."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pandas as pd

from al_core.config import DataConfig
from al_core.datasets import readers
from al_core.datasets.layout import How
from al_core.datasets.presets import PRESETS, resolve
from al_core.datasets.tools import one_hot
from al_core.datasets.tools.answers import one_each, settled
from al_core.datasets.where import kept
from al_core.errors import DataError, nearest
from al_core.limits import check_is_file


def source_digest(config: DataConfig) -> str:
    """Return a digest of the bytes that `build_corpus` would read.

    Raises:     DataError for a file that is not there
    """
    config = resolve(config)
    names = [name for name in (config.path, config.test_path) if name]
    digests = [_digest(_existing(name, config)) for name in names]
    return sha256("".join(digests or [config.source]).encode()).hexdigest()


def _digest(path: Path) -> str:
    """Digest a file's bytes and suffix, which tells its format; of a folder all its files, and their names."""
    if path.is_dir():
        files = sorted(file for file in path.rglob("*") if file.is_file())
        return sha256("".join(f"{file.relative_to(path)}{_digest(file)}" for file in files).encode()).hexdigest()
    check_is_file(path)
    digest = sha256(path.suffix.lower().encode() + b"\0")
    with path.open("rb") as file:
        for part in iter(lambda: file.read(2**20), b""):
            digest.update(part)
    return digest.hexdigest()


def read_rows(config: DataConfig) -> pd.DataFrame:
    """Read the raw rows of a resolved configuration."""
    return read_file(config)[0]


def read_file(config: DataConfig) -> tuple[pd.DataFrame, str, list[str]]:
    """Read the raw rows of a resolved configuration.

    Returns:    the rows; how the file is laid out; what may not be as it was meant
    """
    if config.source == "20newsgroups" and config.path is None:
        return _fetch_20newsgroups(config.categories), "", []
    path = _existing(config.path or config.source, config)
    rows, layout = readers.read(path, how_of(config))
    if config.where:
        rows, before = kept(rows, config.where), len(rows)
        layout.remarks.append(f"{len(rows):,} of {before:,} rows are those where {' and '.join(config.where)}")
    if config.label_columns:
        rows = _labelled_by(rows, config.label_columns, config)
    return rows, str(layout), layout.remarks


def _labelled_by(rows: pd.DataFrame, columns: Sequence[str], config: DataConfig) -> pd.DataFrame:
    """Return rows with the names of the columns that say yes as their labels."""
    named = [name for given in columns for name in ([given] if given in rows else given.split(","))]
    labels, _ = settled(one_hot.read(rows, named, (config.text_column or "").split("+")[0]))
    single = config.label_separator is None and one_each(labels)
    cells = [None if label is None else label[0] if single else list(label) for label in labels]
    return rows.assign(**{config.label_column or "": pd.Series(cells, index=rows.index, dtype="object")})


def how_of(config: DataConfig) -> How:
    """Return how a resolved configuration says that a file is to be read."""
    return How(
        format=config.format,
        encoding=config.encoding,
        header=config.header is not False,
        delimiter="\t" if config.delimiter == "tab" else config.delimiter,
        quotes=config.quotes,
        sheet=config.sheet,
        text=config.text_column if config.text_column != "text" else None,
        label=config.label_column if config.label_column != "label" else None,
        annotator=config.annotator,
    )


def _existing(name: str, config: DataConfig) -> Path:
    try:
        name.encode()
        path = Path(name).expanduser()
        if path.exists():
            return path
    except (RuntimeError, ValueError, OSError) as error:  # no such user; a name that no file can have
        raise DataError(f"{name!r} names no file: {error}") from error
    if config.source in PRESETS and name == str(PRESETS[config.source].path):
        put = PRESETS[config.source].download
        raise DataError(f"no such file: {name!r}; put there {put}, or say where it is with `data.path`")
    if name == config.source and not path.suffix and len(path.parts) == 1:
        raise DataError(
            f"{name!r} is neither a file or folder nor a preset{nearest(name, PRESETS)} "
            f"The presets are: {', '.join(PRESETS)}"
        )
    raise DataError(f"no such file or folder: {name!r}, seen from {str(Path.cwd())!r}; say where it is")


def _fetch_20newsgroups(categories: tuple[str, ...]) -> pd.DataFrame:
    from sklearn.datasets import fetch_20newsgroups

    try:
        posts = fetch_20newsgroups(
            subset="all", categories=list(categories) or None, remove=("headers", "footers", "quotes")
        )
    except OSError as error:
        raise DataError(
            f"20newsgroups could not be fetched ({error}); scikit-learn needs network for it once"
        ) from error
    except ValueError as error:
        raise DataError(f"20newsgroups: {error}") from error
    return pd.DataFrame({"text": posts.data, "label": [posts.target_names[code] for code in posts.target]})
