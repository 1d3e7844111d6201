"""A file of texts, and files that bring labels for them, as a spreadsheet has them; and what may be wrong there."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

import numpy as np
import pandas as pd

from al_core.config import DataConfig, ExperimentConfig
from al_core.corpus import Corpus, as_text, names
from al_core.datasets.build import IngestNotes, as_corpus, kept_rows, merged_rows, raw_texts
from al_core.datasets.labels import one_spelling
from al_core.datasets.presets import resolve
from al_core.datasets.source import read_file, read_rows
from al_core.errors import DataError
from al_core.lookalikes import SHOWN, of_corpus
from al_core.plain import unguarded

FEW = 30
"""Labels from which on a class of one text is remarked upon."""


@dataclass(frozen=True)
class Sheet:
    """The rows of a file, with the corpus that they and the texts of others that bring labels come to.

    Parameters: rows : as they were read
                places : (m,) positions of the corpus's first m texts among these rows; the rest are of other files, and
                    labelled
                label_column : where labels are, or are to be
                notes : what became of the rows of the first file
                test : rows of the corpus that are kept apart
                remarks : what may not be as it was meant: a column that is not there, labels that are replaced, texts
                    that only a labelled file has, a class that looks like another
    """

    rows: pd.DataFrame
    places: np.ndarray
    corpus: Corpus
    label_column: str
    notes: IngestNotes
    remarks: tuple[str, ...]
    test: np.ndarray

    @property
    def unlabelled(self) -> np.ndarray:
        """Rows of the corpus to choose from."""
        return np.setdiff1d(np.flatnonzero(~self.corpus.labelled), self.test, assume_unique=True)


def read_sheet(config: ExperimentConfig, labelled: Sequence[Path] = (), test: Sequence[Path] = ()) -> Sheet:
    """Read a file, and files with labels for some of its texts; where they differ, the last one is right.

    The first file needs no column for labels. A text that only the others have counts as well. Texts of a `test` file
    are neither learned from nor asked for.

    Raises:     DataError for files that do not do
    """
    data, source = resolve(config.data), config.data.source
    label = data.label_column or ""
    rows, read, remarks = read_file(data)
    _check_text_and_label(rows, data)
    remarks += [] if label in rows else [_no_column(label, source)]
    rows = rows if label in rows else rows.assign(**{label: None})
    own, notes = merged_rows(rows, data)
    notes = replace(notes, read=read)
    if own.empty:
        raise DataError(f"{source!r} has no text: {notes}{_about_lines(data)}")
    labels, known = [own], own.set_index("text")["label"].dropna()
    for file in (*labelled, *test):
        answers, remark = _answers(file, data, own, known, source)
        labels.append(answers)
        known = pd.concat([known, answers.set_index("text")["label"]])
        known = known[~known.index.duplicated(keep="last")]
        remarks += remark
    texts = pd.concat(labels).drop_duplicates("text")
    corpus = as_corpus(texts.assign(label=texts["text"].map(known)), data)
    remarks += of_corpus(corpus)
    remarks += _single(corpus)
    apart = pd.concat([own.iloc[:0], *(labels[1 + len(labelled) :])])["text"]
    return Sheet(rows, own.index.to_numpy(), corpus, label, notes, tuple(remarks), _rows_of(corpus, apart))


def _about_lines(data: DataConfig) -> str:
    lines = data.format == "lines" or (data.format is None and str(data.path or data.source).endswith(".txt"))
    return ". A .txt is read as lines of `label text`; put one text a line in a .csv under a name" if lines else ""


def _texts(count: int) -> str:
    return f"{count:,} text{'s' if count > 1 else ''}"


def _check_text_and_label(rows: pd.DataFrame, data: DataConfig) -> None:
    """Refuse a file without the column of the text, or with one that is nearly that of the label.

    Raises:     DataError
    """
    raw_texts(rows.head(0), data.text_column or "")
    wanted, there = data.label_column or "", list(map(str, rows.columns))
    near = [name for name in there if name.casefold() == wanted.casefold()] or get_close_matches(wanted, there, 1, 0.75)
    if wanted not in there and near:
        raise DataError(
            f"no column {wanted!r} for the label; did you mean {near[0]!r}? Name it with `data.label_column`, or, if "
            f"{wanted!r} is to be a new one, add it to the file, empty"
        )


def _no_column(label: str, source: str) -> str:
    return (
        f"{source} has no column {label!r}, so none of its texts counts as labelled; if their labels have another "
        "column, name it with `data.label_column`"
    )


def _answers(
    file: Path, data: DataConfig, own: pd.DataFrame, known: pd.Series, source: str
) -> tuple[pd.DataFrame, list[str]]:
    """Return the labelled texts of a file that was filled in, and what may not be as it was meant.

    It is read by its suffix, with a row of names, whatever the first file is like. A text with the id of one of the
    first file's is that one, if there are ids.

    Parameters: own : the texts of the first file
                known : the labels so far, by text
    Raises:     DataError if it has no labels
    """
    label = data.label_column or ""
    rows = read_rows(data.model_copy(update={"path": str(file), "format": None, "header": True, "encoding": None}))
    rows = _as_written(rows) if file.suffix.lower() == ".csv" else rows
    if label not in rows:
        there = ", ".join(map(str, rows.columns))
        raise DataError(f"{str(file)!r} has no column {label!r} for the label. There are: {there}; rename it")
    rows = _with_texts(rows, data, own)
    try:
        kept, notes = kept_rows(rows, data)
    except DataError as error:
        raise DataError(f"{str(file)!r}: {error}") from error
    answers = kept.dropna(subset="label")
    answers = answers.assign(text=_known(answers["text"], own))
    if answers.empty:
        raise DataError(f"{str(file)!r} has no labels: its column {label!r} is empty; fill it in, or leave it out")
    answers, other = _by_id(answers, own) if data.id_column else (answers, 0)
    answers = answers.assign(label=one_spelling(_as_before(answers["label"], known), set(known)))
    before = answers["text"].map(known)
    counts = {
        f"with the id of another text of {source}, counted as that one": other,
        "with another label than before, which it replaces": int((before.notna() & (before != answers["label"])).sum()),
        f"not in {source}, letter by letter: learned from as well, but it labels no text there": int(
            (~answers["text"].isin(own["text"])).sum()
        ),
        "with several labels, of which the most frequent counts": notes.conflicts,
    }
    return answers, [f"{file}: {_texts(count)} {what}" for what, count in counts.items() if count]


def _as_written(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of a .csv without the apostrophes before what a spreadsheet would take for formulas."""
    return rows.rename(columns=unguarded).map(unguarded)


