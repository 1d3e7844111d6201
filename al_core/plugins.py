"""Your own strategies, classifiers and stopping rules: found by dotted path, or by the entry points of a package."""

import re
import sys
from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from inspect import isclass, isroutine
from pathlib import Path
from typing import Any

from al_core.errors import ConfigError, nearest

DOTTED = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
"""package.module:name"""


def load(path: str) -> Callable[..., Any]:
    """Return the function at a dotted path; modules in the current folder are found too.

    Raises:     ConfigError if there is no such module, or no such function in it
    >>> load("math:sqrt")(4)
    2.0
    >>> load("math:sqr")
    Traceback (most recent call last):
    al_core.errors.ConfigError: 'math:sqr': the module 'math' has no 'sqr'; did you mean 'sqrt'?
    """
    module, _, name = path.partition(":")
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
