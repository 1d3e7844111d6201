"""`alflow next`: which of a file's texts to have labelled next, and what the labels so far are worth."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from al_core.errors import ConfigError
from flows.cli.allowed import allow_named
from flows.cli.help import Sectioned
from flows.cli.options import EVERYBODY_S, build_config, fields, some_options
from flows.cli.output import say, try_output, writing
from flows.cli.place import PLACE
from flows.cli.refusal import as_typed
from flows.cli.telling import about_labels, about_learner, about_reading, about_worth, how_to_go_on

if TYPE_CHECKING:
    import numpy as np

    from al_core.config import ExperimentConfig
    from al_core.encoders.pinned import Encoder

OF_ALL = {"test_path", "test_size", "source", "categories", "min_per_class", "on_rare", "split"}
"""Settings of the data that an experiment needs."""
SETTINGS = [path for path, _ in fields() if path[0] == "data" and path[1] not in OF_ALL]
SETTINGS += [path for path, _ in fields() if path[0] in ("classifier", "features", "encoder", "committee", "store")]


@click.command(cls=Sectioned, short_help="Write which of a file's texts to have labelled next.")
@click.argument("file")
@click.option(
    "--count",
    default=50,
    show_default=True,
    type=click.IntRange(min=1),
    metavar="NUMBER",
    help="How many texts to ask for.",
)
@click.option("--output", required=True, type=PLACE, help="A .csv, .xlsx, .jsonl or .parquet file.")
@click.option(
    "--labelled",
    multiple=True,
    type=PLACE,
    help="A file that was filled in. May be given several times.",
)
@click.option(
    "--test",
    multiple=True,
    type=PLACE,
    help="A file of labelled texts, drawn at random, that are kept apart to judge the model by. May be given several "
    "times.",
)
@click.option(
    "--strategy",
    help="Name or expression. Default: margin (cvirs for several labels); kmeans until two classes have labels.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="NUMBER", help="Random seed.")
@some_options(*SETTINGS, first=EVERYBODY_S)
def next(
    file: str,
    count: int,
    output: Path,
    labelled: tuple[Path, ...],
    test: tuple[Path, ...],
    strategy: str | None,
    seed: int,
    **options: Any,
) -> None:
    """Train on the rows of FILE that have a label, and write which of the others to have labelled next, best first.

    The output has the columns of FILE, an empty one for the label, a score and a reason. Fill it in and name it with
    --labelled the next time. It also says what a model of the labels so far is worth. No server is needed, and no text
    is kept back unless you name some with --test.

    \b
    alflow next mails.csv --text-column body --output todo.csv
    alflow next mails.csv --text-column body --labelled todo.csv --output todo-2.csv
    """  # noqa: D301
    with writing(output):
        config = build_config(None, options | {"data__source": file})
        _next(config, count, output, labelled, test, strategy, seed)


def _next(
    config: "ExperimentConfig",
    count: int,
    output: Path,
    labelled: tuple[Path, ...],
    test: tuple[Path, ...],
    strategy: str | None,
    seed: int,
) -> None:
    from al_core.appraisal import worth_of
    from al_core.datasets.sink import sink_of
    from al_core.ranking import Learner
    from al_core.sheet import read_sheet
    from al_core.strategies import strategy_of
    from al_core.todo import choose
    from flows.cli.progress import texts_shown
    from tasks.files import written_whole
    from tasks.machine import check_allowed, check_place

    check_allowed(config)
    for option, files in (("--output", (output,)), ("--labelled", labelled), ("--test", test)):
        for one in files:
            check_place(option, str(one))
    sink = sink_of(output)
    if output.exists():
        raise ConfigError(f"{str(output)!r} is there already, and may have labels in it; name another with `--output`")
    try_output(output)
    if strategy:
        allow_named(strategy)
        strategy_of(strategy)  # what is misspelt is said before anything is read
    sheet = read_sheet(config, labelled, test)
    say(f"{config.data.source}: {sheet.notes}")
    say(f"Read as {sheet.notes.read}")
    say(about_labels(sheet))
    for remark in sheet.remarks:
        say(f"Look: {as_typed(remark)}.")
    with texts_shown(len(sheet.corpus), "preparing and choosing") as line:
        learner = Learner.of(sheet.corpus, config, seed, partial(_embeddings, config), sheet.test)
        rows, asked = choose(sheet, learner, strategy, count)
        line.begin("judging what a model is worth so far")
        judged = worth_of(learner)
    say(about_learner(learner, asked, config.store))
    for remark in about_reading(learner, config, sheet.unlabelled):
        say(as_typed(remark))
    say(about_worth(judged))
    with written_whole(output.absolute()) as file, sink(file) as write:
        write(rows)
    say(f"{len(rows):,} texts to label{', all that are left' if len(rows) < count else ''}, best first: {output}")
    say(how_to_go_on(sheet.label_column, output, labelled, test, at_random=asked.name == "random"))


def _embeddings(config: "ExperimentConfig", texts: tuple[str, ...], encoder: "Encoder") -> "np.ndarray":
    """Return the embeddings of texts, which the store keeps for the next time."""
    from al_core.arrays import from_table
    from tasks.prepare import embed_texts
    from tasks.store import Store

    store = Store.open(config.store)
    return from_table(store.load(embed_texts(store, "next", texts, encoder)))
