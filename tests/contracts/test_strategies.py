"""Every registered strategy, and every wrapper around one, keeps all promises; and each promise can be broken."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import scipy.stats

from al_core.contracts.strategies import CHECKS, answers, broken
from al_core.plugins import strategy
from al_core.query import select_query
from al_core.strategies import STRATEGIES, WRAPPERS, Pool, ask, code_of, strategy_of
from al_core.strategies.base import make

AROUND = [f"{name}(margin)" for name, wrapper in WRAPPERS.items() if len(wrapper.inner) == 1] + [
    "mix(margin,random)",
    "switch(random,margin,after=5)",
    "subsample(typiclust,size=20)",
    "distinct(kmeans,similarity=0.5)",
    "switch(typiclust,margin,after=20)",
    "balance(subsample(entropy,size=30))",
]
"""Each wrapper around a scorer, and some with settings and around others."""
NAMES = [*sorted(STRATEGIES), *sorted(AROUND)]
PROCESS = "says the same in another process"

every_strategy = pytest.mark.parametrize("name", NAMES)


@pytest.mark.parametrize("promise", sorted(set(CHECKS) - {PROCESS}))
@every_strategy
def test_it_keeps_its_promise(name, promise):
    CHECKS[promise](strategy_of(name))


def test_another_process_with_other_threads_gives_the_same_answers():
    script = (
        "import json, sys; from al_core.contracts.strategies import answers;"
        "print(json.dumps({name: answers(name) for name in sys.argv[1:]}))"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "3")
    environment = {"PYTHONHASHSEED": "7", "PYTHONPATH": ":".join(path or "." for path in sys.path), **threads}
    said = subprocess.run([sys.executable, "-c", script, *NAMES], env=environment, capture_output=True, text=True)
    assert said.returncode == 0, said.stderr
    assert json.loads(said.stdout) == {name: answers(name) for name in NAMES}


def unfaithful(function):
    return dict(broken(make("unfaithful", function, cost="n", source="here")))


def _counter():
    calls = []
    return lambda proba: calls.append(0) or np.full(len(proba), float(len(calls)))


def _writes(proba):
    proba[0] = proba[1]
    return proba[:, 0]


@pytest.mark.parametrize(
    ("function", "promise", "saying"),
    [
        (lambda k: np.zeros(k, dtype=int), "gives as many texts as asked for once each", "distinct positions"),
        (lambda k: np.arange(k) + 1, "does with one text", "distinct positions below 1"),
        (lambda embeddings: embeddings[:, 0] * np.nan, "gives as many texts as asked for once each", "as NaN"),
        (lambda proba: proba[:5, 0], "gives as many texts as asked for once each", "shape"),
        (lambda k: np.arange(k), "breaks ties by the seed and not by position", "never chosen"),
        (lambda proba: np.arange(len(proba)), "scores go with the texts", "scored otherwise"),
        (lambda proba: np.random.random(len(proba)), "leaves global random state alone", "`rng`"),  # noqa: NPY002
        (_writes, "leaves its inputs as they are", "altered proba|read-only"),
        (lambda labelled_codes, texts_in_pool: np.full(texts_in_pool, labelled_codes[0]), "does without labels", "0"),
        (lambda k, rng: np.random.default_rng().permutation(30)[:k], "repeats itself", "the same seed"),
    ],
)
def test_a_strategy_that_breaks_a_promise_is_told_so(function, promise, saying):
    told = unfaithful(function)
    assert promise in told
    assert re.search(saying, told[promise]), told[promise]


PROBA = np.array([[0.6, 0.4, 0.0], [0.5, 0.25, 0.25], [1.0, 0.0, 0.0], [0.45, 0.45, 0.1]])


@pytest.mark.parametrize(
    ("name", "scores", "order"),
    [
        ("least_confidence", [0.4, 0.5, 0.0, 0.55], [3, 1, 0, 2]),
        ("margin", [0.8, 0.75, 0.0, 1.0], [3, 0, 1, 2]),
        ("entropy", [0.673012, 1.039721, 0.0, 0.948916], [1, 3, 0, 2]),
    ],
)
def test_agrees_with_an_example_done_by_hand(name, scores, order):
    query = select_query(strategy_of(name), Pool(np.arange(4), proba=PROBA), 4, seed=0, cycle=0)
    np.testing.assert_array_equal(query.rows, order)
    np.testing.assert_allclose(query.scores, np.asarray(scores)[order], atol=1e-6)


def test_the_closest_to_the_boundary_has_the_least_logit():
    proba = np.array([[0.2, 0.8], [0.4, 0.6], [1.0, 0.0], [0.7, 0.3]])
    choice = ask(strategy_of("closest_to_boundary"), Pool(np.arange(4), proba=proba), 4, np.random.default_rng(0))
    assert choice.positions.tolist() == [1, 3, 0, 2]
    np.testing.assert_allclose(choice.scores, [-np.log(1.5), -np.log(7 / 3), -np.log(4), -np.inf])


def test_bald_prefers_passes_that_are_sure_and_differ_to_passes_that_doubt():
    doubt, differ, mixed = [[0.5, 0.5]] * 2, [[1.0, 0.0], [0.0, 1.0]], [[0.75, 0.25], [0.25, 0.75]]
    dropout = np.array([doubt, differ, mixed]).transpose(1, 0, 2)
    choice = ask(strategy_of("bald"), Pool(np.arange(3), dropout=dropout), 3, np.random.default_rng(0))
    assert choice.positions.tolist() == [1, 2, 0]
    np.testing.assert_allclose(choice.scores, [np.log(2), np.log(2) - 0.562335, 0], atol=1e-6)


@pytest.mark.parametrize("concentration", [0.01, 1.0, 100.0])
def test_entropy_is_that_of_scipy(concentration):
    proba = np.random.default_rng(0).dirichlet(np.full(9, concentration), 300)
    proba[:9] = np.eye(9)
    scores = STRATEGIES["entropy"].function(proba)
    np.testing.assert_allclose(scores, scipy.stats.entropy(proba, axis=1), atol=1e-12)


def test_random_asks_for_each_text_about_as_often():
    pool = Pool(np.arange(20))
    asked = np.concatenate([select_query(strategy_of("random"), pool, 5, seed, 1).rows for seed in range(400)])
    assert scipy.stats.chisquare(np.bincount(asked, minlength=20)).pvalue > 0.001


def test_ties_are_broken_anew_in_each_cycle():
    pool = Pool(np.arange(200), proba=np.full((200, 4), 0.25))
    first, second = (select_query(strategy_of("margin"), pool, 5, 0, cycle).rows.tolist() for cycle in (1, 2))
    assert first != second


def test_the_query_carries_rows_of_the_corpus_and_their_probabilities():
    rows, proba = np.arange(60) * 3 + 7, np.random.default_rng(0).dirichlet(np.ones(4), 60)
    query = select_query(strategy_of("margin"), Pool(rows, proba=proba), 9, 0, 1)
    np.testing.assert_array_equal(query.proba, proba[np.searchsorted(rows, query.rows)])


def test_probabilities_of_another_number_of_texts_are_refused():
    """Otherwise a query would pair texts with the probabilities of others."""
    with pytest.raises(ValueError, match="there are 4 for a pool of 5"):
        select_query(strategy_of("margin"), Pool(np.arange(5), proba=np.full((4, 2), 0.5)), 2, 0, 0)


def test_a_negative_query_size_is_refused():
    with pytest.raises(ValueError, match="-1 is negative"):
        select_query(strategy_of("random"), Pool(np.arange(5)), -1, 0, 0)


def test_the_spelling_of_a_strategy_does_not_matter():
    pool = Pool(np.arange(60), proba=np.random.default_rng(0).dirichlet(np.ones(4), 60))
    spellings = (strategy_of(f"subsample(margin,{gap}size=20)") for gap in ("", " "))
    one, other = (select_query(spelled, pool, 5, 0, 1).rows.tolist() for spelled in spellings)
    assert one == other
    assert strategy_of("stream(margin,step=0.5,window=9)").name == strategy_of("stream(margin, window=9, step=.5)").name


@strategy
def labelled_with(texts, *, key: str = ""):
    """Score texts by whether they hold a key."""
    return np.array([float(key in text) for text in texts])


def test_a_quoted_setting_is_taken_as_it_is():
    own = strategy_of(f"{__name__}:labelled_with(key='data:x')")
    assert own.settings == (("key", "data:x"),)
    assert own.name == f"{__name__}:labelled_with(key='data:x')"
    assert len(code_of(own)) == 1
    assert code_of(strategy_of("subsample(margin)")) == ()
