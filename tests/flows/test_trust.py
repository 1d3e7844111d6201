"""What a configuration, a store or a model that somebody else has written can do here: nothing but what is allowed."""

import json
import os
import shlex
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result

from al_core import plugins
from al_core.config import ExperimentConfig
from al_core.datasets import readers
from al_core.errors import ConfigError, StoreError
from al_core.estimators import maker_of
from al_core.plain import fenced, markdown, visible
from al_core.report.page import html_page
from al_core.results import Experiment
from al_core.stopping import rule_of
from al_core.strategies import strategy_of
from al_core.validation import validated
from benchmarks.fuzz_kinds import manifest_file, table_files
from benchmarks.servers import Server
from flows.cli import main
from tasks import machine
from tasks.files import lock_file, lock_folder, place, written_whole

EVIL = """
from pathlib import Path
Path("imported").touch()
from sklearn.linear_model import LogisticRegression
def call(*, note=""):
    Path("called").touch()
    return LogisticRegression()
"""
SECRET = "hunter2"


@pytest.fixture(autouse=True)
def as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow what is allowed where nobody has set anything."""
    monkeypatch.setattr(plugins, "_allowed", {"al_core"})
    monkeypatch.delenv(machine.PROTOCOLS)
    for resolved in (strategy_of, maker_of, rule_of):
        resolved.cache_clear()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, in which lies a module that nobody has allowed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "evil", raising=False)
    (tmp_path / "evil.py").write_text(EVIL)
    rows = [f"message number {row},{'ab'[row % 2]}" for row in range(60)]
    (tmp_path / "mails.csv").write_text("\n".join(["text,label", *rows]))
    return tmp_path


def run(*command: str) -> Result:
    result = CliRunner().invoke(main, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


@pytest.mark.parametrize(
    "settings",
    [
        {"classifier": {"name": "evil:call"}},
        {"strategies": ["margin", "subsample(evil:call, size=9)"]},
        {"stopping": {"rules": ["any(budget, evil:call)"]}},
        {"seed_set": {"initialisation": "evil:call"}},
        {"committee": {"classifiers": ["evil:call", "naive_bayes"]}},
    ],
)
def test_parameters_name_no_code_that_is_not_allowed(settings: dict[str, Any], folder: Path) -> None:
    with pytest.raises(
        ConfigError, match="'evil:call' is code, and what is in 'evil' may not be named here"
    ) as refused:
        validated(ExperimentConfig, settings)
    assert "ALFLOW_ALLOW=evil" in str(refused.value)
    assert not (folder / "imported").exists()


@pytest.mark.parametrize(
    ("option", "name"),
    [
        ("--classifier", "sklearn.datasets:fetch_20newsgroups(data_home='x')"),
        ("--classifier", "evil:call"),
        ("--strategy", "evil:call"),
        ("--stopping-rule", "os:getcwd"),
    ],
)
def test_what_the_command_line_names_is_allowed_and_called_only_if_it_is_marked(
    option: str, name: str, folder: Path
) -> None:
    said = run("run", "--data", "mails.csv", "--features", "tfidf", option, name)
    assert said.exit_code == 1
    assert "is run as it is named here" in said.output
    assert "is not marked as a" in said.output
    assert not (folder / "called").exists()


def a_store(folder: Path, **config: Any) -> Path:
    """Return a store with an experiment that names what it likes."""
    there = folder / "store" / "experiments" / "sent-12345678"
    there.mkdir(parents=True)
    settings = ExperimentConfig(data={"source": "mails.csv"}, features={"kind": "tfidf"}).model_dump(mode="json")
    manifest = {
        "state": "started", "setup": "mails/setup-12345678", "cycles": 1, "config": settings | config,
        "data": {"fingerprint": "0" * 12, "texts": 60, "labels": {}, "ingest": {}}, "versions": {},
    }  # fmt: skip
    (there / "manifest.json").write_text(json.dumps(manifest))
    return folder / "store"


def settings_of(name: str) -> dict[str, Any]:
    return ExperimentConfig().classifier.model_dump(mode="json") | {"name": name}


def test_a_store_that_somebody_sent_runs_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = str(a_store(folder, classifier=settings_of("evil:call"), strategies=["evil:call"]))
    for command, says in ((["status"], "not finished"), (["status", "sent-12345678"], "evil:call")):
        listed = run(*command, "--store", store)
        assert (listed.exit_code, says in listed.output) == (0, True), listed.output
    again = run("run", "sent-12345678", "--store", store)
    assert again.exit_code == 1
    assert "what is in 'evil' may not be named here" in again.output
    assert not (folder / "imported").exists()
    monkeypatch.setenv(machine.ALLOW, "evil")
    machine.apply()
    assert "is not marked as a" in run("run", "sent-12345678", "--store", store).output


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("http://127.0.0.1:9/x", "of the kind 'http' is not allowed here"),
        ("ftp://host/x", "of the kind 'ftp'"),
        ("memory://x", "of the kind 'memory'"),
        ("simplecache::s3://bucket/x", "of the kind 'simplecache::s3'"),
        (f"s3://ann:{SECRET}@bucket/x", "holds a user or password"),
        ("~nosuchuser/x", "names no folder"),
        ("a\0b", "names no folder"),
        ("half \ud83d", "names no folder"),
    ],
)
def test_stores_of_other_kinds_are_refused(url: str, says: str) -> None:
    with pytest.raises(StoreError, match=says) as refused:
        place(url)
    assert SECRET not in str(refused.value)


def test_other_kinds_are_taken_where_the_machine_allows_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(machine.PROTOCOLS, "memory")
    assert str(place("memory://bucket/x")) == "memory://bucket/x"
    with pytest.raises(StoreError, match="of the kind 's3'"):
        place("s3://bucket/x")


def test_places_have_to_be_in_the_folders_that_the_machine_allows(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "inside").mkdir()
    (folder / "inside" / "link").symlink_to(folder / "mails.csv")
    (folder / "inside" / "mails.csv").write_bytes((folder / "mails.csv").read_bytes())
    monkeypatch.setenv(machine.ROOTS, f"{folder / 'inside'}:s3://team/alflow")

    def config(**settings: Any) -> ExperimentConfig:
        return validated(ExperimentConfig, {"store": "inside/results"} | settings)

    machine.check_allowed(config(data={"source": "inside/mails.csv"}))
    machine.check_allowed(config(store="s3://team/alflow/x"))
    for settings, name in (
        ({"store": str(folder / "inside-not")}, "store"),
        ({"store": "inside/../results"}, "store"),
        ({"store": "s3://team/alflow-not"}, "store"),
        ({"store": "s3://team/alflow/../not"}, "store"),
        ({"store": f"file://{folder}/inside/../not"}, "store"),
        ({"data": {"source": "mails.csv"}}, "data.source"),
        ({"data": {"source": "inside/link"}}, "data.source"),
        ({"encoder": {"name": str(folder)}}, "encoder.name"),
        ({"seed_set": {"path": "mails.csv"}}, "seed_set.path"),
    ):
        with pytest.raises(ConfigError, match=f"^{name}: .* is in none of the folders that ALFLOW_ROOTS allows"):
            machine.check_allowed(config(**settings))
    encoder = ["--encoder", str(folder), "--store", "inside/results"]
    for command in (
        ["run", "--data", "mails.csv"],
        ["run", "--data", "inside/mails.csv", *encoder],
        ["next", "mails.csv", "--output", "todo.csv"],
    ):
        assert "is in none of the folders" in run(*command, "--features", "tfidf").output


@pytest.mark.parametrize("times", ["nan", "0", "-1", "inf", "much"])
def test_a_limit_is_raised_by_a_number_and_not_taken_away(times: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(machine.LIMIT_TIMES, times)
    with pytest.raises(ConfigError, match="it has to be a number above 0"):
        machine.apply()


@pytest.mark.parametrize(
    "options",
    [
        ["--store", f"s3://ann:{SECRET}@bucket/x"],
        ["--runner", "dask", "--runner-address", f"tcp://ann:{SECRET}@host:8786"],
        ["--data", f"https://ann:{SECRET}@host/mails.csv"],
        ["--encoder", f"https://ann:{SECRET}@host/model"],
    ],
)
def test_what_refuses_a_password_does_not_tell_it(options: list[str], folder: Path) -> None:
    data = [] if "--data" in options else ["--data", "mails.csv"]
    said = run("run", *data, "--features", "joined" if "--encoder" in options else "tfidf", *options)
    assert said.exit_code == 1
    assert SECRET not in said.output
    written = [file for file in folder.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]
    assert written == []


def test_locks_follow_no_links_and_empty_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / "lock").symlink_to(victim)
    with pytest.raises(StoreError, match="cannot write"):
        lock_file(tmp_path / "lock")
    os.close(lock_file(victim))
    assert victim.read_text() == "precious"
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (tmp_path / f"alflow-locks-{os.getuid()}").symlink_to(elsewhere)
    monkeypatch.setenv(machine.PROTOCOLS, "memory")
    remote = place("memory://bucket/x")
    with pytest.raises(StoreError, match="not a folder of yours that only you can write to"):
        lock_folder(remote)
    (tmp_path / f"alflow-locks-{os.getuid()}").unlink()
    assert lock_folder(remote).parent.stat().st_mode & 0o777 == 0o700
    lock_folder(remote).parent.chmod(0o777)
    with pytest.raises(StoreError, match="only you can write to"):
        lock_folder(remote)


def test_a_kind_of_sharing_that_is_not_known_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(machine.SHARE, "everybody")
    with pytest.raises(ConfigError, match="ALFLOW_SHARE: it has to be `group` or `all`"), written_whole(tmp_path / "a"):
        pytest.fail("it opens what it cannot keep")
    assert list(tmp_path.iterdir()) == []


FORMULAS = ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "'=quoted", "plain", "-5", "'plain'"]


def ask(folder: Path, output: str, *options: str) -> Result:
    command = ["next", "forms.csv", "--features", "tfidf", "--output", output, *options]
    return CliRunner().invoke(main, command, catch_exceptions=False)


def test_a_spreadsheet_runs_nothing_and_labels_come_back(folder: Path) -> None:
    texts = [f"{form} number {row}" for row, form in enumerate(FORMULAS * 3)]
    pd.DataFrame({"text": texts, "=id": FORMULAS * 3}).to_csv(folder / "forms.csv", index=False)
    ask(folder, "todo.csv")
    cells = readers.read(folder / "todo.csv")[0]
    assert list(cells)[1] == "'=id"
    assert not [cell for cell in cells["text"] if cell[0] in "=+-@"]
    assert sorted(cells["'=id"].unique()) == sorted(
        {"'=HYPERLINK(1)", "'+1+1", "'-2+3", "'@SUM(1)", "''=quoted", "plain", "-5", "'plain'"}
    )
    cells.assign(label=["a", "b"] * 12).to_csv(folder / "filled.csv", index=False)
    refused = ask(folder, "again.csv", "--labelled", "filled.csv")
    assert "all 24 texts have a label" in refused.output, refused.output


def test_control_characters_and_markup_stay_what_they_are(folder: Path) -> None:
    kinds = ["[b]old[/b]", "\x1b[31mred", "<i>x</i>"]
    rows = [{"text": f"message number {row}", "label": kinds[row % 2] if row < 40 else None} for row in range(60)]
    (folder / "mails.jsonl").write_text("\n".join(map(json.dumps, rows)))
    said = run("next", "mails.jsonl", "--features", "tfidf", "--output", "todo.csv").output
    assert "[b]old[/b] 20, \\x1b[31mred 20" in said
    assert "\x1b" not in said
    tables = {Path(name).stem: pd.read_parquet(BytesIO(content)) for name, content in table_files().items()}
    for table in tables.values():
        for column in {"label", "true", "predicted"} & set(table):
            table[column] = kinds[1:]
    experiment = Experiment(**tables, manifest=json.loads(manifest_file()))
    page = html_page(experiment)
    assert "<i>x</i>" not in page
    assert "&lt;i&gt;x&lt;/i&gt;" in page


def test_markdown_shows_names_as_they_are() -> None:
    name = "<img src=x onerror=alert(1)> **bold** [link](http://x) `code` | a"
    shown = markdown(name)
    assert not [mark for mark in ("<img", "**", "](", "`code`", "| a") if mark in shown.replace("\\" + mark[0], "")]
    assert fenced("a: '```'\n", "yaml").startswith("````yaml\n")
    assert visible("a\x1b]0;title\x07b\u202ec") == "a\\x1b]0;title\\x07b\\u202ec"


ONE = ["--features", "tfidf", "--cycles", "1", "--query-size", "4", "--seed-set-size", "6", "--seeds", "1"]


@pytest.mark.slow
@pytest.mark.server
def test_output_that_nobody_reads_or_that_cannot_be_written_fails_nothing(folder: Path, shared_server: Server) -> None:
    rows = (folder / "mails.csv").read_text()
    (folder / "mails.csv").write_text(rows.replace(",a", ",\u00e4 \u00b7"))
    command = [sys.executable, "-c", "from flows.cli import main; main()", "run", "--data", "mails.csv", *ONE]
    there = shared_server.environment | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    shell = f"set -o pipefail; {shlex.join(command)} | head -c 1"
    done = subprocess.run(
        ["bash", "-c", shell], env=there | {"PYTHONIOENCODING": "ascii"}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.glob("results/experiments/*/report.html"))


CLOSED = {
    "status --store store >&-": 0,
    "next some.csv --features tfidf --output todo.csv >&- 2>&-": 0,
    "status >&-": 1,
}
"""Commands whose streams are closed, with their exit codes."""


@pytest.mark.slow
@pytest.mark.parametrize("command", CLOSED)
def test_streams_that_are_closed_fail_nothing_and_nothing_goes_elsewhere(command: str, folder: Path) -> None:
    a_store(folder)
    (folder / "some.csv").write_text((folder / "mails.csv").read_text().replace("9,b", "9,"))
    code = shlex.join([sys.executable, "-c", "from flows.cli import main; main()"])
    there = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(["bash", "-c", f"{code} {command}"], env=there, capture_output=True, text=True, check=False)
    assert done.returncode == CLOSED[command], done.stderr
    assert "Traceback" not in done.stderr
    assert ("todo.csv" in command) == (folder / "todo.csv").exists()
    assert "todo.csv" not in command or len(readers.read(folder / "todo.csv")[0]) == 6


@pytest.mark.slow
def test_too_little_memory_is_said_with_what_to_lower(folder: Path) -> None:
    rows = {
        "text": [f"word{row % 999} number{row} mail{row % 77}" * 9 for row in range(200_000)],
        "label": ["a", "b"] * 100_000,
    }
    pd.DataFrame(rows).to_csv(folder / "many.csv", index=False)
    code = "import resource; from flows.cli import main; resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)); main()"
    there = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-c", code, "next", "many.csv", "--features", "tfidf", "--output", "todo.csv"]
    command += ["--label-column", "none"]
    done = subprocess.run(command, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "there is too little memory. Take fewer texts" in done.stderr, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    assert not (folder / "todo.csv").exists()
