"""Whether scikit-learn objects are such as `alflow export` writes: these types and settings, with arrays that fit."""

from typing import Any

import numpy as np

from al_core.export.about import NAME, About

_READS = {
    "input": "content",
    "strip_accents": None,
    "preprocessor": None,
    "tokenizer": None,
    "lowercase": True,
    "vocabulary": None,
    "binary": False,
    "dtype": np.float64,
    "norm": "l2",
    "use_idf": True,
    "sublinear_tf": True,
}
"""Settings that every vectoriser of ours has; `input` could have it read files."""


def parts(model: Any, about: About) -> tuple[Any, Any]:
    """Return the vectoriser, None if there is none, and the classifier of what an exported folder holds.

    Raises:     ValueError if they are none that `alflow export` writes, or their classes are others than `alflow.json`
                says
    """
    words, classifier = _parts(model, about)
    if words is not None:
        _check_words(words)
    _check_classes(classifier, about)
    if about.kind == "linear":
        _check_linear(classifier, about)
    return words, classifier


def _parts(model: Any, about: About) -> tuple[Any, Any]:
    from sklearn.pipeline import Pipeline

    if about.encoder is not None:
        _expect(type(model) is dict and list(model) == ["tfidf", "classifier"], "its parts")
        return model["tfidf"], model["classifier"]
    _expect(type(model) is Pipeline and [name for name, _ in model.steps] == ["tfidf", "classifier"], "its steps")
    _expect(model.steps[0][1] is not None, "the parts of its vectoriser")
    return model.steps[0][1], model.steps[1][1]


def _check_words(words: Any) -> None:
    from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer

    _expect(type(words) is TfidfVectorizer and type(words._tfidf) is TfidfTransformer, "the parts of its vectoriser")
    settings = words.get_params()
    _expect(all(settings[name] == value for name, value in _READS.items()), "the settings of its vectoriser")
    _expect(
        settings["analyzer"] in ("word", "char_wb") and isinstance(settings["token_pattern"], str),
        "the settings of its vectoriser",
    )
    weigh = words._tfidf.get_params()
    _expect(all(value == settings[name] for name, value in weigh.items()), "the settings of its vectoriser")
    known = words.vocabulary_
    _expect(
        set(map(type, known)) <= {str} and sorted(known.values()) == list(range(len(known))),
        "the words of its vocabulary",
    )
    _check_array(words._tfidf.idf_, (len(known),), "its weights of words")


def _check_linear(classifier: Any, about: About) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.multiclass import OneVsRestClassifier

    several = about.label_separator is not None
    _expect(type(classifier) is (OneVsRestClassifier if several else LogisticRegression), "the parts of its classifier")
    if several:
        _expect(classifier.multilabel_, "the parts of its classifier")
    for one in classifier.estimators_ if several else [classifier]:
        _expect(type(one) is LogisticRegression, "the parts of its classifier")
        rows = 1 if several or len(about.classes) == 2 else len(about.classes)
        _check_array(one.coef_, (rows, classifier.n_features_in_), "its weights")
        _check_array(one.intercept_, (rows,), "its intercepts")


def _check_classes(classifier: Any, about: About) -> None:
    from sklearn.multiclass import OneVsRestClassifier

    names, rest = list(about.classes), isinstance(classifier, OneVsRestClassifier)
    said = list(range(len(classifier.estimators_))) if rest else np.asarray(classifier.classes_).tolist()
    if said != (names if about.kind == "linear" and not rest else list(range(len(names)))):
        raise ValueError(f"it tells the classes {said} apart, and {NAME} names {names}")


def _check_array(found: Any, shape: tuple[int, ...], what: str) -> None:
    fits = isinstance(found, np.ndarray) and found.dtype.kind == "f" and found.shape == shape
    _expect(fits and bool(np.isfinite(found).all()), what)


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise ValueError(f"{what} are not as `alflow export` writes them")
