"""How long `alflow next` takes from a file to the file of texts to label, beside small-text and scikit-activeml.

    python benchmarks/next_texts.py labeled_data.csv --texts 10000

The texts are tweets of the hate-speech data; beyond those that there are, halves of two, joined. 100 have a label. All
read the same CSV, train logistic regression, ask margin for fifty and write a CSV; the others have TF-IDF of
scikit-learn. Each is a process of its own, imports included; scikit-activeml wants dense features, and is left out
where these do not fit.
"""

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import numpy as np
import pandas as pd

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus

BESIDE = Path(__file__).parent / "beside"
DENSE = 20_000
"""Texts whose TF-IDF fits into memory densely."""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("data", type=Path)
    options.add_argument("--texts", type=int, default=10_000)
    options.add_argument("--repeats", type=int, default=3)
    options.add_argument("--embeddings", action="store_true", help="with those of all-MiniLM-L6-v2, too")
    args = options.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        write(args.data, args.texts, folder / "mails.csv")
        print(f"| {args.texts:,} texts | seconds, median of {args.repeats} |\n|---|--:|")
        show("alflow next, TF-IDF", [timed(alflow(folder, "--features", "tfidf")) for _ in range(args.repeats)])
        show("small-text 1.4.1, TF-IDF", [timed(beside("small_text", folder)) for _ in range(args.repeats)])
        if args.texts <= DENSE:
            activeml = [timed(beside("scikit_activeml", folder)) for _ in range(args.repeats)]
            show("scikit-activeml, TF-IDF", activeml)
        if args.embeddings:
            show("alflow next, embeddings and TF-IDF, the first time", [timed(alflow(folder))])
            show("the same, from the second time on", [timed(alflow(folder)) for _ in range(args.repeats)])


def write(data: Path, n: int, file: Path) -> None:
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=str(data)))
    draw, texts = np.random.default_rng(0), list(corpus.texts[:n])
    halves = [text.split() for text in corpus.texts]
    while len(texts) < n:
        one, other = draw.integers(len(halves), size=2)
        texts.append(" ".join(halves[one][: len(halves[one]) // 2] + halves[other][len(halves[other]) // 2 :]))
    labels = [label if row < 100 else None for row, label in enumerate(corpus.labels)] + [None] * n
    pd.DataFrame({"text": texts, "label": labels[:n]}).to_csv(file, index=False)


def alflow(folder: Path, *options: str) -> list[str]:
    command = [sys.executable, "-c", "from flows.cli import main; main()", "next", str(folder / "mails.csv")]
    return [*command, "--output", str(folder / "todo.csv"), "--store", str(folder / "store"), *options]


def beside(library: str, folder: Path) -> list[str]:
    return [sys.executable, str(BESIDE / f"next_{library}.py"), str(folder / "mails.csv"), str(folder / "todo.csv")]


def timed(command: list[str]) -> float:
    Path(command[command.index("--output") + 1] if "--output" in command else command[-1]).unlink(missing_ok=True)
    begin = perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    return perf_counter() - begin


def show(name: str, seconds: list[float]) -> None:
    spread = f" ({min(seconds):.1f} to {max(seconds):.1f})" if len(seconds) > 1 else ""
    print(f"| {name} | {median(seconds):.1f}{spread} |", flush=True)


if __name__ == "__main__":
    main()
