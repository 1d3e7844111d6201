"""`alflow status`: the experiments of a store, what each came to, and how to go on."""

import shlex
from time import time
from typing import TYPE_CHECKING, Any

import click

from al_core.errors import AlflowError

if TYPE_CHECKING:
    from rich.console import Console

    from tasks.files import Place


@click.command(short_help="List the experiments of a store.")
@click.argument("name", required=False)
@click.option("--store", default="results", show_default=True, help="The folder or URL that keeps every result.")
def status(name: str | None, store: str) -> None:
    """List the experiments of a store: data, strategies, how far each is, what it came to, and how to go on.

    With the NAME of one, how far each of its strategies and seeds is. `alflow report`, `export`, `run` and `retry` take
    these names, too.
    """
    from rich.console import Console

    from flows.cli.experiments import experiment_of, experiments

    console = Console(highlight=False, markup=False)
    if name:
        _show_one(console, experiment_of(name, store))
        return
    folders = experiments(store)
    if not folders:
        raise AlflowError(f"no experiments in {store!r}; `alflow run` makes one, `store` names another folder")
    _show_all(console, folders, store)


def _show_all(console: "Console", folders: "list[Place]", store: str) -> None:
    from rich.table import Column, Table

    columns = "data", "strategies", "seeds", "cycles", "best so far", "changed"
    table = Table(Column("name", no_wrap=True), *columns, box=None, pad_edge=False)
    notes = []
    for folder in folders:
        try:
            manifest = _manifest(folder)
            table.add_row(folder.name, *_about(folder, manifest))
            if manifest["state"] != "finished":
                where = "" if store == "results" else f" --store {shlex.quote(store)}"
                notes.append(f"{folder.name} is {_state(manifest)}. To go on: `alflow run {folder.name}{where}`")
        except AlflowError as error:  # such as a module of the user's that is not here
            notes.append(f"{folder.name}: {error}")
    console.print(table)
    for note in notes:
        console.print(note, soft_wrap=True)


def _manifest(folder: "Place") -> dict[str, Any]:
    from al_core.results import read_manifest
    from tasks.files import read

    return read_manifest(read(folder / "manifest.json") or b"", str(folder))


def _state(manifest: dict[str, Any]) -> str:
    return "not finished" if manifest["state"] == "started" else str(manifest["state"])


def _about(folder: "Place", manifest: dict[str, Any]) -> list[str]:
    """Return what the table says of an experiment beside its name."""
    from tasks.files import modified

    config = manifest["config"]
    done = sum(count for counts in _done(folder, manifest).values() for count in counts)
    all_of_it = len(config["strategies"]) * config["seeds"] * (manifest["cycles"] + 1)
    ago = _ago(time() - modified(folder / "manifest.json"))
    strategies = ", ".join(config["strategies"])
    seeds = str(config["seeds"])
    return [config["data"]["source"], strategies, seeds, f"{done} of {all_of_it}", _best(folder, manifest), ago]


def _done(folder: "Place", manifest: dict[str, Any]) -> dict[str, list[int]]:
    """Return by strategy how many cycles each seed has done."""
    from al_core.config import ExperimentConfig
    from al_core.results import cycles_done
    from al_core.validation import validated

    config, store = validated(ExperimentConfig, manifest["config"]), folder.parent.parent
    return {
        strategy: [
            cycles_done(store, manifest["setup"], strategy, seed, manifest["cycles"]) for seed in range(config.seeds)
        ]
        for strategy in config.strategies
    }


def _best(folder: "Place", manifest: dict[str, Any]) -> str:
    """Return the best strategy of an experiment, and what it ends at."""
    from al_core.analysis import aulc, ends
    from al_core.results import read_experiment

    if manifest["state"] == "started":
        return ""
    metrics = read_experiment(folder).metrics
    best = str(aulc(metrics).index[0])
    labels = metrics.loc[metrics["strategy"] == best, "labels"].max()
    return f"{best}: macro-F1 {ends(metrics)[best].mean():.3f} at {labels:,} labels"


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


def _show_one(console: "Console", folder: "Place") -> None:
    from rich.table import Table

    manifest = _manifest(folder)
    cycles, done = manifest["cycles"], _done(folder, manifest)
    table = Table("strategy", *(f"seed {seed}" for seed in range(manifest["config"]["seeds"])))
    for strategy, counts in done.items():
        table.add_row(strategy, *(f"{count}/{cycles + 1}" for count in counts))
    console.print(f"{folder}  {_state(manifest)}", soft_wrap=True)
    console.print(table)
    for name, cause in manifest.get("failed", {}).items():
        console.print(f"{name} failed: {cause}", soft_wrap=True)
