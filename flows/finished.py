"""A cycle of a finished experiment, found in its store again with the model that it learned.

What to read is what the experiment's timings name, so that it does not matter which version of alflow made it.
"""

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from al_core.analysis import aulc
from al_core.classifiers import EstimatorModel, LinearModel, TransformerModel, Untrained
from al_core.config import ExperimentConfig
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError, DataError, known_name
from al_core.export.exportable import check_exportable
from al_core.export.learned import Learned
from al_core.features import Features, Joined, Tokens, tfidf
from al_core.features.choice import counts_words, encoder_of, in_effect
from al_core.learner import evaluate_model, train
from al_core.metrics import Metrics
from al_core.results import SHARED, Experiment, read_experiment
from al_core.strategies.expression import in_the_store
from al_core.validation import validated
from tasks.files import Place
from tasks.models import Learning, load_model
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split

_PATH = re.compile(r"(?!\.)[^/]+(/(?!\.)[^/]+)+")
"""What a result can be called; a table that somebody sent may name files outside the store."""


def find(experiment: Place, strategy: str | None = None, seed: int = 0, cycle: int | None = None) -> Learned:
    """Return what a cycle of a finished experiment learned; weights that were removed are trained again.

    A linear model that was not calibrated in training is so here: it predicts the same.

    Parameters: strategy : the best of the tables if None: largest area under the curve of macro-F1
                cycle : the last if None
    Raises:     ConfigError if there is no such cycle, it cannot be exported, or the store lacks what it needs;
                DataError if the encoder is another than it was
    """
    results = read_experiment(experiment)
    config = _config(results, experiment)
    check_exportable(config)
    strategy = _strategy(strategy, config, results)
    number = _cycle(results, config, strategy, seed, cycle)
    encoder = _encoder(config, results, experiment)
    store = Store(config.store)
    kept = _Kept(store, results.timings, strategy, seed)
    learning = kept.learning(config, encoder, number)
    model = load_model(store, kept.one("train", number), learning)
    if isinstance(model, Untrained):
        raise ConfigError(f"no text is labelled yet in cycle {number}, and there is no model; choose a later cycle")
    assert isinstance(model, LinearModel | TransformerModel | EstimatorModel)
    corpus, parts = load_corpus(store, learning.corpus), load_split(store, learning.split)
    metrics = Metrics.from_table(store.load(kept.one("evaluate", number)))
    learned = Learned(model, corpus, parts, metrics, config, encoder, strategy, seed, number, results.manifest)
    features = load_features(store, learning.features)
    if "analyzer" not in results.manifest["config"]["features"]:
        _check_words(learned, features)
    return _calibrated(learned, features, load_rows(store, learning.labelled))


@dataclass(frozen=True)
class _Kept:
    """The results of one strategy and seed in the store, by the names of their stages."""

    store: Store
    timings: pd.DataFrame
    strategy: str
    seed: int

    def learning(self, config: ExperimentConfig, encoder: Encoder | None, cycle: int) -> Learning:
        """Return what a cycle learned from."""
        corpus, split, seed_set = (self.one(stage, 0, SHARED) for stage in ("ingest", "split", "seed-set"))
        labelled = (seed_set, *(self.one("query-select", earlier) for earlier in range(cycle)))
        features = self.all("featurise", 0, SHARED)
        return Learning(corpus, features, split, labelled, config.classifier, encoder, self.seed)

    def one(self, stage: str, cycle: int, strategy: str | None = None) -> Ref:
        """Return the result of a stage that has one."""
        return self.all(stage, cycle, strategy)[0]

    def all(self, stage: str, cycle: int, strategy: str | None = None) -> tuple[Ref, ...]:
        """Return the results of a stage.

        Raises:     ConfigError if there is none, or one is not in the store any more
        """
        where = {"strategy": strategy or self.strategy, "seed": self.seed, "cycle": cycle, "stage": stage}
        rows = self.timings[(self.timings[list(where)] == pd.Series(where)).all(axis=1)]
        found = [self.store.find(path) if _PATH.fullmatch(str(path)) else None for path in rows["result"]]
        refs = tuple(ref for ref in found if ref)
        if not refs or len(refs) < len(found):
            raise ConfigError(
                f"the result of {stage} of {self.strategy}, seed {self.seed}, cycle {cycle} was removed from "
                f"{self.store.root!r}, or altered there; run the experiment again, which does all that is missing"
            )
        return refs


