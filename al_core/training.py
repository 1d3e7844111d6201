"""Training of a transformer: batches, steps, epochs."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from al_core.config import ClassifierConfig, EncoderConfig, FineTuningConfig
from al_core.encoders.device import device, memory_errors, precisely, seeded
from al_core.encoders.forward import forward_each, on_device
from al_core.encoders.pinned import Encoder
from al_core.logits import probabilities
from al_core.metrics import confusion_of, decisions, log_loss, macro_f1, right
from al_core.seeding import stream

if TYPE_CHECKING:
    import torch

    from al_core.features import Tokens

log = logging.getLogger("alflow.training")
"""Where trainings say what is worth a warning."""

progress = logging.getLogger("alflow.epochs")
"""Where trainings say, by records with an `epoch` and of how many `epochs`, how far they are.

A handler that raises stops the training.
"""
progress.propagate = False
progress.setLevel(logging.INFO)

_ALIKE = 16
"""Batches whose texts are sorted by length before they are cut, so that little is padding."""


@dataclass(frozen=True)
class Epoch:
    """How an epoch went; on the labelled texts while they were learned, on some of the test set after.

    Parameters: losses in nats; those on test texts are None where there are none, or the epoch was not watched
    """

    epoch: int
    steps: int
    train_loss: float
    train_accuracy: float
    train_macro_f1: float
    test_loss: float | None = None
    test_accuracy: float | None = None
    test_macro_f1: float | None = None


Watched = tuple["Tokens", np.ndarray]
"""Texts and their codes that nothing is learned from."""


def fine_tune(
    tokens: "Tokens",
    codes: np.ndarray,
    classes: np.ndarray,
    config: ClassifierConfig,
    encoder: Encoder,
    seed: int,
    test: Watched | None,
) -> tuple[Any, tuple[Epoch, ...]]:
    """Return the trained network, and how its epochs went.

    Parameters: codes : (n,) positions in `classes`; or (n, c), 1 for each of the classes that a text has, else 0
                classes : (c,) what the positions stand for among the codes of the test texts
    Raises:     MemoryError if a batch of one text is too much
    """
    draw = stream(seed, "train", len(codes))
    with seeded(int(draw.integers(2**31)), device(encoder.config)):
        network = make_network(encoder, config.fine_tuning.head, len(classes))
        training = _Training(network, encoder.config, tokens, codes, classes, config)
        epochs = tuple(training.epochs(draw, test))
    return network.eval(), epochs


def make_network(encoder: Encoder, head: str, n_classes: int, weights: dict[str, Any] | None = None) -> Any:
    """Return the network on its device, with pretrained weights and a new head, or with the weights given."""
    import torch

    from al_core.encoders.network import HEADS

    network = HEADS[head](encoder.folder, n_classes, pretrained=weights is None).to(device(encoder.config))
    if weights is not None:
        network.load_state_dict(weights)
    return torch.compile(network, dynamic=True) if encoder.config.compile else network


class _Training:
    """One training: a network, what it learns from, and its optimiser."""

    def __init__(
        self,
        network: Any,
        encoder: EncoderConfig,
        tokens: "Tokens",
        codes: np.ndarray,
        classes: np.ndarray,
        config: ClassifierConfig,
    ) -> None:
        import torch

        self.network, self.encoder, self.settings = network, encoder, config.fine_tuning
        self.tokens, self.codes, self.classes = tokens, codes, classes
        self.where, self.multilabel = device(encoder), codes.ndim == 2
        self.each_epoch = -(-len(codes) // self.settings.batch_size)
        self.n_epochs = max(self.settings.epochs, -(-self.settings.min_steps // self.each_epoch))
        self.optimiser = _optimiser(network, self.settings)
        self.schedule = torch.optim.lr_scheduler.LambdaLR(self.optimiser, self._rate)
        self.weights = _class_weights(codes, len(classes), config.class_weight)
        self.at_once = self.settings.batch_size

    def epochs(self, draw: np.random.Generator, test: Watched | None) -> Iterator[Epoch]:
        """Train, and yield how each epoch went."""
        import torch

        for number in range(1, self.n_epochs + 1):
            self.network.train()
            cut = batches(self.tokens.lengths, self.settings.batch_size, draw)
            logits = torch.cat([part for rows in cut for part in self._step(rows)])  # fetched once, at the end
            learned = _quality(self._proba(logits.float().cpu().numpy()), self.codes[np.concatenate(cut)])
            seen = self._watch(*test) if test and self._is_watched(number) else ()
            epoch = Epoch(number, number * self.each_epoch, *learned, *seen)
            progress.info("epoch", extra={"epoch": epoch, "epochs": self.n_epochs})
            yield epoch

    def _is_watched(self, number: int) -> bool:
        """Return whether to look at test texts after an epoch; not after each of the many there are with few labels."""
        return number % max(1, self.n_epochs // self.settings.epochs) == 0 or number == self.n_epochs

    def _rate(self, step: int) -> float:
        """Return the share of the highest learning rate that a step has."""
        steps = self.n_epochs * self.each_epoch
        rising = max(1, round(self.settings.warmup * steps)) if self.settings.warmup else 0
        if step < rising:
            return (step + 1) / rising
        return 1.0 if self.settings.schedule == "constant" else (steps - step) / max(1, steps - rising)

    def _step(self, rows: np.ndarray) -> list["torch.Tensor"]:
        """Learn from one batch, in parts if memory runs out, which add up to the same; return the logits of each."""
        import torch

        while True:
            try:
                with memory_errors():
                    self.optimiser.zero_grad(set_to_none=True)
                    parts = [self._learn(part, rows) for part in _parts(rows, self.at_once)]
                    torch.nn.utils.clip_grad_norm_(self.network.parameters(), 1.0)
                break
            except MemoryError:
                if self.at_once == 1:
                    raise
            self.at_once = -(-self.at_once // 2)
            log.warning("out of memory; going on with %s texts at a time, of batches as before", self.at_once)
        with memory_errors():
            self.optimiser.step()
        self.schedule.step()
        return parts

    def _learn(self, part: np.ndarray, batch: np.ndarray) -> "torch.Tensor":
        """Add up the gradients of a part of a batch."""
        import torch

        with precisely(self.encoder, self.where):
            logits: torch.Tensor = self.network(*on_device(self.tokens, part, self.where))
        loss = (
            self._binary(logits.float(), part, batch) if self.multilabel else self._single(logits.float(), part, batch)
        )
        loss.backward()  # type: ignore[no-untyped-call]
        return logits.detach()

    def _single(self, logits: "torch.Tensor", part: np.ndarray, batch: np.ndarray) -> "torch.Tensor":
        """Return the part's share of the batch's cross-entropy."""
        import torch

        true = torch.from_numpy(self.codes[part]).to(self.where)
        share = torch.tensor(self.weights / self.weights[self.codes[batch]].sum(), dtype=torch.float32)
        return torch.nn.functional.cross_entropy(logits, true, share.to(self.where), reduction="sum")

    def _binary(self, logits: "torch.Tensor", part: np.ndarray, batch: np.ndarray) -> "torch.Tensor":
        """Return the part's share of the batch's cross-entropy, each class being a case of its own."""
        import torch

        has = self.codes[part]
        share = np.where(has == 1, self.weights[1], self.weights[0]) / (len(batch) * has.shape[1])
        true, weight = (torch.tensor(table, dtype=torch.float32).to(self.where) for table in (has, share))
        return torch.nn.functional.binary_cross_entropy_with_logits(logits, true, weight, reduction="sum")

    def _proba(self, logits: np.ndarray) -> np.ndarray:
        return probabilities(logits, self.multilabel)

    def _watch(self, tokens: "Tokens", codes: np.ndarray) -> tuple[float, float, float]:
        """Return loss, accuracy and macro-F1 on texts that are not learned from."""
        self.network.eval()
        logits = forward_each(self.network, tokens, self.encoder, self.where)
        n_classes = codes.shape[1] if self.multilabel else 1 + max(codes.max(), self.classes.max())
        proba = np.zeros((len(codes), n_classes))
        proba[:, self.classes] = self._proba(logits)
        return _quality(proba, codes)


def batches(lengths: np.ndarray, size: int, draw: np.random.Generator) -> list[np.ndarray]:
    """Cut texts into batches in random order, of texts of like length, so that little of a batch is padding.

    Parameters: lengths : (n,) tokens of each text
    >>> [rows.tolist() for rows in batches(np.array([9, 1, 8, 2]), 2, np.random.default_rng(0))]
    [[3, 1], [0, 2]]
    """
    order = draw.permutation(len(lengths))
    cut = []
    for start in range(0, len(order), size * _ALIKE):
        some = order[start : start + size * _ALIKE]
        cut += _parts(some[np.argsort(-lengths[some], kind="stable")], size)
    return [cut[position] for position in draw.permutation(len(cut))]


def _parts(rows: np.ndarray, size: int) -> list[np.ndarray]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _optimiser(network: Any, config: FineTuningConfig) -> Any:
    """Return AdamW, which makes matrices smaller, and leaves biases and norms alone."""
    import torch

    decay = [weight for weight in network.parameters() if weight.ndim > 1]
    others = [weight for weight in network.parameters() if weight.ndim <= 1]
    groups = [{"params": decay, "weight_decay": config.weight_decay}, {"params": others, "weight_decay": 0.0}]
    return torch.optim.AdamW(groups, lr=config.learning_rate, fused=True)


def _class_weights(codes: np.ndarray, n_classes: int, kind: str) -> np.ndarray:
    """Return how much a text of each class counts: (n_classes,); or of the rest and of each class (2, n_classes)."""
    if codes.ndim == 2:
        of_rest_and_class = np.maximum([len(codes) - codes.sum(axis=0), codes.sum(axis=0)], 1)
        return len(codes) / (2 * of_rest_and_class) if kind == "balanced" else np.ones((2, n_classes))
    return len(codes) / (n_classes * np.bincount(codes)) if kind == "balanced" else np.ones(n_classes)


def _quality(proba: np.ndarray, codes: np.ndarray) -> tuple[float, float, float]:
    return log_loss(*decisions(proba, codes)), float(right(proba, codes).mean()), macro_f1(confusion_of(proba, codes))
