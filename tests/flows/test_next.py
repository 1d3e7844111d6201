"""`alflow next`: the loop by spreadsheet, as somebody does it who has texts and few labels."""

import json
import re
import subprocess
import sys
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner, Result

from al_core import Corpus
from al_core.config import DataConfig
from al_core.datasets import readers
from al_core.datasets.build import build_corpus
from al_core.encoders.forward import progress as read_texts
from al_core.lookalikes import SHOWN, lookalikes
from al_core.query import Query
from al_core.strategies import strategy_of
from al_core.todo import reasons
from flows.cli import main
from flows.cli.output import in_lines
from flows.cli.progress import texts_shown

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
    rows = readers.read(file)[0]
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
        rows = readers.read(output)[0]
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
    assert len(readers.read(output)[0]) == COUNT
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
    assert len(readers.read(output)[0]) == 8, "all that is left"


def test_what_cannot_be_done_is_said_and_nothing_is_overwritten(file: Path, tmp_path: Path) -> None:
    filled = tmp_path / "filled.csv"
    filled.write_text("text,label\nhello,\n")
    empty, long = tmp_path / "empty.csv", tmp_path / "long.csv"
    empty.write_text("text,label\n")
    long.write_text(f"text,label\n{'word ' * 8000},\nhello you,\n")
    for arguments, wanted in (
        ((file, filled), "is there already, and may have labels in it"),
        ((file, tmp_path / "x.csv", "--labelled", str(filled)), "has no labels: its column 'label' is empty"),
        ((file, tmp_path / "x.csv", "--strategy", "margn"), "did you mean 'margin'"),
        ((file, tmp_path / "x.csv", "--label-column", "Label"), "did you mean 'label'"),
        ((empty, tmp_path / "x.csv"), "has no text: 0 rows read"),
        ((long, tmp_path / "x.xlsx"), "a text of 40,000 characters does not fit"),
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


MESSAGES = [f"{word} number {number}" for number in range(30) for word in ("parcel", "bill")]
KINDS = ["post", "money"] * 30


def test_columns_come_back_as_they_were(tmp_path: Path) -> None:
    ids = [1234567890123456789 + row for row in range(60)]
    rows = pd.DataFrame({"id": ids, "text": MESSAGES, "label": None, "score": range(60), "reason": "mine"})
    file, answers = tmp_path / "m.parquet", tmp_path / "a.csv"
    rows.to_parquet(file)
    pd.DataFrame({"text": MESSAGES[:20], "label": KINDS[:20]}).to_csv(answers, index=False)
    for suffix in (".parquet", ".jsonl", ".csv", ".xlsx"):
        output = tmp_path / f"todo{suffix}"
        ask(file, output, "--labelled", str(answers))
        asked = readers.read(output)[0]
        assert set(asked["id"].astype("int64")) <= set(ids[20:])
        assert list(asked) == [*rows, "alflow_score", "alflow_reason"]
        own = rows.set_index("text").loc[asked["text"]]
        assert (asked["score"].astype(int) == own["score"].to_numpy()).all()
        asked.assign(label="post").to_csv(tmp_path / f"filled{suffix}.csv", index=False)
        again = ask(file, tmp_path / f"again{suffix}", "--labelled", str(tmp_path / f"filled{suffix}.csv"))
        assert f"{COUNT} texts have a label" in again.output


@pytest.mark.parametrize("options", [("--header", "no"), ("--format", "csv"), ("--encoding", "latin-1")])
def test_what_it_wrote_is_read_by_its_own_suffix_and_header(options: tuple[str, str], tmp_path: Path) -> None:
    named = options[0] != "--header"
    file = tmp_path / "m.csv"
    labels = [kind if row < 20 else None for row, kind in enumerate(KINDS)]
    pd.DataFrame({"text": MESSAGES, "label": labels}).to_csv(file, index=False, header=named)
    columns = ("text", "label") if named else ("0", "1")
    of_file = (*options, "--text-column", columns[0], "--label-column", columns[1])
    ask(file, tmp_path / "todo.xlsx", *of_file)
    filled = readers.read(tmp_path / "todo.xlsx")[0].assign(**{columns[1]: "post"})
    filled.to_excel(tmp_path / "todo.xlsx", index=False)
    said = ask(file, tmp_path / "next.csv", "--labelled", str(tmp_path / "todo.xlsx"), *of_file)
    assert f"40 texts have a label (post {10 + COUNT}, money 10), 20 are to choose from" in said.output


def test_what_may_not_be_as_it_was_meant_is_said(tmp_path: Path) -> None:
    file, answers = tmp_path / "m.csv", tmp_path / "a.csv"
    pd.DataFrame({"text": MESSAGES}).to_csv(file, index=False)
    kinds = ["Post", "Post", "Mony", *["post", "money"] * 10, "money"]
    texts = [*MESSAGES[:3], *MESSAGES[3:23], "bill nummber 3"]
    pd.DataFrame({"text": [*texts, texts[5]], "label": [*kinds, "other"]}).to_csv(answers, index=False)
    said = ask(file, tmp_path / "todo.csv", "--labelled", str(answers)).output
    assert "has no column 'label', so none of its texts counts as labelled" in said
    assert "name it with `--label-column`" in said
    assert f"{answers}: 1 text not in {file}, letter by letter: learned from as well" in said
    assert f"{answers}: 1 text with several labels, of which the most frequent counts" in said
    assert "'Post' (2 texts) looks like 'post'" in said
    assert "'Mony' (1 text) looks like 'money'" in said
    assert "of the others only if these were drawn at random" in said


def test_a_text_is_known_by_its_id(tmp_path: Path) -> None:
    file, answers = tmp_path / "m.csv", tmp_path / "a.csv"
    pd.DataFrame({"id": range(60), "text": MESSAGES}).to_csv(file, index=False)
    mended = [text.upper() for text in MESSAGES[:20]]
    pd.DataFrame({"id": range(20), "text": mended, "label": KINDS[:20]}).to_csv(answers, index=False)
    said = ask(file, tmp_path / "todo.csv", "--labelled", str(answers), "--id-column", "id").output
    assert "20 texts have a label (post 10, money 10), 40 are to choose from" in said
    assert "not in" not in said
    assert "with the id of another text" in said
    others = pd.DataFrame({"id": range(20), "text": [f"other {row}" for row in range(20)], "label": KINDS[1:21]})
    others.to_csv(tmp_path / "b.csv", index=False)
    more = ["--labelled", str(answers), "--labelled", str(tmp_path / "b.csv"), "--id-column", "id"]
    assert "with another label than before, which it replaces" in ask(file, tmp_path / "again.csv", *more).output


def test_a_model_is_worth_nothing_that_can_be_said_by_one_class(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    pd.DataFrame({"text": MESSAGES, "label": ["post", "money", "post", *[None] * 57]}).to_csv(file, index=False)
    assert "What a model of these labels is worth cannot be said yet" in ask(file, tmp_path / "todo.csv").output


def test_a_reason_says_where_the_model_knows_no_word(tmp_path: Path) -> None:
    texts = [
        "cold rain today",
        "hot sun today",
        "cold wind now",
        "hot beach now",
        "cold hot sun",
        "xyzzy plugh",
        "xyzzy",
    ]
    file = tmp_path / "weather.csv"
    pd.DataFrame({"text": texts, "label": ["bad", "good", "bad", "good", None, None, None]}).to_csv(file, index=False)
    assert ask(file, tmp_path / "todo.csv", "--min-texts", "1").exit_code == 0
    reasons = pd.read_csv(tmp_path / "todo.csv").set_index("text")["reason"]
    assert reasons["xyzzy"].startswith("no word of the labelled texts; ")
    assert reasons["cold hot sun"].startswith(("bad 0.", "good 0."))


def test_the_reason_of_several_labels_is_those_that_the_model_is_least_sure_of() -> None:
    labels = [("cold", "wet"), ("cold",), ("wet", "windy")]
    asked = Query(np.array([0]), None, np.array([[0.99, 0.45, 0.52]]), 3)
    corpus = Corpus.of(["brr", "icy", "gale"], labels)
    assert reasons(asked, strategy_of("cvirs"), corpus, np.array([False])) == ["windy 0.52, wet 0.45"]


def test_labels_that_a_spreadsheet_wrote_as_fractions_are_what_they_were(tmp_path: Path) -> None:
    file, answers = tmp_path / "m.csv", tmp_path / "a.csv"
    pd.DataFrame({"text": MESSAGES, "label": [1, 0] * 5 + [None] * 50}, dtype=object).to_csv(file, index=False)
    pd.DataFrame({"text": MESSAGES[10:20], "label": [1.0, 0.0] * 5}).to_csv(answers, index=False)
    assert (
        "20 texts have a label (1 10, 0 10), 40 are"
        in ask(file, tmp_path / "todo.csv", "--labelled", str(answers)).output
    )


@pytest.mark.parametrize("end", ["\r", "\r\n", "\n"])
def test_lines_in_a_text_do_not_end_its_row(end: str, tmp_path: Path) -> None:
    file, todo = tmp_path / "m.jsonl", tmp_path / "todo.csv"
    pd.DataFrame({"text": [f"{text}{end}and more" for text in MESSAGES]}).to_json(file, orient="records", lines=True)
    ask(file, todo)
    filled = pd.read_csv(todo)
    assert len(filled) == COUNT
    filled.assign(label=["post", "money"] * (COUNT // 2)).to_csv(todo, index=False)
    assert f"{COUNT} texts have a label" in ask(file, tmp_path / "again.csv", "--labelled", str(todo)).output


@pytest.mark.parametrize(
    ("column", "cell", "suffix", "wanted"),
    [
        ("text", "so \ud83d", ".csv", "holds half a character"),
        ("note", "so \ud83d", ".csv", "holds half a character"),
        ("note", "so \ud83d", ".parquet", "holds half a character|cannot be written"),
        ("note", "so \ud83d", ".jsonl", "holds half a character"),
        ("note", "so \0", ".csv", "the character NUL, which no .csv can"),
    ],
)
def test_what_no_file_can_hold_is_refused(column: str, cell: str, suffix: str, wanted: str, tmp_path: Path) -> None:
    file, todo = tmp_path / "m.jsonl", tmp_path / f"todo{suffix}"
    rows = [{"id": row, "text": text, "note": "fine"} | {column: f"{cell} {row}"} for row, text in enumerate(MESSAGES)]
    file.write_text("\n".join(map(json.dumps, rows)))
    said = ask(file, todo, "--id-column", "id")
    assert said.exit_code == 1
    assert re.search(wanted, said.output), said.output
    assert not todo.exists()


def test_a_named_index_of_parquet_is_a_column_and_bytes_are_text(tmp_path: Path) -> None:
    file, todo = tmp_path / "m.parquet", tmp_path / "todo.csv"
    rows = pd.DataFrame({"id": range(60), "text": MESSAGES, "label": [*KINDS[:20], *[None] * 40]})
    rows["text"] = rows["text"].map(str.encode)
    rows.set_index("id").to_parquet(file)
    assert "20 texts have a label (post 10, money 10)" in ask(file, todo, "--id-column", "id").output
    assert set(pd.read_csv(todo)["id"]) <= set(range(20, 60))


def test_a_text_whose_labels_tie_is_asked_for_again(tmp_path: Path) -> None:
    file, answers = tmp_path / "m.csv", tmp_path / "a.csv"
    labels = [*KINDS[:20], *[None] * 40]
    pd.DataFrame({"text": [*MESSAGES, MESSAGES[0]], "label": [*labels, "money"]}).to_csv(file, index=False)
    assert "19 texts have a label (money 10, post 9), 41 are to choose from" in ask(file, tmp_path / "1.csv").output
    pd.DataFrame({"text": MESSAGES[:1], "label": ["post"]}).to_csv(answers, index=False)
    said = ask(file, tmp_path / "2.csv", "--labelled", str(answers)).output
    assert "20 texts have a label" in said
    assert "not in" not in said


def test_many_classes_are_not_all_named(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    pd.DataFrame({"text": MESSAGES, "label": [f"kind {row // 2}" for row in range(40)] + [None] * 20}).to_csv(file)
    assert "and 10 more classes" in ask(file, tmp_path / "todo.csv").output


def test_classes_are_alike_by_case_or_where_one_is_rare() -> None:
    assert lookalikes({"relevant": 10, "irrelevant": 10}) == []
    assert len(lookalikes({f"{letter}{letter.upper()}": 1 for letter in "abc"} | {"AA": 1, "BB": 1, "CC": 1})) == 3
    many = lookalikes({name + "x" * number: 1 for number in range(1, 20) for name in ("ab", "AB")})
    assert len(many) == SHOWN + 1
    assert many[-1] == "9 more pairs of classes look alike"


def test_progress_tells_of_the_texts_that_are_embedded_and_of_no_others(capsys: pytest.CaptureFixture[str]) -> None:
    clock = iter(range(0, 10_000, 20))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("flows.cli.progress.monotonic", lambda: next(clock))
        with texts_shown(100, "preparing") as line:
            for _ in range(2):
                read_texts.info("texts", extra={"texts": 25})
            line.begin("choosing")
            read_texts.info("texts", extra={"texts": 25})
            line.begin("judging")
            read_texts.info("texts", extra={"texts": 100})
    told = capsys.readouterr().out.splitlines()
    assert [one.partition(",")[0].rstrip(")") for one in told] == [
        "embedding 100 texts (25 %",
        "embedding 100 texts (50 %",
    ]


def test_lines_break_between_words_on_a_terminal_and_nowhere_else() -> None:
    class Terminal(StringIO):
        def isatty(self) -> bool:
            return True

    text = "some words " * 30
    assert in_lines(text, StringIO()) == text
    lines = in_lines(text, Terminal()).splitlines()
    assert len(lines) > 1
    assert " ".join(" ".join(lines).split()) == text.strip()


def test_texts_that_are_kept_apart_judge_the_model_and_are_not_asked_for(truth: dict[str, str], tmp_path: Path) -> None:
    file, apart, todo = tmp_path / "m.csv", tmp_path / "apart.csv", tmp_path / "todo.csv"
    labels = [truth[text] if row < 30 else None for row, text in enumerate(truth)]
    pd.DataFrame({"text": list(truth), "label": labels}).to_csv(file, index=False)
    said = ask(file, apart, "--strategy", "random").output
    assert f"with --test {apart} --output ANOTHER to judge the model by them, or with --labelled {apart}" in said
    kept = set(fill_in(apart, truth)["text"])
    said = ask(file, todo, "--test", str(apart)).output
    assert f", {COUNT} are kept apart, {400 - 30 - COUNT} are to choose from" in said
    assert f"by {COUNT} test texts, which it has not seen" in said
    assert "only if these were drawn at random" not in said
    assert not set(readers.read(todo)[0]["text"]) & kept
    fill_in(todo, truth)
    again = ask(file, tmp_path / "again.csv", "--test", str(apart), "--labelled", str(todo)).output
    assert again.startswith(f"{file}: 400 rows read")
    assert f"{30 + COUNT} texts have a label" in again
    assert f"--labelled {todo} --labelled {tmp_path / 'again.csv'} --test {apart} --output ANOTHER" in again


def test_what_is_no_class_is_remarked_upon(tmp_path: Path) -> None:
    file = tmp_path / "m.csv"
    labels = [*KINDS[:30], "skip", "n/a?", *[None] * 28]
    pd.DataFrame({"text": MESSAGES, "label": labels}).to_csv(file, index=False)
    assert "Look: of one text only: 'skip', 'n/a?'; if that is no class" in ask(file, tmp_path / "todo.csv").output


def test_ids_are_enough_for_labels(tmp_path: Path) -> None:
    file, answers = tmp_path / "m.csv", tmp_path / "a.csv"
    pd.DataFrame({"id": range(60), "text": MESSAGES}).to_csv(file, index=False)
    pd.DataFrame({"id": range(20), "label": KINDS[:20]}).to_csv(answers, index=False)
    assert (
        "20 texts have a label" in ask(file, tmp_path / "1.csv", "--id-column", "id", "--labelled", str(answers)).output
    )
    wrong = ask(file, tmp_path / "2.csv", "--labelled", str(answers)).output
    assert f"'{answers}': no column 'text' for the text" in wrong


def test_where_all_is_labelled_nothing_is_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("al_core.ranking.featurise", lambda *_: pytest.fail("it has begun to work"))
    file = tmp_path / "m.csv"
    pd.DataFrame({"text": MESSAGES, "label": KINDS}).to_csv(file, index=False)
    assert "there is none to ask for. `alflow run --data FILE`" in ask(file, tmp_path / "todo.csv").output
