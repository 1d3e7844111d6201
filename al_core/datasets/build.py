"""Build the corpus: from raw rows to clean, unique, labelled texts, with a count of what was left out."""

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from hashlib import blake2b
from typing import Any

import numpy as np
import pandas as pd

from al_core.config import DataConfig
from al_core.corpus import Corpus, as_text, names
from al_core.datasets.cleaning import clean
from al_core.datasets.labels import (
    BETWEEN,
    as_label,
    check_label_names,
    label_of,
    one_spelling,
    plain_labels,
    split_labels,
)
from al_core.datasets.presets import PRESETS, resolve
from al_core.datasets.rare import rare_classes, said_of_rare, without_rare
from al_core.datasets.source import read_file
from al_core.errors import DataError, check_all, nearest
from al_core.letters import check_letters, says_something
from al_core.spelling import form, spellings


@dataclass(frozen=True)
class IngestNotes:
    """What became of the rows that were read.

    Parameters: read : how the file is laid out: its format, encoding, and what stands between fields
                remarks : what may not be as it was meant, a sentence each
                others : counts of rows; of texts, for the two kinds of conflict
    """

    rows: int
    empty: int
    duplicates: int
    conflicts: int
    conflicts_dropped: int
    unlabelled: int
    also_in_test: int = 0
    respelled: int = 0
    read: str = ""
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        counts = {
            "empty text{s} left out": self.empty,
            "duplicate text{s} left out": self.duplicates,
            "text{s} with conflicting labels": self.conflicts,
            "of these left out": self.conflicts_dropped,
            "unlabelled": self.unlabelled,
            "left out because the test file has them too": self.also_in_test,
            "label{s} spelled otherwise than those that look the same, counted with them": self.respelled,
        }
        told = ", ".join(
            f"{count:,} {what.format(s='' if count == 1 else 's')}" for what, count in counts.items() if count
        )
        return f"{self.rows:,} rows read" + (f": {told}" if told else "")

    def remarked(self, *remarks: str) -> "IngestNotes":
        """Return the notes with more remarks."""
        return replace(self, remarks=(*self.remarks, *remarks))

    @property
    def counts(self) -> dict[str, int]:
        """The counts by name."""
        return {name: value for name, value in asdict(self).items() if isinstance(value, int)}


def build_corpus(config: DataConfig) -> tuple[Corpus, IngestNotes]:
    """Read, clean and deduplicate what the configuration names.

    Returns:    the corpus, its last rows being the test set if that has a file of its own; what was left out
    Raises:     DataError, always before any training
    """
    config = resolve(config)
    corpus, notes = _read_corpus(config)
    rare = rare_classes(corpus.labels, config.min_per_class) if config.on_rare != "refuse" else {}
    if rare:
        corpus, notes = without_rare(corpus, config, rare), notes.remarked(said_of_rare(rare, config))
    if config.test_path is None:
        return corpus, notes
    test, others = _read_corpus(config.model_copy(update={"path": config.test_path}), of_test=True)
    joined = _join(corpus, without_rare(test, config, rare) if rare else test)
    remarks = (*notes.remarks, *(f"{config.test_path}: {remark}" for remark in others.remarks))
    return joined, replace(notes, also_in_test=len(corpus) + joined.n_test - len(joined), remarks=remarks)


def _read_corpus(config: DataConfig, of_test: bool = False) -> tuple[Corpus, IngestNotes]:
    rows, read, remarks = read_file(config)
    if config.label_names and config.source not in PRESETS and not of_test:
        check_label_names(_labels(rows, config), config)
    corpus, notes = corpus_of(rows, config)
    return corpus, replace(notes, read=read, remarks=tuple(remarks))


