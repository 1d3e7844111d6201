"""`alflow data`: the data sets known by name."""

import click


@click.command(short_help="List the data presets.")
def data() -> None:
    """List the data presets, where each is looked for, and what to download."""
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
