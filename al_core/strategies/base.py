"""What a strategy is, the registry of them, and how one is asked.

A strategy is a function, and the names of its parameters say what it needs: `proba`, `embeddings` and the other fields
of `Pool`, and `rng`. With a parameter `k`, how many texts to choose, it is a *selector* and returns their positions in
the pool, the first to be labelled first. Without, it is a *scorer* and gives each text a number; higher = query sooner.
Its keyword-only parameters are its settings, and have defaults.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from inspect import Parameter, getdoc, signature
from typing import Any, TypeVar

import numpy as np

from al_core import plugins
from al_core.blas import one_blas_thread
from al_core.errors import ConfigError

F = TypeVar("F", bound=Callable[..., Any])

Retrain = Callable[[int, Any, np.ndarray], np.ndarray]
"""From a row of the corpus and a class, or 0 or 1 for each class, to the probabilities (r, c) of other rows (r,), had
that row that label."""


@dataclass(frozen=True)
class Pool:
    """What a strategy may look at: the unlabelled texts without their labels, and the labelled ones.

    What no strategy of the experiment needs is None.

    Parameters: rows : (n,) rows of the corpus
                texts : (n,) strings
                proba : (n, c) class probabilities by the model, which sum to 1 unless a text can have several classes
                embeddings : (n, d) float32
                committee : (m, n, c) class probabilities by each member of a committee
                dropout : (t, n, c) class probabilities by the model, each time with other units left out
                surprisal : (n, t) float32, how unexpected a language model finds each token
                retrain : gives probabilities, had one text of the pool a certain label
                labelled_codes : (l,) classes of the labelled texts; or (l, c), 1 for each class that one has, else 0
                labelled_proba : (l, c) their class probabilities by the model
                labelled_embeddings : (l, d) float32
                multilabel : whether a text can have several classes
    """

    rows: np.ndarray
    texts: tuple[str, ...] | None = None
    proba: np.ndarray | None = None
    embeddings: np.ndarray | None = None
    committee: np.ndarray | None = None
    dropout: np.ndarray | None = None
    surprisal: np.ndarray | None = None
    retrain: Retrain | None = None
    labelled_codes: np.ndarray | None = None
    labelled_proba: np.ndarray | None = None
    labelled_embeddings: np.ndarray | None = None
    multilabel: bool = False

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, positions: np.ndarray) -> "Pool":
        """Return the pool of only these of its texts; the labelled ones stay.

        >>> Pool(np.array([4, 7, 9]), texts=("a", "b", "c"))[np.array([2, 0])].texts
        ('c', 'a')
        """
        given = {field.name: getattr(self, field.name) for field in fields(self)}
        of_rows = {name: given[name][positions] for name in _BY_ROW if given[name] is not None}
        of_models = {name: given[name][:, positions] for name in _BY_MODEL if given[name] is not None}
        texts = None if self.texts is None else tuple(self.texts[position] for position in positions)
        return replace(self, texts=texts, **of_rows, **of_models)


_BY_ROW = ("rows", "proba", "embeddings", "surprisal")
_BY_MODEL = ("committee", "dropout")
NEEDS = tuple(field.name for field in fields(Pool) if field.name not in ("rows", "multilabel"))
"""What a strategy can ask for,"""
_ALWAYS = ("k", "rng", "pool", "texts_in_pool", "multilabel")
"""and what is there without being computed."""


@dataclass(frozen=True)
class Choice:
    """What a strategy chooses from a pool, best first.

    Parameters: positions : (k,) in the pool
                scores : (k,) higher = query sooner; None if the strategy chooses without giving scores
                among : how many texts it looked at
    """

    positions: np.ndarray
    scores: np.ndarray | None
    among: int

    def at(self, positions: np.ndarray) -> "Choice":
        """Return what was chosen of a part of a pool as a choice of the whole; the part's texts are at `positions`."""
        return replace(self, positions=positions[self.positions])


@dataclass(frozen=True)
class Strategy:
    """A query strategy.

    Parameters: name : as in configurations
                function : see above
                needs : fields of the pool that it looks at
                about : what it does, in a line
                cost : how its time grows, with n texts in the pool, l labelled, k asked for, d dimensions, c classes
                source : where it is from
                labels : whether it is for texts of "one" class, of "several", or "any"
                at_most : of a larger pool it looks at so many texts, drawn at random; None for all
                classes : if it is for so many classes only
                settings : values of the function's keyword-only parameters
                inner : the strategies that a wrapper wraps
    """

    name: str
    function: Callable[..., Any]
    needs: frozenset[str]
    about: str
    cost: str
    source: str
    labels: str = "one"
    at_most: int | None = None
    classes: int | None = None
    settings: tuple[tuple[str, Any], ...] = ()
    inner: tuple["Strategy", ...] = ()

    @property
    def scores(self) -> bool:
        """Whether it gives every text a score."""
        return not self.inner and all(parameter.name != "k" for parameter in _parameters(self.function))


