"""Bad input ends with a message that says what was wrong, the value seen and what to do, before Prefect starts."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from click.testing import CliRunner

import flows.experiment
from flows.cli import main
from flows.cli.options import fields

KEYS = "|".join(re.escape(".".join(path)) for path, _ in fields())
KEY = rf"(?m)`(?:{KEYS})[`:]|^(?:alflow: )?(?:{KEYS})(?:\.\d+)?: "


class Refusal:
    """Runs `alflow run`, which has to refuse; the message must hold all that is asked for."""

    def __init__(self, folder, monkeypatch):
        self.folder = folder
        self.started = []
        monkeypatch.setattr(flows.experiment, "experiment", lambda *_, **__: self.started.append(1))

    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def of(self, *arguments, says, store="store"):
        result = CliRunner().invoke(
            main, ["run", "--features", "tfidf", *map(str, arguments), "--store", str(self.folder / store)]
        )
        assert isinstance(result.exception, SystemExit), repr(result.exception)
        assert result.exit_code != 0
        assert not self.started, "Prefect would have started"
        assert "Traceback" not in result.output
        if not str(arguments[0] if arguments else "").endswith((".yaml", ".toml")):
            assert not re.findall(KEY, result.output), "it names a setting by a key that nobody has typed"
        assert [part for part in says if str(part) not in result.output] == [], result.output


@pytest.fixture
def refusal(tmp_path, monkeypatch):
    return Refusal(tmp_path, monkeypatch)


CASES = Path(__file__).parents[1] / "cases"


def table(n=40, labels="ab", header="text,label", first=""):
    rows = [f"message number {row},{labels[row % len(labels)] if labels else ''}" for row in range(n)]
    return "\n".join([header, *([first] if first else []), *rows]) + "\n"


def test_a_server_that_does_not_answer_is_said_with_what_to_do(tmp_path):
    environment = os.environ | {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    command = [sys.executable, "-c", "from flows.cli import main; main()", "run", "--features", "tfidf"]
    command += ["--store", str(tmp_path)]
    said = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600)
    assert said.returncode == 1
    assert "no Prefect server answers at http://127.0.0.1:9/api" in said.stderr
    assert "Traceback" not in said.stderr


def test_a_class_of_one_template_cannot_be_split_by_groups(refusal):
    letters = "abcdefghijklmnopqrstuvwxyz"
    rows = [f"{one * 9} {letters[::-1][n] * 9},mixed\n" for n, one in enumerate(letters)]
    rows += [f"Your parcel with the number {n} has been sent today,template\n" for n in range(10, 40)]
    data = refusal.file("a.csv", "text,label\n" + "".join(rows))
    says = [
        "`--split grouped` leaves no text of the class 'template' for the texts to learn from",
        "the 30 there are belong to one",
    ]
    says += ["Take `--split stratified`", "`--category`"]
    refusal.of("--data", data, "--split", "grouped", "--seed-set-size", 10, "--query-size", 2, says=says)


def test_missing_file(refusal):
    path = refusal.folder / "nope.csv"
    refusal.of("--data", path, says=["no such file", path])


def test_missing_test_file(refusal):
    path = refusal.folder / "nope.csv"
    refusal.of("--data", refusal.file("a.csv", table()), "--test-path", path, says=["no such file", path])


def test_neither_a_file_nor_a_preset(refusal):
    refusal.of("--data", "sms_spma", says=["'sms_spma' is neither", "did you mean 'sms_spam'?", "presets are"])


def test_empty_file(refusal):
    path = refusal.file("a.csv", "")
    refusal.of("--data", path, says=[path, "is empty", "there is nothing to read"])


def test_file_with_a_header_only(refusal):
    refusal.of("--data", refusal.file("a.csv", "text,label\n"), says=["no text has a label"])


def test_missing_column(refusal):
    path = refusal.file("a.csv", table(header="text,lable"))
    refusal.of(
        "--data", path,
        says=["no column 'label'", "did you mean 'lable'?", "There are: text, lable", "Name it with `--label-column`"],
    )  # fmt: skip


def test_no_labels(refusal):
    refusal.of("--data", refusal.file("a.csv", table(labels="")), says=["no text has a label", "needs labelled data"])


def test_one_class_only(refusal):
    refusal.of("--data", refusal.file("a.csv", table(labels="a")), says=["all labelled texts are 'a'", "two classes"])


def test_a_label_seen_in_one_row_only(refusal):
    path = refusal.file("a.csv", table(first="unlike the others,c"))
    refusal.of("--data", path, says=["1 class of fewer than 2 texts: c (1)", "`--on-rare drop`", "label more"])


def test_empty_texts_refused(refusal):
    path = refusal.file("a.csv", table(first=",a"))
    refusal.of(
        "--data",
        path,
        "--on-empty",
        "refuse",
        says=["1 texts are missing or empty", "the first in row", "`--on-empty drop`"],
    )


def test_not_a_number_refused(refusal):
    path = refusal.file("a.jsonl", '{"text": "a", "label": 1}\n{"text": NaN, "label": 1}\n{"text": null, "label": 2}\n')
    refusal.of(
        "--data",
        path,
        "--on-empty",
        "refuse",
        says=["2 texts are missing or empty", "the first in row", "`--on-empty drop`"],
    )


def test_conflicting_labels_refused(refusal):
    path = refusal.file("a.csv", table(first="message number 0,b"))
    refusal.of(
        "--data", path, "--on-conflict", "refuse", says=["1 texts have conflicting labels", "id", "`--on-conflict`"]
    )


@pytest.mark.parametrize(
    ("sizes", "asked"),
    [
        (["--seed-set-size", 5, "--query-size", 28], "a seed set of 5 and a query of 28"),
        (["--seed-set-size", 33, "--query-size", 2], "a seed set of 33 and a query of 2"),
        (["--seed-set-size", 32, "--query-size", 2], "a seed set of 32 and a query of 2"),
    ],
)
def test_sizes_larger_than_what_is_left_to_learn_from(refusal, sizes, asked):
    path = refusal.file("a.csv", table())
    says = ["40 texts, of which 40 have a label; 8 of these are for the test, and 32 are left to learn from"]
    says += [f"too few for {asked}", "`--seed-set-size` and `--query-size` may come to 32 at most"]
    refusal.of("--data", path, *sizes, says=says)


def test_few_labels_among_many_texts(refusal):
    unlabelled = "".join(f"unlabelled {row},\n" for row in range(500))
    path = refusal.file("a.csv", table(30) + unlabelled)
    says = [
        "530 texts, of which 30 have a label",
        "24 are left to learn from",
        "`alflow next` says which texts to label",
    ]
    refusal.of("--data", path, says=says)
    says += ["a seed set of 30. `--seed-set-size` may be 24 at most"]
    refusal.of("--data", path, "--cycles", 0, says=says)


def test_a_strategy_that_needs_a_model_without_a_seed_set(refusal):
    says = [
        "margin needs a trained model",
        "seed set of size 0",
        "switch(typiclust,margin,after=25), or have a seed set",
    ]
    refusal.of("--seed-set-size", 0, "--strategy", "margin", says=says)


def test_no_seed_set_and_no_cycles(refusal):
    sizes = ["--seed-set-size", 0, "--cycles", 0]
    refusal.of(*sizes, "--strategy", "random", says=["seed set of size 0 and no cycles", "raise either of them"])


def test_unknown_strategy(refusal):
    refusal.of(
        "--strategy",
        "margn",
        says=["unknown strategy 'margn'", "did you mean 'margin'?", "There are: adaptive, alps, "],
    )


def test_unknown_classifier(refusal):
    refusal.of(
        "--classifier", "bayes", says=["unknown classifier 'bayes'", "did you mean 'naive_bayes'?", "linear_svm"]
    )


def test_unknown_initialisation(refusal):
    refusal.of("--initialisation", "balance", says=["unknown initialisation 'balance'", "did you mean 'balanced'?"])


def test_two_ids_the_same(refusal):
    path = refusal.file("a.csv", "id,text,label\n7,one,a\n8,two,b\n7,three,a\n")
    refusal.of(
        "--data", path, "--id-column", "id", says=["the id '7' is there 2 times", "have to be unique", "`--id-column`"]
    )


def test_wrong_encoding_named(refusal):
    path = refusal.file("a.csv", table(first="café,a").encode("latin-1"))
    refusal.of("--data", path, "--encoding", "utf-8", says=[path, "is not utf-8", "0xe9", "name another `--encoding`"])


def test_unknown_encoding_named(refusal):
    path = refusal.file("a.csv", table())
    refusal.of("--data", path, "--encoding", "utf-9", says=["unknown encoding 'utf-9'", "such as 'latin-1'"])


def test_a_codec_that_is_not_for_text(refusal):
    path = refusal.file("a.csv", table())
    refusal.of("--data", path, "--encoding", "zlib", says=["'zlib'", "encoding"])


def test_binary_file(refusal):
    path = refusal.file("a.csv", bytes(range(256)))
    refusal.of("--data", path, says=[path, "holds binary data", "`--format` or `--encoding`"])


def test_a_file_that_is_not_parquet(refusal):
    path = refusal.file("a.parquet", table())
    refusal.of("--data", path, says=[path, "cannot be read as parquet", "`--format`"])


def test_unknown_suffix(refusal):
    refusal.of(
        "--data", refusal.file("a.docx", "x"), says=["'a.docx'", "Name it with `--format`: csv, tsv, xlsx, jsonl"]
    )


def test_a_folder_read_as_a_file(refusal):
    refusal.of("--data", refusal.folder, "--format", "csv", says=[refusal.folder, "folder", "`--format`"])


def test_a_row_with_too_many_fields(refusal):
    path = refusal.file("a.csv", table() + "one,two,three\n")
    refusal.of("--data", path, says=[path, "cannot be read as csv", "line 42 has 3 fields, and the first line 2"])


def test_store_in_the_place_of_a_file(refusal):
    refusal.file("taken", "x")
    refusal.of(
        "--cycles", 1, store="taken", says=["cannot write", refusal.folder / "taken", "name another", "`--store`"]
    )


def test_store_below_a_file(refusal):
    refusal.file("taken", "x")
    refusal.of("--cycles", 1, store="taken/sub", says=["cannot write", refusal.folder / "taken/sub", "name another"])


@pytest.mark.parametrize("taken", ["sample", ".alflow"])
def test_a_file_in_the_place_of_a_folder_of_the_store(refusal, taken):
    (refusal.folder / "store").mkdir()
    path = refusal.file(f"store/{taken}", "x")
    refusal.of("--cycles", 1, says=["cannot write", path, "name another"])


def test_config_with_an_unknown_key(refusal):
    path = refusal.file("a.yaml", "cycels: 3\n")
    refusal.of(path, says=["unknown key 'cycels'", "did you mean 'cycles'?", "There are: strategies, seeds, cycles"])


def test_config_with_an_unknown_key_in_a_section(refusal):
    path = refusal.file("a.yaml", "features: {ngram: 2}\n")
    refusal.of(path, says=["unknown key 'ngram'", "did you mean 'ngrams'?", "features"])


def test_config_with_one_strategy_where_a_list_belongs(refusal):
    refusal.of(refusal.file("a.yaml", "strategies: margin\n"), says=["strategies: ", "list", "not 'margin'"])


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("cycles", "-1", "--cycles: input should be greater than or equal to 0, not '-1'"),
        ("test-size", "1.5", "--test-size: input should be less than 1, not '1.5'"),
        ("seed-set-size", "-3", "--seed-set-size: input should be greater than or equal to 0, not '-3'"),
        ("query-size", "ten", "not 'ten'"),
        ("workers", "1000", "workers: input should be less than or equal to 256, not '1000'"),
    ],
)
def test_a_number_out_of_range(refusal, option, value, says):
    refusal.of(f"--{option}", value, says=[says])


def test_config_file_that_is_not_there(refusal):
    path = refusal.folder / "no.yaml"
    refusal.of(path, says=["no such configuration file", path])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.yaml", "a: [1\nb: {", "cannot be read"),
        ("a.yaml", "\tcycles: 3", "cannot be read"),
        ("a.yaml", b"\xff\xfe\x00cycles", "cannot be read"),
        ("a.toml", "cycles: 3", "cannot be read"),
        ("a.yaml", "- cycles\n", "has to hold settings by name, such as 'cycles: 10'"),
        ("a.yaml", "", "has to hold settings by name, such as 'cycles: 10'"),
    ],
)
def test_config_file_that_is_not_yaml_or_toml(refusal, name, content, says):
    path = refusal.file(name, content)
    refusal.of(path, says=[path, says])


@pytest.mark.parametrize("name", ["a.csv", "a.xlsx", "folder"])
def test_data_given_in_the_place_of_the_configuration(refusal, name):
    path = refusal.file(name, table()) if "." in name else refusal.folder
    says = [f"{str(path)!r} is data", f"`alflow run --data {path}`", f"`alflow next {path} --output todo.csv`"]
    refusal.of(path, says=says)
    said = (
        f"`alflow run --data {path} --text-column body`",
        f"`alflow next {path} --text-column body --output todo.csv`",
    )
    refusal.of(path, "--text-column", "body", says=said)


def test_a_key_of_a_file_is_called_as_it_is_there_and_an_option_as_it_was_typed(refusal):
    path = refusal.file("a.yaml", "seed_set: {size: -3}\n")
    refusal.of(path, "--query-size", 0, says=["seed_set.size: input should be", "--query-size: input should be"])


def test_all_faults_are_said_at_once(refusal):
    path = refusal.file("a.csv", table(header="body,class"))
    refusal.of("--data", path, says=["no column 'text' for the text", "no column 'label' for the label"])
    path = refusal.file("b.csv", table())
    options = ["--strategy", "bald", "--strategy", "alps", "--stopping-rule", "target", "--seed-set-size", 60]
    says = [
        "bald needs a network",
        "alps needs an encoder",
        "target measures the model",
        "too few for a seed set of 60",
    ]
    refusal.of("--data", path, *options, says=says)


def test_lines_break_between_words_on_a_terminal(tmp_path):
    path = tmp_path / "mails.csv"
    path.write_text(table(header="body,label"))
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 60, 0, 0))
    command = [sys.executable, "-c", "from flows.cli import main; main()", "run", "--data", "mails.csv"]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    done = subprocess.run(command, cwd=tmp_path, stdin=slave, stdout=slave, stderr=slave, env=environment, timeout=600)
    os.close(slave)
    said = os.read(master, 10_000).decode().replace("\r\n", "\n")
    assert done.returncode == 1
    assert said.count("\n") == 2
    assert all(len(line) <= 60 for line in said.splitlines())
    assert " ".join(said.split()).startswith("alflow: no column 'text' for the text. There are: body, label. Name it")


@pytest.mark.parametrize(
    "command",
    [
        "next mails.csv --output todo.csv",
        "next mails.csv --text-column body --output todo.txt",
        "next mails.csv --text-column body --output mails.csv",
        "next mails.csv --text-column body --label-column kind --output todo.csv",
        "next mails.csv --text-column body --id-column clas --output todo.csv",
        "next mails.csv --text-column body --labelled mails.csv --output todo.csv",
        "next mails.csv --text-column body --classifier naive_bayes --features joined --output todo.csv",
        "next mails.csv --text-column body --strategy bald --output todo.csv",
        "next mails.csv --text-column body --strategy margin --output todo.csv",
        "next mails.csv --text-column body --on-empty refuse --output todo.csv",
        "next nothing.csv --output todo.csv",
        "predict nothing mails.csv --output out.csv",
        "predict nothing mails.csv --output mails.csv",
        "export out --experiment nothing",
        "export out",
        "report",
        "report nothing",
        "status",
        "status nothing",
        "check nothing",
        "check os:getcwd",
    ],
)
def test_what_other_commands_refuse_names_only_what_can_be_typed(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mails.csv").write_text("body,Kind\n" + "".join(f"message {row},\n" for row in range(9)) + ",\n")
    name, *rest = command.split()
    result = CliRunner().invoke(main, [name, *rest])
    assert result.exit_code, result.output
    assert "Traceback" not in result.output
    assert not re.findall(KEY, result.output), "it names a setting by a key that nobody has typed"
    there = {option for one in main.get_command(None, name).params for option in one.opts}
    assert set(re.findall(r"--[a-z][a-z-]*", result.output)) <= there, result.output


def test_what_was_left_out_is_said_where_no_label_is_left(refusal):
    says = ["no text is left", "120 rows read: 119 duplicate texts left out, 1 text with conflicting labels", "correct"]
    refusal.of("--data", CASES / "same.csv", says=says)
    steps = [argument for step in ("urls", "mentions", "whitespace") for argument in ("--cleaning", step)]
    says = ["no text is left", "120 empty texts left out", "`--cleaning`", "`--text-column`"]
    refusal.of("--data", CASES / "urls.csv", *steps, says=says)
    rows = [f"text {row},{label}" for row in range(9) for label in "ab"] + ["other,a"]
    says = ["all labelled texts are 'a'", "9 texts with conflicting labels, 9 of these left out", "correct them"]
    refusal.of("--data", refusal.file("a.csv", "\n".join(["text,label", *rows])), says=says)
