"""Which model learns most from few labels: TF-IDF, embeddings, both, and the fine-tuned encoder, on four data sets.

    python benchmarks/models.py --data ../shared/data                 # margin, from 25 random labels to 525
    python benchmarks/models.py --data ../shared/data --fine-tuned    # 500 random labels, fine-tuning as well

The encoder is all-MiniLM-L6-v2. The test sets are held out 20 % (trec: its own); macro-F1 on them, mean over the seeds.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path
from statistics import fmean

from al_core.config import ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import Split, split
from al_core.features import Features, Joined, embed_all, tfidf, tokenise
from al_core.features.choice import encoder_of, in_effect
from al_core.learner import evaluate_model, train
from al_core.loop import simulate
from al_core.seeding import stream
from benchmarks.defaults import data_sets

LINEAR = ("tfidf", "embeddings", "joined")
AT = (25, 125, 275, 525)


class Texts:
    """A corpus with what the encoder makes of it, computed once."""

    def __init__(self, config: ExperimentConfig) -> None:
        self.config = config
        self.corpus: Corpus = build_corpus(config.data)[0]
        encoder = encoder_of(config)
        assert encoder
        self.tokens = tokenise(self.corpus.texts, encoder.folder, encoder.config.max_length)
        self.embeddings = embed_all(self.tokens, encoder)

    def features(self, kind: str, parts: Split) -> Features:
        if kind == "tokens":
            return self.tokens
        sparse = tfidf.featurise(self.corpus.texts, parts.train, self.config.features)
        dense = {
            "tfidf": sparse,
            "embeddings": Joined.alone(self.embeddings),
            "joined": Joined.beside(self.embeddings, sparse),
        }
        return dense[kind]


def configure(data: object, kind: str = "joined", **classifier: object) -> ExperimentConfig:
    config = ExperimentConfig.model_validate(
        {
            "data": data, "features": {"kind": kind}, "classifier": classifier,
            "seed_set": {"size": 25}, "cycles": 20, "query_size": 25,
        }
    )  # fmt: skip
    return in_effect(config)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--fine-tuned", action="store_true")
    parser.add_argument("--only", nargs="+", help="some of the data sets")
    arguments = parser.parse_args()
    chosen = [data for data in data_sets(arguments.data) if not arguments.only or data.source in arguments.only]
    show = at_500_labels if arguments.fine_tuned else curves
    print("\n".join(show([Texts(configure(data)) for data in chosen], arguments.seeds)))


def curves(sets: list[Texts], seeds: int) -> Iterator[str]:
    yield "| data | model | mean of the curve | " + " | ".join(f"at {labels}" for labels in AT) + " |"
    yield "|---|---|" + "--:|" * (1 + len(AT))
    for texts in sets:
        for kind in LINEAR:
            runs = [by_labels(texts, kind, seed) for seed in range(seeds)]
            mean = fmean(value for run in runs for value in run.values())
            cells = [f"{fmean(run[labels] for run in runs):.3f}" for labels in AT]
            yield f"| {texts.config.data.source} | {kind} | {mean:.3f} | {' | '.join(cells)} |"


def by_labels(texts: Texts, kind: str, seed: int) -> dict[int, float]:
    config = configure(texts.config.data, kind)
    features = texts.features(kind, split(texts.corpus, config.data.test_size, seed))
    cycles = simulate(texts.corpus, config, "margin", seed, features)
    return {cycle.metrics.labels: cycle.metrics.macro_f1 for cycle in cycles}


def at_500_labels(sets: list[Texts], seeds: int) -> Iterator[str]:
    yield "| data | " + " | ".join((*LINEAR, "fine-tuned")) + " |"
    yield "|---|" + "--:|" * (len(LINEAR) + 1)
    for texts in sets:
        cells = [fmean(with_500(texts, kind, seed) for seed in range(seeds)) for kind in (*LINEAR, "tokens")]
        yield f"| {texts.config.data.source} | {' | '.join(f'{cell:.3f}' for cell in cells)} |"


def with_500(texts: Texts, kind: str, seed: int) -> float:
    config = (
        configure(texts.config.data, "auto", name="transformer")
        if kind == "tokens"
        else configure(texts.config.data, kind)
    )
    parts = split(texts.corpus, config.data.test_size, seed)
    labelled = stream(seed, "500 labels").choice(parts.train, 500, replace=False)
    features = texts.features(kind, parts)
    encoder = encoder_of(config) if kind == "tokens" else None
    model = train(texts.corpus, features, labelled, config.classifier, parts, seed, encoder)
    return evaluate_model(model, texts.corpus, features, labelled, parts).macro_f1


if __name__ == "__main__":
    main()
