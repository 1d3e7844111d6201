"""Strategies by what a configuration says: a name, one with settings, one around others, or one of your own.

margin    typiclust(neighbours=30)    switch(typiclust, margin, after=100)    mypackage.module:mine
"""

import ast
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any, get_type_hints

from pydantic import TypeAdapter, ValidationError

from al_core.errors import ConfigError, known_name, nearest
from al_core.plugins import DOTTED, installed, load
from al_core.strategies.base import STRATEGIES, WRAPPERS, Strategy, make


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
    paths = DOTTED.findall(text)
    own = {f"_own_{number}": path for number, path in enumerate(paths)}
    plain = text.strip()
    for name, path in own.items():
        plain = plain.replace(path, name, 1)
    try:
        tree = ast.parse(plain, mode="eval").body
    except SyntaxError as error:
        raise ConfigError(f"the strategy {text!r} cannot be read: {_HOW}") from error
    return _build(tree, own, text)


_HOW = "it is a name, such as margin, or one around others, such as subsample(margin, size=1000)"


def _build(node: ast.expr, own: dict[str, str], text: str) -> Strategy:
    call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
    if not isinstance(call.func, ast.Name):
        raise ConfigError(f"the strategy {text!r} cannot be read: {_HOW}")
    base = _named(own.get(call.func.id, call.func.id))
    inner = tuple(_build(argument, own, text) for argument in call.args)
    if len(inner) != len(base.inner):
        wanted = (
            f"{len(base.inner)} other strateg{'y' if len(base.inner) == 1 else 'ies'}" if base.inner else "no other"
        )
        raise ConfigError(f"{base.name} goes around {wanted}, not {len(inner)}: {text!r}")
    settings = {}
    for keyword in call.keywords:
        try:
            settings[keyword.arg or "**"] = ast.literal_eval(keyword.value)
        except ValueError as error:
            raise ConfigError(f"{base.name}: {ast.unparse(keyword)!r} is no plain value") from error
    return with_settings(base, inner, settings)


def with_settings(base: Strategy, inner: Iterable[Strategy], settings: dict[str, Any]) -> Strategy:
    """Return a strategy with other values for its settings, and, if it is a wrapper, around others."""
    inner = tuple(inner)
    checked = tuple((name, _checked(base, name, value)) for name, value in settings.items())
    inside = [one.name for one in inner] + [f"{name}={value!r}" for name, value in checked]
    return replace(
        base,
        name=f"{base.name}({','.join(inside)})" if inside else base.name,
        needs=base.needs.union(*(one.needs for one in inner)),
        labels=inner[0].labels if inner else base.labels,
        settings=checked,
        inner=inner,
    )


def _checked(base: Strategy, name: str, value: Any) -> Any:
    known = [p.name for p in signature(base.function).parameters.values() if p.kind is Parameter.KEYWORD_ONLY]
    if name not in known:
        there = f"It has {', '.join(known)}" if known else "It has none"
        raise ConfigError(f"{base.name} has no setting {name!r}{nearest(name, known)} {there}")
    kind = get_type_hints(base.function, include_extras=True).get(name, Any)
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise ConfigError(f"{base.name}: {name}: {problem[0].lower()}{problem[1:]}, not {value!r}") from error


def _named(name: str) -> Strategy:
    if ":" in name:
        return _own(name, load(name), name)
    known = STRATEGIES | WRAPPERS
    if name in known:
        return known[name]
    brought = installed("strategies")
    if name in brought:
        return _own(name, brought[name].load(), brought[name].value)
    return known[known_name("strategy", name, [*known, *brought])]


def _own(name: str, function: Any, path: str) -> Strategy:
    registered = next((one for one in (STRATEGIES | WRAPPERS).values() if one.function is function), None)
    if registered:
        return replace(registered, name=name)
    return make(name, function, cost="not said", source=path, labels="any")
