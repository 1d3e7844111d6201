"""Expressions of a configuration: a name, one with settings, one around others, or a function of your own.

margin    budget(labels=500)    any(budget(labels=500), kappa_average)    mypackage.module:mine
"""

import ast
import re
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, signature
from typing import Any, Protocol, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from al_core.errors import ConfigError, known_name, nearest
from al_core.plugins import DOTTED, installed, kind_of, load
from al_core.urls import brief


class Named(Protocol):
    """What an expression can name: something made of a function."""

    @property
    def function(self) -> Callable[..., Any]:
        """What it does."""


T = TypeVar("T", bound=Named)


@dataclass(frozen=True)
class Expression:
    """What a text says, before any name of it is looked up.

    Parameters: name : or a dotted path
                inner : what it goes around
                settings : values by name
    """

    name: str
    inner: tuple["Expression", ...] = ()
    settings: dict[str, Any] = field(default_factory=dict)


LONGEST = 1000
"""Characters of an expression; that of a strategy is bounded further, as it names a folder."""


def parse(kind: str, text: str, such_as: str) -> Expression:
    """Read a text.

    Parameters: kind : of thing that it describes, as errors call it
                such_as : what one can write, for errors
    Raises:     ConfigError that says what of it is not understood
    >>> parse("strategy", "subsample(my.own:way, size=5)", "margin")
    Expression(name='subsample', inner=(Expression(name='my.own:way', inner=(), settings={}),), settings={'size': 5})
    >>> parse("strategy", "margin(", "it is a name, such as margin")
    Traceback (most recent call last):
    al_core.errors.ConfigError: the strategy 'margin(' cannot be read: it is a name, such as margin
    """
    if len(text) > LONGEST:
        raise ConfigError(f"the {kind} {text[:60]!r}… is {len(text):,} characters long; {LONGEST:,} are the most")
    own: dict[str, str] = {}
    plain = _UNQUOTED_PATH.sub(lambda found: _placeholder(found, own), text.strip())
    shown = repr(text) if len(text) < 100 else f"{text[:100]!r}…"
    cannot = ConfigError(f"the {kind} {shown} cannot be read: {such_as}")
    try:
        return _read(ast.parse(plain, mode="eval").body, own, cannot)
    except ConfigError:
        raise
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:  # the last two for what is nested deeply
        raise cannot from error


_UNQUOTED_PATH = re.compile(rf"'[^']*'|\"[^\"]*\"|({DOTTED.pattern})")
"""A dotted path, which is no Python; quoted texts are passed over."""


def _placeholder(found: re.Match[str], own: dict[str, str]) -> str:
    if not found[1]:
        return found[0]
    name = f"_own_{len(own)}"
    own[name] = found[1]
    return name


def _read(node: ast.expr, own: Mapping[str, str], cannot: ConfigError) -> Expression:
    call = node if isinstance(node, ast.Call) else ast.Call(node, [], [])
    if not isinstance(call.func, ast.Name):
        raise cannot
    name = own.get(call.func.id, call.func.id)
    inner = tuple(_read(argument, own, cannot) for argument in call.args)
    settings = {keyword.arg or "**": _value(name, keyword) for keyword in call.keywords}
    return Expression(name, inner, settings)


def _value(name: str, keyword: ast.keyword) -> Any:
    try:
        return ast.literal_eval(keyword.value)
    except (ValueError, TypeError) as error:  # the second for `{[]: 1}`
        raise ConfigError(f"{name}: {ast.unparse(keyword)!r} is no plain value; text wants quotes") from error


def checked(name: str, function: Callable[..., Any], settings: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    """Return settings as the keyword-only parameters of a function, or those of a class, have them.

    Raises:     ConfigError for one that it has not, or a value that is not of its type or within its bounds
    >>> def mine(*, size: int = 5): ...
    >>> checked("mine", mine, {"size": "7"})
    (('size', 7),)
    >>> checked("mine", mine, {"sise": 7})
    Traceback (most recent call last):
    al_core.errors.ConfigError: mine has no setting 'sise'; did you mean 'size'? It has size
    """
    order = list(signature(function).parameters)
    values = {setting: _checked(name, function, setting, value) for setting, value in settings.items()}
    return tuple(sorted(values.items(), key=lambda item: order.index(item[0])))


def _checked(name: str, function: Callable[..., Any], setting: str, value: Any) -> Any:
    """Check one of them; the settings of a class are all that it can be made with."""
    of_class = isinstance(function, type)
    known = [p.name for p in signature(function).parameters.values() if of_class or p.kind is Parameter.KEYWORD_ONLY]
    if setting not in known:
        there = f"It has {', '.join(known)}" if known else "It has none"
        raise ConfigError(f"{name} has no setting {setting!r}{nearest(setting, known)} {there}")
    kind = get_type_hints(function, include_extras=True).get(setting, Any)
    if isinstance(value, int) and abs(value) > sys.maxsize:
        raise ConfigError(f"{name}: {setting}: it can be {sys.maxsize:,} at most, not {brief(value)}")
    try:
        return TypeAdapter(kind).validate_python(value)
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
        raise ConfigError(f"{name}: {setting}: {problem[0].lower()}{problem[1:]}, not {brief(value)}") from error


def spelled(name: str, inner: tuple[str, ...], settings: tuple[tuple[str, Any], ...]) -> str:
    """Write an expression in the one way that names results.

    >>> spelled("any", ("budget(labels=500)", "kappa_average"), ())
    'any(budget(labels=500),kappa_average)'
    """
    inside = [*inner, *(f"{setting}={value!r}" for setting, value in settings)]
    return f"{name}({','.join(inside)})" if inside else name


def named(kind: str, group: str, name: str, known: Mapping[str, T], own: Callable[[str, Any, str], T]) -> T:
    """Return what a name stands for: one of `known`, a function at a dotted path, or what an installed package brings.

    Parameters: kind : as errors call it
                group : of entry points, such as `strategies`
                own : makes it of a name, a function that is not known, and where that is from
    Raises:     ConfigError if there is none of that name, or it may not be called
    """
    if name in known:
        return known[name]
    brought = installed(group)
    if ":" not in name and name not in brought:
        return known[known_name(kind, name, [*known, *brought])]
    function, path = (load(name), name) if ":" in name else (brought[name].load(), brought[name].value)
    if kind_of(function) != kind:
        mark = f"@al_core.{kind.replace(' ', '_')}"
        raise ConfigError(f"{name!r} is not marked as a {kind}; if it is one of yours, write `{mark}` above it")
    return own(name, function, path)


def registered(function: Callable[..., Any], known: Mapping[str, T]) -> T | None:
    """Return what has been registered with a function, if anything has."""
    return next((one for one in known.values() if one.function is function), None)
