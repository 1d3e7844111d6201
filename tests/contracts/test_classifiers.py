"""What every classifier promises, held over every registered name with all features that it can have."""

from functools import cache
from io import BytesIO

import numpy as np
import pyarrow.parquet as pq
import pytest

from al_core.classifiers import CLASSIFIERS, Context, LinearModel, TransformerModel
from al_core.config import ClassifierConfig, DataConfig, EncoderConfig, ExperimentConfig, FeaturesConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.split import Split
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.features import featurise
from al_core.features.choice import encoder_of, in_effect
from al_core.learner import evaluate_model, score_pool, train

KINDS = {"naive_bayes": ("tfidf",), "transformer": ("auto",)}
EVERY = [(name, kind) for name in sorted(CLASSIFIERS) for kind in KINDS.get(name, ("tfidf", "embeddings", "joined"))]
CLASSES = ("account", "billing", "delivery", "return_refund")
LABELLED, OTHERS = np.arange(16), np.arange(16, 24)
PARTS = Split(LABELLED, OTHERS)

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
def features(name, kind):
    config = a_config(name, kind)
    return featurise(corpus().texts, LABELLED, config, encoder_of(config))


def trained(name, kind, rows=LABELLED, seed=0, **settings):
    config = a_config(name, kind, **settings)
    return train(corpus(), features(name, kind), rows, config.classifier, PARTS, seed, encoder_of(config))


@cache
def one_model(name, kind):
    return trained(name, kind)


def proba(model, name, kind, rows=OTHERS):
    return model.predict_proba(features(name, kind)[rows], len(CLASSES))


def saved_and_loaded(model, name, kind):
    """The model as another process would read it."""
    buffer = BytesIO()
    pq.write_table(model.to_table(), buffer)
    table = pq.read_table(BytesIO(buffer.getvalue()))
    if not isinstance(model, TransformerModel):
        return LinearModel.from_table(table)
    config = a_config(name, kind)
    return TransformerModel.from_weights(model.weights(), table, config.classifier, encoder_of(config))


@every_classifier
def test_probabilities_are_such(name, kind):
    found = proba(one_model(name, kind), name, kind)
    assert found.shape == (len(OTHERS), len(CLASSES))
    assert found.dtype == np.float64
    assert (found > 0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)


@every_classifier
def test_no_texts_have_no_probabilities(name, kind):
    found = proba(one_model(name, kind), name, kind, np.empty(0, dtype=np.int64))
    assert found.shape == (0, len(CLASSES))


@every_classifier
def test_only_classes_that_were_seen_have_more_than_zero(name, kind):
    rows = LABELLED[np.isin(corpus().codes[LABELLED], [0, 2])]
    found = proba(trained(name, kind, rows), name, kind)
    assert (found[:, [0, 2]] > 0).all()
    assert not found[:, [1, 3]].any()
    np.testing.assert_allclose(found.sum(axis=1), 1, atol=1e-12)


@every_classifier
@pytest.mark.parametrize("n", [1, 3])
def test_one_class_only_is_certain(name, kind, n):
    rows = LABELLED[corpus().codes[LABELLED] == 2][:n]
    model = saved_and_loaded(trained(name, kind, rows), name, kind)
    np.testing.assert_array_equal(proba(model, name, kind), np.tile([0, 0, 1.0, 0], (len(OTHERS), 1)))


@every_classifier
def test_the_same_seed_gives_the_same_bits(name, kind):
    assert proba(trained(name, kind), name, kind).tobytes() == proba(one_model(name, kind), name, kind).tobytes()


@every_classifier
def test_the_order_of_labelled_rows_does_not_matter(name, kind):
    shuffled = np.random.default_rng(0).permutation(LABELLED)
    assert shuffled.tolist() != LABELLED.tolist()
    model = trained(name, kind, shuffled)
    assert proba(model, name, kind).tobytes() == proba(one_model(name, kind), name, kind).tobytes()


@every_classifier
def test_a_model_that_was_saved_gives_the_same_bits(name, kind):
    model = one_model(name, kind)
    back = saved_and_loaded(model, name, kind)
    assert proba(back, name, kind).tobytes() == proba(model, name, kind).tobytes()
    assert back.to_table().equals(model.to_table(), check_metadata=True)


