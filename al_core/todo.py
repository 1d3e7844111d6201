"""The texts to have labelled next, as rows of the file that they are from: the loop by spreadsheet."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.build import IngestNotes, as_corpus, kept_rows, read_rows
from al_core.datasets.presets import resolve
from al_core.errors import DataError
from al_core.query import Query
from al_core.ranking import Learner, strategy_for
from al_core.strategies import Strategy

SCORE, REASON = "score", "reason"


@dataclass(frozen=True)
class Pool:
    """The rows of a file, and of others that bring labels, with the corpus that they come to.

    Parameters: rows : as they were read, those of all files
                places : (n,) positions of the corpus's texts among these rows
                label_column : where labels are, or are to be
                notes : what became of the rows of the first file
    """

    rows: pd.DataFrame
    places: np.ndarray
    corpus: Corpus
    label_column: str
    notes: IngestNotes

    @property
    def unlabelled(self) -> np.ndarray:
        """Rows of the corpus to choose from."""
        return np.flatnonzero(~self.corpus.labelled)


def read_pool(config: ExperimentConfig, labelled: Sequence[Path] = ()) -> Pool:
    """Read a file, and files with labels for some of its texts; where they differ, the last one is right.

    The first file needs no column for labels. A text that only the others have counts as well.

    Raises:     DataError for files that do not do
    """
    data = resolve(config.data)
    label = data.label_column or ""
    rows = [_with_labels(read_rows(data), label)]
    rows += [_answers(read_rows(data.model_copy(update={"path": str(file)})), label, file) for file in labelled]
    parts = [kept_rows(part, data) for part in rows]
    starts = np.cumsum([0, *(len(part) for part in rows)])
    kept = pd.concat([part.set_index(part.index + start) for (part, _), start in zip(parts, starts, strict=False)])
    known = kept.dropna(subset="label").drop_duplicates("text", keep="last").set_index("text")["label"]
    first = kept.drop_duplicates("text")
    first = first.assign(label=first["text"].map(known))
    together = pd.concat(rows, ignore_index=True)
    return Pool(together, first.index.to_numpy(), as_corpus(first, data), label, parts[0][1])


def _with_labels(rows: pd.DataFrame, label: str) -> pd.DataFrame:
    return rows if label in rows else rows.assign(**{label: None})


def _answers(rows: pd.DataFrame, label: str, file: Path) -> pd.DataFrame:
    """Return the rows of a file that was filled in, without what `alflow next` wrote into it.

    Raises:     DataError if it has no labels
    """
    if label not in rows or rows[label].isna().all():
        where = f"its column {label!r} is empty" if label in rows else f"it has no column {label!r}"
        raise DataError(f"{str(file)!r} has no labels: {where}; fill it in, or leave it out")
    return rows.drop(columns=[name for name in (SCORE, REASON) if name in rows])


def choose(pool: Pool, learner: Learner, strategy: str | None, count: int) -> tuple[pd.DataFrame, Strategy]:
    """Return the rows to have labelled, best first, with a score and a reason each; and the strategy that was asked.

    Raises:     ConfigError for a strategy that cannot be asked, DataError where all texts have a label
    """
    if not len(pool.unlabelled):
        raise DataError(f"all {len(pool.corpus):,} texts have a label; there is none to ask for")
    asked = strategy_for(strategy, pool.corpus)
    query = learner.ask(asked, pool.unlabelled, count)
    rows = pool.rows.iloc[pool.places[query.rows]].reset_index(drop=True)
    scores = None if query.scores is None else query.scores.round(6)
    added = {SCORE: scores, REASON: reasons(query, asked, pool.corpus.classes)}
    taken = [name for name in added if name in rows]
    return rows.rename(columns={name: f"input_{name}" for name in taken}).assign(**added), asked


def reasons(query: Query, strategy: Strategy, classes: Sequence[str]) -> list[str]:
    """Return why each text is asked for: between which classes the model wavers, or what the strategy goes by.

    >>> from al_core.strategies import strategy_of
    >>> reasons(Query(np.array([7]), None, np.array([[0.1, 0.5, 0.4]]), 9), strategy_of("margin"), ("a", "b", "c"))
    ['b 0.50 or c 0.40']
    """
    if query.proba is None:
        return [strategy.about.rstrip(".")] * len(query.rows)
    order = np.argsort(-query.proba, axis=1, kind="stable")[:, :2]
    return [
        " or ".join(f"{classes[code]} {row[code]:.2f}" for code in two)
        for row, two in zip(query.proba, order.tolist(), strict=True)
    ]
