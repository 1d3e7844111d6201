"""`alflow check`: try a strategy, classifier or stopping rule of your own against what all of them promise."""

import sys
from typing import Any

import click

from al_core.errors import ConfigError
from flows.cli.allowed import allow_named


@click.command(short_help="Try a strategy, classifier or stopping rule of your own.")
@click.argument("name")
def check(name: str) -> None:
    """Try what NAME says, such as mypackage.module:name, on data made for it, against what all of its kind promise.

    A function is marked as one of them: by `@al_core.strategy`, `@al_core.classifier` or `@al_core.stopping_rule`.
    """
    tried, contract = _tried(name)
    failed = dict(contract.broken(tried))
    for promise in contract.CHECKS:
        said = " ".join(failed.get(promise, "").split())
        click.echo(f"{'✗' if promise in failed else '✓'} {promise}{f': {said}' if said else ''}")
    if failed:
        sys.exit(f"alflow: {tried.name}, {_about(tried)}, breaks {len(failed)} of {len(contract.CHECKS)} promises")
    click.echo(f"{tried.name}, {_about(tried)}, keeps all {len(contract.CHECKS)} promises.")


def _about(tried: Any) -> str:
    """Say what a strategy or rule needs, or what a classifier was tried on."""
    if hasattr(tried, "needs"):
        return f"which needs {', '.join(sorted(tried.needs)) or 'nothing'}"
    return f"tried on {tried.reads}"


def _tried(name: str) -> tuple[Any, Any]:
    """Return a strategy, a classifier with texts to try it on, or a stopping rule, and the module of its contract."""
    from al_core.contracts import classifiers, stopping, strategies
    from al_core.contracts.cases import case_of
    from al_core.stopping import rule_of
    from al_core.strategies import strategy_of

    allow_named(name)
    kind = _kind(name)
    if kind == "classifier":
        return case_of(name), classifiers
    return (rule_of(name), stopping) if kind == "stopping rule" else (strategy_of(name), strategies)


def _kind(name: str) -> str:
    """Return whether an expression is of a strategy, a classifier or a stopping rule, by its first name.

    Raises:     ConfigError for a function that is not marked as any of these
    """
    from al_core.estimators import CLASSIFIER_NAMES
    from al_core.expression import parse
    from al_core.plugins import installed, kind_of, load
    from al_core.stopping import RULES

    first = parse("strategy, classifier or stopping rule", name, "it is a name, or package.module:name").name
    if ":" not in first:
        of_kind = {"classifier": CLASSIFIER_NAMES, "stopping rule": RULES}
        groups = {"classifier": "classifiers", "stopping rule": "stopping"}
        found = [kind for kind, names in of_kind.items() if first in names or first in installed(groups[kind])]
        return found[0] if found else "strategy"
    kind = kind_of(load(first))
    if kind is None:
        raise ConfigError(
            f"{first!r} is not marked as anything; write `@al_core.strategy`, `@al_core.classifier` or "
            "`@al_core.stopping_rule` above it"
        )
    return kind
