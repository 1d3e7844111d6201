"""A file or folder that a command is given, whose `~` is somebody's home."""

from pathlib import Path
from typing import Any

import click

from al_core.urls import without_passwords


class _Place(click.Path):
    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Return it as a path; a URL would become a folder of that name."""
        if "://" in str(value):
            self.fail(
                f"{without_passwords(str(value))!r} is a URL, and this has to be a local file or folder", param, ctx
            )
        try:
            return Path(str(super().convert(value, param, ctx))).expanduser()
        except RuntimeError as error:  # there is no such user
            self.fail(f"{value!r}: {error}", param, ctx)


PLACE = _Place()