def _check_words(learned: Learned, features: Features) -> None:
    """Refuse a model of an earlier version that took other words from the texts: its weights would be of others.

    Raises:     ConfigError
    """
    if not counts_words(learned.config) or isinstance(features, Tokens):
        return
    before = features.sparse if isinstance(features, Joined) else features
    now = tfidf.featurise(learned.corpus.texts, learned.parts.train, learned.config.features)
    if before.shape != now.shape or not np.array_equal(before.indices, now.indices):
        raise ConfigError(
            "an earlier version of alflow made this experiment, which took other words from these texts; run it again"
        )


def _calibrated(learned: Learned, features: Features, labelled: np.ndarray) -> Learned:
    """Make the confidences of a linear model honest, which takes seconds; what others would take is left to training.

    References: Guo et al. (2017), On Calibration of Modern Neural Networks
    """
    config, corpus, parts = learned.config.classifier, learned.corpus, learned.parts
    if not isinstance(learned.model, LinearModel) or corpus.multilabel or config.calibration != "none":
        return learned
    honest = config.model_copy(update={"calibration": "temperature"})
    model = train(corpus, features, labelled, honest, parts, learned.seed, learned.encoder)
    assert isinstance(model, LinearModel)
    metrics = evaluate_model(model, corpus, features, labelled, parts)
    config_of_it = learned.config.model_copy(update={"classifier": honest})
    return replace(learned, model=model, metrics=metrics, config=config_of_it)


def _config(results: Experiment, experiment: Place) -> ExperimentConfig:
    """Return the experiment's configuration, with the store in which its folder lies now, for any device.

    Raises:     ConfigError if it is of a version whose tables do not say where the results are
    """
    if "result" not in results.timings:
        raise ConfigError(
            f"an earlier version of alflow made {experiment.name!r}, whose tables do not say yet where its models are; "
            "run it again, which does all that is missing"
        )
    settings = results.manifest["config"]
    config = validated(ExperimentConfig, settings | {"features": {"analyzer": "word"} | settings["features"]})
    encoder = config.encoder.model_copy(update={"device": "auto"})
    return in_effect(config.model_copy(update={"store": str(experiment.parent.parent), "encoder": encoder}))


def _strategy(name: str | None, config: ExperimentConfig, results: Experiment) -> str:
    best = str(aulc(results.metrics).index[0])
    return known_name("strategy", in_the_store(name), config.strategies) if name else best


def _cycle(results: Experiment, config: ExperimentConfig, strategy: str, seed: int, cycle: int | None) -> int:
    """Return the number of a cycle that is done; the last if None."""
    if not 0 <= seed < config.seeds:
        raise ConfigError(f"there is no seed {seed}; those of this experiment go from 0 to {config.seeds - 1}")
    done = results.metrics[(results.metrics["strategy"] == strategy) & (results.metrics["seed"] == seed)]["cycle"]
    if done.empty:
        raise ConfigError(f"{strategy}, seed {seed} did not finish; run the experiment again, or export another seed")
    last = int(done.max())
    if cycle is not None and not 0 <= cycle <= last:
        raise ConfigError(f"there is no cycle {cycle}; those of this experiment go from 0 to {last}")
    return last if cycle is None else cycle


def _encoder(config: ExperimentConfig, results: Experiment, experiment: Place) -> Encoder | None:
    encoder = encoder_of(config)
    if encoder and encoder.digest != results.manifest.get("encoder"):
        raise DataError(f"the encoder {config.encoder.name!r} is another here than when {str(experiment)!r} was run")
    return encoder
