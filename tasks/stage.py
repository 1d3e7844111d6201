"""A stage: a Prefect task whose result is kept in the store under a key made of all that it depends on."""

import dis
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import fields, is_dataclass
from functools import cache, partial
from hashlib import sha256
from importlib.metadata import version
from inspect import signature
from pathlib import Path
from types import CodeType
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar, cast

import pyarrow as pa
from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.context import FlowRunContext, TaskRunContext
from prefect.logging import get_run_logger
from prefect.states import Completed

from al_core.config import Model
from al_core.errors import StoreError
from al_core.results import whose
from tasks.runner import AGAIN_IF_IT_MAY_PASS, run, run_each
from tasks.store import Ref, Store

P = ParamSpec("P")
R = TypeVar("R")

_NOT_IN_RESULTS = (
    "al_core", "al_core.config", "al_core.errors", "al_core.foreign", "al_core.limits", "al_core.plain", "tasks.ended",
    "tasks.files", "tasks.logs", "tasks.machine", "tasks.progress", "tasks.publish", "tasks.runner", "tasks.stage",
    "tasks.store",
)  # fmt: skip
"""Modules that no result depends on: the settings' values are among the inputs already, and `al_core` itself only names
what is elsewhere."""


_only_find: ContextVar[bool] = ContextVar("only_find", default=False)


class NotInStoreError(LookupError):
    """A result was asked for that has not been computed yet."""


def from_store(compute: Callable[[], R]) -> R | None:
    """Return what a composition of stages would return if all their results are in the store; compute nothing.

    A store that cannot be read has nothing either: whoever computes then says what is wrong.
    """
    token = _only_find.set(True)
    try:
        return compute()
    except (NotInStoreError, StoreError):
        return None
    finally:
        _only_find.reset(token)


class _Arguments:
    """What a stage's function is called with, in a box that Prefect does not open.

    It would look for results of other tasks in all of it, thousands of objects a cycle, and record each that it finds:
    a cycle is made from the queries of all cycles before it. Prefect's own `quote` is not unpacked by Dask and Ray.
    """

    def __init__(self, values: dict[str, Any]) -> None:
        self.values = values


Say = Callable[[pa.Table], str]
Tags = Callable[..., tuple[str, ...]]

GPU = ("gpu",)
"""The tag of what a GPU computes: with a limit on it, so many at a time do, over all runs of a server."""


class Stage(Generic[P]):
    """A function whose result is kept in the store; inside a flow, each call of it is a Prefect task run.

    It takes the store, the folder to keep the result in, and the function's own arguments, and returns a reference to
    `folder/name-KEY.parquet`. If that is there already, the task run ends as Cached. What may pass, such as a network
    that is down, is tried again three times.
    """

    def __init__(self, name: str, compute: Callable[Concatenate[Store, P], pa.Table], tags: Tags, say: Say) -> None:
        def keep(store: Store, path: str, arguments: _Arguments) -> Any:
            return _keep(store, path, partial(compute, store, **arguments.values), say)

        self.name, self.compute, self.tags = name, compute, tags
        self.signature = signature(compute)
        self.step = compute.__name__.replace("_", "-")
        self.task: Task[..., Any] = task(
            name=self.step,
            task_run_name=self._run_name,  # type: ignore[arg-type]
            persist_result=False,
            cache_policy=NO_CACHE,
            **AGAIN_IF_IT_MAY_PASS,
        )(keep)

    def __call__(self, store: Store, folder: str, /, *args: P.args, **inputs: P.kwargs) -> Ref:
        """Return the result, computed or found."""
        arguments = self._arguments(store, folder, *args, **inputs)
        if _only_find.get():
            return _found(store, arguments["path"])
        if FlowRunContext.get():
            return cast(Ref, run(self.task, arguments, self.tags(**arguments["arguments"].values)))
        return cast(Ref, self.task.fn(**arguments))

    def each(self, store: Store, folder: str, /, *several: dict[str, Any]) -> tuple[Ref, ...]:
        """Return the results for several arguments, which are computed side by side."""
        arguments = [self._arguments(store, folder, **one) for one in several]
        if _only_find.get():
            return tuple(_found(store, one["path"]) for one in arguments)
        if not FlowRunContext.get():
            return tuple(self.task.fn(**one) for one in arguments)
        return tuple(run_each(self.task, arguments, self.tags(**several[0])) if several else ())

    def _run_name(self, parameters: dict[str, Any]) -> str:
        return " · ".join([*whose(parameters["path"]), self.step])

    def _arguments(self, store: Store, folder: str, *args: Any, **inputs: Any) -> dict[str, Any]:
        arguments = dict(self.signature.bind(store, *args, **inputs).arguments)
        del arguments[next(iter(arguments))]
        path = f"{folder}/{self.name}-{key(self.compute, arguments)}.parquet"
        return {"store": store, "path": path, "arguments": _Arguments(arguments)}


