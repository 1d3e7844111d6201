"""Models that somebody else has sent: none runs code, crashes the process, or predicts what it was not made to."""

import json
import os
import pickle
import re
import shutil
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
import skops.io
from sklearn.calibration import CalibratedClassifierCV
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier, StackingClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, SGDClassifier
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import ComplementNB
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer

from al_core import allow, classifier, plugins
from al_core.classifiers import EstimatorModel
from al_core.config import EncoderConfig
from al_core.encoders import weights
from al_core.errors import ConfigError, DataError
from al_core.export import skops_file
from al_core.export.about import About
from al_core.export.predictor import Predictor

TEXTS = [f"{word} number {row}" for row in range(9) for word in ("refund", "crash")]
CODES = [0, 1] * 9
ROWS = pd.DataFrame({"text": TEXTS})


@pytest.fixture(autouse=True)
def as_it_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Allow what is allowed where nobody has set anything."""
    monkeypatch.setattr(plugins, "_allowed", {"al_core"})


def pipeline(classifier: Any, codes: list[Any] = CODES, **settings: Any) -> Pipeline:
    words = TfidfVectorizer(sublinear_tf=True, **settings)
    return Pipeline([("tfidf", words), ("classifier", classifier)]).fit(TEXTS, codes)


def exported(folder: Path, model: Any, kind: str = "estimator", **about: Any) -> Path:
    """Write a model as `alflow export` would."""
    said = {"kind": kind, "classes": ("billing", "fault"), "text_column": "text", "cleaning": ()}
    About(**said | about).write(folder)
    (folder / "model.skops").write_bytes(model if isinstance(model, bytes) else skops.io.dumps(model))
    return folder


def names(codes: list[int] = CODES) -> list[str]:
    return [("billing", "fault")[code] for code in codes]


class Evil:
    """Makes a file when it is unpickled."""

    def __reduce__(self) -> tuple[Any, ...]:
        return Path("unpickled").touch, ()


def unpickling(folder: Path) -> Pipeline:
    """Make a model that unpickles what lies in its folder, and puts it there: it is one that skops trusts."""
    inner = Pipeline([("a", FunctionTransformer()), ("b", DummyClassifier())], memory=str(folder / "cache"))
    stack = StackingClassifier([("x", LogisticRegression())])
    stack.estimators_, stack.stack_method_, stack.final_estimator_ = [inner], ["fit"], DummyClassifier()
    stack.classes_, stack._label_encoder = [0, 1], None
    model = Pipeline([("tfidf", FunctionTransformer(func=bool)), ("classifier", stack)])
    assert skops.io.get_untrusted_types(data=skops.io.dumps(model)) == []
    with pytest.raises(Exception, match=r"."):  # it fails after the cache is written
        model.predict_proba(("any text",))
    for file in (folder / "cache").rglob("output.pkl"):
        file.write_bytes(pickle.dumps(Evil()))
    return model


@pytest.mark.parametrize("kind", ["linear", "estimator"])
@pytest.mark.parametrize("trusted", [False, True], ids=["as it comes", "scikit-learn is allowed"])
def test_a_model_that_unpickles_what_lies_beside_it_is_not_loaded(
    kind: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    exported(tmp_path, unpickling(tmp_path), kind)
    assert list((tmp_path / "cache").rglob("output.pkl"))
    if trusted:
        allow("sklearn")
    says = "with a `memory` of its own" if trusted else r"trust whoever did, set ALFLOW_ALLOW=sklearn\.ensemble"
    with pytest.raises(DataError, match=says):
        Predictor.load(tmp_path)
    assert not Path("unpickled").exists()
    kept = pa.table({"estimator": pa.array([(tmp_path / "model.skops").read_bytes()], pa.large_binary())})
    about = {"classes": "0 1", "temperature": "1.0", "multilabel": "False"}
    assert EstimatorModel.from_table(kept.replace_schema_metadata(about)) is None


@pytest.mark.parametrize(
    "classifier",
    [
        LogisticRegression(),
        SGDClassifier(loss="log_loss"),
        ComplementNB(),
        MLPClassifier((4,), solver="lbfgs"),
        DummyClassifier(),
        OneVsRestClassifier(LogisticRegression()),
    ],
    ids=lambda classifier: type(classifier).__name__,
)
def test_what_computes_with_arrays_alone_is_loaded_from_anybody(classifier: Any, tmp_path: Path) -> None:
    model = pipeline(classifier) if not isinstance(classifier, OneVsRestClassifier) else several()
    about = {"label_separator": "|"} if isinstance(classifier, OneVsRestClassifier) else {}
    said = Predictor.load(exported(tmp_path, model, **about)).labelled(ROWS)
    wanted = model.predict_proba(TEXTS)
    np.testing.assert_array_equal(said[["p_billing", "p_fault"]].to_numpy(), wanted)
    assert skops_file.loaded(skops.io.dumps(LinearDiscriminantAnalysis().fit([[0.0], [1], [2]], [0, 1, 1])))


def several() -> Pipeline:
    labels = np.column_stack([CODES, 1 - np.array(CODES)])
    words, classifier = TfidfVectorizer(sublinear_tf=True), OneVsRestClassifier(LogisticRegression())
    return Pipeline([("tfidf", words), ("classifier", classifier)]).fit(TEXTS, labels)


@pytest.mark.parametrize(
    ("estimator", "package"),
    [
        (RandomForestClassifier(3), "sklearn.ensemble"),
        (CalibratedClassifierCV(LogisticRegression(), cv=2), "sklearn.calibration"),
        (Pipeline([("same", FunctionTransformer()), ("last", LogisticRegression())]), "sklearn.pipeline"),
    ],
    ids=["forest", "calibrated", "pipeline"],
)
def test_other_estimators_are_loaded_where_their_package_is_allowed(
    estimator: Any, package: str, tmp_path: Path
) -> None:
    exported(tmp_path, pipeline(estimator))
    with pytest.raises(DataError, match=rf"set ALFLOW_ALLOW={re.escape(package)}$"):
        Predictor.load(tmp_path)
    allow(package, *(["sklearn.preprocessing"] if package == "sklearn.pipeline" else []))
    assert Predictor.load(tmp_path).labelled(ROWS)["label"].tolist() == names()


@classifier
def a_forest() -> RandomForestClassifier:
    return RandomForestClassifier(3)


@classifier
def a_line() -> LogisticRegression:
    return LogisticRegression()


def test_a_store_is_read_as_far_as_its_classifier_goes() -> None:
    """What the classifier that a configuration names is made of may be in its model: that was allowed by name."""
    fitted = RandomForestClassifier(3).fit([[0.0], [1]], [0, 1])
    table = EstimatorModel(np.array([0, 1]), fitted).to_table()
    assert EstimatorModel.from_table(table) is None
    allow("tests")
    assert EstimatorModel.from_table(table, f"{__name__}:a_forest") is not None
    assert EstimatorModel.from_table(table, f"{__name__}:a_line") is None


def with_array(model: Any, change: Callable[[np.ndarray], np.ndarray | None], where: Callable[..., bool]) -> bytes:
    """Return a model as skops writes it, with an array changed as its maker's objects would not let it be."""
    written, changed = BytesIO(), 0
    with ZipFile(BytesIO(skops.io.dumps(model))) as before, ZipFile(written, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name.endswith(".npy") and where(array := np.load(BytesIO(content))):
                buffer = BytesIO()
                np.save(buffer, change(array))
                content, changed = buffer.getvalue(), changed + 1
            after.writestr(name, content)
    assert changed
    return written.getvalue()


def of_names() -> Pipeline:
    """Return a model as alflow makes it of logistic regression."""
    return pipeline(LogisticRegression(), names())


def changed(change: Callable[[Pipeline], Any]) -> Pipeline:
    model = of_names()
    change(model)
    return model


@pytest.mark.parametrize(
    ("model", "says"),
    [
        (changed(lambda model: model.set_params(tfidf__input="filename")), "the settings of its vectoriser"),
        (changed(lambda model: model.set_params(tfidf__analyzer="char")), "the settings of its vectoriser are not"),
        (changed(lambda model: model["tfidf"].vocabulary_.update(refund=10**9)), "the words of its vocabulary are not"),
        (changed(lambda model: model["tfidf"].vocabulary_.update(new=0)), "the words of its vocabulary are not"),
        (changed(lambda model: vars(model["classifier"]).update(coef_=np.ones((2, 3)))), "its weights"),
        (changed(lambda model: model["classifier"].coef_.fill(np.nan)), "its weights"),
        (changed(lambda model: model["classifier"].intercept_.fill(np.inf)), "its intercepts"),
        (changed(lambda model: vars(model["classifier"]).update(predict_proba=str)), "`predict_proba` of its own"),
        (changed(lambda model: model.steps.insert(1, ("more", LogisticRegression()))), "its steps"),
        (changed(lambda model: model.steps.reverse()), "its steps"),
        (pipeline(ComplementNB(), names()), "the parts of its classifier are not"),
        ({"tfidf": None, "classifier": LogisticRegression()}, "its steps"),
        (changed(lambda model: model.set_params(memory="cache")), "with a `memory` of its own"),
    ],
)  # fmt: skip
def test_a_linear_model_is_as_alflow_writes_it_or_is_refused(model: Any, says: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=re.escape(says)):
        Predictor.load(exported(tmp_path, model, "linear"))


def test_functions_in_a_model_are_refused_before_anything_is_made(tmp_path: Path) -> None:
    model = changed(lambda model: model.set_params(tfidf__tokenizer=np.log1p))
    with pytest.raises(DataError, match=r"holds what alflow does not write, and is not loaded: numpy\.log1p"):
        Predictor.load(exported(tmp_path, model, "linear"))
    content = {"__class__": "str", "__module__": "builtins", "__loader__": "MethodNode"}
    with ZipFile(tmp_path / "model.skops", "w") as archive:
        archive.writestr("schema.json", json.dumps(content | {"protocol": 2}))
    with pytest.raises(DataError, match="a MethodNode"):
        Predictor.load(tmp_path)


@pytest.mark.parametrize("classes", [("fault", "billing"), ("billing", "fault", "other"), ("billing", "other")])
def test_classes_in_another_order_or_number_are_refused(classes: tuple[str, ...], tmp_path: Path) -> None:
    exported(tmp_path, of_names(), "linear", classes=classes)
    with pytest.raises(DataError, match=r"tells the classes \['?\w+'?, '?\w+'?\] apart, and alflow\.json"):
        Predictor.load(tmp_path)


def test_probabilities_that_are_none_are_refused(tmp_path: Path) -> None:
    model = pipeline(ComplementNB())
    model["classifier"].feature_log_prob_.fill(np.nan)
    with pytest.raises(DataError, match="the model gives what are no probabilities"):
        Predictor.load(exported(tmp_path, model)).labelled(ROWS)


def test_trees_that_point_outside_themselves_are_not_loaded(tmp_path: Path) -> None:
    def outside(nodes: np.ndarray) -> np.ndarray:
        nodes["left_child"][0] = nodes["right_child"][0] = 2**40
        return nodes

    crashes = with_array(pipeline(RandomForestClassifier(1)), outside, lambda array: array.dtype.names is not None)
    with pytest.raises(DataError, match=r"set ALFLOW_ALLOW=sklearn\.ensemble$"):
        Predictor.load(exported(tmp_path, crashes))


NO_WEIGHTS = b"\2\0\0\0\0\0\0\0{}"
"""A file of safetensors that holds none."""


@pytest.fixture(scope="module")
def with_networks(tiny_encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Make an exported folder of each kind that has a network, of random weights."""
    from safetensors.torch import save_file
    from torch import ones
    from transformers import AutoModelForSequenceClassification

    folders = {kind: tmp_path_factory.mktemp(kind) for kind in ("sequence", "normalised", "embeddings")}
    encoder = EncoderConfig(name=".", max_length=16, device="cpu")
    for kind in ("sequence", "normalised"):
        shutil.copytree(tiny_encoder, folders[kind], dirs_exist_ok=True)
        named = {"id2label": {0: "billing", 1: "fault"}, "label2id": {"billing": 0, "fault": 1}}
        network = AutoModelForSequenceClassification.from_pretrained(tiny_encoder, **named)
        (network if kind == "sequence" else network.bert).save_pretrained(folders[kind])
        edit(folders[kind] / "config.json", **named)
        exported(folders[kind], b"", kind, encoder=encoder)
    save_file({"weight": ones(2, 32), "bias": ones(2)}, folders["normalised"] / "head.safetensors")
    shutil.copytree(tiny_encoder, folders["embeddings"] / "encoder")
    classifier = LogisticRegression().fit(np.eye(32), names([0, 1] * 16))
    model = {"tfidf": None, "classifier": classifier}
    exported(folders["embeddings"], model, "linear", encoder=encoder.model_copy(update={"name": "encoder"}))
    return folders


def edit(file: Path, **settings: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text()) | settings))


def sent(kind: str, with_networks: dict[str, Path], to: Path) -> tuple[Path, Path]:
    """Return a copy of a folder, and where in it the network lies."""
    shutil.copytree(with_networks[kind], to, dirs_exist_ok=True)
    return to, to / "encoder" if kind == "embeddings" else to


@pytest.mark.parametrize("kind", ["sequence", "normalised", "embeddings"])
def test_a_model_with_a_network_predicts_as_it_was_sent(
    kind: str, with_networks: dict[str, Path], tmp_path: Path
) -> None:
    folder, _ = sent(kind, with_networks, tmp_path)
    assert set(Predictor.load(folder).labelled(ROWS)["label"]) <= {"billing", "fault"}


def write(name: str, content: bytes) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_bytes(content)


def put(name: str, **settings: Any) -> Callable[[Path], Any]:
    return lambda folder: edit(folder / name, **settings)


def pipe(name: str) -> Callable[[Path], Any]:
    def swap(folder: Path) -> None:
        (folder / name).unlink()
        os.mkfifo(folder / name)

    return swap


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[:5000])


def infinite(folder: Path) -> None:
    from safetensors.torch import load_file, save_file

    found = load_file(folder / "model.safetensors")
    name = next(name for name in found if name.endswith("layer.0.output.dense.weight"))
    found[name][:] = float("nan")
    save_file(found, folder / "model.safetensors", {"format": "pt"})


CONFIG, TOKENIZER, WEIGHTS = "config.json", "tokenizer_config.json", "model.safetensors"
DAMAGES: dict[str, tuple[Callable[[Path], Any], str]] = {
    "junk": (write(CONFIG, b"{"), "cannot be read"),
    "a list": (write(CONFIG, b"[]"), "holds no settings by name"),
    "empty": (write(CONFIG, b""), "cannot be read"),
    "UTF-16": (write(CONFIG, "{}".encode("utf-16-be")), "cannot be read"),
    "nothing in it": (write(CONFIG, b"{}"), "cannot be read"),
    "too deep": (write(CONFIG, b'{"a":' * 100_000), "nested too deeply"),
    "a pipe": (pipe(CONFIG), "is a pipe or device"),
    "a pipe of weights": (pipe(WEIGHTS), "is a pipe or device"),
    "a pipe of tokens": (pipe("tokenizer.json"), "is a pipe or device"),
    "many": (put(CONFIG, max_position_embeddings="many"), "invalid literal for int"),
    "infinitely many": (put(CONFIG, max_position_embeddings=float("inf")), "cannot convert float infinity"),
    "fewer positions": (put(CONFIG, max_position_embeddings=-5), "reads -5 tokens at most"),
    "an unknown kind": (put(CONFIG, model_type="nothing"), "cannot be read"),
    "another kind": (put(CONFIG, model_type="distilbert", architectures=["DistilBertModel"]), "cannot be read"),
    "no heads": (put(CONFIG, num_attention_heads=0), "cannot be read"),
    "heads that do not divide": (put(CONFIG, num_attention_heads=3), "cannot be read"),
    "a size in words": (put(CONFIG, hidden_size="x"), "cannot be read"),
    "an unknown activation": (put(CONFIG, hidden_act="os.system"), "cannot be read"),
    "more layers": (put(CONFIG, num_hidden_layers=4), "they lack"),
    "a small vocabulary": (put(CONFIG, vocab_size=3), "cannot be read"),
    "code": (put(CONFIG, auto_map={"AutoConfig": "evil.Evil"}), "brings code of its own"),
    "code within": (put(CONFIG, text_config={"auto_map": {}}), "brings code of its own"),
    "kernels": (put(CONFIG, attn_implementation="kernels-community/flash-attn"), "code that its folder does not bring"),
    "kernels by part": (put(CONFIG, _attn_implementation={"text": "a/b"}), "code that its folder does not bring"),
    "quantised": (put(CONFIG, quantization_config={"quant_method": "gptq"}), "code that its folder does not bring"),
    "tokeniser's junk": (write(TOKENIZER, b"{"), "cannot be read"),
    "tokeniser's list": (write(TOKENIZER, b"[]"), "holds no settings by name"),
    "tokeniser's code": (put(TOKENIZER, auto_map={"AutoTokenizer": ["evil.Evil", None]}), "brings code of its own"),
    "tokens in words": (put(TOKENIZER, model_max_length="x"), "invalid literal for int"),
    "junk of tokens": (write("tokenizer.json", b"{"), "cannot be read"),
    "no tokens": (write("tokenizer.json", b"{}"), "cannot be read"),
    "bytes of tokens": (write("tokenizer.json", bytes(range(256))), "cannot be read"),
    "junk of weights": (write(WEIGHTS, b"junk" * 100), "cannot be read"),
    "empty weights": (write(WEIGHTS, b""), "cannot be read"),
    "half of the weights": (cut, "cannot be read"),
    "a huge header": (write(WEIGHTS, b"\xff" * 8 + b"{}"), "cannot be read"),
    "no weights": (write(WEIGHTS, NO_WEIGHTS), "they lack"),
    "weights that are no numbers": (infinite, "NaN|not all finite"),
}


@pytest.mark.parametrize("kind", ["sequence", "embeddings"])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_network_is_refused_in_a_sentence(
    kind: str, damage: str, with_networks: dict[str, Path], tmp_path: Path
) -> None:
    folder, inside = sent(kind, with_networks, tmp_path)
    change, says = DAMAGES[damage]
    change(inside)
    with pytest.raises((ConfigError, DataError), match=says) as refused:
        Predictor.load(folder).labelled(ROWS)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 700


def test_weights_that_are_not_of_the_network_are_refused(with_networks: dict[str, Path], tmp_path: Path) -> None:
    folder, _ = sent("sequence", with_networks, tmp_path / "fewer")
    edit(folder / CONFIG, num_hidden_layers=1)
    with pytest.raises(ConfigError, match=r"they have '.*layer\.1.*', which it does not; export the model again"):
        Predictor.load(folder)
    folder, _ = sent("normalised", with_networks, tmp_path / "head")
    (folder / "head.safetensors").write_bytes(NO_WEIGHTS)
    with pytest.raises(ConfigError, match="export the model again"):
        Predictor.load(folder)


def test_a_new_head_and_a_pooler_may_be_missing(tiny_encoder: Path, tiny_language_model: Path, tmp_path: Path) -> None:
    """A masked language model has no pooler: neither embeddings nor a head on the first token use what it lacks."""
    from al_core.encoders.embed import _network
    from al_core.encoders.network import HEADS

    for folder in (tiny_encoder, tiny_language_model):
        for head in HEADS.values():
            assert head(folder, 3, pretrained=True)
        assert _network(folder, "cpu", compile=False)
    shutil.copytree(tiny_encoder, tmp_path, dirs_exist_ok=True)
    (tmp_path / WEIGHTS).write_bytes(NO_WEIGHTS)
    for head in HEADS.values():
        with pytest.raises(ConfigError, match=r"they lack .*name another with `encoder\.name`"):
            head(tmp_path, 3, pretrained=True)


def test_the_classes_of_a_network_are_those_that_its_folder_names(
    with_networks: dict[str, Path], tmp_path: Path
) -> None:
    folder, _ = sent("sequence", with_networks, tmp_path)
    edit(folder / "alflow.json", classes=["fault", "billing"])
    with pytest.raises(DataError, match=r"tells the classes \['billing', 'fault'\] apart, and alflow\.json names"):
        Predictor.load(folder)


@pytest.mark.parametrize("name", ["../tiny", "encoder/../../tiny", "/etc"])
def test_an_encoder_lies_in_the_folder_that_names_it(name: str, with_networks: dict[str, Path], tmp_path: Path) -> None:
    folder, inside = sent("embeddings", with_networks, tmp_path / "model")
    shutil.copytree(inside, tmp_path / "tiny")
    edit(folder / "alflow.json", encoder={"name": name, "max_length": 16})
    with pytest.raises(DataError, match="is not in its folder"):
        Predictor.load(folder)


def test_what_an_encoder_may_ask_for_is_the_same_where_it_is_not_exported(tiny_encoder: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny_encoder, tmp_path, dirs_exist_ok=True)
    edit(tmp_path / CONFIG, attn_implementation="eager")
    assert weights.find(str(tmp_path))
    edit(tmp_path / CONFIG, attn_implementation="kernels-community/flash-attn")
    with pytest.raises(ConfigError, match=r"`attn_implementation` in its settings: .*take that out, or name another"):
        weights.find(str(tmp_path))
