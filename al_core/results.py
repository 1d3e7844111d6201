"""The results of an experiment: where they lie, and the tidy tables they end as."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

import pandas as pd
from pydantic import BaseModel, Field

from al_core.config import HOW_IT_RUNS, ExperimentConfig
from al_core.dictionary import OPTIONAL, WHICH, Column
from al_core.dictionary import TABLES as COLUMNS
from al_core.encoders.pinned import Encoder
from al_core.errors import DataError, StoreError, is_transient
from al_core.foreign import reading
from al_core.limits import DATA, SMALL, check_size, read_parquet, read_within
from al_core.metrics import Metrics

SHARED = "all-strategies"
"""Stands in for the strategy in cycle 0, whose model is the same for all strategies of one seed."""


class Folder(Protocol):
    """What is asked of a folder, and of the files in it: a `pathlib.Path` will do."""

    def __truediv__(self, name: str, /) -> "Folder": ...
    def exists(self) -> bool:
        """Return whether it is there."""

    def read_bytes(self) -> bytes:
        """Return its content."""

    def glob(self, pattern: str, /) -> "Iterable[Folder]":
        """Return the files below that match."""


@dataclass(frozen=True)
class Experiment:
    """A finished experiment, read back as tables.

    Parameters: metrics : a row a cycle
                classes : a row a cycle and class
                confusion : a row a cycle, true class and predicted class
                epochs : a row an epoch of training, where the classifier has them
                queries : a row a queried text
                stops : a row a stopping rule, strategy and seed: where it would have stopped, and why
                timings : a row a stage, in seconds
                manifest : configuration, data, versions
                predictions : a row a test text of the cycles of which they were asked for; None if of none
    """

    metrics: pd.DataFrame
    classes: pd.DataFrame
    confusion: pd.DataFrame
    epochs: pd.DataFrame
    queries: pd.DataFrame
    stops: pd.DataFrame
    timings: pd.DataFrame
    manifest: dict[str, Any]
    predictions: pd.DataFrame | None = None

    @property
    def multilabel(self) -> bool:
        """Whether a text can have several labels."""
        return self.manifest["config"]["data"].get("label_separator") is not None


TABLES = ("metrics", "classes", "confusion", "epochs", "queries", "stops", "timings")


def data_name(config: ExperimentConfig) -> str:
    """Return the readable name of the data: its preset, or its file without suffix.

    >>> from al_core.config import DataConfig
    >>> data_name(ExperimentConfig(data=DataConfig(source="my data/Tickets 2026.csv")))
    'tickets-2026'
    """
    return re.sub(r"[^\w]+", "-", Path(config.data.source).stem.lower()).strip("-") or "data"


def setup_folder(config: ExperimentConfig, fingerprint: str, encoder: Encoder | None = None) -> str:
    """Return the folder for all cycles of one setup; more strategies, seeds or cycles go to the same one."""
    setup = _identity(config, encoder, "strategies", "seeds", "cycles", "committee", "stopping")
    setup |= {"audit_set": config.stopping.audit_set} if config.stopping.audit_set else {}
    return f"{data_name(config)}/setup-{_digest([setup, fingerprint])}"


def cycle_folder(setup: str, strategy: str, seed: int, cycle: int) -> str:
    """Return the folder of one cycle.

    >>> cycle_folder("sample/setup-4e8d7925", "margin", 0, 3)
    'sample/setup-4e8d7925/margin/seed=0/cycle=003'
    """
    return f"{setup}/{strategy}/seed={seed}/cycle={cycle:03}"


_WHOSE = re.compile(r"(?:[^/]+/setup-[^/]+/(?P<strategy>.+)/)?(?:[^/]+/)?seed=(?P<seed>\d+)(?:/cycle=(?P<cycle>\d+))?")


def whose(path: str) -> list[str]:
    """Say of which strategy, seed and cycle a result is, from its place in the store.

    >>> whose(cycle_folder("sample/setup-4e8d7925", "margin", 0, 3))
    ['margin', 'seed 0', 'cycle 3']
    >>> whose("sample/seed=1/split-4e8d7925.parquet"), whose("sample/corpus-4e8d7925.parquet")
    (['seed 1'], [])
    """
    found = _WHOSE.match(path)
    if not found:
        return []
    seed, cycle = f"seed {found['seed']}", found["cycle"]
    return [*filter(None, [found["strategy"]]), seed, *([f"cycle {int(cycle)}"] if cycle else [])]


def experiment_folder(config: ExperimentConfig, fingerprint: str, encoder: Encoder | None = None) -> str:
    """Return the folder for the finished experiment."""
    return f"experiments/{data_name(config)}-{_digest([_identity(config, encoder), fingerprint])}"


def cycles_done(store: Folder, setup: str, cycles: int) -> "Counter[tuple[str, int]]":
    """Count the cycles of which the store has the metrics, by strategy and seed; cycle 0 is of `SHARED`."""
    files = map(str, store.glob(f"{setup}/*/seed=*/cycle=*/metrics-*.parquet"))
    places = {tuple(file.split("/")[-4:-1]) for file in files}
    numbers = ((strategy, seed[len("seed=") :], cycle[len("cycle=") :]) for strategy, seed, cycle in places)
    return Counter((strategy, int(seed)) for strategy, seed, cycle in numbers if int(cycle) <= cycles)


def _identity(config: ExperimentConfig, encoder: Encoder | None, *but: str) -> dict[str, Any]:
    """Return the settings that results depend on, besides the corpus, whose fingerprint stands for how it was read."""
    settings = config.model_dump(mode="json", exclude={"data", "encoder", "classifier", *HOW_IT_RUNS, *but})
    settings |= {"classifier": config.classifier.identity(), "test_size": config.data.test_size}
    settings |= {"split": config.data.split} if config.data.split != "stratified" else {}
    return settings | ({"encoder": encoder.config.identity() | {"weights": encoder.digest}} if encoder else {})


def _digest(content: Any) -> str:
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:8]


class _Source(BaseModel):
    source: str
    label_separator: str | None = None


class _Classifier(BaseModel):
    name: str


class _Features(BaseModel):
    kind: str


class _Stopping(BaseModel):
    audit_set: int = 0


class _Settings(BaseModel):
    data: _Source
    strategies: tuple[str, ...] = Field(max_length=1000)
    seeds: int = Field(ge=1, le=1000)
    query_size: int
    classifier: _Classifier
    features: _Features
    stopping: _Stopping


_Count = Annotated[int, Field(ge=0, strict=True)]
_AtLeastOne = Annotated[int, Field(ge=1, strict=True)]


class _Seen(BaseModel):
    texts: _AtLeastOne
    near: _Count
    classes: dict[str, tuple[_AtLeastOne, _Count]]


class _NearDuplicates(BaseModel):
    test: list[_Seen] = []


class _Data(BaseModel):
    fingerprint: str
    texts: int
    labels: dict[str, int]
    ingest: dict[str, int]
    near_duplicates: _NearDuplicates | None = None
    remarks: list[str] = []
    strangers: dict[str, float] = {}


class _Ceiling(BaseModel):
    seed: int
    labels: int
    macro_f1: float


class _Manifest(BaseModel):
    """What those who read a manifest rely on; the rest of it may be of another version."""

    state: Literal["started", "finished", "failed"]
    failed: dict[str, str] = {}
    setup: str = Field(pattern=r"^[\w-]+/setup-[0-9a-f]+$")
    cycles: int = Field(ge=0, le=1000)
    config: _Settings
    data: _Data
    ceiling: list[_Ceiling] | None = None
    versions: dict[str, str]
    git: str | None = None


def read_manifest(content: bytes, folder: str) -> dict[str, Any]:
    """Return what an experiment's manifest says; nothing that it names is imported.

    Raises:     DataError if it is truncated or altered
    >>> read_manifest(b'{"state": "fini', "results/experiments/mine-1234")
    Traceback (most recent call last):
    al_core.errors.DataError: the manifest of 'results/experiments/mine-1234' cannot be read: Unterminated string \
