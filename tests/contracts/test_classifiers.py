"""Every classifier keeps all promises with all features that it can have, one's own too; and each can be broken."""

from functools import cache

import numpy as np
import pytest
from click.testing import CliRunner

from al_core.classifiers import CLASSIFIERS, Context, TransformerModel
from al_core.config import ClassifierConfig, DataConfig, EncoderConfig, ExperimentConfig, FeaturesConfig
from al_core.contracts.cases import Case, a_case, case_of
from al_core.contracts.classifiers import CHECKS, broken
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import Split
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.features import featurise
from al_core.features.choice import encoder_of, in_effect
from al_core.learner import evaluate_model, score_pool
from al_core.plugins import classifier
from flows.cli import main

KINDS = {"naive_bayes": ("tfidf",), "transformer": ("auto",)}
EVERY = [(name, kind) for name in sorted(CLASSIFIERS) for kind in KINDS.get(name, ("tfidf", "embeddings", "joined"))]
CLASSES = ("account", "billing", "delivery", "return_refund")
LABELLED, OTHERS = np.arange(16), np.arange(16, 24)
PARTS = Split(LABELLED, OTHERS)
OWN = ["sklearn.ensemble:RandomForestClassifier(n_estimators=5)", "sklearn.naive_bayes:GaussianNB", f"{__name__}:near"]
"""A forest, which draws at random; one that takes no sparse matrices; and one that skops does not read."""
PROCESS = "says the same in another process"
"""Of linear models, test_linear.py has it; starting a process takes seconds."""
PADDED = "does not depend on the texts beside one"
"""Of a transformer in bfloat16 it does, by as much as bfloat16 is coarse."""

every_classifier = pytest.mark.parametrize(("name", "kind"), EVERY)


@cache
def corpus():
    """Twenty-four messages of the sample, six of each class, in turns."""
    whole, _ = build_corpus(DataConfig())
    rows = np.stack([np.flatnonzero(whole.codes == whole.classes.index(name))[:6] for name in CLASSES], axis=1).ravel()
    return Corpus(*(tuple(column[row] for row in rows) for column in (whole.ids, whole.texts, whole.labels)))


def a_config(name, kind, **settings):
    tiny = {"epochs": 1, "min_steps": 2, "batch_size": 8}
    return in_effect(
        ExperimentConfig(
            encoder=EncoderConfig(max_length=32, device="cpu"),
            features=FeaturesConfig(kind=kind, min_texts=1),
            classifier=ClassifierConfig.model_validate({"name": name, "fine_tuning": tiny} | settings),
        )
    )


@cache
def a_message_case(name, kind):
    """A classifier with those messages, sixteen of them labelled."""
    config = a_config(name, kind)
    return Case(config.classifier, corpus(), features(name, kind), PARTS, encoder_of(config))


@cache
def features(name, kind):
    config = a_config(name, kind)
    return featurise(corpus().texts, LABELLED, config, encoder_of(config))


@pytest.mark.parametrize(
    ("name", "kind", "promise"),
    [
        (name, kind, promise)
        for name, kind in EVERY
        for promise in sorted(set(CHECKS) - {PROCESS})
        if (name, promise) != ("transformer", PADDED)
    ],
)
def test_it_keeps_its_promise(name, kind, promise):
    CHECKS[promise](a_message_case(name, kind))


@pytest.mark.parametrize("name", OWN)
def test_one_of_your_own_keeps_all_promises(name):
    assert dict(broken(case_of(name))) == {}


class Nearest:
    """Gives each text the classes of the labelled texts that share most of its words."""

    def fit(self, features, codes):
        self.features, self.codes = features, np.eye(codes.max() + 1)[codes]

    def predict_proba(self, features):
        shared = np.asarray((features @ self.features.T).todense()) + 0.01
        return shared @ self.codes / shared.sum(axis=1, keepdims=True)


@classifier
def near():
    return Nearest()


class Faulty(Nearest):
    """Breaks promises, one at a time."""

    def __init__(self, *, fault: str):
        self.fault = fault

    def fit(self, features, codes):
        if self.fault == "few" and len(codes) < 9:
            raise RuntimeError("there are too few labels")
        super().fit(features, codes)

    def predict_proba(self, features):
        proba = super().predict_proba(features)
        if self.fault == "global":
            proba = proba + np.random.random(proba.shape)  # noqa: NPY002
        if self.fault == "generator":
            proba = proba + np.random.default_rng().random(proba.shape)
        if self.fault == "beside":
            proba = proba + proba.max(axis=0)
        if self.fault == "sums":
            return proba / 2
        if self.fault == "shape":
            return np.hstack([proba, proba])
        return np.full_like(proba, np.nan) if self.fault == "nan" else proba / proba.sum(axis=1, keepdims=True)


@pytest.mark.parametrize(
    ("fault", "promise", "saying"),
    [
        ("few", "does with one label a class", "too few labels"),
        ("global", "leaves global random state alone", "drew from global random state; .* `seed`"),
        ("generator", "repeats itself", "has to come of `seed`"),
        ("beside", "does not depend on the texts beside one", "alone, a text had other"),
        ("sums", "gives probabilities", r"Faulty\.predict_proba: probabilities have to sum to 1 in each row; row 0"),
        ("shape", "gives probabilities", "shape .* for 20 texts and 4 classes"),
        ("nan", "gives probabilities", "row 0 is .nan"),
    ],
)
def test_a_classifier_that_breaks_a_promise_is_told_so(fault, promise, saying):
    case = a_case(f"{__name__}:Faulty(fault={fault!r})")
    with pytest.raises((AssertionError, ConfigError, RuntimeError), match=saying):
        CHECKS[promise](case)


