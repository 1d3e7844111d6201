"""What docs/errata.md says of small-text, scikit-activeml and modAL, each by a small example."""

import numpy as np
import pytest
from scipy.sparse import csr_matrix
from sklearn.preprocessing import normalize

from al_core.strategies import Pool, ask, strategy_of
from al_core.strategies.diversity import mean_cosine
from al_core.strategies.multilabel import cvirs, set_distances
from benchmarks.peers import PEERS, KnownAnswers, gradients

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore")]
SMALL_TEXT, SCIKIT_ACTIVEML, MODAL = (pytest.mark.peer(module) for module in ("small_text", "skactiveml", "modAL"))
TORCH = pytest.mark.peer("torch")


def rng(seed=0):
    return np.random.default_rng(seed)


def ours(name, pool, k, seed=0):
    return ask(strategy_of(name), pool, k, rng(seed)).positions


def a_pool(proba, embeddings, labelled_proba=(), labelled_embeddings=()):
    embeddings, proba = np.array(embeddings, float), np.array(proba, float)
    known = np.array(labelled_embeddings, float).reshape(-1, embeddings.shape[1])
    return Pool(
        rows=np.arange(len(proba)),
        proba=proba,
        embeddings=embeddings,
        labelled_proba=np.array(labelled_proba, float).reshape(-1, proba.shape[1]),
        labelled_embeddings=known,
        labelled_codes=np.zeros(len(known), np.int64),
    )


SURE, UNSURE = [1.0, 0.0, 0.0], [0.4, 0.3, 0.3]


@SMALL_TEXT
@TORCH
def test_badge_of_small_text_takes_a_sure_text_to_have_the_longest_gradient():
    pool = a_pool([SURE, UNSURE], [[1.0], [1.0]])
    from small_text.integrations.pytorch.query_strategies import BADGE

    lengths = np.linalg.norm(BADGE(3).get_badge_embeddings(pool.embeddings, pool.proba), axis=1)
    assert lengths[0] > lengths[1]
    assert ours("badge", pool, 1) == [1]  # the gradient of text 0 is 0


@SMALL_TEXT
@TORCH
def test_badge_of_small_text_does_not_look_at_the_answers_for_two_classes():
    from small_text.integrations.pytorch.query_strategies import BADGE

    points = rng().normal(size=(4, 3))
    one, other = np.full((4, 2), 0.5), np.eye(2)[[0, 1, 0, 1]]
    assert (BADGE(2).get_badge_embeddings(points, one) == BADGE(2).get_badge_embeddings(points, other)).all()


@SMALL_TEXT
@TORCH
def test_badge_of_small_text_draws_texts_that_are_where_others_of_the_query_are():
    """By lengths for squared ones, short gradients have a distance to themselves: 2 |g| - 2 |g|^2 > 0."""
    pool = a_pool([UNSURE] * 40, [[0.1, 0.0]] * 38 + [[0.0, 0.1]] * 2)
    theirs = [(PEERS["small-text"]["badge"](pool, 2) < 38).sum() for _ in range(40)]
    assert theirs.count(2) > 10
    assert {(ours("badge", pool, 2, seed) < 38).sum() for seed in range(40)} == {1}


@SMALL_TEXT
@TORCH
def test_badge_of_small_text_cannot_be_seeded():
    pool = a_pool(rng().dirichlet(np.ones(3), 500), rng().normal(size=(500, 3)))
    answers = set()
    for _ in range(5):
        np.random.seed(0)  # noqa: NPY002, that is what small-text draws from elsewhere
        answers.add(tuple(PEERS["small-text"]["badge"](pool, 5)))
    assert len(answers) > 1


