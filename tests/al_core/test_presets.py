"""Every preset resolves, and those whose real data are here give the rows and classes that are known of them."""

from collections import Counter
from pathlib import Path

import pytest

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.presets import PRESETS, resolve
from al_core.datasets.source import read_rows
from al_core.errors import DataError

SHARED = Path(__file__).parents[3] / "shared" / "data"

FILES = {
    "hatespeech": "hatespeech/labeled_data.csv",
    "sms_spam": "sms_spam/sms.tsv",
    "trec": "trec/train.txt",
    "ag_news": "ag_news/test.csv",
}

AS_PUBLISHED = {
    "hatespeech": {"0": 1430, "1": 19190, "2": 4163},
    "sms_spam": {"ham": 4827, "spam": 747},
    "trec": {"0": 1162, "1": 1250, "2": 86, "3": 1223, "4": 835, "5": 896},
    "ag_news": {"1": 1900, "2": 1900, "3": 1900, "4": 1900},
}

AS_CORPUS = {
    "hatespeech": {"hate_speech": 1377, "offensive_language": 18669, "neither": 4077},
    "sms_spam": {"ham": 4518, "spam": 642},
    "trec": {
        "description": 1153, "entity": 1245, "abbreviation": 86, "human": 1215, "location": 824, "number": 858,
    },
    "ag_news": {"world": 1900, "sports": 1900, "business": 1900, "technology": 1900},
}  # fmt: skip


def shared(file):
    if not (SHARED / file).exists():
        pytest.skip(f"the real data set shared/data/{file} is not beside the project")
    return str(SHARED / file)


@pytest.mark.parametrize("name", FILES)
def test_real_files_are_read_whole(name):
    config = resolve(DataConfig(source=name, path=shared(FILES[name])))
    assert Counter(read_rows(config)[config.label_column]) == AS_PUBLISHED[name]


@pytest.mark.parametrize("name", FILES)
def test_real_files_become_clean_unique_texts_of_the_named_classes(name):
    corpus, notes = build_corpus(DataConfig(source=name, path=shared(FILES[name])))
    assert Counter(corpus.labels) == AS_CORPUS[name]
    assert notes.rows == sum(AS_PUBLISHED[name].values())
    assert notes.rows == len(corpus) + notes.empty + notes.duplicates + notes.conflicts_dropped
    assert len(set(corpus.texts)) == len(set(corpus.ids)) == len(corpus)


def test_the_tweets_keep_no_link_mention_entity_or_capital():
    corpus, _ = build_corpus(DataConfig(source="hatespeech", path=shared(FILES["hatespeech"])))
    left = [row for row, text in enumerate(corpus.texts) if text != text.lower() or set("@&;:/#") & set(text)]
    assert left == []


def test_the_questions_come_with_their_own_test_set():
    config = DataConfig(source="trec", path=shared("trec/train.txt"), test_path=shared("trec/test.txt"))
    corpus, _ = build_corpus(config)
    tests = [label for label, in_test in zip(corpus.labels, corpus.in_test, strict=True) if in_test]
    assert Counter(tests) == {
        "description": 138, "entity": 94, "abbreviation": 9, "human": 65, "location": 81, "number": 113,
    }  # fmt: skip
    assert not set(corpus.texts[:-500]) & set(corpus.texts[-500:])


def test_accents_of_the_questions_are_decoded():
    corpus, _ = build_corpus(DataConfig(source="trec", path=shared("trec/train.txt")))
    assert not [text for text in corpus.texts if "\ufffd" in text or any("\x80" <= char < "\xa0" for char in text)]


def test_the_sample_works_as_it_comes():
    corpus, notes = build_corpus(DataConfig())
    assert len(corpus) == notes.rows == 1614
    assert len(corpus.classes) == 6
    assert min(Counter(corpus.labels).values()) >= 50


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_resolves_to_settings_that_validate(name):
    resolved = resolve(DataConfig(source=name))
    assert DataConfig.model_validate(resolved.model_dump()) == resolved
    for field in ("header", "text_column", "label_column", "label_names", "cleaning"):
        assert getattr(resolved, field) is not None
    assert resolve(resolved) == resolved


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_says_what_it_is_and_what_to_download(name):
    assert PRESETS[name].about
    assert PRESETS[name].download
    assert (PRESETS[name].path is None) == (name == "20newsgroups")


def test_what_the_user_sets_wins_over_the_preset():
    own = DataConfig(source="hatespeech", text_column="count", label_names={}, cleaning=(), header=False, path="x.csv")
    resolved = resolve(own)
    assert (resolved.text_column, resolved.label_names, resolved.cleaning) == ("count", {}, ())
    assert (resolved.header, resolved.path, resolved.label_column) == (False, "x.csv", "class")


def test_a_file_that_is_no_preset_gets_the_plain_settings():
    resolved = resolve(DataConfig(source="mine/data.csv"))
    assert (resolved.path, resolved.text_column, resolved.label_column) == ("mine/data.csv", "text", "label")
    assert resolved.cleaning == ("html_entities", "whitespace")


def test_a_preset_whose_file_is_absent_says_what_to_download_and_where(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(DataError, match=r"no such file: 'data/trec/train\.txt'; put there .*Li & Roth.*`data.path`"):
        build_corpus(DataConfig(source="trec"))


def test_a_misspelt_preset_is_refused_with_the_nearest():
    with pytest.raises(DataError, match="'hatespech' is neither a file or folder nor a preset; did you mean 'hatespee"):
        build_corpus(DataConfig(source="hatespech"))
