"""The experiment: strategies × seeds × cycles, as a flow."""

from prefect import flow

from al_core.config import ExperimentConfig
from al_core.datasets.build import source_digest
from al_core.datasets.presets import resolve
from al_core.datasets.split import check_experiment
from al_core.results import data_name, setup_folder
from flows.cells import run_cells
from flows.cycle import Prepared
from tasks.files import Place
from tasks.ingest import ingest
from tasks.prepare import choose_seed_set, featurise, split
from tasks.publish import announce, publish
from tasks.report import report
from tasks.store import Ref, Store
from tasks.tables import load_corpus


@flow(name="experiment", flow_run_name="{config.data.source} · {config.seeds} seeds")
def experiment(config: ExperimentConfig) -> Place:
    """Compare query strategies on labelled data: every strategy with every seed, cycle after cycle.

    Returns:    the folder of the finished experiment
    Raises:     RuntimeError if a strategy failed, after the others are done and published
    """
    store, corpus = check(config)
    announce(store, config, corpus)
    prepared = [prepare(store, config, corpus, seed) for seed in range(config.seeds)]
    cycles, failed = run_cells(store, config, prepared)
    folder = publish(store, config, corpus, cycles, [seed.refs() for seed in prepared], failed)
    report(folder)
    if failed:
        causes = "; ".join(f"{name}: {cause}" for name, cause in failed.items())
        raise RuntimeError(f"failed: {causes}. The others are in {folder}. Run again to do what is missing")
    return folder


def check(config: ExperimentConfig) -> tuple[Store, Ref]:
    """Open the store, read the data into it, and refuse what an experiment cannot start with."""
    store = Store.open(config.store)
    corpus = ingest(store, data_name(config), data=resolve(config.data), content=source_digest(config.data))
    check_experiment(load_corpus(store, corpus), config)
    return store, corpus


def prepare(store: Store, config: ExperimentConfig, corpus: Ref, seed: int) -> Prepared:
    """Do once what all strategies of a seed share."""
    folder = f"{data_name(config)}/seed={seed}"
    parts = split(store, folder, corpus, config.data.test_size, seed)
    features = featurise(store, folder, corpus, parts, config.features)
    seed_set = choose_seed_set(store, folder, corpus, parts, config.seed_set, seed)
    return Prepared(setup_folder(config, load_corpus(store, corpus).fingerprint), corpus, parts, features, seed_set)
