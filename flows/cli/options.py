"""Command-line options made from the configuration model, and the model made from options and a file."""

import shlex
import tomllib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, get_args

import click
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from al_core.config import DEFAULTS, ExperimentConfig
from al_core.errors import ConfigError
from al_core.foreign import reading
from al_core.limits import SMALL, read_within
from al_core.urls import brief
from al_core.validation import validated
from flows.cli.allowed import allow_named, allow_runners
from flows.cli.experiments import found
from flows.cli.help import FIRST, Setting
from flows.cli.plain_yaml import check_depth, load

Path_ = tuple[str, ...]
C = TypeVar("C", bound=Callable[..., Any])

NAMES: dict[Path_, str] = {
    ("data", "source"): "data",
    ("data", "categories"): "category",
    ("data", "label_names"): "label-name",
    ("encoder", "name"): "encoder",
    ("features", "kind"): "features",
    ("classifier", "name"): "classifier",
    ("seed_set", "size"): "seed-set-size",
    ("seed_set", "path"): "seed-set-from",
    ("strategies",): "strategy",
    ("stopping", "rules"): "stopping-rule",
    ("committee", "by"): "committee-by",
    ("committee", "classifiers"): "committee-classifier",
}
"""The options that are not named as their fields are."""

EVERYBODY_S: tuple[Path_, ...] = (
    ("data", "source"), ("data", "text_column"), ("data", "label_column"), ("data", "label_separator"), ("strategies",),
    ("seeds",), ("cycles",), ("query_size",), ("seed_set", "size"), ("data", "test_size"), ("classifier", "name"),
    ("features", "kind"), ("encoder", "name"), ("store",),
)  # fmt: skip
"""The settings that the help shows at once, in this order."""

CODE: tuple[Path_, ...] = (
    ("strategies",), ("classifier", "name"), ("stopping", "rules"), ("seed_set", "initialisation"),
    ("committee", "classifiers"),
)  # fmt: skip
"""The settings that can name code."""

KEYS = "alflow.keys"
"""Where a command keeps which settings its configuration file has: these are called as they are there."""


def fields(model: type[BaseModel] = ExperimentConfig, at: Path_ = ()) -> Iterator[tuple[Path_, FieldInfo]]:
    """Yield every setting of the model with the path to it, nested ones in their place."""
    for name, field in model.model_fields.items():
        nested = field.annotation
        if isinstance(nested, type) and issubclass(nested, BaseModel):
            yield from fields(nested, (*at, name))
        else:
            yield (*at, name), field


def option_name(path: Path_) -> str:
    """Return the name of a setting's option.

    >>> option_name(("seed_set", "initialisation")), option_name(("strategies",))
    ('initialisation', 'strategy')
    """
    return NAMES.get(path, path[-1].replace("_", "-"))


def experiment_options(command: C) -> C:
    """Give a command one option for each setting of an experiment."""
    return some_options(*(path for path, _ in fields()), first=EVERYBODY_S)(command)


def some_options(*paths: Path_, first: Sequence[Path_] | None = None) -> Callable[[C], C]:
    """Give a command one option for each of some settings; `first` are those that its help shows, if not all."""

    def decorate(command: C) -> C:
        order = [*(first or ()), *(path for path, _ in fields())]
        of_them = sorted((one for one in fields() if one[0] in paths), key=lambda one: order.index(one[0]))
        for path, field in reversed(of_them):
            shown = first is None or path in first
            _option(path, field, FIRST if shown else _section(path))(command)
        return command

    return decorate


def _section(path: Path_) -> str:
    """Return the title of the section of the help in which a setting is, if it is not among the first."""
    return str(ExperimentConfig.model_fields[path[0]].title) if len(path) > 1 else "How it runs"


def _option(path: Path_, field: FieldInfo, section: str) -> Callable[[C], C]:
    several = _holds(field, tuple) or _holds(field, dict)
    return click.option(
        f"--{option_name(path)}",
        ".".join(path).replace(".", "__"),
        cls=Setting,
        section=section,
        multiple=several,
        metavar=_takes(path, field),
        help=_help(field, several),
    )


def _takes(path: Path_, field: FieldInfo) -> str:
    """Say what an option takes."""
    if _holds(field, dict):
        return "NAME=VALUE"
    if choices := _choices(_schema(), path):
        return "|".join(choices)
    kinds = {str(field.annotation)} | {str(one) for one in get_args(field.annotation)}
    if "<class 'bool'>" in kinds:
        return "yes|no"
    return "NUMBER" if kinds & {"<class 'int'>", "<class 'float'>"} else "TEXT"


@cache
def _schema() -> dict[str, Any]:
    return ExperimentConfig.model_json_schema()


