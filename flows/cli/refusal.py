"""What a command says as it refuses: settings as the options that were typed, in lines that end between words."""

import re
import sys
from collections.abc import Collection

import click

from al_core.urls import without_passwords
from flows.cli.options import KEYS, fields, option_name
from flows.cli.output import in_lines

_QUOTED = re.compile(r"`([a-z_.]+)(?:: ([^`]*))?`")
_AT_START = re.compile(r"^([a-z_]+(?:\.[a-z_]+)*)(?:\.\d+)?: ", re.MULTILINE)


def shown(error: Exception) -> str:
    """Return what to say of an error on this terminal."""
    context = click.get_current_context(silent=True)
    keys = context.meta.get(KEYS, set()) if context else set()
    said = f"alflow: {as_typed(without_passwords(str(error)), keys, _options())}"
    return in_lines(said, sys.stderr)


def as_typed(text: str, keys: Collection[str] = (), known: Collection[str] = ()) -> str:
    """Name settings by their options, but for those that a configuration file has, which keep their keys.

    Parameters: keys : of the file
                known : options of the command, if others are not to be named
    >>> as_typed("seed_set.size: has to be a number; see `data.text_column`, or take `features.kind: tfidf`")
    '--seed-set-size: has to be a number; see `--text-column`, or take `--features tfidf`'
    >>> as_typed("change `data.test_size`", {"data.test_size"})
    'change `data.test_size`'
    """
    options = {".".join(path): f"--{option_name(path)}" for path, _ in fields()}
    named = {key: option for key, option in options.items() if key not in keys and (not known or option in known)}

    def quoted(found: re.Match[str]) -> str:
        name, value = found.groups()
        return f"`{named[name]}{f' {value}' if value else ''}`" if name in named else found[0]

    def at_start(found: re.Match[str]) -> str:
        return f"{named[found[1]]}: " if found[1] in named else found[0]

    return _AT_START.sub(at_start, _QUOTED.sub(quoted, text))


def _options() -> set[str]:
    """Return the options of the command that was called; nothing if none was."""
    context = click.get_current_context(silent=True)
    if context is None:
        return set()
    group, name = context.command, context.invoked_subcommand
    command = group.get_command(context, name) if isinstance(group, click.Group) and name else context.command
    return {option for one in command.params for option in one.opts} if command else set()
