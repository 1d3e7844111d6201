"""Which reaches more with the same labels, margin or random? In plain Python, on the embedded sample."""

from al_core import DataConfig, ExperimentConfig, build_corpus, simulate

corpus, _ = build_corpus(DataConfig(source="sample"))
config = ExperimentConfig(cycles=10, query_size=25, features={"kind": "tfidf"})
for strategy in ("margin", "random"):
    for cycle in simulate(corpus, config, strategy, seed=0):
        print(strategy, cycle.metrics.labels, round(cycle.metrics.macro_f1, 3))
