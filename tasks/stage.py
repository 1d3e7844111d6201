"""A stage: a Prefect task whose result is kept in the store under a key made of all that it depends on."""

import ast
import json
import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, is_dataclass
from functools import cache, wraps
from hashlib import sha256
from importlib.metadata import version
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import pyarrow as pa
from prefect import task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas.objects import State
from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging import get_run_logger
from prefect.states import Completed

from al_core.config import Model
from tasks.store import Ref, Store

P = ParamSpec("P")
R = TypeVar("R")

_NOT_IN_RESULTS = ("al_core.config", "al_core.errors", "tasks.stage", "tasks.store")
"""Modules that no result depends on: the settings' values are among the inputs already."""


_only_find: ContextVar[bool] = ContextVar("only_find", default=False)


class NotInStoreError(LookupError):
    """A result was asked for that has not been computed yet."""


def from_store(compute: Callable[[], R]) -> R | None:
    """Return what a composition of stages would return if all their results are in the store; compute nothing."""
    token = _only_find.set(True)
    try:
        return compute()
    except NotInStoreError:
        return None
    finally:
        _only_find.reset(token)


def stage(
    name: str,
) -> Callable[[Callable[Concatenate[Store, P], pa.Table]], Callable[Concatenate[Store, str, P], Ref]]:
    """Make a task of a function that reads from the store and returns a table.

    The task takes the store, the folder to keep the result in, and the function's own arguments, and returns a
    reference to `folder/name-KEY.parquet`. If that is there already, the task run ends as Cached. Outside a flow it is
    an ordinary function that does the same.
    """

    def decorate(compute: Callable[Concatenate[Store, P], pa.Table]) -> Callable[Concatenate[Store, str, P], Ref]:
        @wraps(compute)
        def run(store: Store, folder: str, *args: P.args, **inputs: P.kwargs) -> Any:
            path = f"{folder}/{name}-{key(compute, store, *args, **inputs)}.parquet"
            if _only_find.get():
                return _found(store, path)
            ref, cached = store.once(path, lambda: compute(store, *args, **inputs), _logger().warning)
            if not cached:
                _logger().info("%s: %s rows in %.2f s", name, ref.rows, store.seconds(ref))
                return ref
            return Completed(name="Cached", message=f"{path} was in the store", data=ref)

        store, *others = signature(compute).parameters.values()
        folder = Parameter("folder", Parameter.POSITIONAL_OR_KEYWORD, annotation=str)
        run.__signature__ = Signature([store, folder, *others])  # type: ignore[attr-defined]
        prefect_task = task(name=name, persist_result=False, cache_policy=NO_CACHE)(run)

        def call(store: Store, folder: str, /, *args: P.args, **inputs: P.kwargs) -> Ref:
            run_it: Any = prefect_task if FlowRunContext.get() and not _only_find.get() else run
            returned = run_it(store, folder, *args, **inputs)
            return returned.result() if isinstance(returned, State) else returned

        return call

    return decorate


def _found(store: Store, path: str) -> Ref:
    ref = store.find(path)
    if ref is None:
        raise NotInStoreError(path)
    return ref


def key(compute: Callable[..., Any], store: Store, *args: Any, **inputs: Any) -> str:
    """Return 12 hexadecimal digits for the inputs and the code and library versions that make a result of them."""
    arguments = signature(compute).bind(store, *args, **inputs).arguments
    content = {name: _plain(value) for name, value in arguments.items() if value is not store}
    text = json.dumps([content, code_digest(compute.__module__)], sort_keys=True)
    return sha256(text.encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    """Return what identifies an input: of a result its content, not its place."""
    if isinstance(value, Ref):
        return value.sha256
    if isinstance(value, Model):
        return value.identity()
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


@cache
def code_digest(module: str) -> str:
    """Digest the source of a module and of what it imports of this project, and the versions of what they build on."""
    digest = sha256()
    for path in sorted(_sources(module, set())):
        digest.update(Path(path).read_bytes())
    for library in ("numpy", "scipy", "scikit-learn", "pandas"):
        digest.update(version(library).encode())
    return digest.hexdigest()


def _sources(module: str, seen: set[str]) -> set[str]:
    """Collect the source files of a module and of what it imports from this project."""
    source = getattr(sys.modules.get(module), "__file__", None)
    if source and source not in seen:
        seen.add(source)
        for node in ast.walk(ast.parse(Path(source).read_text(encoding="utf-8"))):
            for name in _imported(node):
                if name.split(".")[0] in ("al_core", "tasks") and name not in _NOT_IN_RESULTS:
                    _sources(name, seen)
    return seen


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def _logger() -> Any:
    """Return the task run's logger, or an ordinary one where the stage is called without Prefect."""
    return get_run_logger() if TaskRunContext.get() else logging.getLogger("alflow")