def _known(texts: pd.Series, own: pd.DataFrame) -> pd.Series:
    """Return texts as the first file has them, where what was saved from a .csv has an apostrophe before some."""
    there = set(own["text"])
    return texts.map(lambda text: bare if text not in there and (bare := unguarded(text)) in there else text)


def _with_texts(rows: pd.DataFrame, data: DataConfig, own: pd.DataFrame) -> pd.DataFrame:
    """Return rows that have ids and no texts with those that the first file has under these ids."""
    column = data.text_column or ""
    if not data.id_column or data.id_column not in rows or column in rows:
        return rows
    return rows.assign(**{column: rows[data.id_column].map(as_text).map(own.set_index("id")["text"])})


def _by_id(answers: pd.DataFrame, own: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return answers with the texts that have their ids in the first file, and how many of these are others there."""
    same = answers["id"].map(own.set_index("id")["text"])
    texts = same.fillna(answers["text"])
    return answers.assign(text=texts), int((texts != answers["text"]).sum())


def _as_before(labels: pd.Series, known: pd.Series) -> pd.Series:
    """Return labels that a spreadsheet or pandas has written as `1.0` as the `1` that they were."""
    was = set(known)
    return labels.map(lambda label: whole if (whole := label.removesuffix(".0")) in was and label not in was else label)


def _rows_of(corpus: Corpus, texts: pd.Series) -> np.ndarray:
    apart = set(texts)
    return np.flatnonzero([text in apart for text in corpus.texts])


def _single(corpus: Corpus) -> list[str]:
    """Name the classes that have one text each, where there are enough labels for that to be strange."""
    counts = Counter(name for label in corpus.labels for name in names(label))
    single = [repr(name) for name, count in counts.items() if count == 1]
    if not single or sum(counts.values()) < FEW:
        return []
    more = f" and {len(single) - SHOWN:,} more" if len(single) > SHOWN else ""
    return [f"of one text only: {', '.join(single[:SHOWN])}{more}; if that is no class, leave the cell empty"]
