"""Classifiers of one's own: what names them, what makes them, and what is made of their estimators."""

import re
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from scipy.sparse import csr_matrix
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import LinearSVC

from al_core.classifiers import Context, EstimatorModel, classifier_of
from al_core.config import ClassifierConfig, CommitteeConfig, ExperimentConfig
from al_core.contracts.cases import a_case
from al_core.corpus import Corpus
from al_core.errors import ConfigError
from al_core.estimators import code_of, maker_of
from al_core.feasible import check_strategies
from al_core.features import Joined
from al_core.loop import simulate
from al_core.plugins import classifier, digest_of_module
from al_core.results import setup_folder
from al_core.validation import validated

FOREST = "sklearn.ensemble:RandomForestClassifier(n_estimators=10)"
NEIGHBOURS = "sklearn.neighbors:KNeighborsClassifier(n_neighbors=3)"
HERE = __name__


@classifier
def forest(seed, *, trees: int = 10):
    return RandomForestClassifier(trees, random_state=seed)


@classifier
def unseeded():
    return RandomForestClassifier(10)


@classifier
def no_probabilities():
    return LinearSVC()


@classifier
def a_class():
    return RandomForestClassifier


@classifier
def mistaken(sead):
    return RandomForestClassifier(10, random_state=sead)


class Halves:
    """Gives the first class one half, and says what it has read."""

    def fit(self, features, codes):
        self.read, self.codes = features, codes

    def predict_proba(self, features):
        return np.full((features.shape[0], len(np.unique(self.codes))), 0.5, dtype=np.float32)


def test_a_name_is_spelled_in_one_way_and_has_its_settings():
    config = ClassifierConfig(name=f"{HERE}:forest( trees = '7' )")
    assert config.name == f"{HERE}:forest(trees=7)"
    assert maker_of(config.name).make(3).get_params()["random_state"] == 3
    assert maker_of(config.name).make(3).n_estimators == 7
    assert maker_of(FOREST).make(0).n_estimators == 10


@pytest.mark.parametrize(
    ("name", "saying"),
    [
        ("bayes", r"^unknown classifier 'bayes'; did you mean 'naive_bayes'\? There are: linear_svm, logistic"),
        ("naive_bayes(alpha=3)", "naive_bayes has no setting 'alpha'. It has none"),
        (f"{HERE}:forrest", r"has no 'forrest'; did you mean 'forest'\?"),
        (f"{HERE}:forest(tree=3)", r"no setting 'tree'; did you mean 'trees'\? It has trees"),
        (f"{HERE}:forest(trees='many')", "trees: input should be a valid integer"),
        (f"{HERE}:forest(naive_bayes)", "goes around no other, and its settings have names"),
        (f"{HERE}:mistaken", "asks for 'sead'; it can ask for `seed`, and its settings have to be keyword-only"),
        ("tests.nowhere:forest", "cannot be imported"),
        ("forest)", r"the classifier 'forest\)' cannot be read: it is a name, such as naive_bayes"),
    ],
)
def test_what_cannot_be_understood_is_said(name, saying):
    with pytest.raises(ConfigError, match=saying):
        validated(ExperimentConfig, {"classifier": {"name": name}})


@pytest.mark.parametrize(
    ("name", "saying"),
    [
        (f"{HERE}:no_probabilities", "makes 'LinearSVC.*has no `predict_proba`; .* CalibratedClassifierCV"),
        (f"{HERE}:a_class", "which has no `fit`"),
        (f"{HERE}:Halves", r"Halves.predict_proba: .* sum to 1 in each row; row 0 is \[0.5, 0.5, 0.5, 0.5\]"),
        ("sklearn.naive_bayes:GaussianNB", "fails on 40 short texts as TF-IDF: .*; .* `features.kind: embeddings`"),
    ],
)
def test_what_cannot_be_trained_is_refused_before_any_work(name, saying):
    with pytest.raises(ConfigError, match=saying):
        check_strategies(of(name), words(), None)


def of(name, **settings):
    return ExperimentConfig.model_validate({"features": {"kind": "tfidf"}, "classifier": {"name": name}} | settings)


