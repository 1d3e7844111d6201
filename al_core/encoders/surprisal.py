"""Surprisal: how little a language model expects the tokens of a text, before any label is there."""

from typing import TYPE_CHECKING

import numpy as np

from al_core.encoders.device import device, one_at_a_time
from al_core.encoders.forward import TOGETHER, forward_each
from al_core.encoders.pinned import Encoder
from al_core.encoders.weights import quiet, understood
from al_core.errors import ConfigError
from al_core.seeding import stream

if TYPE_CHECKING:
    import torch

    from al_core.features.tokens import Tokens

SHARE = 0.15
"""Of its tokens, drawn at random, by which a text is known; the others count as expected."""


def surprisal(tokens: "Tokens", encoder: Encoder) -> np.ndarray:
    """Return how little the encoder's language model expects each token of each text.

    Returns:    (n, max_length) float32: cross-entropies in nats; 0 for special tokens, and after the last
    Raises:     ConfigError if the encoder's weights have no head for masked language modelling
    References: Yuan, Lin & Boyd-Graber (2020), Cold-start Active Learning through Self-supervised Language Modeling
    """
    import torch

    where, length = device(encoder.config), encoder.config.max_length
    with one_at_a_time:
        network = _language_model(encoder).to(where).eval()

    def run(ids: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        logits = network(input_ids=ids, attention_mask=mask).logits.float()
        losses = torch.nn.functional.cross_entropy(logits.transpose(1, 2), ids, reduction="none")
        return torch.nn.functional.pad(losses, (0, length - ids.shape[1]))

    pieces = [np.arange(start, min(start + TOGETHER, len(tokens))) for start in range(0, len(tokens), TOGETHER)]
    losses = np.concatenate([forward_each(run, tokens[piece], encoder.config, where) for piece in pieces])
    return np.where(_counts(tokens, encoder), losses, np.float32(0))


def some_tokens(surprisal: np.ndarray, seed: int) -> np.ndarray:
    """Return the surprisal of a random 15 % of the tokens, and 0 for the others.

    Parameters: surprisal : (n, t) float32, of all texts
    >>> float((some_tokens(np.ones((1000, 10), np.float32), 0) > 0).mean().round(2))
    0.15
    """
    drawn = stream(seed, "surprisal").random(surprisal.shape, dtype=np.float32) < SHARE
    return np.where(drawn, surprisal, np.float32(0))


def check_language_model(encoder: Encoder) -> None:
    """Refuse an encoder that is no masked language model, by a ConfigError."""
    _language_model(encoder)


def _counts(tokens: "Tokens", encoder: Encoder) -> np.ndarray:
    """Return where there are tokens that are not special: (n, max_length) bool."""
    from al_core.encoders.weights import load_tokenizer

    there = np.arange(encoder.config.max_length) < tokens.lengths[:, None]
    there[there] = ~np.isin(tokens.ids, load_tokenizer(encoder.folder).all_special_ids)
    return there


def _language_model(encoder: Encoder) -> "torch.nn.Module":
    from transformers import AutoModelForMaskedLM

    quiet()
    settings = {"local_files_only": True, "use_safetensors": True, "trust_remote_code": False}
    with understood(encoder.folder):
        network, loaded = AutoModelForMaskedLM.from_pretrained(encoder.folder, **settings, output_loading_info=True)
    if loaded["missing_keys"]:
        raise ConfigError(
            f"surprisal needs a masked language model, and the encoder {encoder.config.name!r} lacks its head; one "
            "such as google-bert/bert-base-uncased has it"
        )
    return network
