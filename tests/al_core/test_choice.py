"""Which features a configuration means: what `auto` comes to, what cannot be, and whether an encoder is needed."""

import pytest

from al_core.config import ExperimentConfig
from al_core.encoders import weights
from al_core.encoders.weights import MINILM
from al_core.errors import ConfigError
from al_core.features.choice import about_features, encoder_of, in_effect


def a_config(kind="auto", classifier="logistic_regression", encoder=MINILM):
    return ExperimentConfig.model_validate(
        {
            "features": {"kind": kind, "ngrams": 2},
            "classifier": {"name": classifier},
            "encoder": {"name": encoder, "precision": "float32", "max_length": 64},
        }
    )


def kind(**settings):
    return in_effect(a_config(**settings)).features.kind


def test_auto_is_both_where_the_encoder_is_here(tiny_encoder):
    assert kind(encoder=str(tiny_encoder)) == "joined"


def test_auto_is_tfidf_where_the_default_encoder_is_not(monkeypatch, tmp_path):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(weights, "_PACKAGE", "a_package_that_nobody_has")
    assert kind() == "tfidf"


def test_an_encoder_that_is_named_and_not_to_be_had_is_refused(tmp_path):
    with pytest.raises(ConfigError, match=r"lacks config\.json"):
        kind(encoder=str(tmp_path))
    with pytest.raises(ConfigError, match="is no folder"):
        kind(encoder=str(tmp_path / "nothing"))


def test_what_the_classifier_reads_is_said_in_words(tiny_encoder):
    said = about_features(in_effect(a_config(encoder=str(tiny_encoder))))
    assert said.startswith(f"embeddings and TF-IDF ({tiny_encoder.name}, ")
    assert said.endswith("float32)")


@pytest.mark.parametrize("name", ["logistic_regression", "linear_svm"])
@pytest.mark.parametrize("named", ["tfidf", "embeddings", "joined"])
def test_what_is_named_stays(named, name):
    config = a_config(named, name)
    assert in_effect(config) == config


def test_naive_bayes_counts_words_and_refuses_anything_else():
    assert kind(classifier="naive_bayes") == kind(classifier="naive_bayes", kind="tfidf") == "tfidf"
    for named in ("embeddings", "joined"):
        with pytest.raises(ConfigError, match=rf"features\.kind: naive_bayes .* cannot use '{named}'; take tfidf"):
            kind(classifier="naive_bayes", kind=named)


@pytest.mark.parametrize("named", ["auto", "tfidf", "embeddings", "joined"])
def test_of_a_transformer_the_kind_says_nothing_so_that_results_do_not_depend_on_it(named):
    assert kind(classifier="transformer", kind=named) == "auto"


def test_only_the_kind_changes_and_only_once(tiny_encoder):
    config = a_config(encoder=str(tiny_encoder))
    settled = in_effect(config)
    assert settled == in_effect(settled)
    assert settled.features.ngrams == 2
    assert settled.model_dump(exclude={"features"}) == config.model_dump(exclude={"features"})


def test_an_encoder_is_found_only_for_what_needs_one(tiny_encoder, tmp_path):
    assert encoder_of(a_config("tfidf", encoder=str(tmp_path))) is None
    for named, classifier in (("embeddings", "linear_svm"), ("joined", "linear_svm"), ("auto", "transformer")):
        config = a_config(named, classifier, str(tiny_encoder))
        found = encoder_of(config)
        assert found is not None
        assert found.folder == tiny_encoder


@pytest.mark.parametrize(("named", "classifier"), [("joined", "linear_svm"), ("auto", "transformer")])
def test_an_encoder_that_is_needed_and_not_here_is_an_error(named, classifier, tmp_path):
    with pytest.raises(ConfigError, match=r"lacks config\.json"):
        encoder_of(a_config(named, classifier, str(tmp_path)))


@pytest.mark.parametrize(("named", "classifier"), [("joined", "linear_svm"), ("auto", "transformer")])
def test_precision_is_settled_where_an_encoder_is_needed(named, classifier, tiny_encoder):
    config = a_config(named, classifier, str(tiny_encoder))
    auto = config.model_copy(update={"encoder": config.encoder.model_copy(update={"precision": "auto"})})
    assert in_effect(auto).encoder.precision in ("float32", "bfloat16")
    assert in_effect(auto) == in_effect(in_effect(auto))
    assert in_effect(config).encoder == config.encoder


def test_without_an_encoder_nothing_asks_for_a_device():
    config = ExperimentConfig.model_validate({"features": {"kind": "tfidf"}, "encoder": {"device": "cuda"}})
    assert in_effect(config) == config
