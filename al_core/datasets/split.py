"""Split a corpus into the texts to learn from and the test set, and check that an experiment can run on it."""

from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from al_core.config import SIMULATION_ONLY, ExperimentConfig
from al_core.corpus import Corpus, names
from al_core.datasets.grouped import divide
from al_core.datasets.rare import check_rare, rare_classes
from al_core.errors import ConfigError, DataError
from al_core.seeding import stream


@dataclass(frozen=True)
class Split:
    """Rows of a corpus, ascending: `train` may be learned from, `test` is only ever evaluated on.

    `audit` are training texts set apart, whose labels are paid for, to tell when to stop.
    """

    train: np.ndarray
    test: np.ndarray
    audit: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def pool(self, labelled: np.ndarray) -> np.ndarray:
        """Return the training rows that are not labelled yet, ascending.

        >>> Split(np.arange(4), np.array([4])).pool(np.array([2, 0])).tolist()
        [1, 3]
        """
        return np.setdiff1d(self.train, labelled, assume_unique=True)


def split(corpus: Corpus, test_size: float, seed: int, audit: int = 0, groups: np.ndarray | None = None) -> Split:
    """Hold out a stratified test set of the labelled texts, or take the one that came as a file of its own.

    Parameters: test_size : share of the texts, in (0, 1)
                audit : how many of the training texts are set apart, drawn at random
                groups : (n,) int, such as `al_core.datasets.near.groups`: each stays on one side. The training texts in
                         a group with texts of a test file are left out; None if texts go by themselves
    Returns:    Split; unlabelled texts are in no part
    Raises:     DataError for a class whose groups leave it on one side
    References: sklearn.model_selection.train_test_split
    """
    parts = _split(corpus, test_size, seed) if groups is None else _grouped(corpus, test_size, seed, groups)
    if not audit:
        return parts
    apart = np.sort(stream(seed, "audit set").choice(parts.train, audit, replace=False))
    return Split(np.setdiff1d(parts.train, apart, assume_unique=True), parts.test, apart)


def _split(corpus: Corpus, test_size: float, seed: int) -> Split:
    labelled = np.flatnonzero(corpus.labelled)
    if corpus.n_test:
        return Split(labelled[~corpus.in_test[labelled]], labelled[corpus.in_test[labelled]])
    from sklearn.model_selection import train_test_split

    state = int(stream(seed, "split").integers(2**31))
    strata = _strata(corpus, labelled)
    train, test = train_test_split(labelled, test_size=test_size, stratify=strata, random_state=state)
    return Split(np.sort(train), np.sort(test))


def _strata(corpus: Corpus, labelled: np.ndarray) -> np.ndarray:
    codes = corpus.codes[labelled]
    return by_rarest_class(codes) if corpus.multilabel else codes


def _grouped(corpus: Corpus, test_size: float, seed: int, groups: np.ndarray) -> Split:
    labelled = np.flatnonzero(corpus.labelled)
    strata = _strata(corpus, labelled)
    in_test = corpus.in_test[labelled]
    if not corpus.n_test:
        in_test = divide(strata, groups[labelled], test_size, stream(seed, "split"))
        _check_side(corpus, strata, groups[labelled], in_test, "test set")
    learned = ~np.isin(groups[labelled], groups[labelled[in_test]])
    _check_side(corpus, strata, groups[labelled], learned, "texts to learn from")
    return Split(labelled[learned], labelled[in_test])


def _check_side(corpus: Corpus, strata: np.ndarray, groups: np.ndarray, side: np.ndarray, what: str) -> None:
    """Refuse a side that lacks a class.

    Raises:     DataError
    """
    lacking = np.setdiff1d(strata, strata[side])
    if not len(lacking):
        return
    own, code = groups[strata == lacking[0]], int(lacking[0])
    name = f"of the class {corpus.classes[code]!r}" if code < len(corpus.classes) else "without a class"
    which = "one group" if len(set(own)) == 1 else f"{len(set(own)):,} groups"
    raise DataError(
        f"`data.split: grouped` leaves no text {name} for the {what}: the {len(own):,} there are belong to {which} of "
        "near-duplicates, and these stay on one side. Take `data.split: stratified`, label more such texts, or leave "
        "the class out with `data.categories`"
    )


