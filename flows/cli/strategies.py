"""`alflow strategies`: what can be asked of the pool."""

import re
import shlex
from inspect import signature
from typing import TYPE_CHECKING

import click

from flows.cli.allowed import allow_named
from flows.cli.output import say

if TYPE_CHECKING:
    from al_core.strategies import Strategy

COLUMNS = ("strategy", "what it chooses", "settings", "needs", "time", "labels", "source")


START = (
    "Where to start: margin, beside random. With very few labels, another first: switch(typiclust, margin, after=100). "
    "All there is to know of one: `alflow strategies NAME`."
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
        _show_one(name)
        return
    if markdown:
        click.echo("\n".join(f"| {' | '.join(row)} |" for row in [COLUMNS, ["---"] * len(COLUMNS), *rows()]))
        return
    say(START)
    table = Table(Column("", no_wrap=True), "", box=None, pad_edge=False, show_header=False)
    for heading, members in groups().items():
        table.add_row(f"\n{heading}", "", style="bold")
        for one in members:
            table.add_row(f"  {spelt(one)}", one.about.removesuffix("."))
    console.print(table)


def groups() -> "dict[str, list[Strategy]]":
    """Return the strategies by what they go by, sorted."""
    from al_core.config import BEFORE_A_MODEL
    from al_core.strategies import STRATEGIES, WRAPPERS

    named = [one for _, one in sorted(STRATEGIES.items())]
    one_label = [one for one in named if one.labels != "several"]
    committee = [one for one in one_label if one.needs & {"committee", "dropout"}]
    early = [one for one in one_label if one.needs <= BEFORE_A_MODEL]
    return {
        "By a model's probabilities": [one for one in one_label if one not in (*committee, *early)],
        "By where several models differ": committee,
        "By the texts alone": early,
        "Where texts can have several labels": [one for one in named if one.labels == "several"],
        "Around other strategies": [one for _, one in sorted(WRAPPERS.items())],
    }


def spelt(strategy: "Strategy") -> str:
    """Return how a strategy is called, with dots for those that go into it."""
    return f"{strategy.name}({', '.join(['…'] * len(strategy.inner))})" if strategy.inner else strategy.name


def _show_one(name: str) -> None:
    """Say all of a strategy that is named, or written as an expression."""
    from inspect import getdoc

    from al_core.strategies import WRAPPERS, strategy_of

    allow_named(name)
    asked = WRAPPERS[name] if name in WRAPPERS else strategy_of(name)
    facts = {
        "settings": settings_of(asked) or "none",
        "needs": ", ".join(sorted(asked.needs)) or "nothing",
        "time": asked.cost,
        "labels": {"one": "one a text", "several": "several a text", "any": "one or several a text"}[asked.labels],
        "source": asked.source,
    }
    click.secho(asked.name, bold=True)
    for paragraph in _prose(getdoc(asked.function) or asked.about):
        say(paragraph)
        click.echo()
    for what, fact in facts.items():
        click.echo(f"{what:<10}{fact}")
    beside = "" if asked.name == "random" else " --strategy random"
    asking = f"--strategy {shlex.quote(_example(asked))}{_also(asked)}"
    click.echo(f"{'compare':<10}alflow run --data FILE {asking}{beside}")
    click.echo(f"{'ask':<10}alflow next FILE {asking} --output todo.csv")


def _prose(doc: str) -> list[str]:
    """Return the paragraphs of a docstring before it says what the function takes and returns."""
    prose = re.split(r"^(?:Parameters|Returns|References):|^>>>", doc, maxsplit=1, flags=re.MULTILINE)[0]
    return [" ".join(paragraph.split()) for paragraph in prose.strip().split("\n\n")]


def _example(strategy: "Strategy") -> str:
    """Return a strategy as it can be asked: a wrapper around others.

    >>> from al_core.strategies import WRAPPERS
    >>> _example(WRAPPERS["switch"]), _example(WRAPPERS["balance"])
    ('switch(typiclust, margin)', 'balance(margin)')
    """
    around = ("typiclust", "margin")[-len(strategy.inner) :] if strategy.inner else ()
    return f"{strategy.name}({', '.join(around)})" if around else strategy.name


def _also(strategy: "Strategy") -> str:
    """Return the options that a strategy cannot do without."""
    needed = {
        "--label-separator '|'": strategy.labels == "several",
        "--classifier transformer": "dropout" in strategy.needs,
        "--encoder ONE-WITH-A-MASKED-LANGUAGE-MODEL": "surprisal" in strategy.needs,
    }
    return "".join(f" {option}" for option, is_needed in needed.items() if is_needed)


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

    named = [one for strategies in (STRATEGIES, WRAPPERS) for _, one in sorted(strategies.items())]
    return [
        (
            spelt(strategy),
            strategy.about,
            settings_of(strategy),
            ", ".join(sorted(strategy.needs)) or "nothing",
            strategy.cost,
            strategy.labels,
            strategy.source,
        )
        for strategy in named
    ]
