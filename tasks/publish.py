"""Publish: put the results of all cycles together as one tidy data set."""

import json
import platform
import subprocess
from collections import Counter
from dataclasses import dataclass
from importlib.metadata import version
from io import BytesIO
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Any, cast

import numpy as np
import pandas as pd
from prefect import task
from prefect.cache_policies import NO_CACHE

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus, names
from al_core.datasets.near import seen_in_training, summary
from al_core.datasets.split import Split, about_untested, possible_cycles, split
from al_core.features.choice import encoder_of
from al_core.features.strangers import shares
from al_core.lookalikes import of_corpus
from al_core.metrics import Metrics
from al_core.metrics import predicted as predicted_classes
from al_core.results import SHARED, class_rows, confusion_rows, experiment_folder, metrics_row, setup_folder
from al_core.stopping.marks import marks
from al_core.stopping.readings import from_table
from al_core.training import Epoch
from tasks.files import Place, read, remove, write
from tasks.ingest import ingest_notes
from tasks.near_duplicates import kept_together, near_duplicates
from tasks.runner import AGAIN_IF_IT_MAY_PASS
from tasks.seen import Seen
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_groups, load_split

VERSIONS = ("alflow", "prefect", "numpy", "scipy", "scikit-learn", "pandas", "pyarrow", "torch", "transformers")


@dataclass(frozen=True)
class Cycle:
    """The results of one cycle; the last one has no query, and nothing that was seen for it."""

    strategy: str
    seed: int
    cycle: int
    model: Ref
    metrics: Ref
    reading: Ref | None = None
    seen: Seen | None = None
    query: Ref | None = None

    def refs(self) -> list[tuple[str, Ref]]:
        """Return the results with the names of their stages."""
        seen = self.seen.refs() if self.seen else []
        query = [("query-select", self.query)] if self.query else []
        reading = [("take-reading", self.reading)] if self.reading else []
        return [("train", self.model), ("evaluate", self.metrics), *seen, *query, *reading]


@task(name="publish", task_run_name="publish", persist_result=False, cache_policy=NO_CACHE, **AGAIN_IF_IT_MAY_PASS)
def publish(
    store: Store,
    config: ExperimentConfig,
    corpus: Ref,
    cycles: list[Cycle],
    prepared: list[list[tuple[str, Ref]]],
    failed: dict[str, str],
    ceiling: list[dict[str, Any]],
    predicted: list[tuple[Cycle, Ref]],
) -> Place:
    """Write the experiment's tables and manifest; the folder is the result.

    Parameters: prepared : by seed, what all strategies share, with the names of its stages
                failed : what did not finish, and why
                ceiling : by seed, what a model of all labels reaches, if that was asked for
                predicted : the test texts' probabilities, of the cycles of which they were asked for
    """
    folder = _folder(store, config, corpus)
    several = tables(store, corpus, cycles, prepared, config)
    if predicted:
        several["predictions"] = _predictions(store, corpus, predicted, config.show_texts)
    elif (folder / "predictions.parquet").exists():
        remove(folder / "predictions.parquet")
    for name, table in several.items():
        content = BytesIO()
        table.to_parquet(content, index=False)
        write(folder / f"{name}.parquet", content.getvalue())
    about = manifest(store, config, corpus, "failed" if failed else "finished", failed)
    about["data"]["near_duplicates"]["test"] = _seen_in_training(store, config, corpus, prepared)
    about["data"]["strangers"] = _strangers(store, prepared)
    _write_manifest(folder, about | {"ceiling": ceiling})
    return folder


def _strangers(store: Store, prepared: list[list[tuple[str, Ref]]]) -> dict[str, float]:
    """Return the shares of training and test texts that share no word with another training text: means over seeds."""
    by_seed = []
    for refs in prepared:
        features = tuple(ref for stage, ref in refs if stage == "featurise")
        (split,) = (load_split(store, ref) for stage, ref in refs if stage == "split")
        parts = {"training": split.train, "test": split.test}
        by_seed.append(shares(load_features(store, features), split.train, parts))
    return {name: round(float(np.mean([one[name] for one in by_seed])), 4) for name in by_seed[0]}


