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
    """What a model is worth so far, by cross-validation: each text is judged by a model that has not seen it.

    Parameters: texts : how many were judged; those of classes with a single text cannot be
                accuracy, macro_f1 : in [0, 1]
                gain : accuracy by all labels less accuracy by half of them, on the same texts
    """

    texts: int
    accuracy: Estimate
    macro_f1: Estimate
    gain: Estimate

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
    """Return what the learner's model is worth; None unless two classes have two texts each.

    A text that is there several times is judged once, by a model that has not seen it at all; if its labels differ, it
    is left out.
    """
    if len(learner.corpus.classes) < 2:
        return None
    rows = _distinct(learner)
    codes = learner.corpus.codes[rows]
    strata = by_rarest_class(codes) if learner.corpus.multilabel else codes
    judged = [_judged(learner, rows, strata, share) for share in (1, 2)]
    proba, held_out = judged[0]
    truth = codes[held_out]
    if not len(held_out) or len(np.unique(truth)) < 2:
        return None
    hits, by_half = (right(one, truth) for one, _ in judged)
    confusion = confusion_of(proba, truth)
    return Worth(len(truth), of_share(hits), of_macro_f1(confusion, learner.seed), difference(hits, by_half))


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


def _judged(learner: Learner, rows: np.ndarray, strata: np.ndarray, share: int) -> tuple[np.ndarray, np.ndarray]:
    """Return probabilities of the labelled texts, each by a model of others, or of one in so many of them."""
    order = stream(learner.seed, "half").permutation(len(rows))

    def fit(kept: np.ndarray) -> object:
        drawn = kept[np.argsort(order[kept])]
        part = drawn[np.argsort(strata[drawn], kind="stable")][::share]  # as many of each class, as far as may be
        return learner.model(np.sort(rows[part]))

    def predict(model: object, out: np.ndarray) -> np.ndarray:
        return model.predict_proba(learner.features[rows[out]], len(learner.corpus.classes))  # type: ignore[attr-defined]

    return out_of_fold(fit, predict, strata, folds=5)
