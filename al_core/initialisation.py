"""Initialisation: which texts make up the seed set, before there is a model to ask.

By chance; by labels that only a simulation has; by a query strategy that needs no model; by ids that were labelled
before; or by a model that was trained elsewhere.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd

from al_core.config import BY_FILE, ExperimentConfig, SeedSetConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split, split
from al_core.encoders.surprisal import some_tokens
from al_core.encoders.weights import sha256_of
from al_core.errors import ConfigError, DataError
from al_core.foreign import reading
from al_core.limits import IDS, read_parquet, read_within
from al_core.seeding import stream
from al_core.strategies import Pool, Strategy, ask, strategy_of, when_labelled

Initialisation = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]
INITIALISATIONS: dict[str, Initialisation] = {}


def seed_set(
    corpus: Corpus,
    parts: Split,
    config: SeedSetConfig,
    seed: int,
    vectors: np.ndarray | None = None,
    surprisal: np.ndarray | None = None,
) -> np.ndarray:
    """Return the rows that are labelled before cycle 0.

    Parameters: vectors, surprisal : of all rows, for the strategies that need them
    Raises:     DataError for a file of ids, or a model, that does not do
    """
    if config.size == 0:
        return np.empty(0, dtype=np.int64)
    draw, train = stream(seed, "seed set"), parts.train
    if config.initialisation == "given":
        return given(corpus, parts, config)
    if config.initialisation in INITIALISATIONS:
        return train[INITIALISATIONS[config.initialisation](corpus.codes[train], config.size, draw)]
    pool = Pool(train, tuple(corpus.texts[row] for row in train))
    if config.initialisation == "model":
        asked, pool = strategy_of("margin"), replace(pool, proba=by_model(_place(config), pool.texts or ()))
    else:
        drawn = None if surprisal is None else some_tokens(surprisal, seed)
        asked, pool = strategy_of(config.initialisation), _without_labels(pool, vectors, drawn)
    return np.sort(train[ask(asked, pool, config.size, draw).positions])


def needs_of(config: SeedSetConfig) -> frozenset[str]:
    """Return what of a pool has to be known to choose the seed set."""
    by_name = config.initialisation in INITIALISATIONS or config.initialisation in BY_FILE
    return frozenset() if by_name or config.size == 0 else strategy_of(config.initialisation).needs


def needs_before_labels(config: SeedSetConfig, strategies: Iterable[Strategy]) -> frozenset[str]:
    """Return what of a pool has to be known before any text is labelled: for the seed set, or without one for cycle 0.

    >>> sorted(needs_before_labels(SeedSetConfig(size=0), [strategy_of("switch(kmeans,margin)")]))
    ['embeddings']
    """
    first = (when_labelled(strategy, 0).needs for strategy in strategies) if config.size == 0 else ()
    return needs_of(config).union(*first)


def _without_labels(pool: Pool, vectors: np.ndarray | None, surprisal: np.ndarray | None) -> Pool:
    """Return the pool with what can be known before any text is labelled."""
    none = np.empty(0, dtype=np.int64)
    if vectors is not None:
        pool = replace(pool, embeddings=vectors[pool.rows], labelled_embeddings=vectors[none])
    if surprisal is not None:
        pool = replace(pool, surprisal=surprisal[pool.rows])
    return replace(pool, labelled_codes=none)


def given(corpus: Corpus, parts: Split, config: SeedSetConfig) -> np.ndarray:
    """Return the rows of the first ids of a file that are among the training texts, as many as the seed set has.

    Raises:     DataError if there are fewer
    """
    row_of = {corpus.ids[row]: row for row in parts.train.tolist()}
    ids = list(dict.fromkeys(str(name) for name in _ids(_place(config))))
    rows = [row_of[name] for name in ids if name in row_of][: config.size]
    if len(rows) < config.size:
        raise DataError(
            f"seed_set.path: of the {len(ids)} ids in {config.path!r} only {len(rows)} are among the training texts, "
            f"the others being test texts or unknown, and the seed set is to have {config.size}; lower `seed_set.size`"
        )
    return np.sort(np.array(rows, dtype=np.int64))


def check_given(corpus: Corpus, config: ExperimentConfig, groups: np.ndarray | None = None) -> None:
    """Refuse a file of ids that lacks some for one of the seeds, whose test sets differ.

    Raises:     DataError as `given` does
    """
    if config.seed_set.initialisation == "given" and config.seed_set.size:
        for seed in range(config.seeds):
            parts = split(corpus, config.data.test_size, seed, config.stopping.audit_set, groups)
            given(corpus, parts, config.seed_set)


def _place(config: SeedSetConfig) -> Path:
    """Return the file or folder that an initialisation goes by.

    Raises:     ConfigError for a name that no file can have
    """
    try:
        return Path(config.path or "").expanduser()
    except RuntimeError as error:  # there is no such user
        raise ConfigError(f"seed_set.path: {config.path!r} names no file: {error}") from error


def _ids(file: Path) -> list[str]:
    """Return the ids of a file: its column `id`, or its lines.

    Raises:     DataError for a file that cannot be read, or has no column `id`
    """
    content = read_within(file, IDS)
    with reading(f"seed_set.path: {str(file)!r}", "it has to hold an id a line, or a column `id`"):
        if file.suffix == ".txt":
            return [line.strip() for line in content.decode("utf-8-sig").splitlines() if line.strip()]
        if file.suffix == ".parquet":
            table = read_parquet("it", BytesIO(content), IDS).to_pandas()
        else:
            table = pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False)
    if "id" not in table:
        raise DataError(f"{str(file)!r} has no column `id`; there are: {', '.join(map(str, table.columns))}")
    return [str(name) for name in table["id"]]


def by_model(folder: Path, texts: tuple[str, ...]) -> np.ndarray:
    """Return class probabilities of texts by an exported model; its classes need not be those of the corpus."""
    from al_core.export.predictor import Predictor

    return Predictor.load(folder).predict_proba(texts)


def digest_of(config: SeedSetConfig) -> str | None:
    """Return what identifies the file or folder that an initialisation goes by; None if it goes by none.

    Raises:     ConfigError if it is not there, or is not named
    """
    if config.initialisation not in BY_FILE:
        return None
    if not config.path:
        raise ConfigError(
            f"seed_set.initialisation: {config.initialisation} goes by {BY_FILE[config.initialisation]}; name it "
            "with `seed_set.path`"
        )
    place = _place(config)
    is_model = (place / "alflow.json").is_file()
    if not (is_model if config.initialisation == "model" else place.is_file()):
        raise ConfigError(f"seed_set.path: {config.path!r} is not {BY_FILE[config.initialisation]}")
    files = sorted(file for file in place.rglob("*") if file.is_file()) if is_model else [place]
    return sha256(" ".join(map(sha256_of, files)).encode()).hexdigest()


def _register(function: Initialisation) -> Initialisation:
    INITIALISATIONS[function.__name__] = function
    return function


@_register
def random(codes: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Choose texts at random, as one would without any label.

    Parameters: codes : (n,) class codes, of which only the number is used
    Returns:    (size,) positions, ascending
    """
    return np.sort(rng.choice(len(codes), size, replace=False))


