"""Randomness by name: every random choice draws from a stream that its purpose names."""

from hashlib import blake2b

import numpy as np


def stream(seed: int, *purpose: str | int) -> np.random.Generator:
    """Return the random stream of one purpose, the same wherever and whenever it is asked for.

    Parameters: seed : experiment seed, >= 0
                purpose : what the numbers are for, e.g. ("query", "margin", 3)
    Returns:    numpy.random.Generator, independent of every other purpose's
    References: numpy.random.SeedSequence
    >>> first = stream(0, "query", "margin", 3).random()
    >>> first == stream(0, "query", "margin", 3).random(), first == stream(0, "query", "margin", 4).random()
    (True, False)
    """
    name = blake2b("\x1f".join(map(str, purpose)).encode(), digest_size=16).digest()
    return np.random.default_rng(np.random.SeedSequence([seed, int.from_bytes(name, "big")]))
