"""What a file of skops may hold, found out from what it says of itself, before anything of it is made.

That all of it is scikit-learn's is not enough: a pipeline can have a `memory` that unpickles, and a forest's trees are
read by compiled code that believes them. So nothing is made but plain values, and estimators that compute with arrays
alone; anything else only if its module is allowed, as code is.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

from al_core.errors import DataError
from al_core.plugins import allowed

_PLAIN = {
    "JsonNode": r"builtins\.\w+",
    "DictNode": r"builtins\.dict",
    "ListNode": r"builtins\.list",
    "TupleNode": r"builtins\.tuple",
    "SetNode": r"builtins\.set",
    "SliceNode": r"builtins\.slice",
    "NdArrayNode": r"numpy\.(ndarray|bool_?|str_|u?int\d+|float\d+)",
    "TypeNode": r"builtins\.(str|int|float|bool)|numpy\.(bool_?|str_|u?int\d+|float\d+)",
    "DTypeNode": r"numpy\.dtype",
    "RandomStateNode": r"numpy\.random\.mtrand\.RandomState",
    "LossNode": r"sklearn\._loss\._loss\.Cy\w+",
    "CachedNode": r".*",
}
"""Names of what is plain, by how skops makes it."""
_ESTIMATORS = {
    "sklearn.linear_model": "LogisticRegression LogisticRegressionCV SGDClassifier RidgeClassifier Perceptron",
    "sklearn.naive_bayes": "GaussianNB MultinomialNB ComplementNB BernoulliNB CategoricalNB",
    "sklearn.discriminant_analysis": "LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis",
    "sklearn.neural_network": "MLPClassifier AdamOptimizer SGDOptimizer",
    "sklearn.dummy": "DummyClassifier",
    "sklearn.svm": "LinearSVC",
    "sklearn.multiclass": "OneVsRestClassifier",
    "sklearn.preprocessing": "LabelBinarizer LabelEncoder",
    "sklearn.feature_extraction": "TfidfVectorizer TfidfTransformer",
}
_COMPUTES_WITH_ARRAYS = {f"{package}.{name}" for package, names in _ESTIMATORS.items() for name in names.split()}
"""Estimators, with their parts, whose probabilities come from NumPy and SciPy alone."""
_CALLS = ("MethodNode", "PartialNode", "OperatorFuncNode", "ConstructorFromReduceNode")
"""What skops makes by calling something; no estimator needs it."""
_PARTS = {
    "sklearn.ensemble": ("sklearn.tree", "sklearn.dummy", "sklearn._loss", "sklearn.preprocessing", "numpy.random")
}
"""What is allowed with a package, since its estimators are made of that."""


def check(schema: bytes, name: str, also: Iterable[str] = (), in_pipeline: bool = False) -> None:
    """Refuse a file that holds what is neither plain, nor computes with arrays alone, nor is allowed.

    Parameters: schema : what the file says that it holds
                also : packages of scikit-learn that are allowed too
                in_pipeline : whether all of it may be in a pipeline, as `alflow export` writes it
    Raises:     DataError that says what to allow
    """
    modules = {*allowed(), *also}
    modules |= {part for package, parts in _PARTS.items() if _covered(package, modules) for part in parts}
    whole = json.loads(schema)
    for node in _nodes(whole):
        loader, found = node["__loader__"], f"{node['__module__']}.{node['__class__']}"
        if loader in _CALLS:
            raise DataError(f"{name} holds what alflow does not write, and is not loaded: a {loader} of {found}")
        if in_pipeline and node is whole and found == "sklearn.pipeline.Pipeline":
            continue
        if not _harmless(loader, found) and not _covered(found, modules):
            raise DataError(_refusal(name, found))


def packages(estimator: Any) -> set[str]:
    """Return the packages of scikit-learn that an estimator is made with.

    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> sorted(packages(make_pipeline(LogisticRegression())))
    ['sklearn.linear_model', 'sklearn.pipeline']
    """
    parts = [estimator, *(estimator.get_params().values() if hasattr(estimator, "get_params") else ())]
    named = (type(part).__module__ for part in parts)
    return {_package(module) for module in named if module.startswith("sklearn.")}


def _nodes(whole: Any) -> Iterator[dict[str, Any]]:
    """Yield whatever is to be made."""
    left = [whole]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            if "__loader__" in one:
                yield one
            left += one.values()
        elif isinstance(one, list):
            left += one


def _harmless(loader: str, found: str) -> bool:
    if loader == "ObjectNode":
        return f"{_package(found)}.{found.rpartition('.')[2]}" in _COMPUTES_WITH_ARRAYS
    return loader in _PLAIN and re.fullmatch(_PLAIN[loader], found) is not None


def _covered(name: str, modules: set[str]) -> bool:
    return any(f"{name}.".startswith(f"{module}.") for module in modules)


def _package(name: str) -> str:
    return ".".join(name.split(".")[:2])


def _refusal(name: str, found: str) -> str:
    if not found.startswith("sklearn."):
        return f"{name} holds what alflow does not write, and is not loaded: {found}"
    allow = next((package for package, parts in _PARTS.items() if _package(found) in parts), _package(found))
    return (
        f"{name} holds a {found}, which may crash alflow or run code if it was made to; if you made it yourself, "
        f"or trust whoever did, set ALFLOW_ALLOW={allow}"
    )
