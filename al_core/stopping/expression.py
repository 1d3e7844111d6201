"""Stopping rules by what a configuration says: a name, one with settings, several combined, or one of your own.

kappa_average    budget(labels=500)    any(budget(labels=500), kappa_average)    mypackage.module:mine
"""

from dataclasses import replace
from functools import lru_cache
from typing import Any

from al_core.errors import ConfigError
from al_core.expression import Expression, checked, named, parse, registered, spelled
from al_core.stopping.base import RULES, Rule, combined, make

_HOW = (
    "it is a name, such as kappa_average, one with settings by name, such as budget(labels=500), or any(...), all(...)"
)


@lru_cache(maxsize=256)
def rule_of(text: str) -> Rule:
    """Return the stopping rule that a text describes.

    Raises:     ConfigError that says what of it is not understood
    >>> rule_of("any(budget(labels=500), kappa_average)").name
    'any(budget(labels=500),kappa_average)'
    >>> rule_of("kapa_average")
    Traceback (most recent call last):
    al_core.errors.ConfigError: unknown stopping rule 'kapa_average'; did you mean 'kappa_average'? There are: ...
    """
    return _build(parse("stopping rule", text, _HOW), text)


def _build(said: Expression, text: str) -> Rule:
    base = named("stopping rule", "stopping", said.name, RULES, _own)
    inner = tuple(_build(one, text) for one in said.inner)
    if base.combines != bool(inner):
        wanted = "combines other rules, and is given none" if base.combines else f"combines no others, not {len(inner)}"
        raise ConfigError(f"{base.name} {wanted}: {text!r}")
    values = checked(base.name, base.function, said.settings)
    name = spelled(base.name, tuple(one.name for one in inner), values)
    return replace(combined(base, inner), name=name, settings=values)


def _own(name: str, function: Any, path: str) -> Rule:
    known = registered(function, RULES)
    return replace(known, name=name) if known else make(name, function, source=path)
