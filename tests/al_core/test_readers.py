"""Every format is read as it is written, in whatever encoding."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.datasets import readers
from al_core.datasets.layout import How
from al_core.errors import DataError

ACCENTED = [f"Où est passé l'été numéro {i} ? Là-bas, près de la forêt, à côté du château." for i in range(40)]


def read(path, **how):
    return readers.read(path, How(**how))[0]


@pytest.fixture
def write(tmp_path):
    """Write bytes or text to a named file and return its path."""

    def write(name, content):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def rows(frame):
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def test_csv_fields_hold_quotes_commas_and_line_breaks(write):
    path = write("a.csv", 'text,label\n"a, b",x\n"say ""hi""",y\n"two\nlines",x\n"win\r\ndows",y\n')
    frame = read(path)
    assert list(frame) == ["text", "label"]
    assert rows(frame) == [["a, b", "x"], ['say "hi"', "y"], ["two\nlines", "x"], ["win\r\ndows", "y"]]


@pytest.mark.parametrize("name", ["a.csv", "a.tsv"])
def test_without_a_header_columns_are_numbered_and_no_row_is_lost(write, name):
    separator = "," if name.endswith("csv") else "\t"
    frame = read(write(name, f"hello{separator}a\nbye{separator}b\n"), header=False)
    assert list(frame) == ["0", "1"]
    assert rows(frame) == [["hello", "a"], ["bye", "b"]]


def test_quotes_in_a_tsv_are_plain_characters(write):
    frame = read(write("a.tsv", 'label\ttext\nham\t"open quote\nspam\tclosed" and "both"\n'))
    assert rows(frame) == [["ham", '"open quote'], ["spam", 'closed" and "both"']]


def test_cells_are_strings_as_written_and_only_empty_ones_are_missing(write):
    frame = read(write("a.csv", "text,label\nNA,01\nnull,2.0\nNone,nan\n,1e5\nx,\n"))
    assert rows(frame) == [["NA", "01"], ["null", "2.0"], ["None", "nan"], [None, "1e5"], ["x", None]]


def test_a_csv_row_with_an_unquoted_comma_is_refused_not_shifted(write):
    with pytest.raises(DataError, match=r"'.*a.csv' cannot be read as csv: line 2 has 3 fields, and the first line 2"):
        read(write("a.csv", "text,label\nwell, hello,spam\nwell, bye,ham\n"))


def test_a_csv_that_is_cut_off_or_ragged_is_refused_in_one_line(write):
    for content, problem in [
        ('text\n"cut', "quotes in line 2 do not come in pairs"),
        ("a,b\n1,2\n1,2,3\n", "line 3 has 3"),
    ]:
        with pytest.raises(DataError, match=problem) as refused:
            read(write("a.csv", content))
        assert "\n" not in str(refused.value)


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_json_lines_keep_types_and_take_missing_keys(write, name):
    content = '{"text": "a\\nb", "label": 1}\n\n{"text": null}\r\n{"label": 2, "text": "line\u2028sep"}\n'
    frame = read(write(name, content))
    assert rows(frame) == [["a\nb", 1], [None, None], ["line\u2028sep", 2]]


def test_a_json_array_of_objects_is_read_too(write):
    assert rows(read(write("a.json", '[{"text": "a"},\n {"text": "b"}]'))) == [["a"], ["b"]]


@pytest.mark.parametrize("content", ["1\n2\n", "[1, 2]", '["a"]\n'])
def test_json_that_is_not_objects_is_refused_with_an_example(write, content):
    with pytest.raises(DataError, match="every line has to be an object, such as"):
        read(write("a.jsonl", content))


def test_bad_json_is_refused_with_its_line_in_the_file(write):
    with pytest.raises(DataError, match="line 3"):
        read(write("a.jsonl", '{"text": "a"}\n{"text": "b"}\n{"text": oops}\n'))


def test_parquet_is_read_with_its_types(tmp_path):
    frame = pd.DataFrame({"text": ["a", None], "label": [1, 2]})
    frame.to_parquet(tmp_path / "a.parquet")
    pd.testing.assert_frame_equal(read(tmp_path / "a.parquet").astype(frame.dtypes), frame)


def test_a_file_that_is_not_parquet_is_refused(write):
    with pytest.raises(DataError, match="parquet"):
        read(write("a.parquet", b"not parquet at all" * 10))


def test_label_text_lines_split_at_the_first_space(write):
    frame = read(write("a.txt", "1 What is it ?\n\n0\tA tab  and two spaces\n2\n"))
    assert list(frame) == ["label", "text"]
    assert rows(frame) == [["1", "What is it ?"], ["0", "A tab  and two spaces"], ["2", None]]


@pytest.mark.parametrize("character", ["\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"])
def test_only_line_breaks_end_a_line(write, character):
    text = f"before{character}after"
    assert rows(read(write("a.txt", f"1 {text}\r\n0 next\n"))) == [["1", text], ["0", "next"]]
    assert rows(read(write("folder/spam.txt", f"{text}\r\nnext\n").parent)) == [[text, "spam"], ["next", "spam"]]


def test_a_folder_has_a_class_a_file_and_dataset_txt_is_unlabelled(write):
    write("mail/spam.txt", "win cash\n\nfree money\n")
    write("mail/dataset.txt", "who knows\n")
    write("mail/readme.md", "not a class")
    folder = write("mail/no_spam.txt", "see you at ten\n").parent
    expected = [["who knows", None], ["see you at ten", "no_spam"], ["win cash", "spam"], ["free money", "spam"]]
    assert rows(read(folder)) == expected