@SCIKIT_ACTIVEML
def test_badge_of_scikit_activeml_takes_the_origin_for_a_chosen_text():
    """Texts 1 and 2 are as far from the first, but text 1 is on the far side of the origin and text 2 near it."""
    from skactiveml.pool import Badge

    from benchmarks.peers import EMBED, _known_to_scikit_activeml, codes, rows_of

    pool = a_pool([[0.5, 0.5]] * 3, [[10.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    query = Badge(**EMBED).query(
        rows_of(pool), codes(pool), _known_to_scikit_activeml(pool), fit_clf=False, batch_size=2, return_utilities=True
    )
    np.testing.assert_allclose(query[1][1, 1:], [0.5, 0.5])  # by the distance to the origin, 1 and 1
    drawn = np.array([ours("badge", pool, 2, seed)[1] for seed in range(3000)])
    assert (drawn == 2).mean() == pytest.approx(11**2 / (11**2 + 9**2), abs=0.03)


@SMALL_TEXT
def test_contrastive_learning_of_small_text_compares_texts_of_the_pool_with_each_other():
    """Text 0 is unlike the labelled text beside it; ten like it hide that."""
    alike, unlike = [[0.1, 0.9]] * 11, [[0.3, 0.7]]
    pool = a_pool(alike + unlike, [[1.0, 0.0]] * 11 + [[0.0, 1.0]], [[0.9, 0.1]] * 10, [[0.999, 0.01]] * 10)
    assert PEERS["small-text"]["contrastive"](pool, 1) == [11]
    assert ours("contrastive", pool, 1) < 11


@SMALL_TEXT
def test_greedy_coreset_of_small_text_chooses_a_labelled_text_again_where_a_cosine_is_above_1():
    """The arc cosine of 1.0000000000000002 is NaN, which is the largest for argmax."""
    from small_text.query_strategies.coresets import greedy_coreset

    points = normalize(rng().normal(size=(100, 5)))
    point = next(point for point in points if (point[None] @ point[None].T)[0, 0] > 1)
    both = np.stack([point, -point, point])
    assert greedy_coreset(both, np.arange(2), np.array([2]), 1, normalized=True) == [0]
    assert ours("coreset", a_pool([[1.0]] * 2, both[:2], [[1.0]], both[2:]), 1) == [1]


@SMALL_TEXT
def test_greedy_coreset_of_small_text_takes_a_position_among_the_unlabelled_for_one_in_the_table():
    from small_text.query_strategies.coresets import greedy_coreset

    points = np.array([[0.0], [20.0], [19.0], [10.0], [9.0]])  # the first is labelled
    theirs = greedy_coreset(points, np.arange(1, 5), np.array([0]), 2, "euclidean")
    assert list(points[1:][theirs, 0]) == [20, 19]
    mine = ours("coreset", a_pool([[1.0]] * 4, points[1:], [[1.0]], points[:1]), 2)
    assert points[1:][mine[0], 0] == 20
    assert points[1:][mine[1], 0] in (9, 10)


@SMALL_TEXT
def test_coresets_of_small_text_have_no_answer_where_nothing_is_labelled_or_all_is_alike():
    pool = a_pool([[1.0]] * 5, normalize(rng(3).normal(size=(1, 4))).repeat(5, axis=0))
    with pytest.raises(ValueError, match="0 sample"):
        PEERS["small-text"]["coreset"](pool, 2)
    with pytest.raises(ValueError, match="NaN"):
        PEERS["small-text"]["lightweight_coreset"](pool, 2)
    for name in ("coreset", "lightweight_coreset"):
        assert len(ours(name, pool, 2)) == 2


@SMALL_TEXT
@TORCH
def test_expected_gradient_length_of_small_text_is_a_sum_and_no_length():
    """The gradient of text 0 has the longer sum, and that of text 1 is longer: 4 x 1 and 3."""
    pool = a_pool([[0.5, 0.5]] * 2, [[1.0, 1.0, 1.0, 1.0], [3.0, 0.0, 0.0, 0.0]])
    from small_text.integrations.pytorch.query_strategies import ExpectedGradientLength

    theirs = gradients(ExpectedGradientLength(2, device="cpu"), pool)
    np.testing.assert_allclose(theirs, [5, 4])  # with the intercept, and two classes of 1/2 each
    assert ours("expected_gradient_length", pool, 1) == [1]


@SMALL_TEXT
@pytest.mark.peer("hnswlib")
def test_seals_of_small_text_fails_where_neighbours_are_fewer_than_the_query():
    from small_text import SEALS, BreakingTies
    from small_text.query_strategies.exceptions import PoolExhaustedException

    pool = a_pool([[0.5, 0.5]] * 5, rng().normal(size=(5, 2)), [[0.5, 0.5]], [[1.0, 0.0]])
    rows = np.arange(6)
    with pytest.raises(PoolExhaustedException):
        SEALS(BreakingTies(), k=2).query(KnownAnswers(pool), rows, rows[:5], rows[5:], np.zeros(1, np.int64), n=3)
    assert len(ours("seals(margin,neighbours=2)", pool, 3)) == 3


@SCIKIT_ACTIVEML
def test_typiclust_of_scikit_activeml_fails_where_all_texts_are_in_a_cluster_with_a_labelled_one():
    pool = a_pool([[1.0]] * 5, np.ones((5, 2)), [[1.0]], np.ones((1, 2)))
    with pytest.raises(UnboundLocalError):
        PEERS["scikit-activeml"]["typiclust"](pool, 2)
    assert len(ours("typiclust", pool, 2)) == 2


@SCIKIT_ACTIVEML
def test_measures_of_scikit_activeml_change_the_probabilities_that_they_are_given():
    from skactiveml.pool import average_kl_divergence, batch_bald

    for measure in (average_kl_divergence, lambda given: batch_bald(given, 1, random_state=0)):
        given = np.array([[[1.0, 0.0]], [[0.0, 1.0]]])
        measure(given)
        assert given.min() > 0


@MODAL
def test_expected_error_reduction_of_modal_cannot_be_imported_with_numpy_2():
    import subprocess
    import sys

    said = subprocess.run([sys.executable, "-c", "import modAL.expected_error"], capture_output=True, text=True)
    assert "module 'numpy' has no attribute 'float'" in said.stderr


@MODAL
def test_density_of_modal_by_cosine_is_not_the_mean_cosine():
    """Its similarity is 1 / (1 + distance) = 1 / (2 - cosine), which counts one near text for more than several."""
    from modAL.density import information_density

    angles = np.deg2rad([0, 0, 60, 150])
    points = np.column_stack([np.cos(angles), np.sin(angles)])
    theirs, mine = information_density(points, "cosine"), mean_cosine(points)
    np.testing.assert_allclose(theirs, [0.754, 0.754, 0.708, 0.549], atol=5e-4)
    np.testing.assert_allclose(mine, [0.408, 0.408, 0.5, -0.183], atol=5e-4)


@SMALL_TEXT
def test_cvirs_of_small_text_changes_with_the_size_of_its_pieces():
    """It divides by the texts of a piece, and not by the labelled ones."""
    predicted, labelled = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 0], [0, 1, 1]]), csr_matrix([[1, 0, 0], [0, 1, 1]])
    few, many = (small_text_cvirs(size)._compute_vector_inconsistency(labelled, predicted, 3) for size in (2, 4))
    np.testing.assert_allclose(few, 2 * many)


