"""What every strategy promises: checks that take one and raise AssertionError where it breaks its word."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import numpy as np

from al_core.contracts.common import global_random_state, in_another_process
from al_core.contracts.pools import a_pool, alike, only, several_labels, sure
from al_core.strategies import Choice, Pool, Strategy, ask, strategy_of, when_labelled

Check = Callable[[Strategy], None]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check under its name in words."""
    CHECKS[function.__name__.replace("_", " ")] = function
    return function


def broken(strategy: Strategy) -> Iterator[tuple[str, str]]:
    """Yield the promises that a strategy does not keep, each with what it did instead.

    >>> from al_core.strategies.base import make
    >>> backwards = make("backwards", lambda proba: proba[::-1, 0] * np.nan, cost="n", source="nowhere")
    >>> dict(broken(backwards))["gives as many texts as asked for once each"]
    "strategy 'backwards' scored 60 texts as NaN"
    """
    for promise, holds in CHECKS.items():
        try:
            holds(strategy)
        except Exception as error:
            yield promise, str(error) or type(error).__name__


def fitting(strategy: Strategy, make: Callable[..., Pool] = a_pool, **settings: Any) -> Pool:
    """Return a pool of as many classes as the strategy is for, with nothing but what it needs."""
    pool = make(n_classes=strategy.classes or 4, **settings)
    return only(several_labels(pool) if strategy.labels == "several" else pool, strategy.needs)


def _asked(strategy: Strategy, pool: Pool, k: int, seed: int = 0) -> Choice:
    return ask(strategy, pool, k, np.random.default_rng(seed))


@check
def gives_as_many_texts_as_asked_for_once_each(strategy: Strategy) -> None:
    """Whatever is asked for, 0, 1, all or more than there are."""
    pool = fitting(strategy)
    for k in (0, 1, 17, len(pool), len(pool) + 9):
        positions = _asked(strategy, pool, k).positions
        assert len(positions) == min(k, len(pool)), f"asked for {k} of {len(pool)} texts, it gave {len(positions)}"
        assert len(set(positions.tolist())) == len(positions), f"asked for {k} texts, it gave one of them twice"
        assert all(0 <= position < len(pool) for position in positions), "it gave what is not in the pool"


@check
def does_with_one_text(strategy: Strategy) -> None:
    """A pool may be as small as that."""
    assert _asked(strategy, fitting(strategy, n=1), 5).positions.tolist() == [0]


@check
def does_with_an_empty_pool(strategy: Strategy) -> None:
    """It then has nothing to give."""
    assert len(_asked(strategy, fitting(strategy)[np.arange(0)], 5).positions) == 0


@check
def does_without_labels(strategy: Strategy) -> None:
    """Nothing is labelled before the first cycle, and there is no model then: of a switch, the first may do without."""
    first = when_labelled(strategy, 0)
    positions = _asked(first, fitting(first, labelled=0), 7).positions
    assert len(set(positions.tolist())) == 7, f"asked for 7 texts with none labelled, it gave {positions.tolist()}"


@check
def does_where_one_class_is_certain(strategy: Strategy) -> None:
    """A model of few labels often is."""
    choice = _asked(strategy, fitting(strategy, sure), 10)
    assert len(set(choice.positions.tolist())) == 10, "it did not give 10 texts"
    assert choice.scores is None or not np.isnan(choice.scores).any(), "it gave scores that are NaN"


@check
def does_with_texts_of_several_labels_if_it_says_so(strategy: Strategy) -> None:
    """What is for any number of labels a text has to."""
    if strategy.labels != "any":
        return
    pool = only(several_labels(a_pool(n_classes=strategy.classes or 4)), strategy.needs)
    assert len(set(_asked(strategy, pool, 9).positions.tolist())) == 9, "it did not give 9 texts"


@check
def gives_the_best_first(strategy: Strategy) -> None:
    """Where there are scores, they fall."""
    scores = _asked(strategy, fitting(strategy), 20).scores
    assert scores is None or (np.diff(scores) <= 0).all() or strategy.inner, "its scores do not fall"


