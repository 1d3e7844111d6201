"""`alflow export`: a model of a finished experiment as a folder that loads without alflow."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import click

from al_core.errors import ConfigError
from flows.cli.output import say, try_output, writing
from flows.cli.place import PLACE

if TYPE_CHECKING:
    import pandas as pd

    from al_core.export.learned import Learned


@click.command(short_help="Write a model as a folder.")
@click.argument("out", type=PLACE)
@click.option("--experiment", metavar="NAME", help="As `alflow status` has it, or its folder; the latest if left out.")
@click.option("--store", default="results", show_default=True, help="Where to look for the latest experiment.")
@click.option("--strategy", help="Whose model; the first of the tables if left out.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the model.")
@click.option("--cycle", type=int, help="Of the model; the last if left out.")
def export(out: Path, experiment: str | None, store: str, strategy: str | None, seed: int, cycle: int | None) -> None:
    """Write a model of a finished experiment into the folder OUT, with a card.

    A fine-tuned transformer loads with transformers, any other model with skops; `alflow predict` runs either on a
    file. A fine-tuned model whose weights were not kept is trained again.
    """
    from al_core.results import read_experiment
    from flows.cli.experiments import experiment_of
    from flows.finished import find

    with writing(out):
        _check(out)
        folder = experiment_of(experiment, store)
        say(f"Experiment: {folder}{'' if experiment else ', the latest of the store'}")
        with _log_shown():
            learned = find(folder, strategy, seed, cycle)
        _write(out, learned)
        say(_about(out, learned, read_experiment(folder).metrics))


def _check(out: Path) -> None:
    if out.is_dir() and any(out.iterdir()):
        raise ConfigError(f"the folder {str(out)!r} is not empty; name another, or empty it")
    if out.exists() and not out.is_dir():
        raise ConfigError(f"{str(out)!r} is a file; name a folder")
    try_output(out)


def _write(out: Path, learned: "Learned") -> None:
    from al_core.export.folder import write

    with _folder(out.absolute()) as folder:
        write(folder, learned)


@contextmanager
def _folder(out: Path) -> Iterator[Path]:
    """Make a folder that has its name only once the block has ended well; else it is gone."""
    from shutil import rmtree

    from tasks.files import TEMPORARY, make_folder
    from tasks.machine import file_mode, folder_mode

    make_folder(out.parent)
    folder = Path(mkdtemp(prefix=TEMPORARY, dir=out.parent))
    try:
        yield folder
        for file in folder.rglob("*"):
            file.chmod(folder_mode() if file.is_dir() else file_mode())
        folder.chmod(folder_mode())
        folder.replace(out)
    except BaseException:
        rmtree(folder, ignore_errors=True)
        raise


@contextmanager
def _log_shown() -> Iterator[None]:
    """Say on stderr what takes a while: that weights are trained again."""
    log, shown = logging.getLogger("alflow"), logging.StreamHandler()
    level = log.level
    log.setLevel(logging.INFO)
    log.addHandler(shown)
    try:
        yield
    finally:
        log.removeHandler(shown)
        log.setLevel(level)


def _about(out: Path, learned: "Learned", metrics: "pd.DataFrame") -> str:
    from al_core.estimate import of_macro_f1, of_mean

    seeds = metrics[(metrics["strategy"] == learned.strategy) & (metrics["cycle"] == learned.cycle)]["macro_f1"]
    mean = f"; mean of {len(seeds)} seeds {of_mean(seeds.to_numpy()):.3f}" if len(seeds) > 1 else ""
    return (
        f"{learned.strategy}, seed {learned.seed}, cycle {learned.cycle}: {learned.metrics.labels:,} labels, "
        f"macro-F1 {of_macro_f1(learned.metrics.confusion):.3f} on {len(learned.parts.test):,} test texts{mean}\n"
        f"Model: {out}\nCard:  {out / 'README.md'}\nUse:   alflow predict {out} FILE --output labelled.csv"
    )
