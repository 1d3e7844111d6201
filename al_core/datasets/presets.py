"""Presets: data sets known by name, with where they lie and how they are read."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from al_core.config import DataConfig

_ROOT = Path(__file__).parents[2]
_PACKAGED_SAMPLE = Path(__file__).parents[1] / "sample"


@dataclass(frozen=True)
class Preset:
    """A data set known by name.

    Parameters: path : where its file or folder usually lies; None where a library fetches it
                download : what to put there, and where it is from
                settings : DataConfig fields, for whatever the user leaves empty
    """

    about: str
    path: Path | None
    download: str
    settings: dict[str, Any] = field(default_factory=dict)


def _sample(name: str) -> Path:
    checkout = _ROOT / "data" / "sample"
    return (checkout if checkout.is_dir() else _PACKAGED_SAMPLE) / name


_TWEETS = ("html_entities", "urls", "mentions", "retweets", "punctuation", "lowercase", "whitespace")

PRESETS: dict[str, Preset] = {
    "sample": Preset(
        "customer-support messages, 6 intents, written for this project",
        _sample("messages.csv"),
        "nothing: it comes with alflow",
        {"id_column": "id"},
    ),
    "hatespeech": Preset(
        "24,783 tweets: hate speech, offensive language, neither",
        Path("data/hatespeech/labeled_data.csv"),
        "labeled_data.csv of Davidson et al. (ICWSM 2017), github.com/t-davidson/hate-speech-and-offensive-language",
        {
            "text_column": "tweet",
            "label_column": "class",
            "label_names": {"0": "hate_speech", "1": "offensive_language", "2": "neither"},
            "cleaning": _TWEETS,
        },
    ),
    "sms_spam": Preset(
        "5,574 text messages: ham, spam",
        Path("data/sms_spam/sms.tsv"),
        "the SMS Spam Collection of Almeida et al. (2011), archive.ics.uci.edu, as sms.tsv",
        {"format": "tsv", "header": False, "text_column": "1", "label_column": "0"},
    ),
    "trec": Preset(
        "5,452 + 500 questions, 6 classes",
        Path("data/trec/train.txt"),
        "the coarse-labelled questions of Li & Roth (2002) as `label text` lines: train.txt (test.txt as --test-path)",
        {
            "format": "lines",
            "encoding": "latin-1",
            "label_names": {
                "0": "description", "1": "entity", "2": "abbreviation", "3": "human", "4": "location", "5": "number",
            },
        },
    ),
    "ag_news": Preset(
        "news titles and descriptions, 4 classes",
        Path("data/ag_news/train.csv"),
        "train.csv of AG's corpus as in Zhang et al. (2015): class, title, description, no header",
        {
            "format": "csv",
            "header": False,
            "text_column": "1+2",
            "label_column": "0",
            "label_names": {"1": "world", "2": "sports", "3": "business", "4": "technology"},
        },
    ),
    "20newsgroups": Preset(
        "18,846 newsgroup posts, any of 20 classes (choose with --category)",
        None,
        "nothing: scikit-learn fetches it on first use, which needs network",
    ),
}  # fmt: skip

_PLAIN: dict[str, Any] = {
    "header": True, "text_column": "text", "label_column": "label", "label_names": {},
    "cleaning": ("html_entities", "whitespace"),
}  # fmt: skip


def resolve(config: DataConfig) -> DataConfig:
    """Return the configuration with every empty field filled by its preset, else by the plain default.

    >>> resolve(DataConfig(source="sms_spam", label_column="1")).label_column
    '1'
    >>> resolve(DataConfig(source="mine.csv")).text_column
    'text'
    """
    preset = PRESETS.get(config.source)
    defaults = _PLAIN | ({"path": _text(preset.path), **preset.settings} if preset else {"path": config.source})
    empty = {name: value for name, value in defaults.items() if getattr(config, name) is None}
    return config.model_copy(update=empty)


def in_full(config: DataConfig) -> DataConfig:
    """Return the configuration with its relative paths from the root, so that it means the same in another folder.

    >>> Path(in_full(DataConfig(source="mine.csv")).source).is_absolute(), in_full(DataConfig()).source
    (True, 'sample')
    """
    known = config.source in PRESETS
    places = {"path": resolve(config).path if known else config.path, "test_path": config.test_path}
    places |= {} if known else {"source": config.source}
    relative = {name: Path(place).expanduser() for name, place in places.items() if place}
    return config.model_copy(
        update={name: str(place.absolute()) for name, place in relative.items() if not place.is_absolute()}
    )


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)
