"""What fuzz alters: of each kind of file that somebody may have sent, some that are right, and what reads it."""

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd
from click.testing import CliRunner

from al_core.config import DataConfig, ExperimentConfig, SeedSetConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.layout import How, layout_of
from al_core.datasets.readers import pieces
from al_core.dictionary import TABLES
from al_core.errors import AlflowError
from al_core.export.predictor import Predictor
from al_core.initialisation import check_given
from al_core.strategies import strategy_of
from flows.cli import main

TEXTS = [f"{word} number {row}" for row in range(20) for word in ("parcel", "bill")]
EXPERIMENT = "sent-12345678"
"""The name of the experiment of which one file is altered."""


@dataclass(frozen=True)
class Kind:
    """What reads a kind of file.

    Parameters: seeds : right files by their names
                read : reads a file that has one of these names
    """

    seeds: dict[str, bytes]
    read: Callable[[Path], object]


@cache
def kind(name: str) -> Kind:
    """Return one of KINDS, made when it is first asked for."""
    return KINDS[name]()


KINDS: dict[str, Callable[[], Kind]] = {
    "configuration": lambda: Kind(_configurations(), _read_configuration),
    "data": lambda: Kind(_data(), lambda file: build_corpus(DataConfig(source=str(file)))),
    "pieces": lambda: Kind(
        _data(but=(".xlsx", ".json")), lambda file: list(pieces(layout_of(file, How(to_label=True))))
    ),
    "ids": lambda: Kind(_ids(), _read_ids),
    "manifest": lambda: Kind({"manifest.json": manifest_file()}, _status),
    "tables": lambda: Kind(table_files(), _status),
    "report": lambda: Kind({"manifest.json": manifest_file()} | table_files(), _report),
    "record": lambda: Kind({"a-1.parquet.json": _record()}, _read_record),
    "model": lambda: Kind(model_files(), _read_model),
    "expression": lambda: Kind(_expressions(), lambda file: strategy_of(file.read_text(errors="replace"))),
}


def _configurations() -> dict[str, bytes]:
    examples = Path(__file__).parents[1] / "examples"
    toml = b'cycles = 3\nstrategies = ["margin", "random"]\n[data]\nsource = "mails.csv"\n'
    return {file.name: file.read_bytes() for file in sorted(examples.glob("*.yaml"))} | {"a.toml": toml}


def _read_configuration(file: Path) -> object:
    from flows.cli.options import build_config

    return build_config(file, {})


def _data(but: tuple[str, ...] = ()) -> dict[str, bytes]:
    rows = pd.DataFrame({"text": TEXTS, "label": ["post", "money"] * 20})
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows.to_csv(folder / "a.csv", index=False)
        rows.to_csv(folder / "a.tsv", index=False, sep="\t")
        rows.to_json(folder / "a.jsonl", orient="records", lines=True)
        rows.to_json(folder / "list.json", orient="records")
        rows.to_parquet(folder / "a.parquet")
        rows.to_excel(folder / "a.xlsx", index=False)
        (folder / "a.txt").write_text("\n".join(f"{row.label} {row.text}" for row in rows.itertuples()))
        return {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.suffix not in but}


def _ids() -> dict[str, bytes]:
    ids = pd.DataFrame({"id": [str(row) for row in range(40)]})
    return {
        "ids.txt": "\n".join(ids["id"]).encode(),
        "ids.csv": ids.to_csv(index=False).encode(),
        "ids.parquet": ids.to_parquet(),
    }


def _read_ids(file: Path) -> object:
    corpus = Corpus.of(TEXTS, ["post", "money"] * 20)
    seed_set = SeedSetConfig(initialisation="given", path=str(file), size=10)
    return check_given(corpus, ExperimentConfig(seed_set=seed_set, seeds=1))


def manifest_file() -> bytes:
    """Return the manifest of a finished experiment."""
    return json.dumps(
        {
            "state": "finished", "failed": {}, "setup": "a/setup-12345678", "cycles": 1, "ceiling": [],
            "config": ExperimentConfig().model_dump(mode="json"),
            "data": {"fingerprint": "0" * 12, "texts": 40, "labels": {"post": 20, "money": 20}, "ingest": {}},
            "versions": {"python": "3.11"}, "git": None,
        }
    ).encode()  # fmt: skip


def table_files() -> dict[str, bytes]:
    """Return the tables of a finished experiment, by the names of their files: two rows of each that fit together."""
    made = {}
    for name, (_, columns) in TABLES.items():
        rows = [{column: at if about.is_number else "a" for column, about in columns.items()} for at in (0.5, 1.5)]
        made[f"{name}.parquet"] = pd.DataFrame(rows).to_parquet()
    return made


@contextmanager
def _store(file: Path) -> Iterator[str]:
    """Make a store with an experiment of which this is one file, and the others are right."""
    with TemporaryDirectory() as store:
        folder = Path(store, "experiments", EXPERIMENT)
        folder.mkdir(parents=True)
        for name, content in (table_files() | {"manifest.json": manifest_file()}).items():
            (folder / name).write_bytes(content)
        shutil.copy(file, folder / file.name)
        yield store


def _status(file: Path) -> None:
    with _store(file) as store:
        told_by("status", "--store", store)
        told_by("status", EXPERIMENT, "--store", store)


def _report(file: Path) -> None:
    """Have the report printed and drawn, which takes a second."""
    with _store(file) as store:
        told_by("report", EXPERIMENT, "--store", store)


def told_by(*command: str) -> str:
    """Return what an alflow command says.

    Raises:     AlflowError if it refuses; what it should not raise, if it does
    """
    result = CliRunner().invoke(main, command)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    if "too little memory" in result.output:
        raise MemoryError(result.output)
    if result.exit_code:
        raise AlflowError(result.output)
    return result.output


def _record() -> bytes:
    return json.dumps({"sha256": "0" * 64, "rows": 3, "seconds": 0.5}).encode()


def _read_record(file: Path) -> object:
    from tasks.store import Store

    with TemporaryDirectory() as name:
        store = Store.open(name)
        record = Path(str(store.record_path("a-1.parquet")))
        record.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(file, record)
        return store.find("a-1.parquet")


@cache
def model_files() -> dict[str, bytes]:
    """Return the files of an exported model of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline

    from al_core.export import skops_file
    from al_core.export.linear import FILE

    parts = [("tfidf", TfidfVectorizer(sublinear_tf=True)), ("classifier", LogisticRegression())]
    made = Pipeline(parts).fit(TEXTS, ["post", "money"] * 20)
    about = {"version": 1, "kind": "linear", "classes": ["money", "post"], "text_column": "text", "cleaning": []}
    with TemporaryDirectory() as name:
        skops_file.write(Path(name) / FILE, made)
        return {"alflow.json": json.dumps(about).encode(), FILE: (Path(name) / FILE).read_bytes()}


def _read_model(file: Path) -> object:
    with TemporaryDirectory() as name:
        for other, content in model_files().items():
            (Path(name) / other).write_bytes(content)
        shutil.copy(file, Path(name) / file.name)
        return Predictor.load(Path(name)).labelled(pd.DataFrame({"text": TEXTS[:3]}))


def _expressions() -> dict[str, bytes]:
    several = ["margin", "subsample(margin, size=100)", "switch(typiclust, mix(margin, random, share=0.25), after=50)"]
    return {f"{number}.txt": text.encode() for number, text in enumerate(several)}
