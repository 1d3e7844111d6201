"""What commands leave behind, and what they show of names that others chose: modes, no secrets, no markup, no code."""

import errno
import fcntl
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from time import sleep
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner, Result
from markdown_it import MarkdownIt
from prefect import flow

from al_core import plugins
from al_core.errors import StoreError
from al_core.estimators import maker_of
from al_core.stopping import rule_of
from al_core.strategies import strategy_of
from benchmarks.fuzz_kinds import model_files
from benchmarks.servers import Server, wait_until
from flows.cli import main
from flows.failures import report_failures
from tasks import machine
from tasks.store import Store
from tests.forked import Forks, forks

pytestmark = [pytest.mark.server, pytest.mark.slow]

SECRET = "planted-3f9c0b"
SECRETS = {
    "AWS_SECRET_ACCESS_KEY": SECRET,
    "HF_TOKEN": SECRET,
    "PREFECT_SERVER_DATABASE_PASSWORD": SECRET,
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": f"postgresql+asyncpg://ann:{SECRET}@127.0.0.1:1/prefect",
}
CLASSES = ["<img src=x>|a", "b\x1b[31m\u202ec"]
DATA = "<img src=x> \x1b[31m\u202e.csv"
RUN = [
    *("run", "--data", DATA, "--features", "tfidf", "--strategy", "margin", "--strategy", "random", "--seeds", "1"),
    *("--cycles", "1", "--query-size", "4", "--seed-set-size", "6", "--stopping-rule", "budget(labels=8)"),
]
EVIL = """
from pathlib import Path
Path({there!r}).touch()
def call(**_): ...
"""


