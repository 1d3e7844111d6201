"""Near-duplicates are found as an exact comparison of all pairs finds them, whatever the order, in linear time."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from sklearn.feature_extraction.text import CountVectorizer

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.near import ALIKE, BEFORE, CHAIN, _candidates, groups, seen_in_training, summary
from al_core.datasets.shingles import BANDS, ROWS, at_a_glance, minima, similarity
from al_core.datasets.split import split

SMS = Path("../shared/data/sms_spam/sms.tsv")
WORDS = ["".join(word) for word in np.random.default_rng(0).choice(list("etaoinshrdlu"), (2000, 5))]


def folded(text):
    return " ".join(text.casefold().split())


def exact(texts):
    """Return the similarities of all pairs, by scikit-learn's n-grams."""
    shingles = CountVectorizer(analyzer="char", ngram_range=(4, 4), binary=True, lowercase=False)
    sets = shingles.fit_transform(map(folded, texts)).astype(np.int64)
    both, size = (sets @ sets.T).toarray(), np.asarray(sets.sum(axis=1)).ravel()
    return both / np.maximum(size[:, None] + size[None, :] - both, 1)


def partition(numbers):
    """Return groups as sets of positions."""
    return {frozenset(np.flatnonzero(numbers == number).tolist()) for number in np.unique(numbers)}


def sentences(n, rng, length=14):
    return [" ".join(rng.choice(WORDS, length)) for _ in range(n)]


def edited(text, rng, edits=1):
    words = text.split()
    for _ in range(edits):
        words[rng.integers(len(words))] = str(rng.choice(WORDS))
    return " ".join(words)


def test_on_real_sentences_groups_are_those_of_an_exact_comparison_of_all_pairs():
    corpus, _ = build_corpus(DataConfig())
    pairs = exact(corpus.texts) >= ALIKE
    assert partition(groups(corpus.texts)) == partition(connected_components(coo_array(pairs))[1])
    assert summary(groups(corpus.texts), corpus.labels).texts == (pairs.sum(axis=1) > 1).sum()


@pytest.mark.skipif(not SMS.is_file(), reason="needs the real data in ../shared/data")
def test_a_third_of_the_spam_among_real_messages_has_been_seen_in_training():
    corpus, _ = build_corpus(DataConfig(source="sms_spam", path=str(SMS)))
    group = groups(corpus.texts)
    assert partition(group) == partition(connected_components(coo_array(exact(corpus.texts) >= ALIKE))[1])
    parts = split(corpus, 0.2, 0)
    seen = seen_in_training(group, corpus.labels, parts.train, parts.test)
    assert 0.25 < seen.classes["spam"][1] / seen.classes["spam"][0] < 0.4
    assert seen.classes["ham"][1] / seen.classes["ham"][0] < 0.03
    together = split(corpus, 0.2, 0, groups=group)
    assert seen_in_training(group, corpus.labels, together.train, together.test).near == 0


def test_texts_with_few_changes_are_found_and_others_are_not():
    rng = np.random.default_rng(0)
    first = sentences(1000, rng)
    texts = first + [edited(text, rng) for text in first]
    group, alike = groups(texts), exact(texts)
    near = np.argwhere(np.triu(alike >= ALIKE, 1))
    assert len(near) > 500
    assert (group[near[:, 0]] == group[near[:, 1]]).mean() > 0.999, "nearly all pairs are found"
    size = np.bincount(group)[group]
    assert (np.triu(alike, 1) + np.triu(alike, 1).T).max(axis=1)[size > 1].min() >= ALIKE, "and none that is not one"


@given(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=9), max_size=30), st.randoms())
def test_the_order_of_the_texts_does_not_decide_who_is_with_whom(several, random):
    texts = [" ".join(words) for words in several]
    order = list(range(len(texts)))
    random.shuffle(order)
    group, shuffled = groups(texts), groups([texts[row] for row in order])
    assert partition(group) == {frozenset(order[row] for row in one) for one in partition(shuffled)}
    assert list(dict.fromkeys(group.tolist())) == list(range(len(set(group)))), "numbered as they come"


@given(st.lists(st.text(max_size=12), max_size=20))
def test_any_text_will_do_and_same_texts_are_together(texts):
    group = groups(texts)
    assert group.shape == (len(texts),)
    number = {folded(text): one for text, one in zip(texts, group.tolist(), strict=True)}
    assert [number[folded(text)] for text in texts] == group.tolist()


def test_half_characters_and_short_texts_are_no_trouble():
    assert groups([]).tolist() == []
    assert groups(["", "a", "abc", "abd", "A", "ABC ", "\ud800abc", "\ud800ABC", "😀😀😀😀", "😀😀😀😁"]).tolist() == [
        0, 1, 2, 3, 1, 2, 4, 4, 5, 6
    ]  # fmt: skip


def test_one_changed_character_is_no_difference_from_26_on():
    text = "abcdefghijklmnopqrstuvwxyz"
    assert len(set(groups([text, text.replace("m", "!")]))) == 1
    assert len(set(groups([text[:25], text[:25].replace("m", "!")]))) == 2


