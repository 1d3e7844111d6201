"""Classes of few texts: left out, made one class, or refused, all of them at once."""

from collections import Counter
from collections.abc import Iterable

from al_core.config import DataConfig
from al_core.corpus import Corpus, Label, names
from al_core.errors import DataError

OTHER = "other"
"""The class that rare ones are merged into."""
SHOWN = 10


def rare_classes(labels: Iterable[Label], fewest: int) -> dict[str, int]:
    """Return the classes that fewer texts have than they should, with how many have them, in the order of their names.

    >>> rare_classes(["a", "b", "a", None, "c"], 2)
    {'b': 1, 'c': 1}
    """
    counts = Counter(name for label in labels for name in names(label))
    return {name: count for name, count in sorted(counts.items()) if count < fewest}


def without_rare(corpus: Corpus, config: DataConfig, rare: Iterable[str]) -> Corpus:
    """Return a corpus whose rare classes are left out, with the texts that have no other, or merged into one.

    >>> corpus = Corpus.of(["x", "y", "z"], ["a", "b", None])
    >>> without_rare(corpus, DataConfig(on_rare="drop"), ["b"]).texts
    ('x', 'z')
    >>> without_rare(corpus, DataConfig(on_rare="merge"), ["b"]).labels
    ('a', 'other', None)
    """
    gone = set(rare)
    changed = [_changed(label, gone, config.on_rare == "merge") for label in corpus.labels]
    kept = [row for row, label in enumerate(changed) if label != _GONE]
    ids, texts = tuple(corpus.ids[row] for row in kept), tuple(corpus.texts[row] for row in kept)
    return Corpus(ids, texts, tuple(changed[row] for row in kept))


_GONE = "\x1fgone"


def _changed(label: Label, gone: set[str], merge: bool) -> Label:
    if not gone & set(names(label)):
        return label
    if isinstance(label, str):
        return OTHER if merge else _GONE
    left = {name if name not in gone else OTHER for name in names(label) if merge or name not in gone}
    return tuple(sorted(left)) or _GONE


def said_of_rare(rare: dict[str, int], config: DataConfig) -> str:
    """Say what became of rare classes.

    >>> said_of_rare({"b": 1, "c": 2}, DataConfig(on_rare="drop", min_per_class=3))
    '2 classes of fewer than 3 texts are left out, with 3 texts: b (1), c (2)'
    """
    became = "are left out, with" if config.on_rare == "drop" else f"are one class, {OTHER!r}, of"
    texts = sum(rare.values())
    return f"{_classes(rare, config.min_per_class)} {became} {texts:,} text{'s' if texts > 1 else ''}: {_listed(rare)}"


def check_rare(rare: dict[str, int], config: DataConfig) -> None:
    """Refuse rare classes, naming all.

    Raises:     DataError
    >>> check_rare({"b": 1, "c": 1}, DataConfig())
    Traceback (most recent call last):
    al_core.errors.DataError: 2 classes of fewer than 2 texts: b (1), c (1); the test set and the pool need a text of \
each. `data.on_rare: drop` leaves such classes out, merge makes one of them; or label more of their texts
    """
    if rare:
        raise DataError(
            f"{_classes(rare, config.min_per_class)}: {_listed(rare)}; the test set and the pool need a text of each. "
            "`data.on_rare: drop` leaves such classes out, merge makes one of them; or label more of their texts"
        )


def _classes(rare: dict[str, int], fewest: int) -> str:
    return f"{len(rare):,} class{'es' if len(rare) > 1 else ''} of fewer than {fewest} texts"


def _listed(rare: dict[str, int]) -> str:
    more = f" and {len(rare) - SHOWN:,} more" if len(rare) > SHOWN else ""
    return ", ".join(f"{name} ({count})" for name, count in list(rare.items())[:SHOWN]) + more