def stage(
    name: str, *, tags: Tags = lambda **_: (), say: Say = lambda table: f"{len(table):,} rows"
) -> Callable[[Callable[Concatenate[Store, P], pa.Table]], Stage[P]]:
    """Make a stage of a function that reads from the store and returns a table.

    Parameters: tags : from its arguments to the tags of its task run. A tag costs the server a request more, even
                       without a limit, so only what needs one has one
                say : what the log says of a result, beside its place and the seconds
    """
    return lambda compute: Stage(name, compute, tags, say)


def _keep(store: Store, path: str, compute: Callable[[], pa.Table], say: Say) -> Any:
    """Return the result, or, if it was in the store, a state that says so."""
    logger: Any = get_run_logger() if TaskRunContext.get() else logging.getLogger("alflow")
    ref, cached = store.once(path, compute, logger.warning)
    if not TaskRunContext.get():
        return ref
    if cached:
        return Completed(name="Cached", message=f"{path} was in the store", data=ref)
    logger.info("%s in %.2f s: %s", say(store.load(ref)), store.seconds(ref), path)
    return ref


def _found(store: Store, path: str) -> Ref:
    ref = store.find(path)
    if ref is None:
        raise NotInStoreError(path)
    return ref


def key(compute: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """Return 12 hexadecimal digits for the inputs and the code and library versions that make a result of them."""
    content = {name: _plain(value) for name, value in arguments.items()}
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
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


@cache
def code_digest(module: str) -> str:
    """Digest the source of a module and of what it imports of this project, and the versions of what they build on."""
    digest = sha256()
    for path in sorted(_sources(module, set())):
        digest.update(Path(path).read_bytes())
    digest.update(_versions())
    return digest.hexdigest()


@cache
def _versions() -> bytes:
    libraries = ("numpy", "scipy", "scikit-learn", "pandas", "tokenizers", "torch", "transformers")
    return "".join(map(version, libraries)).encode()


def _sources(module: str, seen: set[str]) -> set[str]:
    """Collect the source files of a module and of what it imports from this project."""
    source = _file(module)
    if source and source not in seen:
        seen.add(source)
        for name in _imports(source):
            _sources(name, seen)
    return seen


@cache
def _imports(source: str) -> frozenset[str]:
    """Return what a file imports from this project, as far as it can change a result."""
    names = _imported(compile(Path(source).read_bytes(), source, "exec"))
    return frozenset(
        name for name in names if name.split(".")[0] in ("al_core", "tasks") and name not in _NOT_IN_RESULTS
    )


def _file(module: str) -> str | None:
    """Return the file of a module, which need not be imported for it; None if there is no such module."""
    if module in sys.modules:
        return sys.modules[module].__file__
    beside = Path(__file__).parents[1].joinpath(*module.split("."))
    return next((str(file) for file in (beside.with_suffix(".py"), beside / "__init__.py") if file.is_file()), None)


def _imported(code: CodeType) -> Iterator[str]:
    """Yield the modules that compiled code imports, and the names that it imports from them, functions included.

    It is no tree of `ast`: with several threads at that, Prefect's among them, Python 3.11 raises SystemError now and
    then ("AST constructor recursion depth mismatch").
    """
    module = ""
    imports = dis.opmap["IMPORT_NAME"] in code.co_code[::2]  # to disassemble what has none would take long
    for instruction in dis.get_instructions(code) if imports else ():
        if instruction.opname == "IMPORT_NAME":
            module = instruction.argval
            yield module
        elif instruction.opname == "IMPORT_FROM":
            yield f"{module}.{instruction.argval}"
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _imported(inner)