def announce(store: Store, config: ExperimentConfig, corpus: Ref) -> Place:
    """Write the manifest of an experiment that starts, unless it has finished before; its folder is the value."""
    folder = _folder(store, config, corpus)
    before = read(folder / "manifest.json")
    if not before or _state(before) != "finished":
        _write_manifest(folder, manifest(store, config, corpus, "started", {}))
    return folder


def _state(manifest: bytes) -> str | None:
    """Return how far the experiment of a manifest is; None if it is truncated or altered."""
    try:
        return str(json.loads(manifest)["state"])
    except Exception:
        return None


def _folder(store: Store, config: ExperimentConfig, corpus: Ref) -> Place:
    return store.folder / experiment_folder(config, load_corpus(store, corpus).fingerprint, encoder_of(config))


def _write_manifest(folder: Place, content: dict[str, Any]) -> None:
    write(folder / "manifest.json", json.dumps(content, indent=2, ensure_ascii=False).encode())


def tables(
    store: Store,
    corpus: Ref,
    cycles: list[Cycle],
    prepared: list[list[tuple[str, Ref]]],
    config: ExperimentConfig,
) -> dict[str, pd.DataFrame]:
    """Return the tidy tables, by name; rows are in the order of strategy, seed and cycle."""
    classes = load_corpus(store, corpus).classes
    rows: dict[str, list[dict[str, Any]]] = {"metrics": [], "classes": [], "confusion": [], "epochs": [], "timings": []}
    for seed, refs in enumerate(prepared):
        where = {"strategy": SHARED, "seed": seed, "cycle": 0}
        rows["timings"] += [where | row for row in _timings(store, refs)]
    queries = []
    for cycle in sorted(cycles, key=_place):
        where = {"strategy": cycle.strategy, "seed": cycle.seed, "cycle": cycle.cycle}
        metrics = Metrics.from_table(store.load(cycle.metrics))
        rows["metrics"].append(where | metrics_row(metrics))
        rows["classes"] += [where | row for row in class_rows(metrics, classes)]
        rows["confusion"] += [where | row for row in confusion_rows(metrics, classes)]
        rows["epochs"] += [where | row for row in _epochs(store, cycle.model)]
        rows["timings"] += [where | row for row in _timings(store, cycle.refs())]
        if cycle.query:
            queries.append(_queries(store, corpus, cycle).assign(**cast(Any, where)))
    text = ["text"] if config.show_texts else []
    columns = ["strategy", "seed", "cycle", "rank", "id", *text, "label", "score", *(f"p_{name}" for name in classes)]
    asked = pd.concat(queries, ignore_index=True) if queries else pd.DataFrame(columns=columns)
    frames = {name: pd.DataFrame(content) for name, content in rows.items()}
    frames["epochs"] = frames["epochs"].reindex(columns=["strategy", "seed", "cycle", *Epoch.__dataclass_fields__])
    return frames | {"queries": asked.reindex(columns=columns), "stops": _stops(store, cycles, config.stopping.rules)}


def _stops(store: Store, cycles: list[Cycle], rules: tuple[str, ...]) -> pd.DataFrame:
    """Return where each rule would have stopped each strategy and seed."""
    rows = []
    for (strategy, seed), pair in groupby(sorted(cycles, key=_place), attrgetter("strategy", "seed")):
        several = list(pair)
        history = [from_table(store.load(cycle.reading)) for cycle in several if cycle.reading]
        metrics = [Metrics.from_table(store.load(cycle.metrics)) for cycle in several]
        where = {"strategy": strategy, "seed": seed}
        rows += [where | row for row in marks(rules if history else (), history, metrics)]
    columns = ["strategy", "seed", "rule", "cycle", "labels", "paid", "macro_f1", "why"]
    kinds = {"cycle": "Int64", "labels": "Int64", "paid": "Int64", "macro_f1": "float64", "why": "string"}
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _place(cycle: Cycle) -> tuple[str, int, int]:
    return cycle.strategy, cycle.seed, cycle.cycle


def _queries(store: Store, corpus: Ref, cycle: Cycle) -> pd.DataFrame:
    assert cycle.query is not None
    asked = store.load(cycle.query).to_pandas()
    return asked.assign(rank=range(1, len(asked) + 1), **_texts(load_corpus(store, corpus), asked["row"]))


