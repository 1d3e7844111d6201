"""Near-duplicates: texts that differ in a few characters or words, such as two of one template, and their groups.

[broder1997] Broder, On the resemblance and containment of documents, SEQUENCES 1997.
[leskovec2020] Leskovec, Rajaraman & Ullman, Mining of massive datasets, 3rd edition, chapter 3, 2020.
"""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from al_core.corpus import Label, names
from al_core.datasets.shingles import LENGTH, at_a_glance, minima, similarity

ALIKE = 0.7
"""Similarity from which on two texts are near-duplicates."""
CHAIN = 0.4
"""What each text of a group has to reach with the group's first; two that have a near-duplicate in common do."""
PERHAPS = 0.5
"""Similarity at a glance below which two texts are not compared in full: four standard errors below `ALIKE`."""
BEFORE = 32
"""With how many texts before it in a bucket each is compared, besides the first."""
FULL = 100_000
"""How many pairs a band has compared in full before it leaves it at that; two for each text if these are more."""
CUT = 1_000_000
"""How many pairs are compared to cut chains; what is left of longer ones stays together."""


def groups(texts: Sequence[str]) -> np.ndarray:
    """Return for each text the number of its group of near-duplicates; a text that has none is a group of its own.

    Two texts are near-duplicates if they share at least 0.7 of the runs of four characters that either has (the Jaccard
    similarity of the sets), without regard to case and to how much white space there is. A group is what such pairs
    connect. Where a chain of them wanders off, so that a text shares less than 0.4 with the first of its group, in
    alphabetical order, the chain is cut.

    Pairs are looked for by MinHash (20 bands of 4) and compared in full before they count. Of pairs just at 0.7 one in
    250 is not found, of those at 0.8 one in 30,000. Among many texts that MinHash puts together each is compared with
    the first and the 32 before it, so that time grows with the number of texts, and not with its square, even if all
    are of one template. A text of fewer than four characters has near-duplicates only in the same text.

    Parameters: texts : (n,) in any order, which decides on the numbers of the groups, and never on who is with whom
    Returns:    (n,) int, from 0 on, numbered as they come
    References: [broder1997], [leskovec2020]
    >>> groups(["Win 100 pounds now, call 0901", "see you", "WIN 200 pounds now,  call 0901", "See  you"]).tolist()
    [0, 1, 0, 1]
    """
    folded = [" ".join(text.casefold().split()) for text in texts]
    distinct = sorted(set(folded))
    place = {text: number for number, text in enumerate(distinct)}
    group = _grouped(distinct)
    return _as_they_come(group[np.fromiter(map(place.__getitem__, folded), np.int64, len(folded))])


