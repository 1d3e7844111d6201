"""Fuzz what reads files of others: each input is a file that is right, altered at random.

    python benchmarks/fuzz.py --minutes 10                  # of each kind; `make soak` does that
    python benchmarks/fuzz.py --minutes 1 manifest ids

A reader may read an altered file or refuse it with one of the project's errors. Anything else is a fault: another
exception, more than ten seconds, more memory than the limit. Inputs that bring one about are written to
tests/fuzz/KIND, where `make test` reads them again.
"""

import argparse
import json
import random
import resource
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import pandas as pd

from al_core.config import DataConfig, ExperimentConfig, SeedSetConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.layout import How, layout_of
from al_core.datasets.readers import pieces
from al_core.dictionary import TABLES
from al_core.errors import AlflowError
from al_core.export.predictor import Predictor
from al_core.initialisation import check_given
from al_core.results import read_experiment
from al_core.strategies import strategy_of

KEPT = Path(__file__).parents[1] / "tests" / "fuzz"
SECONDS = 10
MEMORY = 3 * 2**30
"""Bytes of address space beyond what the program itself takes."""
TEXTS = [f"{word} number {row}" for row in range(20) for word in ("parcel", "bill")]


@dataclass(frozen=True)
class Kind:
    """What reads a kind of file.

    Parameters: seeds : right files by their names
                read : reads a file that has one of these names
    """

    seeds: dict[str, bytes]
    read: Callable[[Path], object]


def kinds() -> dict[str, Kind]:
    """Return them all, by name."""
    return {
        "configuration": Kind(_configurations(), _read_configuration),
        "data": Kind(_data(), lambda file: build_corpus(DataConfig(source=str(file)))),
        "pieces": Kind(_data(but=".xlsx"), lambda file: list(pieces(layout_of(file, How(to_label=True))))),
        "ids": Kind(_ids(), _read_ids),
        "manifest": Kind({"manifest.json": _manifest()}, _read_experiment),
        "tables": Kind({f"{name}.parquet": content for name, content in _tables().items()}, _read_experiment),
        "record": Kind({"a-1.parquet.json": _record()}, _read_record),
        "model": Kind(_model(), _read_model),
        "expression": Kind(_expressions(), lambda file: strategy_of(file.read_text(errors="replace"))),
    }


def _configurations() -> dict[str, bytes]:
    examples = Path(__file__).parents[1] / "examples"
    toml = b'cycles = 3\nstrategies = ["margin", "random"]\n[data]\nsource = "mails.csv"\n'
    return {file.name: file.read_bytes() for file in sorted(examples.glob("*.yaml"))} | {"a.toml": toml}


def _read_configuration(file: Path) -> object:
    from flows.cli.options import build_config

    return build_config(file, {})


def _rows() -> pd.DataFrame:
    return pd.DataFrame({"text": TEXTS, "label": ["post", "money"] * 20})


def _data(but: str = "") -> dict[str, bytes]:
    rows, made = _rows(), {}
    with TemporaryDirectory() as name:
        folder = Path(name)
        rows.to_csv(folder / "a.csv", index=False)
        rows.to_csv(folder / "a.tsv", index=False, sep="\t")
        rows.to_json(folder / "a.jsonl", orient="records", lines=True)
        rows.to_json(folder / "list.json", orient="records")
        rows.to_parquet(folder / "a.parquet")
        rows.to_excel(folder / "a.xlsx", index=False)
        (folder / "a.txt").write_text("\n".join(f"{row.label} {row.text}" for row in rows.itertuples()))
        made = {file.name: file.read_bytes() for file in sorted(folder.iterdir()) if file.suffix != but}
    return made if not but else {name: content for name, content in made.items() if name != "list.json"}


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


def _manifest() -> bytes:
    return json.dumps(
        {
            "state": "finished", "failed": {}, "setup": "a/setup-12345678", "cycles": 1, "ceiling": [],
            "config": ExperimentConfig().model_dump(mode="json"),
            "data": {"fingerprint": "0" * 12, "texts": 40, "labels": {"post": 20, "money": 20}, "ingest": {}},
            "versions": {"python": "3.11"}, "git": None,
        }
    ).encode()  # fmt: skip


def _tables() -> dict[str, bytes]:
    made = {}
    for name, (_, columns) in TABLES.items():
        rows = [{column: at if about.is_number else "a" for column, about in columns.items()} for at in (0.5, 1.5)]
        made[name] = pd.DataFrame(rows).to_parquet()
    return made


def _read_experiment(file: Path) -> object:
    """Read an experiment of which this is one file, and the others are right."""
    from al_core.report.conclusions import conclude

    with TemporaryDirectory() as name:
        folder = Path(name)
        for table, content in _tables().items():
            (folder / f"{table}.parquet").write_bytes(content)
        (folder / "manifest.json").write_bytes(_manifest())
        shutil.copy(file, folder / file.name)
        experiment = read_experiment(folder)
        return conclude(experiment) if file.suffix == ".json" else experiment


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


