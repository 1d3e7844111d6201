"""Active learning in plain Python: no Prefect, no clock, no global random state.

What is named here is for others to use. Each is imported when it is first asked for, so that importing this is quick.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from al_core.appraisal import Worth, worth
    from al_core.asking import ask
    from al_core.config import ClassifierConfig, DataConfig, ExperimentConfig, FeaturesConfig, SeedSetConfig
    from al_core.corpus import Corpus
    from al_core.datasets.build import build_corpus
    from al_core.errors import AlflowError, ConfigError, DataError
    from al_core.loop import simulate
    from al_core.metrics import Metrics
    from al_core.plugins import allow, classifier, stopping_rule, strategy
    from al_core.ranking import Learner, Ranking, rank
    from al_core.trained import Trained, train

_IN = {
    "AlflowError": "errors", "ClassifierConfig": "config", "ConfigError": "errors", "Corpus": "corpus",
    "DataConfig": "config", "DataError": "errors", "ExperimentConfig": "config", "FeaturesConfig": "config",
    "Learner": "ranking", "Metrics": "metrics", "Ranking": "ranking", "SeedSetConfig": "config", "Trained": "trained",
    "Worth": "appraisal", "allow": "plugins", "ask": "asking", "build_corpus": "datasets.build",
    "classifier": "plugins", "rank": "ranking", "simulate": "loop", "stopping_rule": "plugins", "strategy": "plugins",
    "train": "trained", "worth": "appraisal",
}  # fmt: skip

__all__ = [
    "AlflowError", "ClassifierConfig", "ConfigError", "Corpus", "DataConfig", "DataError", "ExperimentConfig",
    "FeaturesConfig", "Learner", "Metrics", "Ranking", "SeedSetConfig", "Trained", "Worth", "allow", "ask",
    "build_corpus", "classifier", "rank", "simulate", "stopping_rule", "strategy", "train", "worth",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name not in _IN:
        raise AttributeError(f"module 'al_core' has no attribute {name!r}; it has {', '.join(__all__)}")
    return getattr(import_module(f"al_core.{_IN[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
