"""`alflow next`: the loop by spreadsheet, as somebody does it who has texts and few labels."""

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.readers import read
from flows.cli import main

COUNT = 20


@pytest.fixture(scope="module")
def truth() -> dict[str, str]:
    """Return 400 support messages with their labels."""
    corpus, _ = build_corpus(DataConfig())
    known = [(text, label) for text, label in zip(corpus.texts, corpus.labels, strict=True) if isinstance(label, str)]
    return dict(known[:400])


@pytest.fixture
def file(truth: dict[str, str], tmp_path: Path) -> Path:
    """Write the messages, of which thirty have a label."""
    texts = list(truth)
    labels = [truth[text] if row < 30 else None for row, text in enumerate(texts)]
    made = tmp_path / "mails.csv"
    pd.DataFrame({"number": range(len(texts)), "text": texts, "label": labels}).to_csv(made, index=False)
    return made


def ask(file: Path, output: Path, *options: str) -> Result:
    command = ["next", str(file), "--count", str(COUNT), "--features", "tfidf", "--output", str(output), *options]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def fill_in(file: Path, truth: dict[str, str]) -> pd.DataFrame:
    """Write the labels into a file, as a person does, and return its rows."""
    rows = read(file)
    rows["label"] = [truth[text] for text in rows["text"]]
    if file.suffix == ".xlsx":
        rows.to_excel(file, index=False)
    elif file.suffix == ".parquet":
        rows.to_parquet(file)
    elif file.suffix == ".jsonl":
        rows.to_json(file, orient="records", lines=True)
    else:
        rows.to_csv(file, index=False)
    return rows


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".jsonl", ".parquet"])
def test_round_by_round(suffix: str, file: Path, truth: dict[str, str], tmp_path: Path) -> None:
    asked: list[str] = []
    answers: list[str] = []
    for number in range(3):
        output = tmp_path / f"todo-{number}{suffix}"
        said = ask(file, output, *answers)
        assert said.exit_code == 0, said.output
        assert f"{30 + COUNT * number} texts have a label" in said.output
        assert "Worth so far: accuracy 0." in said.output
        rows = read(output)
        assert list(rows.columns) == ["number", "text", "label", "score", "reason"]
        assert rows["label"].isna().all()
        scores = rows["score"].astype(float)
        assert scores.is_monotonic_decreasing, "best first"
        assert rows["reason"].str.match(r"\S.* 0\.\d\d or \S.* 0\.\d\d$").all()
        asked += fill_in(output, truth)["text"].tolist()
        answers += ["--labelled", str(output)]
        assert f"--labelled {output}" in said.output, "what to say next"
    assert len(set(asked)) == 3 * COUNT, "nothing is asked for twice"
    assert not set(asked) & set(list(truth)[:30])


def test_without_any_label_a_strategy_that_needs_no_model_begins(truth: dict[str, str], tmp_path: Path) -> None:
    file, output = tmp_path / "mails.csv", tmp_path / "todo.csv"
    pd.DataFrame({"text": list(truth)}).to_csv(file, index=False)
    said = ask(file, output)
    assert "0 texts have a label (none), 400 are to choose from" in said.output
    assert "kmeans chooses" in said.output
    assert "cannot be said yet" in said.output
    assert len(read(output)) == COUNT
    said = ask(file, tmp_path / "other.csv", "--strategy", "margin")
    assert said.exit_code == 1
    assert "no text has a label, and margin needs a model, which needs two classes" in str(said.exception)


def test_the_same_data_and_seed_give_the_same_file(file: Path, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        ask(file, tmp_path / name, "--seed", "3")
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_of_two_labels_the_last_file_is_right(tmp_path: Path) -> None:
    file, first, last, output = (tmp_path / name for name in ("m.csv", "1.csv", "2.csv", "todo.csv"))
    texts = [f"{word} number {number}" for number in range(10) for word in ("parcel", "bill")]
    pd.DataFrame({"text": texts}).to_csv(file, index=False)
    for answers, label in ((first, "x"), (last, "y")):
        rows = pd.DataFrame({"text": texts[:12], "label": ["post", label] * 6})
        rows.to_csv(answers, index=False)
    said = ask(file, output, "--labelled", str(first), "--labelled", str(last))
    assert "12 texts have a label (post 6, y 6), 8 are to choose from" in said.output
    assert len(read(output)) == 8, "all that is left"


def test_what_cannot_be_done_is_said_and_nothing_is_overwritten(file: Path, tmp_path: Path) -> None:
    filled = tmp_path / "filled.csv"
    filled.write_text("text,label\nhello,\n")
    for arguments, wanted in (
        ((file, filled), "is there already, and may have labels in it"),
        ((file, tmp_path / "x.csv", "--labelled", str(filled)), "has no labels: its column 'label' is empty"),
        ((file, tmp_path / "x.csv", "--strategy", "margn"), "did you mean 'margin'"),
        ((file, tmp_path / "x.doc"), "Its suffix has to be one of"),
        ((file, tmp_path / "x.csv", "--text-column", "body"), "no column 'body' for the text"),
        ((tmp_path / "none.csv", tmp_path / "x.csv"), "no such file"),
    ):
        said = ask(*arguments)  # type: ignore[arg-type]
        assert said.exit_code == 1
        assert wanted in str(said.exception)
    assert filled.read_text() == "text,label\nhello,\n"
    assert not (tmp_path / "x.csv").exists()


def test_a_text_that_looks_like_a_formula_stays_a_text(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    file, output = tmp_path / "m.csv", tmp_path / "todo.xlsx"
    pd.DataFrame({"text": ["=1+1", "=HYPERLINK(1)", "hello there", "hello you"]}).to_csv(file, index=False)
    ask(file, output)
    sheet = load_workbook(output).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert {cell.value for cell in cells} >= {"=1+1", "=HYPERLINK(1)"}
    assert {cell.data_type for cell in cells} == {"s"}


def test_words_alone_are_ready_without_prefect_or_torch(file: Path, tmp_path: Path) -> None:
    command = ["next", str(file), "--features", "tfidf", "--output", str(tmp_path / "todo.csv")]
    code = f"import sys; from flows.cli import main; main({command}, standalone_mode=False); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (tmp_path / "todo.csv").exists()
    assert not {"prefect", "torch", "transformers", "matplotlib"} & set(done.stdout.split())
