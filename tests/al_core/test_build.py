"""From raw rows to a corpus: columns, labels, ids, cleaning, empties, duplicates, conflicts, a fixed test file."""

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus, corpus_of
from al_core.datasets.cleaning import STEPS
from al_core.datasets.presets import resolve
from al_core.datasets.source import source_digest
from al_core.errors import DataError


def build(columns, **settings):
    """Build the corpus of a table given as columns."""
    return corpus_of(pd.DataFrame(columns), resolve(DataConfig(source="x.csv", **settings)))


def labelled(corpus):
    return dict(zip(corpus.texts, corpus.labels, strict=True))


def test_columns_are_chosen_by_name():
    corpus, _ = build({"a": ["one", "two"], "b": ["x", "y"], "c": [7, 8]}, text_column="a", label_column="b")
    assert labelled(corpus) == {"one": "x", "two": "y"}


def test_text_columns_are_joined_in_the_order_named_and_gaps_are_left_out():
    columns = {"title": ["T", None, None], "body": ["b", "only body", None], "label": ["x", "y", "x"]}
    corpus, notes = build(columns, text_column="body+title")
    assert corpus.texts == ("b T", "only body")
    assert notes.empty == 1


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"text_column": "twet"}, r"no column 'twet' .* did you mean 'tweet'\? There are: tweet, class, nr"),
        ({"text_column": "tweet+bdy"}, "no column 'bdy' for the text.*`data.text_column`"),
        ({"text_column": "tweet", "label_column": "clas"}, "'clas' .* did you mean 'class'.*`data.label_column`"),
        ({"text_column": "tweet", "label_column": "class", "id_column": "id"}, "no column 'id' .*`data.id_column`"),
    ],
)
def test_a_missing_column_is_refused_with_those_there_are(settings, message):
    with pytest.raises(DataError, match=message):
        build({"tweet": ["a"], "class": ["b"], "nr": [1]}, **settings)


def test_labels_are_renamed_and_those_without_a_name_kept():
    corpus, _ = build({"text": ["a", "b", "c"], "label": [0, 1, 2]}, label_names={"0": "ham", "1": "spam"})
    assert corpus.labels == ("ham", "spam", "2")


def test_labels_given_the_same_name_become_one_class():
    columns = {"text": ["a", "b", "a"], "label": ["0", "1", "1"]}
    corpus, notes = build(columns, label_names={"0": "bad", "1": "bad"})
    assert corpus.classes == ("bad",)
    assert notes.conflicts == 0


@pytest.mark.parametrize("dtype", ["float64", "float32", "Int64", "category", "object"])
def test_labels_that_gaps_turned_into_floats_are_whole_numbers_again(dtype):
    labels = pd.Series([2, None, 0], dtype="float64").astype(dtype)
    corpus, _ = build({"text": ["a", "b", "c"], "label": labels}, label_names={"2": "two"})
    assert corpus.labels == ("two", None, "0")


def test_labels_with_a_fraction_or_written_with_one_stay_as_written():
    assert build({"text": ["a", "b"], "label": [0.5, "2.0"]})[0].labels == ("0.5", "2.0")


@pytest.mark.parametrize("gap", [None, float("nan"), "", "  "])
def test_a_label_that_is_missing_or_blank_is_unlabelled(gap):
    corpus, notes = build({"text": ["a", "b"], "label": [gap, " x "]})
    assert corpus.labels == (None, "x")
    assert notes.unlabelled == 1


def test_without_rows_or_labels_the_corpus_is_empty_or_unlabelled():
    assert len(build({"text": [], "label": []})[0]) == 0
    assert build({"text": ["a"], "label": [None]})[0].classes == ()


def test_only_the_named_categories_are_kept():
    columns = {"text": ["a", "b", "c", "d"], "label": ["0", "1", "2", None]}
    corpus, notes = build(columns, label_names={"1": "one"}, categories=("one", "2"))
    assert labelled(corpus) == {"b": "one", "c": "2"}
    assert notes.rows == 2


def test_an_unknown_category_is_refused_with_the_nearest():
    with pytest.raises(DataError, match=r"no text has the label 'spma'; did you mean 'spam'\? There are: ham, spam"):
        build({"text": ["a", "b"], "label": ["ham", "spam"]}, categories=("spma",))


def test_ids_come_from_their_column_as_strings():
    assert build({"text": ["a", "b"], "label": "x", "nr": [7, 8]}, id_column="nr")[0].ids == ("7", "8")


