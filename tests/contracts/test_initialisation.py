"""What every initialisation promises, held over every registered name."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pydantic import ValidationError

from al_core.config import BY_FILE, INITIALISATION_NAMES, SIMULATION_ONLY, DataConfig, SeedSetConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.errors import ConfigError, DataError
from al_core.initialisation import INITIALISATIONS, digest_of, seed_set

CODES = np.random.default_rng(0).permutation(np.repeat([0, 1, 2, 3], [100, 60, 37, 3]))

every_initialisation = pytest.mark.parametrize("name", sorted(INITIALISATIONS))
every_one_by_label = pytest.mark.parametrize("name", sorted(SIMULATION_ONLY))


def choose(name, size, seed=0, codes=CODES):
    return INITIALISATIONS[name](codes, size, np.random.default_rng(seed))


def shares(name, size, codes=CODES):
    return np.bincount(codes[choose(name, size, codes=codes)], minlength=codes.max() + 1).tolist()


@every_initialisation
@pytest.mark.parametrize("size", [4, 5, 30, 199, 200])
def test_chooses_as_many_distinct_positions_as_asked_for_in_order(name, size):
    chosen = choose(name, size)
    assert len(chosen) == size
    assert (np.diff(chosen) > 0).all()
    assert chosen[0] >= 0
    assert chosen[-1] < len(CODES)


@every_initialisation
def test_the_generator_alone_decides(name):
    np.testing.assert_array_equal(choose(name, 30, seed=3), choose(name, 30, seed=3))
    assert choose(name, 30, seed=3).tolist() != choose(name, 30, seed=4).tolist()


@every_initialisation
def test_every_position_has_its_chance(name):
    assert set(np.concatenate([choose(name, 40, seed) for seed in range(60)]).tolist()) == set(range(len(CODES)))


@every_initialisation
def test_codes_are_left_as_they_are(name):
    codes = CODES.copy()
    choose(name, 30, codes=codes)
    np.testing.assert_array_equal(codes, CODES)


@every_initialisation
def test_the_seed_set_of_a_corpus_is_within_its_training_part_and_differs_by_seed(name):
    corpus, _ = build_corpus(DataConfig())
    sets = {}
    for seed in range(3):
        parts = split(corpus, 0.2, seed)
        rows = seed_set(corpus, parts, SeedSetConfig(size=25, initialisation=name), seed)
        assert len(set(rows.tolist())) == 25
        assert np.isin(rows, parts.train).all()
        again = seed_set(corpus, parts, SeedSetConfig(size=25, initialisation=name), seed)
        np.testing.assert_array_equal(again, rows)
        sets[seed] = rows.tolist()
    assert sets[0] != sets[1] != sets[2]


def test_random_does_not_look_at_labels():
    for seed in range(5):
        reference = choose("random", 30, seed)
        np.testing.assert_array_equal(
            choose("random", 30, seed, np.random.default_rng(9).permutation(CODES)), reference
        )
        np.testing.assert_array_equal(choose("random", 30, seed, np.zeros_like(CODES)), reference)


@pytest.mark.parametrize(
    ("size", "expected"), [(200, [100, 60, 37, 3]), (100, [50, 30, 18, 2]), (20, [10, 6, 3, 1]), (4, [1, 1, 1, 1])]
)
def test_stratified_keeps_the_shares_of_the_pool_and_at_least_one_of_each(size, expected):
    found = shares("stratified", size)
    assert sum(found) == size
    np.testing.assert_allclose(found, expected, atol=1)
    assert min(found) >= 1


@pytest.mark.parametrize("size", range(12, 60, 7))
def test_stratified_is_less_than_one_text_off_each_share_where_all_get_one_anyway(size):
    codes = np.repeat([0, 1, 2], [50, 30, 20])
    assert np.abs(np.array(shares("stratified", size, codes)) - np.array([0.5, 0.3, 0.2]) * size).max() < 1


@pytest.mark.parametrize(
    ("size", "expected"), [(12, [3, 3, 3, 3]), (27, [8, 8, 8, 3]), (115, [38, 37, 37, 3]), (150, [55, 55, 37, 3])]
)
def test_balanced_chooses_equally_many_and_fills_up_for_classes_that_are_too_small(size, expected):
    assert shares("balanced", size) == expected


def test_balanced_classes_differ_by_one_at_most_where_the_size_does_not_divide():
    assert sorted(shares("balanced", 8, np.repeat([0, 1, 2], 20))) == [2, 3, 3]


@every_one_by_label
@pytest.mark.parametrize("size", [1, 3])
def test_more_classes_than_texts_asked_for_are_refused(name, size):
    with pytest.raises(ConfigError, match=f"a seed set of {size} cannot hold one text of each of the 4 classes"):
        choose(name, size)


@every_one_by_label
def test_codes_with_gaps_do(name):
    codes = np.repeat([2, 5], 10)
    assert set(codes[choose(name, 4, codes=codes)].tolist()) == {2, 5}


WITHOUT_LABELS = sorted(set(INITIALISATION_NAMES) - {*INITIALISATIONS, *BY_FILE})


@pytest.fixture(scope="module")
def sample():
    corpus, _ = build_corpus(DataConfig())
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(len(corpus), 5)).astype(np.float32)
    return corpus, split(corpus, 0.2, 0), vectors, np.abs(vectors)


@pytest.mark.parametrize("name", [*WITHOUT_LABELS, "distinct(kmeans,similarity=0.9)"])
def test_a_strategy_that_needs_no_model_chooses_the_seed_set_without_any_label(name, sample):
    corpus, parts, vectors, surprisal = sample
    config = SeedSetConfig(size=12, initialisation=name)
    rows = seed_set(corpus, parts, config, 3, vectors, surprisal)
    assert len(set(rows.tolist())) == 12
    assert np.isin(rows, parts.train).all()
    unlabelled = replace(corpus, labels=("ham",) * len(corpus))
    np.testing.assert_array_equal(seed_set(unlabelled, parts, config, 3, vectors, surprisal), rows)


@pytest.mark.parametrize(("name", "needs"), [("margin", "proba"), ("subsample(badge)", "proba"), ("bald", "dropout")])
def test_a_strategy_that_needs_a_model_is_refused(name, needs):
    with pytest.raises(ValidationError, match=f"needs {needs}, and there is no model before the seed set"):
        SeedSetConfig(initialisation=name)


@pytest.mark.parametrize("suffix", [".txt", ".csv", ".parquet"])
def test_ids_that_are_given_make_the_seed_set_in_their_order_until_it_is_full(suffix, sample, tmp_path):
    corpus, parts, *_ = sample
    ids = [corpus.ids[row] for row in (*parts.test[:4], *parts.train[::-1][:9])]
    file = tmp_path / f"ids{suffix}"
    if suffix == ".txt":
        file.write_text("\n".join(ids))
    else:
        write = pd.DataFrame({"id": ids}).to_csv if suffix == ".csv" else pd.DataFrame({"id": ids}).to_parquet
        write(file)
    config = SeedSetConfig(size=5, initialisation="given", path=str(file))
    assert seed_set(corpus, parts, config, 0).tolist() == np.sort(parts.train[::-1][:5]).tolist()
    assert digest_of(config)
    with pytest.raises(DataError, match=r"of the 13 ids in .* only 9 are among the training texts"):
        seed_set(corpus, parts, config.model_copy(update={"size": 10}), 0)


def test_a_file_without_ids_says_what_it_has(sample, tmp_path):
    corpus, parts, *_ = sample
    pd.DataFrame({"name": ["a"]}).to_csv(tmp_path / "no.csv")
    with pytest.raises(DataError, match=r"no column `id`; there are: .*name"):
        seed_set(corpus, parts, SeedSetConfig(initialisation="given", path=str(tmp_path / "no.csv")), 0)


@pytest.mark.parametrize("name", sorted(BY_FILE))
def test_what_goes_by_a_file_wants_it_named_and_there(name, tmp_path):
    with pytest.raises(ConfigError, match=f"{name} goes by"):
        digest_of(SeedSetConfig(initialisation=name))
    with pytest.raises(ConfigError, match="nowhere' is not"):
        digest_of(SeedSetConfig(initialisation=name, path=str(tmp_path / "nowhere")))
