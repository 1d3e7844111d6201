"""The texts to have labelled next, as rows of the file that they are from: the loop by spreadsheet."""

import numpy as np
import pandas as pd

from al_core.corpus import Corpus
from al_core.errors import DataError
from al_core.query import Query
from al_core.ranking import Learner, strategy_for
from al_core.sheet import Sheet
from al_core.strategies import Strategy

SCORE, REASON = "score", "reason"


def choose(sheet: Sheet, learner: Learner, strategy: str | None, count: int) -> tuple[pd.DataFrame, Strategy]:
    """Return the rows to have labelled, best first, with a score and a reason each; and the strategy that was asked.

    Raises:     ConfigError for a strategy that cannot be asked, DataError where all texts have a label
    """
    if not len(sheet.unlabelled):
        raise DataError(
            f"all {len(sheet.corpus):,} texts have a label; there is none to ask for. `alflow run --data FILE` says "
            "what a model of such labels is worth"
        )
    asked = strategy_for(strategy, sheet.corpus)
    query = learner.ask(asked, sheet.unlabelled, count)
    rows = sheet.rows.iloc[sheet.places[query.rows]].reset_index(drop=True)
    scores = None if query.scores is None else query.scores.round(6)
    rows[_free(SCORE, rows)] = scores
    rows[_free(REASON, rows)] = reasons(query, asked, sheet.corpus, learner.strange(query.rows))
    return rows, asked


def _free(name: str, rows: pd.DataFrame) -> str:
    """Return a name that no column has."""
    return name if name not in rows else _free(f"alflow_{name}", rows)


def reasons(query: Query, strategy: Strategy, corpus: Corpus, strange: np.ndarray) -> list[str]:
    """Return why each text is asked for: between which classes the model wavers, or what the strategy goes by.

    Where a text can have several classes, it is the two that the model is least sure of.

    Parameters: strange : (k,) of which texts a model knows no word
    >>> from al_core.strategies import strategy_of
    >>> asked = Query(np.array([7, 8]), None, np.array([[0.1, 0.5, 0.4], [0.3, 0.3, 0.4]]), 9)
    >>> reasons(asked, strategy_of("margin"), Corpus.of(["d", "e", "f"], ["a", "b", "c"]), np.array([False, True]))
    ['b 0.50 or c 0.40', 'no word of the labelled texts; c 0.40 or a 0.30']
    """
    if query.proba is None:
        return [strategy.about.rstrip(".")] * len(query.rows)
    order = np.argsort(np.abs(query.proba - 0.5) if corpus.multilabel else -query.proba, axis=1, kind="stable")
    between = ", " if corpus.multilabel else " or "
    return [
        ("no word of the labelled texts; " if unknown else "")
        + between.join(f"{corpus.classes[code]} {row[code]:.2f}" for code in two)
        for row, two, unknown in zip(query.proba, order[:, :2].tolist(), strange.tolist(), strict=True)
    ]
