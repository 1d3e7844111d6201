"""Malformed inputs, each with what it gets: docs/malformed.md is this table.

`python tests/flows/test_malformed.py` writes it anew.
"""

import io
import json
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from benchmarks.fuzz import KEPT, fault_of, rounds, within_limits
from benchmarks.fuzz_kinds import EXPERIMENT, KINDS, kind, manifest_file, model_files, table_files
from flows.cli import main
from tasks import machine

PAGE = Path(__file__).parents[2] / "docs" / "malformed.md"
RUN, NEXT = "run --data {} --features tfidf", "next {} --features tfidf --output todo.csv"
GIVEN = "run --data mails.csv --features tfidf --initialisation given --seed-set-from {}"
STATUS, REPORT, PREDICT = (
    "status --store store",
    f"report {EXPERIMENT} --store store",
    "predict model mails.csv --output o.csv",
)
OPTION = "run --data mails.csv --features tfidf"
ROWS = b"text,label\n" + b"".join(f"message {row},{'ab'[row % 2]}\n".encode() for row in range(200))
DEEP = 100_000


def parquet(**columns: object) -> bytes:
    written = io.BytesIO()
    pq.write_table(pa.table(columns), written)
    return written.getvalue()


def bomb() -> bytes:
    """Return a hundred kilobytes of Parquet that come to 15 GiB."""
    once = [pa.DictionaryArray.from_arrays(np.zeros(10_000, dtype=np.int32), [text]) for text in ("x" * 16_000, "a")]
    written, piece = io.BytesIO(), pa.table(dict(zip(("text", "label"), once, strict=True)))
    with pq.ParquetWriter(written, piece.schema, store_schema=False) as writer:
        for _ in range(100):
            writer.write_table(piece)
    return written.getvalue()


