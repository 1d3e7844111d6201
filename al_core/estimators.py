"""Classifiers by what a configuration says: one of ours, or one of your own, with its settings if it has any.

naive_bayes    mypackage.module:forest    mypackage.module:forest(trees=50)

One of your own is a class of estimators as scikit-learn's are, with `fit` and `predict_proba`, or a function that is
marked with `@al_core.classifier` and makes one that is not fitted yet. It takes `seed`, or nothing; its keyword-only
parameters are its settings, and have defaults.
"""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from functools import lru_cache
from inspect import Parameter, signature
from typing import Any

from al_core.errors import ConfigError
from al_core.expression import checked, named, parse, spelled
from al_core.plugins import digest_of_module

CLASSIFIER_NAMES = ("logistic_regression", "naive_bayes", "linear_svm", "transformer")
_HOW = "it is a name, such as naive_bayes, or a function of yours, such as mypackage.module:forest(trees=50)"


@dataclass(frozen=True)
class Maker:
    """What makes the estimators of a classifier.

    Parameters: name : as in configurations
                function : see above
                settings : values of the function's keyword-only parameters
    """

    name: str
    function: Callable[..., Any]
    settings: tuple[tuple[str, Any], ...] = ()

    def make(self, seed: int) -> Any:
        """Return a new estimator; where a `random_state` of it is left to chance, it is given the seed.

        Raises:     ConfigError if what is made is no estimator
        """
        estimator = deepcopy(self._made(seed))  # which may share parts with those made before
        left = _left_to_chance(estimator)
        return estimator.set_params(**dict.fromkeys(left, seed)) if left else estimator

    @property
    def by_seed(self) -> bool:
        """Whether other seeds can make other models."""
        return "seed" in signature(self.function).parameters or bool(_left_to_chance(self._made(0)))

    def _made(self, seed: int) -> Any:
        seeded = {"seed": seed} if "seed" in signature(self.function).parameters else {}
        estimator = self.function(**seeded | dict(self.settings))
        for method in ("fit", "predict_proba"):
            if isinstance(estimator, type) or not hasattr(estimator, method):
                raise ConfigError(
                    f"the classifier {self.name!r} makes {str(estimator)[:60]!r}, which has no `{method}`; it has to "
                    "make an estimator as scikit-learn's are, whose CalibratedClassifierCV gives probabilities to any"
                )
        return estimator


def _left_to_chance(estimator: Any) -> list[str]:
    """Return the parameters that are a `random_state` and None, those of estimators inside it too."""
    parameters = estimator.get_params() if hasattr(estimator, "get_params") else {}
    return [name for name, value in parameters.items() if name.split("__")[-1] == "random_state" and value is None]


def _asked(function: Callable[..., Any]) -> list[str]:
    """Return what a function asks for besides the seed; a class only for what it cannot do without."""
    optional = isinstance(function, type)
    return [
        p.name
        for p in signature(function).parameters.values()
        if p.kind in (Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD) and p.name != "seed"
        if not (optional and p.default is not Parameter.empty)
    ]


@lru_cache(maxsize=256)
def maker_of(text: str) -> Maker:
    """Return what makes the estimators of the classifier that a text describes; of ours, it has the name alone.

    Raises:     ConfigError that says what of it is not understood
    >>> from al_core import allow
    >>> allow("sklearn.neighbors")
    >>> maker_of("sklearn.neighbors:KNeighborsClassifier( n_neighbors=3 )").name
    'sklearn.neighbors:KNeighborsClassifier(n_neighbors=3)'
    >>> maker_of("bayes")
    Traceback (most recent call last):
    al_core.errors.ConfigError: unknown classifier 'bayes'; did you mean 'naive_bayes'? There are: ...
    """
    said = parse("classifier", text, _HOW)
    if said.inner:
        raise ConfigError(f"a classifier goes around no other, and its settings have names: {text!r}")
    base = named("classifier", "classifiers", said.name, _OURS, _own)
    values = checked(base.name, base.function, said.settings)
    return Maker(spelled(base.name, (), values), base.function, values)


def _ours() -> None:
    """Stand for a classifier of ours, whose settings are a section of the configuration."""


_OURS = {name: Maker(name, _ours) for name in CLASSIFIER_NAMES}


def _own(name: str, function: Any, path: str) -> Maker:
    for unknown in _asked(function):
        raise ConfigError(
            f"the classifier {name!r} asks for {unknown!r}; it can ask for `seed`, and its settings have to be "
            "keyword-only: `def forest(seed, *, trees=50)`"
        )
    return Maker(name, function)


def code_of(*names: str) -> tuple[str, ...]:
    """Return digests of the modules of classifiers that are not ours, so that results change with your code.

    >>> code_of("naive_bayes", "transformer")
    ()
    """
    own = [maker_of(name).function for name in names if name not in CLASSIFIER_NAMES]
    return tuple(digest_of_module(function.__module__) for function in own)
