"""Files as people have them, each with what alflow made of it once and makes of it now: docs/cases.md is this table.

Each is a situation that somebody reported of a tool of this kind; the files were written anew. `python
tests/al_core/test_cases.py` writes the table; a test compares it with what is read.
"""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus, names
from al_core.datasets.build import IngestNotes, build_corpus
from al_core.datasets.split import check_experiment
from al_core.errors import AlflowError
from al_core.lookalikes import of_corpus

FOLDER = Path(__file__).parents[1] / "cases"
PAGE = Path(__file__).parents[2] / "docs" / "cases.md"
ODD = "22-odd-characters/données 数据 100% $x_1$.csv"
PARTS: dict[str, Any] = {"label_separator": "|"}

CASES: list[tuple[str, dict[str, Any], str]] = [
    ("01-doccano-jsonl/d.jsonl", {}, "refused: the label is a list"),
    ("03-prodigy/binary.jsonl", {}, "rejected and ignored labels learned as if accepted"),
    ("03-prodigy/choice.jsonl", {}, "refused; with a separator, ignored texts had no class instead of no label"),
    ("04-label-studio/d.csv", {}, 'a class called {"choices": ["billing", "praise"]}'),
    ("04-label-studio/d.csv", PARTS, 'a class called {"choices": ["billing", "praise"]}'),
    ("04-label-studio/min.json", PARTS, "a class called {'choices': ...}"),
    ("04-label-studio/full.json", PARTS, "no column 'text'"),
    ("05-list-as-string/d.csv", PARTS | {"label_column": "labels"}, "classes ['access'] and ['billing'"),
    ("06-fasttext/d.txt", PARTS, "the second label stayed in the text"),
    ("06-fasttext/d.txt", {}, "the second label stayed in the text"),
    ("08-excel-csv/cp1252.csv", {}, "déjà read as déją"),
    ("08-excel-csv/semicolon.csv", {}, "did you mean 'text;label'?"),
    ("08-excel-csv/semicolon-commas.csv", {}, "texts that hold the separator have to be quoted"),
    ("08-excel-csv/sep.csv", {}, "there are: sep=;"),
    ("08-excel-csv/utf16.csv", {}, "right"),
    ("09-float-labels/train.csv", {}, "classes 0.0, 1.0, 2.0"),
    ("09-float-labels/train.csv", {"test_path": "09-float-labels/test.csv"}, "the label 0 is in the test file only"),
    ("09-float-labels/train.csv", {"label_names": {"7": "billing"}}, "the name had no effect, without a word"),
    ("10-label-spelling/d.csv", {}, "12 classes, without a word"),
    ("10-label-spelling/nfd.csv", {}, "classes that look the same, without a word"),
    ("11-booleans/d.jsonl", {"label_names": {"true": "billing", "false": "other"}}, "the names had no effect"),
    ("12-rare/d.csv", {}, "the first of 12 rare classes, in each of 12 runs"),
    ("12-rare/d.csv", {"on_rare": "drop"}, "not possible but by naming all that stay"),
    ("12-rare/two.csv", {"min_per_class": 3, "on_rare": "merge"}, "not possible"),
    ("14-compressed/d.csv.gz", {}, "a message whose advice led to itself"),
    ("14-compressed/d.zip", {}, "a message whose advice led to itself"),
    ("14-compressed/d.xlsx", {}, "cannot tell the format"),
    ("15-quotes/unbalanced.csv", {}, "70 of 120 rows, without a word"),
    ("15-quotes/unbalanced.csv", {"quotes": "enclose"}, "70 of 120 rows, without a word"),
    ("15-quotes/backslash.csv", {}, "a text with a backslash and a quote too many"),
    ("15-quotes/eof.csv", {}, "refused, with the row"),
    ("15-quotes/excel.tsv", {}, "10 texts cut at a line break"),
    ("15-quotes/few.csv", {}, "7 texts unlabelled, without a word"),
    ("16-bytes/nul.csv", {}, "refused, without the place"),
    ("16-bytes/cr.csv", {}, "right"),
    ("16-bytes/cr.txt", {}, "one text"),
    ("16-bytes/cr.jsonl", {}, "refused"),
    ("21-scripts/hindi-pairs.csv", {"cleaning": ["punctuation", "whitespace"]}, "texts that differ by a vowel merged"),
    ("21-scripts/chinese.csv", {}, "each text one word"),
    (ODD, {}, "invisible texts learned from"),
    ("24-identical/same.csv", {}, "no text has a label"),
    ("24-identical/urls.csv", {"cleaning": ["urls", "mentions", "whitespace"]}, "no text has a label"),
    ("25-small-pool/d.csv", {}, "the largest possible seed set is 0"),
    ("29-predict/indexed.parquet", {"id_column": "ticket"}, "no column 'ticket'"),
    ("30-parquet/indexed.parquet", {"id_column": "ticket"}, "no column 'ticket'"),
    ("30-parquet/textindex.parquet", {}, "no column 'text'"),
    ("30-parquet/hf.parquet", {}, "classes 0, 1, 2, though the file names them"),
    ("31-na-labels/d.csv", {}, "right"),
    ("31-na-labels/objs.jsonl", PARTS, "classes called {'label': ...}"),
    ("31-na-labels/cats.jsonl", {"label_column": "cats"}, "classes called {'billing': 1.0, ...}"),
    ("31-na-labels/textobj.jsonl", {}, "texts that begin with {'title':"),
    ("31-na-labels/textlist.jsonl", {}, "texts that begin with ['very',"),
]


