"""The split holds out a stratified part of the labelled texts; what an experiment cannot start with is refused."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.split import check_experiment, split
from al_core.errors import ConfigError, DataError


def corpus_of(labels, n_test=0):
    names = tuple(f"text {number}" for number in range(len(labels)))
    return Corpus(names, names, tuple(labels), n_test)


MIXED = corpus_of(["a"] * 60 + ["b"] * 30 + ["c"] * 10 + [None] * 15)


def counts(corpus, rows):
    return Counter(corpus.labels[row] for row in rows)


def test_the_test_set_has_the_share_asked_for_of_every_class():
    parts = split(MIXED, 0.3, seed=0)
    assert counts(MIXED, parts.test) == {"a": 18, "b": 9, "c": 3}
    assert counts(MIXED, parts.train) == {"a": 42, "b": 21, "c": 7}


def test_the_same_seed_splits_the_same_and_another_otherwise():
    tests = [split(MIXED, 0.3, seed).test.tolist() for seed in (0, 0, 1, 2)]
    assert tests[0] == tests[1]
    assert len({tuple(test) for test in tests}) == 3


def test_the_split_leaves_the_global_random_state_alone():
    np.random.seed(3)  # noqa: NPY002
    split(MIXED, 0.3, seed=0)
    after = np.random.random()  # noqa: NPY002
    np.random.seed(3)  # noqa: NPY002
    assert np.random.random() == after  # noqa: NPY002


labels = st.lists(st.sampled_from(["a", "b", "c", None]), max_size=60).map(lambda more: ["a", "b", "c"] * 5 + more)


@given(labels, st.floats(0.3, 0.7), st.integers(0, 2**31))
def test_train_and_test_are_ascending_disjoint_and_hold_exactly_the_labelled_rows(labels, test_size, seed):
    corpus = corpus_of(labels)
    parts = split(corpus, test_size, seed)
    together = np.concatenate([parts.train, parts.test])
    assert sorted(together.tolist()) == [row for row, label in enumerate(labels) if label is not None]
    assert (np.diff(parts.train) > 0).all()
    assert (np.diff(parts.test) > 0).all()
    assert len(parts.test) == np.ceil(test_size * len(together))


@given(labels, st.integers(1, 14))
def test_a_fixed_test_set_is_taken_as_it_is_whatever_the_seed(labels, n_test):
    corpus = corpus_of(labels[::-1], n_test)
    for seed in (0, 1):
        parts = split(corpus, 0.9, seed)
        assert parts.test.tolist() == list(range(len(labels) - n_test, len(labels)))
        assert parts.train.tolist() == [row for row in range(len(labels) - n_test) if corpus.labels[row] is not None]


def test_the_pool_is_what_is_left_of_the_training_rows():
    parts = split(MIXED, 0.3, seed=0)
    taken = parts.train[[5, 2, 9]]
    assert set(parts.pool(taken)) == set(parts.train) - set(taken)
    assert parts.pool(parts.train).tolist() == []


def settings(query_size=10, seed_set=10, test_size=0.2):
    return ExperimentConfig(query_size=query_size, seed_set={"size": seed_set}, data={"test_size": test_size})


@pytest.mark.parametrize(
    ("labels", "message"),
    [
        ([None] * 50, "no text has a label"),
        (["a"] * 50 + [None], "all labelled texts are 'a'; a classifier needs at least two classes"),
        (["a"] * 50 + ["b"] * 50 + ["c"], "1 class of fewer than 2 texts: c .1.*`data.on_rare: drop`"),
    ],
)
def test_labels_that_nothing_can_be_learned_from_are_refused(labels, message):
    with pytest.raises(DataError, match=message):
        check_experiment(corpus_of(labels), settings())


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (settings(seed_set=81), "too few for a seed set of 81"),
        (settings(query_size=71), "a seed set of 10 and a query of 71. .* may come to 80 at most"),
        (
            settings(test_size=0.01),
            "with 1 of these for the test, 99 .* 3 classes need 3 in each part",
        ),
        (settings(test_size=0.99), "with 99 of these for the test, 1 "),
    ],
)
def test_sizes_that_do_not_fit_are_refused(config, message):
    with pytest.raises(ConfigError, match=message):
        check_experiment(MIXED, config)


def test_sizes_that_just_fit_are_taken():
    check_experiment(MIXED, settings(query_size=70))
    check_experiment(MIXED, settings(seed_set=79, query_size=1))
    check_experiment(MIXED, settings(test_size=0.03))


def test_without_cycles_all_that_is_left_may_be_the_seed_set():
    check_experiment(MIXED, settings(seed_set=80).model_copy(update={"cycles": 0}))


@pytest.mark.parametrize("initialisation", ["stratified", "balanced"])
def test_a_seed_set_that_cannot_hold_every_class_is_refused_before_the_start(initialisation):
    config = ExperimentConfig(seed_set={"size": 2, "initialisation": initialisation})
    with pytest.raises(ConfigError, match="a seed set of 2 cannot hold one text of each of the 3 classes"):
        check_experiment(MIXED, config)


def test_a_class_that_is_only_in_the_fixed_test_set_is_refused():
    with pytest.raises(DataError, match="'c'"):
        check_experiment(corpus_of(["a", "b"] * 40 + ["a", "b", "c", "c"] * 5, n_test=20), settings())


def test_a_label_seen_once_in_the_pool_of_a_fixed_test_set_will_do():
    check_experiment(corpus_of(["a", "b"] * 40 + ["c"] + ["a", "b", "c"], n_test=3), settings())


@given(st.integers(2, 40), st.integers(2, 40), st.floats(0.05, 0.95), st.integers(0, 3))
def test_whatever_passes_the_check_can_be_split(n_a, n_b, test_size, seed):
    corpus = corpus_of(["a"] * n_a + ["b"] * n_b)
    try:
        check_experiment(corpus, settings(2, 2, test_size))
    except ConfigError:
        return
    parts = split(corpus, test_size, seed)
    assert len(parts.train) >= 4
    assert len(parts.test) >= 2


def in_groups(labels, numbers):
    return corpus_of(labels), np.array(numbers)


grouped_texts = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(1, 6)), min_size=1, max_size=40
).map(lambda more: [("a", 1), ("b", 1), ("c", 1)] * 2 + more)
"""Groups of one class, of so many texts."""


@given(grouped_texts, st.floats(0.1, 0.7), st.integers(0, 99), st.randoms())
def test_groups_stay_on_one_side_and_each_class_has_its_share_as_nearly_as_they_allow(several, share, seed, random):
    rows = [(label, number) for number, (label, size) in enumerate(several) for _ in range(size)]
    random.shuffle(rows)
    corpus, groups = in_groups(*zip(*rows, strict=True))
    parts = split(corpus, share, seed, groups=groups)
    together = np.concatenate([parts.train, parts.test])
    assert not set(groups[parts.train]) & set(groups[parts.test])
    assert sorted(together.tolist()) == [row for row, (label, _) in enumerate(rows) if label is not None]
    assert (np.diff(parts.train) > 0).all()
    assert (np.diff(parts.test) > 0).all()
    for label in "abc":
        all_of_it, in_test = counts(corpus, together)[label], counts(corpus, parts.test)[label]
        largest = max(size for name, size in several if name == label)
        assert 0 < in_test < all_of_it, "each class is in both parts"
        assert abs(in_test - share * all_of_it) <= largest + 1
    again = split(corpus, share, seed, groups=groups)
    assert again.test.tolist() == parts.test.tolist()


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 60)), min_size=60, max_size=120), st.integers(0, 9))
def test_groups_of_several_classes_stay_on_one_side_too(rows, seed):
    own = [(label, 1000 + 10 * n + code) for code, label in enumerate("abcd") for n in range(2)]
    corpus, groups = in_groups(*zip(*rows, *own, strict=True))
    parts = split(corpus, 0.3, seed, groups=groups)
    assert not set(groups[parts.train]) & set(groups[parts.test])
    assert set(counts(corpus, parts.train)) == set(counts(corpus, parts.test)) == set("abcd")


def test_groups_that_nobody_shares_split_as_evenly_as_none():
    parts = split(MIXED, 0.3, seed=0, groups=np.arange(len(MIXED)))
    assert counts(MIXED, parts.test) == {"a": 18, "b": 9, "c": 3}
    others = [split(MIXED, 0.3, seed, groups=np.arange(len(MIXED))).test.tolist() for seed in (0, 0, 1, 2)]
    assert others[0] == others[1]
    assert len({tuple(test) for test in others}) == 3


def test_over_seeds_texts_in_groups_are_tested_as_often_as_others():
    corpus, groups = in_groups(["a", "b"] * 200, np.concatenate([np.arange(200) // 4, np.arange(50, 250)]))
    tests = np.concatenate([split(corpus, 0.2, seed, groups=groups).test for seed in range(200)])
    times = np.bincount(tests, minlength=400)
    assert times[:200].mean() == pytest.approx(40, abs=3)
    assert times[200:].mean() == pytest.approx(40, abs=3)
    assert times.min() > 15, "every text is tested now and then"


def test_a_class_with_one_large_group_has_it_tested_as_often_as_others():
    corpus, groups = in_groups(["a", "b"] * 20 + ["a"] * 3, [*range(40), *[40] * 3])
    times = np.bincount(np.concatenate([split(corpus, 0.2, seed, groups=groups).test for seed in range(400)]))
    assert times[42] == pytest.approx(80, abs=25)


def test_the_audit_set_is_of_training_texts_whatever_their_groups():
    groups = np.arange(len(MIXED)) // 2
    parts, without = split(MIXED, 0.3, 0, 20, groups), split(MIXED, 0.3, 0, groups=groups)
    assert parts.test.tolist() == without.test.tolist()
    assert sorted([*parts.train, *parts.audit]) == without.train.tolist()
    assert len(parts.audit) == 20


def test_with_several_labels_groups_stay_on_one_side_and_rare_ones_are_spread():
    labels = [("often",)] * 60 + [("often", "rare")] * 6 + [()] * 4
    corpus, groups = in_groups(labels, np.arange(70) // 2)
    for seed in range(5):
        parts = split(corpus, 0.2, seed, groups=groups)
        assert not set(groups[parts.train]) & set(groups[parts.test])
        assert 12 <= len(parts.test) <= 16
        for rows in (parts.train, parts.test):
            assert sum("rare" in corpus.labels[row] for row in rows) >= 2


def test_training_texts_in_a_group_with_texts_of_the_test_file_are_left_out():
    corpus = corpus_of(["a", "b"] * 20 + ["a", "b"], n_test=2)
    groups = np.arange(42)
    groups[[3, 7]] = groups[41]
    parts = split(corpus, 0.2, 0, groups=groups)
    assert parts.test.tolist() == [40, 41]
    assert parts.train.tolist() == [row for row in range(40) if row not in (3, 7)]
    groups[1:40:2] = groups[41]
    with pytest.raises(DataError, match="no text of the class 'b' for the texts to learn from: the 21 there are"):
        split(corpus, 0.2, 0, groups=groups)


def test_a_class_that_is_one_group_is_refused_with_what_to_do():
    corpus, groups = in_groups(["a"] * 60 + ["b"] * 40, [*range(60), *[99] * 40])
    grouped = settings().model_copy(update={"data": settings().data.model_copy(update={"split": "grouped"})})
    says = "leaves no text of the class 'b' for the test set: the 40 there are belong to one group.*`data.split: strat"
    with pytest.raises(DataError, match=says):
        check_experiment(corpus, grouped, groups)
    check_experiment(corpus, grouped)


def test_groups_too_large_for_the_share_are_refused():
    corpus, groups = in_groups(["a"] * 50 + ["b"] * 50, [*[1] * 48, 2, 3, *[4] * 48, 5, 6])
    with pytest.raises(ConfigError, match=r"cannot hold out a share of 0.2: the largest .* has 48 of the 100 texts"):
        check_experiment(corpus, settings(), groups)


def test_groups_that_leave_too_few_to_learn_from_are_refused():
    corpus = corpus_of(["a", "b"] * 20 + ["a", "b"] * 5, n_test=10)
    groups = np.arange(50)
    groups[:24] = np.arange(24) % 2 + 40
    with pytest.raises(ConfigError, match="10 of these are for the test, and 16 are left to learn from: too few"):
        check_experiment(corpus, settings(), groups)
