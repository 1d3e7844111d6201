"""`alflow strategies`: what can be asked of the pool."""

import click


@click.command(short_help="List the query strategies.")
def strategies() -> None:
    """List the query strategies: what each needs, how its time grows, and where it is from."""
    from rich.console import Console
    from rich.table import Table

    from al_core.strategies import STRATEGIES, WRAPPERS

    table = Table("strategy", "needs", "time", "labels", "source")
    for name, strategy in sorted(STRATEGIES.items()) + sorted(WRAPPERS.items()):
        needs = ", ".join(sorted(strategy.needs)) or "nothing"
        table.add_row(name, needs, strategy.cost, strategy.labels, strategy.source)
    Console().print(table)