@pytest.fixture(autouse=True)
def as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow what is allowed where nobody has set anything."""
    monkeypatch.setattr(plugins, "_allowed", {"al_core"})
    for resolved in (strategy_of, maker_of, rule_of):
        resolved.cache_clear()


@pytest.fixture(scope="module")
def forked(shared_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forks]:
    """Return where commands run that have secrets in their environment."""
    folder = tmp_path_factory.mktemp("traces")
    rows = pd.DataFrame({"text": [f"message number {row}" for row in range(60)], "label": CLASSES * 30})
    rows.to_csv(folder / DATA, index=False)
    rows.assign(label=[*rows["label"][:40], *[None] * 20]).to_csv(folder / "some.csv", index=False)
    with forks(folder, shared_server.environment | SECRETS) as started:
        yield started


@pytest.fixture(scope="module")
def ran(forked: Forks) -> tuple[Path, str]:
    """Run an experiment where the shell leaves all rights to everybody; its folder, and what was said."""
    said = forked.run(*RUN, umask=0)
    (folder,) = forked.folder.glob("results/experiments/*")
    return folder, said


def alflow(*command: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in command])
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    return result


def wide_open(folder: Path, mode: int = 0o600) -> list[str]:
    """Return what in a folder, itself included, has other rights than a file is to have, and a folder accordingly."""
    wanted = {True: mode | (mode & 0o444) >> 2, False: mode}
    modes = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    return [f"{path} {mode:o}" for path, mode in modes.items() if mode != wanted[path.is_dir()]]


def test_a_run_leaves_its_owner_s_files_and_folders_whatever_the_umask(ran: tuple[Path, str]) -> None:
    store = ran[0].parents[1]
    assert list(store.glob("*/corpus-*.parquet"))
    assert wide_open(store) == []


@pytest.mark.parametrize(
    ("umask", "share", "mode"), [(0, "", 0o600), (0o027, "", 0o600), (0o077, "", 0o600), (0o027, "group", 0o640)]
)
def test_next_and_export_write_for_their_owner_unless_shared(
    umask: int, share: str, mode: int, ran: tuple[Path, str], forked: Forks
) -> None:
    name, settings = f"out-{umask:o}{share}", {machine.SHARE: share}
    forked.run(
        *("next", "some.csv", "--features", "tfidf", "--output", f"{name}/next/todo.csv"),
        umask=umask, settings=settings,
    )  # fmt: skip
    forked.run("export", f"{name}/model", "--experiment", ran[0].name, umask=umask, settings=settings)
    assert (forked.folder / name / "model" / "README.md").is_file()
    assert wide_open(forked.folder / name, mode) == []


def test_no_secret_of_the_environment_is_written_or_said(
    ran: tuple[Path, str], forked: Forks, shared_server: Server
) -> None:
    folder, said = ran
    assert "AULC" in said
    assert SECRET not in said
    (run,) = runs_of(shared_server, folder.name)
    wait_until(lambda: logs_of(shared_server, run["id"]), "its log has come")
    assert (shared_server.home / "prefect.db").stat().st_size > 0
    for place in (forked.folder, shared_server.home):
        assert not [file for file in place.rglob("*") if file.is_file() and SECRET.encode() in file.read_bytes()]


def runs_of(server: Server, tag: str) -> Any:
    return server.ask("/flow_runs/filter", {"flow_runs": {"tags": {"any_": [tag]}}})


def logs_of(server: Server, run: str) -> Any:
    return server.ask("/logs/filter", {"logs": {"flow_run_id": {"any_": [run]}}})


def rendered(server: Server, run: str, key: str) -> str:
    """Return a Markdown artifact of a run as the HTML that it is shown as."""
    found = server.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}, "key": {"any_": [key]}}})
    return MarkdownIt().enable("table").render(found[0]["data"])


def test_prefect_shows_names_as_they_are(ran: tuple[Path, str], shared_server: Server) -> None:
    (run,) = runs_of(shared_server, ran[0].name)
    page = rendered(shared_server, run["id"], "learning-curves")
    assert "<img src=x>" not in page
    assert re.search(r"<h2>.*&lt;img src=x&gt; \\x1b\[31m\\u202e.csv: logistic regression on TF-IDF", page)
    assert "<td>&lt;img src=x&gt;|a</td>" in page, "a | in a name makes no column"
    assert "<td>b\\x1b[31m\\u202ec</td>" in page
    assert not re.search("[\x1b\u202e]", page.partition("<h3>Configuration")[0])


def test_prefect_shows_why_something_failed_as_it_is(prefect_api: str, shared_server: Server) -> None:
    @flow
    def failing() -> None:
        report_failures(
            {"<img src=x>|a": ValueError("no [link](http://x) **bold** \x1b[31m\n<script>alert(1)</script>")}
        )

    state = failing(return_state=True)
    page = rendered(shared_server, str(state.state_details.flow_run_id), "failed")
    assert "<h3>&lt;img src=x&gt;|a</h3>" in page
    assert "no [link](http://x) **bold** \\x1b[31m" in page
    assert "&lt;script&gt;" in page
    assert not [mark for mark in ("<img", "<script", "<a ", "\x1b") if mark in page]


SHOWN = ["\\x1b[31m", "\\u202e"]
"""How control characters are shown."""


def assert_visible(said: str) -> None:
    assert not re.search("[\x1b\u202e]", said), said
    assert all(mark in said for mark in SHOWN), said


def test_a_run_says_names_with_their_control_characters_written_out(ran: tuple[Path, str]) -> None:
    assert_visible(ran[1])


@pytest.fixture
def odd(ran: tuple[Path, str], tmp_path: Path) -> Path:
    """Return a store in which all names that somebody may choose have control characters; one file is left over."""
    before, store = ran[0], tmp_path / "store"
    shutil.copytree(before.parents[1], store)
    folder = (store / "experiments" / before.name).rename(store / "experiments" / "mar\x1b[31m\u202e-12345678")
    about = json.loads((folder / "manifest.json").read_text())
    about["config"]["strategies"] = ["mar\x1b[31m\u202e", "random"]
    (folder / "manifest.json").write_text(json.dumps(about))
    for file in folder.glob("*.parquet"):
        table = pd.read_parquet(file)
        odd = {"strategy": {"margin": "mar\x1b[31m\u202e"}, "rule": {"budget(labels=8)": "budget\x1b[31m\u202e"}}
        table.replace({column: odd[column] for column in odd if column in table}).to_parquet(file)
    (store / ".writing-\x1b[31m\u202e").write_text("left")
    return store


@pytest.mark.parametrize("command", [["status"], ["clean", "--dry-run"], ["clean"]], ids=" ".join)
def test_what_lists_a_store_writes_control_characters_out(command: list[str], odd: Path) -> None:
    assert_visible(alflow(*command, "--store", odd).output)


@pytest.mark.parametrize("command", ["status", "report"])
def test_what_shows_an_experiment_writes_control_characters_out(command: str, odd: Path) -> None:
    (folder,) = odd.glob("experiments/*")
    said = alflow(command, folder, "--store", odd)
    assert said.exit_code == 0, said.output
    assert_visible(said.output.replace(str(folder), ""))
    assert_visible(said.output)


SENT: dict[str, dict[str, Any]] = {
    "classifier": {"classifier": {"name": "evil:call"}},
    "strategies": {"strategies": ["margin", "subsample(evil:call, size=9)"]},
    "rules": {"stopping": {"rules": ["any(budget, evil:call)"]}},
    "initialisation": {"seed_set": {"initialisation": "evil:call"}},
    "committee": {"committee": {"classifiers": ["evil:call", "naive_bayes"]}},
    "encoder": {"encoder": {"name": "evil"}},
}
"""What in a manifest can name code."""


@pytest.fixture
def sent(ran: tuple[Path, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder of a finished experiment that lies beside code; nothing of that may have been imported."""
    shutil.copytree(ran[0].parents[1], tmp_path / "store")
    imported = tmp_path / "imported"
    (tmp_path / "evil.py").write_text(EVIL.format(there=str(imported)))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "evil", raising=False)
    yield tmp_path / "store" / "experiments" / ran[0].name
    assert not imported.exists()
    assert "evil" not in sys.modules


