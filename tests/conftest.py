"""What tests share: a real Prefect server for those that run flows, and a tiny encoder for those that train one."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

# Before torch is imported: its threads spin while they wait, and beside servers on two cores take ten times as long.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from benchmarks import servers


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Start a Prefect server on a free loopback port; the URL of its API is the value."""
    with servers.server(tmp_path_factory.mktemp("prefect")) as running:
        yield running.url


@pytest.fixture
def prefect_api(server: str) -> Iterator[str]:
    """Let flows in this process talk to the test server."""
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server}):
        yield server


@pytest.fixture(scope="session")
def tiny_encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with a BERT of 100,000 random weights, whose tokens are letters; training it takes milliseconds."""
    return _tiny_bert("BertModel", tmp_path_factory.mktemp("tiny-encoder"))


@pytest.fixture(scope="session")
def tiny_language_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a folder with the same BERT and a head that guesses masked tokens."""
    return _tiny_bert("BertForMaskedLM", tmp_path_factory.mktemp("tiny-language-model"))


def _tiny_bert(kind: str, folder: Path) -> Path:
    import torch
    import transformers

    letters = [chr(code) for code in range(ord("!"), ord("~") + 1)]
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{letter}" for letter in letters)]
    (folder / "vocab.txt").write_text("\n".join(words))
    transformers.BertTokenizerFast(str(folder / "vocab.txt"), model_max_length=64).save_pretrained(folder)
    sizes = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 64}
    config = transformers.BertConfig(vocab_size=len(words), max_position_embeddings=64, **sizes)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        getattr(transformers, kind)(config).save_pretrained(folder)
    return folder


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the slow tests start first, so that no worker is left alone with them in the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)
