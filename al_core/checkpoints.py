"""Checkpoints: which models of one strategy and seed are worth keeping."""

from collections.abc import Sequence


def kept(policy: str, scores: Sequence[float]) -> set[int]:
    """Return the positions of the models to keep.

    Parameters: policy : none, last, best or all
                scores : of the models, oldest first; of equals the first is the best
    >>> [kept(policy, [0.5, 0.7, 0.6]) for policy in ("none", "last", "best")]
    [set(), {2}, {1}]
    >>> kept("best", []), kept("all", [0.5, 0.7])
    (set(), {0, 1})
    """
    positions = range(len(scores))
    if policy == "best":
        return {max(positions, key=scores.__getitem__)} if scores else set()
    return {"none": set(), "last": set(positions[-1:]), "all": set(positions)}[policy]