def build_config(file: Path | None, options: dict[str, Any]) -> ExperimentConfig:
    """Make the configuration of a file, if there is one, and of the options, which win.

    Raises:     ConfigError that names the setting, what was wrong with it and the value seen
    """
    again = None if file is None or _is_given(file) else _settings_of(str(file), options.get("store") or DEFAULTS.store)
    values = again or (_read(file, _given_for_data(options)) if file else {})
    context = click.get_current_context(silent=True)
    if context:
        context.meta[KEYS] = set() if again else set(_keys(values))
    allow_named(*(options.get("__".join(path)) for path in CODE))
    if not again:  # what a store names may come from anybody
        allow_named(*(_at(values, path) for path in CODE))
        allow_runners(values.get("runner_address"))
    allow_runners(options.get("runner_address"))
    for path, field in fields():
        given = options.get("__".join(path))
        if given not in (None, ()):
            _put(values, path, _pairs(given) if _holds(field, dict) else given)
    return validated(ExperimentConfig, values)


def _holds(field: FieldInfo, kind: type) -> bool:
    annotations = (field.annotation, *get_args(field.annotation))
    return any(getattr(annotation, "__origin__", None) is kind for annotation in annotations)


def _choices(schema: dict[str, Any], path: Path_) -> list[str]:
    """Return what a setting can be, where that is a list of names."""
    node = schema
    for name in path:
        node = node["properties"][name]
        while "$ref" in node:
            node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]]
    options = [node, node.get("items", {}), *node.get("anyOf", [])]
    options += [option.get("items", {}) for option in options]
    return next((option["enum"] for option in options if "enum" in option), [])


def _help(field: FieldInfo, several: bool) -> str:
    text = field.description or ""
    text += " May be given several times." if several else ""
    default = field.default
    if default in (None, ()) or default is field.default_factory:
        return text
    shown = ", ".join(default) if isinstance(default, tuple) else default
    return f"{text}  [default: {shown}]"


def presets() -> dict[str, Path]:
    """Return the configurations that come with alflow, by name."""
    import al_core

    package = Path(al_core.__file__).parent
    folder = package.parent / "examples"
    return {file.stem: file for file in sorted((folder if folder.is_dir() else package / "examples").glob("*.yaml"))}


def _keys(values: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yield the settings that a file has, by their paths."""
    for name, value in values.items():
        yield from _keys(value, f"{at}{name}.") if isinstance(value, dict) else [f"{at}{name}"]


def _settings_of(name: str, store: str) -> dict[str, Any] | None:
    """Return the settings of an experiment, by its name in a store or its folder; None if it is none."""
    from al_core.results import read_manifest
    from tasks.files import read

    folder = found(name, store)
    if folder is None:
        return None
    settings: dict[str, Any] = read_manifest(read(folder / "manifest.json") or b"", str(folder))["config"]
    return settings | {"store": str(folder.parent.parent)}


def _is_given(file: Path) -> bool:
    """Return whether a file or preset has this name; an experiment of a store, which may be sent, then has not."""
    from al_core.datasets.presets import PRESETS

    return file.is_file() or str(file) in presets() or str(file) in PRESETS


def _is_data(file: Path) -> bool:
    from al_core.datasets.layout import SUFFIXES
    from al_core.datasets.presets import PRESETS

    suffix = file.suffix.lower()
    return file.is_dir() or str(file) in PRESETS or (suffix in SUFFIXES and suffix != ".json")


def _given_for_data(options: dict[str, Any]) -> str:
    """Return the options on the data that were given, as they are typed."""
    given = {path: options.get("__".join(path)) for path, _ in fields() if path[0] == "data"}
    return "".join(
        f" --{option_name(path)} {shlex.quote(value)}" for path, value in given.items() if isinstance(value, str)
    )


def _read(file: Path, about_data: str = "") -> dict[str, Any]:
    file = presets().get(str(file), file) if not file.exists() else file
    if _is_data(file):
        raise ConfigError(
            f"{str(file)!r} is data, and not a configuration. `alflow run --data {file}{about_data}` runs an "
            f"experiment on its labels; `alflow next {file}{about_data} --output todo.csv` says which of its texts to "
            "label next"
        )
    if not file.is_file():
        raise ConfigError(
            f"no such configuration file: {str(file)!r}; it is YAML or TOML, or one of {', '.join(presets())}, and "
            "options do without one"
        )
    with reading(repr(str(file)), "it has to be YAML or TOML", ConfigError):
        text = read_within(file, SMALL).decode()
        values = tomllib.loads(text) if file.suffix == ".toml" else load(text)
        check_depth(values)
    if not isinstance(values, dict):
        raise ConfigError(f"{str(file)!r} has to hold settings by name, such as 'cycles: 10'")
    return values


def _put(values: dict[str, Any], path: Path_, value: Any) -> None:
    for name in path[:-1]:
        section = values.get(name)
        if section is None:
            section = values[name] = {}
        if not isinstance(section, dict):
            raise ConfigError(f"{name}: has to hold settings by name, such as 'source: mine.csv', not {brief(section)}")
        values = section
    values[path[-1]] = value


def _at(values: Any, path: Path_) -> Any:
    for name in path:
        values = values.get(name) if isinstance(values, dict) else None
    return values


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    pairs = [pair.partition("=") for pair in given]
    for name, equals, _ in pairs:
        if not equals:
            raise ConfigError(f"{name!r} has to be NAME=VALUE, such as 0=ham")
    return {name: value for name, _, value in pairs}
