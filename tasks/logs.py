"""What Prefect logs of our runs: of what went wrong each cause once, of what went right no more than a line a stage."""

import logging

from al_core.errors import AlflowError

_ENDED_WELL = "Finished in state Completed()"
_AGAIN = ("Task run failed with exception", "Engine execution exited")
"""How Prefect's second and third messages about one error begin."""


def cause_of(error: BaseException) -> BaseException:
    """Return the first error of ours that led to this one, which says all that there is to say; else the very first.

    >>> outer = RuntimeError("cycle 3")
    >>> outer.__cause__ = AlflowError("no room")
    >>> cause_of(outer)
    AlflowError('no room')
    """
    while not isinstance(error, AlflowError) and error.__cause__:
        error = error.__cause__
    return error


def _is_news(record: logging.LogRecord) -> bool:
    """Let a message pass if it says what no other has said; take away a traceback that was shown, or explains nothing.

    Prefect says of a task with a timeout that what blocks outside Python is stopped only once it returns; so does the
    description of that setting.
    """
    said = record.getMessage()
    if (said == _ENDED_WELL and record.name == "prefect.task_runs") or "Timeouts in worker threads" in said:
        return False
    if record.name == "prefect.flow_runs" and said.startswith("Finished in state Failed"):
        return False  # an error has said it
    if not record.exc_info or not record.exc_info[1]:
        return True
    cause = cause_of(record.exc_info[1])
    known = isinstance(cause, AlflowError) or hasattr(cause, "in_the_log")
    cause.in_the_log = True  # type: ignore[attr-defined]
    if known:
        record.exc_info = None
    return not (known and said.startswith(_AGAIN))


def say_each_cause_once() -> None:
    """Have Prefect's loggers of runs say no more than that, in this process."""
    for name in ("prefect.task_runs", "prefect.flow_runs"):
        logging.getLogger(name).addFilter(_is_news)