def test_features_that_a_classifier_alters_are_noticed(monkeypatch):
    case = a_case("linear_svm")
    model = case.model

    def alter(case):
        case.features.data *= 2
        return model

    monkeypatch.setattr(Case, "trained", alter)
    with pytest.raises(AssertionError, match="it altered the features"):
        CHECKS["leaves its inputs as they are"](case)


def test_check_says_which_promises_are_kept():
    said = CliRunner().invoke(main, ["check", "naive_bayes"])
    assert said.exit_code == 0
    assert "✓ gives probabilities" in said.output
    assert f"naive_bayes, tried on TF-IDF, keeps all {len(CHECKS)} promises." in said.output
    said = CliRunner().invoke(main, ["check", "sklearn.neighbors:KNeighborsClassifier"])
    assert said.exit_code == 1
    assert "✗ does with one label a class: Expected n_neighbors <= n_samples_fit" in said.output
    assert "breaks 1 of" in said.output


@every_classifier
def test_every_class_that_was_seen_has_more_than_zero(name, kind):
    case = a_message_case(name, kind)
    assert (case.proba(case.model) > 0).all()
    assert (case.proba(case.trained(case.of_classes(0, 2)))[:, [0, 2]] > 0).all()


@every_classifier
def test_a_model_comes_back_as_the_same_table(name, kind):
    case = a_message_case(name, kind)
    assert case.stored(case.model).to_table().equals(case.model.to_table(), check_metadata=True)


@every_classifier
def test_calibration_changes_confidence(name, kind):
    case = a_message_case(name, kind)
    assert not np.allclose(case.proba(case.trained(calibration="temperature")), case.proba(case.model), atol=1e-4)


@every_classifier
def test_class_weights_change_the_model(name, kind):
    case = a_message_case(name, kind)
    rows = LABELLED[(corpus().codes[LABELLED] != 0) | (LABELLED < 4)]
    balanced, plain = (case.proba(case.trained(rows, class_weight=how)) for how in ("balanced", "none"))
    assert balanced[:, 0].mean() > plain[:, 0].mean()


@every_classifier
def test_the_pool_is_scored_as_the_model_predicts(name, kind):
    case = a_message_case(name, kind)
    found = score_pool(case.model, case.features, OTHERS, len(CLASSES))
    assert found.tobytes() == case.proba(case.model).tobytes()
    assert score_pool(case.model, case.features, OTHERS[:0], len(CLASSES)).shape == (0, len(CLASSES))


@every_classifier
def test_metrics_are_of_the_labelled_texts_and_the_test_set(name, kind):
    case = a_message_case(name, kind)
    metrics = evaluate_model(case.model, corpus(), case.features, LABELLED, PARTS)
    assert metrics.labels == len(LABELLED)
    assert metrics.confusion.sum() == len(OTHERS)
    assert np.isfinite([metrics.train_loss, metrics.test_loss, metrics.brier_score]).all()


def test_a_transformer_depends_on_the_seed_and_says_how_its_epochs_went():
    case = a_message_case("transformer", "auto")
    assert case.proba(case.trained(seed=1)).tobytes() != case.proba(case.model).tobytes()
    assert [(epoch.epoch, epoch.steps) for epoch in case.model.epochs] == [(1, 2)]
    assert all(np.isfinite(list(vars(epoch).values())).all() for epoch in case.model.epochs)


def tuned(**fine_tuning):
    """The settings of one short training."""
    return ClassifierConfig.model_validate({"fine_tuning": {"epochs": 1} | fine_tuning}).fine_tuning


def test_min_steps_add_epochs_where_there_are_few_labels():
    case = a_message_case("transformer", "auto")
    settings = tuned(min_steps=3, batch_size=16, epoch_test_texts=0)
    model = case.trained(LABELLED[:4], fine_tuning=settings)
    assert [(epoch.epoch, epoch.steps, epoch.test_loss) for epoch in model.epochs] == [
        (1, 1, None),
        (2, 2, None),
        (3, 3, None),
    ]
    assert case.stored(model).epochs == model.epochs


def test_a_transformer_with_the_other_head_comes_back_too():
    case = a_message_case("transformer", "auto")
    settings = tuned(min_steps=2, batch_size=8, head="normalised")
    model, config = case.trained(fine_tuning=settings), case.config.model_copy(update={"fine_tuning": settings})
    back = TransformerModel.from_weights(model.weights(), model.to_table(), config, model.encoder)
    assert case.proba(back).tobytes() == case.proba(model).tobytes()


def test_a_training_leaves_the_random_numbers_of_torch_as_they_were():
    import torch

    case = a_message_case("transformer", "auto")
    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    case.trained(LABELLED[:4])
    assert torch.equal(torch.rand(3), expected)


def test_without_an_encoder_a_transformer_says_so():
    with pytest.raises(ConfigError, match="needs an encoder"):
        CLASSIFIERS["transformer"](features("transformer", "auto"), corpus().codes, ClassifierConfig(), Context())


def test_the_encoder_of_a_model_is_the_one_that_the_configuration_names():
    model = a_message_case("transformer", "auto").model
    assert model.encoder == Encoder.of(a_config("transformer", "auto").encoder)
