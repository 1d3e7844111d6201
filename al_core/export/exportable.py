"""Whether a classifier can be exported, found out before any model is learned for it."""

from al_core.classifiers import EstimatorModel
from al_core.config import ExperimentConfig
from al_core.contracts.cases import a_case
from al_core.errors import ConfigError
from al_core.estimators import CLASSIFIER_NAMES
from al_core.export import skops_file


def check_exportable(config: ExperimentConfig) -> None:
    """Refuse a classifier of the user's own that loads with the user's code only, or whose confidences are calibrated.

    Raises:     ConfigError that says why
    """
    name, calibration = config.classifier.name, config.classifier.calibration
    if name in CLASSIFIER_NAMES:
        return
    if calibration != "none":
        raise ConfigError(f"the temperature cannot be folded into {name}; train it with `classifier.calibration: none`")
    model = a_case(name, embeddings=config.features.kind == "embeddings").model
    assert isinstance(model, EstimatorModel)
    if skops_file.dumped(model.estimator) is None:
        raise ConfigError(
            f"{name} makes a {type(model.estimator).__name__}, which cannot be exported: an exported model holds no "
            "code, so that all of it has to be scikit-learn's"
        )
