"""Your own strategies, classifiers and stopping rules: found by dotted path, or by the entry points of a package."""

import re
import sys
from collections.abc import Callable
from hashlib import sha256
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
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
    if not callable(there[name]):
        raise ConfigError(f"{path!r} is no function, but {there[name]!r}")
    found: Callable[..., Any] = there[name]
    return found


def installed(kind: str) -> dict[str, EntryPoint]:
    """Return what installed packages bring of a kind, such as `strategies`, by name."""
    return {entry.name: entry for entry in entry_points(group=f"alflow.{kind}")}


def code_of(text: str) -> tuple[str, ...]:
    """Return digests of the modules that a text names by dotted paths, so that results change with your code.

    >>> code_of("subsample(margin)")
    ()
    >>> len(code_of("subsample(al_core.plugins:load)")[0])
    64
    """
    modules = [import_module(path.partition(":")[0]) for path in DOTTED.findall(text)]
    return tuple(sha256(Path(module.__file__ or "").read_bytes()).hexdigest() for module in modules)