def corpus_of(rows: pd.DataFrame, config: DataConfig) -> tuple[Corpus, IngestNotes]:
    """Turn raw rows into a corpus by a resolved configuration.

    Raises:     DataError for a missing column, refused empty texts or conflicts, or two ids the same
    >>> rows = pd.DataFrame({"text": ["Hi  there", "Hi there", "", "win &amp; cash"], "label": ["a", "a", "b", "b"]})
    >>> corpus, notes = corpus_of(rows, resolve(DataConfig(source="x.csv")))
    >>> corpus.texts, notes.empty, notes.duplicates
    (('Hi there', 'win & cash'), 1, 1)
    """
    kept, notes = kept_rows(rows, config)
    return as_corpus(kept, config), notes


def kept_rows(rows: pd.DataFrame, config: DataConfig) -> tuple[pd.DataFrame, IngestNotes]:
    """Return what is kept of raw rows: id, text and label, under their positions among them; and what was left out.

    Raises:     DataError as `corpus_of` does
    """
    unique, notes = _unique_rows(rows, config)
    kept = unique[~unique["dropped"]]
    dropped, unlabelled = int(unique["dropped"].sum()), int(kept["label"].isna().sum())
    return kept, replace(notes, conflicts_dropped=dropped, unlabelled=unlabelled)


def merged_rows(rows: pd.DataFrame, config: DataConfig) -> tuple[pd.DataFrame, IngestNotes]:
    """Return the same, but those whose labels differ without a most frequent one are kept, and unlabelled."""
    unique, notes = _unique_rows(rows, config)
    merged = unique.assign(label=unique["label"].where(~unique["dropped"], None))
    return merged, replace(notes, unlabelled=int(merged["label"].isna().sum()))


def _unique_rows(rows: pd.DataFrame, config: DataConfig) -> tuple[pd.DataFrame, IngestNotes]:
    """Return each text once, and whether it is to be dropped for its labels."""
    chosen = _in_categories(_columns(rows.reset_index(drop=True), config), config)
    filled = _not_empty(chosen, config)
    unique = _merge_duplicates(filled, config)
    notes = IngestNotes(
        rows=len(chosen),
        empty=len(chosen) - len(filled),
        duplicates=len(filled) - len(unique),
        conflicts=int((unique["n_labels"] > 1).sum()),
        conflicts_dropped=0,
        unlabelled=0,
        respelled=int(chosen["respelled"].sum()),
    )
    return unique, notes


def left_out(rows: pd.DataFrame, config: DataConfig) -> dict[str, list[int]]:
    """Return the rows that are left out, by reason, counted from one; and those without a label.

    >>> rows = pd.DataFrame({"text": ["Hi", "Hi", "", "Bye"], "label": ["a", "a", "b", None]})
    >>> left_out(rows, resolve(DataConfig(source="x.csv")))["duplicates of earlier texts"]
    [2]
    """
    every = _columns(rows.reset_index(drop=True), config)
    chosen = _in_categories(every, config)
    filled = _not_empty(chosen, config)
    unique = _merge_duplicates(filled, config)
    steps = {
        "of other classes": every.index.difference(chosen.index),
        "empty": chosen.index.difference(filled.index),
        "duplicates of earlier texts": filled.index.difference(unique.index),
        "with labels that contradict each other": unique.index[unique["dropped"].astype(bool)],
        "without a label, kept as unlabelled": unique.index[unique["label"].isna() & ~unique["dropped"].astype(bool)],
    }
    return {reason: [int(row) + 1 for row in index] for reason, index in steps.items()}


def as_corpus(kept: pd.DataFrame, config: DataConfig) -> Corpus:
    """Return kept rows as a corpus, each in its place."""
    labels = _optional(kept["label"])
    return Corpus(
        tuple(kept["id"]), tuple(kept["text"]), labels if config.label_separator is None else split_labels(labels)
    )