def test_an_installed_package_brings_classifiers_by_name(tmp_path, monkeypatch):
    about = tmp_path / "woods-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: woods\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text("[alflow.classifiers]\nwood = woods_of_mine:wood\n")
    (tmp_path / "woods_of_mine.py").write_text(
        "from al_core import classifier\nfrom sklearn.ensemble import ExtraTreesClassifier\n"
        "@classifier\ndef wood(): return ExtraTreesClassifier(5)\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert ClassifierConfig(name="wood").name == "wood"
    case = a_case("wood")
    assert case.proba(case.model).shape == (20, 4)
    with pytest.raises(ConfigError, match=r"unknown classifier 'woods'; did you mean 'wood'\? There are: .*, wood"):
        maker_of("woods")


def test_what_is_left_to_chance_is_given_the_seed_inside_others_too():
    assert maker_of(f"{HERE}:unseeded").make(5).random_state == 5
    case = a_case(f"{HERE}:unseeded")
    assert case.proba(case.trained(seed=1)).tobytes() != case.proba(case.model).tobytes()
    assert case.proba(case.trained(seed=0)).tobytes() == case.proba(case.model).tobytes()


def test_the_estimator_reads_codes_without_gaps_and_dense_or_sparse_matrices():
    sparse, codes = csr_matrix(np.eye(3)), np.array([1, 4, 1])
    dense = np.ones((3, 2), dtype=np.float32)
    train, config = classifier_of(f"{HERE}:Halves"), ClassifierConfig(name=f"{HERE}:Halves")
    for features, read in (
        (sparse, csr_matrix),
        (Joined(dense, sparse), csr_matrix),
        (Joined.alone(dense), np.ndarray),
    ):
        model = train(features, codes, config, Context())
        assert model.estimator.codes.tolist() == [0, 1, 0]
        assert isinstance(model.estimator.read, read)
        assert model.predict_proba(features, 6).tolist() == [[0, 0.5, 0, 0, 0.5, 0]] * 3


def test_what_skops_does_not_read_is_not_kept():
    table = EstimatorModel(np.array([0, 1]), Halves()).to_table()
    assert table["estimator"].null_count == 1
    assert EstimatorModel.from_table(table) is None
    damaged = pa.table({"estimator": pa.array([b"PK"], pa.large_binary())})
    assert EstimatorModel.from_table(damaged.replace_schema_metadata(table.schema.metadata)) is None


def test_keys_change_with_the_code_and_with_nothing_that_is_not_heeded(tmp_path, monkeypatch):
    module, written = (
        tmp_path / "grove.py",
        "from al_core import classifier\nfrom sklearn.ensemble import ExtraTreesClassifier as wood\n",
    )
    monkeypatch.syspath_prepend(tmp_path)
    seen = []
    for content in (written, written, written + "# altered\n"):
        module.write_text(content)
        digest_of_module.cache_clear()
        maker_of.cache_clear()
        sys.modules.pop("grove", None)
        mine = "grove:mine"
        module.write_text(content + "@classifier\ndef mine(): return wood(5)\n")
        config = of(mine, committee={"classifiers": [mine, "linear_svm"]})
        seen.append((config.classifier.identity(), config.committee.identity(), setup_folder(config, "")))
    assert seen[0] == seen[1]
    assert all(one != other for one, other in zip(seen[1], seen[2], strict=True))
    unheeded = ClassifierConfig(name=mine, regularisation=3, class_weight="none")
    assert unheeded.identity() == ClassifierConfig(name=mine).identity()
    assert "code" not in ClassifierConfig().identity() | CommitteeConfig().identity()
    assert len(code_of(mine, "naive_bayes", FOREST)) == 2


def words(n=80):
    """Texts of two classes, each with a word of its class, mostly."""
    rng = np.random.default_rng(0)
    texts = tuple(
        f"{'ab'[(row + (rng.random() < 0.2)) % 2]}{rng.integers(5)} word{row % 7} number{row}" for row in range(n)
    )
    return Corpus(tuple(map(str, range(n))), texts, tuple("xy"[row % 2] for row in range(n)))


@pytest.mark.parametrize(
    ("strategy", "committee"),
    [
        ("margin", {}),
        ("badge", {}),
        ("expected_error_reduction(candidates=4)", {}),
        ("vote_entropy", {"by": "bootstrap", "members": 2}),
        ("vote_entropy", {"by": "seed", "members": 2}),
        ("vote_entropy", {"by": "classifiers", "classifiers": [f"{HERE}:forest", "naive_bayes"]}),
    ],
)
def test_the_loop_runs_with_it_whatever_the_strategy_needs(strategy, committee):
    settings = {"strategies": [strategy], "committee": committee, "cycles": 1, "query_size": 4, "seed_set": {"size": 8}}
    config = of(f"{HERE}:forest(trees=5)", **settings)
    check_strategies(config, words(), None)
    first, last = simulate(words(), config, config.strategies[0], 0)
    assert len(set(first.query.rows.tolist())) == 4
    assert last.metrics.labels == 12


def test_what_it_cannot_do_is_refused_before_any_work():
    with pytest.raises(ConfigError, match=r"bald needs a network with dropout: `classifier\.name: transformer`"):
        check_strategies(of(FOREST, strategies=["bald"]), words(), None)
    by_seed = {"strategies": ["vote_entropy"], "committee": {"by": "seed"}}
    with pytest.raises(ConfigError, match=re.escape(f"{NEIGHBOURS} is the same with every seed")):
        check_strategies(of(NEIGHBOURS, **by_seed), words(), None)
    named = {"by": "classifiers", "classifiers": ["linear_svm", f"{HERE}:no_probabilities"]}
    with pytest.raises(ConfigError, match="has no `predict_proba`"):
        check_strategies(of("linear_svm", strategies=["vote_entropy"], committee=named), words(), None)


def test_the_documentation_names_what_there_is():
    said = (Path(__file__).parents[2] / "docs" / "models.md").read_text()
    assert "alflow.classifiers" in said
    assert maker_of(re.search(r"'(sklearn\.ensemble:[^']*)'", said)[1]).make(0).n_estimators == 200


SHARED = RandomForestClassifier(3)


@classifier
def shared():
    return SHARED


PARTIAL = partial(RandomForestClassifier, 3)


def test_what_is_shared_between_estimators_does_not_keep_the_first_seed():
    assert [maker_of(f"{HERE}:shared").make(seed).random_state for seed in (4, 2)] == [4, 2]


def test_what_is_no_function_is_refused_since_its_module_is_not_known():
    with pytest.raises(ConfigError, match=r"is no function, but functools\.partial"):
        maker_of(f"{HERE}:PARTIAL")
