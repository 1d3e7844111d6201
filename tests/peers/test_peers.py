"""Strategies choose what small-text, scikit-activeml and modAL choose of the same pool, where they have the same.

Where a peer differs by choice, the difference is taken away first; where it is wrong, see test_errata.py.
"""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.coverage import pure_radius
from al_core.strategies.streaming import shares, taken
from benchmarks.peers import (
    PEERS,
    both,
    codes,
    modal_density,
    modal_measure,
    scikit_activeml_discriminative,
    small_text_discriminative,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),  # those of peers
]
MODULES = {"small-text": "small_text", "scikit-activeml": "skactiveml", "modAL": "modAL"}


SMALL_TEXT, SCIKIT_ACTIVEML, MODAL = (pytest.mark.peer(module) for module in MODULES.values())
NEEDS_MORE = {
    "badge": ["torch"],
    "expected_gradient_length": ["torch"],
    "seals(margin)": ["hnswlib"],
    "anchors(margin)": ["hnswlib"],
}


def marked(pairs):
    return [pytest.param(*one, marks=pytest.mark.peer(MODULES[one[0]], *NEEDS_MORE.get(one[1], []))) for one in pairs]


def rng(seed=0):
    return np.random.default_rng(seed)


def unit(points):
    return points / np.linalg.norm(points, axis=1)[:, None]


def a_pool(n=300, labelled=20, classes=4, dimensions=5, seed=0):
    random = rng(seed)
    return Pool(
        rows=np.arange(n),
        proba=random.dirichlet(np.ones(classes), n),
        embeddings=unit(random.normal(size=(n, dimensions))),
        committee=random.dirichlet(np.ones(classes), (7, n)),
        dropout=random.dirichlet(np.ones(classes), (9, n)),
        labelled_codes=random.integers(0, classes, labelled),
        labelled_proba=random.dirichlet(np.ones(classes), labelled),
        labelled_embeddings=unit(random.normal(size=(labelled, dimensions))),
    )


def blobs(sizes, labelled_in, seed=0):
    """A pool of clusters that nobody can miss; texts are labelled in some of them."""
    random = rng(seed)
    middles = unit(random.normal(size=(len(sizes), 8)))
    around = [middles[blob] + random.normal(0, 0.01, (size, 8)) for blob, size in enumerate(sizes)]
    known = middles[list(labelled_in)] + random.normal(0, 0.01, (len(labelled_in), 8))
    return Pool(
        rows=np.arange(sum(sizes)),
        embeddings=unit(np.concatenate(around)),
        labelled_embeddings=unit(known),
        labelled_codes=np.arange(len(known)),
        labelled_proba=np.full((len(known), 2), 0.5),
        proba=np.full((sum(sizes), 2), 0.5),
    )


def ours(name, pool, k, seed=0):
    return ask(strategy_of(name), pool, k, rng(seed)).positions


def scores(name, pool):
    strategy = strategy_of(name)
    given = {need: getattr(pool, need) for need in strategy.needs}
    return strategy.function(**given) if name != "contrastive" else strategy.function(**given, rng=rng())


SAME = [
    ("small-text", "least_confidence"),
    ("small-text", "margin"),
    ("small-text", "entropy"),
    ("small-text", "bald"),
    ("small-text", "coreset"),
    ("small-text", "seals(margin)"),
    ("small-text", "anchors(margin)"),
    ("scikit-activeml", "least_confidence"),
    ("scikit-activeml", "margin"),
    ("scikit-activeml", "entropy"),
    ("scikit-activeml", "coreset"),
    ("scikit-activeml", "contrastive"),
    ("modAL", "least_confidence"),
    ("modAL", "margin"),
    ("modAL", "entropy"),
    ("modAL", "consensus_entropy"),
]


@pytest.mark.parametrize(("peer", "name"), marked(SAME))
def test_a_peer_chooses_the_same_texts(peer, name):
    for seed in range(5):
        pool = a_pool(n=1500 if "anchors" in name else 300, labelled=60 if "seals" in name else 20, seed=seed)
        assert sorted(PEERS[peer][name](pool, 12)) == sorted(ours(name, pool, 12)), seed