def by_rarest_class(codes: np.ndarray) -> np.ndarray:
    """Return for each text with several classes the rarest of them, so that rare ones are spread as evenly as may be.

    Texts without a class are a stratum of their own; strata of a single text are one with the largest.

    Parameters: codes : (n, c), 1 for each class that a text has, else 0
    >>> by_rarest_class(np.array([[1, 0], [1, 1], [1, 1], [1, 0], [0, 0]])).tolist()
    [0, 1, 1, 0, 0]
    """
    counts = codes.sum(axis=0)
    rarest = np.where(codes.any(axis=1), np.where(codes == 1, counts, len(codes) + 1).argmin(axis=1), codes.shape[1])
    size = np.bincount(rarest, minlength=codes.shape[1] + 1)
    return np.where(size[rarest] == 1, size.argmax(), rarest)


def check_experiment(
    corpus: Corpus, config: ExperimentConfig, groups: np.ndarray | None = None, left_out: str = ""
) -> None:
    """Refuse what an experiment cannot start with.

    Parameters: groups : that the split keeps together, as for `split`
                left_out : what became of the rows that the corpus was built from, if some were left out
    Raises:     DataError for labels that do not do, ConfigError for sizes that do not fit
    """
    labels = Counter(name for label in corpus.labels for name in names(label))
    why = f". {left_out}" if left_out else ""
    if not labels:
        said = "no text is left" if left_out and not len(corpus) else "no text has a label"
        raise DataError(f"{said}; an experiment needs labelled data to answer the queries from{why}")
    if len(labels) == 1:
        (name,) = labels
        said = f"the only label is {name!r}" if corpus.multilabel else f"all labelled texts are {name!r}"
        raise DataError(f"{said}; a classifier needs at least two classes{why}")
    if not corpus.n_test or config.data.min_per_class > 2:
        check_rare(rare_classes(corpus.labels, config.data.min_per_class), config.data)
    in_training = {name for label in corpus.labels[: len(corpus) - corpus.n_test] for name in names(label)}
    only_test = sorted(set(corpus.classes) - in_training)
    if only_test:
        name = only_test[0]
        raise DataError(
            f"the label {name!r} is in the test file only; no training text has it: add some, or leave it out"
        )
    if corpus.multilabel:
        _check_multilabel(config)
    held_out = corpus.n_test or int(np.ceil(config.data.test_size * corpus.labelled.sum()))
    _check_sizes(corpus, config, held_out, int(corpus.labelled.sum()) - held_out)
    if groups is not None:
        _check_sizes(corpus, config, *_grouped_sizes(corpus, config, groups))


def _check_multilabel(config: ExperimentConfig) -> None:
    """Refuse what goes by the one class of a text."""
    if config.seed_set.size and config.seed_set.initialisation in (*SIMULATION_ONLY, "model"):
        raise ConfigError(
            f"seed_set.initialisation: {config.seed_set.initialisation} goes by the one label of a text, and here a "
            "text can have several; take random, or a strategy that needs no model"
        )
    if config.classifier.calibration != "none":
        raise ConfigError(
            f"classifier.calibration: {config.classifier.calibration} is for texts with one label each, and here a "
            "text can have several; take none"
        )


