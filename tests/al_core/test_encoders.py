"""Encoders: found or refused with what to do, pinned by their weights, and the same whatever texts share a batch."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from al_core.arrays import from_table, to_table
from al_core.config import EncoderConfig
from al_core.encoders import weights
from al_core.encoders.device import device, memory_errors, precisely, seeded, uses_gpu
from al_core.encoders.embed import embed
from al_core.encoders.forward import forward_each
from al_core.encoders.pinned import Encoder
from al_core.encoders.weights import MINILM
from al_core.errors import ConfigError
from al_core.features import embed_all, tokenise

CPU = EncoderConfig(device="cpu")
TEXTS = ("where is my order", "", "I was charged twice!", "hello " * 60, "a", "the parcel came late", "no", "yes it is")


@pytest.fixture
def folder(tiny_encoder, tmp_path):
    """A copy of the tiny encoder that can be harmed."""
    return Path(shutil.copytree(tiny_encoder, tmp_path / "encoder"))


@pytest.fixture(scope="module")
def minilm():
    return Encoder.of(EncoderConfig(max_length=64, device="cpu"))


def pinned(folder, **settings):
    return Encoder.of(EncoderConfig(name=str(folder), device="cpu", **({"max_length": 32} | settings)))


# Weights


def test_a_folder_is_found_wherever_one_stands(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert weights.find("encoder") == weights.find(str(folder)) == folder
    assert weights.is_here(str(folder))


@pytest.mark.parametrize("missing", ["config.json", "tokenizer_config.json", "model.safetensors"])
def test_a_folder_that_lacks_something_is_refused_with_what(folder, missing):
    (folder / missing).unlink()
    lacks = missing.replace("model.safetensors", r"\*\.safetensors \(other formats can hold code, and are not read\)")
    with pytest.raises(ConfigError, match=rf"the encoder '{folder}' lacks {lacks}, looked for in '{folder}'"):
        weights.find(str(folder))
    assert not weights.is_here(str(folder))


def test_weights_as_a_pickle_are_not_read(folder):
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ConfigError, match=r"lacks \*\.safetensors \(other formats can hold code"):
        weights.find(str(folder))


UNREACHABLE = """
import time
from al_core.encoders import weights
from al_core.errors import ConfigError
slept = []
time.sleep = slept.append
try:
    weights.find({name!r})
except ConfigError as error:
    print(sum(slept))
    print(error)
assert not weights.is_here({name!r})
"""


@pytest.mark.parametrize("name", ["nobody/no-such-encoder", "no such encoder", "/no/such/folder"])
def test_a_name_that_nobody_answers_for_is_refused_soon_with_what_to_do(name, tmp_path):
    environment = os.environ | {"HF_ENDPOINT": "http://127.0.0.1:9", "HF_HOME": str(tmp_path)}
    code = UNREACHABLE.format(name=name)
    said = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=600)
    seconds, message = said.stdout.split("\n", 1)
    assert float(seconds) < 10, "it waits to try again, and again"
    for part in (repr(name), "is no folder", "safetensors", "pip install 'alflow[offline]'"):
        assert part in message


@pytest.mark.parametrize("file", ["model.safetensors", "config.json", "tokenizer.json", "vocab.txt", "spiece.model"])
def test_the_digest_changes_with_whatever_the_results_depend_on(folder, tiny_encoder, file):
    with (folder / file).open("ab") as content:
        content.write(b" ")
    assert weights.digest(folder) != weights.digest(tiny_encoder)


def test_the_digest_does_not_depend_on_where_the_weights_lie_or_what_lies_beside_them(folder, tiny_encoder):
    (folder / "README.md").write_text("notes")
    assert weights.digest(folder) == weights.digest(tiny_encoder)


def test_weights_that_are_not_those_of_minilm_are_not_taken_for_them(monkeypatch):
    monkeypatch.setattr(weights, "MINILM_SHA256", "0" * 64)
    with pytest.raises(
        ConfigError, match=r"are not those of sentence-transformers/all-MiniLM-L6-v2 .*install .* again"
    ):
        weights.find(MINILM)


def test_a_tokeniser_that_cannot_pad_is_refused(folder):
    for name in ("tokenizer_config.json", "special_tokens_map.json"):
        if (folder / name).exists():
            content = json.loads((folder / name).read_text())
            content["pad_token"] = None
            (folder / name).write_text(json.dumps(content))
    with pytest.raises(ConfigError, match=r"has no padding token; alflow needs an encoder, such as BERT"):
        weights.load_tokenizer(folder)


# Pinned


def test_more_tokens_than_the_encoder_reads_are_refused_with_both_numbers(folder):
    assert pinned(folder, max_length=64).config.max_length == 64
    with pytest.raises(ConfigError, match=rf"max_length: '{folder}' reads 64 tokens at most, not 65"):
        pinned(folder, max_length=65)
    with pytest.raises(ConfigError, match="reads 512 tokens at most, not 513"):
        Encoder.of(EncoderConfig(max_length=513))


def test_a_run_cannot_go_on_with_other_weights(folder):
    assert pinned(folder).folder == folder
    begun = Encoder(EncoderConfig(name=str(folder)), "0" * 64)
    with pytest.raises(ConfigError, match=rf"the encoder '{folder}' is gone .* or is another than the run began with"):
        _ = begun.folder


# Devices


def test_a_device_that_is_not_here_is_refused():
    assert device(CPU).type == "cpu"
    missing = "mps" if sys.platform != "darwin" else "cuda"
    with pytest.raises(ConfigError, match=f"device: there is no '{missing}' here; leave it `auto`, or name `cpu`"):
        device(EncoderConfig(device=missing))


def test_what_computes_on_the_processor_uses_no_gpu():
    assert not uses_gpu(CPU)
    assert uses_gpu(EncoderConfig(device="cuda")), "a worker may be another machine"


def test_memory_that_ran_out_is_a_memory_error_and_nothing_else_is():
    import torch

    with pytest.raises(MemoryError), memory_errors():
        torch.empty(2**50)
    with pytest.raises(RuntimeError, match="size of tensor"), memory_errors():
        torch.zeros(2) + torch.zeros(3)


def test_a_seed_holds_only_inside():
    import torch

    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    with seeded(7, torch.device("cpu")):
        one = torch.rand(1)
    assert torch.rand(1) == expected
    with seeded(7, torch.device("cpu")):
        assert torch.rand(1) == one


def test_precision_is_as_asked_for():
    import torch

    matrix = torch.rand(4, 4)
    for precision in ("float32", "bfloat16"):
        with precisely(EncoderConfig(precision=precision), torch.device("cpu")):
            assert str(torch.mm(matrix, matrix).dtype) == f"torch.{precision}"


# Forward, embeddings


def test_a_network_is_asked_about_each_text_once_without_padding_where_there_is_none(folder):
    asked = []

    def lengths(ids, mask):
        asked.append(mask)
        filled = (ids >= 0).float() if mask is None else mask.float()
        return filled.sum(dim=1, keepdim=True)

    tokens = tokenise(TEXTS, folder, 32)
    found = forward_each(lengths, tokens, CPU, device(CPU))
    np.testing.assert_array_equal(found[:, 0], tokens.lengths)
    assert found.dtype == np.float32
    forward_each(lengths, tokens[np.array([4])], CPU, device(CPU))
    assert asked[0] is not None
    assert asked[-1] is None


def test_texts_that_are_too_many_for_the_memory_are_run_in_parts(folder):
    sizes = []

    def with_little_memory(ids, mask):
        if len(ids) > 2:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        sizes.append(len(ids))
        return ids.float().sum(dim=1, keepdim=True)

    tokens = tokenise(TEXTS, folder, 32)
    found = forward_each(with_little_memory, tokens, CPU, device(CPU))
    assert (sum(sizes), max(sizes)) == (len(TEXTS), 2)
    np.testing.assert_array_equal(found[:, 0], [tokens[np.array([row])].ids.sum() for row in range(len(TEXTS))])


def test_no_texts_give_nothing(folder):
    assert forward_each(lambda ids, mask: ids, tokenise((), folder, 32), CPU, device(CPU)).shape == (0, 0)


def by_hand(encoder, text):
    """The embedding of one text as sentence-transformers documents it."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    tokenizer, network = (kind.from_pretrained(encoder.folder) for kind in (AutoTokenizer, AutoModel))
    read = tokenizer(text, truncation=True, max_length=encoder.config.max_length, return_tensors="pt")
    with torch.no_grad():
        mean = network.eval()(**read).last_hidden_state[0].mean(dim=0).numpy()
    return mean / np.linalg.norm(mean)


