"""Configurations, names, URLs and roots as somebody with bad intentions, or bad luck, writes them."""

import json
import sys
import time
from pathlib import Path
from traceback import format_exception
from typing import Any

import pytest
from click.testing import CliRunner, Result

from al_core import plugins
from al_core.config import ExperimentConfig
from al_core.errors import ConfigError
from al_core.strategies import strategy_of
from al_core.validation import validated
from flows.cli import main
from flows.cli.options import build_config
from flows.cycle import run_cycle
from tasks import machine

SECRET = "hunter2"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with some texts."""
    monkeypatch.chdir(tmp_path)
    rows = [f"message number {row},{'ab'[row % 2] if row < 40 else ''}" for row in range(60)]
    (tmp_path / "mails.csv").write_text("\n".join(["text,label", *rows]))
    return tmp_path


def run(*command: str) -> Result:
    result = CliRunner().invoke(main, command)
    assert result.exception is None or isinstance(result.exception, SystemExit), repr(result.exception)
    assert "Traceback" not in result.output
    return result


def refused(*command: str) -> str:
    began, result = time.monotonic(), run(*command)
    assert result.exit_code != 0
    assert time.monotonic() - began < 10
    assert len(result.output) < 2_000, result.output[:500]
    assert SECRET not in result.output
    return result.output


BOMB = "a0: &a0 {x: 1}\n" + "".join(f"a{n + 1}: &a{n + 1} {{x: *a{n}, y: *a{n}}}\n" for n in range(28))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("data: {source: mails.csv}\ncycles: 1\ndata: {text_column: text}\n", "line 3 has 'data' again, after line 1"),
        ("data: {source: mails.csv, source: sample}\n", "line 1 has 'source' again"),
        ("data:\n  label_names: {1: ham, '1': spam}\n", "line 2 has '1' again"),
        (BOMB, "line 1 has an anchor (&) or alias (*)"),
        ("a: &a {b: *a}\n", "has an anchor (&) or alias (*)"),
        ("strategies: &s [*s]\n", "has an anchor (&) or alias (*)"),
        ("cycles: 1:30\n", "cycles: input should be a valid integer"),
        (f"cycles: 0x{'f' * 5000}\n", "cycles: input should be a valid integer"),
        (f"timeout: {'9' * 400}\n", "timeout: "),
        ("? [a]\n: 1\n", "line 1 has a list or a section where a setting's name has to be"),
        ("a: " + "[" * 30 + "]" * 30, "nested too deeply"),
        ("<<: {cycles: 1}\n", "unknown key '<<'"),
    ],
)
def test_yaml_that_says_two_things_or_too_much_is_refused(text: str, says: str, folder: Path) -> None:
    (folder / "a.yaml").write_text(text)
    assert says in " ".join(refused("run", "a.yaml").split())


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (f"cycles = 0x{'f' * 5000}\n", "cycles: "),
        (f"timeout = {'9' * 400}\n", "timeout: "),
        (f"query_size = {'9' * 400}\n", "query_size: "),
        (f"{'.'.join('a' * 5000)} = 1\n", "nested too deeply"),
    ],
)
def test_so_is_toml(text: str, says: str, folder: Path) -> None:
    (folder / "a.toml").write_text(text)
    assert says in refused("run", "a.toml")


def test_values_of_yaml_are_read_as_written(folder: Path) -> None:
    text = "cycles: 010\nceiling: no\ndata: {header: no, label_names: {no: 1:30, 010: 1.10, 2024-01-01: on}, path: ~}\n"
    (folder / "a.yaml").write_text(
        text + "features: {ngrams: 2}\nclassifier: {regularisation: 1e-1}\nshow_texts: true\n"
    )
    config = build_config(Path("a.yaml"), {})
    assert (config.cycles, config.ceiling, config.data.header, config.data.path) == (10, "no", False, None)
    assert config.data.label_names == {"no": "1:30", "010": "1.10", "2024-01-01": "on"}
    assert (config.features.ngrams, config.classifier.regularisation, config.show_texts) == (2, 0.1, True)


LONG = "a" * 60_000


@pytest.mark.parametrize("option", ["--strategy", "--classifier", "--stopping-rule", "--initialisation"])
@pytest.mark.parametrize("name", [LONG, f"{LONG}.b:", f"subsample({LONG}:{LONG})", "'" * 60_000])
def test_a_name_of_60_kb_is_refused_at_once(option: str, name: str, folder: Path) -> None:
    assert "characters long; 1,000 are the most" in refused("run", "--data", "mails.csv", option, name)


def test_so_it_is_as_a_parameter_and_by_the_other_commands(folder: Path) -> None:
    for settings in ({"strategies": [LONG]}, {"seed_set": {"initialisation": LONG}}, {LONG: 1}):
        began = time.monotonic()
        with pytest.raises(ConfigError) as error:
            validated(ExperimentConfig, settings)
        assert (time.monotonic() - began < 2, len(str(error.value)) < 1000) == (True, True)
    for command in (
        ["strategies", LONG],
        ["check", LONG],
        ["next", "mails.csv", "--output", "o.csv", "--strategy", LONG],
    ):
        assert "60,000 characters long; 1,000 are the most" in refused(*command)


@pytest.mark.parametrize("value", ["{[]: 1}", "{{}: 1}", "9" * 400, "{1, []}"])
def test_settings_of_expressions_that_are_no_values_are_refused(value: str, folder: Path) -> None:
    strategy = f"subsample(margin, size={value})"
    for command in (["run", "--data", "mails.csv", "--strategy", strategy], ["strategies", strategy]):
        assert "subsample: " in refused(*command)


MINE = """
from pathlib import Path
import numpy as np
import al_core
Path("imported").touch()
@al_core.strategy
def mine(proba, *, note: str = ""):
    return proba[:, 0]
