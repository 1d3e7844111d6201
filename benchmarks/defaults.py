"""Which default settings of TF-IDF and logistic regression learn most: margin, 30 random labels to 480.

python benchmarks/defaults.py --data ../shared/data
"""

import argparse
from pathlib import Path

import numpy as np

from al_core.config import DataConfig, ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.loop import simulate

SETTINGS = [(1, 1, 0.3), (1, 1, 1.0), (1, 1, 3.0), (1, 1, 10.0), (1, 2, 1.0), (1, 2, 3.0), (2, 1, 1.0)]


def data_sets(folder: Path) -> list[DataConfig]:
    return [
        DataConfig(source="hatespeech", path=str(folder / "hatespeech/labeled_data.csv")),
        DataConfig(source="sms_spam", path=str(folder / "sms_spam/sms.tsv")),
        DataConfig(source="trec", path=str(folder / "trec/train.txt"), test_path=str(folder / "trec/test.txt")),
        DataConfig(source="ag_news", path=str(folder / "ag_news/test.csv")),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--seeds", type=int, default=3)
    arguments = parser.parse_args()
    sets = [(data, build_corpus(data)[0]) for data in data_sets(arguments.data)]
    print("| n-grams | minimum texts | C | " + " | ".join(data.source for data, _ in sets) + " | mean |")
    print("|---:|---:|---:|" + "---:|" * (len(sets) + 1))
    for ngrams, min_texts, c in SETTINGS:
        means = []
        for data, corpus in sets:
            config = ExperimentConfig.model_validate(
                {
                    "data": data,
                    "features": {"kind": "tfidf", "ngrams": ngrams, "min_texts": min_texts},
                    "classifier": {"regularisation": c},
                    "cycles": 15,
                    "query_size": 30,
                }
            )
            runs = [simulate(corpus, config, "margin", seed) for seed in range(arguments.seeds)]
            means.append(np.mean([[result.metrics.macro_f1 for result in run] for run in runs]))
        print(
            f"| {ngrams} | {min_texts} | {c} | " + " | ".join(f"{mean:.3f}" for mean in [*means, np.mean(means)]) + " |"
        )


if __name__ == "__main__":
    main()
