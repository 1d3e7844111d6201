"""Files of any size: read and written piece by piece."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from al_core.datasets import readers
from al_core.datasets.layout import How, layout_of
from al_core.datasets.sink import sink_of
from al_core.errors import DataError

ROWS = pd.DataFrame({"text": ["a, b", 'c "d"\nline two', "", "é"], "n": ["1", "", "3", "4"]})


def pieces(path: Path, rows: int = 8192, **how: object) -> Iterator[pd.DataFrame]:
    return readers.pieces(layout_of(path, How(to_label=True, **how)), rows)  # type: ignore[arg-type]


def together(path: Path, **options: object) -> list[dict]:
    several = list(pieces(path, rows=2, **options))  # type: ignore[arg-type]
    assert all(len(piece) <= 2 for piece in several)
    return pd.concat(several).fillna("").to_dict("records")


@pytest.mark.parametrize("suffix", ["csv", "parquet", "jsonl"])
def test_each_format_comes_back_in_pieces(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"texts.{suffix}"
    writers = {
        "csv": lambda: ROWS.to_csv(path, index=False),
        "parquet": lambda: ROWS.to_parquet(path),
        "jsonl": lambda: ROWS.to_json(path, orient="records", lines=True),
    }
    writers[suffix]()
    assert together(path) == ROWS.to_dict("records")


def test_text_lines_keep_blank_ones_and_labelled_lines_do_not(tmp_path: Path) -> None:
    path = tmp_path / "texts.txt"
    path.write_text("spam win cash\r\n\nham hi\x85there\n")
    assert [row["text"] for row in together(path)] == ["spam win cash", "", "ham hi\x85there"]
    assert together(path, format="lines")[1] == {"label": "ham", "text": "hi\x85there"}


def test_a_tsv_without_header(tmp_path: Path) -> None:
    path = tmp_path / "texts.tsv"
    path.write_text('ham\t"hi\nspam\twin\nham\tho\n')
    assert together(path, header=False)[0] == {"0": "ham", "1": '"hi'}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_the_encoding_is_that_of_the_whole_file(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "texts.csv"
    rows = ["text", *["plain"] * 50_000, "naïve café, déjà vu" if encoding == "utf-8" else "naïve café"]
    path.write_bytes("\n".join(f'"{row}"' for row in rows).encode(encoding))
    assert list(pieces(path))[-1]["text"].iloc[-1].startswith("naïve café")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    def refused(name: str, content: bytes, message: str, **options: object) -> None:
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=message):
            list(pieces(tmp_path / name, **options))  # type: ignore[arg-type]

    refused("a.csv", b"", "is empty; there is nothing to read")
    refused("a.cvs", b"text\n", r"cannot tell the format of 'a\.cvs' .*did you mean '\.csv'")
    refused("a.csv", b"text\nx\x00y\n", "holds binary data")
    refused("a.csv", b"text\n1,2\n", "line 2 has 2 fields, and the first line 1")
    refused("a.csv", "text\né\n".encode("latin-1"), "is not utf-8: byte 0xe9 at 5", encoding="utf-8")
    refused("a.csv", b"text\n", "unknown encoding 'utf-88'", encoding="utf-88")
    refused("a.jsonl", b'{"text": "x"}\n{"text": \n', "cannot be read: line 2")
    refused("a.parquet", b"PAR1", "cannot be read as parquet")
    with pytest.raises(DataError, match="is a folder, and cannot be read as csv"):
        list(pieces(tmp_path, format="csv"))
    with pytest.raises(DataError, match="is no file"):
        list(pieces(tmp_path / "none.csv"))


def test_half_a_character_is_replaced_and_a_whole_one_is_not(tmp_path: Path) -> None:
    path = tmp_path / "texts.jsonl"
    path.write_text('{"text": "so \\ud83d"}\n{"text": "so \\ud83d\\ude00 \\\\ud83d"}\n')
    assert [row["text"] for row in together(path)] == ["so ?", "so 😀 \\ud83d"]


def written(name: str, several: Iterator[pd.DataFrame] | list[pd.DataFrame]) -> BytesIO:
    file = BytesIO()
    with sink_of(Path(name))(file) as write:
        for piece in several:
            write(piece)
    return BytesIO(file.getvalue())


def test_pieces_are_written_as_one_table() -> None:
    several = [pd.DataFrame({"t": ["a", "b"], "p": [0.5, None]}), pd.DataFrame({"t": [None, "ü,\n"], "p": [0.1, 1.0]})]
    whole = pd.concat(several, ignore_index=True)
    pd.testing.assert_frame_equal(pd.read_csv(written("x.csv", several)), whole, check_dtype=False)
    pd.testing.assert_frame_equal(pd.read_parquet(written("x.parquet", several)), whole, check_dtype=False)
    by_line = pd.read_json(written("x.jsonl", several), lines=True)
    pd.testing.assert_frame_equal(by_line, whole, check_dtype=False)


def test_values_keep_their_kinds_on_the_way_through(tmp_path: Path) -> None:
    rows = pd.DataFrame({"text": ["a", "b"], "n": pd.array([1, None], "Int64"), "tags": [["x"], []]})
    rows["when"] = pd.Timestamp("2026-01-02")
    rows.to_parquet(tmp_path / "in.parquet")
    out = pd.read_parquet(written("x.parquet", pieces(tmp_path / "in.parquet", rows=1)), dtype_backend="pyarrow")
    assert out["n"].isna().tolist() == [False, True]
    assert str(out["when"].dtype).startswith("timestamp")
    lines = written("x.jsonl", pieces(tmp_path / "in.parquet")).getvalue().decode()
    assert lines.startswith(
        '{"text": "a", "n": 1, "tags": ["x"], "when": "2026-01-02 00:00:00"}\n{"text": "b", "n": null'
    )
    assert b'"[""x""]"' in written("x.csv", pieces(tmp_path / "in.parquet")).getvalue()


def test_a_column_that_comes_late_needs_json_lines() -> None:
    several = [pd.DataFrame({"t": ["a"]}), pd.DataFrame({"t": ["b"], "new": [1]})]
    for name in ("x.csv", "x.parquet"):
        with pytest.raises(DataError, match=r"'new' is not in the file's first rows; write \.jsonl"):
            written(name, several)
    assert written("x.jsonl", several).getvalue().endswith(b'{"t": "b", "new": 1}\n')
    kinds = [pd.DataFrame({"t": [1]}, dtype=object), pd.DataFrame({"t": ["b"]}, dtype=object)]
    with pytest.raises(DataError, match="several kinds of values"):
        written("x.parquet", kinds)


def test_a_column_that_is_empty_at_first_can_hold_text_later() -> None:
    several = [pd.DataFrame({"t": [None]}, dtype=object), pd.DataFrame({"t": ["b"]}, dtype=object)]
    assert pd.read_parquet(written("x.parquet", several))["t"].tolist()[1] == "b"
