"""Forward: run a network over tokens without training it, in batches of like length."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.config import EncoderConfig
from al_core.encoders.device import memory_errors, one_at_a_time, precisely
from al_core.memory import within_memory

if TYPE_CHECKING:
    import torch

    from al_core.features.tokens import Tokens

progress = logging.getLogger("alflow.texts")
"""Where networks say, by records with a number of `texts`, how many they have read."""
progress.propagate = False
progress.setLevel(logging.INFO)

TOKENS_AT_ONCE = {"cpu": 2048, "mps": 8192, "cuda": 32_768}
"""Tokens in a batch, padding included, by device. Small batches have less padding, and a CPU loses nothing by them."""

TOGETHER = 16_384
"""Texts that are embedded, or scored by a transformer, as one piece of work.

It is no setting: which texts share a batch shows in the last bits of the result.
"""


def forward_each(
    run: "Callable[[torch.Tensor, torch.Tensor | None], torch.Tensor]",
    tokens: "Tokens",
    config: EncoderConfig,
    where: "torch.device",
) -> np.ndarray:
    """Return what a network gives for each text.

    Parameters: run : takes ids (b, t) and their mask, None if there is no padding, and returns (b, d)
    Returns:    (n, d) float32
    """
    import torch

    def one(rows: np.ndarray) -> np.ndarray:
        with one_at_a_time, memory_errors(), torch.inference_mode(), precisely(config, where):
            result: np.ndarray = run(*on_device(tokens, rows, where)).float().cpu().numpy()
        progress.info("texts", extra={"texts": len(rows)})
        return result

    batches = list(tokens.batches(TOKENS_AT_ONCE[where.type]))
    parts = [within_memory(one, rows) for rows in batches]
    if not parts:
        return np.empty((0, 0), np.float32)
    result = np.empty((len(tokens), parts[0].shape[1]), np.float32)
    result[np.concatenate(batches)] = np.concatenate(parts)
    return result


def on_device(tokens: "Tokens", rows: np.ndarray, where: "torch.device") -> tuple[Any, Any]:
    """Return some texts as tensors on a device: ids (b, t) and their mask, None if there is no padding."""
    import torch

    ids, filled = tokens.padded(rows)
    mask = None if filled.all() else torch.from_numpy(filled).to(where)
    return torch.from_numpy(ids).to(where), mask
