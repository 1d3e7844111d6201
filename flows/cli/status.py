"""`alflow status`: how far each experiment of a store is."""

import sys
from typing import TYPE_CHECKING, Any

import click

from al_core.errors import AlflowError

if TYPE_CHECKING:
    from tasks.files import Place


@click.command(short_help="Say how far each experiment is.")
@click.option("--store", default="results", show_default=True, help="The folder or URL that keeps every result.")
def status(store: str) -> None:
    """Say how far each experiment of a store is: cycles done by strategy and seed, from the files that are there."""
    from tasks.files import place

    try:
        _show_all(place(store))
    except AlflowError as error:
        sys.exit(f"alflow: {error}")


def _show_all(store: "Place") -> None:
    from rich.console import Console

    from al_core.results import read_manifest
    from tasks.files import glob, read

    console = Console(highlight=False)
    manifests = glob(store, "experiments/*/manifest.json")
    if not manifests:
        raise AlflowError(f"no experiments in {str(store)!r}; `alflow run` makes one, `--store` names another folder")
    for manifest in manifests:
        try:
            _show(console, store, manifest.parent, read_manifest(read(manifest) or b"", str(manifest.parent)))
        except AlflowError as error:  # such as a module of the user's that is not here
            console.print(str(error), soft_wrap=True)


def _show(console: Any, store: "Place", folder: "Place", manifest: dict[str, Any]) -> None:
    from rich.table import Table

    from al_core.config import ExperimentConfig
    from al_core.results import cycles_done
    from al_core.validation import validated

    config, cycles = validated(ExperimentConfig, manifest["config"]), manifest["cycles"]
    table = Table("strategy", *(f"seed {seed}" for seed in range(config.seeds)))
    for strategy in config.strategies:
        done = [cycles_done(store, manifest["setup"], strategy, seed, cycles) for seed in range(config.seeds)]
        table.add_row(strategy, *(f"{count}/{cycles + 1}" for count in done))
    state = "not finished" if manifest["state"] == "started" else manifest["state"]
    console.print(f"{folder}  [bold]{state}[/bold]", soft_wrap=True)
    console.print(table)