@every_classifier
def test_a_softened_model_predicts_the_same_with_other_confidence(name, kind):
    model = one_model(name, kind)
    softer, sharper = model.softened(3.0), model.softened(0.3)
    found, soft, sharp = (proba(one, name, kind) for one in (model, softer, sharper))
    np.testing.assert_array_equal(soft.argmax(axis=1), found.argmax(axis=1))
    assert (soft.max(axis=1) < found.max(axis=1)).all()
    assert (sharp.max(axis=1) > found.max(axis=1)).all()
    assert proba(saved_and_loaded(softer, name, kind), name, kind).tobytes() == soft.tobytes()


@every_classifier
def test_calibration_changes_confidence_and_no_prediction(name, kind):
    found = proba(one_model(name, kind), name, kind)
    calibrated = proba(trained(name, kind, calibration="temperature"), name, kind)
    np.testing.assert_array_equal(calibrated.argmax(axis=1), found.argmax(axis=1))
    assert not np.allclose(calibrated, found, atol=1e-4)
    np.testing.assert_allclose(calibrated.sum(axis=1), 1, atol=1e-12)


@every_classifier
def test_class_weights_change_the_model(name, kind):
    rows = LABELLED[(corpus().codes[LABELLED] != 0) | (LABELLED < 4)]
    balanced, plain = (proba(trained(name, kind, rows, class_weight=how), name, kind) for how in ("balanced", "none"))
    assert balanced[:, 0].mean() > plain[:, 0].mean()


@every_classifier
def test_the_pool_is_scored_as_the_model_predicts(name, kind):
    model = one_model(name, kind)
    found = score_pool(model, features(name, kind), OTHERS, len(CLASSES))
    assert found.tobytes() == proba(model, name, kind).tobytes()
    assert score_pool(model, features(name, kind), OTHERS[:0], len(CLASSES)).shape == (0, len(CLASSES))


@every_classifier
def test_metrics_are_of_the_labelled_texts_and_the_test_set(name, kind):
    metrics = evaluate_model(one_model(name, kind), corpus(), features(name, kind), LABELLED, PARTS)
    assert metrics.labels == len(LABELLED)
    assert metrics.confusion.sum() == len(OTHERS)
    assert np.isfinite([metrics.train_loss, metrics.test_loss, metrics.brier_score]).all()


def test_a_transformer_depends_on_the_seed_and_says_how_its_epochs_went():
    model, other = one_model("transformer", "auto"), trained("transformer", "auto", seed=1)
    assert proba(other, "transformer", "auto").tobytes() != proba(model, "transformer", "auto").tobytes()
    assert [(epoch.epoch, epoch.steps) for epoch in model.epochs] == [(1, 2)]
    assert all(np.isfinite(list(vars(epoch).values())).all() for epoch in model.epochs)


def test_min_steps_add_epochs_where_there_are_few_labels():
    tiny = {"epochs": 1, "min_steps": 3, "batch_size": 16, "epoch_test_texts": 0}
    model = trained("transformer", "auto", LABELLED[:4], fine_tuning=tiny)
    assert [(epoch.epoch, epoch.steps, epoch.test_loss) for epoch in model.epochs] == [
        (1, 1, None),
        (2, 2, None),
        (3, 3, None),
    ]
    back = saved_and_loaded(model, "transformer", "auto")
    assert back.epochs == model.epochs


def test_a_transformer_with_the_other_head_comes_back_too():
    tiny = {"epochs": 1, "min_steps": 2, "batch_size": 8, "head": "normalised"}
    model = trained("transformer", "auto", fine_tuning=tiny)
    config = a_config("transformer", "auto", fine_tuning=tiny)
    back = TransformerModel.from_weights(model.weights(), model.to_table(), config.classifier, model.encoder)
    assert proba(back, "transformer", "auto").tobytes() == proba(model, "transformer", "auto").tobytes()


def test_a_training_leaves_the_random_numbers_of_torch_as_they_were():
    import torch

    torch.manual_seed(7)
    expected = torch.rand(3)
    torch.manual_seed(7)
    trained("transformer", "auto", LABELLED[:4])
    assert torch.equal(torch.rand(3), expected)


def test_without_an_encoder_a_transformer_says_so():
    with pytest.raises(ConfigError, match="needs an encoder"):
        CLASSIFIERS["transformer"](features("transformer", "auto"), corpus().codes, ClassifierConfig(), Context())


def test_the_encoder_of_a_model_is_the_one_that_the_configuration_names():
    model = one_model("transformer", "auto")
    assert model.encoder == Encoder.of(a_config("transformer", "auto").encoder)
