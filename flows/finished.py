"""A cycle of a finished experiment, found in its store again with the model that it learned."""

from dataclasses import replace
from functools import partial

import numpy as np

from al_core.analysis import aulc
from al_core.classifiers import EstimatorModel, LinearModel, TransformerModel, Untrained
from al_core.config import ExperimentConfig
from al_core.datasets.split import possible_cycles
from al_core.errors import ConfigError, DataError, known_name
from al_core.export.exportable import check_exportable
from al_core.export.learned import Learned
from al_core.features import Features
from al_core.features.choice import in_effect
from al_core.learner import evaluate_model, train
from al_core.metrics import Metrics
from al_core.results import Experiment, experiment_folder, read_experiment
from al_core.strategies.expression import in_the_store
from al_core.validation import validated
from flows.cycle import labelled_before, stages
from flows.prepare import Prepared, check, prepare
from tasks.files import Place
from tasks.models import load_model
from tasks.publish import Cycle
from tasks.stage import from_store
from tasks.store import Ref, Store
from tasks.tables import load_corpus, load_features, load_rows, load_split


def find(experiment: Place, strategy: str | None = None, seed: int = 0, cycle: int | None = None) -> Learned:
    """Return what a cycle of a finished experiment learned; weights that were removed are trained again.

    A linear model that was not calibrated in training is so here: it predicts the same.

    Parameters: strategy : the best of the tables if None: largest area under the curve of macro-F1
                cycle : the last if None
    Raises:     ConfigError if there is no such cycle, it cannot be exported, or the store lacks what it needs;
                DataError if data or encoder are others than they were
    """
    results = read_experiment(experiment)
    config = _config(results, experiment)
    check_exportable(config)
    known = config.strategies
    best = str(aulc(results.metrics).index[0])
    strategy = known_name("strategy", in_the_store(strategy), known) if strategy else best
    store, prepared = _prepared(config, results, experiment, seed)
    last = possible_cycles(load_split(store, prepared.split), config)
    number = _number(cycle, last)
    labelled = labelled_before(store, config, prepared, strategy, seed, number)
    done = _done(store, config, prepared, strategy, seed, number, labelled, ask=number < last)
    learning = prepared.learning(config, labelled, seed)
    model = load_model(store, done.model, learning)
    if isinstance(model, Untrained):
        raise ConfigError(f"no text is labelled yet in cycle {number}, and there is no model; choose a later cycle")
    assert isinstance(model, LinearModel | TransformerModel | EstimatorModel)
    corpus, parts = load_corpus(store, prepared.corpus), load_split(store, prepared.split)
    metrics = Metrics.from_table(store.load(done.metrics))
    learned = Learned(model, corpus, parts, metrics, config, prepared.encoder, strategy, seed, number, results.manifest)
    return _calibrated(learned, load_features(store, learning.features), load_rows(store, labelled))


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
    """Return the experiment's configuration, with the store in which its folder lies now, for any device."""
    config = validated(ExperimentConfig, results.manifest["config"])
    encoder = config.encoder.model_copy(update={"device": "auto"})
    return in_effect(config.model_copy(update={"store": str(experiment.parent.parent), "encoder": encoder}))


def _prepared(config: ExperimentConfig, results: Experiment, experiment: Place, seed: int) -> tuple[Store, Prepared]:
    """Return the store, and what the cycles of a seed share, which is computed again if it is not there any more."""
    if not 0 <= seed < config.seeds:
        raise ConfigError(f"there is no seed {seed}; those of this experiment go from 0 to {config.seeds - 1}")
    store, corpus = check(config)
    _check_data(store, corpus, results)
    prepared = prepare(store, config, corpus, seed)
    folder = experiment_folder(config, load_corpus(store, corpus).fingerprint, prepared.encoder)
    if prepared.encoder and folder.rsplit("/", 1)[-1] != experiment.name:
        raise DataError(f"the encoder {config.encoder.name!r} is another here than when {str(experiment)!r} was run")
    return store, prepared


def _check_data(store: Store, corpus: Ref, results: Experiment) -> None:
    here, was = load_corpus(store, corpus).fingerprint, results.manifest["data"]["fingerprint"]
    if here != was:
        raise DataError(
            f"the data has the fingerprint {here}, and had {was} when the experiment was run; "
            "bring back what it was, or run the experiment again"
        )


def _number(cycle: int | None, last: int) -> int:
    if cycle is not None and not 0 <= cycle <= last:
        raise ConfigError(f"there is no cycle {cycle}; those of this experiment go from 0 to {last}")
    return last if cycle is None else cycle


def _done(
    store: Store,
    config: ExperimentConfig,
    prepared: Prepared,
    strategy: str,
    seed: int,
    cycle: int,
    labelled: tuple[Ref, ...],
    ask: bool,
) -> Cycle:
    """Return the results of a cycle, which have to be in the store."""
    done = from_store(partial(stages, store, config, prepared, strategy, seed, cycle, labelled, ask))
    if done is None:
        raise ConfigError(
            f"the model of {strategy}, seed {seed}, cycle {cycle} is not in {config.store!r}: it was removed, or "
            "alflow or a library has another version since; run the experiment again, which does all that is missing"
        )
    return done
