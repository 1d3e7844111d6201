"""Progress: on a terminal one line, what goes on, how far, how long yet; elsewhere a plain line now and then."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Column

from al_core.encoders.forward import progress as read
from al_core.plain import visible
from al_core.training import progress as epochs
from tasks.ended import listening, told_to

console = Console()

SECONDS_BETWEEN = 10.0
"""At least so many between two plain lines."""


class Line:
    """The line: one thing at a time."""

    def __init__(self) -> None:
        what = TextColumn(
            "{task.description}", markup=False, table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis")
        )
        columns = what, BarColumn(bar_width=20), TaskProgressColumn(), TimeRemainingColumn(compact=True)
        self.bar = Progress(*columns, console=console, disable=not console.is_terminal, transient=True, expand=True)
        self.task, self.about, self.told = self.bar.add_task("", total=None), "", monotonic()

    def begin(self, about: str, total: int | None = None) -> None:
        """Go on to something else, of which there is so much, if that is known."""
        self.about = about
        self.bar.remove_task(self.task)  # a task that had a total keeps it
        self.task = self.bar.add_task(visible(about), total=total)

    def advance(self, by: int, about: str | None = None) -> None:
        """Say that so much more of it is done."""
        self.bar.update(self.task, advance=by, description=visible(about or self.about))
        if not console.is_terminal and monotonic() - self.told > SECONDS_BETWEEN:
            self.told = monotonic()
            (task,) = self.bar.tasks
            left = "" if task.time_remaining is None else f", about {in_words(task.time_remaining)} left"
            print(f"{visible(about or self.about)} ({task.percentage:.0f} %{left})", flush=True)

    def say(self, about: str) -> None:
        """Say what is going on, without more being done."""
        self.bar.update(self.task, description=visible(about))


def in_words(seconds: float) -> str:
    """Say how long something takes, in the unit that a person would choose.

    >>> in_words(40), in_words(500), in_words(7000)
    ('40 s', '8 min', '1.9 h')
    """
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.1f} h"


class _Texts(logging.Handler):
    """Tells of the texts that the encoder has read, of as many as there are, until something else has begun."""

    def __init__(self, line: Line, texts: int) -> None:
        super().__init__()
        self.line, self.texts, self.before = line, texts, line.about
        self.about = f"embedding {texts:,} texts"

    def emit(self, record: logging.LogRecord) -> None:
        if self.line.about == self.before:
            self.line.begin(self.about, self.texts)
        if self.line.about == self.about:
            self.line.advance(record.__dict__["texts"])


class Cycles(logging.Handler):
    """Tells of each cycle that ends, and counts those that were in the store."""

    def __init__(self, line: Line, cells: int, cycles: int) -> None:
        super().__init__()
        self.line, self.cycles, self.total = line, cycles, cells * (cycles + 1)
        self.done = self.found = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Say which it was."""
        if not self.done:
            self.line.begin("learning", self.total)
        cycle = record.__dict__["cycle"]
        self.done, self.found = self.done + 1, self.found + record.__dict__["found"]
        self.line.advance(1, f"{cycle.strategy} · seed {cycle.seed} · cycle {cycle.cycle} of {self.cycles}")

    def __str__(self) -> str:
        """Say how many were in the store, if any were."""
        if not self.found:
            return ""
        if self.found == self.done:
            return f"All {self.done:,} cycles were in the store; nothing was computed again."
        return f"{self.found:,} of {self.done:,} cycles were in the store, and were not computed again."


class _Epochs(logging.Handler):
    """Tells of the epochs of the training that is going on, if it has any."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def emit(self, record: logging.LogRecord) -> None:
        epoch, number = record.__dict__["epoch"], record.__dict__["epochs"]
        self.line.say(f"training: epoch {epoch.epoch} of {number}, loss {epoch.train_loss:.3f}")


@contextmanager
def cycles_shown(texts: int, cells: int, cycles: int, about: str) -> Iterator[Cycles]:
    """Show how far an experiment is, of so many pairs of strategy and seed; first what is said `about` its start."""
    line = Line()
    told = Cycles(line, cells, cycles)
    line.begin(about)
    with line.bar, listening(read, _Texts(line, texts)), told_to(told), listening(epochs, _Epochs(line)):
        yield told


@contextmanager
def texts_shown(texts: int, about: str) -> Iterator[Line]:
    """Show how many texts the encoder has read; the value is the line, to go on to something else."""
    line = Line()
    line.begin(about)
    with line.bar, listening(read, _Texts(line, texts)):
        yield line
