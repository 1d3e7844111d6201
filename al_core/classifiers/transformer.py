"""A transformer that is fine-tuned: the encoder learns with the head on top of it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np
import pyarrow as pa

from al_core.classifiers.base import Context, classifier
from al_core.config import ClassifierConfig
from al_core.encoders.device import device, one_at_a_time, seeded
from al_core.encoders.forward import forward_each
from al_core.encoders.inside import dropping, inputs_of_last_layer
from al_core.encoders.pinned import Encoder
from al_core.errors import ConfigError
from al_core.features import Tokens
from al_core.logits import probabilities
from al_core.training import Epoch, fine_tune, make_network


@dataclass(frozen=True)
class TransformerModel:
    """A fine-tuned transformer.

    Parameters: classes : (c,) codes of the classes it has seen, ascending
                network : a torch module that gives logits
                epochs : how its training went
                temperature : what the logits are divided by
                multilabel : whether a text can have several classes
    """

    classes: np.ndarray
    network: Any = field(repr=False)
    encoder: Encoder
    epochs: tuple[Epoch, ...]
    temperature: float = 1.0
    multilabel: bool = False

    def predict_proba(self, tokens: Tokens, n_classes: int) -> np.ndarray:
        """Return each text's class probabilities; a class that was not seen in training has 0.

        Returns:    (n, n_classes) float64, rows sum to 1, unless a text can have several classes
        """
        config = self.encoder.config
        proba = np.zeros((len(tokens), n_classes))
        if len(tokens):
            logits = forward_each(self.network, tokens, config, device(config))
            proba[:, self.classes] = probabilities(logits.astype(np.float64) / self.temperature, self.multilabel)
        return proba

    def dropout_proba(self, tokens: Tokens, n_classes: int, passes: int, seed: int) -> np.ndarray:
        """Return each text's class probabilities by several passes, in each of which other units are left out.

        Returns:    (passes, n, n_classes) float64
        References: Gal & Ghahramani (2016), Dropout as a Bayesian Approximation
        """
        with seeded(seed, device(self.encoder.config)), dropping(self.network):
            return np.stack([self.predict_proba(tokens, n_classes) for _ in range(passes)])

    def hidden(self, tokens: Tokens) -> np.ndarray:
        """Return what the last layer is given of each text: (n, d) float32."""
        config = self.encoder.config
        with inputs_of_last_layer(self.network, len(self.classes)) as run:
            return forward_each(run, tokens, config, device(config))

    def softened(self, temperature: float) -> "TransformerModel":
        """Return the same model with its logits divided by the temperature."""
        return replace(self, temperature=temperature)

    def to_table(self) -> pa.Table:
        """Return how the training went: a row an epoch; what identifies the weights is in the metadata."""
        table = pa.Table.from_pylist([vars(epoch) for epoch in self.epochs])
        about = {"weights": self.digest, "classes": " ".join(map(str, self.classes))}
        about |= {"temperature": repr(self.temperature), "multilabel": str(self.multilabel)}
        return table.replace_schema_metadata(about)

    def weights(self) -> bytes:
        """Return the weights, and the temperature, as safetensors."""
        from safetensors.torch import save

        state = getattr(self.network, "_orig_mod", self.network).state_dict()  # what torch.compile wraps
        tensors = {name: weight.detach().cpu().contiguous() for name, weight in state.items()}
        return save(tensors, metadata={"temperature": repr(self.temperature)})

    @cached_property
    def digest(self) -> str:
        """64 hexadecimal digits that change with the weights or the temperature."""
        return sha256(self.weights()).hexdigest()

    @classmethod
    def from_weights(cls, weights: bytes, table: pa.Table, config: ClassifierConfig, encoder: Encoder) -> Any:
        """Return the model of which `to_table` and `weights` were kept."""
        from safetensors.torch import load

        classes = np.array(table.schema.metadata[b"classes"].split(), dtype=np.int64)
        with one_at_a_time:
            network = make_network(encoder, config.fine_tuning.head, len(classes), load(weights)).eval()
        epochs = tuple(Epoch(**row) for row in table.to_pylist())
        about = table.schema.metadata
        return cls(classes, network, encoder, epochs, float(about[b"temperature"]), about[b"multilabel"] == b"True")


@classifier("transformer")
def transformer(tokens: Tokens, codes: np.ndarray, config: ClassifierConfig, context: Context) -> TransformerModel:
    """Fine-tune a pretrained encoder with a new head, by AdamW on the cross-entropy: binary, if texts have several.

    References: Devlin et al. (2019), BERT; for many steps and a warm-up on few labels, Mosbach et al. (2021), On the
                Stability of Fine-tuning BERT
    """
    if context.encoder is None:
        raise ConfigError("the classifier `transformer` needs an encoder")
    multilabel = codes.ndim == 2
    if multilabel:
        classes = np.flatnonzero(codes.any(axis=0)) if codes.any() else np.array([0])
        local = codes[:, classes]
    else:
        classes, local = np.unique(codes, return_inverse=True)
    network, epochs = fine_tune(tokens, local, classes, config, context.encoder, context.seed, context.test)
    return TransformerModel(classes, network, context.encoder, epochs, multilabel=multilabel)
