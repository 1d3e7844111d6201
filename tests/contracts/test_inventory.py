"""Every registered name is in the configuration and in the docs, and none comes or goes unnoticed."""

from pathlib import Path

from click.testing import CliRunner

from al_core import config
from al_core.classifiers import CLASSIFIERS
from al_core.config import BY_FILE, INITIALISATION_NAMES, SIMULATION_ONLY
from al_core.initialisation import INITIALISATIONS
from al_core.look import COMPUTE
from al_core.strategies import NEEDS, STRATEGIES, WRAPPERS
from flows.cli import main

DOCS = Path(__file__).parents[2] / "docs"
PINNED_STRATEGIES = {
    "adaptive", "alps", "badge", "bald", "binary_minimum", "cardinality_margin", "closest_to_boundary",
    "cluster_margin", "consensus_entropy", "contrastive", "coreset", "cvirs", "discriminative", "entropy",
    "expected_error_reduction", "expected_gradient_length", "information_density", "kl_disagreement", "kmeans",
    "label_cardinality_inconsistency", "least_confidence", "lightweight_coreset", "margin", "prob_cover", "random",
    "typiclust", "vote_entropy",
}  # fmt: skip
PINNED_WRAPPERS = {"anchors", "balance", "distinct", "mix", "seals", "stream", "subsample", "switch"}
PINNED_INITIALISATIONS = {
    "random", "stratified", "balanced", "given", "model", "alps", "coreset", "discriminative", "kmeans",
    "lightweight_coreset", "prob_cover", "typiclust",
}  # fmt: skip
PINNED_CLASSIFIERS = {"logistic_regression", "naive_bayes", "linear_svm", "transformer"}


def test_the_classifiers_are_the_pinned_ones():
    assert set(CLASSIFIERS) == set(config.CLASSIFIER_NAMES) == PINNED_CLASSIFIERS


def test_the_initialisations_are_the_pinned_ones():
    assert set(INITIALISATION_NAMES) == PINNED_INITIALISATIONS
    assert len(INITIALISATION_NAMES) == len(PINNED_INITIALISATIONS)
    assert {*INITIALISATIONS, *BY_FILE} < PINNED_INITIALISATIONS


def test_the_strategies_are_the_pinned_ones_and_say_what_they_are():
    assert set(STRATEGIES) == PINNED_STRATEGIES
    assert set(WRAPPERS) == PINNED_WRAPPERS
    for name, strategy in (STRATEGIES | WRAPPERS).items():
        assert strategy.name == name
        assert strategy.source
        assert strategy.cost
        assert strategy.about.endswith(".")
        assert strategy.labels in ("one", "several", "any")


def test_every_need_can_be_computed_and_is_needed_by_some_strategy():
    needed = set().union(*(strategy.needs for strategy in (STRATEGIES | WRAPPERS).values()))
    assert set(COMPUTE) == set(NEEDS)
    assert set(NEEDS) - needed == {"texts"}, "that is for strategies of one's own"


def test_the_table_in_the_docs_is_the_one_that_is_generated():
    table = CliRunner().invoke(main, ["strategies", "--markdown"]).output
    assert table in (DOCS / "strategies.md").read_text(), "write it anew: alflow strategies --markdown"


def test_the_command_line_lists_them_all():
    listed = CliRunner(env={"COLUMNS": "200"}).invoke(main, ["strategies"]).output
    assert [name for name in (STRATEGIES | WRAPPERS) if name not in listed] == []


def test_the_initialisations_that_look_at_labels_are_marked_as_such():
    assert set(INITIALISATIONS) - set(SIMULATION_ONLY) == {"random"}
