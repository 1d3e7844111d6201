"""What a stopping rule is, the registry of them, and how one is asked.

A rule is a function, and the names of its parameters say what it needs: `paid`, `stop_proba` and the other fields of
`Reading`, each as a tuple with one value a cycle, the first cycle first. It returns None to go on, or a short sentence
that says why it stops, with the numbers seen. Its keyword-only parameters are its settings, and have defaults. A rule
that takes `*reasons` is a combination: it gets the answers of the rules inside it.

No rule sees a test label: a reading has no field for one. And a rule sees nothing but the history, so it can be asked
afterwards where it would have stopped.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from inspect import Parameter, getdoc, signature
from typing import Any, TypeVar

import numpy as np

from al_core.errors import ConfigError
from al_core.plugins import stopping_rule
from al_core.strategies.base import check_proba

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True)
class Reading:
    """What a rule may look at of one cycle, after its model is trained and before its query is labelled.

    What no rule of the experiment needs is None.

    Parameters: paid : how many labels have been paid for so far, those of the audit set included
                stop_proba : (s, c) class probabilities by the cycle's model of the stop set, which are training texts
                    drawn once, the same in each cycle, whose labels are not looked at
                audit_proba : (a, c) of the audit set, a random sample whose labels are paid for and never trained on;
                    they sum to 1 unless a text can have several classes
                audit_codes : (a,) its classes; or (a, c), 1 for each class that a text has, else 0
                asked_proba : (q, c) by the cycle's model of the texts that this cycle asked for; of the last cycle
                    they are not looked at, since they are not labelled yet
                asked_codes : (q,) the classes they then turned out to have
    """

    paid: int
    stop_proba: np.ndarray | None = None
    audit_proba: np.ndarray | None = None
    audit_codes: np.ndarray | None = None
    asked_proba: np.ndarray | None = None
    asked_codes: np.ndarray | None = None


NEEDS = tuple(field.name for field in fields(Reading) if field.name != "paid")
"""What a rule can ask for,"""
_KNOWN = ("paid", *NEEDS)
"""beside what is there without being computed."""
_OF_THE_PAST = ("asked_proba", "asked_codes")
_PAIRS = (("audit_proba", "audit_codes"), ("asked_proba", "asked_codes"))


@dataclass(frozen=True)
class Rule:
    """A stopping rule.

    Parameters: name : as in configurations
                function : see above
                needs : fields of the readings that it looks at, without `paid`
                about : what it does, in a line
                source : where it is from
                settings : values of the function's keyword-only parameters
                inner : the rules that a combination combines
    """

    name: str
    function: Callable[..., Any]
    needs: frozenset[str]
    about: str
    source: str
    settings: tuple[tuple[str, Any], ...] = ()
    inner: tuple["Rule", ...] = ()

    @property
    def combines(self) -> bool:
        """Whether it is a combination of others."""
        return _combines(self.function)


RULES: dict[str, Rule] = {}


def rule(*, source: str, name: str = "") -> Callable[[F], F]:
    """Register a function as a stopping rule, under its own name unless another is given."""

    def register(function: F) -> F:
        made = make(name or function.__name__, function, source)
        RULES[made.name] = made
        return stopping_rule(function)

    return register


def make(name: str, function: Callable[..., Any], source: str) -> Rule:
    """Make a rule of a function.

    Raises:     ConfigError if it asks for what a reading has not
    >>> make("mine", lambda stop_proba, paid: None, source="here").needs
    frozenset({'stop_proba'})
    """
    asked = _asked(function)
    if _combines(function) and asked:
        raise ConfigError(f"the stopping rule {name!r} takes the answers of others, and so can ask for nothing else")
    for unknown in [one for one in asked if one not in _KNOWN]:
        raise ConfigError(
            f"the stopping rule {name!r} asks for {unknown!r}; a rule can ask for {', '.join(sorted(_KNOWN))}"
        )
    doc = getdoc(function) or ""
    return Rule(name, function, frozenset(asked) & frozenset(NEEDS), doc.partition("\n")[0], source)


def _asked(function: Callable[..., Any]) -> list[str]:
    parameters = signature(function).parameters.values()
    return [p.name for p in parameters if p.kind not in (Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL)]


def _combines(function: Callable[..., Any]) -> bool:
    return any(p.kind is Parameter.VAR_POSITIONAL for p in signature(function).parameters.values())


def reason_to_stop(rule: Rule, history: Sequence[Reading]) -> str | None:
    """Return why a rule stops in the last cycle of a history, or None if it goes on.

    What the last cycle asked for is not looked at: when a rule decides, that is not labelled.

    Raises:     ValueError for a history without what the rule needs, probabilities that are none, or a rule that does
                not answer with a sentence or None
    >>> from al_core.stopping import rule_of
    >>> reason_to_stop(rule_of("budget(labels=50)"), [Reading(25), Reading(50)])
    '50 labels are paid for, of 50'
    """
    _check(rule, history)
    return _answer(rule, history)


def stops_at(rule: Rule, history: Sequence[Reading]) -> tuple[int, str] | None:
    """Return the first cycle in which a rule stops, and why; None if it never does.

    Raises:     ValueError as above
    >>> from al_core.stopping import rule_of
    >>> stops_at(rule_of("budget(labels=50)"), [Reading(25), Reading(50), Reading(75)])
    (1, '50 labels are paid for, of 50')
    """
    _check(rule, history)
    reasons = ((cycle, _answer(rule, history[: cycle + 1])) for cycle in range(len(history)))
    return next(((cycle, reason) for cycle, reason in reasons if reason is not None), None)


def _answer(rule: Rule, history: Sequence[Reading]) -> str | None:
    if not history:
        return None
    if rule.combines:
        said = rule.function(*(_answer(one, history) for one in rule.inner), **dict(rule.settings))
    else:
        said = rule.function(*(_column(need, history) for need in _asked(rule.function)), **dict(rule.settings))
    if said is None or (isinstance(said, str) and said.strip()):
        return said
    raise ValueError(f"the stopping rule {rule.name!r} has to answer with None or a sentence, not {said!r}")


def _column(need: str, history: Sequence[Reading]) -> tuple[Any, ...]:
    return tuple(getattr(reading, need) for reading in _past(need, history))


def _past(need: str, history: Sequence[Reading]) -> Sequence[Reading]:
    return history[:-1] if need in _OF_THE_PAST else history


def _check(rule: Rule, history: Sequence[Reading]) -> None:
    """Refuse what a rule cannot work with.

    >>> half = np.full((4, 2), 0.5)
    >>> _check(make("mine", lambda stop_proba: None, ""), [Reading(9, half), Reading(9, half[:3])])
    Traceback (most recent call last):
    ValueError: stop_proba: cycle 1 has 3 texts of 2 classes, and cycle 0 had 4 of 2; the stop set is one for all cycles
    """
    for need in sorted(rule.needs):
        for cycle, value in enumerate(_column(need, history)):
            if value is None:
                raise ValueError(f"the stopping rule {rule.name!r} needs {need}, and cycle {cycle} has none")
            if need.endswith("_proba"):
                several = need == "audit_proba" and np.asarray(history[cycle].audit_codes).ndim == 2
                _check_table(f"{need} of cycle {cycle}", np.asarray(value), sum_to_one=not several)
    if "stop_proba" in rule.needs:
        _check_same([reading.stop_proba for reading in history])
    for proba, codes in _PAIRS:
        if {proba, codes} <= rule.needs:
            _check_codes(codes, _column(proba, history), _column(codes, history))


def _check_table(name: str, proba: np.ndarray, sum_to_one: bool) -> None:
    if len(proba) == 0:
        raise ValueError(f"{name}: there are no texts")
    check_proba(name, proba, sum_to_one)


def _check_same(tables: Sequence[Any]) -> None:
    for cycle, table in enumerate(tables):
        (s, c), (first, classes) = table.shape, tables[0].shape
        if (s, c) != (first, classes):
            raise ValueError(
                f"stop_proba: cycle {cycle} has {s} texts of {c} classes, and cycle 0 had {first} of {classes}; "
                "the stop set is one for all cycles"
            )


def _check_codes(name: str, tables: tuple[Any, ...], labels: tuple[Any, ...]) -> None:
    for cycle, (proba, codes) in enumerate(zip(tables, labels, strict=True)):
        given = np.asarray(codes)
        if given.shape not in (proba.shape[:1], proba.shape):
            raise ValueError(f"{name} of cycle {cycle}: there are {len(given)} for {len(proba)} texts")
        if given.dtype.kind not in "iu" or given.min() < 0 or given.max() >= proba.shape[1]:
            raise ValueError(f"{name} of cycle {cycle}: classes have to be integers from 0 to {proba.shape[1] - 1}")


def combined(base: Rule, inner: tuple[Rule, ...]) -> Rule:
    """Return a combination of rules."""
    return replace(base, needs=base.needs.union(*(one.needs for one in inner)), inner=inner)
