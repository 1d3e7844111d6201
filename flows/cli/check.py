"""`alflow check`: try a strategy, classifier or stopping rule of your own against what all of them promise."""

import sys
from typing import Any

import click


@click.command(short_help="Try a strategy, classifier or stopping rule of your own.")
@click.argument("name")
def check(name: str) -> None:
    """Try what NAME says, such as mypackage.module:name, on data made for it, against what all of its kind promise.

    Whether it is a query strategy, a classifier or a stopping rule, the names of its parameters say.
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
    from al_core.estimators import names_classifier
    from al_core.stopping import names_rule, rule_of
    from al_core.strategies import strategy_of

    if names_classifier(name):
        return case_of(name), classifiers
    return (rule_of(name), stopping) if names_rule(name) else (strategy_of(name), strategies)