@check
def scores_go_with_the_texts(strategy: Strategy) -> None:
    """In another order the texts keep their scores, but for the last bits of sums."""
    if not strategy.scores or not strategy.needs:
        return
    pool, order = fitting(strategy), np.random.default_rng(1).permutation(60)
    before, after = _asked(strategy, pool, 60), _asked(strategy, pool[order], 60)
    first, second = np.empty(60), np.empty(60)
    first[before.positions], second[order[after.positions]] = before.scores, after.scores
    assert np.allclose(first, second, rtol=1e-4, atol=1e-6), "in another order, the same texts scored otherwise"


@check
def repeats_itself(strategy: Strategy) -> None:
    """The same seed gives the same texts, in several threads at once too."""
    pool = fitting(strategy, n=150)
    alone = [_asked(strategy, pool, 12, seed).positions.tolist() for seed in range(6)]
    with ThreadPoolExecutor(3) as threads:
        at_once = list(threads.map(lambda seed: _asked(strategy, pool, 12, seed).positions.tolist(), range(6)))
    assert at_once == alone, "the same seed gave other texts when several threads asked at once"


@check
def breaks_ties_by_the_seed_and_not_by_position(strategy: Strategy) -> None:
    """Where all texts are alike, each has its chance."""
    pool = fitting(strategy, alike, n=20)
    chosen = np.concatenate([_asked(strategy, pool, 5, seed).positions for seed in range(60)])
    missed = 20 - len(np.unique(chosen))
    assert missed == 0, f"of 20 texts that are alike, {missed} were never chosen in 60 tries"


@check
def leaves_its_inputs_as_they_are(strategy: Strategy) -> None:
    """Read-only arrays do, and the others are not altered."""
    pool, reference = fitting(strategy), fitting(strategy)
    expected = _asked(strategy, pool, 20).positions.tolist()
    for field in fields(Pool):
        value = getattr(pool, field.name)
        if isinstance(value, np.ndarray):
            assert np.array_equal(value, getattr(reference, field.name)), f"it altered {field.name}"
            value.flags.writeable = False
    assert _asked(strategy, pool, 20).positions.tolist() == expected, "it gave other texts of read-only arrays"


@check
def leaves_global_random_state_alone(strategy: Strategy) -> None:
    """It neither draws from it nor depends on it."""
    pool, answers = fitting(strategy, alike), []
    for seed in (1, 2):
        with global_random_state(seed):
            answers.append(_asked(strategy, pool, 10).positions.tolist())
    assert answers[0] == answers[1], "its answer depends on global random state; it is given a generator, `rng`"


@check
def refuses_probabilities_that_are_none_by_name(strategy: Strategy) -> None:
    """NaN, negative, or with a sum other than 1."""
    for need in sorted(strategy.needs & {"proba", "committee", "dropout", "labelled_proba"}):
        for wrong in (np.nan, -0.5, 3.0):
            pool = fitting(strategy)
            table = getattr(pool, need).copy()
            table[..., 3, 0] = wrong
            assert _refusal(strategy, replace(pool, **{need: table})).startswith(f"{need}: "), (
                f"{need} of {wrong} passed"
            )


@check
def says_which_need_is_missing(strategy: Strategy) -> None:
    """What it declares to need, it cannot do without."""
    for need in sorted(strategy.needs):
        without = only(fitting(strategy), strategy.needs - {need})
        said = _refusal(strategy, without)
        assert need in said, f"it declares to need {need}, and did without"


@check
def says_the_same_in_another_process(strategy: Strategy) -> None:
    """Whatever the hash seed and the number of threads there."""
    if "<lambda>" in strategy.function.__name__:
        return
    there = in_another_process(answers, strategy.name)
    assert there == answers(strategy.name), "in another process it gave other texts"


def answers(name: str) -> list[int]:
    """Return what a strategy chooses of a pool of some size."""
    strategy = strategy_of(name)
    return _asked(strategy, fitting(strategy, n=800, labelled=40), 30).positions.tolist()


def _refusal(strategy: Strategy, pool: Pool) -> str:
    try:
        _asked(strategy, pool, 3)
    except ValueError as error:
        return str(error)
    return ""
