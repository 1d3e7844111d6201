"""`alflow strategies`: what can be asked of the pool."""

import shlex
from inspect import signature
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from al_core.strategies import Strategy

COLUMNS = ("strategy", "what it chooses", "settings", "needs", "time", "labels", "source")


START = (
    "Where to start: margin, against random. With very few labels, typiclust or kmeans first: "
    "switch(typiclust, margin, after=100). All of one: `alflow strategies NAME`."
)


@click.command(short_help="List the query strategies.")
@click.argument("name", required=False)
@click.option("--markdown", is_flag=True, help="As the table in docs/strategies.md.")
def strategies(name: str | None, markdown: bool) -> None:
    """List the query strategies and what each chooses; with a NAME, all that there is to know of one.

    In what time it takes, n texts are in the pool, l are labelled, k asked for; d is the length of an embedding, c the
    number of classes, m the members of a committee, t the passes with dropout, or the tokens of a text.
    """
    from rich.console import Console
    from rich.table import Column, Table

    console = Console(highlight=False)
    if name:
        _show_one(console, name)
        return
    if markdown:
        click.echo("\n".join(f"| {' | '.join(row)} |" for row in [COLUMNS, ["---"] * len(COLUMNS), *rows()]))
        return
    table = Table(Column("strategy", no_wrap=True), "what it chooses", box=None, pad_edge=False)
    for called, about, *_ in rows():
        table.add_row(called, about)
    console.print(table)
    console.print(f"\n{START}")


def _show_one(console: "Console", name: str) -> None:
    """Say all of a strategy that is named, or written as an expression."""
    from inspect import getdoc

    from al_core.strategies import WRAPPERS, strategy_of

    asked = WRAPPERS[name] if name in WRAPPERS else strategy_of(name)
    facts = {
        "settings": settings_of(asked) or "none",
        "needs": ", ".join(sorted(asked.needs)) or "nothing",
        "time": asked.cost,
        "labels": {"one": "one a text", "several": "several a text", "any": "one or several a text"}[asked.labels],
        "source": asked.source,
    }
    console.print(asked.name, style="bold")
    console.print(f"{getdoc(asked.function) or asked.about}\n", markup=False)
    for what, fact in facts.items():
        console.print(f"{what:<10}{fact}", markup=False)
    around = f"{asked.name}(margin)" if asked.name in WRAPPERS else asked.name
    console.print(f"{'use':<10}alflow run --strategy {shlex.quote(around)} --strategy random ...")


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
