"""Inside a network that classifies: run it with dropout, or up to its last layer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from al_core.encoders.device import one_at_a_time

if TYPE_CHECKING:
    import torch

Run = Callable[["torch.Tensor", "torch.Tensor | None"], "torch.Tensor"]


@contextmanager
def dropping(network: Any) -> Iterator[None]:
    """Let a network's dropout leave out units meanwhile, as it does in training."""
    import torch

    layers = [layer for layer in _plain(network).modules() if isinstance(layer, torch.nn.Dropout)]
    with one_at_a_time:
        try:
            for layer in layers:
                layer.train()
            yield
        finally:
            for layer in layers:
                layer.eval()


@contextmanager
def inputs_of_last_layer(network: Any, n_classes: int) -> Iterator[Run]:
    """Give a function that runs a network and returns what goes into the layer that gives its logits."""
    import torch

    seen: list[torch.Tensor] = []
    network = _plain(network)
    linear = [layer for layer in network.modules() if isinstance(layer, torch.nn.Linear)]
    last = [layer for layer in linear if layer.out_features == n_classes][-1]

    def run(ids: "torch.Tensor", mask: "torch.Tensor | None") -> "torch.Tensor":
        seen.clear()
        network(ids, mask)
        return seen[0]

    with one_at_a_time:
        handle = last.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0]))
        try:
            yield run
        finally:
            handle.remove()


def _plain(network: Any) -> Any:
    """Return the network that torch.compile wraps, or the network."""
    return getattr(network, "_orig_mod", network)