SAME_SCORES = [
    ("small-text", "expected_gradient_length"),
    ("scikit-activeml", "vote_entropy"),
    ("scikit-activeml", "kl_disagreement"),
    ("scikit-activeml", "bald"),
]


@pytest.mark.parametrize(("peer", "name"), marked(SAME_SCORES))
def test_a_peer_gives_the_same_scores(peer, name):
    pool = a_pool(n=80)
    np.testing.assert_allclose(PEERS[peer][name](pool, 1), scores(name, pool), rtol=1e-6, atol=1e-6)


@MODAL
@pytest.mark.parametrize("name", ["vote_entropy", "consensus_entropy"])
def test_modal_s_committee_gives_the_same_scores(name):
    pool = a_pool()
    np.testing.assert_allclose(modal_measure(name, pool), scores(name, pool), atol=1e-12)


@MODAL
def test_modal_s_disagreement_is_ours_with_the_largest_divergence_in_place_of_the_mean():
    pool = a_pool()
    consensus = pool.committee.mean(axis=0)
    divergences = (pool.committee * np.log(pool.committee / consensus)).sum(axis=2)
    np.testing.assert_allclose(modal_measure("KL_max_disagreement", pool), divergences.max(axis=0))
    np.testing.assert_allclose(scores("kl_disagreement", pool), divergences.mean(axis=0))


@MODAL
def test_modal_s_density_is_ours_once_its_similarity_is_the_cosine():
    pool = a_pool()
    pool = Pool(pool.rows, proba=pool.proba, embeddings=np.abs(pool.embeddings))  # so that no cosine is below 0
    density = modal_density(pool, metric=lambda one, other: 1 / min(1, one @ other) - 1)
    np.testing.assert_allclose(density, scores("information_density", pool))


@SMALL_TEXT
def test_small_text_s_k_means_chooses_the_same_middles():
    for seed in range(5):
        pool = blobs([30, 25, 20, 15], [0], seed)
        assert sorted(PEERS["small-text"]["kmeans"](pool, 4)) == sorted(ours("kmeans", pool, 4))


@SMALL_TEXT
def test_small_text_draws_a_lightweight_coreset_by_angles_where_we_draw_it_by_distances(monkeypatch):
    pool, drawn = a_pool(), []
    monkeypatch.setattr(np.random, "choice", lambda *args, p, **_: drawn.append(p) or np.arange(5))
    PEERS["small-text"]["lightweight_coreset"](pool, 5)
    angles = np.arccos(pool.embeddings @ unit(pool.embeddings.mean(axis=0, keepdims=True))[0])
    np.testing.assert_allclose(drawn[0], 0.5 / len(pool) + 0.5 * angles**2 / (angles**2).sum())


@SMALL_TEXT
def test_small_text_s_discriminative_learning_chooses_the_same_texts_of_all():
    for seed in range(3):
        pool = a_pool(seed=seed)
        theirs = small_text_discriminative(pool, 12, factor=1000, parts=4)
        assert sorted(theirs) == sorted(ours("discriminative(sub_batches=4,factor=1000)", pool, 12))


@SCIKIT_ACTIVEML
@pytest.mark.parametrize(("greedy", "parts"), [(True, 1), (False, 12)])
def test_scikit_activeml_s_discriminative_learning_does_so_too(greedy, parts):
    pool = a_pool()
    theirs = scikit_activeml_discriminative(pool, 12, greedy)
    assert sorted(theirs) == sorted(ours(f"discriminative(sub_batches={parts},factor=1000)", pool, 12))


@SCIKIT_ACTIVEML
def test_scikit_activeml_s_badge_begins_with_the_same_text():
    for seed in range(5):
        pool = a_pool(seed=seed)
        assert PEERS["scikit-activeml"]["badge"](pool, 1)[0] == ours("badge", pool, 1)[0]


@SCIKIT_ACTIVEML
def test_scikit_activeml_s_typiclust_chooses_the_same_texts_in_the_same_order():
    for seed in range(5):
        pool = blobs([40, 34, 29, 25, 22, 12], [1, 3], seed)
        assert list(PEERS["scikit-activeml"]["typiclust"](pool, 4)) == list(ours("typiclust", pool, 4))


