"""Training of a transformer: batches, epochs and steps, on an encoder that is small enough to train in no time."""

import logging

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.classifiers import CLASSIFIERS, Context
from al_core.config import ClassifierConfig, EncoderConfig
from al_core.encoders.pinned import Encoder
from al_core.features import tokenise
from al_core.training import batches, progress

TEXTS = tuple(f"{'aab' if n % 2 else 'xyy'} number {n} {'and so on ' * (n % 4)}" for n in range(20))
CODES = np.arange(20) % 2


@pytest.fixture
def learn(tiny_encoder):
    """Train on TEXTS; return the weights and the epochs."""
    encoder = Encoder.of(EncoderConfig(name=str(tiny_encoder), max_length=32, device="cpu"))
    tokens = tokenise(TEXTS, encoder.folder, 32)

    def learn(seed=0, test=False, class_weight="none", **fine_tuning):
        settings = {"epochs": 2, "min_steps": 1, "batch_size": 8} | fine_tuning
        config = ClassifierConfig.model_validate(
            {"name": "transformer", "class_weight": class_weight, "fine_tuning": settings}
        )
        context = Context(encoder, seed, (tokens, CODES) if test else None)
        model = CLASSIFIERS["transformer"](tokens, CODES, config, context)
        return {name: weight.numpy() for name, weight in model.network.state_dict().items()}, model.epochs

    return learn


def same(one, other):
    return all(one[name].tobytes() == other[name].tobytes() for name in one)


@given(st.lists(st.integers(1, 50), max_size=200), st.integers(1, 40), st.integers(0, 5))
def test_batches_hold_every_text_once_and_all_but_few_are_full(lengths, size, seed):
    cut = batches(np.array(lengths, dtype=np.int64), size, np.random.default_rng(seed))
    assert sorted(row for rows in cut for row in rows.tolist()) == list(range(len(lengths)))
    assert all(1 <= len(rows) <= size for rows in cut)
    assert len(cut) == -(-len(lengths) // size), "the number of steps that the schedule counts on"
    assert sum(len(rows) < size for rows in cut) <= 1


@given(st.lists(st.integers(1, 500), min_size=30, max_size=60, unique=True), st.integers(0, 5))
def test_texts_of_a_batch_are_of_like_length(lengths, seed):
    lengths = np.array(lengths)
    padding = sum(
        (lengths[rows].max() - lengths[rows]).sum() for rows in batches(lengths, 4, np.random.default_rng(seed))
    )
    order = np.sort(lengths)[::-1]
    least = sum((part[0] - part).sum() for part in (order[start : start + 4] for start in range(0, len(order), 4)))
    assert padding <= least


def test_each_epoch_has_other_batches_in_another_order():
    draw = np.random.default_rng(0)
    first, second = (batches(np.full(40, 9), 8, draw) for _ in range(2))
    assert [rows.tolist() for rows in first] != [rows.tolist() for rows in second]


def test_the_seed_decides_all(learn):
    (one, epochs), (again, epochs_again), (other, _) = learn(), learn(), learn(seed=1)
    assert same(one, again)
    assert epochs == epochs_again
    assert not same(one, other)


def test_watching_by_test_texts_changes_nothing_but_what_is_said(learn):
    (alone, silent), (watched, said) = learn(), learn(test=True)
    assert same(alone, watched)
    assert [epoch.train_loss for epoch in silent] == [epoch.train_loss for epoch in said]
    assert all(epoch.test_loss is None for epoch in silent)
    assert all(0 < epoch.test_loss < 10 and 0 <= epoch.test_accuracy <= 1 for epoch in said)


@pytest.mark.parametrize(
    ("fine_tuning", "steps"),
    [
        ({"epochs": 3}, [3, 6, 9]),
        ({"epochs": 1, "min_steps": 7}, [3, 6, 9]),
        ({"epochs": 1, "min_steps": 6}, [3, 6]),
        ({"epochs": 2, "batch_size": 20}, [1, 2]),
        ({"epochs": 2, "batch_size": 100}, [1, 2]),
    ],
)
def test_epochs_are_as_asked_for_or_until_there_were_so_many_steps(learn, fine_tuning, steps):
    _, epochs = learn(**fine_tuning)
    assert [epoch.steps for epoch in epochs] == steps
    assert [epoch.epoch for epoch in epochs] == list(range(1, len(steps) + 1))


@pytest.mark.parametrize("head", ["sequence", "normalised"])
@pytest.mark.parametrize("schedule", ["linear", "constant"])
def test_what_can_be_told_apart_is_learned(learn, head, schedule):
    _, epochs = learn(head=head, schedule=schedule, epochs=15, learning_rate=5e-3, test=True)
    assert epochs[-1].train_loss < epochs[0].train_loss
    assert epochs[-1].test_accuracy == epochs[-1].test_macro_f1 == 1


def test_class_weights_change_nothing_where_classes_are_even(learn):
    assert same(learn(class_weight="none")[0], learn(class_weight="balanced")[0])


def test_no_warm_up_begins_at_the_full_rate(learn):
    assert not same(learn(warmup=0)[0], learn(warmup=1)[0])


def test_each_epoch_is_told_to_whoever_listens(learn):
    class Listener(logging.Handler):
        def __init__(self):
            super().__init__()
            self.heard = []

        def emit(self, record):
            self.heard.append((record.epoch.epoch, record.epochs))

    listener = Listener()
    progress.addHandler(listener)
    try:
        learn(epochs=3)
    finally:
        progress.removeHandler(listener)
    assert listener.heard == [(1, 3), (2, 3), (3, 3)]


def little_memory(monkeypatch, texts):
    """Let no more than so many texts be learned at once."""
    from al_core.encoders.network import Sequence

    forward = Sequence.forward

    def forward_few(self, ids, mask):
        if len(ids) > texts:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return forward(self, ids, mask)

    monkeypatch.setattr(Sequence, "forward", forward_few)


def test_a_batch_that_is_too_much_is_learned_in_parts_that_add_up_to_it(learn, monkeypatch, caplog, tiny_encoder):
    without_dropout(monkeypatch)
    whole, epochs = learn()
    little_memory(monkeypatch, 3)
    parts, in_parts = learn()
    assert [epoch.steps for epoch in in_parts] == [epoch.steps for epoch in epochs]
    for name, weight in whole.items():
        np.testing.assert_allclose(parts[name], weight, atol=2e-4, err_msg=name)
    assert "out of memory; going on with 4 texts at a time" in caplog.text
    assert "out of memory; going on with 2 texts at a time" in caplog.text


def without_dropout(monkeypatch):
    import torch

    monkeypatch.setattr(torch.nn.Dropout, "forward", lambda self, x: x)
    attention = torch.nn.functional.scaled_dot_product_attention
    monkeypatch.setattr(
        torch.nn.functional,
        "scaled_dot_product_attention",
        lambda *arguments, **settings: attention(*arguments, **(settings | {"dropout_p": 0.0})),
    )


def test_a_single_text_that_is_too_much_is_an_error(learn, monkeypatch):
    little_memory(monkeypatch, 0)
    with pytest.raises(MemoryError, match="can't allocate"):
        learn()
