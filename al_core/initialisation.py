"""Initialisation: which texts make up the seed set, before there is a model to ask."""

from collections.abc import Callable

import numpy as np

from al_core.config import SeedSetConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.errors import ConfigError
from al_core.seeding import stream

Initialisation = Callable[[np.ndarray, int, np.random.Generator], np.ndarray]
INITIALISATIONS: dict[str, Initialisation] = {}


def seed_set(corpus: Corpus, parts: Split, config: SeedSetConfig, seed: int) -> np.ndarray:
    """Return the rows that are labelled before cycle 0."""
    choose = INITIALISATIONS[config.initialisation]
    return parts.train[choose(corpus.codes[parts.train], config.size, stream(seed, "seed set"))]


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
