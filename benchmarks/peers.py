"""Ask small-text, scikit-activeml and modAL for what a strategy of alflow is asked, with the same pool.

Every one goes through the peer's public interface. Their classifiers are stand-ins that look their answers up in the
pool's tables, so that nobody trains anything. A peer answers as alflow's strategies do: by positions in the pool, or by
a score for each text. Nothing of a peer is imported before it is asked.
"""

import os
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from al_core.strategies import Pool

os.environ.setdefault("TQDM_DISABLE", "1")

Ask = Callable[[Pool, int], np.ndarray]


def labelled(pool: Pool) -> np.ndarray:
    """Return the labelled rows of a data set whose first rows are the pool."""
    return np.arange(len(pool), len(pool) + len(pool.labelled_embeddings))


def both(pool: Pool, name: str) -> np.ndarray:
    return np.concatenate([getattr(pool, name), getattr(pool, f"labelled_{name}")])


class KnownAnswers:
    """A classifier of small-text for data sets that are rows."""

    def __init__(self, pool: Pool):
        self.pool, self.num_classes = pool, pool.proba.shape[1]
        self.proba, self.embeddings = both(pool, "proba"), both(pool, "embeddings")

    def predict_proba(self, rows: np.ndarray, dropout_sampling: int = 1) -> np.ndarray:
        return self.proba[rows] if dropout_sampling == 1 else self.pool.dropout.transpose(1, 0, 2)

    def embed(self, rows: np.ndarray, return_proba: bool = False, **_: Any) -> Any:
        return (self.embeddings[rows], self.proba[rows]) if return_proba else self.embeddings[rows]


def small_text(make: Callable[[Any, Pool], Any], pool: Pool, k: int, whole: bool = True) -> np.ndarray:
    """Ask small-text, whose strategies draw from NumPy's global random state."""
    import small_text

    known = labelled(pool) if whole else np.empty(0, np.int64)
    rows = np.arange(len(pool) + len(known))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        strategy = make(small_text, pool)
        codes = pool.labelled_codes[: len(known)]
        return strategy.query(KnownAnswers(pool), rows, rows[: len(pool)], known, codes, n=k)


def _small_text_badge(_: Any, pool: Pool) -> Any:
    from small_text.integrations.pytorch.query_strategies import BADGE

    return BADGE(pool.proba.shape[1])


def small_text_discriminative(pool: Pool, k: int, factor: int = 10, parts: int = 10) -> np.ndarray:
    import small_text as st

    embeddings = both(pool, "embeddings")
    data = st.SklearnDataset(embeddings, np.zeros(len(embeddings), np.int64), target_labels=np.arange(2))
    strategy = st.DiscriminativeActiveLearning(st.SklearnClassifierFactory(discriminator(), 2), parts, factor)
    return strategy.query(None, data, np.arange(len(pool)), labelled(pool), pool.labelled_codes, n=k)


def discriminator() -> Any:
    """Return the model that alflow's `discriminative` trains."""
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(class_weight="balanced", solver="lbfgs", tol=1e-5, max_iter=1000)


def small_text_gradients(pool: Pool, k: int) -> np.ndarray:
    """Return the scores of small-text's expected gradient length (L2), for a last layer that gives these answers."""
    from small_text.integrations.pytorch.query_strategies import ExpectedGradientLengthLayer

    return gradients(ExpectedGradientLengthLayer(pool.proba.shape[1], "layer"), pool)


def gradients(strategy: Any, pool: Pool) -> np.ndarray:
    import torch

    strategy.device = "cpu"  # ExpectedGradientLengthLayer cannot be told: it takes "cuda"
    rows = np.arange(len(pool))
    strategy.query(LastLayer(pool), [(torch.tensor(row),) for row in rows], rows, rows[:0], rows[:0], n=1)
    return np.asarray(strategy.scores_)


class LastLayer:
    """A network of small-text's whose last layer gives the pool's probabilities for its embeddings."""

    def __init__(self, pool: Pool):
        import torch

        class Network(torch.nn.Module):
            def __init__(self) -> None:
                super().__init__()
                points = torch.tensor(pool.embeddings, dtype=torch.float64)
                self.layer = torch.nn.Linear(points.shape[1], pool.proba.shape[1], dtype=torch.float64)
                self.points, self.logits = points, torch.log(torch.tensor(pool.proba, dtype=torch.float64))

            def forward(self, rows: Any) -> Any:
                made = self.layer(self.points[rows])
                return made - made.detach() + self.logits[rows]  # these answers, and the layer's gradient

        self.model = Network()

    def _create_collate_fn(self) -> Callable:
        import torch

        return lambda entries: (torch.stack([entry[0] for entry in entries]), None)


