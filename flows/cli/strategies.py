"""`alflow strategies`: what can be asked of the pool."""

from inspect import signature
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from al_core.strategies import Strategy

COLUMNS = ("strategy", "what it chooses", "settings", "needs", "time", "labels", "source")


@click.command(short_help="List the query strategies.")
@click.option("--markdown", is_flag=True, help="As the table in docs/strategies.md.")
def strategies(markdown: bool) -> None:
    """List the query strategies: what each needs, how its time grows, and where it is from.

    n texts are in the pool, l are labelled, k asked for; d is the length of an embedding, c the number of classes, m
    the members of a committee, t the passes with dropout, or the tokens of a text.
    """
    from rich.console import Console
    from rich.table import Column, Table

    if markdown:
        click.echo("\n".join(f"| {' | '.join(row)} |" for row in [COLUMNS, ["---"] * len(COLUMNS), *rows()]))
        return
    table = Table(Column("strategy", no_wrap=True), "needs", "time", "labels", "source")
    for name, _, _, *others in rows():
        table.add_row(name, *others)
    Console().print(table)


def settings_of(strategy: "Strategy") -> str:
    """Return a strategy's settings with their defaults.

    >>> from al_core.strategies import WRAPPERS
    >>> settings_of(WRAPPERS["switch"])
    'after=100'
    """
    parameters = signature(strategy.function).parameters.values()
    return ", ".join(f"{p.name}={p.default!r}" for p in parameters if p.kind is p.KEYWORD_ONLY)


def rows() -> list[tuple[str, ...]]:
    """Return a row a strategy, then a row a wrapper."""
    from al_core.strategies import STRATEGIES, WRAPPERS

    named = sorted(STRATEGIES.items()) + sorted(WRAPPERS.items())
    return [
        (
            f"{name}({', '.join(['…'] * len(strategy.inner))})" if strategy.inner else name,
            strategy.about,
            settings_of(strategy),
            ", ".join(sorted(strategy.needs)) or "nothing",
            strategy.cost,
            strategy.labels,
            strategy.source,
        )
        for name, strategy in named
    ]
