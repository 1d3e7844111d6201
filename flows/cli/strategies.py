"""`alflow strategies`: what can be asked of the pool."""

import click

COLUMNS = ("strategy", "what it chooses", "needs", "time", "labels", "source")


@click.command(short_help="List the query strategies.")
@click.option("--markdown", is_flag=True, help="As the table in docs/strategies.md.")
def strategies(markdown: bool) -> None:
    """List the query strategies: what each needs, how its time grows, and where it is from.

    n texts are in the pool, l are labelled, k asked for; d is the length of an embedding, c the number of classes, m
    the members of a committee, t the passes with dropout, or the tokens of a text.
    """
    from rich.console import Console
    from rich.table import Table

    if markdown:
        click.echo("\n".join(f"| {' | '.join(row)} |" for row in [COLUMNS, ["---"] * len(COLUMNS), *rows()]))
        return
    table = Table("strategy", "needs", "time", "labels", "source", show_lines=False)
    for name, _, *others in rows():
        table.add_row(name, *others)
    Console().print(table)


def rows() -> list[tuple[str, ...]]:
    """Return a row a strategy, then a row a wrapper."""
    from al_core.strategies import STRATEGIES, WRAPPERS

    named = sorted(STRATEGIES.items()) + sorted(WRAPPERS.items())
    return [
        (
            f"{name}({', '.join(['…'] * len(strategy.inner))})" if strategy.inner else name,
            strategy.about,
            ", ".join(sorted(strategy.needs)) or "nothing",
            strategy.cost,
            strategy.labels,
            strategy.source,
        )
        for name, strategy in named
    ]