def _as_they_come(group: np.ndarray) -> np.ndarray:
    """Number groups in the order of their first members.

    >>> _as_they_come(np.array([7, 2, 7, 5])).tolist()
    [0, 1, 0, 2]
    """
    _, first, which = np.unique(group, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[which]


def _grouped(texts: list[str]) -> np.ndarray:
    """Return the groups of texts that are all different, in alphabetical order."""
    group = np.arange(len(texts))
    rows = np.flatnonzero([len(text) >= LENGTH for text in texts])
    buckets, last = minima([texts[row] for row in rows])
    for bucket in buckets:
        left = max(FULL, 2 * len(rows))
        for one, other in _candidates(bucket):
            apart = group[rows[one]] != group[rows[other]]
            one, other = one[apart], other[apart]
            perhaps = at_a_glance(last, one, other) >= PERHAPS
            group = _joined(texts, group, rows[one[perhaps]], rows[other[perhaps]])
            left -= int(perhaps.sum())
            if left <= 0:
                break
    return _without_chains(texts, group)


def _candidates(bucket: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield pairs of positions in one bucket: of each with the first, then with the one before it, and so on.

    >>> [list(zip(one.tolist(), other.tolist())) for one, other in _candidates(np.array([5, 9, 5, 5]))]
    [[(0, 2), (0, 3)], [(0, 2), (2, 3)], [(0, 3)]]
    """
    order = np.argsort(bucket, kind="stable")
    place = np.arange(len(order))
    begins = np.append([True], bucket[order][1:] != bucket[order][:-1])[: len(order)]
    first = np.maximum.accumulate(np.where(begins, place, 0))
    later = place[first < place]
    yield order[first[later]], order[later]
    for back in range(1, BEFORE + 1):
        later = later[first[later] <= later - back]
        if len(later):
            yield order[later - back], order[later]


def _joined(texts: list[str], group: np.ndarray, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Return the groups with those put together that a pair of near-duplicates connects."""
    alike = similarity(texts, one, other) >= ALIKE
    if not alike.any():
        return group
    pairs = (np.ones(alike.sum(), bool), (group[one[alike]], group[other[alike]]))
    return connected_components(coo_array(pairs, shape=(len(group),) * 2), directed=False)[1][group]


def _without_chains(texts: list[str], group: np.ndarray) -> np.ndarray:
    """Part from each group what is too unlike its first text, as a group of its own, and from that again."""
    left, compared = np.arange(len(group)), 0
    while len(left) and compared < max(CUT, len(group)):
        _, first, which = np.unique(group[left], return_index=True, return_inverse=True)
        leader = left[first][which]
        leader, left = leader[leader != left], left[leader != left]
        compared += len(left)
        left = left[similarity(texts, leader, left) < CHAIN]
        group[left] += len(group)
    return group


@dataclass(frozen=True)
class NearDuplicates:
    """How much of a corpus are near-duplicates.

    Parameters: texts : how many have one
                groups : in how many groups these are
                largest : how many texts the largest group has; 1 where no text has a near-duplicate
                mixed : in how many groups texts have different labels
    """

    texts: int
    groups: int
    largest: int
    mixed: int

    def __str__(self) -> str:
        if not self.texts:
            return "no text has a near-duplicate"
        which = f"in {self.groups:,} groups, the largest of {self.largest:,}" if self.groups > 1 else "in one group"
        mixed = f"; {self.mixed:,} of the groups with different labels" if self.mixed else ""
        return f"{self.texts:,} texts have a near-duplicate, {which}{mixed}"

    def as_dict(self) -> dict[str, int]:
        """Return the counts by name."""
        return asdict(self)


def summary(group: np.ndarray, labels: Sequence[Label]) -> NearDuplicates:
    """Count what is in groups.

    Parameters: group : (n,) by `groups`
                labels : (n,), None where one is not known
    >>> print(summary(np.array([0, 1, 0, 2, 2, 2]), ["a", "a", "b", "c", "c", None]))
    5 texts have a near-duplicate, in 2 groups, the largest of 3; 1 of the groups with different labels
    """
    size = np.bincount(group)
    known = {(number, label) for number, label in zip(group.tolist(), labels, strict=True) if label is not None}
    different = np.bincount([number for number, _ in known], minlength=1)
    shared = size[size > 1]
    return NearDuplicates(int(shared.sum()), len(shared), int(size.max(initial=1)), int((different > 1).sum()))


@dataclass(frozen=True)
class Seen:
    """How many test texts have a near-duplicate among the training texts.

    Parameters: texts : in the test set
                near : of these have one
                classes : the same two by class
    """

    texts: int
    near: int
    classes: dict[str, tuple[int, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return the counts by name."""
        return asdict(self)


def seen_in_training(group: np.ndarray, labels: Sequence[Label], train: np.ndarray, test: np.ndarray) -> Seen:
    """Count the test texts that have a near-duplicate among the training texts.

    Parameters: group, labels : (n,) as for `summary`
                train, test : their rows
    >>> seen_in_training(np.array([0, 1, 0, 2]), ["a", "a", "b", "b"], np.array([0, 1]), np.array([2, 3]))
    Seen(texts=2, near=1, classes={'b': (2, 1)})
    """
    near = np.isin(group[test], group[train])
    classes: dict[str, tuple[int, int]] = {}
    for row, one in zip(test.tolist(), near.tolist(), strict=True):
        for name in names(labels[row]):
            texts, nears = classes.get(name, (0, 0))
            classes[name] = texts + 1, nears + one
    return Seen(len(test), int(near.sum()), dict(sorted(classes.items())))
