"""Wrappers: strategies around others, whether these give scores or choose.

They give scores themselves only where they leave texts in the order of one strategy's scores.

[hacohen2022] Hacohen, Dekel & Weinshall, Active learning on a budget: opposite strategies suit high and low budgets,
    ICML 2022.
"""

from dataclasses import replace
from heapq import heapify, heapreplace
from inspect import signature
from typing import Annotated

import numpy as np
from pydantic import Field

from al_core.strategies.base import Choice, Pool, Strategy, choose, needs_of, strategy
from al_core.strategies.distances import blocks
from al_core.strategies.neighbours import others, unit


@strategy(cost="that of the strategy for `size` texts", source="common practice", name="subsample", labels="any")
def subsample(
    strategy: Strategy,
    pool: Pool,
    k: int,
    rng: np.random.Generator,
    *,
    size: Annotated[int, Field(ge=1)] = 10_000,
) -> Choice:
    """Let the strategy choose among texts of the pool drawn at random.

    Parameters: size : how many are drawn
    """
    drawn = np.sort(rng.choice(len(pool), min(len(pool), max(size, k)), replace=False))
    return choose(strategy, pool[drawn], k, rng).at(drawn)


@strategy(cost="n c, and that of the strategy for each class", source="common practice")
def balance(
    strategy: Strategy,
    pool: Pool,
    proba: np.ndarray,
    labelled_codes: np.ndarray,
    k: int,
    rng: np.random.Generator,
) -> Choice:
    """Choose one text after another of the class with the fewest labels, as the model predicts classes.

    Texts already chosen count, and of a class it takes the strategy's best among those predicted to be of it. Where
    no text is predicted to be of the class, it is the next one's turn.
    """
    predicted = proba.argmax(axis=1)
    classes = np.arange(proba.shape[1])
    turns = _turns(
        np.bincount(labelled_codes, minlength=len(classes)), np.bincount(predicted, minlength=len(classes)), k, rng
    )
    positions = np.empty(k, np.int64)
    for code in np.unique(turns):
        members, mine = np.flatnonzero(predicted == code), turns == code
        positions[mine] = choose(strategy, pool[members], int(mine.sum()), rng).at(members).positions
    return Choice(positions, None, len(pool))


def _turns(labelled: np.ndarray, there: np.ndarray, k: int, rng: np.random.Generator) -> np.ndarray:
    """Return whose turn it is, k times: that of the class with the fewest labels that has texts left.

    >>> _turns(np.array([0, 2, 0]), np.array([0, 9, 2]), 4, np.random.default_rng(0))
    array([2, 2, 1, 1])
    """
    left = there.copy()
    tie_breaker = rng.permutation(len(there))
    heap = [(labelled[code], tie_breaker[code], code) for code in np.flatnonzero(left)]
    heapify(heap)
    turns = np.empty(k, np.int64)
    for turn in range(k):
        count, tie, code = heap[0]
        turns[turn] = code
        left[code] -= 1
        heapreplace(heap, (count + 1 if left[code] else np.inf, tie, code))
    return turns


@strategy(cost="that of the one it is the turn of", source="Hacohen et al. 2022", labels="any")
def switch(
    first: Strategy,
    second: Strategy,
    pool: Pool,
    labelled_codes: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    after: Annotated[int, Field(ge=0)] = 100,
) -> Choice:
    """Let one strategy choose while labels are few, and then another.

    Parameters: after : how many texts have to be labelled for the second's turn
    References: [hacohen2022]
    """
    return choose(first if len(labelled_codes) < after else second, pool, k, rng)


