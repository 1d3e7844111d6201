"""The data dictionary: every column of the tables that an experiment ends as.

`python -m al_core.dictionary` writes docs/tables.md; a test holds both against the tables of a real experiment.
"""

from typing import NamedTuple


class Column(NamedTuple):
    """A column: what is in it, of which kind or range, and whether more or less of it is better."""

    about: str
    range: str = ""
    better: str = ""

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers, or missing."""
        return self.range != "text"


OPTIONAL = ("text", "p_CLASS", "result")
"""Columns that are not always there, have other names for each class, or came with a later version."""
SHARE, NATS = "0 to 1", "nats, 0 and up"
WHICH = {
    "strategy": Column("as the configuration names it", "text"),
    "seed": Column("which repetition", "0 to seeds - 1"),
    "cycle": Column("how many queries have been answered before it", "0 and up"),
}
TABLES: dict[str, tuple[str, dict[str, Column]]] = {
    "metrics": (
        "a row a strategy, seed and cycle",
        WHICH
        | {
            "labels": Column("labelled texts that the model was trained on", "count"),
            "train_loss": Column("mean log loss on the labelled texts", NATS, "lower"),
            "train_accuracy": Column("share of the labelled texts that are right", SHARE, "higher"),
            "test_loss": Column("mean log loss on the test set", NATS, "lower"),
            "accuracy": Column("share of the test texts that are right, in all their labels", SHARE, "higher"),
            "macro_f1": Column("mean of the F1 of the classes, on the test set", SHARE, "higher"),
            "micro_f1": Column("F1 of all decisions on the test set; of one label, the accuracy", SHARE, "higher"),
            "calibration_error": Column("how far confidence and accuracy are apart, in 15 bins", SHARE, "lower"),
            "brier_score": Column("squared error of the probabilities, summed over the classes", "0 to 2", "lower"),
        },
    ),
    "classes": (
        "a row a strategy, seed, cycle and class",
        WHICH
        | {
            "label": Column("the class", "text"),
            "precision": Column("of the test texts that are predicted to have it, the share that has", SHARE, "higher"),
            "recall": Column("of the test texts that have it, the share that is found", SHARE, "higher"),
            "f1": Column("harmonic mean of the two", SHARE, "higher"),
            "support": Column("test texts that have it", "count"),
            "labelled": Column("labelled texts that have it", "count"),
        },
    ),
    "confusion": (
        "a row a strategy, seed, cycle, true class and predicted class",
        WHICH
        | {
            "true": Column("the class that test texts have; where they can have several, `not CLASS` as well", "text"),
            "predicted": Column("the class that they are predicted to have", "text"),
            "texts": Column("how many these are", "count"),
        },
    ),
    "epochs": (
        "a row an epoch of a training; none where the classifier has no epochs",
        WHICH
        | {
            "epoch": Column("which one", "1 and up"),
            "steps": Column("batches learned from so far", "count"),
            "train_loss": Column("mean log loss of its batches, before each was learned from", NATS, "lower"),
            "train_accuracy": Column("of these, the share that was right", SHARE, "higher"),
            "train_macro_f1": Column("of these, the mean F1 of the classes", SHARE, "higher"),
            "test_loss": Column("mean log loss on some test texts; missing if not watched", NATS, "lower"),
            "test_accuracy": Column("of these, the share that was right", SHARE, "higher"),
            "test_macro_f1": Column("of these, the mean F1 of the classes", SHARE, "higher"),
        },
    ),
    "queries": (
        "a row a text that was asked for; `cycle` is the one that asked",
        WHICH
        | {
            "rank": Column("its place in the query", "1 and up"),
            "id": Column("of the text, as in the corpus", "text"),
            "label": Column("the answer: its label, or a list of its labels", "text"),
            "score": Column("by which the strategy chose it; missing if it gives none", "number", "higher = sooner"),
            "p_CLASS": Column("the model's probability of each class, if the strategy looked at it", SHARE),
        },
    ),
    "stops": (
        "a row a stopping rule, strategy and seed",
        {
            "strategy": WHICH["strategy"],
            "seed": WHICH["seed"],
            "rule": Column("as the configuration names it", "text"),
            "cycle": Column("after which it would have stopped; missing if it would not have", "0 and up"),
            "labels": Column("labelled texts at that cycle", "count", "lower"),
            "paid": Column("labels paid for by then: these, and those of the audit set", "count", "lower"),
            "macro_f1": Column("on the test set at that cycle", SHARE, "higher"),
            "why": Column("what it said", "text"),
        },
    ),
    "timings": (
        "a row a stage of a cycle; what all strategies share is of `all-strategies`, cycle 0",
        WHICH
        | {
            "stage": Column("which step", "text"),
            "seconds": Column("how long it took when it was first computed", "seconds", "lower"),
            "result": Column("where it is in the store", "text"),
        },
    ),
    "predictions": (
        "a row a test text and cycle, if `predictions` is `last` or `all`; else there is no such file",
        WHICH
        | {
            "id": Column("of the text, as in the corpus", "text"),
            "text": Column("the text, if `show_texts` is set; so it is in queries.parquet", "text"),
            "label": Column("its label, or a list of its labels", "text"),
            "predicted": Column("the likeliest class; of several labels, those likelier than not", "text"),
            "p_CLASS": Column("the model's probability of each class", SHARE),
        },
    ),
}


def markdown() -> str:
    """Return the dictionary as a page."""
    said = [
        "# The tables of an experiment",
        "Parquet files in `results/experiments/NAME/`; `al_core.results.read_experiment(folder)` reads them all. This "
        "page is made by `python -m al_core.dictionary`.",
    ]
    for name, (about, columns) in TABLES.items():
        rows = [f"| `{column}` | {one.about} | {one.range} | {one.better} |" for column, one in columns.items()]
        said += [f"## {name}.parquet\n{about[0].upper()}{about[1:]}.", "\n".join([HEAD, *rows])]
    return "\n\n".join(said) + "\n"


HEAD = "| column | what it is | range | better |\n|---|---|---|---|"

if __name__ == "__main__":
    print(markdown(), end="")
