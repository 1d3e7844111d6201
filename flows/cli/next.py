"""`alflow next`: which of a file's texts to have labelled next, and what the labels so far are worth."""

import shlex
from collections import Counter
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from al_core.errors import ConfigError
from flows.cli.help import Sectioned
from flows.cli.options import EVERYBODY_S, build_config, fields, some_options
from flows.cli.output import say, writing
from flows.cli.refusal import as_typed

if TYPE_CHECKING:
    import numpy as np

    from al_core.appraisal import Worth
    from al_core.config import ExperimentConfig
    from al_core.corpus import Corpus
    from al_core.encoders.pinned import Encoder

OF_ALL = {"test_path", "test_size", "source", "categories"}
"""Settings of the data that an experiment needs."""
SETTINGS = [path for path, _ in fields() if path[0] == "data" and path[1] not in OF_ALL]
SETTINGS += [path for path, _ in fields() if path[0] in ("classifier", "features", "encoder", "committee", "store")]

ASKED_FOR = (
    "Texts that were asked for are harder than most: on the others a model may be much better than this says. A few "
    "drawn by --strategy random, and kept apart, would tell."
)


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
@click.option(
    "--output", required=True, type=click.Path(path_type=Path), help="A .csv, .xlsx, .jsonl or .parquet file."
)
@click.option(
    "--labelled",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A file that was filled in. May be given several times.",
)
@click.option(
    "--strategy",
    help="Name or expression. Default: margin (cvirs for several labels); kmeans until two classes have labels.",
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(min=0), metavar="NUMBER", help="Random seed.")
@some_options(*SETTINGS, first=EVERYBODY_S)
def next(
    file: str, count: int, output: Path, labelled: tuple[Path, ...], strategy: str | None, seed: int, **options: Any
) -> None:
    """Train on the rows of FILE that have a label, and write which of the others to have labelled next, best first.

    The output has the columns of FILE, an empty one for the label, a score and a reason. Fill it in and name it with
    --labelled the next time. It also says what a model of the labels so far is worth. No server is needed, and no text
    is kept back as a test set.

    \b
    alflow next mails.csv --text-column body --output todo.csv
    alflow next mails.csv --text-column body --labelled todo.csv --output todo-2.csv
    """  # noqa: D301
    with writing(output):
        config = build_config(None, options | {"data__source": file})
        _next(config, count, output, labelled, strategy, seed)


def _next(
    config: "ExperimentConfig", count: int, output: Path, labelled: tuple[Path, ...], strategy: str | None, seed: int
) -> None:
    from al_core.appraisal import worth_of
    from al_core.datasets.sink import sink_of
    from al_core.features.choice import about_features
    from al_core.ranking import Learner
    from al_core.strategies import strategy_of
    from al_core.todo import SHOWN, choose, read_sheet
    from flows.cli.progress import texts_shown
    from tasks.files import written_whole

    sink = sink_of(output)
    if output.exists():
        raise ConfigError(f"{str(output)!r} is there already, and may have labels in it; name another with `--output`")
    if strategy:
        strategy_of(strategy)  # what is misspelt is said before anything is read
    sheet = read_sheet(config, labelled)
    say(f"{config.data.source}: {sheet.notes}")
    say(_labels(sheet.corpus, SHOWN))
    for remark in sheet.remarks:
        say(f"Look: {as_typed(remark)}.")
    with texts_shown(len(sheet.corpus), "preparing") as line:
        learner = Learner.of(sheet.corpus, config, seed, partial(_embeddings, config))
        line.begin("choosing")
        rows, asked = choose(sheet, learner, strategy, count)
        line.begin("judging what a model is worth so far")
        judged = worth_of(learner)
    say(f"{learner.config.classifier.name} on {about_features(learner.config)}; {asked.name} chooses")
    say(_worth(judged, len(learner.labelled)))
    if judged and labelled:
        say(ASKED_FOR)
    with written_whole(output.absolute()) as file, sink(file) as write:
        write(rows)
    again = [*(f"--labelled {shlex.quote(str(one))}" for one in (*labelled, output)), "--output ANOTHER"]
    say(
        f"{len(rows):,} texts to label{', all that are left' if len(rows) < count else ''}, best first: {output}\n"
        f"Fill in its column {sheet.label_column!r}, then the same command again with {' '.join(again)}"
    )


def _embeddings(config: "ExperimentConfig", texts: tuple[str, ...], encoder: "Encoder") -> "np.ndarray":
    """Return the embeddings of texts, which the store keeps for the next time."""
    from al_core.arrays import from_table
    from al_core.results import data_name
    from tasks.prepare import embed_texts
    from tasks.store import Store

    store = Store.open(config.store)
    return from_table(store.load(embed_texts(store, data_name(config), texts, encoder)))


def _labels(corpus: "Corpus", shown: int) -> str:
    from al_core.corpus import names

    counts = Counter(name for label in corpus.labels for name in names(label))
    unlabelled = int((~corpus.labelled).sum())
    each = [f"{name} {count:,}" for name, count in counts.most_common(shown)]
    more = [f"and {len(counts) - shown:,} more classes"] if len(counts) > shown else []
    return (
        f"{len(corpus) - unlabelled:,} texts have a label ({', '.join([*each, *more]) or 'none'}), "
        f"{unlabelled:,} are to choose from"
    )


def _worth(judged: "Worth | None", labelled: int) -> str:
    """Say what a model of the labels so far is worth, and whether more of them bring much."""
    if judged is None:
        return "What a model of these labels is worth cannot be said yet: that takes two texts of each of two classes."
    return (
        f"Worth so far: accuracy {judged.accuracy:.2f}, macro-F1 {judged.macro_f1:.2f}; "
        f"{judged.texts:,} of {labelled:,} labelled texts judged, each by a model that had not seen it.\n"
        f"Half of the labels would be worth {judged.accuracy.value - judged.gain.value:.2f}, so the other half brought "
        f"{judged.gain:+.2f}: {judged.verdict}."
    )
