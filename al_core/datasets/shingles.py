"""Shingles: a text as the set of its runs of four characters, by which texts are looked for that are alike.

[broder1997] Broder, On the resemblance and containment of documents, SEQUENCES 1997.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from scipy import sparse

from al_core.seeding import stream

LENGTH = 4
"""Characters of a shingle; a shorter text has none."""
BANDS, ROWS = 20, 4
"""A bucket is by four minima, and each text is in twenty: two texts of similarity s share one by 1 - (1 - s⁴)²⁰."""
_CHARACTERS = 1 << 18
"""Texts are worked on so many characters at a time, which fit into a processor's cache."""


def minima(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return what tells texts apart at a glance: two agree in each minimum by the similarity of their shingles.

    Parameters: texts : (n,), none shorter than a shingle
    Returns:    the bucket of each text in each band, (BANDS, n) uint64, and the last byte of all its minima, (n, 80)
    References: [broder1997]
    """
    rng = stream(0, "near-duplicates")
    factors = rng.integers(2**31, size=BANDS * ROWS, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    masks = rng.integers(2**32, size=BANDS * ROWS, dtype=np.uint32)
    bucket, last = np.zeros((BANDS, len(texts)), np.uint64), np.empty((len(texts), BANDS * ROWS), np.uint8)
    for part in _parts(np.array([len(text) for text in texts], np.int64)):
        hashes, starts = _hashes(texts[part])
        for number, (factor, mask) in enumerate(zip(factors, masks, strict=True)):
            least = np.minimum.reduceat((hashes ^ mask) * factor, starts)
            bucket[number // ROWS, part] = _mixed(bucket[number // ROWS, part] + least)
            last[part, number] = least & np.uint32(255)
    return bucket, last


def at_a_glance(last: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return of pairs of texts in which part of their minima they agree: about their similarity, give or take 0.05.

    Parameters: last : by `minima`
                one, other : (p,) positions
    """
    alike = np.empty(len(one))
    for part in _parts(np.full(len(one), last.shape[1])):
        alike[part] = (last[one[part]] == last[other[part]]).mean(axis=1)
    return alike


def similarity(texts: Sequence[str], one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return of pairs of texts which part of the shingles of either both have: the Jaccard similarity of the sets.

    Parameters: texts : none of those in a pair is shorter than a shingle
                one, other : (p,) their positions
    Returns:    (p,) float, right but for collisions of hashes of 30 bits
    >>> similarity(["abcde", "bcdef", "xxxxx"], np.array([0, 0]), np.array([1, 2])).round(4).tolist()
    [0.3333, 0.0]
    """
    order = np.argsort(one, kind="stable")
    one, other = one[order], other[order]
    sizes = np.array([len(texts[a]) + len(texts[b]) for a, b in zip(one, other, strict=True)], np.int64)
    alike = np.empty(len(one))
    for part in _parts(sizes):
        there, which = np.unique([one[part], other[part]], return_inverse=True)
        alike[order[part]] = _jaccard(_sets([texts[row] for row in there]), *which.reshape(2, -1))
    return alike


def _jaccard(sets: sparse.csr_array, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    size = np.diff(sets.indptr)
    both = sets[one].multiply(sets[other]).sum(axis=1)
    return both / (size[one] + size[other] - both)


def _sets(texts: Sequence[str]) -> sparse.csr_array:
    """Return which text (row) has which shingle (column, its hash)."""
    hashes, starts = _hashes(texts)
    columns = (hashes >> np.uint32(2)).astype(np.int32)
    bounds = np.append(starts, len(hashes)).astype(np.int32)
    sets = sparse.csr_array((np.ones(len(hashes), np.int32), columns, bounds), shape=(len(texts), 1 << 30))
    sets.sum_duplicates()
    sets.data[:] = 1
    return sets


def _hashes(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Return hashes of all shingles of the texts, as uint32, and where those of each text begin."""
    lengths = np.array([len(text) for text in texts], np.int64)
    letters = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)
    last = len(letters) - LENGTH + 1
    runs = letters[:last]
    for more in range(1, LENGTH):
        runs = runs * _PRIME + letters[more : last + more]
    across = np.cumsum(lengths)[:-1, None] - np.arange(1, LENGTH)
    counts = lengths - LENGTH + 1
    return (_mixed(np.delete(runs, across)) >> np.uint64(32)).astype(np.uint32), np.cumsum(counts) - counts


_PRIME = np.uint64(0x9E3779B97F4A7C15)


def _mixed(numbers: np.ndarray) -> np.ndarray:
    """Let every bit of 64 depend on the others."""
    numbers = (numbers ^ (numbers >> np.uint64(32))) * _PRIME
    return numbers ^ (numbers >> np.uint64(29))


def _parts(sizes: np.ndarray) -> Iterator[slice]:
    """Yield slices of things of these sizes that come to about as much as is worked on at a time.

    >>> list(_parts(np.array([1 << 18, 3, 4])))
    [slice(0, 1, None), slice(1, 3, None)]
    """
    which = (np.cumsum(sizes) - 1) // _CHARACTERS
    bounds = [0, *(np.flatnonzero(np.diff(which)) + 1).tolist(), len(sizes)]
    for start, stop in pairwise(bounds):
        if start < stop:
            yield slice(start, stop)