def alter(folder: Path, *several: str) -> None:
    """Let the configuration in a manifest name code."""
    about = json.loads((folder / "manifest.json").read_text())
    for one in several:
        for name, value in SENT[one].items():
            inside = isinstance(value, dict)
            about["config"][name] = about["config"][name] | value if inside else value
    (folder / "manifest.json").write_text(json.dumps(about))


def test_what_reads_a_sent_experiment_imports_nothing(sent: Path) -> None:
    alter(sent, *SENT)
    store = str(sent.parents[1])
    status, one, report = ("status",), ("status", sent.name), ("report", sent.name)
    for command, says in {status: "evil:call", one: "evil:call", report: "AULC", ("clean",): "bytes freed"}.items():
        said = alflow(*command, "--store", store)
        assert (said.exit_code, says in said.output) == (0, True), said.output


@pytest.mark.parametrize("what", [what for what in SENT if what != "encoder"])
def test_what_works_on_a_sent_experiment_refuses_its_code(what: str, sent: Path) -> None:
    alter(sent, what)
    store = str(sent.parents[1])
    for command in (["export", "out", "--experiment", sent.name], ["run", sent.name]):
        said = alflow(*command, "--store", store)
        assert said.exit_code == 1, said.output
        assert "what is in 'evil' may not be named here" in said.output
        assert "Traceback" not in said.output
    assert not Path("out").exists()