def _known_to_scikit_activeml(pool: Pool) -> Any:
    """Return a classifier of scikit-activeml for samples that are rows."""
    from skactiveml.base import SkactivemlClassifier

    proba, embeddings = both(pool, "proba"), both(pool, "embeddings")

    class Known(SkactivemlClassifier):
        def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Any:
            self.classes_ = np.arange(pool.proba.shape[1])
            return self

        def predict_proba(self, X: Any, embed: bool = False) -> Any:
            rows = X[:, 0].astype(int)
            return (proba[rows], embeddings[rows]) if embed else proba[rows]

        def sample_committee(self, X: Any) -> Any:
            return pool.committee.copy()  # it is clipped in place

    return Known(classes=np.arange(pool.proba.shape[1])).fit(None, None)


def codes(pool: Pool) -> np.ndarray:
    return np.concatenate([np.full(len(pool), np.nan), pool.labelled_codes.astype(float)])


def rows_of(pool: Pool) -> np.ndarray:
    return np.arange(len(codes(pool)), dtype=float)[:, None]


def by_answers(make: Callable[[Any], Any], pool: Pool, k: int) -> np.ndarray:
    """Ask a strategy of scikit-activeml that asks a classifier."""
    import skactiveml.pool

    known = {"clf": _known_to_scikit_activeml(pool), "fit_clf": False}
    return np.asarray(make(skactiveml.pool).query(rows_of(pool), codes(pool), **known, batch_size=k))


def by_points(make: Callable[[Any], Any], pool: Pool, k: int, **more: Any) -> np.ndarray:
    """Ask a strategy of scikit-activeml that looks at embeddings only."""
    import skactiveml.pool

    return np.asarray(make(skactiveml.pool).query(both(pool, "embeddings"), codes(pool), batch_size=k, **more))


def by_votes(method: str, pool: Pool, k: int) -> np.ndarray:
    """Return the scores of scikit-activeml's committee."""
    from skactiveml.pool import QueryByCommittee

    strategy = QueryByCommittee(method=method, sample_predictions_method_name="sample_committee", random_state=0)
    known = _known_to_scikit_activeml(pool)
    _, utilities = strategy.query(
        rows_of(pool), codes(pool), known, fit_ensemble=False, batch_size=1, return_utilities=True
    )
    return utilities[0, : len(pool)]


def scikit_activeml_bald(pool: Pool, k: int) -> np.ndarray:
    from skactiveml.pool import batch_bald

    return batch_bald(pool.dropout.copy(), 1, random_state=0)[0]


def scikit_activeml_discriminative(pool: Pool, k: int, greedy: bool = False) -> np.ndarray:
    from skactiveml.classifier import SklearnClassifier

    more = {"discriminator": SklearnClassifier(discriminator())}
    return by_points(lambda peer: peer.DiscriminativeAL(greedy, random_state=0), pool, k, **more)


class Lookup:
    """A classifier of modAL's for samples that are rows."""

    def __init__(self, proba: np.ndarray):
        self.proba = proba

    def predict_proba(self, X: np.ndarray) -> np.ndarray:
        return self.proba[X]

    def predict(self, X: np.ndarray) -> np.ndarray:
        return self.proba[X].argmax(axis=1)


def modal(name: str, pool: Pool, k: int) -> np.ndarray:
    """Ask one of modAL's uncertainty samplings."""
    import modAL.uncertainty

    return getattr(modAL.uncertainty, name)(Lookup(pool.proba), np.arange(len(pool)), k)[0]


def modal_committee(name: str, pool: Pool, k: int) -> np.ndarray:
    """Ask one of modAL's disagreement samplings."""
    import modAL.disagreement

    return getattr(modAL.disagreement, name)(_known_to_modal(pool), np.arange(len(pool)), k)[0]


def modal_measure(name: str, pool: Pool) -> np.ndarray:
    """Return scores by one of modAL's measures."""
    import modAL.disagreement
    import modAL.uncertainty

    if hasattr(modAL.uncertainty, name):
        return getattr(modAL.uncertainty, name)(Lookup(pool.proba), np.arange(len(pool)))
    return getattr(modAL.disagreement, name)(_known_to_modal(pool), np.arange(len(pool)))


