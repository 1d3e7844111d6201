"""How long scikit-learn's solvers take for one logistic regression, and how near the optimum they stop.

python benchmarks/solvers.py --path ../shared/data/hatespeech/labeled_data.csv
"""

import argparse
from statistics import median
from time import perf_counter

import numpy as np
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from al_core.config import DataConfig, FeaturesConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.split import split
from al_core.features.tfidf import featurise
from al_core.metrics import log_loss

SOLVERS = ("newton-cg", "lbfgs", "sag", "saga")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", default="../shared/data/hatespeech/labeled_data.csv")
    parser.add_argument("--labels", type=int, default=2000)
    arguments = parser.parse_args()
    threadpool_limits(1)
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=arguments.path))
    parts = split(corpus, 0.2, 0)
    features = featurise(corpus.texts, parts.train, FeaturesConfig())
    rows = np.sort(np.random.default_rng(0).choice(parts.train, arguments.labels, replace=False))
    seen = features[rows][:, np.unique(features[rows].indices)]
    print("| solver | columns | seconds | objective |\n|---|---|---:|---:|")
    for solver in SOLVERS:
        for name, x in (("all", features[rows]), ("that occur", seen)):
            seconds, objective = measure(solver, x, corpus.codes[rows])
            print(f"| {solver} | {name} | {seconds:.3f} | {objective:.6f} |")


def measure(solver: str, x: np.ndarray, y: np.ndarray) -> tuple[float, float]:
    """Return the median seconds of a fit and the objective (mean log loss and penalty) where it stopped."""
    times = []
    for _ in range(5):
        start = perf_counter()
        model = LogisticRegression(solver=solver, max_iter=1000).fit(x, y)
        times.append(perf_counter() - start)
    penalty = 0.5 * float((model.coef_**2).sum()) / x.shape[0]
    return median(times), log_loss(model.predict_proba(x), y) + penalty


if __name__ == "__main__":
    main()
