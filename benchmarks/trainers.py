"""Run one contestant of fine_tuning.py in this process, and print what it took and reached as JSON.

Standard input says where the weights are, which texts there are and how to train. A contestant, once made, has imported
and loaded all that it needs; then `fit` and `score` are timed. `score` says of each text whether it was right.
"""

import json
import resource
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Protocol
from unittest.mock import patch

import numpy as np
import torch
import transformers
from transformers import AutoModelForSequenceClassification, AutoTokenizer

VERSIONS = ("torch", "transformers", "small-text", "accelerate")
Job = dict[str, Any]


class Contestant(Protocol):
    def fit(self) -> None: ...

    def score(self) -> np.ndarray: ...


class Alflow:
    def __init__(self, job: Job, precision: str) -> None:
        from al_core.classifiers.base import Context
        from al_core.config import ClassifierConfig, EncoderConfig, FineTuningConfig
        from al_core.encoders.pinned import Encoder
        from al_core.encoders.weights import load_tokenizer

        encoder = EncoderConfig(name=job["folder"], max_length=job["max_length"], precision=precision, device="cpu")
        training = FineTuningConfig(epochs=job["epochs"], min_steps=1, batch_size=job["batch_size"])
        self.config = ClassifierConfig(name="transformer", class_weight="none", fine_tuning=training)
        self.context = Context(Encoder.of(encoder))
        load_tokenizer(self.context.encoder.folder)
        self.job, self.network = job, network(job)

    def fit(self) -> None:
        from al_core.classifiers.transformer import transformer

        texts, codes = self.job["train"]
        with patch.object(AutoModelForSequenceClassification, "from_pretrained", lambda *_, **__: self.network):
            self.model = transformer(self.tokens(texts), np.array(codes), self.config, self.context)

    def score(self) -> np.ndarray:
        texts, codes = self.job["score"]
        return self.model.predict_proba(self.tokens(texts), self.job["n_classes"]).argmax(axis=1) == codes

    def tokens(self, texts: list[str]) -> Any:
        from al_core.features import tokenise

        return tokenise(tuple(texts), self.context.encoder.folder, self.job["max_length"])


class SmallText:
    def __init__(self, job: Job) -> None:
        from small_text import TransformerBasedClassification, TransformerModelArguments, TransformersDataset

        sizes = {f"{part}_batch_size": job["batch_size"] for part in ("train", "predict")}
        model = TransformerModelArguments(job["folder"], show_progress_bar=False, **sizes)
        self.classifier = TransformerBasedClassification(
            model, job["n_classes"], num_epochs=job["epochs"], lr=5e-5, device="cpu"
        )
        self.classifier.initialize()
        reading = {"max_length": job["max_length"], "target_labels": np.arange(job["n_classes"])}
        self.read = partial(TransformersDataset.from_arrays, tokenizer=self.classifier.tokenizer, **reading)
        self.job = job

    def fit(self) -> None:
        """Fit, with one text to validate on: small-text would otherwise learn from nine tenths of them only."""
        texts, codes = self.job["train"]
        data = self.read(texts, np.array(codes))
        self.classifier.fit(data, self.read(texts[:1], np.array(codes[:1])), early_stopping="none")

    def score(self) -> np.ndarray:
        texts, codes = self.job["score"]
        return self.classifier.predict(self.read(texts, np.array(codes))) == codes


class Trainer:
    """The Trainer with texts of like length together, in training and in scoring, and padded to the longest of them."""

    def __init__(self, job: Job, **precision: bool) -> None:
        import accelerate  # noqa: F401 (imported by the Trainer where it is first needed)

        self.job, self.tokenizer, self.network = job, AutoTokenizer.from_pretrained(job["folder"]), network(job)
        self.settings = {
            "num_train_epochs": job["epochs"], "train_sampling_strategy": "group_by_length", "use_cpu": True,
            "per_device_train_batch_size": job["batch_size"], "per_device_eval_batch_size": job["batch_size"],
            "save_strategy": "no", "logging_strategy": "no", "report_to": "none", "disable_tqdm": True, **precision,
        }  # fmt: skip

    def fit(self) -> None:
        with TemporaryDirectory() as output:
            self.trainer = transformers.Trainer(
                self.network,
                transformers.TrainingArguments(output, **self.settings),
                transformers.DataCollatorWithPadding(self.tokenizer),
                self.read(*self.job["train"]),
                processing_class=self.tokenizer,
            )
            self.trainer.train()

    def score(self) -> np.ndarray:
        """Score; the Trainer returns logits and labels in the order in which it put the texts."""
        said = self.trainer.predict(self.read(*self.job["score"]))
        return said.predictions.argmax(axis=1) == said.label_ids

    def read(self, texts: list[str], codes: list[int]) -> list[dict[str, Any]]:
        lists = self.tokenizer(texts, truncation=True, max_length=self.job["max_length"])["input_ids"]
        return [{"input_ids": ids, "label": code} for ids, code in zip(lists, codes, strict=True)]


class PlainLoop:
    """As the hate-speech project trains: random order, each batch tokenised as it comes, padded to its longest text."""

    def __init__(self, job: Job) -> None:
        self.job, self.tokenizer, self.network = job, AutoTokenizer.from_pretrained(job["folder"]), network(job)

    def fit(self) -> None:
        self.network.train()
        optimiser = torch.optim.AdamW(self.network.parameters(), lr=5e-5)
        texts, codes = self.job["train"]
        for _ in range(self.job["epochs"]):
            for rows in torch.randperm(len(texts)).split(self.job["batch_size"]):
                optimiser.zero_grad()
                labels = torch.tensor([codes[row] for row in rows])
                self.network(**self.read([texts[row] for row in rows]), labels=labels).loss.backward()
                optimiser.step()

    def score(self) -> np.ndarray:
        self.network.eval()
        (texts, codes), size = self.job["score"], self.job["batch_size"]
        with torch.no_grad():
            logits = [self.network(**self.read(texts[at : at + size])).logits for at in range(0, len(texts), size)]
        return torch.cat(logits).argmax(dim=1).numpy() == codes

    def read(self, texts: list[str]) -> Any:
        length = self.job["max_length"]
        return self.tokenizer(texts, padding=True, truncation=True, max_length=length, return_tensors="pt")


CONTESTANTS: dict[str, Callable[[Job], Contestant]] = {
    "alflow, float32": partial(Alflow, precision="float32"),
    "alflow, bfloat16": partial(Alflow, precision="bfloat16"),
    "small-text": SmallText,
    "Trainer": Trainer,
    "Trainer, bfloat16": partial(Trainer, bf16=True),
    "plain loop": PlainLoop,
}


def main(name: str) -> None:
    job = json.load(sys.stdin)
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    torch.manual_seed(0)
    contestant = CONTESTANTS[name](job)
    fit, _ = timed(contestant.fit)
    score, right = timed(contestant.score)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    measured = {"fit": fit, "score": score, "peak": peak, "accuracy": float(np.mean(right))}
    print(json.dumps(measured | {"versions": dict(versions())}))


def network(job: Job) -> Any:
    return AutoModelForSequenceClassification.from_pretrained(job["folder"], num_labels=job["n_classes"])


def timed(part: Callable[[], Any]) -> tuple[float, Any]:
    start = perf_counter()
    result = part()
    return perf_counter() - start, result


def versions() -> Iterator[tuple[str, str]]:
    for name in VERSIONS:
        with suppress(PackageNotFoundError):
            yield name, version(name)


if __name__ == "__main__":
    main(sys.argv[1])