def _known_to_modal(pool: Pool) -> Any:
    from modAL.models import Committee
    from sklearn.base import BaseEstimator

    class Member(BaseEstimator, Lookup):
        classes_ = np.arange(pool.committee.shape[2])

    class Learner:
        def __init__(self, estimator: Any):
            self.estimator, self.predict, self.predict_proba = estimator, estimator.predict, estimator.predict_proba

    return Committee([Learner(Member(proba)) for proba in pool.committee])


def modal_density(pool: Pool, metric: Any = "cosine") -> np.ndarray:
    """Return entropy times modAL's density, as its documentation says to."""
    from modAL.density import information_density

    return modal_measure("classifier_entropy", pool) * information_density(pool.embeddings, metric)


def modal_dense(pool: Pool, k: int) -> np.ndarray:
    from modAL.utils.selection import multi_argmax

    return multi_argmax(modal_density(pool), k)[0]


def uncertain(method: str) -> Ask:
    return partial(by_answers, lambda peer: peer.UncertaintySampling(method, random_state=0))


EMBED = {"clf_embedding_flag_name": "embed", "random_state": 0}

PEERS: dict[str, dict[str, Ask]] = {
    "small-text": {
        "least_confidence": partial(small_text, lambda peer, pool: peer.LeastConfidence()),
        "margin": partial(small_text, lambda peer, pool: peer.BreakingTies()),
        "entropy": partial(small_text, lambda peer, pool: peer.PredictionEntropy()),
        "bald": partial(small_text, lambda peer, pool: peer.BALD(len(pool.dropout)), whole=False),
        "random": partial(small_text, lambda peer, pool: peer.RandomSampling()),
        "kmeans": partial(small_text, lambda peer, pool: peer.EmbeddingKMeans()),
        "coreset": partial(small_text, lambda peer, pool: peer.GreedyCoreset("euclidean", normalize=False)),
        "lightweight_coreset": partial(small_text, lambda peer, pool: peer.LightweightCoreset()),
        "contrastive": partial(small_text, lambda peer, pool: peer.ContrastiveActiveLearning(pbar=None)),
        "badge": partial(small_text, _small_text_badge),
        "discriminative": small_text_discriminative,
        "expected_gradient_length": small_text_gradients,
        "seals(margin)": partial(small_text, lambda peer, pool: peer.SEALS(peer.BreakingTies())),
        "anchors(margin)": partial(small_text, lambda peer, pool: peer.AnchorSubsampling(peer.BreakingTies(), 1000)),
        "subsample(margin)": partial(
            small_text, lambda peer, pool: peer.SubsamplingQueryStrategy(peer.BreakingTies(), 10_000)
        ),
    },
    "scikit-activeml": {
        "least_confidence": uncertain("least_confident"),
        "margin": uncertain("margin_sampling"),
        "entropy": uncertain("entropy"),
        "vote_entropy": partial(by_votes, "vote_entropy"),
        "kl_disagreement": partial(by_votes, "KL_divergence"),
        "bald": scikit_activeml_bald,
        "random": partial(by_points, lambda peer: peer.RandomSampling(random_state=0)),
        "coreset": partial(by_points, lambda peer: peer.CoreSet(random_state=0)),
        "typiclust": partial(by_points, lambda peer: peer.TypiClust(random_state=0, k=20)),
        "prob_cover": partial(by_points, lambda peer: peer.ProbCover(random_state=0)),
        "badge": partial(by_answers, lambda peer: peer.Badge(**EMBED)),
        "contrastive": partial(
            by_answers, lambda peer: peer.ContrastiveAL(nearest_neighbors_dict={"n_neighbors": 10}, **EMBED)
        ),
        "discriminative": scikit_activeml_discriminative,
    },
    "modAL": {
        "least_confidence": partial(modal, "uncertainty_sampling"),
        "margin": partial(modal, "margin_sampling"),
        "entropy": partial(modal, "entropy_sampling"),
        "vote_entropy": partial(modal_committee, "vote_entropy_sampling"),
        "consensus_entropy": partial(modal_committee, "consensus_entropy_sampling"),
        "kl_disagreement": partial(modal_committee, "max_disagreement_sampling"),
        "information_density": modal_dense,
    },
}