"""


@pytest.fixture
def own(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the current folder, with a package of one's own."""
    (folder / "ownpkg").mkdir()
    for name in ("__init__", "__main__", "s"):
        (folder / "ownpkg" / f"{name}.py").write_text(MINE if name != "__init__" else "")
    for name in [name for name in sys.modules if name.partition(".")[0] == "ownpkg"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.syspath_prepend(str(folder))
    plugins.allow("ownpkg")
    strategy_of.cache_clear()
    return folder


@pytest.mark.parametrize("note", ["/../../pwned", "a/b", "/"])
def test_settings_of_a_strategy_lead_nowhere(note: str, own: Path) -> None:
    assert strategy_of("ownpkg.s:mine(note='..')").name == "ownpkg.s:mine(note='..')"
    with pytest.raises(ConfigError, match="has a slash in a setting; it names a folder in the store"):
        strategy_of(f"ownpkg.s:mine(note='{note}')")
    assert "has a slash" in refused("run", "--data", "mails.csv", "--strategy", f"ownpkg.s:mine(note='{note}')")


def test_modules_that_are_programs_are_not_imported(own: Path) -> None:
    for path in ("ownpkg.__main__:mine", "ownpkg.__init__:mine", "__main__:mine"):
        plugins.allow("__main__")
        with pytest.raises(ConfigError, match="modules with names such as __main__"):
            strategy_of(path)
    assert not (own / "imported").exists()


@pytest.mark.parametrize(
    ("parameters", "says"),
    [
        ({"cycle": None}, "cycle: input should be a valid integer, not None"),
        ({"cycle": "0x"}, "cycle: "),
        ({"seed": 1.5}, "seed: input should be a valid integer"),
        ({"seed": -1}, "seed: input should be greater than or equal to 0, not -1"),
        ({"cycle": 10**400}, "cycle: input should be less than or equal to 1000"),
        ({"strategy": 5.5}, "unknown strategy|cannot be read"),
        ({"strategy": LONG}, "60,000 characters long"),
    ],
)
def test_parameters_of_a_cycle_are_refused_in_a_sentence(
    parameters: dict[str, Any], says: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.cycle.write_mark", lambda: None)
    with pytest.raises(ConfigError, match=says):
        run_cycle.fn(**{"strategy": "margin", "seed": 0, "cycle": 0} | parameters)


@pytest.mark.parametrize(
    "command",
    [
        ["next", "mails.csv", "--output", "{}"],
        ["next", "mails.csv", "--output", "o.csv", "--labelled", "{}"],
        ["next", "mails.csv", "--output", "o.csv", "--test", "{}"],
        ["predict", "{}", "mails.csv", "--output", "o.csv"],
        ["predict", "model", "{}", "--output", "o.csv"],
        ["predict", "model", "mails.csv", "--output", "{}"],
        ["export", "{}"],
        ["run", "{}"],
    ],
)
@pytest.mark.parametrize("url", ["s3://bucket/p.csv", f"s3://ann:{SECRET}@bucket/p.csv", "file:///tmp/p.csv"])
def test_arguments_that_are_urls_are_refused_and_written_nowhere(command: list[str], url: str, folder: Path) -> None:
    assert "has to be a local file or folder" in " ".join(refused(*(one.format(url) for one in command)).split())
    assert [file.name for file in folder.iterdir()] == ["mails.csv"]


@pytest.mark.parametrize("command", [["next", "mails.csv", "--output"], ["predict", "model", "mails.csv", "--output"]])
@pytest.mark.parametrize("output", ["mails.csv/o.csv", "/proc/o.csv", f"{'o' * 300}.csv"])
def test_an_output_that_cannot_be_written_is_said_before_any_work(
    command: list[str], output: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refused(*command, output)
    assert ".csv" in said
    assert "Read as" not in said
    assert [file.name for file in folder.iterdir()] == ["mails.csv"]


def test_roots_that_name_no_folder_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for said in (":", "", " ", "::"):
        monkeypatch.setenv(machine.ROOTS, said)
        with pytest.raises(ConfigError, match=r"ALFLOW_ROOTS: .* names no folder; name one, or unset it"):
            machine.check_allowed(ExperimentConfig())


def test_roots_are_held_to_their_word(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(**settings: Any) -> None:
        machine.check_allowed(validated(ExperimentConfig, {"store": str(folder / "results")} | settings))

    monkeypatch.setenv(machine.ROOTS, "/")
    check(data={"source": "mails.csv"})
    for root in (f"{folder}/", f"file://{folder}", str(folder)):
        monkeypatch.setenv(machine.ROOTS, root)
        check(store=f"file://{folder}/results", data={"source": "mails.csv"})
        with pytest.raises(ConfigError, match="is in none of the folders"):
            check(store=f"file://{folder}-not")
    for place in ("~nosuchuser/a.csv", "a" * 5000):
        with pytest.raises(ConfigError, match=r"data\.source: .* cannot be looked for") as error:
            check(data={"source": place})
        assert len(str(error.value)) < 500


@pytest.mark.parametrize("option", ["--output", "--labelled", "--test"])
def test_files_of_next_are_in_the_roots_too(option: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "inside").mkdir()
    (folder / "inside" / "mails.csv").write_bytes((folder / "mails.csv").read_bytes())
    monkeypatch.setenv(machine.ROOTS, str(folder / "inside"))
    files = {"--output": "inside/o.csv"} | {option: "mails.csv"}
    options = [word for pair in files.items() for word in pair]
    said = refused("next", "inside/mails.csv", "--store", "inside/results", "--features", "tfidf", *options)
    assert f"{option}: 'mails.csv' is in none of the folders that ALFLOW_ROOTS allows" in said


ANN = f"s3://ann:{SECRET}@bucket/x"


@pytest.mark.parametrize(
    "settings",
    [
        {"store": [ANN]},
        {"store": {"url": ANN}},
        {"data": [ANN]},
        {"data": ANN},
        {"data": {"label_names": {"0": ANN}}},
        {"data": {"label_names": {ANN: "0"}}},
        {"data": {"where": [ANN]}},
        {ANN: 1},
        {"strategies": [{"name": ANN}]},
        {"runner_address": f"ann:{SECRET}@host:8786"},
        {"store": f"s3://bucket/x?token={SECRET}"},
        {"data": {"source": f"https://host/mails.csv?token={SECRET}"}},
        {"store": f"abfss://texts:{SECRET}@account.dfs.core.windows.net/x"},
        [ANN],
    ],
)
def test_no_message_tells_a_password(settings: Any, folder: Path) -> None:
    with pytest.raises(ConfigError) as error:
        validated(ExperimentConfig, settings)
    assert SECRET not in "".join(format_exception(error.value))
    (folder / "a.yaml").write_text(json.dumps(settings))
    refused("run", "a.yaml")


def test_a_container_of_azure_is_no_user() -> None:
    url = "abfss://texts@account.dfs.core.windows.net/x"
    assert validated(ExperimentConfig, {"store": url}).store == url
    machine.check_protocol(url)


def test_the_command_line_tells_no_password(folder: Path) -> None:
    for command in (["status"], ["report"], ["clean"]):
        refused(*command, "--store", ANN)
        refused(*command, "--store", f"s3://bucket/x?token={SECRET}")
    for command in ([ANN], ["status", "a", ANN], ["next", "a", "--count", ANN], ["report", ANN], ["strategies", ANN]):
        refused(*command)
    refused("next", ANN, "--output", "o.csv")
    refused("run", "--data", "mails.csv", "--label-name", f"0={ANN}")
