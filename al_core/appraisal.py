"""Worth: how good a model is, judged by the labelled texts alone, and whether the last labels have made it better."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from al_core.asking import Asking
from al_core.calibration import out_of_fold
from al_core.config import DEFAULTS, ExperimentConfig
from al_core.corpus import Corpus, Label
from al_core.datasets.split import by_rarest_class
from al_core.errors import DataError
from al_core.estimate import Estimate, of_macro_f1, of_share
from al_core.metrics import confusion_of, right
from al_core.ranking import Learner
from al_core.seeding import stream
from al_core.validation import validated

LITTLE = 0.01
"""What half of the labels have to have brought to be called much: a hundredth of the accuracy."""


@dataclass(frozen=True)
class Worth:
    """What a model is worth so far: each text is judged by a model that has not seen it.

    Parameters: texts : how many were judged
                accuracy, macro_f1 : in [0, 1]
                gain : accuracy by all labels less accuracy by half of them, on the same texts
                on_test : whether these are texts of a test set; else it is by cross-validation of the labelled ones
    """

    texts: int
    accuracy: Estimate
    macro_f1: Estimate
    gain: Estimate
    on_test: bool = False

    @property
    def labels_pay(self) -> bool | None:
        """Whether more labels bring much: yes, no, or None where these texts cannot tell."""
        if self.gain.high < LITTLE:
            return False
        return True if self.gain.low > 0 else None

    @property
    def verdict(self) -> str:
        """The same in words."""
        if self.labels_pay is None:
            return "too few texts to tell whether more labels pay"
        return "more labels pay" if self.labels_pay else "labels no longer bring much"


def worth(
    texts: Sequence[str],
    labels: Sequence[Any],
    *,
    config: ExperimentConfig | Mapping[str, Any] = DEFAULTS,
    seed: int = 0,
) -> Worth:
    """Return what a model of the texts that have a label is worth.

    Texts that a strategy asked for are harder than most, so that a model may do better on the others than is said here.

    Parameters: texts, labels, config, seed : as for `rank`
    Raises:     DataError for texts or labels that do not do, or unless two classes have two texts each
    >>> texts = [f"{word} number {n}" for n in range(20) for word in ("parcel", "bill")]
    >>> judged = worth(texts, ["post", "money"] * 20, config={"features": {"kind": "tfidf"}})
    >>> judged.texts, judged.accuracy.value, judged.labels_pay
    (40, 1.0, None)
    """
    wanted = validated(Asking, {"seed": seed})
    judged = worth_of(Learner.of(Corpus.of(texts, labels), config, wanted.seed))
    if judged is None:
        raise DataError("what a model is worth cannot be said: that takes two labelled texts of each of two classes")
    return judged


def worth_of(learner: Learner) -> Worth | None:
    """Return what the learner's model is worth, by its test set, or, if it has none, by cross-validation.

    A text that is there several times is judged once, by a model that has not seen it at all; if its labels differ, it
    is left out. A text whose class no other has is judged, and found wrong, as others of such classes will be.

    Returns:    None unless two classes have two labelled texts each
    """
    rows = _distinct(learner)
    codes = learner.corpus.codes[rows]
    counts = codes.sum(axis=0) if learner.corpus.multilabel else np.bincount(codes) if len(codes) else np.empty(0)
    if (counts > 1).sum() < 2:
        return None
    on_test = len(learner.test) > 0
    judge = _by_test if on_test else _by_the_others
    (proba, judged), (by_half, _) = (judge(learner, rows, share) for share in (1, 2))
    truth = learner.corpus.codes[judged]
    hits = right(proba, truth)
    macro_f1 = of_macro_f1(confusion_of(proba, truth), learner.seed)
    return Worth(len(judged), of_share(hits), macro_f1, difference(hits, right(by_half, truth)), on_test)


def _distinct(learner: Learner) -> np.ndarray:
    """Return the labelled rows, of each text one, without those texts whose labels differ."""
    texts, labels = learner.corpus.texts, learner.corpus.labels
    labels_of: dict[str, set[Label]] = {}
    first: dict[str, int] = {}
    for row in learner.labelled.tolist():
        labels_of.setdefault(texts[row], set()).add(labels[row])
        first.setdefault(texts[row], row)
    return np.array([row for text, row in first.items() if len(labels_of[text]) == 1], dtype=np.int64)


def difference(hits: np.ndarray, others: np.ndarray) -> Estimate:
    """Return by how much more of the same texts one model has right than another, paired.

    Parameters: hits, others : (n,) bool
    References: Agresti and Min (2005), Simple improved confidence intervals for comparing matched proportions
    >>> gain = difference(np.ones(40, dtype=bool), np.arange(40) < 30)
    >>> gain.value, round(gain.low, 2), round(gain.high, 2)
    (0.25, 0.1, 0.38)
    """
    n, won, lost = len(hits) + 2, (hits & ~others).sum() + 0.5, (~hits & others).sum() + 0.5
    middle, width = (won - lost) / n, 1.96 * np.sqrt(won + lost - (won - lost) ** 2 / n) / n
    return Estimate(
        float(hits.mean() - others.mean()), max(-1.0, float(middle - width)), min(1.0, float(middle + width))
    )


def _by_test(learner: Learner, rows: np.ndarray, share: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of the test texts by a model of these rows, or of one in so many of them."""
    return _proba(learner, _part(learner, rows, share), learner.test), learner.test


def _by_the_others(learner: Learner, rows: np.ndarray, share: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the probabilities of these rows, each by a model of others, or of one in so many of them."""
    proba, judged = out_of_fold(
        lambda kept: _part(learner, rows[kept], share),
        lambda part, out: _proba(learner, part, rows[out]),
        _strata(learner, rows),
        folds=5,
        unknown=True,
    )
    return proba, rows[judged]


def _proba(learner: Learner, part: np.ndarray, rows: np.ndarray) -> np.ndarray:
    return learner.model(part).predict_proba(learner.features[rows], len(learner.corpus.classes))


def _part(learner: Learner, rows: np.ndarray, share: int) -> np.ndarray:
    """Return one in so many of the rows, as many of each class as may be."""
    drawn = stream(learner.seed, "half").permutation(rows)
    return np.sort(drawn[np.argsort(_strata(learner, drawn), kind="stable")][::share])


def _strata(learner: Learner, rows: np.ndarray) -> np.ndarray:
    codes = learner.corpus.codes[rows]
    return by_rarest_class(codes) if learner.corpus.multilabel else codes