def test_hashed_ids_do_not_change_with_cleaning_order_or_other_rows():
    texts = ["RT @a: Fish &amp; chips", "www.x.org WOW", "plain words"]
    columns = {"text": texts, "label": ["x", "y", "x"]}
    plain, cleaned = build(columns, cleaning=())[0], build(columns, cleaning=tuple(STEPS))[0]
    assert plain.ids == cleaned.ids
    assert plain.texts != cleaned.texts
    assert build({"text": texts[::-1], "label": "z"})[0].ids == plain.ids[::-1]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        (["a", "b", "a"], "the id 'a' is there 2 times; ids have to be unique"),
        ([1, 1, 1], "the id '1' is there 3 times"),
        (["a", None, "b"], "row 2 has no id in column 'nr'"),
    ],
)
def test_ids_have_to_be_there_and_unique(ids, message):
    with pytest.raises(DataError, match=message):
        build({"text": ["x", "y", "z"], "label": "l", "nr": ids}, id_column="nr")


def test_texts_are_cleaned_by_the_steps_in_their_order():
    assert build({"text": ["&lt;A&gt;"], "label": "x"}, cleaning=("punctuation", "html_entities"))[0].texts == (
        " lt A gt ",
    )
    assert build({"text": ["&lt;A&gt;"], "label": "x"}, cleaning=("html_entities", "lowercase"))[0].texts == ("<a>",)


GAPS = {"text": ["a", "", None, " \t", "http://x", float("nan")], "label": "x"}


def test_texts_that_are_missing_or_empty_once_cleaned_are_dropped_and_counted():
    corpus, notes = build(GAPS, cleaning=("urls",))
    assert corpus.texts == ("a",)
    assert (notes.rows, notes.empty) == (6, 5)
    assert "5 empty" in str(notes)


def test_empty_texts_are_refused_when_asked_for():
    with pytest.raises(DataError, match=r"5 texts are missing or empty once cleaned, the first in row 2.*on_empty"):
        build(GAPS, cleaning=("urls",), on_empty="refuse")


def test_the_row_of_an_empty_text_is_the_files_even_if_categories_are_left_out():
    columns = {"text": ["a", "b", ""], "label": ["x", "y", "y"]}
    with pytest.raises(DataError, match="the first in row 3"):
        build(columns, on_empty="refuse", categories=("y",))


def test_a_file_without_empty_texts_is_not_refused():
    assert build({"text": ["a"], "label": "x"}, on_empty="refuse")[1].empty == 0


def test_texts_that_are_the_same_once_cleaned_are_kept_once_the_first():
    columns = {"text": ["Hi  you", "hi you", "HI YOU", "bye"], "label": "x", "nr": [1, 2, 3, 4]}
    corpus, notes = build(columns, cleaning=("lowercase", "whitespace"), id_column="nr")
    assert corpus.ids == ("1", "4")
    assert notes.duplicates == 2
    assert build(columns, cleaning=(), id_column="nr")[1].duplicates == 0


def test_an_unlabelled_copy_of_a_labelled_text_gets_its_label_and_is_no_conflict():
    corpus, notes = build({"text": ["a", "a", "b"], "label": [None, "x", None]})
    assert labelled(corpus) == {"a": "x", "b": None}
    assert (notes.conflicts, notes.unlabelled) == (0, 1)


CONFLICTS = {
    "text": ["win", "tie", "win", "win", "tie", "sure", "sure"],
    "label": ["x", "x", "y", "y", "y", "x", "x"],
}


def test_majority_takes_the_most_frequent_label_and_drops_ties():
    corpus, notes = build(CONFLICTS, on_conflict="majority")
    assert labelled(corpus) == {"win": "y", "sure": "x"}
    assert (notes.conflicts, notes.conflicts_dropped, notes.duplicates) == (2, 1, 4)


def test_drop_leaves_out_every_text_with_several_labels():
    corpus, notes = build(CONFLICTS, on_conflict="drop")
    assert labelled(corpus) == {"sure": "x"}
    assert (notes.conflicts, notes.conflicts_dropped) == (2, 2)


def test_refuse_names_the_first_text_with_several_labels():
    with pytest.raises(DataError, match=r"2 texts have conflicting labels, the first with id '0'.*`data.on_conflict`"):
        build(CONFLICTS | {"nr": range(7)}, on_conflict="refuse", id_column="nr")


def test_rows_with_the_same_index_are_rows_of_their_own():
    rows = pd.DataFrame({"text": ["a", "b", "c", ""], "label": ["x", "y", "x", "y"]}, index=[0, 0, 1, 1])
    assert labelled(corpus_of(rows, resolve(DataConfig(source="x.parquet")))[0]) == {"a": "x", "b": "y", "c": "x"}