def about_untested(corpus: Corpus, parts: Split) -> list[str]:
    """Say which classes no test text has, if there are any.

    >>> corpus = Corpus.of(["v", "w", "x"], ["a", "a", "b"])
    >>> about_untested(corpus, Split(np.array([1, 2]), np.array([0])))
    ["no test text has the class 'b', so that nothing is known of how well it is told"]
    """
    tested = {name for row in parts.test for name in names(corpus.labels[row])}
    alone = [repr(name) for name in corpus.classes if name not in tested]
    if not alone:
        return []
    if len(alone) == 1:
        return [f"no test text has the class {alone[0]}, so that nothing is known of how well it is told"]
    more = f" and {len(alone) - 10:,} more" if len(alone) > 10 else ""
    return [
        f"no test text has the classes {', '.join(alone[:10])}{more}, so that nothing is known of how well these are "
        "told"
    ]


def possible_cycles(parts: Split, config: ExperimentConfig) -> int:
    """Return how many queries the pool can answer, up to the number of cycles asked for; the last may be smaller.

    >>> parts = Split(np.arange(100), np.arange(100, 120))
    >>> possible_cycles(parts, ExperimentConfig(seed_set={"size": 30}, query_size=40, cycles=10))
    2
    """
    pool = len(parts.train) - config.seed_set.size
    return min(config.cycles, -(-pool // config.query_size))


def _grouped_sizes(corpus: Corpus, config: ExperimentConfig, groups: np.ndarray) -> tuple[int, int]:
    """Return how many texts groups leave for the test and to learn from, in the seed with fewest of these.

    Raises:     ConfigError for a test set that is not nearly of the size asked for
    """
    labelled = int(corpus.labelled.sum())
    several = [split(corpus, config.data.test_size, seed, 0, groups) for seed in range(config.seeds)]
    off = [len(parts.test) / labelled / config.data.test_size for parts in several]
    if not corpus.n_test and not 0.5 <= min(off) <= max(off) <= 1.5:
        raise ConfigError(
            f"`data.split: grouped` cannot hold out a share of {config.data.test_size:g}: the largest of the groups of "
            f"near-duplicates, which stay on one side, has {np.bincount(groups[corpus.labelled]).max():,} of the "
            f"{labelled:,} texts with a label. Take `data.split: stratified`, or change `data.test_size`"
        )
    parts = min(several, key=lambda parts: len(parts.train))
    return len(parts.test), len(parts.train)


def _check_sizes(corpus: Corpus, config: ExperimentConfig, held_out: int, left: int) -> None:
    labelled, n_classes = int(corpus.labelled.sum()), len(corpus.classes)
    needed = n_classes + (corpus.multilabel and not corpus.n_test)  # those without a class are a stratum, too
    have = f"{len(corpus):,} texts, of which {labelled:,} have a label"
    if min(held_out, left) < needed:
        raise ConfigError(
            f"{have}: with {held_out:,} of these for the test, {left:,} are left to learn from, and "
            f"{n_classes} classes need {needed} in each part. Change `data.test_size`, or label more{_next(corpus)}"
        )
    pool = left - config.stopping.audit_set
    query = config.query_size if config.cycles else 0
    if config.seed_set.size + query > pool:
        asked = f"a seed set of {config.seed_set.size:,}" + (f" and a query of {query:,}" if query else "")
        audit = f", {config.stopping.audit_set:,} are the audit set" if config.stopping.audit_set else ""
        limit = "`seed_set.size` and `query_size` may come to" if query else "`seed_set.size` may be"
        raise ConfigError(
            f"{have}; {held_out:,} of these are for the test{audit}, and {max(pool, 0):,} are left to learn from: too "
            f"few for {asked}. {limit} {max(pool, 0):,} at most{_next(corpus)}"
        )
    if config.seed_set.initialisation in SIMULATION_ONLY and 0 < config.seed_set.size < n_classes:
        raise ConfigError(
            f"a seed set of {config.seed_set.size} cannot hold one text of each of the {n_classes} classes; "
            "raise `seed_set.size`"
        )


def _next(corpus: Corpus) -> str:
    """Say what is there for texts without a label, if there are any."""
    if corpus.labelled.all():
        return ""
    return ". An experiment asks for labels that are known already; `alflow next` says which texts to label next"
