"""`alflow data`: the data sets known by name; `alflow data check`: what is in a file."""

import json
import sys
from typing import Any

import click

from flows.cli.help import Sectioned
from flows.cli.options import build_config, fields, some_options
from flows.cli.output import say
from flows.cli.refusal import as_typed

SETTINGS = [path for path, _ in fields() if path[0] == "data" and path[1] != "source"]


@click.group(invoke_without_command=True, short_help="List the data presets, or check a file.")
@click.pass_context
def data(context: click.Context) -> None:
    """List the data presets, where each is looked for, and what to download; or `alflow data check FILE`."""
    if context.invoked_subcommand is None:
        _list()


def _list() -> None:
    from rich.console import Console

    from al_core.datasets.presets import PRESETS

    console = Console(highlight=False)
    for name, preset in PRESETS.items():
        there = preset.path is not None and preset.path.exists()
        console.print(f"[bold]{name}[/bold]  {preset.about}")
        console.print(
            f"    lies at   {preset.path or 'scikit-learn’s data folder'}{'  (there)' if there else ''}", soft_wrap=True
        )
        console.print(f"    download  {preset.download}", soft_wrap=True)


@data.command(cls=Sectioned, short_help="Say what is in a file, and what an experiment makes of it.")
@click.argument("file")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, with all rows that are left out.")
@some_options(*SETTINGS)
def check(file: str, as_json: bool, **options: Any) -> None:
    """Read FILE, or a preset, as an experiment would, and compute nothing.

    It says how the file is read, which rows are left out and why, the classes with an example each, how long the texts
    are, near-duplicates, labels that look alike, and what an experiment would refuse, with the line that mends it; then
    the exit code is 1.
    """
    from al_core.datasets.checkup import check_up, lines
    from tasks.machine import check_allowed

    config = build_config(None, options | {"data__source": file})
    check_allowed(config)
    about = check_up(config)
    if as_json:
        click.echo(json.dumps(about, ensure_ascii=False, indent=2))
    else:
        for line in lines(about):
            say(as_typed(line))
    sys.exit(1 if about["refused"] else 0)
