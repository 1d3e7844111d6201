"""Your own strategies, classifiers and stopping rules: marked, allowed, and found by dotted path or entry point.

A configuration may come from anybody: a web form, a store that was sent. So nothing that it names is imported unless
its module is allowed, and nothing is called that was not written for it.
"""

import re
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import isclass, isroutine
from pathlib import Path
from typing import Any, TypeVar

from al_core.errors import ConfigError, nearest

F = TypeVar("F", bound=Callable[..., Any])

DOTTED = re.compile(r"(?<![\w.])[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""package.module:name; nothing is tried from inside a word, which would take the square of its length."""

_allowed = {"al_core"}
_MARK = "__alflow__"


def allow(*modules: str) -> None:
    """Let configurations name what is in these modules and packages, in this process; until then none may be named.

    >>> allow("math")
    >>> load("math:sqrt")(4)
    2.0
    """
    _allowed.update(modules)


def allowed() -> tuple[str, ...]:
    """Return the modules and packages that configurations may name, sorted."""
    return tuple(sorted(_allowed))


def strategy(function: F) -> F:
    """Mark a function as a strategy, which configurations may name: `--strategy mypackage.module:mine`."""
    return _marked(function, "strategy")


def classifier(function: F) -> F:
    """Mark a function as one that makes estimators for a classifier; a class of estimators needs no mark."""
    return _marked(function, "classifier")


def stopping_rule(function: F) -> F:
    """Mark a function as a stopping rule."""
    return _marked(function, "stopping rule")


def _marked(function: F, kind: str) -> F:
    setattr(function, _MARK, kind)
    return function


def kind_of(function: Callable[..., Any]) -> str | None:
    """Return the kind that a function is marked as, or None; a class of estimators with probabilities is a classifier.

    >>> kind_of(classifier(lambda seed: None)), kind_of(print)
    ('classifier', None)
    """
    is_classifier = isclass(function) and hasattr(function, "fit") and hasattr(function, "predict_proba")
    return "classifier" if is_classifier else getattr(function, _MARK, None)


def load(path: str) -> Callable[..., Any]:
    """Return the function at a dotted path; modules in the current folder are found too.

    Raises:     ConfigError if its module is not allowed, or one such as `__main__`, there is no such module, or no such
                function in it
    >>> allow("math")
    >>> load("math:sqr")
    Traceback (most recent call last):
    al_core.errors.ConfigError: 'math:sqr': the module 'math' has no 'sqr'; did you mean 'sqrt'?
    >>> load("os:system")
    Traceback (most recent call last):
    al_core.errors.ConfigError: 'os:system' is code, and what is in 'os' may not be named here. If you trust it, allow \
it: set ALFLOW_ALLOW=os where alflow runs, or call `al_core.allow('os')` in Python
    """
    module, _, name = path.partition(":")
    _check_allowed(path, module)
    if "" not in sys.path and str(Path.cwd()) not in sys.path:
        sys.path.append(str(Path.cwd()))
    try:
        there = vars(import_module(module))
    except ImportError as error:
        raise ConfigError(f"{path!r} cannot be imported: {error}; is its package installed, or here?") from error
    if name not in there:
        raise ConfigError(f"{path!r}: the module {module!r} has no {name!r}{nearest(name, there)}")
    if not isroutine(there[name]) and not isclass(there[name]):
        raise ConfigError(f"{path!r} is no function, but {there[name]!r}; write one with `def`")
    found: Callable[..., Any] = there[name]
    return found


def _check_allowed(path: str, module: str) -> None:
    if any(part.startswith("__") for part in module.split(".")):
        raise ConfigError(
            f"{path!r}: modules with names such as __main__ run a program as they are imported, and cannot be named; "
            "name the module in which the function is written"
        )
    if not any(f"{module}.".startswith(f"{one}.") for one in _allowed):
        raise ConfigError(
            f"{path!r} is code, and what is in {module!r} may not be named here. If you trust it, allow it: set "
            f"ALFLOW_ALLOW={module} where alflow runs, or call `al_core.allow({module!r})` in Python"
        )


def installed(kind: str) -> dict[str, EntryPoint]:
    """Return what installed packages bring of a kind, such as `strategies`, by name."""
    return {entry.name: entry for entry in entry_points(group=f"alflow.{kind}")}


@cache
def digest_of_module(name: str) -> str:
    """Return the digest of an imported module's file, as it was when it was first asked for.

    >>> len(digest_of_module("al_core.plugins"))
    64
    """
    return sha256(Path(sys.modules[name].__file__ or "").read_bytes()).hexdigest()
