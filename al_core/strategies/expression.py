"""Strategies by what a configuration says: a name, one with settings, one around others, or one of your own.

margin    typiclust(neighbours=30)    switch(typiclust, margin, after=100)    mypackage.module:mine
"""

from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from inspect import signature
from typing import Any

from al_core.errors import ConfigError
from al_core.expression import Expression, checked, named, parse, registered, spelled
from al_core.plugins import digest_of_module
from al_core.strategies.base import STRATEGIES, WRAPPERS, Strategy, make

_HOW = "it is a name, such as margin, or one around others, such as subsample(margin, size=1000)"

LONGEST = 200
"""Bytes that the name of a strategy may have: file systems take some more for a folder's."""


@lru_cache(maxsize=256)
def strategy_of(text: str) -> Strategy:
    """Return the strategy that a text describes.

    Raises:     ConfigError that says what of it is not understood
    >>> strategy_of("subsample(margin, size=500)").name
    'subsample(margin,size=500)'
    >>> strategy_of("subsample(margn)")
    Traceback (most recent call last):
    al_core.errors.ConfigError: unknown strategy 'margn'; did you mean 'margin'? There are: ...
    """
    made = _build(parse("strategy", text, _HOW), text)
    if "/" in made.name or "\0" in made.name:
        raise ConfigError(
            f"the strategy {made.name!r} has a slash in a setting; it names a folder in the store, and can have none"
        )
    if len(made.name.encode()) > LONGEST:
        raise ConfigError(
            f"the strategy {made.name[:60]}… is {len(made.name.encode()):,} bytes long; it names a folder in the "
            f"store, and may have {LONGEST} at most"
        )
    return made


def code_of(strategy: Strategy) -> tuple[str, ...]:
    """Return digests of the modules of a strategy that are not ours, so that results change with your code.

    >>> code_of(strategy_of("subsample(margin)"))
    ()
    """
    module = strategy.function.__module__
    own = () if module.startswith("al_core.") else (digest_of_module(module),)
    return own + tuple(digest for inner in strategy.inner for digest in code_of(inner))


def in_the_store(text: str) -> str:
    """Return a strategy's name in the one spelling that results have it under; a plain name as it is, known or not.

    >>> in_the_store("mix(margin, random, share=.25)"), in_the_store("margn")
    ('mix(margin,random,share=0.25)', 'margn')
    """
    return strategy_of(text).name if "(" in text else text


def _build(said: Expression, text: str) -> Strategy:
    base = named("strategy", "strategies", said.name, STRATEGIES | WRAPPERS, _own)
    inner = tuple(_build(one, text) for one in said.inner)
    if len(inner) != len(base.inner):
        wanted = (
            f"{len(base.inner)} other strateg{'y' if len(base.inner) == 1 else 'ies'}" if base.inner else "no other"
        )
        raise ConfigError(f"{base.name} goes around {wanted}, not {len(inner)}: {text!r}")
    return with_settings(base, inner, said.settings)


def with_settings(base: Strategy, inner: Iterable[Strategy], settings: dict[str, Any]) -> Strategy:
    """Return a strategy with other values for its settings, and, if it is a wrapper, around others."""
    inner = tuple(inner)
    values = checked(base.name, base.function, settings)
    return replace(
        base,
        name=spelled(base.name, tuple(one.name for one in inner), values),
        needs=base.needs.union(*(one.needs for one in inner)),
        labels=_labels(base, inner),
        classes=next((one.classes for one in inner if one.classes), base.classes),
        settings=values,
        inner=inner,
    )


def _labels(base: Strategy, inner: tuple[Strategy, ...]) -> str:
    """Return for how many labels a text a strategy is: for as many as all that are in it.

    Raises:     ConfigError where some are for one, and some for several
    """
    kinds = {one.labels for one in (base, *inner)} - {"any"}
    if len(kinds) > 1:
        several = ", ".join(one.name for one in (base, *inner) if one.labels == "several")
        raise ConfigError(f"{base.name}: {several} is for texts with several labels, and the rest for one label each")
    return kinds.pop() if kinds else "any"


def _own(name: str, function: Any, path: str) -> Strategy:
    known = registered(function, STRATEGIES | WRAPPERS)
    if known:
        return replace(known, name=name)
    made = make(name, function, cost="not said", source=path)
    knows = "multilabel" in signature(function).parameters or not made.needs & _OF_CLASSES
    return replace(made, labels="any" if knows else "one")


_OF_CLASSES = {"proba", "committee", "dropout", "retrain", "labelled_proba", "labelled_codes"}
"""What is of another kind where texts can have several labels; who asks for `multilabel` as well says to know."""