def _model() -> dict[str, bytes]:
    """Return the files of an exported model of words."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    from al_core.export import skops_file
    from al_core.export.linear import FILE

    made = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(TEXTS, ["post", "money"] * 20)
    about = {"version": 1, "kind": "linear", "classes": ["money", "post"], "text_column": "text", "cleaning": []}
    with TemporaryDirectory() as name:
        skops_file.write(Path(name) / FILE, made)
        return {"alflow.json": json.dumps(about).encode(), FILE: (Path(name) / FILE).read_bytes()}


def _read_model(file: Path) -> object:
    with TemporaryDirectory() as name:
        for other, content in _model_files().items():
            (Path(name) / other).write_bytes(content)
        shutil.copy(file, Path(name) / file.name)
        return Predictor.load(Path(name)).labelled(pd.DataFrame({"text": TEXTS[:3]}))


_MODEL: dict[str, bytes] = {}


def _model_files() -> dict[str, bytes]:
    if not _MODEL:
        _MODEL.update(_model())
    return _MODEL


def _expressions() -> dict[str, bytes]:
    several = ["margin", "subsample(margin, size=100)", "switch(typiclust, mix(margin, random, share=0.25), after=50)"]
    return {f"{number}.txt": text.encode() for number, text in enumerate(several)}


TOKENS = [
    b"null", b"1e999", b"-1", b"[]", b"{}", b'"', b"'", b"\0", b"\xff\xfe", b"\xed\xa0\x80", b"[" * 3000, b"(" * 300,
    b'{"a":' * 3000, b"9" * 400, b"true", b"NaN", b",", b"\n", b"!!python/object:os.system", b"&a [*a]", b"- " * 500,
]  # fmt: skip
"""What is put in beside random bytes."""


def altered(content: bytes, draw: random.Random) -> bytes:
    """Return a file's bytes, altered in a few places."""
    changed = bytearray(content)
    for _ in range(draw.randint(1, 6)):
        at = draw.randrange(len(changed) + 1)
        to = min(len(changed), at + draw.choice([1, 2, 8, 64, 1024]))
        how = draw.randrange(6)
        if how == 0 and at < len(changed):
            changed[at] = draw.randrange(256)
        elif how == 1:
            del changed[at:to]
        elif how == 2:
            changed[at:at] = draw.choice(TOKENS)
        elif how == 3:
            changed[at:at] = changed[at:to]
        elif how == 4:
            changed[at:to] = draw.choice(TOKENS)
        else:
            changed = changed[:at] if draw.random() < 0.2 else changed[::-1] if draw.random() < 0.05 else changed
    return bytes(changed)


class TooLong(BaseException):
    """A reader took more than ten seconds; it is no Exception, so that none passes over it."""


@contextmanager
def within_limits() -> Iterator[None]:
    """Raise TooLong, or MemoryError, inside what takes too much."""

    def late(*_: object) -> None:
        raise TooLong

    before, limit = signal.signal(signal.SIGALRM, late), resource.getrlimit(resource.RLIMIT_AS)
    taken = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, limit[1]))
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limit)


def fault_of(kind: Kind, name: str, content: bytes) -> str | None:
    """Return what a reader should not have done with a file; None if it read or refused it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / name
        file.write_bytes(content)
        try:
            with within_limits():
                kind.read(file)
        except AlflowError as error:
            return None if str(error) else "an error that says nothing"
        except BaseException as error:
            return f"{type(error).__name__}: {error}"
    return None


def rounds(kind: Kind, seed: int) -> Iterator[tuple[str, bytes]]:
    """Yield names and contents of altered files, for ever."""
    draw = random.Random(seed)
    names = sorted(kind.seeds)
    while True:
        name = draw.choice(names)
        yield name, altered(kind.seeds[name], draw)


def fuzz(name: str, kind: Kind, minutes: float, seed: int) -> int:
    """Fuzz a kind for a while; return how many faults there were."""
    end, tried, faults = monotonic() + 60 * minutes, 0, {}
    for file, content in rounds(kind, seed):
        if monotonic() > end:
            break
        tried += 1
        said = fault_of(kind, file, content)
        if said and said[:60] not in faults:
            faults[said[:60]] = keep(name, file, content)
            print(f"{name}: {said[:200]} ({faults[said[:60]]})", flush=True)
    print(f"{name}: {tried:,} files, {len(faults)} kinds of fault", flush=True)
    return len(faults)


def keep(kind: str, name: str, content: bytes) -> Path:
    """Write an input where the tests find it."""
    file = KEPT / kind / f"{sha256(content).hexdigest()[:8]}-{name}"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    return file


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("kinds", nargs="*", metavar="KIND")
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=0)
    args = options.parse_args()
    wanted = args.kinds or list(kinds())
    sys.exit(1 if sum([fuzz(name, kinds()[name], args.minutes, args.seed) for name in wanted]) else 0)


if __name__ == "__main__":
    main()
