"""Measure how much of a GPU fine-tuning and scoring use: alflow's own code, an encoder as large as bert-base, bfloat16.

    pip install -e '.[offline]'
    python benchmarks/gpu.py --path labeled_data.csv

The encoder has random weights and MiniLM's tokeniser. Texts are the hate-speech tweets, up to 128 tokens, then texts of
128 tokens each. The first epoch, and a first scoring, are for warming up. Work is counted for tokens, not for padding:
scoring multiplies and adds once per token and weight of the layers (not those that are looked up), and per token and
token attended to once per hidden unit for the scores and once for the values; that is 2 operations each, and training
takes three times as many. For a text of t tokens, with P weights in L layers of h hidden units:

    scoring 2 P t + 4 L h t²    training 6 P t + 12 L h t²

The ceiling is what torch.matmul reaches on large matrices in the same run. `--device cpu` tries the code out on
a tiny encoder.
"""

import argparse
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from shutil import copy
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import torch

from al_core.classifiers.base import Context
from al_core.classifiers.transformer import transformer
from al_core.config import ClassifierConfig, DataConfig, EncoderConfig, FineTuningConfig
from al_core.datasets.build import build_corpus
from al_core.encoders import weights
from al_core.encoders.pinned import Encoder
from al_core.features import Tokens, tokenise
from al_core.training import progress

TINY = {"hidden_size": 64, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 128}
LENGTH = 128


def main() -> None:
    args = parse()
    if args.device == "cuda" and not torch.cuda.is_available():
        print("benchmarks/gpu.py needs a CUDA device, and there is none here", file=sys.stderr)
        sys.exit(2)
    tiny = args.device == "cpu"
    most = ceiling(args.device, size=512 if tiny else 8192)
    with TemporaryDirectory() as folder:
        make_encoder(Path(folder), TINY if tiny else {})
        settings = {"precision": "bfloat16", "device": args.device, "compile": args.compile}
        encoder = Encoder.of(EncoderConfig(name=folder, max_length=LENGTH, **settings))
        print(*table(encoder, args, most), sep="\n")


def parse() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--path", type=Path, default=Path("../shared/data/hatespeech/labeled_data.csv"))
    options.add_argument("--batch-sizes", type=int, nargs="+", default=[32, 128, 256])
    options.add_argument("--train", type=int, default=5120, help="texts to learn from")
    options.add_argument("--score", type=int, default=20_000, help="texts to score")
    options.add_argument("--compile", action="store_true", help="compile the encoder")
    options.add_argument("--device", choices=("cuda", "cpu"), default="cuda")
    return options.parse_args()


def make_encoder(folder: Path, settings: dict[str, int]) -> None:
    """Save an encoder of random weights, bert-base's size but for the settings, with MiniLM's tokeniser."""
    from transformers import BertConfig, BertModel

    torch.manual_seed(0)
    weights.quiet()
    BertModel(BertConfig(**settings)).save_pretrained(folder)
    bundled = weights.find(weights.MINILM)
    for file in (*bundled.glob("tokenizer*"), *bundled.glob("vocab*"), *bundled.glob("special_tokens_map*")):
        copy(file, folder)


def ceiling(device: str, size: int) -> float:
    """Return the TFLOP/s of torch.matmul on square bfloat16 matrices, the best of ten."""
    left, right = (torch.randn(size, size, device=device, dtype=torch.bfloat16) for _ in range(2))
    best = min(seconds(lambda: (left @ right)[0, 0].item()) for _ in range(10))
    return 2 * size**3 / best / 1e12


def table(encoder: Encoder, args: argparse.Namespace, most: float) -> Iterator[str]:
    device = torch.cuda.get_device_name() if args.device == "cuda" else args.device
    yield f"{device}, torch {torch.__version__}; torch.matmul reaches {most:.1f} TFLOP/s in bfloat16.\n"
    yield "| texts | | batch | texts/s | TFLOP/s | share of matmul |\n|---|---|--:|--:|--:|--:|"
    for kind, tokens in (("tweets", tweets(args, encoder)), ("128 tokens", full(args.train + args.score))):
        learned, scored = tokens[np.arange(args.train)], tokens[np.arange(args.train, len(tokens))]
        for batch_size in args.batch_sizes:
            model, took = train(learned, encoder, batch_size)
            yield row(kind, "training", str(batch_size), len(learned), 3 * work(learned.lengths, model), took, most)
        model.predict_proba(scored, 3)
        took = seconds(lambda: model.predict_proba(scored, 3))  # noqa: B023 (called at once)
        yield row(kind, "scoring", "", len(scored), work(scored.lengths, model), took, most)


def tweets(args: argparse.Namespace, encoder: Encoder) -> Tokens:
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=str(args.path.resolve())))
    rows = np.random.default_rng(0).choice(len(corpus), args.train + args.score, replace=True)
    return tokenise(corpus.texts, encoder.folder, LENGTH)[rows]


def full(n: int) -> Tokens:
    ids = np.random.default_rng(0).integers(1000, 30_000, n * LENGTH, dtype=np.int32)
    return Tokens(ids, np.arange(0, n * LENGTH + 1, LENGTH), pad=0)


def train(tokens: Tokens, encoder: Encoder, batch_size: int) -> tuple[Any, float]:
    """Train for three epochs; return the model, and the seconds of an epoch after the first."""
    ends: list[float] = []
    handler = logging.Handler()
    handler.emit = lambda _: ends.append(perf_counter())  # type: ignore[method-assign]
    settings = FineTuningConfig(epochs=3, min_steps=1, batch_size=batch_size)
    config = ClassifierConfig(name="transformer", class_weight="none", fine_tuning=settings)
    progress.addHandler(handler)
    model = transformer(tokens, np.arange(len(tokens)) % 3, config, Context(encoder))
    progress.removeHandler(handler)
    return model, (ends[-1] - ends[0]) / 2


def work(lengths: np.ndarray, model: Any) -> float:
    """Return the operations of scoring texts of so many tokens: 2 P t + 4 L h t² each."""
    bert = model.network.model.base_model
    matrices = sum(weight.numel() for weight in bert.encoder.parameters() if weight.ndim > 1)
    attention = 4 * bert.config.num_hidden_layers * bert.config.hidden_size
    return float(2 * matrices * lengths.sum() + attention * (lengths.astype(float) ** 2).sum())


def row(kind: str, what: str, batch: str, n: int, operations: float, took: float, most: float) -> str:
    reached = operations / took / 1e12
    return f"| {kind} | {what} | {batch} | {n / took:.0f} | {reached:.2f} | {100 * reached / most:.1f} % |"


def seconds(part: Any) -> float:
    start = perf_counter()
    part()
    return perf_counter() - start


if __name__ == "__main__":
    main()
