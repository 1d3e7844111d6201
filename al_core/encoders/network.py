"""Networks for classification: an encoder with a head. Imports torch; to be imported where it is needed only."""

import re
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModel, AutoModelForSequenceClassification

from al_core.encoders.weights import NOT_USED, check_loaded, quiet, understood

_LOCAL: dict[str, Any] = {"local_files_only": True, "use_safetensors": True, "trust_remote_code": False}


class Sequence(torch.nn.Module):
    """The encoder with the head that it has for classification, as in transformers."""

    def __init__(self, folder: Path, n_classes: int, pretrained: bool, exported: bool = False) -> None:
        super().__init__()
        self.model = _make(AutoModelForSequenceClassification, folder, pretrained, exported, num_labels=n_classes)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return the logits (b, c)."""
        logits: torch.Tensor = self.model(input_ids=ids, attention_mask=mask).logits
        return logits


class Normalised(torch.nn.Module):
    """The encoder with one linear layer on its first token's hidden state, which is brought to unit length."""

    def __init__(self, folder: Path, n_classes: int, pretrained: bool, exported: bool = False) -> None:
        super().__init__()
        self.model = _make(AutoModel, folder, pretrained, exported)
        self.linear = torch.nn.Linear(self.model.config.hidden_size, n_classes)

    def forward(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return the logits (b, c)."""
        first = self.model(input_ids=ids, attention_mask=mask).last_hidden_state[:, 0]
        logits: torch.Tensor = self.linear(torch.nn.functional.normalize(first, dim=1))
        return logits


HEADS: dict[str, type[Sequence] | type[Normalised]] = {"sequence": Sequence, "normalised": Normalised}


def _make(kind: Any, folder: Path, pretrained: bool, exported: bool, **settings: Any) -> Any:
    """Return the network with its pretrained weights, or, for weights that are loaded after, without.

    Of an exported one, all weights have to be there; of another, all but those that training starts anew.
    """
    quiet()
    with understood(folder):
        if not pretrained:
            config = AutoConfig.from_pretrained(folder, local_files_only=True, trust_remote_code=False, **settings)
            return kind.from_config(config)
        network, loaded = kind.from_pretrained(folder, **_LOCAL, **settings, output_loading_info=True)
    check_loaded(folder, loaded, None if exported else _new(network), all_used=exported)
    return network


def _new(network: Any) -> str:
    """Return a pattern for the weights of a head, which those of the encoder inside are not."""
    inside = getattr(network, network.base_model_prefix, None)
    return NOT_USED if inside is None else rf"{NOT_USED}|^(?!{re.escape(network.base_model_prefix)}\.)"