@lru_cache(maxsize=256)
def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    return tuple(signature(function).parameters.values())


STRATEGIES: dict[str, Strategy] = {}
WRAPPERS: dict[str, Strategy] = {}
"""Strategies that ask others; their `inner` are placeholders for these."""


def strategy(
    *,
    cost: str,
    source: str,
    name: str = "",
    labels: str = "one",
    at_most: int | None = None,
    classes: int | None = None,
) -> Callable[[F], F]:
    """Register a function as a strategy, under its own name unless another is given."""
    about: dict[str, Any] = dict(cost=cost, source=source, labels=labels, at_most=at_most, classes=classes)

    def register(function: F) -> F:
        made = make(name or function.__name__, function, **about)
        (WRAPPERS if made.inner else STRATEGIES)[made.name] = made
        return plugins.strategy(function)

    return register


def make(name: str, function: Callable[..., Any], **about: Any) -> Strategy:
    """Make a strategy of a function.

    Raises:     ConfigError if it asks for what a pool has not
    >>> make("mine", lambda proba, rng: rng.random(len(proba)), cost="n", source="here").needs
    frozenset({'proba'})
    """
    asked = [p.name for p in _parameters(function) if p.kind not in (Parameter.KEYWORD_ONLY, Parameter.VAR_POSITIONAL)]
    inner = tuple(_PLACEHOLDER for name in asked if name in ("strategy", "first", "second"))
    known = {*NEEDS, *_ALWAYS, "strategy", "first", "second"}
    for unknown in [name for name in asked if name not in known]:
        raise ConfigError(
            f"the strategy {name!r} asks for {unknown!r}; a strategy can ask for {', '.join(sorted(known))}"
        )
    doc = getdoc(function) or ""
    return Strategy(name, function, needs_of(function), doc.partition("\n")[0], inner=inner, **about)


def needs_of(function: Callable[..., Any]) -> frozenset[str]:
    """Return the fields of the pool that a function itself asks for, without those of strategies that it goes around.

    >>> sorted(needs_of(lambda strategy, pool, embeddings, k: None))
    ['embeddings']
    """
    return frozenset(parameter.name for parameter in _parameters(function)) & frozenset(NEEDS)


_PLACEHOLDER = Strategy("", lambda: None, frozenset(), "", "", "")


def ask(strategy: Strategy, pool: Pool, size: int, rng: np.random.Generator) -> Choice:
    """Choose `size` texts of the pool, or all if it has fewer; ties are broken at random.

    Raises:     ValueError for a negative size, a pool without what the strategy needs, probabilities that are none,
                or a strategy that does not answer with numbers, or with positions
    """
    if size < 0:
        raise ValueError(f"a query size of {size} is negative")
    for need in sorted(strategy.needs):
        _check(need, pool, strategy.name)
    one_blas_thread()
    return choose(strategy, pool, size, rng)


def choose(strategy: Strategy, pool: Pool, size: int, rng: np.random.Generator) -> Choice:
    """Do the same for a pool that has been checked, as wrappers do."""
    k = min(size, len(pool))
    if k == 0:
        return Choice(np.empty(0, dtype=np.int64), np.empty(0) if strategy.scores else None, len(pool))
    if strategy.at_most and len(pool) > (most := max(strategy.at_most, k)):
        drawn = np.sort(rng.choice(len(pool), most, replace=False))
        return choose(replace(strategy, at_most=None), pool[drawn], k, rng).at(drawn)
    answer = _call(strategy, pool, k, rng)
    if isinstance(answer, Choice):
        return answer
    if strategy.scores:
        return _best(strategy, np.asarray(answer, dtype=np.float64), len(pool), k, rng)
    return Choice(_positions(strategy, np.asarray(answer), len(pool), k), None, len(pool))