def when_labelled(strategy: Strategy, labelled: int) -> Strategy:
    """Return the strategy as it is when so many texts are labelled: in place of a switch, the one whose turn it is.

    It chooses the same, and needs no more than that one. It keeps its name, by which its random numbers are drawn.

    >>> from al_core.strategies import strategy_of
    >>> [sorted(when_labelled(strategy_of("switch(kmeans,margin,after=25)"), labels).needs) for labels in (0, 25)]
    [['embeddings'], ['proba']]
    """
    inner = tuple(when_labelled(one, labelled) for one in strategy.inner)
    if strategy.function is switch:
        after = dict(strategy.settings).get("after", signature(switch).parameters["after"].default)
        return replace(inner[0 if labelled < after else 1], name=strategy.name)
    needs = needs_of(strategy.function).union(*(one.needs for one in inner))
    return replace(strategy, needs=needs, inner=inner)


@strategy(cost="that of both", source="common practice", labels="any")
def mix(
    first: Strategy,
    second: Strategy,
    pool: Pool,
    k: int,
    rng: np.random.Generator,
    *,
    share: Annotated[float, Field(ge=0, le=1)] = 0.5,
) -> Choice:
    """Let one strategy choose a share of the query, and another the rest from what is left, by turns.

    A share that is no whole number of texts is rounded up or down at random, so that it is right on average.

    Parameters: share : the first strategy's
    """
    firsts = choose(first, pool, min(k, int(share * k + rng.random())), rng).positions
    rest = others(firsts, len(pool))
    seconds = choose(second, pool[rest], k - len(firsts), rng).at(rest).positions
    return Choice(np.concatenate([firsts, seconds])[_by_turns(len(firsts), len(seconds))], None, len(pool))


def _by_turns(first: int, second: int) -> np.ndarray:
    """Return the order that spreads out two lists, one behind the other, evenly.

    >>> _by_turns(2, 4)
    array([2, 0, 3, 4, 1, 5])
    """
    when = [(np.arange(count) + 0.5) / max(1, count) for count in (first, second)]
    return np.argsort(np.concatenate(when), kind="stable")


@strategy(
    cost="n k d, and that of the strategy, again for what it has to replace", source="common practice", labels="any"
)
def distinct(
    strategy: Strategy,
    pool: Pool,
    embeddings: np.ndarray,
    k: int,
    rng: np.random.Generator,
    *,
    similarity: Annotated[float, Field(gt=0, le=1)] = 0.95,
) -> Choice:
    """Take the strategy's choices in order but pass over those that nearly repeat one of the query.

    Those passed over fill up a query for which nothing else is left. A text with embedding zero repeats none.

    Parameters: similarity : cosine of two embeddings from which on one repeats the other
    """
    chosen, ask = np.empty(0, np.int64), k
    while len(chosen) < k and len(left := np.flatnonzero(~_like(embeddings, chosen, similarity))):
        offered = choose(strategy, pool[left], ask, rng).at(left).positions
        new = _unlike(unit(embeddings[offered]), k - len(chosen), similarity)
        # Each round asks for twice as many, so that the rounds are few even where texts repeat by the thousand.
        chosen, ask = np.concatenate([chosen, offered[new]]), 2 * ask
    if len(chosen) < k:
        rest = others(chosen, len(pool))
        passed_over = choose(strategy, pool[rest], k - len(chosen), rng).at(rest).positions
        chosen = np.concatenate([chosen, passed_over])
    return Choice(chosen, None, len(pool))


def _unlike(points: np.ndarray, most: int, similarity: float) -> list[int]:
    """Return positions of the first `most` points that are like none of those before."""
    kept: list[int] = []
    for position, point in enumerate(points):
        if len(kept) < most and not _similar(points[kept] @ point, similarity).any():
            kept.append(position)
    return kept


def _like(embeddings: np.ndarray, positions: np.ndarray, similarity: float) -> np.ndarray:
    """Return of each embedding whether it is, or is like, one of those at the positions."""
    like = np.zeros(len(embeddings), bool)
    points = unit(embeddings[positions]).T
    for part in blocks(len(embeddings), max(points.shape)) if len(positions) else ():
        like[part] = _similar(unit(embeddings[part]) @ points, similarity).any(axis=1)
    like[positions] = True
    return like


def _similar(cosines: np.ndarray, similarity: float) -> np.ndarray:
    return cosines >= similarity - 1e-6  # of a text to itself it is just below 1 at times