def _columns(rows: pd.DataFrame, config: DataConfig) -> pd.DataFrame:
    """Return id, text (cleaned) and label, as strings, from the columns that the configuration names."""
    _check_columns(rows, config)
    raw = raw_texts(rows, config.text_column or "")
    for text in raw:
        check_letters(text)
    labels = _labels(rows, config).map(lambda cell: label_of(cell, config), na_action="ignore")
    spelled = one_spelling(labels)
    return pd.DataFrame(
        {
            "id": _ids(rows, raw, config),
            "text": [clean(text, config.cleaning or ()) for text in raw],
            "label": spelled,
            "respelled": spelled.notna() & (spelled != labels),
        },
        dtype="object",  # which pandas goes through faster than its own kind of string
    )


def _labels(rows: pd.DataFrame, config: DataConfig) -> pd.Series:
    return plain_labels(_column(rows, config.label_column or "", "label", as_label), config)


def _check_columns(rows: pd.DataFrame, config: DataConfig) -> None:
    """Refuse a table that lacks columns, naming all of them."""
    named = [(name, "text") for name in (config.text_column or "").split("+")]
    named += [(config.label_column or "", "label")] + ([(config.id_column, "id")] if config.id_column else [])
    check_all(*(partial(_check_column, rows, name, role) for name, role in named))


def _check_column(rows: pd.DataFrame, name: str, role: str) -> None:
    if name not in rows:
        there = list(map(str, rows.columns))
        raise DataError(
            f"no column {name!r} for the {role}{nearest(name, there)} There are: {', '.join(there)}. "
            f"Name it with `data.{role}_column`"
        )


def raw_texts(rows: pd.DataFrame, text_column: str) -> pd.Series:
    """Return the texts before cleaning: a column, or several joined by a space, such as `title+body`.

    Raises:     DataError for a column that is not there, naming the nearest
    """
    parts = [_column(rows, name, "text").fillna("") for name in text_column.split("+")]
    if len(parts) == 1:
        return parts[0]
    return pd.Series([" ".join(row) for row in zip(*parts, strict=True)], index=rows.index, dtype="object")


def _column(
    rows: pd.DataFrame, name: str, role: str, write: Callable[[Any], str | list[str]] | None = None
) -> pd.Series:
    _check_column(rows, name, role)
    cells = rows[name].astype("object")
    if write is None:
        _check_plain(cells, name, role)
    written = [cell if none else (write or as_text)(cell) for cell, none in zip(cells, cells.isna(), strict=True)]
    return pd.Series(written, index=rows.index, dtype="object")


def _check_plain(cells: pd.Series, name: str, role: str) -> None:
    """Refuse a column whose cells are lists or objects, naming the first.

    Raises:     DataError
    """
    nested = next((row for row, cell in enumerate(cells) if isinstance(cell, dict | list | tuple | np.ndarray)), None)
    if nested is not None:
        raise DataError(
            f"row {nested + 1}: the {role} in column {name!r} is no text, but {str(cells.iloc[nested])[:60]}; make a "
            f"column of the part that is meant, and name it with `data.{role}_column`"
        )


def _ids(rows: pd.DataFrame, raw: pd.Series, config: DataConfig) -> pd.Series:
    if config.id_column is None:
        return raw.map(_hash)
    ids = _column(rows, config.id_column, "id")
    missing = ids.isna() | ~ids.map(says_something, na_action="ignore").astype(bool)
    if missing.any():
        raise DataError(
            f"row {int(missing.argmax()) + 1} has no id in column {config.id_column!r}; ids have to be there"
        )
    if ids.duplicated().any():
        twice = ids[ids.duplicated()].iloc[0]
        raise DataError(
            f"the id {twice!r} is there {int((ids == twice).sum())} times; ids have to be unique: "
            "name another `data.id_column`"
        )
    return ids


def _hash(text: str) -> str:
    return blake2b(text.encode(), digest_size=8).hexdigest()