@SMALL_TEXT
def test_cvirs_of_small_text_takes_the_share_of_classes_that_differ_for_the_distance_of_the_paper():
    """It computes the entropy distance as well, and drops it."""
    predicted, labelled = np.array([[1, 1, 0, 0]]), np.array([[1, 0, 0, 0]])
    theirs = small_text_cvirs(1)._compute_vector_inconsistency(csr_matrix(labelled), predicted, 4)
    assert theirs.tolist() == [0.25]
    h = lambda *shares: -sum(share * np.log(share) for share in shares)  # noqa: E731
    joint = h(0.25, 0.25, 0.5)
    paper = (2 * joint - h(0.5, 0.5) - h(0.25, 0.75)) / joint
    np.testing.assert_allclose(set_distances(predicted, labelled), [[paper]])


@SMALL_TEXT
def test_cvirs_of_small_text_ranks_by_the_other_classes_and_takes_an_order_for_places():
    """Of three texts the first is at one half for both classes, and comes last."""
    proba = np.array([[0.5, 0.5], [0.3, 1.0], [0.3, 0.2]])
    theirs = small_text_cvirs(9)._compute_ranking(np.arange(3), proba)
    assert theirs.argmin() == 0
    assert cvirs(proba, np.empty((0, 2))).argmax() == 0


def small_text_cvirs(size):
    from small_text.query_strategies.multi_label import CategoryVectorInconsistencyAndRanking

    return CategoryVectorInconsistencyAndRanking(batch_size=size, pbar=None)
