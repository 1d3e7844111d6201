"""Texts with several labels: read, split, learned, measured and asked for."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.sparse import csr_matrix
from sklearn import metrics as reference
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier

from al_core.classifiers import CLASSIFIERS, Context, classifier_of
from al_core.config import ClassifierConfig, DataConfig, ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import check_experiment, split
from al_core.errors import ConfigError, DataError
from al_core.feasible import check_strategies
from al_core.loop import simulate
from al_core.metrics import evaluate
from al_core.plugins import stopping_rule
from al_core.stopping.marks import marks
from al_core.strategies import STRATEGIES, strategy_of
from al_core.strategies.multilabel import cvirs, set_distances

WORDS = ("rain", "wind", "snow")
NOT_FINE_TUNED = ("logistic_regression", "linear_svm", "naive_bayes", "sklearn.ensemble:ExtraTreesClassifier")


def weather(n: int = 160, seed: int = 0) -> Corpus:
    """Return texts with the words of their classes, of which they have up to three, and a word of their own."""
    rng = np.random.default_rng(seed)
    has = rng.random((n, 3)) < (0.5, 0.4, 0.3)
    labels = tuple(tuple(word for word, there in zip(WORDS, row, strict=True) if there) for row in has)
    texts = tuple(f"{' '.join(names)} today {number} {number % 7}" for number, names in enumerate(labels))
    return Corpus(tuple(map(str, range(n))), texts, labels)


def a_config(**settings: object) -> ExperimentConfig:
    few = {"features": {"kind": "tfidf"}, "cycles": 2, "query_size": 8, "strategies": ["random"]}
    return ExperimentConfig.model_validate(few | settings)


def read(file: Path, content: str, **settings: object) -> Corpus:
    file.write_text(content, encoding="utf-8")
    return build_corpus(DataConfig.model_validate({"source": str(file), "label_separator": "|"} | settings))[0]


def test_labels_are_read_of_cells_and_of_lists(tmp_path: Path) -> None:
    rows = 'text,label\na,"wet | cold"\nb,cold\nc,|\nd,\ne,cold|cold\n'
    by_cell = read(tmp_path / "x.csv", rows)
    assert by_cell.labels == (("cold", "wet"), ("cold",), (), None, ("cold",))
    assert by_cell.codes.tolist() == [[1, 1], [1, 0], [0, 0], [-1, -1], [1, 0]]
    lists = [["wet", "cold"], ["cold"], [], None, ["cold"]]
    lines = "".join(
        json.dumps({"text": text, "label": label}) + "\n" for text, label in zip("abcde", lists, strict=True)
    )
    assert read(tmp_path / "x.jsonl", lines).labels == by_cell.labels
    assert Corpus.from_table(by_cell.to_table()) == by_cell
    assert read(tmp_path / "x.jsonl", '{"text": "a", "label": ["wet", null]}').labels == (("wet",),)
    merged = read(tmp_path / "x.csv", "text,label\na,0|1\na,0\n", label_names={"0": "cold", "1": "cold"})
    assert merged.labels == (("cold",),), "no conflict"
    with pytest.raises(DataError, match=r"the label \['wet', 'cold'\] is a list.*label_separator"):
        read(tmp_path / "x.jsonl", lines, label_separator=None)


def test_names_categories_and_conflicts_are_those_of_the_single_labels(tmp_path: Path) -> None:
    rows = "text,label\na,0|1\nb,1\nc,2\na,1|0\nd,0\nd,1\n"
    corpus = read(tmp_path / "x.csv", rows, label_names={"0": "cold"}, categories=["cold", "1"])
    assert dict(zip(corpus.texts, corpus.labels, strict=True)) == {"a": ("1", "cold"), "b": ("1",)}
    with pytest.raises(DataError, match="no text has the label 'cald'; did you mean 'cold'"):
        read(tmp_path / "x.csv", rows, label_names={"0": "cold"}, categories=["cald"])


def test_a_rare_class_is_in_both_parts() -> None:
    labels = (("often",),) * 60 + (("often", "rare"),) * 5 + ((),) * 4 + (("often", "twice"),) * 1
    corpus = Corpus(tuple(map(str, range(70))), tuple(f"t{n}" for n in range(70)), labels)
    for seed in range(5):
        parts = split(corpus, 0.2, seed)
        assert (len(parts.train), len(parts.test)) == (56, 14)
        for rows, least in ((parts.train, 4), (parts.test, 1)):
            assert sum("rare" in (corpus.labels[row] or ()) for row in rows) >= least


several = st.integers(2, 30).flatmap(
    lambda n: st.tuples(
        arrays(np.float64, (n, 3), elements=st.floats(0, 1)), arrays(np.int64, (n, 3), elements=st.integers(0, 1))
    )
)


@given(several)
def test_metrics_are_those_of_scikit_learn(case: tuple[np.ndarray, np.ndarray]) -> None:
    proba, codes = case
    ours, predicted = evaluate(proba, codes, proba, codes), proba > 0.5
    present = (codes.any(axis=0) | predicted.any(axis=0)).nonzero()[0]
    per_class = reference.precision_recall_fscore_support(codes, predicted, average=None, zero_division=0)
    for name, values in zip(("precision", "recall", "f1", "support"), per_class, strict=True):
        np.testing.assert_allclose(getattr(ours, name), values)
    wanted = (
        reference.f1_score(codes, predicted, average="macro", labels=present, zero_division=0) if len(present) else 0
    )
    assert ours.macro_f1 == pytest.approx(wanted)
    assert ours.micro_f1 == pytest.approx(reference.f1_score(codes, predicted, average="micro", zero_division=0))
    assert ours.accuracy == pytest.approx(reference.accuracy_score(codes, predicted))
    losses = [reference.log_loss(has, p, labels=[0, 1]) for has, p in zip(codes.T, proba.T, strict=True)]
    assert ours.test_loss == pytest.approx(np.mean(losses))
    assert ours.brier_score == pytest.approx(2 * np.mean((proba - codes) ** 2))
    assert (ours.confusion == reference.multilabel_confusion_matrix(codes, predicted)).all()
    assert ours.labelled.tolist() == codes.sum(axis=0).tolist()


def problem(n: int = 60) -> tuple[csr_matrix, np.ndarray]:
    rng = np.random.default_rng(1)
    dense = rng.random((n, 6)) * (rng.random((n, 6)) < 0.6)
    return csr_matrix(dense), (dense[:, :3] > 0.3).astype(np.int64)


def test_a_regression_a_class_is_what_scikit_learn_fits_one_against_the_rest() -> None:
    features, codes = problem()
    model = CLASSIFIERS["logistic_regression"](features[:40], codes[:40], ClassifierConfig())
    solver = LogisticRegression(solver="newton-cg", class_weight="balanced", max_iter=1000)
    wanted = OneVsRestClassifier(solver).fit(features[:40], codes[:40]).predict_proba(features)
    np.testing.assert_allclose(model.predict_proba(features, 3), wanted, atol=1e-9)


@pytest.mark.parametrize("name", NOT_FINE_TUNED)
def test_each_class_is_for_itself_and_those_not_seen_are_impossible(name: str) -> None:
    features, codes = problem()
    codes[:, 1], codes[:, 2] = 0, 1
    config, fit = ClassifierConfig(name=name), classifier_of(name)
    model = fit(features, codes, config, Context())
    proba = model.predict_proba(features, 4)
    assert ((proba >= 0) & (proba <= 1)).all()
    assert (proba[:, [1, 3]] == 0).all()
    assert (proba[:, 2] > 0.9).all()
    assert ((proba[:, 0] > 0.5) == codes[:, 0]).mean() > 0.8
    for varied in (problem()[1], codes * 0):
        learned = fit(features, varied, config, Context())
        back = type(model).from_table(learned.to_table())
        assert back is not None
        assert back.predict_proba(features, 4).tobytes() == learned.predict_proba(features, 4).tobytes()
    one = fit(features, codes * [1, 0, 0], config, Context()).predict_proba(features, 4)
    assert ((one[:, 0] > 0.5) == codes[:, 0]).mean() > 0.8
    all_have_it = fit(features, codes * 0 + [1, 0, 0], config, Context()).predict_proba(features, 4)
    assert (all_have_it[:, 0] > 0.9).all()


def test_cvirs_by_hand() -> None:
    """Places: of the first class 3, 1.5, 1.5, of the second 1, 2, 3; sets {a}, {a, b}, {} against {a} and {b}."""
    proba = np.array([[0.9, 0.5], [0.75, 0.6], [0.25, 0.1]])
    places = np.array([(0 + 2) / 4, (1.5 + 1) / 4, (1.5 + 0) / 4])
    assert set_distances(np.array([[1, 0]]), np.array([[1, 0], [0, 1]])).tolist() == [[0, 1]], "the same; all differ"
    assert set_distances(np.array([[1, 1], [0, 0]]), np.array([[1, 0]])).tolist() == [[1], [1]], "one is constant"
    np.testing.assert_allclose(cvirs(proba, np.array([[1, 0], [0, 1]])), places * [0.5, 1, 1])


FOR_SEVERAL = sorted(
    name for name, one in STRATEGIES.items() if one.labels in ("any", "several") and "surprisal" not in one.needs
)


@pytest.mark.parametrize(
    "name", [*FOR_SEVERAL, "switch(kmeans,cvirs,after=30)", "distinct(binary_minimum)", "stream(cvirs)"]
)
def test_every_strategy_for_several_labels_goes_through_the_loop(name: str) -> None:
    corpus, config = weather(), a_config()
    cycles = list(simulate(corpus, config, name, 0))
    assert [len(cycle.query.rows) for cycle in cycles if cycle.query] == [8, 8]
    assert cycles[-1].metrics.confusion.shape == (3, 2, 2)


def test_it_can_begin_without_any_label() -> None:
    cycles = list(simulate(weather(), a_config(seed_set={"size": 0}), "switch(kmeans,cvirs,after=8)", 0))
    assert [cycle.metrics.labels for cycle in cycles] == [0, 8, 16]
    assert cycles[0].metrics.f1.tolist() == [0, 0, 0], "a third is no reason to predict a class"


def test_the_default_strategies_are_for_several_labels() -> None:
    separated = {"data": {"label_separator": "|"}}
    assert ExperimentConfig.model_validate(separated).strategies == ("random", "cvirs")
    assert ExperimentConfig.model_validate({"data": DataConfig(label_separator="|")}).strategies == ("random", "cvirs")
    assert ExperimentConfig.model_validate(separated | {"strategies": ["kmeans"]}).strategies == ("kmeans",)
    assert ExperimentConfig().strategies == ("random", "margin")


def test_labels_pay() -> None:
    corpus, config = weather(400), a_config(cycles=6, query_size=20, seed_set={"size": 3})
    for name in ("binary_minimum", "random"):
        cycles = list(simulate(corpus, config, name, 0))
        assert cycles[-1].metrics.macro_f1 > 0.9 > cycles[0].metrics.macro_f1


@stopping_rule
def audited(audit_proba):
    """Stop when half of what is audited is sure; a rule of one's own."""
    return "half" if (audit_proba[-1] > 0.5).mean() > 0.5 else None


