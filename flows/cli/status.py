"""`alflow status`: the experiments of a store, what each came to, and how to go on."""

import shlex
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Any

import click

from al_core.errors import AlflowError
from al_core.plain import visible
from flows.cli.output import say

if TYPE_CHECKING:
    from tasks.files import Place


@click.command(short_help="List the experiments of a store.")
@click.argument("name", required=False)
@click.option("--store", default="results", show_default=True, help="The folder or URL that keeps every result.")
def status(name: str | None, store: str) -> None:
    """List the experiments of a store, the latest last: data, strategies, how far, what it came to, how to go on.

    With the NAME of one, how far each of its strategies and seeds is. `alflow report`, `export`, `run` and `retry` take
    these names, too.
    """
    from flows.cli.experiments import experiment_of, experiments
    from tasks.files import modified

    if name:
        _show_one(experiment_of(name, store))
        return
    folders = experiments(store)
    if not folders:
        raise AlflowError(f"no experiments in {store!r}; `alflow run` makes one, `store` names another folder")
    for folder in sorted(folders, key=lambda folder: modified(folder / "manifest.json")):
        click.secho(visible(folder.name), bold=True)
        for line in _about(folder, store):
            say(f"  {line}")


def _about(folder: "Place", store: str) -> list[str]:
    """Return what there is to say of an experiment, in a few lines."""
    try:
        manifest = _manifest(folder)
        lines = [_what(folder, manifest), _best(folder, manifest)]
    except AlflowError as error:
        return str(error).splitlines()
    if manifest["state"] != "finished":
        where = "" if store == "results" else f" --store {shlex.quote(store)}"
        lines.append(f"{_state(manifest)}; to go on: `alflow run {folder.name}{where}`")
    return list(filter(None, lines))


def _manifest(folder: "Place") -> dict[str, Any]:
    from al_core.results import read_manifest
    from tasks.files import read

    return read_manifest(read(folder / "manifest.json") or b"", str(folder))


def _state(manifest: dict[str, Any]) -> str:
    return "not finished" if manifest["state"] == "started" else str(manifest["state"])


def _what(folder: "Place", manifest: dict[str, Any]) -> str:
    """Say what an experiment is about, and how far it is."""
    from tasks.files import modified

    config = manifest["config"]
    done = sum(count for counts in _done(folder, manifest).values() for count in counts)
    cycles = len(config["strategies"]) * config["seeds"] * (manifest["cycles"] + 1)
    ago = _ago(time() - modified(folder / "manifest.json"))
    seeds = f"{config['seeds']} seed{'s' if config['seeds'] > 1 else ''}"
    parts = _from_here(config["data"]["source"]), ", ".join(config["strategies"]), seeds, f"{done} of {cycles} cycles"
    return " · ".join([*parts, ago])


def _from_here(source: str) -> str:
    """Return the path of a file as seen from this folder, if it is in it."""
    path = Path(source)
    return str(path.relative_to(Path.cwd())) if path.is_absolute() and path.is_relative_to(Path.cwd()) else source


def _done(folder: "Place", manifest: dict[str, Any]) -> dict[str, list[int]]:
    """Return by strategy how many cycles each seed has done."""
    from al_core.results import SHARED, cycles_done

    config = manifest["config"]
    done = cycles_done(folder.parent.parent, manifest["setup"], manifest["cycles"])
    return {
        strategy: [done[SHARED, seed] + done[strategy, seed] for seed in range(config["seeds"])]
        for strategy in config["strategies"]
    }


def _best(folder: "Place", manifest: dict[str, Any]) -> str:
    """Return what the best strategy of an experiment ends at."""
    from al_core.analysis import aulc
    from al_core.report.conclusions import of_score
    from al_core.results import read_experiment

    if manifest["state"] == "started":
        return ""
    experiment = read_experiment(folder)
    return of_score(experiment, str(aulc(experiment.metrics).index[0])).removesuffix(".")


def _ago(seconds: float) -> str:
    """Say how long ago something was.

    >>> _ago(40), _ago(3 * 3600), _ago(10 * 86400)
    ('just now', '3 hours ago', '10 days ago')
    """
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = int(seconds // length)
            return f"{number} {name}{'s' if number > 1 else ''} ago"
    return "just now"


def _show_one(folder: "Place") -> None:
    from rich.console import Console
    from rich.table import Table

    manifest = _manifest(folder)
    cycles, done = manifest["cycles"], _done(folder, manifest)
    table = Table("strategy", *(f"seed {seed}" for seed in range(manifest["config"]["seeds"])))
    for strategy, counts in done.items():
        table.add_row(visible(strategy), *(f"{count}/{cycles + 1}" for count in counts))
    say(f"{folder}\n{_state(manifest)}; cycles done:")
    Console(highlight=False, markup=False).print(table)
    for name, cause in manifest.get("failed", {}).items():
        say(f"{name} failed: {cause}")
