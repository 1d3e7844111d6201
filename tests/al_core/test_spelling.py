"""Spelling: labels in which nothing visible differs are one class, those that differ by case are not."""

from pathlib import Path
from unicodedata import normalize

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from al_core import Corpus, DataConfig, DataError
from al_core.datasets.build import build_corpus, corpus_of
from al_core.datasets.presets import resolve
from al_core.lookalikes import of_corpus
from al_core.spelling import form, spellings, trimmed

CASES = Path(__file__).parents[1] / "cases"
PERSIAN = "نمی\u200cدانم"


def classes(labels: list[str], **settings: object) -> tuple[str, ...]:
    rows = pd.DataFrame({"text": [f"text {row}" for row in range(len(labels))], "label": labels})
    return corpus_of(rows, resolve(DataConfig(source="x.csv", **settings)))[0].classes  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        (["spam", " spam", "spam\u200b", "\ufeffspam", "spam\u00a0"], ("spam",)),
        (["réclamé", "réclamé", normalize("NFD", "réclamé")], ("réclamé",)),
        (["réclamé", normalize("NFD", "réclamé"), normalize("NFD", "réclamé")], (normalize("NFD", "réclamé"),)),
        (["❤️", "❤", "❤️"], ("❤️",)),
        (["\u200fדואר", "דואר"], ("דואר",)),
        ([PERSIAN, PERSIAN], (PERSIAN,)),
        (["not  sure", "not sure", "not sure"], ("not sure",)),
        (["a", "A", "a"], ("A", "a")),
        (["a", "\u200b", "\u2060\u200e", ""], ("a",)),
    ],
)
def test_labels_that_look_the_same_are_one_class_under_the_most_frequent_spelling(
    labels: list[str], expected: tuple[str, ...]
) -> None:
    assert classes(labels) == expected
    assert Corpus.of([str(row) for row in range(len(labels))], labels[:1] * len(labels)).classes == (
        trimmed(labels[0]),
    )


def test_so_are_those_of_several_in_a_cell_and_what_is_asked_for_is_found_by_what_is_seen() -> None:
    several = [f"cold|{normalize('NFD', 'gelé')}", "gelé|cold", "gelé", "|"]
    assert classes(several, label_separator="|") == ("cold", "gelé")
    assert classes(["gelé", "cold"], categories=(normalize("NFD", "gelé"),)) == ("gelé",)


def test_it_is_counted_and_a_text_that_only_looks_to_have_two_labels_has_one() -> None:
    rows = pd.DataFrame({"text": ["a", "a", "b"], "label": ["gelé", normalize("NFD", "gelé"), "gelé"]})
    corpus, notes = corpus_of(rows, resolve(DataConfig(source="x.csv")))
    assert corpus.labels == ("gelé", "gelé")
    assert (notes.respelled, notes.conflicts) == (1, 0)
    assert "1 label spelled otherwise" in str(notes)


def test_a_test_file_spells_as_the_other(tmp_path: Path) -> None:
    pd.DataFrame({"text": ["a", "b"], "label": ["gelé", "cold"]}).to_csv(tmp_path / "a.csv", index=False)
    apart = {"text": ["c", "d"], "label": [normalize("NFD", "gelé"), "cold"]}
    pd.DataFrame(apart).to_csv(tmp_path / "b.csv", index=False)
    corpus, _ = build_corpus(DataConfig(source=str(tmp_path / "a.csv"), test_path=str(tmp_path / "b.csv")))
    assert corpus.labels == ("gelé", "cold", "gelé", "cold")


def test_the_cases_are_read_so() -> None:
    corpus, notes = build_corpus(DataConfig(source=str(CASES / "labels-nfd.csv")))
    assert len(corpus.classes) == 3
    assert notes.respelled == 20
    corpus, _ = build_corpus(DataConfig(source=str(CASES / "labels-cases.csv")))
    assert len(corpus.classes) == 9
    assert len(of_corpus(corpus)) == 6


def test_an_id_of_nothing_visible_is_none() -> None:
    rows = pd.DataFrame({"text": ["a", "b"], "label": ["x", "y"], "id": ["1", "\u200b"]})
    with pytest.raises(DataError, match="row 2 has no id"):
        corpus_of(rows, resolve(DataConfig(source="x.csv", id_column="id")))


names = st.text(st.sampled_from("aA é\u0301e\u200b\u200c\ufe0f❤ \u00a0\u200f"), max_size=5)


@given(st.lists(names, max_size=8))
def test_after_it_no_two_names_look_the_same_and_the_order_is_of_no_matter(several: list[str]) -> None:
    changed = spellings(several)
    spelled = {changed.get(name, name) for name in several}
    assert len({form(name) for name in spelled}) == len(spelled)
    assert spelled <= set(several)
    assert spellings(several[::-1]) == changed
    assert all(form(name) == form(usual) for name, usual in changed.items())


@given(st.text())
def test_a_form_is_its_own_and_that_of_what_is_trimmed(name: str) -> None:
    assert form(form(name)) == form(name)
    assert form(trimmed(name)) == form(name)
    assert trimmed(trimmed(name)) == trimmed(name)
