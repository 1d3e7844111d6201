"""Embeddings: one vector a text, from a frozen encoder."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.encoders.device import device, one_at_a_time
from al_core.encoders.forward import forward_each
from al_core.encoders.pinned import Encoder
from al_core.encoders.weights import NOT_USED, check_loaded, quiet, understood
from al_core.errors import ConfigError

if TYPE_CHECKING:
    import torch

    from al_core.features.tokens import Tokens


def embed(tokens: "Tokens", encoder: Encoder) -> np.ndarray:
    """Return the embeddings of texts.

    Returns:    (n, d) float32, rows of unit length: the mean of the last hidden states, or the first of them where
                the encoder's 1_Pooling/config.json says so
    References: Reimers and Gurevych (2019), Sentence-BERT
    """
    import torch

    folder, where = encoder.folder, device(encoder.config)
    with one_at_a_time:
        network = _network(folder, where, encoder.config.compile)
    first = pools_first(folder)

    def run(ids: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        hidden = network(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        pooled = hidden[:, 0] if first else _mean(hidden, mask)
        return torch.nn.functional.normalize(pooled, dim=1)

    return forward_each(run, tokens, encoder.config, where)


def _mean(hidden: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
    if mask is None:
        return hidden.mean(dim=1)
    return (hidden * mask[..., None]).sum(dim=1) / mask.sum(dim=1, keepdim=True)


@lru_cache(maxsize=1)
def _network(folder: Path, where: "torch.device", compile: bool) -> Any:
    import torch
    from transformers import AutoModel

    quiet()
    with understood(folder):
        network, loaded = AutoModel.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, trust_remote_code=False, output_loading_info=True
        )
    check_loaded(folder, loaded, new=NOT_USED)
    network = network.to(where).eval().requires_grad_(False)
    return torch.compile(network, dynamic=True) if compile else network


def pools_first(folder: Path) -> bool:
    """Return whether the encoder was trained to say what a text means by its first token."""
    file = folder / "1_Pooling" / "config.json"
    with understood(folder):
        modes = dict(json.loads(file.read_text())) if file.exists() else {"pooling_mode_mean_tokens": True}
    first, mean = modes.get("pooling_mode_cls_token"), modes.get("pooling_mode_mean_tokens")
    if bool(first) == bool(mean):
        raise ConfigError(
            f"{str(file)!r} asks for a pooling that alflow has not; it has that by mean and by first token"
        )
    return bool(first)
