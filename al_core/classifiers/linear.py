"""Linear classifiers on sparse features: logistic regression, naive Bayes, support vector machine.

All three end as the same thing: a weight per feature and class, of which the softmax gives probabilities. Where texts
can have several classes, it is one model a class, that class against the rest, and the logistic function.
They are fitted on the features that the labelled texts have, which changes neither logistic regression nor the
support vector machine (the weight of an absent feature is zero) and is several times faster.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from warnings import filterwarnings

import numpy as np
import pyarrow as pa
from scipy.sparse import csr_matrix

from al_core.blas import one_blas_thread
from al_core.classifiers.base import ALONE, Context, classifier
from al_core.config import ClassifierConfig
from al_core.features import Joined
from al_core.logits import probabilities

# Of a seed set with many classes; not a thing that its user could mend.
filterwarnings("ignore", message="The number of unique classes is greater than 50%")


@dataclass(frozen=True)
class LinearModel:
    """A fitted linear classifier.

    Parameters: classes : (c,) codes of the classes it has seen, ascending
                columns : (m,) features that have a weight
                weights : (m, c) float64
                intercept : (c,) float64
                multilabel : whether a text can have several classes
    """

    classes: np.ndarray
    columns: np.ndarray
    weights: np.ndarray
    intercept: np.ndarray
    multilabel: bool = False

    def predict_proba(self, features: csr_matrix | Joined, n_classes: int) -> np.ndarray:
        """Return each text's class probabilities; a class that was not seen in training has 0.

        Parameters: features : (n, f)
        Returns:    (n, n_classes) float64, rows sum to 1, unless a text can have several classes
        """
        dense = np.zeros((features.shape[1], len(self.classes)))
        dense[self.columns] = self.weights
        proba = np.zeros((features.shape[0], n_classes))
        proba[:, self.classes] = probabilities(features @ dense + self.intercept, self.multilabel)
        return proba

    def softened(self, temperature: float) -> "LinearModel":
        """Return the same model with its logits divided by the temperature."""
        return replace(self, weights=self.weights / temperature, intercept=self.intercept / temperature)

    def to_table(self) -> pa.Table:
        """Return the model as a table: a row a feature (-1 the intercept), a column a class."""
        stacked = np.vstack([self.intercept, self.weights])
        weights = {str(code): stacked[:, position] for position, code in enumerate(self.classes)}
        table = pa.table({"feature": np.concatenate([[-1], self.columns]).astype(np.int32)} | weights)
        return table.replace_schema_metadata({"multilabel": "yes"}) if self.multilabel else table

    @classmethod
    def from_table(cls, table: pa.Table) -> "LinearModel":
        """Return the model that `to_table` wrote."""
        names = table.column_names[1:]
        stacked = np.array([np.asarray(table[name]) for name in names]).reshape(len(names), len(table)).T
        multilabel = b"multilabel" in (table.schema.metadata or {})
        return cls(
            np.array(names, dtype=np.int64), np.asarray(table["feature"])[1:], stacked[1:], stacked[0], multilabel
        )


def _on_seen_columns(
    fit: Callable[[csr_matrix, np.ndarray, ClassifierConfig], tuple[np.ndarray, np.ndarray]],
) -> Callable[[csr_matrix | Joined, np.ndarray, ClassifierConfig, Context], LinearModel]:
    """Wrap a fit that returns weights (m, c) and intercept (c,): it sees only features and classes that occur."""

    def classify(
        features: csr_matrix | Joined, codes: np.ndarray, config: ClassifierConfig, context: Context = ALONE
    ) -> LinearModel:
        one_blas_thread()
        features = features.csr() if isinstance(features, Joined) else features
        columns = np.unique(features.indices)
        seen = features[:, columns]
        if codes.ndim == 2:
            return _one_against_rest(lambda has: fit(seen, has, config), codes, columns)
        classes, local = np.unique(codes, return_inverse=True)
        if len(classes) == 1 or len(columns) == 0:
            return _prior(local, classes, config)
        weights, intercept = fit(seen, local, config)
        return LinearModel(classes, columns, weights, intercept)

    classify.__doc__ = fit.__doc__
    return classify


@classifier("logistic_regression")
@_on_seen_columns
def logistic_regression(
    features: csr_matrix, codes: np.ndarray, config: ClassifierConfig
) -> tuple[np.ndarray, np.ndarray]:
    """Fit multinomial logistic regression with an L2 penalty, by Newton's method with conjugate gradients.

    References: sklearn.linear_model.LogisticRegression
    """
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=config.regularisation, class_weight=_weight(config), solver="newton-cg", max_iter=1000
    ).fit(features, codes)
    return _for_each_class(model.coef_, model.intercept_, binary_scale=(0.0, 1.0))


@classifier("linear_svm")
@_on_seen_columns
def linear_svm(features: csr_matrix, codes: np.ndarray, config: ClassifierConfig) -> tuple[np.ndarray, np.ndarray]:
    """Fit one linear support vector machine a class; the softmax of their margins is the confidence.

    Confidences rank texts and sum to 1, but are not calibrated: cross-validated calibration would need several
    labels of each class, which a seed set may not have.

    References: sklearn.svm.LinearSVC
    """
    from sklearn.svm import LinearSVC

    # The dual solver draws from a generator that all threads share; the primal one draws nothing, but is given a seed,
    # which would be drawn from global random state.
    model = LinearSVC(C=config.regularisation, class_weight=_weight(config), dual=False, random_state=0)
    model.fit(features, codes)
    return _for_each_class(model.coef_, model.intercept_, binary_scale=(-1.0, 1.0))


@classifier("naive_bayes")
@_on_seen_columns
def naive_bayes(features: csr_matrix, codes: np.ndarray, config: ClassifierConfig) -> tuple[np.ndarray, np.ndarray]:
    """Fit multinomial naive Bayes; balanced class weights mean equal priors.

    References: sklearn.naive_bayes.MultinomialNB
    """
    from sklearn.naive_bayes import MultinomialNB

    model = MultinomialNB(alpha=1 / config.regularisation, fit_prior=config.class_weight == "none")
    model.fit(features, codes)
    return model.feature_log_prob_.T, model.class_log_prior_


def _prior(local: np.ndarray, classes: np.ndarray, config: ClassifierConfig) -> LinearModel:
    """Return the model of labels that there is nothing to tell apart by: their shares, or equal if balanced."""
    counts = np.bincount(local) if config.class_weight == "none" else np.ones(len(classes))
    return LinearModel(classes, np.empty(0, dtype=np.int32), np.empty((0, len(classes))), np.log(counts / counts.sum()))


def _one_against_rest(
    fit: Callable[[np.ndarray], tuple[np.ndarray, np.ndarray]], codes: np.ndarray, columns: np.ndarray
) -> LinearModel:
    """Return one model a class that some text has; of a class that all have, its odds, half a text being added.

    Parameters: codes : (n, c), 1 for each class that a text has, else 0
    """
    classes = np.flatnonzero(codes.any(axis=0))
    weights, intercept = np.zeros((len(columns), len(classes))), np.zeros(len(classes))
    for position, has in enumerate(codes.T[classes]):
        if has.all() or len(columns) == 0:
            intercept[position] = np.log((has.sum() + 0.5) / ((1 - has).sum() + 0.5))
        else:
            both, ground = fit(has)
            weights[:, position], intercept[position] = both[:, 1] - both[:, 0], ground[1] - ground[0]
    return LinearModel(classes, columns, weights, intercept, multilabel=True)


def _for_each_class(
    coef: np.ndarray, intercept: np.ndarray, binary_scale: tuple[float, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return scikit-learn's coefficients as (m, c); for two classes it has one row, which is spread over both."""
    if len(coef) == 1:
        scale = np.array(binary_scale)
        return np.outer(coef[0], scale), intercept * scale
    return np.ascontiguousarray(coef.T), intercept


def _weight(config: ClassifierConfig) -> str | None:
    return None if config.class_weight == "none" else config.class_weight
