"""`alflow status`: how far each experiment of a store is."""

import json
from pathlib import Path
from typing import Any

import click


@click.command(short_help="Say how far each experiment is.")
@click.option("--store", default="results", show_default=True, help="The folder that keeps every result.")
def status(store: str) -> None:
    """Say how far each experiment of a store is: cycles done by strategy and seed, from the files that are there."""
    from rich.console import Console

    manifests = sorted(Path(store).glob("experiments/*/manifest.json"))
    if not manifests:
        raise click.ClickException(
            f"no experiments in {store!r}; `alflow run` makes one, `--store` names another folder"
        )
    console = Console(highlight=False)
    for manifest in manifests:
        content = json.loads(manifest.read_text(encoding="utf-8"))
        _show(console, Path(store), manifest.parent, content)


def _show(console: Any, store: Path, folder: Path, manifest: dict[str, Any]) -> None:
    from rich.table import Table

    from al_core.config import ExperimentConfig
    from al_core.results import cycles_done, setup_folder

    config, cycles = ExperimentConfig.model_validate(manifest["config"]), manifest["cycles"]
    setup = setup_folder(config, manifest["data"]["fingerprint"])
    table = Table("strategy", *(f"seed {seed}" for seed in range(config.seeds)))
    for strategy in config.strategies:
        done = [cycles_done(store, setup, strategy, seed, cycles) for seed in range(config.seeds)]
        table.add_row(strategy, *(f"{count}/{cycles + 1}" for count in done))
    console.print(f"{folder}  [bold]{manifest['state']}[/bold]", soft_wrap=True)
    console.print(table)