@SCIKIT_ACTIVEML
def test_each_of_prob_cover_s_choices_is_one_of_scikit_activeml_s_best():
    from skactiveml.pool import ProbCover

    pool = a_pool()
    known = codes(pool)
    for chosen in ours("prob_cover(radius=0.5)", pool, 20):
        _, gains = ProbCover(deltas=[0.5]).query(both(pool, "embeddings"), known, return_utilities=True)
        assert gains[0, chosen] == np.nanmax(gains)
        known[chosen] = 0


@SCIKIT_ACTIVEML
def test_prob_cover_s_radius_is_the_one_that_scikit_activeml_s_grid_closes_in_on():
    from skactiveml.pool import ProbCover

    for seed in range(3):
        pool = blobs([30, 20, 20], [], seed)
        grid = ProbCover(n_classes=3, deltas=np.arange(0, 2, 0.001), random_state=0)
        grid.query(pool.embeddings, np.full(len(pool), np.nan))
        radius = pure_radius(pool.embeddings, np.repeat(np.arange(3), [30, 20, 20]), 0.95) ** 0.5
        assert grid.delta_max_ < radius <= grid.delta_max_ + 0.001


def _to_learn():
    """A pool of which a model can learn, and what it answers had a text a certain label."""
    pool = a_pool(n=25, labelled=12, classes=3)

    def fitted(row=None, code=None):
        points = (
            pool.labelled_embeddings if row is None else np.vstack([pool.labelled_embeddings, pool.embeddings[row]])
        )
        known = pool.labelled_codes if row is None else np.append(pool.labelled_codes, code)
        return LogisticRegression().fit(points, known)

    assert len(np.unique(pool.labelled_codes)) == 3
    return replace(
        pool,
        proba=fitted().predict_proba(pool.embeddings),
        retrain=lambda row, code, rows: fitted(row, code).predict_proba(pool.embeddings[rows]),
    )


@MODAL
def test_modal_expects_errors_to_be_reduced_by_the_same_texts(monkeypatch):
    monkeypatch.setattr(np, "float", float, raising=False)  # modAL.expected_error cannot be imported without
    from modAL.expected_error import expected_error_reduction
    from modAL.models import ActiveLearner

    pool = _to_learn()
    learner = ActiveLearner(LogisticRegression(), X_training=pool.labelled_embeddings, y_training=pool.labelled_codes)
    best, errors = expected_error_reduction(learner, pool.embeddings, "log", n_instances=25)
    assert list(best[np.argsort(errors)]) == list(ours("expected_error_reduction", pool, 25))


@SCIKIT_ACTIVEML
def test_scikit_activeml_does_too_once_it_leaves_labelled_texts_and_the_candidate_out_of_the_errors():
    from skactiveml.classifier import SklearnClassifier
    from skactiveml.pool import MonteCarloEER

    pool = _to_learn()
    model = SklearnClassifier(LogisticRegression(), classes=np.arange(3))

    def utility(row):
        rest = {"candidates": pool.embeddings[[row]], "X_eval": np.delete(pool.embeddings, row, axis=0)}
        strategy = MonteCarloEER("log_loss", random_state=0)
        known = pool.labelled_codes.astype(float)
        return strategy.query(pool.labelled_embeddings, known, model, return_utilities=True, **rest)[1][0, 0]

    theirs = np.array([utility(row) for row in range(25)])
    assert list(np.argsort(-theirs)) == list(ours("expected_error_reduction", pool, 25))


@SCIKIT_ACTIVEML
def test_of_scores_that_are_evenly_spread_scikit_activeml_s_stream_takes_nearly_the_same():
    from skactiveml.stream.budgetmanager import BalancedIncrementalQuantileFilter

    n, k = 3000, 150
    arriving, manager = rng().random(n), BalancedIncrementalQuantileFilter(w=500, w_tol=50, budget=k / n)
    theirs = []
    for position, score in enumerate(arriving):
        queried = manager.query_by_utility(np.array([score]))
        manager.update([[0]], queried, np.array([score]))
        theirs += [position] if len(queried) else []
    mine = taken(shares(arriving.tolist(), rng(1).random(n).tolist(), 500), n, k, step=1 / 50)
    assert abs(len(theirs) - k) <= 3
    assert len({*theirs} & {*mine}) > 0.85 * k