@_register
def stratified(codes: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Choose as many texts of each class as its share of the pool, and at least one (simulation only).

    Parameters: codes : (n,) class codes
    Returns:    (size,) positions, ascending
    Raises:     ConfigError if there are more classes than texts asked for
    """
    _, counts = np.unique(codes, return_counts=True)
    return _choose(codes, _shares(counts / counts.sum() * size, counts, size), rng)


@_register
def balanced(codes: np.ndarray, size: int, rng: np.random.Generator) -> np.ndarray:
    """Choose equally many texts of each class; where a class has too few, the others fill up (simulation only).

    Parameters: codes : (n,) class codes
    Returns:    (size,) positions, ascending
    Raises:     ConfigError if there are more classes than texts asked for
    """
    _, counts = np.unique(codes, return_counts=True)
    return _choose(codes, _shares(np.full(len(counts), size / len(counts)), counts, size), rng)


def _shares(ideal: np.ndarray, counts: np.ndarray, size: int) -> np.ndarray:
    """Round the ideal number of each class to whole texts: between 1 and what there is, `size` in all.

    >>> _shares(np.array([4.5, 0.3, 0.2]), np.array([90, 6, 4]), 5)
    array([3, 1, 1])
    """
    if size < len(counts):
        raise ConfigError(f"a seed set of {size} cannot hold one text of each of the {len(counts)} classes")
    shares = np.clip(np.floor(ideal).astype(np.int64), 1, counts)
    while shares.sum() != size:
        step = 1 if shares.sum() < size else -1
        possible = shares < counts if step > 0 else shares > 1
        shares[np.where(possible, step * (ideal - shares), -np.inf).argmax()] += step
    return shares


def _choose(codes: np.ndarray, shares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    chosen = [
        rng.choice(np.flatnonzero(codes == code), share, replace=False)
        for code, share in zip(np.unique(codes), shares, strict=True)
    ]
    return np.sort(np.concatenate(chosen))
