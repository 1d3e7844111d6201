"""What every stopping rule promises: checks that take one and raise AssertionError where it breaks its word."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from typing import Any

import numpy as np

from al_core.contracts.common import global_random_state, in_another_process
from al_core.contracts.histories import a_history, cold, only, settled
from al_core.stopping import Reading, Rule, reason_to_stop, rule_of, stops_at

Check = Callable[[Rule], None]
CHECKS: dict[str, Check] = {}


def check(function: Check) -> Check:
    """Register a check under its name in words."""
    CHECKS[function.__name__.replace("_", " ")] = function
    return function


def broken(rule: Rule) -> Iterator[tuple[str, str]]:
    """Yield the promises that a rule does not keep, each with what it did instead.

    >>> from al_core.stopping.base import make
    >>> hasty = make("hasty", lambda paid: True, source="nowhere")
    >>> dict(broken(hasty))["says why in one line with the numbers seen"]
    "the stopping rule 'hasty' has to answer with None or a sentence, not True"
    """
    for promise, holds in CHECKS.items():
        try:
            holds(rule)
        except Exception as error:
            yield promise, str(error) or type(error).__name__


def fitting(rule: Rule, make: Callable[..., list[Reading]] = a_history, **settings: Any) -> list[Reading]:
    """Return a history with nothing but what the rule needs."""
    return only(make(**settings), rule.needs)


def answers(rule: Rule, history: Sequence[Reading]) -> list[str | None]:
    """Return what a rule says in each cycle."""
    return [reason_to_stop(rule, history[: cycle + 1]) for cycle in range(len(history))]


@check
def goes_on_before_the_first_cycle(rule: Rule) -> None:
    """There is nothing to judge by."""
    assert reason_to_stop(rule, []) is None
    assert stops_at(rule, []) is None


@check
def says_why_in_one_line_with_the_numbers_seen(rule: Rule) -> None:
    """If it stops; else None."""
    for make in (a_history, settled, cold):
        for said in answers(rule, fitting(rule, make)):
            assert said is None or "\n" not in said, f"it said more than one line: {said!r}"
            assert said is None or any(letter.isdigit() for letter in said), f"it said no number: {said!r}"


@check
def repeats_itself_and_remembers_nothing(rule: Rule) -> None:
    """Its answer is of the history alone: asked again, from the last cycle to the first, or in several threads."""
    for make in (a_history, settled):
        history = fitting(rule, make)
        prefixes = [history[: cycle + 1] for cycle in range(len(history))]
        first = answers(rule, history)
        backwards = [reason_to_stop(rule, prefix) for prefix in reversed(prefixes)][::-1]
        with ThreadPoolExecutor(3) as threads:
            at_once = list(threads.map(lambda prefix: reason_to_stop(rule, prefix), prefixes))
        assert first == backwards == at_once, "asked again of the same history, it gave another answer"


@check
def stops_where_it_says_afterwards(rule: Rule) -> None:
    """The whole history gives the cycle at which it would have stopped, had it been asked at the time."""
    for make in (a_history, settled, cold):
        history = fitting(rule, make)
        at_the_time = [
            reason_to_stop(rule, [*history[:cycle], replace(history[cycle], asked_proba=None, asked_codes=None)])
            for cycle in range(len(history))
        ]
        first = next(((cycle, said) for cycle, said in enumerate(at_the_time) if said is not None), None)
        assert stops_at(rule, history) == first, "afterwards it stopped elsewhere, or for another reason"


@check
def does_with_one_cycle_and_one_text(rule: Rule) -> None:
    """A history and the sets may be as small as that, and a model may give all texts one class."""
    for cycles, texts in ((1, 40), (8, 1), (1, 1)):
        for make in (a_history, settled, cold):
            answers(rule, fitting(rule, make, cycles=cycles, texts=texts))


@check
def does_not_depend_on_the_order_of_texts(rule: Rule) -> None:
    """They are drawn at random."""
    for make in (a_history, settled):
        history = fitting(rule, make)
        in_order = [said is None for said in answers(rule, history)]
        for order in (np.roll(np.arange(40), 1), np.random.default_rng(1).permutation(40)):
            shuffled = [said is None for said in answers(rule, [_in_order(reading, order) for reading in history])]
            assert shuffled == in_order, "with the texts in another order, it stopped elsewhere"


def _in_order(reading: Reading, order: np.ndarray) -> Reading:
    given = {name: value[order] for name, value in vars(reading).items() if isinstance(value, np.ndarray)}
    return replace(reading, **given)


@check
def leaves_its_inputs_as_they_are(rule: Rule) -> None:
    """Read-only arrays do, and the others are not altered."""
    history, reference = fitting(rule), fitting(rule)
    expected = answers(rule, history)
    for reading, before in zip(history, reference, strict=True):
        for field in fields(Reading):
            value = getattr(reading, field.name)
            if isinstance(value, np.ndarray):
                assert np.array_equal(value, getattr(before, field.name)), f"it altered {field.name}"
                value.flags.writeable = False
    assert answers(rule, history) == expected, "it gave another answer for read-only arrays"


@check
def leaves_global_random_state_alone(rule: Rule) -> None:
    """It neither draws from it nor depends on it."""
    history, said = fitting(rule), []
    for seed in (1, 2):
        with global_random_state(seed, "a rule is to go by the readings alone"):
            said.append(answers(rule, history))
    assert said[0] == said[1], "its answer depends on global random state"


@check
def refuses_probabilities_that_are_none_by_name(rule: Rule) -> None:
    """NaN, negative, or with a sum other than 1."""
    for need in sorted(need for need in rule.needs if need.endswith("_proba")):
        for wrong in (np.nan, -0.5, 3.0):
            history = fitting(rule)
            getattr(history[1], need)[3, 0] = wrong
            assert _refusal(rule, history).startswith(f"{need} of cycle 1: "), f"{need} of {wrong} passed"


@check
def says_which_need_is_missing(rule: Rule) -> None:
    """What it declares to need, it cannot do without."""
    for need in sorted(rule.needs):
        without = only(fitting(rule), rule.needs - {need})
        assert need in _refusal(rule, without), f"it declares to need {need}, and did without"


@check
def says_the_same_in_another_process(rule: Rule) -> None:
    """Whatever the hash seed and the number of threads there."""
    if "<lambda>" in rule.function.__name__:
        return
    there = in_another_process(answers_of, rule.name)
    assert there == answers_of(rule.name), "in another process it gave another answer"


def answers_of(name: str) -> list[str | None]:
    """Return what a rule says in each cycle of two histories."""
    rule = rule_of(name)
    return answers(rule, fitting(rule, texts=300)) + answers(rule, fitting(rule, settled))


def _refusal(rule: Rule, history: Sequence[Reading]) -> str:
    try:
        stops_at(rule, history)
    except ValueError as error:
        return str(error)
    return ""
