"""The configuration from YAML, from TOML and from options, which win."""

from re import findall

import click
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import DataConfig, ExperimentConfig
from al_core.datasets.presets import PRESETS
from al_core.errors import ConfigError
from flows.cli import main
from flows.cli.options import build_config, experiment_options, fields, option_name


@pytest.fixture
def write(tmp_path):
    """Write a configuration file and return its path."""

    def write(content, name="experiment.yaml"):
        path = tmp_path / name
        path.write_text(content, encoding="utf-8")
        return path

    return write


def from_command_line(*arguments, file=None):
    """Return the configuration that a command with an experiment's options makes of the arguments."""
    made = []

    @click.command()
    @experiment_options
    def command(**options):
        made.append(build_config(file, options))

    result = CliRunner().invoke(command, list(map(str, arguments)), catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return made[0]


YAML = """
data:
  source: mine.csv
  label_names: {"0": ham, "1": spam}
  cleaning: [urls, whitespace]
  header: false
seed_set: {size: 12, initialisation: balanced}
strategies: [margin, entropy]
cycles: 4
"""

TOML = """
strategies = ["margin", "entropy"]
cycles = 4
[data]
source = "mine.csv"
label_names = {0 = "ham", 1 = "spam"}
cleaning = ["urls", "whitespace"]
header = false
[seed_set]
size = 12
initialisation = "balanced"
"""

OPTIONS = [
    *("--data", "mine.csv", "--label-name", "0=ham", "--label-name", "1=spam", "--header", "no"),
    *("--cleaning", "urls", "--cleaning", "whitespace", "--seed-set-size", 12, "--initialisation", "balanced"),
    *("--strategy", "margin", "--strategy", "entropy", "--cycles", 4),
]

EXPECTED = ExperimentConfig(
    data=DataConfig(
        source="mine.csv", label_names={"0": "ham", "1": "spam"}, cleaning=("urls", "whitespace"), header=False
    ),
    seed_set={"size": 12, "initialisation": "balanced"},
    strategies=("margin", "entropy"),
    cycles=4,
)


def test_yaml_toml_and_options_say_the_same(write):
    assert build_config(write(YAML), {}) == EXPECTED
    assert build_config(write(TOML, "experiment.toml"), {}) == EXPECTED
    assert from_command_line(*OPTIONS) == EXPECTED


def test_without_file_and_options_all_is_as_by_default():
    assert from_command_line() == build_config(None, {}) == ExperimentConfig()


def test_options_win_and_leave_the_rest_of_the_file(write):
    config = from_command_line("--seed-set-size", 7, "--strategy", "random", "--data", "other.csv", file=write(YAML))
    assert (config.seed_set.size, config.strategies, config.data.source) == (7, ("random",), "other.csv")
    assert (config.seed_set.initialisation, config.data.header, config.cycles) == ("balanced", False, 4)


def test_label_names_hold_equals_signs_after_the_first():
    assert from_command_line("--label-name", "0=a=b").data.label_names == {"0": "a=b"}


@pytest.mark.parametrize("content", ["data:\n", "data:\ncycles: 10\n", "data: {}\n"])
@pytest.mark.parametrize("options", [{}, {"data__source": "mine.csv"}])
def test_a_section_left_empty_is_as_by_default(write, content, options):
    config = build_config(write(content), options)
    assert config == ExperimentConfig(data={"source": "mine.csv"} if options else {})


def test_numbers_in_yaml_name_columns_and_labels(write):
    content = "data: {text_column: 1, label_column: 0, id_column: 2, label_names: {0: ham, 1: 2}, categories: [2]}"
    data = build_config(write(content), {}).data
    assert (data.text_column, data.label_column, data.id_column) == ("1", "0", "2")
    assert (data.label_names, data.categories) == ({"0": "ham", "1": "2"}, ("2",))


def test_every_setting_has_one_option_of_its_own_and_is_in_the_help():
    names = [option_name(path) for path, _ in fields()]
    assert len(names) == len(set(names))
    shown = CliRunner().invoke(main, ["run", "--help-all"]).output
    assert [name for name in names if f"--{name} " not in shown] == []


def test_the_options_that_presets_speak_of_are_there():
    spoken_of = {name for preset in PRESETS.values() for name in findall(r"--([\w-]+)", preset.about + preset.download)}
    assert spoken_of <= {option_name(path) for path, _ in fields()}


def test_the_help_shows_the_defaults():
    shown = " ".join(CliRunner().invoke(main, ["run", "--help"], terminal_width=300).output.split())
    assert "[default: random, margin]" in shown
    assert "[default: 0.2]" in shown


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cycles": "-1"}, "cycles: input should be greater than or equal to 0, not '-1'"),
        ({"data__test_size": "1.5"}, "data.test_size: input should be less than 1, not '1.5'"),
        ({"query_size": "ten"}, "query_size: .*integer.* not 'ten'"),
        ({"data__label_names": ("0",)}, "'0' has to be NAME=VALUE, such as 0=ham"),
        ({"data__cleaning": ("url",)}, "data.cleaning.0: .*'urls'.* not 'url'"),
        ({"data__header": "maybe"}, "data.header: .* not 'maybe'"),
    ],
)
def test_a_wrong_value_is_named_with_its_setting(options, message):
    with pytest.raises(ConfigError, match=message):
        build_config(None, options)


def test_several_wrong_values_are_named_at_once():
    with pytest.raises(ConfigError) as refused:
        build_config(None, {"query_size": "ten", "data__test_size": "2"})
    assert [line.split(":")[0] for line in str(refused.value).splitlines()] == ["query_size", "data.test_size"]


def test_a_wrong_name_gives_one_line():
    with pytest.raises(ConfigError) as refused:
        build_config(None, {"strategies": ("margn",)})
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("content", ["data: mine.csv\n", "data: [a]\n"])
@pytest.mark.parametrize("options", [{}, {"data__path": "x"}])
def test_a_section_that_is_a_single_value_is_refused(write, content, options):
    with pytest.raises(ConfigError, match=r"data: .* not ('mine\.csv'|\['a'\])"):
        build_config(write(content), options)


@given(st.integers(1, 100), st.integers(2, 100), st.floats(0.01, 0.99))
def test_what_is_given_as_text_is_read_as_the_number(cycles, size, share):
    config = build_config(None, {"cycles": str(cycles), "seed_set__size": str(size), "data__test_size": repr(share)})
    assert (config.cycles, config.seed_set.size, config.data.test_size) == (cycles, size, share)
