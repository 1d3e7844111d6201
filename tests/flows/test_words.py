"""Configurations, names, URLs and roots as somebody with bad intentions, or bad luck, writes them."""

import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.cli import main
from flows.cli.options import build_config

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