def _texts(corpus: Corpus, rows: pd.Series) -> dict[str, pd.Series]:
    """Return the label, or labels as a list, and the text of rows."""
    labels = [list(label) if isinstance(label, tuple) else label for label in (corpus.labels[row] for row in rows)]
    texts = [corpus.texts[row] for row in rows]
    return {"label": pd.Series(labels, dtype="object"), "text": pd.Series(texts, dtype="object")}


def _predictions(store: Store, corpus: Ref, predicted: list[tuple[Cycle, Ref]], show_texts: bool) -> pd.DataFrame:
    """Return a row a test text: its label, what it is predicted to be, and the probabilities."""
    texts, parts = load_corpus(store, corpus), []
    columns = ["strategy", "seed", "cycle", "id", *(["text"] if show_texts else []), "label", "predicted"]
    chances = [f"p_{name}" for name in texts.classes]
    for cycle, ref in predicted:
        table = store.load(ref).to_pandas()
        one = pd.Series(predicted_classes(table[chances].to_numpy(), texts.classes, texts.multilabel))
        where: dict[str, Any] = {"strategy": cycle.strategy, "seed": cycle.seed, "cycle": cycle.cycle}
        ids = [texts.ids[row] for row in table["row"]]
        parts.append(table.assign(**where, **_texts(texts, table["row"]), id=ids, predicted=one)[[*columns, *chances]])
    return pd.concat(parts, ignore_index=True)


def _epochs(store: Store, model: Ref) -> list[dict[str, Any]]:
    """Return how the training went, if it had epochs."""
    table = store.load(model)
    return table.to_pylist() if "epoch" in table.column_names else []


def _seen_in_training(
    store: Store, config: ExperimentConfig, corpus: Ref, prepared: list[list[tuple[str, Ref]]]
) -> list[dict[str, Any]]:
    """Return by seed how many test texts have a near-duplicate among the training texts."""
    labels, groups = load_corpus(store, corpus).labels, load_groups(store, near_duplicates(store, config, corpus))
    splits = [load_split(store, dict(refs)["split"]) for refs in prepared]
    return [seen_in_training(groups, labels, parts.train, parts.test).as_dict() for parts in splits]


def _timings(store: Store, refs: list[tuple[str, Ref]]) -> list[dict[str, Any]]:
    return [{"stage": name, "seconds": store.seconds(ref), "result": ref.path} for name, ref in refs]


def manifest(store: Store, config: ExperimentConfig, corpus: Ref, state: str, failed: dict[str, str]) -> dict[str, Any]:
    """Return what the experiment was made of: configuration, data, versions; and the folder of its cycles, `setup`."""
    texts, notes, encoder = load_corpus(store, corpus), ingest_notes(store, corpus), encoder_of(config)
    groups, parts = load_groups(store, near_duplicates(store, config, corpus)), first_split(store, config, corpus)
    return {
        "state": state,
        "failed": failed,
        "setup": setup_folder(config, texts.fingerprint, encoder),
        "encoder": encoder.digest if encoder else None,
        "config": config.model_dump(mode="json"),
        "cycles": possible_cycles(parts, config),
        "data": {
            "fingerprint": texts.fingerprint,
            "texts": len(texts),
            "labels": dict(sorted(Counter(name for label in texts.labels for name in names(label)).items())),
            "ingest": notes.counts,
            "read": notes.read,
            "remarks": [*notes.remarks, *about_untested(texts, parts), *of_corpus(texts)],
            "near_duplicates": summary(groups, texts.labels).as_dict(),
        },
        "versions": {"python": platform.python_version()} | {name: version(name) for name in VERSIONS},
        "git": git_revision(),
    }


def first_split(store: Store, config: ExperimentConfig, corpus: Ref) -> Split:
    """Return the split of seed 0, computed anew."""
    together = [load_groups(store, groups) for groups in kept_together(store, config, corpus)]
    return split(load_corpus(store, corpus), config.data.test_size, 0, config.stopping.audit_set, *together)


def git_revision() -> str | None:
    """Return the revision of the code, if it runs from its own git checkout; `+` marks uncommitted changes."""
    here = Path(__file__).parent
    try:
        subprocess.run(["git", "ls-files", "--error-unmatch", __file__], cwd=here, capture_output=True, check=True)
        said = subprocess.run(
            ["git", "describe", "--always", "--abbrev=12", "--dirty=+"],
            cwd=here,
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return said.stdout.strip()