def test_rules_and_classifiers_of_ones_own_are_tried_as_such() -> None:
    stopping = {"rules": [f"{__name__}:audited"], "audit_set": 20}
    config = a_config(stopping=stopping, classifier={"name": "sklearn.naive_bayes:ComplementNB"})
    corpus = weather()
    check_strategies(config, corpus, None)
    cycles = list(simulate(corpus, config, "random", 0))
    history = [cycle.reading for cycle in cycles if cycle.reading]
    (row,) = marks(config.stopping.rules, history, [cycle.metrics for cycle in cycles])
    assert row["why"] in ("half", None)


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"strategies": ["margin"]}, "margin is for texts with one label each, and here a text can have several"),
        ({"strategies": ["balance(kmeans)"]}, "is for texts with one label each"),
        ({"seed_set": {"initialisation": "balanced"}}, "balanced goes by the one label of a text"),
        ({"classifier": {"calibration": "temperature"}}, "calibration: temperature is for texts with one label each"),
    ],
)
def test_what_is_for_one_label_is_refused(settings: dict, says: str) -> None:
    corpus, config = weather(), a_config(**settings)

    def check() -> None:
        check_experiment(corpus, config)
        check_strategies(config, corpus, None)

    with pytest.raises(ConfigError, match=says):
        check()


def test_what_is_for_several_labels_is_refused_where_each_text_has_one() -> None:
    corpus, _ = build_corpus(DataConfig())
    with pytest.raises(ConfigError, match="cvirs is for texts with several labels, and here each has one"):
        check_strategies(a_config(strategies=["cvirs"]), corpus, None)
    with pytest.raises(ConfigError, match="cvirs is for texts with several labels, and the rest for one"):
        strategy_of("switch(margin,cvirs,after=30)")