def _in_categories(frame: pd.DataFrame, config: DataConfig) -> pd.DataFrame:
    """Leave out the other labels, and the texts that have none left."""
    if not config.categories:
        return frame
    each = frame["label"].dropna().map(lambda label: label.split(BETWEEN))
    known = sorted({name for several in each for name in several} - {""})
    wanted, there = {form(name) for name in config.categories}, {form(name) for name in known}
    for name in config.categories:
        if form(name) not in there:
            raise DataError(f"no text has the label {name!r}{nearest(name, known)} There are: {', '.join(known)}")
    left = each.map(lambda several: BETWEEN.join(name for name in several if form(name) in wanted))
    left = left[left != ""]
    return frame.loc[left.index].assign(label=left)


def _not_empty(frame: pd.DataFrame, config: DataConfig) -> pd.DataFrame:
    empty = pd.Series([not says_something(text) for text in frame["text"]], index=frame.index, dtype=bool)
    if config.on_empty == "refuse" and empty.any():
        first = int(np.asarray(empty.index)[empty.argmax()]) + 1
        raise DataError(
            f"{int(empty.sum())} texts are missing or empty once cleaned, the first in row {first}; "
            "fill them in, or set `data.on_empty: drop`"
        )
    return frame[~empty]


def _merge_duplicates(frame: pd.DataFrame, config: DataConfig) -> pd.DataFrame:
    """Keep the first of each text, with the label that `on_conflict` gives it: most frequent, or dropped on a tie."""
    votes = frame.dropna(subset="label").groupby(["text", "label"], sort=False).size().reset_index(name="n")
    by_text = votes.groupby("text", sort=False)
    top = votes[votes["n"] == by_text["n"].transform("max")].groupby("text", sort=False)["label"]
    unique = frame.drop_duplicates("text").copy()
    unique["n_labels"] = unique["text"].map(by_text.size()).fillna(0)
    conflict = unique["n_labels"] > 1
    if config.on_conflict == "refuse" and conflict.any():
        raise DataError(
            f"{int(conflict.sum())} texts have conflicting labels, the first with id "
            f"{unique.loc[conflict, 'id'].iloc[0]!r}; correct them, or set `data.on_conflict` to majority or drop"
        )
    tie = unique["text"].map(top.size()).fillna(0) > 1
    unique["label"] = unique["text"].map(top.first())
    unique["dropped"] = conflict if config.on_conflict == "drop" else tie
    return unique


def _join(corpus: Corpus, test: Corpus) -> Corpus:
    """Put the labelled test texts behind the others, of which those that are in the test set too are left out."""
    corpus, test = _in_one_spelling(corpus, test)
    seen = set(test.texts)
    pool = [row for row in zip(corpus.ids, corpus.texts, corpus.labels, strict=True) if row[1] not in seen]
    held_out = [row for row in zip(test.ids, test.texts, test.labels, strict=True) if row[2] is not None]
    if not held_out:
        raise DataError("no text of the test file has a label; name another with `data.test_path`, or leave it out")
    if not any(label is not None for *_, label in pool):
        raise DataError("no text outside the test file has a label; an experiment needs labels to answer queries from")
    shared = {row[0] for row in pool} & {row[0] for row in held_out}
    if shared:
        raise DataError(f"the id {min(shared)!r} is in the data and in the test file; ids have to be unique over both")
    ids, texts, labels = map(tuple, zip(*pool, *held_out, strict=True))
    return Corpus(ids, texts, labels, n_test=len(held_out))


def _in_one_spelling(corpus: Corpus, test: Corpus) -> tuple[Corpus, Corpus]:
    """Return both with the labels of the test set spelled as those of the other, where nothing visible differs."""
    changed = spellings([name for label in test.labels for name in names(label)], corpus.classes)
    if not changed:
        return corpus, test
    labels = [
        changed.get(label, label)
        if isinstance(label, str)
        else label and tuple(sorted({changed.get(name, name) for name in label}))
        for label in test.labels
    ]
    return corpus, replace(test, labels=tuple(labels))


def _optional(labels: pd.Series) -> tuple[str | None, ...]:
    return tuple(None if none else label for label, none in zip(labels.astype("object"), labels.isna(), strict=True))