def _call(strategy: Strategy, pool: Pool, k: int, rng: np.random.Generator) -> Any:
    always = {"k": k, "rng": rng, "pool": pool, "texts_in_pool": len(pool), "multilabel": pool.multilabel}
    given = always | {need: getattr(pool, need) for need in NEEDS}
    inner = iter(strategy.inner)
    asked = [p.name for p in _parameters(strategy.function) if p.kind is not Parameter.KEYWORD_ONLY]
    values = {name: next(inner) if name not in given else given[name] for name in asked}
    return strategy.function(**values, **dict(strategy.settings))


def _best(strategy: Strategy, scores: np.ndarray, n: int, k: int, rng: np.random.Generator) -> Choice:
    if scores.shape != (n,):
        raise ValueError(f"strategy {strategy.name!r} gave scores of shape {scores.shape} for a pool of {n} texts")
    if np.isnan(scores).any():
        raise ValueError(f"strategy {strategy.name!r} scored {int(np.isnan(scores).sum())} texts as NaN")
    best = largest(scores, rng.permutation(n), k)
    return Choice(best, scores[best], n)


def largest(scores: np.ndarray, tie_breaker: np.ndarray, k: int) -> np.ndarray:
    """Return the positions of the k largest scores, best first, sorting only those that can be among them.

    >>> largest(np.array([1.0, 3.0, 3.0]), np.array([0, 2, 1]), 2).tolist()
    [2, 1]
    """
    threshold = np.partition(scores, len(scores) - k)[len(scores) - k]
    candidates = np.flatnonzero(scores >= threshold)
    order = np.lexsort((tie_breaker[candidates], -scores[candidates]))
    return candidates[order[:k]]


def _positions(strategy: Strategy, positions: np.ndarray, n: int, k: int) -> np.ndarray:
    right = positions.shape == (k,) and np.issubdtype(positions.dtype, np.integer)
    if not right or len(np.unique(positions)) < k or positions.min() < 0 or positions.max() >= n:
        raise ValueError(
            f"strategy {strategy.name!r} has to choose {k} distinct positions below {n}, not {positions.tolist()}"
        )
    return positions.astype(np.int64)


def _check(need: str, pool: Pool, name: str) -> None:
    """Refuse what a strategy cannot work with."""
    value, n = getattr(pool, need), len(pool)
    if value is None:
        raise ValueError(f"the strategy {name!r} needs {need}, and the pool has none")
    if need in ("retrain", "texts"):
        return
    table = np.asarray(value)
    count = table.shape[1] if need in _BY_MODEL and table.ndim == 3 else len(table)
    if not need.startswith("labelled") and count != n:
        raise ValueError(f"{need}: there are {count} for a pool of {n} texts")
    if need in ("proba", "labelled_proba", *_BY_MODEL):
        check_proba(need, table, sum_to_one=not pool.multilabel)
    elif table.dtype.kind == "f" and not np.isfinite(table).all():
        row = int((~np.isfinite(table)).any(axis=1).argmax())
        raise ValueError(f"{need}: not all numbers are finite; see row {row}")


def check_proba(need: str, proba: np.ndarray, sum_to_one: bool = True) -> None:
    """Refuse probabilities that are none.

    Parameters: sum_to_one : as those of classes do of which a text has one
    Raises:     ValueError that names the need and the first row that is wrong
    >>> check_proba("proba", np.array([[0.5, 0.4]]))
    Traceback (most recent call last):
    ValueError: proba: probabilities have to sum to 1 in each row; row 0 sums to 0.9
    """
    dimensions = 3 if need in _BY_MODEL else 2
    if proba.ndim != dimensions:
        raise ValueError(f"{need}: probabilities have to have {dimensions} dimensions, not {proba.ndim}")
    rows = proba.reshape(-1, proba.shape[-1])
    if not (rows >= 0).all():
        row = int((~(rows >= 0)).any(axis=1).argmax())
        raise ValueError(f"{need}: probabilities have to be numbers of at least 0; row {row} is {rows[row].tolist()}")
    if not sum_to_one:
        if not (rows <= 1).all():
            row = int((rows > 1).any(axis=1).argmax())
            raise ValueError(f"{need}: probabilities have to be at most 1; row {row} is {rows[row].tolist()}")
        return
    sums = rows @ np.ones(rows.shape[1])  # a product of matrices is several times as fast as sums of short rows
    off = np.abs(sums - 1) > 1e-6
    if off.any():
        row = int(off.argmax())
        raise ValueError(f"{need}: probabilities have to sum to 1 in each row; row {row} sums to {sums[row]:.6g}")
