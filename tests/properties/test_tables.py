"""Whatever table pandas writes comes back with the same texts and labels, or is refused."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from al_core.datasets import readers
from al_core.datasets.layout import How
from al_core.errors import DataError

LETTERS = st.sampled_from([*"abc ,;|\t\n'\"\\=é天-1.0", "\r\n", "''", '""'])
TEXTS = st.lists(LETTERS, min_size=1, max_size=12).map("".join)
LABELS = st.sampled_from(["ham", "spam", "no, not", "it's", '"x"', "0", "1.5", "a;b"])
TABLES = st.lists(st.tuples(TEXTS, LABELS), min_size=1, max_size=30)

DIALECTS = st.fixed_dictionaries({
    "sep": st.sampled_from([",", ";", "\t", "|"]),
    "quoting": st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_NONE]),
    "quotechar": st.sampled_from(['"', "'"]),
    "lineterminator": st.sampled_from(["\n", "\r\n"]),
    "encoding": st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
})  # fmt: skip


def same(path: Path, rows: list[tuple[str, str]], **how: Any) -> None:
    """Compare what is read with what was written; blanks around a cell are nothing to a text or a label."""
    try:
        frame, _ = readers.read(path, How(**how))
        if not {"text", "label"} <= set(frame.columns):
            return  # an experiment refuses it
    except DataError:
        return
    said = [tuple("" if pd.isna(cell) else str(cell) for cell in row) for row in frame[["text", "label"]].to_numpy()]
    assert said == rows, path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, DIALECTS)
def test_csv_in_its_dialects(tmp_path: Path, rows: list[tuple[str, str]], dialect: dict[str, Any]) -> None:
    if dialect["quotechar"] == "'":
        dialect = dialect | {"quoting": csv.QUOTE_ALL}  # else nothing tells an apostrophe from a quote
    if dialect["quoting"] == csv.QUOTE_NONE:
        rows = [(text.replace('"', "'"), label.replace('"', "'")) for text, label in rows]
    path = tmp_path / ("a.tsv" if dialect["sep"] == "\t" else "a.csv")
    try:
        pd.DataFrame(rows, columns=["text", "label"]).to_csv(path, index=False, **dialect)
    except (csv.Error, ValueError, TypeError):
        return  # pandas itself cannot write it so
    same(path, rows)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TABLES, st.sampled_from(["a.jsonl", "a.json", "a.jsonl.gz", "a.parquet", "a.feather", "a.xlsx"]))
def test_other_formats(tmp_path: Path, rows: list[tuple[str, str]], name: str) -> None:
    frame = pd.DataFrame(rows, columns=["text", "label"])
    write = {
        "a.jsonl": lambda path: frame.to_json(path, orient="records", lines=True),
        "a.json": lambda path: frame.to_json(path, orient="records"),
        "a.jsonl.gz": lambda path: frame.to_json(path, orient="records", lines=True),
        "a.parquet": lambda path: frame.set_index("text").to_parquet(path),
        "a.feather": lambda path: frame.to_feather(path),
        "a.xlsx": lambda path: frame.map(lambda cell: cell.replace("\r", "")).to_excel(path, index=False),
    }
    write[name](tmp_path / name)
    as_written = [(text.replace("\r", ""), label) for text, label in rows] if name == "a.xlsx" else rows
    if name == "a.xlsx" and any(text.startswith("=") for text, _ in as_written):
        _, layout = readers.read(tmp_path / name)
        assert "hold formulas whose value is not in the file" in layout.remarks[0], "pandas writes them as formulas"
        return
    same(tmp_path / name, as_written)


@pytest.mark.parametrize("kind", ["category", "string", "object"])
def test_kinds_of_columns(tmp_path: Path, kind: str) -> None:
    frame = pd.DataFrame(
        {"text": ["a", "b", None], "label": pd.array([1, None, 3], "Int64"), "yes": [True, False, None]}
    )
    frame.astype({"text": kind}).to_parquet(tmp_path / "a.parquet")
    read, _ = readers.read(tmp_path / "a.parquet")
    assert read["text"].astype(object).where(read["text"].notna(), None).tolist() == ["a", "b", None]
    assert [None if pd.isna(cell) else int(cell) for cell in read["label"]] == [1, None, 3]
