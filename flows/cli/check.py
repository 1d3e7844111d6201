"""`alflow check`: try a strategy of your own against what all of them promise."""

import sys

import click

from al_core.errors import AlflowError


@click.command(short_help="Try a query strategy of your own.")
@click.argument("strategy")
def check(strategy: str) -> None:
    """Try a STRATEGY, such as mypackage.module:name, on pools made for it, against what all of them promise."""
    from al_core.contracts.strategies import CHECKS, broken
    from al_core.strategies import strategy_of

    try:
        tried = strategy_of(strategy)
    except AlflowError as error:
        sys.exit(f"alflow: {error}")
    failed = dict(broken(tried))
    for promise in CHECKS:
        said = " ".join(failed.get(promise, "").split())
        click.echo(f"{'✗' if promise in failed else '✓'} {promise}{f': {said}' if said else ''}")
    needs = ", ".join(sorted(tried.needs)) or "nothing"
    if failed:
        sys.exit(f"alflow: {tried.name}, which needs {needs}, breaks {len(failed)} of {len(CHECKS)} promises")
    click.echo(f"{tried.name}, which needs {needs}, keeps all {len(CHECKS)} promises.")
