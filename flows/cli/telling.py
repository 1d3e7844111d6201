"""What `alflow next` says of labels, of what a model of them is worth, and of how to go on."""

import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from al_core.appraisal import Worth
    from al_core.config import ExperimentConfig
    from al_core.ranking import Learner
    from al_core.sheet import Sheet
    from al_core.strategies import Strategy

OF_LABELLED = (
    "That is of the labelled texts: of the others only if these were drawn at random. Those that a strategy asks for "
    "are harder, and the model may be much better on the rest. To know, label some drawn by --strategy random, and "
    "name them with --test."
)


def about_labels(sheet: "Sheet") -> str:
    """Say how many texts have which label, and how many are to choose from."""
    from al_core.corpus import names
    from al_core.lookalikes import SHOWN

    test = set(sheet.test.tolist())
    labels = [label for row, label in enumerate(sheet.corpus.labels) if row not in test and label is not None]
    counts = Counter(name for label in labels for name in names(label))
    each = [f"{name} {count:,}" for name, count in counts.most_common(SHOWN)]
    more = [f"and {len(counts) - SHOWN:,} more classes"] if len(counts) > SHOWN else []
    apart = f", {len(test):,} are kept apart" if test else ""
    return (
        f"{len(labels):,} texts have a label ({', '.join([*each, *more]) or 'none'}){apart}, "
        f"{len(sheet.unlabelled):,} are to choose from"
    )


def about_learner(learner: "Learner", asked: "Strategy", store: str) -> str:
    """Say who learns from what, who chooses, and where what took long is kept."""
    from al_core.features.choice import about_features

    kept = f"; embeddings are kept in {store}" if learner.encoder else ""
    return f"{learner.config.classifier.name} on {about_features(learner.config)}; {asked.name} chooses{kept}"


def about_reading(learner: "Learner", asked: "ExperimentConfig", unlabelled: "np.ndarray") -> list[str]:
    """Say what was not asked for in how the texts are read, and whether it tells nothing of many of them."""
    import numpy as np

    from al_core.features.choice import about_analyzer
    from al_core.features.strangers import about_strangers, shares

    config, everything = learner.config, np.arange(len(learner.corpus))
    found = shares(learner.features, everything, {"unlabelled": unlabelled})
    features = config.features
    said = about_strangers(found, features.analyzer == "char", features.kind == "joined")
    return [remark for remark in [about_analyzer(asked, config), *said] if remark]


def about_worth(judged: "Worth | None") -> str:
    """Say what a model of the labels so far is worth, and whether more of them bring much."""
    if judged is None:
        return "What a model of these labels is worth cannot be said yet: that takes two texts of each of two classes."
    kind, seen = ("test", "which it has not seen") if judged.on_test else ("labelled", "each by a model without it")
    half = judged.accuracy.value - judged.gain.value
    said = (
        f"Worth so far: accuracy {judged.accuracy:.2f}, macro-F1 {judged.macro_f1:.2f}, by {judged.texts:,} {kind} "
        f"texts, {seen}.\n"
        f"Half of the labels would be worth {half:.2f}, so the other half brought {judged.gain:+.2f}: {judged.verdict}."
    )
    return said if judged.on_test else f"{said}\n{OF_LABELLED}"


def how_to_go_on(column: str, output: Path, labelled: tuple[Path, ...], test: tuple[Path, ...], at_random: bool) -> str:
    """Say what to do with the file that was written.

    >>> print(how_to_go_on("label", Path("b.csv"), (Path("a.csv"),), (), at_random=False))
    Fill in its column 'label', then the same command again with --labelled a.csv --labelled b.csv --output ANOTHER
    """
    learned = _options((*labelled, output), test)
    fill_in = f"Fill in its column {column!r}, then the same command again with"
    if not at_random:
        return f"{fill_in} {learned}"
    return f"{fill_in} {_options(labelled, (*test, output))} to judge the model by them, or with {learned} to learn"


def _options(labelled: tuple[Path, ...], test: tuple[Path, ...]) -> str:
    files = [("labelled", one) for one in labelled] + [("test", one) for one in test]
    return " ".join([*(f"--{option} {shlex.quote(str(file))}" for option, file in files), "--output ANOTHER"])
