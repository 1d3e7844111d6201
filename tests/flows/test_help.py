"""The help says first what everyone needs, and all of it on request; `alflow strategies` says where to start."""

import re
import shlex
from itertools import pairwise

import pytest
from click.testing import CliRunner

from al_core.strategies import STRATEGIES, WRAPPERS, strategy_of
from flows.cli import COMMANDS, main
from flows.cli.options import EVERYBODY_S, fields, option_name

WIDE = {"COLUMNS": "80"}


def said(*arguments: str) -> str:
    result = CliRunner(env=WIDE).invoke(main, arguments)
    assert result.exit_code == 0, result.output
    return result.output


def test_the_help_of_run_is_short_and_begins_with_examples_and_essentials() -> None:
    help = said("run", "--help")
    assert len(help.splitlines()) < 60
    assert "alflow run --data mails.csv --text-column body" in help
    options = [line.split()[0] for line in help.splitlines() if line.startswith("  --")]
    assert {f"--{option_name(path)}" for path in EVERYBODY_S} <= set(options)
    assert "AdamW" not in help
    assert help.index("alflow run demo") < help.index("--data TEXT")


def test_all_settings_are_there_on_request_in_sections_that_say_what_they_take() -> None:
    help = said("run", "--help-all")
    for path, _ in fields():
        assert f"--{option_name(path)} " in help, path
    for section in ("Options:", "Data:", "Classifier:", "Encoder:", "Stopping:", "How it runs:"):
        assert f"\n{section}\n" in help, section
    assert "--seeds NUMBER" in help
    assert "--compile yes|no" in help
    assert "VALUE" not in help.replace("NAME=VALUE", "")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    assert said(command, "--help").startswith(f"Usage: main {command}")


def test_strategies_say_what_they_choose_and_where_to_start() -> None:
    listed = said("strategies")
    assert "Where to start: margin" in listed
    for name, strategy in STRATEGIES.items():
        assert listed.count(f"\n  {name} ") == 1, "in one group"
        assert strategy.about.removesuffix(".") in in_one_line(listed, name)
    for name in WRAPPERS:
        assert f"\n  {name}(…" in listed


def in_one_line(listed: str, name: str) -> str:
    """Return what a list says of a name, over all its lines."""
    rest = listed.partition(f"\n  {name} ")[2]
    return " ".join(re.split(r"\n  ?\S", rest)[0].split())


@pytest.mark.parametrize("name", [*STRATEGIES, *WRAPPERS])
def test_all_of_a_strategy_is_told(name: str) -> None:
    told = said("strategies", name)
    strategy = {**STRATEGIES, **WRAPPERS}[name]
    for what in ("settings", "needs", "time", "labels", "source", "compare", "ask"):
        assert f"\n{what}" in told
    assert " ".join(strategy.source.split()[:1]) in told
    for what in ("compare", "ask"):
        command, *options = shlex.split(told.partition(f"\n{what} ")[2].partition("\n")[0])[1:]
        named = [value for option, value in pairwise(options) if option == "--strategy"]
        assert len(set(named)) == len(named)
        assert strategy_of(named[0]).function == strategy.function
        there = {option for one in main.get_command(None, command).params for option in one.opts}  # type: ignore[union-attr,arg-type]
        assert {option for option in options if option.startswith("--")} <= there


def test_an_expression_and_a_wrong_name_are_answered() -> None:
    assert "subsample(margin" in said("strategies", "subsample(margin,size=100)")
    wrong = CliRunner().invoke(main, ["strategies", "margn"])
    assert "did you mean 'margin'?" in str(wrong.exception)