def test_a_chain_that_wanders_off_is_cut():
    words = sentences(1, np.random.default_rng(1), 400)[0].split()
    texts = [" ".join(words[start : start + 20]) for start in range(0, 380, 2)]
    alike, group = exact(texts), groups(texts)
    assert (np.diag(alike, 1) >= ALIKE).mean() > 0.9, "each is a near-duplicate of the next"
    assert len(partition(group)) > 10
    assert len(partition(group)) < 100
    for one in partition(group):
        first = min(one, key=lambda row: texts[row])
        assert alike[first, list(one)].min() >= CHAIN


def test_two_that_have_a_near_duplicate_in_common_stay_together():
    rng = np.random.default_rng(2)
    middle = sentences(1, rng, 30)[0]
    texts = [middle, *(edited(middle, rng, 3) for _ in range(300))]
    alike, group = exact(texts), groups(texts)
    star = alike[0] >= ALIKE
    assert star.sum() > 50
    assert alike[star][:, star].min() < ALIKE
    assert len(set(group[star])) == 1


@given(st.lists(st.integers(0, 3), max_size=60))
def test_pairs_of_a_bucket_are_linear_in_its_texts_and_connect_it(bucket):
    bucket = np.array(bucket, np.uint64)
    pairs = [pair for one, other in _candidates(bucket) for pair in zip(one.tolist(), other.tolist(), strict=True)]
    assert len(pairs) <= (BEFORE + 1) * len(bucket)
    assert all(one < other and bucket[one] == bucket[other] for one, other in pairs)
    firsts = {number: np.flatnonzero(bucket == number)[0] for number in np.unique(bucket)}
    assert {(firsts[number], row) for row, number in enumerate(bucket) if firsts[number] != row} <= set(pairs)


def test_a_hundred_thousand_texts_of_one_template_are_one_group():
    texts = [f"Dear customer, your parcel {n:06} has been sent and will be with you on Monday" for n in range(100_000)]
    found = summary(groups(texts), ["a"] * len(texts))
    assert (found.texts, found.groups, found.largest, found.mixed) == (100_000, 1, 100_000, 0)


def test_texts_share_a_bucket_as_often_as_theory_says():
    rng = np.random.default_rng(3)
    first = sentences(3000, rng)
    other = [edited(text, rng, int(rng.integers(1, 8))) for text in first]
    pairs = similarity(first + other, np.arange(3000), np.arange(3000, 6000))
    bucket, last = minima(first + other)
    share = (bucket[:, :3000] == bucket[:, 3000:]).any(axis=0)
    glance = at_a_glance(last, np.arange(3000), np.arange(3000, 6000))
    assert np.abs(glance - pairs).max() < 0.25
    assert (glance - pairs).std() < 0.06
    for low in (0.2, 0.3, 0.4, 0.5, 0.7):
        within = (pairs >= low) & (pairs < low + 0.1)
        expected = (1 - (1 - pairs[within] ** ROWS) ** BANDS).mean()
        assert within.sum() > 50
        assert share[within].mean() == pytest.approx(expected, abs=0.1)


@given(st.lists(st.text("abc ", min_size=4, max_size=15), min_size=2, max_size=12))
def test_similarity_is_that_of_the_sets(texts):
    one, other = map(np.array, zip(*((a, b) for a in range(len(texts)) for b in range(len(texts))), strict=True))
    sets = [{text[start : start + 4] for start in range(len(text) - 3)} for text in texts]
    expected = [len(sets[a] & sets[b]) / len(sets[a] | sets[b]) for a, b in zip(one, other, strict=True)]
    assert similarity(texts, one, other).tolist() == pytest.approx(expected)


def test_groups_are_the_same_in_every_process():
    code = (
        "from al_core.datasets.near import groups; print(groups([f'text {n % 7} of {n * n % 40}' for n in range(90)]))"
    )
    said = {
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"PYTHONHASHSEED": seed, "OMP_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, threads in (("1", "1"), ("2", "2"))
    }
    assert len(said) == 1


def test_a_summary_says_what_there_is():
    assert str(summary(np.array([0, 1]), ["a", "b"])) == "no text has a near-duplicate"
    said = str(summary(np.array([0, 0, 1]), ["a", "b", None]))
    assert said == "2 texts have a near-duplicate, in one group; 1 of the groups with different labels"
    assert summary(np.array([0, 0, 0]), [("a", "b"), ("a",), None]).mixed == 1
    assert summary(np.array([0, 0, 0]), [("a",), ("a",), None]).mixed == 0


def test_what_was_seen_is_counted_by_class_and_a_text_of_several_in_each():
    group = np.array([0, 1, 2, 0, 1, 3])
    labels = [("a",), ("a",), ("b",), ("a", "b"), (), ("b",)]
    seen = seen_in_training(group, labels, np.array([0, 1, 2]), np.array([3, 4, 5]))
    assert (seen.texts, seen.near, seen.classes) == (3, 2, {"a": (1, 1), "b": (2, 1)})