def test_a_retry_takes_nothing_from_a_manifest(ran: tuple[Path, str], sent: Path, prefect_api: str) -> None:
    before = (ran[0] / "manifest.json").read_bytes()
    alter(ran[0], *SENT)
    said = alflow("retry", ran[0].name)
    assert said.exit_code == 0, said.output
    assert json.loads((ran[0] / "manifest.json").read_bytes())["config"] == json.loads(before)["config"]


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Be on a file system that has no locks, such as some of the network."""

    def none(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)


def test_files_are_written_where_there_are_no_locks(forked: Forks, tmp_path: Path, without_locks: None) -> None:
    said = alflow("next", forked.folder / "some.csv", "--features", "tfidf", "--output", tmp_path / "todo.csv")
    assert said.exit_code == 0, said.output
    assert len(pd.read_csv(tmp_path / "todo.csv")) == 20
    assert [file.name for file in tmp_path.iterdir()] == ["todo.csv"]


def test_a_store_where_there_are_no_locks_is_refused_with_the_reason(tmp_path: Path, without_locks: None) -> None:
    store = Store.open(str(tmp_path / "store"))
    with pytest.raises(StoreError, match=r"cannot write .*No locks available; .* name another with `store`"):
        store.once("a/b-0.parquet", lambda: pytest.fail("it computes what it cannot keep"), print)


def a_model(folder: Path) -> Path:
    """Return an exported model in a folder."""
    (folder / "model").mkdir(exist_ok=True)
    for name, content in model_files().items():
        (folder / "model" / name).write_bytes(content)
    return folder / "model"


def ended(forked: Forks, how: signal.Signals, ignored: tuple[signal.Signals, ...] = ()) -> tuple[int, str]:
    """Send a signal to a prediction that is being written; return its exit code and what it said."""
    folder = forked.folder
    a_model(folder)
    if not (folder / "many.csv").exists():
        pd.DataFrame({"text": [f"bill number {row}" for row in range(60_000)]}).to_csv(folder / "many.csv")
    shutil.rmtree(folder / "out", ignore_errors=True)
    process = forked.start("predict", "model", "many.csv", "--output", "out/put.csv", ignored=ignored)
    while not list(folder.glob("out/.writing-*")):
        assert Path(f"/proc/{process}").exists(), "it ended before it was to be ended"
        sleep(0.01)
    os.kill(process, how)
    return forked.wait()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGHUP])
def test_a_prediction_that_is_ended_leaves_nothing_half_written(how: signal.Signals, forked: Forks) -> None:
    code, said = ended(forked, how)
    assert code == 128 + how, said
    assert list((forked.folder / "out").iterdir()) == []


def test_a_prediction_under_nohup_goes_on_without_its_terminal(forked: Forks) -> None:
    code, said = ended(forked, signal.SIGHUP, ignored=(signal.SIGHUP,))
    assert code == 0, said
    assert len(pd.read_csv(forked.folder / "out" / "put.csv")) == 60_000


def test_a_home_is_found_in_all_that_names_a_file(
    forked: Forks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, prefect_api: str
) -> None:
    """A shell finds it only where a word begins: not in `--data=~/mails.csv`, nor in a configuration."""
    home, away = tmp_path / "home", tmp_path / "away"
    shutil.copytree(a_model(forked.folder), home / "model")
    away.mkdir()
    monkeypatch.chdir(away)
    monkeypatch.setenv("HOME", str(home))
    pd.read_csv(forked.folder / DATA).assign(id=range(60)).to_csv(home / "mails.csv", index=False)
    (home / "ids.txt").write_text("\n".join(map(str, range(60))))
    of_words = ["--features", "tfidf", "--id-column", "id"]
    given = ["--initialisation", "given", "--seed-set-from", "~/ids.txt", "--seed-set-size", "6"]
    for command in (
        ["next", "~/mails.csv", *of_words, "--label-column", "none", "--output", "~/todo.csv"],
        ["predict", "~/model", "~/mails.csv", "--output", "~/out.csv"],
        ["run", "--data", "~/mails.csv", *of_words, *given, "--cycles", "0", "--seeds", "1", "--store", "~/store"],
    ):
        said = alflow(*command)
        assert said.exit_code == 0, said.output
    assert len(pd.read_csv(home / "todo.csv")) == 50
    assert len(pd.read_csv(home / "out.csv")) == 60
    assert list(home.glob("store/experiments/*/report.html"))
    assert list(away.iterdir()) == []