def test_a_folder_without_text_files_is_refused_with_an_example(tmp_path):
    with pytest.raises(DataError, match=r"holds no \.txt files; one is needed for each class, such as spam\.txt"):
        read(tmp_path)


def test_a_folder_is_refused_as_a_file_and_a_file_as_a_folder(tmp_path, write):
    with pytest.raises(DataError, match="folder"):
        read(tmp_path, format="csv")
    with pytest.raises(DataError, match="not a folder"):
        read(write("a.csv", "text\na\n"), format="folder")


def test_the_format_named_wins_over_the_suffix(write):
    assert rows(read(write("a.txt", "text,label\na,b\n"), format="csv")) == [["a", "b"]]


def test_a_file_that_is_no_sheet_is_refused(write):
    with pytest.raises(DataError, match=r"cannot be read as xlsx: .*mend it"):
        read(write("a.xlsx", "text"))


def test_an_unknown_suffix_is_refused_with_the_formats_there_are(write):
    with pytest.raises(DataError, match=r"'\.docx'.* Name it with `data.format`: csv, tsv, xlsx, jsonl, parquet, "):
        read(write("a.docx", "text"))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("named", [False, True])
def test_encodings_are_detected_and_can_be_named(write, encoding, named):
    path = write("a.csv", ("text\n" + "\n".join(f'"{text}"' for text in ACCENTED)).encode(encoding))
    assert read(path, encoding=encoding if named else None)["text"].tolist() == ACCENTED


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.csv", "text\nhi\n", {"text": "hi"}),
        ("a.jsonl", '{"text": "hi"}\n', {"text": "hi"}),
        ("a.txt", "1 hi\n", {"label": "1", "text": "hi"}),
    ],
)
def test_utf_8_with_a_byte_order_mark_may_be_named_just_utf_8(write, name, content, expected):
    assert read(write(name, content.encode("utf-8-sig")), encoding="utf-8").to_dict("records") == [expected]


def test_one_file_of_a_folder_in_another_encoding_is_detected(write):
    write("mail/a.txt", "été\n")
    folder = write("mail/b.txt", "\n".join(ACCENTED).encode("latin-1")).parent
    assert read(folder)["text"].tolist() == ["été", *ACCENTED]


def test_a_wrong_encoding_is_refused_with_the_byte_and_its_place(write):
    with pytest.raises(DataError, match=r"is not utf-8: byte 0xe9 at 6; name another `data\.encoding`"):
        read(write("a.csv", "text\n1é\n".encode("latin-1")), encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-9", "rot13", "zlib", "hex"])
def test_what_is_not_an_encoding_of_text_is_refused_as_unknown(write, encoding):
    with pytest.raises(DataError, match=f"unknown encoding '{encoding}'"):
        read(write("a.csv", "text\na\n"), encoding=encoding)


@pytest.mark.parametrize(
    "content",
    [bytes(range(256)), b"\x89PNG\r\n\x1a\n\x00\xff", b"\x00\x01\x02\x7f", "text\na\n".encode("utf-16-le")],
    ids=["every byte", "picture", "also UTF-8", "UTF-16 without its mark"],
)
def test_what_holds_zero_bytes_is_refused_as_binary(write, content):
    with pytest.raises(DataError, match="holds binary data"):
        read(write("a.csv", content))


@pytest.mark.parametrize("content", ["", " \n\n\t"])
@pytest.mark.parametrize("suffix", ["csv", "tsv", "jsonl", "txt", "parquet"])
def test_an_empty_file_is_refused(write, suffix, content):
    with pytest.raises(DataError, match=r"is empty|smaller than the minimum"):
        read(write(f"a.{suffix}", content))


cells = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\ufeff"), min_size=1)


@given(st.lists(st.tuples(cells, cells), min_size=1))
def test_any_text_survives_csv_and_json_lines(tmp_path_factory, table):
    folder = tmp_path_factory.mktemp("any")
    frame = pd.DataFrame(table, columns=["text", "label"])
    frame.to_csv(folder / "a.csv", index=False, quoting=1)
    lines = [json.dumps(dict(zip(frame, row, strict=True)), ensure_ascii=False) for row in table]
    (folder / "a.jsonl").write_bytes("\n".join(lines).encode())
    for name in ("a.csv", "a.jsonl"):
        assert [tuple(row) for row in rows(read(folder / name))] == table


@pytest.mark.parametrize("brackets", [False, True])
def test_whole_numbers_of_json_stay_whole_beside_a_gap(tmp_path, brackets):
    rows = [{"id": 1234567890123456789, "text": "a"}, {"id": None, "text": "b"}]
    lines = [json.dumps(row) for row in rows]
    (tmp_path / "a.jsonl").write_text(f"[{','.join(lines)}]" if brackets else "\n".join(lines))
    assert read(tmp_path / "a.jsonl")["id"].tolist() == [1234567890123456789, None]


def test_a_sheet_of_two_cells_far_apart_is_refused_before_those_between_are_made(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active["A1"], book.active["XFD1048576"] = "text", "far away"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(DataError, match=r"1,048,576 rows and 16,384 columns, comes to 1024\.0 GiB"):
        read(tmp_path / "a.xlsx")
