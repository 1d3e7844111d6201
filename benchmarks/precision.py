"""What bfloat16 changes: the same fine-tuned model scores the same tweets in both precisions, and embeds them.

python benchmarks/precision.py --path ../shared/data/hatespeech/labeled_data.csv
"""

import argparse
from collections.abc import Callable
from dataclasses import replace
from time import perf_counter

import numpy as np

from al_core.classifiers import CLASSIFIERS, Context
from al_core.config import ClassifierConfig, DataConfig, EncoderConfig
from al_core.datasets.build import build_corpus
from al_core.encoders.embed import embed
from al_core.encoders.pinned import Encoder
from al_core.features import tokenise
from al_core.seeding import stream
from al_core.strategies.uncertainty import margin

TOP = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", default="../shared/data/hatespeech/labeled_data.csv")
    parser.add_argument("--texts", type=int, default=3000)
    arguments = parser.parse_args()
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=arguments.path))
    encoders = [Encoder.of(EncoderConfig(precision=name)) for name in ("float32", "bfloat16")]
    tokens = tokenise(corpus.texts, encoders[0].folder, 128)
    rows = stream(0, "precision").permutation(len(corpus))[: arguments.texts + 500]
    labelled, pool = np.sort(rows[:500]), np.sort(rows[500:])
    config = ClassifierConfig.model_validate({"name": "transformer", "fine_tuning": {"epochs": 3}})
    model = CLASSIFIERS["transformer"](tokens[labelled], corpus.codes[labelled], config, Context(encoders[0]))
    models = [replace(model, encoder=one) for one in encoders]
    proba, seconds = zip(*(timed(one.predict_proba, tokens[pool], 3) for one in models), strict=True)
    tops = [set(np.argsort(-margin(one), kind="stable")[:TOP]) for one in proba]
    print(f"seconds to score {len(pool):,} tweets: float32 {seconds[0]:.1f}, bfloat16 {seconds[1]:.1f}")
    print(f"largest difference of a probability: {np.abs(proba[0] - proba[1]).max():.4f}")
    print(f"same class: {(proba[0].argmax(axis=1) == proba[1].argmax(axis=1)).mean():.2%}")
    print(f"the {TOP} smallest margins have {len(tops[0] & tops[1])} tweets in common")
    vectors = [embed(tokens[pool], one) for one in encoders]
    print(f"embeddings: least cosine between the two {(vectors[0] * vectors[1]).sum(axis=1).min():.5f}")


def timed(compute: Callable[..., np.ndarray], *arguments: object) -> tuple[np.ndarray, float]:
    start = perf_counter()
    return compute(*arguments), perf_counter() - start


if __name__ == "__main__":
    main()
