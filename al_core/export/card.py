"""The model card: what was learned from what, how well it does, and how to load it."""

import shlex
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from al_core.config import HOW_IT_RUNS, ExperimentConfig
from al_core.datasets.cleaning import imports, in_python
from al_core.encoders.embed import pools_first
from al_core.export.about import About
from al_core.export.learned import Learned
from al_core.features.joined import TFIDF_WEIGHT
from al_core.plain import fenced, markdown
from al_core.results import class_rows, data_name


def card(learned: Learned, about: About, trusted: list[str]) -> str:
    """Write the model card as Markdown, with the front matter that model hubs read.

    Parameters: trusted : classes of scikit-learn that skops has to be told to load
    """
    from jinja2 import Environment, StrictUndefined

    template = files("al_core.export").joinpath("card.md").read_text(encoding="utf-8")
    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    environment.filters |= {"plain": markdown, "quoted": shlex.quote}
    return environment.from_string(template).render(
        front_matter=_yaml(_front_matter(learned, about)),
        learned=learned,
        about=about,
        trusted=trusted,
        name=data_name(learned.config),
        classifier=learned.config.classifier,
        classes=class_rows(learned.metrics, learned.corpus.classes),
        unseen=[name for name in learned.corpus.classes if name not in about.classes],
        config=fenced(_yaml(_settings(learned)), "yaml"),
        versions=learned.manifest["versions"] | {"skops": version("skops")},
        imports="\n".join(f"import {name}" for name in imports(about.cleaning)),
        clean=in_python(about.cleaning),
        tfidf="TF-IDF of characters" if learned.config.features.analyzer == "char" else "TF-IDF",
        tfidf_weight=TFIDF_WEIGHT,
        first_token=learned.encoder is not None and pools_first(learned.encoder.folder),
    )


def _settings(learned: Learned) -> dict[str, Any]:
    """Return the settings, without those of what was not used."""
    settings = without_places(learned.config)
    if learned.encoder is None:
        del settings["encoder"]
    heeded = learned.config.classifier.identity()
    settings["classifier"] = {name: value for name, value in settings["classifier"].items() if name in heeded}
    return settings


def without_places(config: ExperimentConfig) -> dict[str, Any]:
    """Return the settings that results depend on; of files only their names, since a card may be published.

    >>> config = ExperimentConfig(data={"source": "/home/ann/tickets.csv"})
    >>> without_places(config)["data"]["source"]
    'tickets.csv'
    """
    settings = config.model_dump(mode="json", exclude={*HOW_IT_RUNS})
    for name in ("source", "path", "test_path"):
        place = settings["data"][name]
        settings["data"][name] = Path(place).name if place else place
    if Path(config.encoder.name).expanduser().is_absolute():
        settings["encoder"]["name"] = Path(config.encoder.name).name
    return settings


def _front_matter(learned: Learned, about: About) -> dict[str, Any]:
    matter: dict[str, Any] = {
        "pipeline_tag": "text-classification",
        "library_name": "sklearn" if about.of_sklearn else "transformers",
        "tags": ["alflow", "active-learning", "text-classification", *(["skops"] if about.of_sklearn else [])],
        "metrics": ["accuracy", "f1"],
    }
    name = learned.config.encoder.name
    if about.encoder and not Path(name).expanduser().is_dir():
        matter["base_model"] = name
    return matter


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True)
