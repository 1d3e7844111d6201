"""`alflow strategies`: what can be asked of the pool."""

import click


@click.command(short_help="List the query strategies.")
def strategies() -> None:
    """List the query strategies, what each needs and where it is from."""
    from rich.console import Console
    from rich.table import Table

    from al_core.strategies import STRATEGIES

    table = Table("strategy", "needs", "source")
    for name, strategy in sorted(STRATEGIES.items()):
        table.add_row(name, ", ".join(sorted(strategy.needs)) or "nothing", strategy.source)
    Console().print(table)