starting at: line 1 column 11 (char 10); run the experiment again, and it is written anew
    """
    check_size(f"the manifest of {folder!r}", len(content), SMALL)
    with reading(f"the manifest of {folder!r}", "run the experiment again, and it is written anew"):
        manifest: dict[str, Any] = json.loads(content)
        _Manifest.model_validate_json(content, strict=True)
    return manifest


def read_experiment(folder: Folder) -> Experiment:
    """Read a finished experiment.

    Raises:     DataError if it is not there or not finished; StoreError if it cannot be read
    """
    try:
        return _read_experiment(folder)
    except StoreError:
        raise
    except OSError as error:
        raise StoreError(f"cannot read {str(folder)!r}: {error}", is_transient(error)) from error


def _read_experiment(folder: Folder) -> Experiment:
    missing = [
        name for name in ("manifest.json", *(f"{table}.parquet" for table in TABLES)) if not (folder / name).exists()
    ]
    if missing:
        raise DataError(
            f"{str(folder)!r} is not a finished experiment: {missing[0]} is missing; `alflow status` lists all"
        )
    manifest = read_manifest(_content(folder / "manifest.json", SMALL), str(folder))
    if manifest["state"] == "started":
        raise DataError(f"{str(folder)!r} has started and not finished; run it again to go on")
    tables = {name: _table(folder, name) for name in TABLES}
    _check_complete(tables, folder)
    said = _table(folder, "predictions") if (folder / "predictions.parquet").exists() else None
    return Experiment(**tables, manifest=manifest, predictions=said)


def _check_complete(tables: dict[str, pd.DataFrame], folder: Folder) -> None:
    """Refuse tables of which one lacks a cycle that another has.

    Raises:     DataError
    """
    cycles = {name: set(tables[name][list(WHICH)].itertuples(index=False, name=None)) for name in _OF_CYCLES}
    for name in _OF_CYCLES[1:]:
        if missing := cycles["metrics"] - cycles[name]:
            raise DataError(
                f"{name}.parquet of {str(folder)!r} lacks a cycle that metrics.parquet has ({min(missing)}); run the "
                "experiment again, and it is written anew"
            )


_OF_CYCLES = ("metrics", "classes", "confusion")


def _table(folder: Folder, name: str) -> pd.DataFrame:
    """Return a table of an experiment, whose columns are those that it is to have, numbers where there are to be some.

    Raises:     DataError
    """
    what = f"{name}.parquet of {str(folder)!r}"
    with reading(what, "run the experiment again, and it is written anew"):
        table = read_parquet(what, BytesIO(_content(folder / f"{name}.parquet", DATA))).to_pandas()
        for column, about in COLUMNS[name][1].items():
            if column in table:
                _check_column(name, column, table[column], about)
            elif column not in OPTIONAL:
                raise ValueError(f"it has no column {column!r}")
    return table


def _check_column(name: str, column: str, cells: pd.Series, about: Column) -> None:
    """Refuse a column that does not hold what it is to hold.

    Raises:     ValueError
    """
    whole = (*(column for column in WHICH if name != "stops"), *(["macro_f1"] if name == "metrics" else []))
    if name == "metrics" and cells.empty:
        raise ValueError("it has no rows")
    if column in whole and cells.isna().any():
        raise ValueError(f"its column {column!r} has gaps")
    if about.is_number and not cells.isna().all() and not pd.api.types.is_numeric_dtype(cells):
        raise ValueError(f"its column {column!r} is to hold numbers, and holds {cells.iloc[0]!r}")
    if column == "strategy" and not cells.map(lambda cell: isinstance(cell, str)).all():
        raise ValueError(f"its column {column!r} is to hold names, and holds {cells.iloc[0]!r}")


def _content(file: Folder, limit: int) -> bytes:
    """Return what a file of an experiment holds, which somebody may have sent.

    Raises:     DataError if it is no file, or too large
    """
    return read_within(file, limit) if isinstance(file, Path) else file.read_bytes()


def metrics_row(metrics: Metrics) -> dict[str, float]:
    """Return the numbers that describe one cycle as a whole."""
    return {
        name: getattr(metrics, name)
        for name in (
            "labels",
            "train_loss",
            "train_accuracy",
            "test_loss",
            "accuracy",
            "macro_f1",
            "micro_f1",
            "calibration_error",
            "brier_score",
        )
    }


def class_rows(metrics: Metrics, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a row a class: precision, recall, f1, its test texts and its labelled texts."""
    names = ("precision", "recall", "f1", "support", "labelled")
    columns = zip(classes, *(getattr(metrics, name) for name in names), strict=True)
    return [dict(zip(("label", *names), row, strict=True)) for row in columns]


def confusion_rows(metrics: Metrics, classes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return a row a cell of the confusion matrix; where texts can have several classes, of each class's."""
    if metrics.confusion.ndim == 3:
        return [
            {"true": true, "predicted": predicted, "texts": int(cells[i, j])}
            for name, cells in zip(classes, metrics.confusion, strict=True)
            for i, true in enumerate((f"not {name}", name))
            for j, predicted in enumerate((f"not {name}", name))
        ]
    return [
        {"true": true, "predicted": predicted, "texts": int(metrics.confusion[i, j])}
        for i, true in enumerate(classes)
        for j, predicted in enumerate(classes)
    ]
