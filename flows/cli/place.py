"""A file or folder that a command is given, whose `~` is somebody's home."""

from pathlib import Path
from typing import Any

import click


class _Place(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return it as a path."""
        try:
            return Path(str(super().convert(value, param, ctx))).expanduser()
        except RuntimeError as error:  # there is no such user
            self.fail(f"{value!r}: {error}", param, ctx)


PLACE = _Place()