def test_embeddings_are_those_of_sentence_transformers(minilm):
    found = embed(tokenise(TEXTS, minilm.folder, 64), minilm)
    assert found.shape == (len(TEXTS), 384)
    assert found.dtype == np.float32
    for row in (0, 1, 3):
        np.testing.assert_allclose(found[row], by_hand(minilm, TEXTS[row]), atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1, atol=1e-6)


def test_like_texts_have_like_embeddings(minilm):
    texts = ("I want my money back", "please refund what I paid", "the weather is nice today")
    one, like, unlike = embed(tokenise(texts, minilm.folder, 64), minilm)
    assert one @ like > 0.5 > one @ unlike


def test_embeddings_hardly_depend_on_the_texts_around_and_not_at_all_on_the_time(minilm):
    tokens = tokenise(TEXTS, minilm.folder, 64)
    together = embed(tokens, minilm)
    assert embed(tokens, minilm).tobytes() == together.tobytes()
    assert embed_all(tokens, minilm).tobytes() == together.tobytes()
    alone = np.concatenate([embed(tokens[np.array([row])], minilm) for row in range(len(TEXTS))])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_lower_precision_gives_nearly_the_same(minilm):
    tokens = tokenise(TEXTS, minilm.folder, 64)
    lower = Encoder.of(EncoderConfig(max_length=64, device="cpu", precision="bfloat16"))
    cosine = (embed(tokens, lower) * embed(tokens, minilm)).sum(axis=1)
    assert (cosine > 0.98).all()


def test_an_encoder_that_says_so_is_read_by_its_first_token(folder):
    mean = embed(tokenise(TEXTS, folder, 32), pinned(folder))
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}')
    first = embed(tokenise(TEXTS, folder, 32), pinned(folder))
    assert not np.allclose(first, mean, atol=1e-3)
    np.testing.assert_allclose(np.linalg.norm(first, axis=1), 1, atol=1e-6)


@pytest.mark.parametrize("n", [0, 1, 5])
def test_embeddings_come_back_from_parquet_bit_for_bit(n):
    vectors = np.random.default_rng(0).normal(size=(n, 7)).astype(np.float32)
    np.testing.assert_array_equal(from_table(to_table(vectors)), vectors, strict=True)


def test_a_part_of_a_table_gives_that_part_of_the_embeddings():
    vectors = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    np.testing.assert_array_equal(from_table(to_table(vectors).slice(2, 3)), vectors[2:5])
