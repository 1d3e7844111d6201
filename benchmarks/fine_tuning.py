"""Compare how fast alflow, small-text, the Trainer of transformers and a plain loop fine-tune MiniLM and score texts.

    pip install -e '.[offline]'
    python3 -m venv others
    others/bin/pip install torch==2.13.0 transformers==5.23.0 small-text==2.0.0.dev4 datasets setfit accelerate
    python benchmarks/fine_tuning.py --path labeled_data.csv --small-text-python others/bin/python

All read the same hate-speech tweets, in batches of 32 texts of 128 tokens at most, in float32 where nothing else is
said. Every contestant runs in a process of its own, in turn, `--repeats` times. Tokenising counts for all of them;
imports and loading the weights count for none. Linux only (peak memory).
"""

import argparse
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus
from al_core.encoders import weights
from benchmarks.servers import ROOT

BASE = "small-text"
OURS = ("alflow, float32", "alflow, bfloat16")
THEIRS = (BASE, "Trainer", "Trainer, bfloat16", "plain loop")
ORDER = (*OURS, *THEIRS)
Measured = dict[str, Any]


def main() -> None:
    args = parse()
    job = prepare(args)
    runs: dict[str, list[Measured]] = {name: [] for name in args.only}
    for repeat in range(args.repeats):
        for name in args.only:
            python = sys.executable if name in OURS else str(args.small_text_python)
            runs[name].append(run(python, name, job))
            print(f"repeat {repeat}: {name}: {runs[name][-1]}", file=sys.stderr)
    print(table(runs, job), f"\n{remarks(runs, args)}", sep="\n")


def parse() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--path", type=Path, default=Path("../shared/data/hatespeech/labeled_data.csv"))
    options.add_argument(
        "--small-text-python", type=Path, default=Path(sys.executable), help="the interpreter of the others, see above"
    )
    options.add_argument("--train", type=int, default=640, help="texts to learn from")
    options.add_argument("--score", type=int, default=2000, help="texts to score")
    options.add_argument("--epochs", type=int, default=2)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--only", nargs="+", choices=ORDER, default=ORDER, metavar="NAME", help="; ".join(ORDER))
    return options.parse_args()


def prepare(args: argparse.Namespace) -> Measured:
    """Return what every contestant is told: the weights, the texts, how to train."""
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=str(args.path.resolve())))
    order = np.random.default_rng(0).permutation(len(corpus))[: args.train + args.score]
    texts, codes = [corpus.texts[row] for row in order], corpus.codes[order].tolist()
    train, score = slice(args.train), slice(args.train, None)
    return {
        "train": [texts[train], codes[train]], "score": [texts[score], codes[score]],
        "folder": str(weights.find(weights.MINILM)), "n_classes": len(corpus.classes),
        "batch_size": 32, "max_length": 128, "epochs": args.epochs,
    }  # fmt: skip


def run(python: str, name: str, job: Measured) -> Measured:
    command = [python, "-m", "benchmarks.trainers", name]
    said = subprocess.run(command, cwd=ROOT, input=json.dumps(job), stdout=subprocess.PIPE, text=True, check=True)
    measured: Measured = json.loads(said.stdout.splitlines()[-1])
    return measured


def table(runs: dict[str, list[Measured]], job: Measured) -> str:
    learned, scored = len(job["train"][0]) * job["epochs"], len(job["score"][0])
    lines = [
        f"| | training, texts/s | × {BASE} | scoring, texts/s | × {BASE} | peak MiB | accuracy |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, several in runs.items():
        took = {part: middle(several, part) for part in ("fit", "score")}
        faster = {part: f"{middle(runs[BASE], part) / took[part]:.2f}" if BASE in runs else "" for part in took}
        lines.append(
            f"| {name} | {learned / took['fit']:.0f} | {faster['fit']} | {scored / took['score']:.0f} "
            f"| {faster['score']} | {middle(several, 'peak'):.0f} | {middle(several, 'accuracy'):.3f} |"
        )
    return "\n".join(lines)


def remarks(runs: dict[str, list[Measured]], args: argparse.Namespace) -> str:
    versions = runs[list(runs)[-1]][0]["versions"]
    return (
        f"{args.train} texts, {args.epochs} epochs; {args.score} texts scored; median of {args.repeats}. "
        f"Python {platform.python_version()}, {', '.join(f'{name} {number}' for name, number in versions.items())}; "
        f"{os.cpu_count()} cores."
    )


def middle(several: list[Measured], what: str) -> float:
    return median(one[what] for one in several)


if __name__ == "__main__":
    main()