def read(file: str, settings: dict[str, Any]) -> tuple[Corpus, IngestNotes, ExperimentConfig]:
    inside = {name: str(FOLDER / value) if name == "test_path" else value for name, value in settings.items()}
    config = ExperimentConfig.model_validate({"data": {"source": str(FOLDER / file)} | inside})
    return *build_corpus(config.data), config


def now(file: str, settings: dict[str, Any]) -> str:
    """Return what becomes of a file: how it is read, its classes, what may not be meant, what is refused."""
    try:
        corpus, notes, config = read(file, settings)
    except AlflowError as error:
        return f"refused: {str(error).replace(str(FOLDER / file), file)}"
    classes = Counter(name for label in corpus.labels for name in names(label)).most_common()
    shown = ", ".join(f"{name} {count}" for name, count in classes[:4])
    said = [f"{notes.read}: {notes}; {len(classes)} classes: {shown}", *notes.remarks, *of_corpus(corpus)[:2]]
    try:
        check_experiment(corpus, config)
    except AlflowError as error:
        said.append(f"refused: {error}")
    return "; ".join(said)


def page() -> str:
    head = "# Files as people have them\n\nWhat alflow once made of each, and makes of it now; written by `python "
    head += "tests/al_core/test_cases.py`.\n\n| file, settings | once | now |\n|---|---|---|\n"
    return head + "\n".join(rows()) + "\n"


def rows() -> Iterator[str]:
    for file, settings, once in CASES:
        options = ", ".join(f"{name}: {value}" for name, value in settings.items())
        cells = [f"{file}{f' ({options})' if options else ''}", once, now(file, settings)]
        yield "| " + " | ".join(_cell(cell) for cell in cells) + " |"


def _cell(text: str) -> str:
    line = " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
    return line if len(line) <= 400 else f"{line[:399]}…"


@pytest.mark.parametrize("row", range(len(CASES)), ids=[f"{file} {settings}" for file, settings, _ in CASES])
def test_a_file_is_read_as_the_page_says(row: int) -> None:
    file, settings, _ = CASES[row]
    assert _cell(now(file, settings)) in PAGE.read_text(), "if it is right, write docs/cases.md anew"


def test_letters_are_those_that_were_written(tmp_path: Path) -> None:
    corpus, _, _ = read("08-excel-csv/cp1252.csv", {})
    assert any("– “déjà vu” costs 5 €" in text for text in corpus.texts)
    (tmp_path / "late.csv").write_bytes(
        b"text,label\n" + b"plain words of no kind,a\n" * 20_000 + "café costs 5 €,b\n".encode("cp1252")
    )
    corpus, notes = build_corpus(ExperimentConfig.model_validate({"data": {"source": str(tmp_path / "late.csv")}}).data)
    assert corpus.texts[-1] == "café costs 5 €"
    assert "cp1252 (detected)" in notes.read


def test_no_row_is_lost_to_quotes() -> None:
    assert len(read("15-quotes/unbalanced.csv", {})[0]) == 120
    whole = read("15-quotes/excel.tsv", {})[0]
    assert "with not very please password this token code locked" in whole.texts
    assert any(text.startswith('He wrote: "very') for text in whole.texts)


def test_invisible_labels_are_one_class_and_marks_stay_with_letters() -> None:
    assert len(read("10-label-spelling/nfd.csv", {})[0].classes) == 3
    kept = read("21-scripts/hindi-pairs.csv", {"cleaning": ["punctuation", "whitespace"]})[0]
    assert len(kept) == 150


@pytest.mark.parametrize("named", [["bug,wish"], ["bug", "wish"]])
def test_columns_that_say_yes_are_classes(tmp_path: Path, named: list[str]) -> None:
    (tmp_path / "a.csv").write_text("text,bug,wish\nit crashes,1,0\nplease add,0,1\nhello,,\n")
    config = {"source": str(tmp_path / "a.csv"), "label_columns": named}
    corpus, _ = build_corpus(ExperimentConfig.model_validate({"data": config}).data)
    assert corpus.labels == ("bug", "wish", None)


def test_only_rows_that_are_meant_are_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label,lang\nHi,a,en\nSalut,b,fr\nBye,b,en\n")
    config = {"source": str(tmp_path / "a.csv"), "where": ["lang == en"]}
    corpus, notes = build_corpus(ExperimentConfig.model_validate({"data": config}).data)
    assert corpus.texts == ("Hi", "Bye")
    assert notes.remarks == ("2 of 3 rows are those where lang == en",)


if __name__ == "__main__":
    PAGE.write_text(page())
