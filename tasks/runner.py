"""Where stages run: in the thread that asks for them, or on the workers of Dask or Ray."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Any

from prefect import Task
from prefect.client.schemas.objects import State, TaskRun
from prefect.context import FlowRunContext
from prefect.task_engine import TaskRunTimeoutError
from prefect.task_runners import TaskRunner

from al_core.config import ExperimentConfig
from al_core.errors import ConfigError
from tasks.logs import say_each_cause_once

_workers: ContextVar[TaskRunner[Any] | None] = ContextVar("workers", default=None)
_timeout: ContextVar[int | None] = ContextVar("timeout", default=None)

say_each_cause_once()


def _may_pass(task: Task[..., Any], run: TaskRun, state: State[Any]) -> bool:
    """Say whether it is worth trying again: not what would fail in the same way."""
    error: Any = state.result(raise_on_failure=False)
    passing = isinstance(error, ConnectionError | TimeoutError) or getattr(error, "transient", False)
    return passing and not isinstance(error, TaskRunTimeoutError)


AGAIN_IF_IT_MAY_PASS: dict[str, Any] = {
    "retries": 3,
    "retry_delay_seconds": [1, 4, 16],
    "retry_condition_fn": _may_pass,
}
"""Options of every task that reads or writes the store."""


@contextmanager
def stages_run_as(config: ExperimentConfig) -> Iterator[None]:
    """Run the stages inside as the configuration says: where, and for how long at most.

    Raises:     ConfigError if the engine is not installed
    """
    runner = RUNNERS[config.runner](config)
    timeout = _timeout.set(config.timeout)
    try:
        if runner is None:
            yield
            return
        with runner:
            workers = _workers.set(runner)
            try:
                yield
            finally:
                _workers.reset(workers)
    finally:
        _timeout.reset(timeout)


def run(task: Task[..., Any], arguments: dict[str, Any], tags: tuple[str, ...] = ()) -> Any:
    """Run a task as part of the running flow and return its result."""
    workers, limited = _workers.get(), _limited(task, _timeout.get(), tags)
    if workers is None:
        returned = limited(**arguments, return_state=True)
        return returned.result()
    return workers.submit(limited, arguments).result()


def run_each(task: Task[..., Any], arguments: list[dict[str, Any]], tags: tuple[str, ...] = ()) -> list[Any]:
    """Run a task with each of the arguments, side by side, and return the results in that order."""
    if len(arguments) == 1:
        return [run(task, arguments[0], tags)]
    context = FlowRunContext.get()
    assert context is not None, "side by side only inside a flow"
    workers, limited = _workers.get(), _limited(task, _timeout.get(), tags)
    at_once = len(arguments) if workers else os.cpu_count() or 1  # threads of this process hold all in its memory
    results: list[Any] = []
    for start in range(0, len(arguments), at_once):
        part = arguments[start : start + at_once]
        futures = [(workers or context.task_runner).submit(limited, one) for one in part]
        results += [future.result() for future in futures]
    return results


@cache
def _limited(task: Task[..., Any], seconds: int | None, tags: tuple[str, ...]) -> Task[..., Any]:
    return task.with_options(timeout_seconds=seconds, tags=tags)


def _dask(config: ExperimentConfig) -> TaskRunner[Any]:
    try:
        from prefect_dask import DaskTaskRunner
    except ImportError as error:
        raise ConfigError("runner: dask is not installed; `pip install 'alflow[dask]'`") from error
    if config.runner_address:
        return DaskTaskRunner(address=config.runner_address)
    cluster = {"n_workers": config.workers, "threads_per_worker": 1, "dashboard_address": None}
    return DaskTaskRunner(cluster_kwargs=cluster)


def _ray(config: ExperimentConfig) -> TaskRunner[Any]:
    try:
        from prefect_ray import RayTaskRunner
    except ImportError as error:
        raise ConfigError("runner: ray is not installed; `pip install 'alflow[ray]'`") from error
    if config.runner_address:
        return RayTaskRunner(address=config.runner_address)
    return RayTaskRunner(init_kwargs={"num_cpus": config.workers, "include_dashboard": False})


def _local(config: ExperimentConfig) -> None:
    return None


RUNNERS: dict[str, Callable[[ExperimentConfig], TaskRunner[Any] | None]] = {
    "local": _local,
    "dask": _dask,
    "ray": _ray,
}
