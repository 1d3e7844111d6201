"""What is in a file, before anything is computed: how it is read, what is left out, its classes and texts."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus, names
from al_core.datasets.build import build_corpus, left_out
from al_core.datasets.near import groups, seen_in_training, summary
from al_core.datasets.presets import resolve
from al_core.datasets.source import read_file
from al_core.datasets.split import about_untested, check_experiment, split
from al_core.errors import AlflowError
from al_core.lookalikes import of_corpus

SAMPLE = 2_000
"""Texts by which scripts are told."""


def check_up(config: ExperimentConfig) -> dict[str, Any]:
    """Read data as an experiment would, and say what is there, by name.

    Raises:     DataError if it cannot be read at all
    """
    data = resolve(config.data)
    rows, read, _ = read_file(data)
    corpus, notes = build_corpus(config.data)
    together = groups(corpus.texts)
    refused = _refused(corpus, config, together)
    about: dict[str, Any] = {
        "source": config.data.source,
        "read": read,
        "columns": list(map(str, rows.columns)),
        "text_column": data.text_column,
        "label_column": data.label_column,
        "id_column": data.id_column,
        "rows": len(rows),
        "left_out": left_out(rows, data),
        "texts": len(corpus),
        "classes": _classes(corpus),
        "unlabelled": int((~corpus.labelled).sum()),
        "characters": _lengths(list(map(len, corpus.texts))),
        "words": _lengths([len(text.split()) for text in corpus.texts]),
        "scripts": scripts(corpus.texts),
        "near_duplicates": summary(together, corpus.labels).as_dict(),
        "remarks": [*notes.remarks, *of_corpus(corpus)],
        "refused": refused,
    }
    return about if refused else about | _of_test(corpus, config, together)


def _refused(corpus: Corpus, config: ExperimentConfig, together: np.ndarray) -> list[str]:
    """Return what an experiment would refuse, a message each."""
    try:
        check_experiment(corpus, config, together if config.data.split == "grouped" else None)
    except AlflowError as error:
        return str(error).splitlines()
    return []


def _of_test(corpus: Corpus, config: ExperimentConfig, together: np.ndarray) -> dict[str, Any]:
    """Return what there is to say of the first seed's test set."""
    kept = together if config.data.split == "grouped" else None
    parts = split(corpus, config.data.test_size, 0, config.stopping.audit_set, kept)
    seen = seen_in_training(together, corpus.labels, parts.train, parts.test)
    return {"test": {"texts": seen.texts, "near": seen.near, "remarks": about_untested(corpus, parts)}}


def _classes(corpus: Corpus) -> list[dict[str, Any]]:
    """Return the classes, the largest first, with how many texts have them, and one of these."""
    counts = Counter(name for label in corpus.labels for name in names(label))
    examples: dict[str, str] = {}
    for text, label in zip(corpus.texts, corpus.labels, strict=True):
        for name in names(label):
            examples.setdefault(name, text)
    several = sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    return [{"label": name, "texts": count, "example": examples[name]} for name, count in several]


def _lengths(lengths: Sequence[int]) -> dict[str, int]:
    low, middle, high = np.quantile(lengths or [0], (0.05, 0.5, 0.95))
    return {"5%": int(low), "median": int(middle), "95%": int(high), "longest": max(lengths, default=0)}


def scripts(texts: Sequence[str]) -> dict[str, float]:
    """Return the share of letters that each script has, in evenly spread texts; those of a hundredth at least.

    >>> scripts(["Hello", "Привет"])
    {'Cyrillic': 0.55, 'Latin': 0.45}
    """
    step = max(1, len(texts) // SAMPLE)
    counts = Counter(_script(letter) for text in texts[::step] for letter in text[:500] if letter.isalpha())
    total = sum(counts.values())
    shares = {name: round(count / total, 2) for name, count in counts.most_common()}
    return {name: share for name, share in shares.items() if share >= 0.01}


def _script(letter: str) -> str:
    """Return a letter's script, which begins its name in Unicode."""
    name = unicodedata.name(letter, "OTHER LETTER").split()[0]
    return {"CJK": "Han", "FULLWIDTH": "Latin", "HALFWIDTH": "Katakana"}.get(name, name.capitalize())


def lines(about: dict[str, Any]) -> Iterable[str]:
    """Yield what a checkup found as sentences and tables of a few columns."""
    yield f"{about['source']}: {about['read']}"
    taken = f"the text is in {about['text_column']!r}, the label in {about['label_column']!r}"
    yield f"Columns: {', '.join(about['columns'])}; {taken}"
    yield f"{about['rows']:,} rows, {about['texts']:,} texts of which {about['unlabelled']:,} have no label"
    for reason, rows in about["left_out"].items():
        if rows:
            where = ", ".join(f"{row:,}" for row in rows[:5]) + (", ..." if len(rows) > 5 else "")
            yield f"  {len(rows):,} {reason}: row {where}"
    yield f"{len(about['classes']):,} classes:"
    width = max((len(one["label"]) for one in about["classes"][:20]), default=0)
    for one in about["classes"][:20]:
        yield f"  {one['label']:<{width}}  {one['texts']:>7,}  {_short(one['example'])}"
    if len(about["classes"]) > 20:
        yield f"  and {len(about['classes']) - 20:,} more"
    for unit in ("characters", "words"):
        sizes = about[unit]
        yield (
            f"{unit.capitalize()} a text: {sizes['median']:,} in the median, {sizes['5%']:,} to {sizes['95%']:,} in "
            f"nine of ten, {sizes['longest']:,} at most"
        )
    yield "Scripts: " + (", ".join(f"{name} {share:.0%}" for name, share in about["scripts"].items()) or "none")
    near = about["near_duplicates"]
    yield f"Near-duplicates: {near['texts']:,} texts in {near['groups']:,} groups, the largest of {near['largest']:,}"
    if test := about.get("test"):
        yield f"Of {test['texts']:,} test texts {test['near']:,} have a near-duplicate among the training texts"
    yield from (f"Look: {remark}" for remark in [*about["remarks"], *about.get("test", {}).get("remarks", [])])
    yield from (f"An experiment refuses it: {message}" for message in about["refused"])


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"
