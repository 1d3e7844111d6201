"""Exported folders: they load without alflow, and say what the model said."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import skops.io

from al_core.classifiers import EstimatorModel, LinearModel, TransformerModel
from al_core.config import DataConfig, ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.build import build_corpus
from al_core.datasets.cleaning import STEPS, clean, imports, in_python
from al_core.datasets.split import split
from al_core.encoders.weights import MINILM, is_here
from al_core.errors import ConfigError, DataError
from al_core.export import folder, skops_file
from al_core.export.about import About
from al_core.export.learned import Learned
from al_core.export.predictor import Predictor, predictions
from al_core.features import Features, featurise
from al_core.features.choice import encoder_of
from al_core.learner import evaluate_model, train

TWO = ["account", "delivery"]

needs_minilm = pytest.mark.skipif(not is_here(MINILM), reason="the encoder is not installed")


def learn(size: int = 60, texts: int | None = None, **sections: dict) -> tuple[Learned, Features]:
    config = ExperimentConfig.model_validate(sections)
    corpus, _ = build_corpus(config.data)
    if texts:
        rows = range(0, len(corpus), len(corpus) // texts)
        corpus = Corpus(*(tuple(values[i] for i in rows) for values in (corpus.ids, corpus.texts, corpus.labels)))
    encoder, parts = encoder_of(config), split(corpus, config.data.test_size, 0)
    features = featurise(corpus.texts, parts.train, config, encoder)
    labelled = parts.train[:size]
    model = train(corpus, features, labelled, config.classifier, parts, 0, encoder)
    metrics = evaluate_model(model, corpus, features, labelled, parts)
    manifest = {"versions": {"python": "3"}, "git": None}
    assert isinstance(model, LinearModel | TransformerModel | EstimatorModel)
    return Learned(model, corpus, parts, metrics, config, encoder, "margin", 0, 1, manifest), features


def expected(learned: Learned, features: Features) -> np.ndarray:
    return learned.model.predict_proba(features, len(learned.corpus.classes))[:, learned.model.classes]


def run_card(where: Path, texts: list[str]) -> dict:
    """Run the code of the card on texts, in the folder."""
    code = re.findall(r"```python\n(.*?)```", (where / "README.md").read_text(), flags=re.DOTALL)[0]
    code = code.replace('folder = "."', f"folder = {str(where)!r}")
    code = code.replace('texts = ["one text", "and another"]', f"texts = {texts!r}")
    result: dict = {}
    exec(code, result)
    return result


def check_folder(where: Path, learned: Learned, features: Features, atol: float) -> None:
    """Compare alflow's predictor and the card's code with the model."""
    wanted, texts = expected(learned, features)[:30], list(learned.corpus.texts[:30])
    rows = Predictor.load(where).labelled(pd.DataFrame({"text": texts}))
    given = rows[[f"p_{name}" for name in learned.classes]].to_numpy()
    np.testing.assert_allclose(given, wanted, atol=atol)
    names = [learned.classes[best] for best in wanted.argmax(axis=1)]
    assert rows["label"].tolist() == names
    by_card = run_card(where, texts)
    np.testing.assert_allclose(np.asarray(by_card["probabilities"]), wanted, atol=atol)
    assert list(by_card["labels"]) == names


@pytest.mark.parametrize("classifier", ["logistic_regression", "linear_svm", "naive_bayes"])
@pytest.mark.parametrize("categories", [TWO, []], ids=["two classes", "six classes"])
def test_a_linear_model_is_a_pipeline_of_scikit_learn(tmp_path: Path, classifier: str, categories: list) -> None:
    settings = {"name": classifier, "calibration": "temperature"}
    learned, features = learn(data={"categories": categories}, features={"kind": "tfidf"}, classifier=settings)
    folder.write(tmp_path, learned)
    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == []
    pipeline = skops.io.load(tmp_path / "model.skops", trusted=[])
    assert pipeline.classes_.tolist() == list(learned.classes)
    proba = pipeline.predict_proba(learned.corpus.texts)
    np.testing.assert_allclose(proba, expected(learned, features), atol=1e-12)
    check_folder(tmp_path, learned, features, atol=1e-12)


@pytest.mark.parametrize(
    "features", [{"analyzer": "char"}, {"stop_words": "english", "ngrams": 2}], ids=["characters", "stop words"]
)
def test_what_tfidf_counts_is_exported_with_it(tmp_path: Path, features: dict) -> None:
    data = {"cleaning": ["urls", "mentions", "retweets", "punctuation", "lowercase", "whitespace"]}
    learned, found = learn(data=data, features={"kind": "tfidf"} | features)
    folder.write(tmp_path, learned)
    assert skops.io.get_untrusted_types(file=tmp_path / "model.skops") == []
    check_folder(tmp_path, learned, found, atol=1e-12)
    assert ("TF-IDF of characters" in (tmp_path / "README.md").read_text()) == ("analyzer" in features)


def test_a_text_of_nothing_visible_has_no_label() -> None:
    said = predictions(["a", "b"], ["\u200b", "\ufeff\u2060 ", "c"], lambda texts: np.full((len(texts), 2), 0.5))
    assert said["label"].isna().tolist() == [True, True, False]


def test_classes_never_seen_are_left_out_and_named_in_the_card(tmp_path: Path) -> None:
    learned, features = learn(size=8, features={"kind": "tfidf"})
    assert 1 < len(learned.classes) < 6
    folder.write(tmp_path, learned)
    check_folder(tmp_path, learned, features, atol=1e-12)
    assert "it never predicts" in (tmp_path / "README.md").read_text()


def test_a_model_of_one_class_is_refused(tmp_path: Path) -> None:
    learned, _ = learn(size=1, features={"kind": "tfidf"})
    with pytest.raises(ConfigError, match=r"all labels of this cycle are '\w+'; export a later cycle"):
        folder.write(tmp_path, learned)


def test_an_export_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        folder.write(tmp_path / name, learn(features={"kind": "tfidf"})[0])
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert files == ["README.md", "alflow.json", "model.skops"]
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in files)


def several_labels(where: Path) -> dict[str, str]:
    """Write the sample with a second label for half of the texts; return how to read it."""
    corpus, _ = build_corpus(DataConfig())
    labels = [
        f"{label}|long" if len(text) > 60 else label for text, label in zip(corpus.texts, corpus.labels, strict=True)
    ]
    pd.DataFrame({"text": corpus.texts, "label": labels}).to_csv(where / "several.csv", index=False)
    return {"source": str(where / "several.csv"), "label_separator": "|"}


def check_several(where: Path, learned: Learned, features: Features, atol: float) -> None:
    """Do as `check_folder` does, where texts have several labels."""
    wanted, texts = expected(learned, features)[:30], list(learned.corpus.texts[:30])
    rows = Predictor.load(where).labelled(pd.DataFrame({"text": texts}))
    np.testing.assert_allclose(rows[[f"p_{name}" for name in learned.classes]].to_numpy(), wanted, atol=atol)
    names = [[name for name, share in zip(learned.classes, row, strict=True) if share > 0.5] for row in wanted]
    assert rows["label"].tolist() == ["|".join(several) or "|" for several in names]
    assert any(len(several) > 1 for several in names)
    by_card = run_card(where, texts)
    np.testing.assert_allclose(np.asarray(by_card["probabilities"]), wanted, atol=atol)
    assert by_card["labels"] == names


@pytest.mark.parametrize(
    ("kind", "classifier"),
    [
        ("tfidf", "logistic_regression"),
        ("tfidf", "sklearn.ensemble:ExtraTreesClassifier(n_estimators=5)"),
        pytest.param("joined", "logistic_regression", marks=needs_minilm),
    ],
)
def test_a_model_of_several_labels_is_one_against_the_rest_of_scikit_learn(
    tmp_path: Path, kind: str, classifier: str
) -> None:
    texts = {"texts": 100} if kind == "joined" else {}
    settings = {"data": several_labels(tmp_path), "features": {"kind": kind}, "classifier": {"name": classifier}}
    learned, features = learn(**texts, **settings)
    (tmp_path / "out").mkdir()
    folder.write(tmp_path / "out", learned)
    check_several(tmp_path / "out", learned, features, atol=1e-12 if kind == "tfidf" else 1e-5)


@pytest.mark.parametrize("head", ["sequence", "normalised"])
def test_a_transformer_of_several_labels_loads_with_transformers_alone(
    tmp_path: Path, head: str, tiny_encoder: Path
) -> None:
    fine_tuning = {"head": head, "epochs": 1, "min_steps": 30, "learning_rate": 0.01, "epoch_test_texts": 50}
    classifier = {"name": "transformer", "fine_tuning": fine_tuning}
    encoder = {"name": str(tiny_encoder), "max_length": 64}
    learned, features = learn(60, texts=200, data=several_labels(tmp_path), classifier=classifier, encoder=encoder)
    assert isinstance(learned.model, TransformerModel)
    assert learned.model.epochs[-1].test_loss is not None
    back = TransformerModel.from_weights(
        learned.model.weights(), learned.model.to_table(), learned.config.classifier, learned.model.encoder
    )
    assert back.predict_proba(features, 7).tobytes() == learned.model.predict_proba(features, 7).tobytes()
    (tmp_path / "out").mkdir()
    folder.write(tmp_path / "out", learned)
    assert json.loads((tmp_path / "out" / "config.json").read_text())["problem_type"] == "multi_label_classification"
    check_several(tmp_path / "out", learned, features, atol=1e-5)


@needs_minilm
@pytest.mark.parametrize("kind", ["embeddings", "joined"])
def test_a_model_of_embeddings_brings_its_encoder(tmp_path: Path, kind: str) -> None:
    learned, features = learn(texts=100, features={"kind": kind}, encoder={"max_length": 32})
    folder.write(tmp_path, learned)
    assert (tmp_path / "encoder" / "1_Pooling" / "config.json").exists()
    check_folder(tmp_path, learned, features, atol=1e-5)


@pytest.mark.parametrize(
    "kind", ["tfidf", pytest.param("embeddings", marks=needs_minilm), pytest.param("joined", marks=needs_minilm)]
)
def test_a_classifier_of_your_own_is_exported_with_all_features(tmp_path: Path, kind: str) -> None:
    settings = {"name": "sklearn.linear_model:LogisticRegression"}
    learned, features = learn(
        texts=100, features={"kind": kind}, encoder={"max_length": 32, "precision": "float32"}, classifier=settings
    )
    folder.write(tmp_path, learned)
    assert About.read(tmp_path).kind == "estimator"
    check_folder(tmp_path, learned, features, atol=1e-5)


@needs_minilm
@pytest.mark.parametrize("head", ["sequence", "normalised"])
def test_a_fine_tuned_model_loads_with_transformers_alone(tmp_path: Path, head: str) -> None:
    fine_tuning = {"head": head, "epochs": 1, "min_steps": 2, "epoch_test_texts": 0}
    classifier = {"name": "transformer", "fine_tuning": fine_tuning}
    learned, features = learn(30, texts=100, classifier=classifier, encoder={"max_length": 16})
    assert isinstance(learned.model, TransformerModel)
    softened = Learned(**vars(learned) | {"model": learned.model.softened(0.3)})
    before = learned.model.digest
    folder.write(tmp_path, softened)
    check_folder(tmp_path, softened, features, atol=1e-5)
    (tmp_path / "new").touch()
    assert {file.stat().st_mode for file in tmp_path.iterdir()} == {(tmp_path / "new").stat().st_mode}
    assert (
        TransformerModel(**{n: vars(learned.model)[n] for n in ("classes", "network", "encoder", "epochs")}).digest
        == before
    )
    assert "temperature scaling" not in (tmp_path / "README.md").read_text()
    config = json.loads((tmp_path / "config.json").read_text())
    assert list(config["id2label"].values()) == list(learned.classes)
    assert str(learned.encoder and learned.encoder.folder) not in json.dumps(config)


def test_a_file_with_other_types_is_not_loaded(tmp_path: Path) -> None:
    skops.io.dump({"x": ConfigError("no")}, tmp_path / "model.skops")
    with pytest.raises(DataError, match="holds what alflow does not write, and is not loaded"):
        skops_file.read(tmp_path / "model.skops")
    (tmp_path / "model.skops").write_bytes(b"PK")
    with pytest.raises(DataError, match="export the model again"):
        skops_file.read(tmp_path / "model.skops")


def test_a_folder_that_is_no_export_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"is not an exported model: it has no alflow\.json; `alflow export` makes one"):
        About.read(tmp_path)
    (tmp_path / "alflow.json").write_text('{"version": 2}')
    with pytest.raises(DataError, match="damaged or of another version"):
        About.read(tmp_path)


def test_empty_texts_have_no_label_and_columns_are_kept(tmp_path: Path) -> None:
    learned, _ = learn(features={"kind": "tfidf"})
    folder.write(tmp_path, learned)
    predictor = Predictor.load(tmp_path)
    rows = pd.DataFrame({"text": ["where is it?", None, " &nbsp; "], "label": ["x", "y", "z"], "n": [1, 2, 3]})
    result = predictor.labelled(rows)
    assert list(result.columns[:5]) == ["text", "input_label", "n", "label", "confidence"]
    assert result["label"].isna().tolist() == result["p_billing"].isna().tolist() == [False, True, True]
    assert predictor.labelled(rows[1:])["label"].isna().all()
    with pytest.raises(DataError, match="'label' and 'input_label' are both there"):
        predictor.labelled(rows.assign(input_label="x"))
    with pytest.raises(DataError, match="no column 'txt' for the text; did you mean 'text'"):
        predictor.labelled(rows, "txt")


def test_the_code_of_the_cleaning_steps_does_what_they_do() -> None:
    text = "RT @ann: so   GOOD &amp; cheap_! http://t.co/x WWW.y.z\n"
    for steps in ([], list(STEPS), *([step] for step in STEPS)):
        scope: dict = {}
        exec("\n".join([*(f"import {name}" for name in imports(steps)), in_python(steps)]), scope)
        assert scope["clean"](text) == clean(text, steps)