raw_texts = st.one_of(st.none(), st.sampled_from(["a", "A ", "b", "&amp;", "&", "http://x", "", " "]), st.text())
raw_rows = st.lists(st.tuples(raw_texts, st.sampled_from(["x", "y", None])))


@given(raw_rows, st.permutations(list(STEPS)), st.sampled_from(["majority", "drop"]))
def test_whatever_the_rows_ids_and_texts_are_unique_none_is_empty_and_every_row_is_counted(rows, steps, rule):
    columns = pd.DataFrame(rows, columns=["text", "label"], dtype=object)
    corpus, notes = build(columns, cleaning=tuple(steps), on_conflict=rule)
    assert len(set(corpus.ids)) == len(set(corpus.texts)) == len(corpus)
    assert all(text.strip() for text in corpus.texts)
    assert notes.rows == len(rows) == len(corpus) + notes.empty + notes.duplicates + notes.conflicts_dropped
    assert notes.unlabelled == corpus.labels.count(None)


def write(path, *rows):
    path.write_text("\n".join(json.dumps(dict(zip(("text", "label", "id"), row, strict=False))) for row in rows))
    return str(path)


@pytest.fixture
def with_test_file(tmp_path):
    """Build a corpus of two files' rows, the second being the test set."""

    def build_both(pool, test, **settings):
        source, test_path = write(tmp_path / "pool.jsonl", *pool), write(tmp_path / "test.jsonl", *test)
        return build_corpus(DataConfig(source=source, test_path=test_path, **settings))[0]

    return build_both


def test_a_fixed_test_file_comes_last_and_none_of_its_texts_is_in_the_pool(with_test_file):
    pool = [("a", "x"), ("SHARED", "x"), ("b", "y"), ("c", None)]
    corpus = with_test_file(pool, [("shared", "y"), ("t", "x")], cleaning=("lowercase",))
    assert corpus.texts == ("a", "b", "c", "shared", "t")
    assert corpus.labels == ("x", "y", None, "y", "x")
    assert corpus.in_test.tolist() == [False, False, False, True, True]


def test_unlabelled_texts_of_a_test_file_are_in_neither_part(with_test_file):
    corpus = with_test_file([("a", "x"), ("unknown", "y")], [("t", "x"), ("unknown", None)])
    assert corpus.texts == ("a", "t")


def test_ids_are_unique_over_the_pool_and_the_test_file(with_test_file):
    with pytest.raises(DataError, match="the id '1' is"):
        with_test_file([("a", "x", 1), ("b", "y", 2)], [("t", "x", 1), ("u", "y", 3)], id_column="id")


@pytest.mark.parametrize("pool", [[("a", "x"), ("b", "y")], [("t", None)]])
def test_a_test_file_without_labels_is_refused(with_test_file, pool):
    with pytest.raises(DataError, match=r"no text .*has a label"):
        with_test_file(pool, [("t", None), ("u", None)])


def test_a_text_cut_off_within_an_emoji_is_refused_since_no_file_can_hold_it(tmp_path):
    source = write(tmp_path / "cut.jsonl", ("cut off \ud83d", "x"), ("whole", "y"))
    with pytest.raises(DataError, match="surrogate"):
        build_corpus(DataConfig(source=source))


def test_the_same_file_gives_the_same_corpus_and_digest_and_another_does_not(tmp_path):
    config = DataConfig(source=write(tmp_path / "a.jsonl", ("a", "x"), ("b", "y")))
    corpus, digest = build_corpus(config)[0], source_digest(config)
    assert (build_corpus(config)[0].fingerprint, source_digest(config)) == (corpus.fingerprint, digest)
    write(tmp_path / "a.jsonl", ("a", "x"), ("b", "x"))
    assert source_digest(config) != digest
    assert build_corpus(config)[0].fingerprint != corpus.fingerprint


def test_the_digest_covers_the_test_file_and_every_file_of_a_folder(tmp_path):
    for name in ("spam", "no_spam"):
        (tmp_path / f"{name}.txt").write_text(f"a {name}\n")
    folder = DataConfig(source=str(tmp_path))
    before = source_digest(folder)
    (tmp_path / "spam.txt").write_text("another\n")
    assert source_digest(folder) != before
    with_test = folder.model_copy(update={"test_path": write(tmp_path / "t.jsonl", ("t", "spam"))})
    assert source_digest(with_test) != source_digest(folder)
