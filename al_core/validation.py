"""Validation: from values as people write them to a configuration, with errors that say what to do."""

from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from al_core.errors import ConfigError
from al_core.urls import brief, without_passwords

M = TypeVar("M", bound=BaseModel)

_PLAINLY = {
    "tuple_type": "has to be a list, such as `[margin]`",
    "model_type": "has to hold settings by name, such as `size: 30`",
}


def validated(model: type[M], values: Any) -> M:
    """Make a model of the values of a file, a form or the command line.

    Raises:     ConfigError that names each setting, what is wrong with it and the value seen
    >>> from al_core.config import SeedSetConfig
    >>> validated(SeedSetConfig, {"size": -1})
    Traceback (most recent call last):
    ...
    al_core.errors.ConfigError: size: input should be greater than or equal to 0, not -1
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ConfigError(
            "\n".join(without_passwords(_explain(problem)) for problem in _causes(error.errors()))
        ) from error


def _causes(problems: list[Any]) -> list[Any]:
    """Leave out lists that are too short only because an item of theirs is wrong."""
    wrong = [problem["loc"][:-1] for problem in problems]
    return [problem for problem in problems if problem["type"] != "too_short" or problem["loc"] not in wrong]


def _explain(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    message = problem["msg"].removeprefix("Value error, ")
    if message.startswith("unknown") and not message.startswith("unknown key"):
        return message
    if problem["type"] == "value_error":  # ours, which says what was seen
        return f"{where}: {message}" if where else message
    message = _PLAINLY.get(problem["type"], message[0].lower() + message[1:])
    return f"{f'{where}: ' if where else ''}{message}, not {brief(problem['input'])}"