def zip_bomb(name: str, gigabytes: int) -> bytes:
    """Return an archive whose one file is to expand to so much, as it says itself."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, bytes(2**20))
        archive.infolist()[0].file_size = gigabytes * 2**30
    return written.getvalue()


def manifest(**changes: object) -> bytes:
    return json.dumps(json.loads(manifest_file()) | changes).encode()


def about(**changes: object) -> bytes:
    return json.dumps(json.loads(model_files()["alflow.json"]) | changes).encode()


def config(**changes: object) -> dict[str, object]:
    return json.loads(manifest_file())["config"] | changes


def surrogate(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


Content = bytes | Callable[[], bytes]
INPUTS: list[tuple[str, str, str, Content]] = [
    # what it is, command, file, content
    ("an empty file", RUN, "a.csv", b""),
    ("only blanks", RUN, "a.csv", b" \n\t\n"),
    ("names and no rows", RUN, "a.csv", b"text,label\n"),
    ("zeros", RUN, "a.csv", bytes(1000)),
    ("random bytes", RUN, "a.csv", np.random.default_rng(0).bytes(5000)),
    ("a quote that nothing closes", RUN, "a.csv", ROWS + b'"closed, and open",a\n"open,a\n'),
    ("rows of more fields than names", RUN, "a.csv", b"text,label\na,b,c\nd,e,f,g\n"),
    ("columns of other names", RUN, "a.csv", ROWS.replace(b"text,label", b"body,kind")),
    ("one class", RUN, "a.csv", ROWS.replace(b",b\n", b",a\n")),
    ("a field of a million letters", RUN, "a.csv", b"text,label\n" + b"x" * 10**6 + b",a\n"),
    ("UTF-16 cut in the middle", RUN, "a.csv", ROWS.decode().encode("utf-16")[:-1]),
    ("an image", RUN, "a.csv", b"\x89PNG\r\n\x1a\n" + bytes(200)),
    ("an unknown suffix", RUN, "a.doc", ROWS),
    ("a CSV called .parquet", RUN, "a.parquet", ROWS),
    ("a CSV called .xlsx", RUN, "a.xlsx", ROWS),
    ("a CSV called .jsonl", RUN, "a.jsonl", ROWS),
    ("a line that is no object", RUN, "a.jsonl", b'{"text": "a", "label": "b"}\n[1, 2]\n'),
    ("an open brace", RUN, "a.jsonl", b'{"text": "a"'),
    ("a number of 5,000 digits", RUN, "a.jsonl", b'{"text": "a", "label": ' + b"9" * 5000 + b"}"),
    ("lists 100,000 deep", RUN, "a.jsonl", b'{"text": ' + b"[" * DEEP + b"]" * DEEP + b"}"),
    ("a list 100,000 deep", RUN, "a.json", b"[" * DEEP),
    ("half a character", RUN, "a.jsonl", b'{"text": "so \\ud83d", "label": "a"}\n'),
    ("objects for texts", RUN, "a.jsonl", b'{"text": {"a": 1}, "label": "a"}\n{"text": {"a": 2}, "label": "b"}\n'),
    ("a Parquet that is cut off", RUN, "a.parquet", lambda: parquet(text=["a"] * 9, label=["b"] * 9)[:-50]),
    ("a Parquet of structs", RUN, "a.parquet", lambda: parquet(text=[{"a": "x"}] * 9, label=list("ababababa"))),
    ("a Parquet that expands to 15 GiB", RUN, "a.parquet", bomb),
    ("a workbook that expands to 5 GiB", RUN, "a.xlsx", lambda: zip_bomb("xl/worksheets/sheet1.xml", 5)),
    ("a pipe", RUN, "PIPE.csv", b""),
    ("a device", RUN.format("/dev/zero"), "", b""),
    ("a folder of nothing", RUN, "FOLDER", b""),
    ("no such user's file", RUN.format("~nosuchuser/a.csv"), "", b""),
    ("no such file", RUN.format("nothing.csv"), "", b""),
    ("the same, for the next texts", NEXT, "a.csv", b"text,label\n"),
    ("a pipe, for the next texts", NEXT, "PIPE.csv", b""),
    ("labels in an empty file", "next mails.csv --features tfidf --labelled {} --output todo.csv", "b.csv", b""),
    ("labels in a folder", "next mails.csv --features tfidf --labelled {} --output todo.csv", "FOLDER", b""),
    ("ids in junk", GIVEN, "ids.parquet", b"junk" * 100),
    ("ids with an open quote", GIVEN, "ids.csv", b'id\n"1\n2\n'),
    ("ids in an empty file", GIVEN, "ids.csv", b""),
    ("ids that are not UTF-8", GIVEN, "ids.txt", b"\xff\xfe\x80\n"),
    ("ids without a column of that name", GIVEN, "ids.csv", b"number\n1\n"),
    ("ids of no text", GIVEN, "ids.txt", b"nothing\nof\nthese\n"),
    ("ids in a folder", GIVEN, "FOLDER", b""),
    ("ids in a pipe", GIVEN, "PIPE.csv", b""),
    ("YAML 100,000 deep", "run {}", "a.yaml", b"a: " + b"[" * DEEP),
    ("YAML that is a list", "run {}", "a.yaml", b"- cycles\n"),
    ("YAML with a tag for Python", "run {}", "a.yaml", b"a: !!python/object/apply:os.system [true]\n"),
    ("YAML of aliases upon aliases", "run {}", "a.yaml", b"a: &a [1]\n" + b"b: &b [*a, *a]\ncycles: [*b, *b]\n"),
    ("an unknown setting", "run {}", "a.yaml", b"cylces: 3\n"),
    ("TOML that is YAML", "run {}", "a.toml", b"cycles: 3\n"),
    ("a configuration that is not UTF-8", "run {}", "a.yaml", b"\xff\xfe\x00"),
    ("150 nested wrappers", f"{OPTION} --strategy " + "distinct(" * 150 + "margin" + ")" * 150, "", b""),
    ("10,000 brackets", f"{OPTION} --strategy " + "(" * 10_000, "", b""),
    ("a strategy that is a program", f"{OPTION} --strategy __import__('os').system('true')", "", b""),
    ("a store in a file", f"{OPTION} --store {{}}", "a.txt", b"x"),
    ("a store at a web address", f"{OPTION} --store http://127.0.0.1:9/x", "", b""),
    ("a store of no such user", f"{OPTION} --store ~nosuchuser/x", "", b""),
    ("a manifest 100,000 deep", STATUS, "manifest.json", b'{"a":' * DEEP),
    ("a manifest that is cut off", STATUS, "manifest.json", lambda: manifest()[:200]),
    ("a manifest of a billion cycles", STATUS, "manifest.json", lambda: manifest(cycles=10**9)),
    ("a manifest of a billion seeds", STATUS, "manifest.json", lambda: manifest(config=config(seeds=10**9))),
    ("a manifest that leads elsewhere", STATUS, "manifest.json", lambda: manifest(setup="../../etc/setup-12")),
    ("a manifest whose strategies are numbers", STATUS, "manifest.json", lambda: manifest(config=config(strategies=3))),
    ("a table that is none", REPORT, "metrics.parquet", b"junk"),
    ("a table without its columns", REPORT, "metrics.parquet", lambda: parquet(strategy=["margin"])),
    ("a table of words for numbers", REPORT, "stops.parquet", lambda: words_for_numbers()),
    ("a model that says nothing of itself", PREDICT, "alflow.json", b"{}"),
    ("a model with a class twice", PREDICT, "alflow.json", lambda: about(classes=["post", "post"])),
    ("a model with too few classes", PREDICT, "alflow.json", lambda: about(classes=["post"])),
    ("a model without its encoder", PREDICT, "alflow.json", lambda: about(kind="sequence")),
    ("what a model says, 100,000 deep", PREDICT, "alflow.json", b"[" * DEEP),
    ("a model that is no archive", PREDICT, "model.skops", b"junk"),
    ("a model that expands to 2 GiB", PREDICT, "model.skops", lambda: zip_bomb("schema.json", 2)),
    ("a model whose schema is 100,000 deep", PREDICT, "model.skops", lambda: schema(b'{"a":' * DEEP)),
    ("a model that calls a program", PREDICT, "model.skops", lambda: schema(CALLS)),
    ("rows of no text column", "predict model {} --output o.csv", "b.csv", b"body\na\n"),
    ("a pipe to predict", "predict model {} --output o.csv", "PIPE.csv", b""),
]  # fmt: skip
assert len(INPUTS) >= 60, "docs/malformed.md says what each kind of damage gets"
CALLS = b'{"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "content": {"module_path": "os", ' \
    b'"function": "system"}, "protocol": 2, "_skops_version": "0.13"}'  # fmt: skip


def words_for_numbers() -> bytes:
    table = pd.read_parquet(io.BytesIO(table_files()["stops.parquet"]))
    written = io.BytesIO()
    table.assign(labels="many").to_parquet(written)
    return written.getvalue()


def schema(content: bytes) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        archive.writestr("schema.json", content)
    return written.getvalue()


@contextmanager
def a_folder() -> Iterator[Path]:
    """Go to a folder with a right file, an experiment and a model, into which the malformed file comes."""
    before = Path.cwd()
    with TemporaryDirectory() as made:
        folder = Path(made)
        experiment = folder / "store" / "experiments" / EXPERIMENT
        for place in (experiment, folder / "model"):
            place.mkdir(parents=True)
        (folder / "mails.csv").write_bytes(ROWS)
        (experiment / "manifest.json").write_bytes(manifest_file())
        for name, content in table_files().items():
            (experiment / name).write_bytes(content)
        for name, content in model_files().items():
            (folder / "model" / name).write_bytes(content)
        os.chdir(folder)
        try:
            yield folder
        finally:
            os.chdir(before)


def place(folder: Path, file: str, content: Content) -> None:
    if file == "PIPE.csv":
        os.mkfifo(folder / file)
    elif file == "FOLDER":
        (folder / file).mkdir()
    elif file:
        inside = [
            one for one in (folder / "model" / file, folder / "store/experiments" / EXPERIMENT / file) if one.exists()
        ]
        (inside or [folder / file])[0].write_bytes(content() if callable(content) else content)


def answer(command: str, file: str, content: Content) -> tuple[str, int]:
    """Return what a command says of a malformed file, without the names of folders, and its exit code."""
    with a_folder() as folder:
        place(folder, file, content)
        plain, strategy, named = command.replace("{}", file).partition(" --strategy ")
        with within_limits():
            result = CliRunner().invoke(main, [*plain.split(), *(["--strategy", named] if strategy else [])])
        assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
        assert not [name for name in ("todo.csv", "o.csv") if Path(name).exists()], "nothing is written of it"
        said = " ".join(result.output.replace(str(folder.resolve()), ".").replace(str(folder), ".").split())
        return said.partition("alflow: ")[2] or said, result.exit_code


def rows() -> Iterator[str]:
    for what, command, file, content in INPUTS:
        said, _ = answer(command, file, content)
        shown = said[:240].replace("|", "\\|") + ("…" if len(said) > 240 else "")
        yield f"| {what} | `alflow {command.split()[0]}` | {shown} |"


def page() -> str:
    head = (
        "# Malformed inputs\n\nWhat each gets; tried, and written, by `python tests/flows/test_malformed.py`.\n\n"
        "| input | to | gets |\n|---|---|---|\n"
    )
    return head + "\n".join(rows()) + "\n"


@pytest.fixture(autouse=True)
def as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(machine.PROTOCOLS)


@pytest.mark.parametrize(("what", "command", "file", "content"), INPUTS, ids=[one[0] for one in INPUTS])
def test_a_malformed_input_is_refused_in_a_sentence(what: str, command: str, file: str, content: Content) -> None:
    said, code = answer(command, file, content)
    assert (code == 0) == (command == STATUS), "only the list of experiments goes on, to those that can be read"
    assert "Traceback" not in said
    assert 20 < len(said) < 3000, said
    assert said[:200] in PAGE.read_text().replace("\\|", "|"), f"write docs/malformed.md anew; it says now: {said}"


ALTERED = {"report": 4}
"""How many altered files are read of each kind, if not 30; `make soak` has them read for minutes."""


@pytest.mark.parametrize("name", KINDS)
def test_what_is_altered_at_random_is_read_or_refused(name: str, tmp_path: Path) -> None:
    one = kind(name)
    for file, content in list(one.seeds.items())[: ALTERED.get(name)]:
        (tmp_path / file).write_bytes(content)
        one.read(tmp_path / file)
    for file, content in islice(rounds(one, seed=0), ALTERED.get(name, 30)):
        fault = fault_of(one, file, content)
        assert fault is None, (fault, file, content)


@pytest.mark.parametrize("file", sorted(KEPT.glob("*/*")), ids=lambda file: file.name)
def test_what_once_broke_a_reader_is_refused(file: Path) -> None:
    assert fault_of(kind(file.parent.name), file.name.partition("-")[2], file.read_bytes()) is None


if __name__ == "__main__":
    PAGE.write_text(page())
