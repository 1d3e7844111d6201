"""A learned model with all that its card says of it."""

from dataclasses import dataclass
from typing import Any

from al_core.classifiers import EstimatorModel, LinearModel, TransformerModel
from al_core.config import ExperimentConfig
from al_core.corpus import Corpus
from al_core.datasets.split import Split
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.metrics import Metrics


@dataclass(frozen=True)
class Learned:
    """The model of one cycle of an experiment.

    Parameters: encoder : None for a model of words alone
                manifest : of the experiment
    """

    model: LinearModel | TransformerModel | EstimatorModel
    corpus: Corpus
    parts: Split
    metrics: Metrics
    config: ExperimentConfig
    encoder: Encoder | None
    strategy: str
    seed: int
    cycle: int
    manifest: dict[str, Any]

    @property
    def classes(self) -> tuple[str, ...]:
        """The names of the classes that the model has seen, in the order of its probabilities.

        Raises:     ConfigError if there is none, or only one, so that there is nothing to tell apart
        """
        names = tuple(self.corpus.classes[code] for code in self.model.classes)
        if not names:
            raise ConfigError("no labelled text of this cycle has any label; export a later cycle")
        if len(names) == 1:
            raise ConfigError(f"all labels of this cycle are {names[0]!r}; export a later cycle")
        return names
