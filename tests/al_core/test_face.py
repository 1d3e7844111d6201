"""What others import from al_core: found by name, light, and clear about what it wants."""

import doctest
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest

import al_core
import al_core.loop
import al_core.ranking
from al_core import ConfigError, Corpus, DataError, ExperimentConfig, Worth, ask, rank, simulate, train, worth
from al_core.appraisal import difference, worth_of
from al_core.estimate import Estimate
from al_core.ranking import Learner

WORDS = ExperimentConfig(features={"kind": "tfidf"})  # type: ignore[arg-type]
TEXTS = [f"{word} number {number}" for number in range(30) for word in ("parcel", "bill")]
LABELS = [name if row < 20 else None for row, name in enumerate(["post", "money"] * 30)]


def test_each_name_is_there_documented_and_found_by_tab() -> None:
    for name in al_core.__all__:
        assert getattr(al_core, name).__doc__, name
        assert not isinstance(getattr(al_core, name), ModuleType), "a module of that name takes its place"
        assert name in dir(al_core)
    with pytest.raises(AttributeError, match=r"no attribute 'rnak'; it has .*rank"):
        _ = al_core.rnak


def test_its_names_are_the_same_wherever_they_are_listed() -> None:
    source = Path(al_core.__file__).read_text()
    typed = source.partition("if TYPE_CHECKING:")[2].partition("_IN = {")[0]
    imported = {name.strip() for line in re.findall(r"import (.+)", typed) for name in line.split(",")}
    assert sorted(imported) == sorted(al_core.__all__) == sorted(al_core._IN)


def test_importing_it_imports_nothing_heavy() -> None:
    script = "import sys, al_core; print(*{'numpy', 'pandas', 'sklearn', 'torch'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize("kind", [list, np.array, pd.Series, tuple])
def test_lists_arrays_and_columns_give_the_same_ranking(kind: type) -> None:
    ranking = rank(TEXTS, LABELS, count=5, config=WORDS)
    same = rank(kind(TEXTS), kind(LABELS), count=5, config=WORDS)
    assert ranking.positions.tolist() == same.positions.tolist()
    assert all(LABELS[position] is None for position in ranking.positions)
    assert ranking.classes == ("money", "post")


def test_a_text_is_asked_for_once_and_not_if_its_label_is_known() -> None:
    ranking = rank([*TEXTS, TEXTS[0], TEXTS[-1]], [*LABELS, None, None], count=99, config=WORDS)
    assert sorted(ranking.positions.tolist()) == list(range(20, 60))


def test_a_trained_model_predicts_other_texts_as_the_learner_does() -> None:
    trained = train(TEXTS, LABELS, config=WORDS)
    learner = Learner.of(Corpus.of(TEXTS, LABELS), WORDS)
    same = learner.model(learner.labelled).predict_proba(learner.features, 2)
    assert np.array_equal(trained.predict_proba(TEXTS), same)
    assert trained.predict(["a parcel", "the bill"]) == ["post", "money"]
    weather = train(["cold rain", "hot sun", "cold wind"] * 5, [("cold", "wet"), (), ("cold",)] * 5, config=WORDS)
    assert weather.predict(["cold rain", "hot sun"]) == [["cold", "wet"], []]
    with pytest.raises(DataError, match="two classes at least; there are: post"):
        train(["a", "b"], ["post", None], config=WORDS)


def test_texts_with_several_labels() -> None:
    several = [{name, "urgent"} if row % 3 else {name} for row, name in enumerate(LABELS[:20])]
    ranking = rank(TEXTS, [*several, *LABELS[20:]], count=5, config=WORDS)
    assert ranking.strategy == "cvirs"
    assert ranking.classes == ("money", "post", "urgent")


@pytest.mark.parametrize(
    ("texts", "labels", "wanted"),
    [
        ("a text", [None], "not a str"),
        (pd.DataFrame({"text": ["a"]}), [None], "not a DataFrame"),
        (["a"], "x", "labels have to be a list, an array or a column, and not a str"),
        (["a"], ["x", "y"], "1 texts and 2 labels"),
        (["a", None], ["x", None], r"texts\[1\] is None"),
        (["a", " "], ["x", None], r"texts\[1\] is ' '"),
        (["a", "b"], ["x", "y"], "all 2 texts have a label"),
        (["a", "b"], [[1, 0], [0, 1]], r"a row of 2 zeros and ones, such as \[1, 0\]; give the names"),
        (["a", "b"], np.array([[1, 0], [0, 1]]), r"the label array\(\[1, 0\]\) is no name"),
        (["a", "b"], None, "labels have to be a list, an array or a column, and not a NoneType"),
        (["a", "b"], {"x": "spam", "y": "ham"}, "not a dict"),
        (["a", "b"], [["x", ["y"]], None], r"the label \['y'\] is no name"),
        (["a", "b"], [b"\xff", None], "is no text in UTF-8"),
    ],
)
def test_wrong_texts_and_labels_are_said(texts: Any, labels: Any, wanted: str) -> None:
    with pytest.raises(DataError, match=wanted):
        rank(texts, labels, config=WORDS)


def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the test fail if features are computed."""
    for module in (al_core.ranking, al_core.loop):  # type: ignore[attr-defined]
        monkeypatch.setattr(module, "featurise", lambda *_: pytest.fail("it has begun to work"))


@pytest.mark.parametrize(
    ("labels", "strategy", "wanted"),
    [
        (LABELS, "cvirs", "for texts with several labels"),
        (LABELS, "bald", "needs a network with dropout"),
        (["post", *[None] * 59], "margin", "all labelled texts are 'post'.*until there are two, ask kmeans"),
        ([None] * 60, "entropy", "no text has a label"),
    ],
)
def test_what_a_strategy_cannot_do_is_said_before_any_work(
    labels: list[Any], strategy: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_work(monkeypatch)
    with pytest.raises(ConfigError, match=wanted):
        rank(TEXTS, labels, strategy, config=WORDS)
    with pytest.raises(DataError, match="two classes at least"):
        train(TEXTS, ["post", *[None] * 59], config=WORDS)


def test_settings_of_an_experiment_are_of_no_matter_to_a_ranking() -> None:
    others = {"seed_set": {"size": 0}, "cycles": 0, "stopping": {"rules": ["target"]}}
    same = rank(TEXTS, LABELS, count=5, config={"features": {"kind": "tfidf"}} | others)
    assert same.positions.tolist() == rank(TEXTS, LABELS, count=5, config=WORDS).positions.tolist()


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"count": 0}, "count: input should be greater than or equal to 1, not 0"),
        ({"count": 2.5}, "count: .* not 2.5"),
        ({"seed": -1}, "seed: .* not -1"),
        ({"strategy": "margn"}, "did you mean 'margin'"),
        ({"strategy": max}, "strategy: input should be a valid string"),
        ({"config": {"clasifier": {}}}, "did you mean 'classifier'"),
        ({"config": "margin"}, "has to hold settings by name"),
    ],
)
def test_wrong_arguments_are_said_before_any_work(
    given: dict[str, Any], wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    no_work(monkeypatch)
    with pytest.raises(ConfigError, match=wanted):
        rank(TEXTS, LABELS, **({"config": WORDS} | given))
    if "count" not in given:
        with pytest.raises(ConfigError, match=wanted):
            simulate(Corpus.of(TEXTS, LABELS), **({"config": WORDS, "strategy": "margin"} | given))  # type: ignore[arg-type]
    if "config" not in given:
        with pytest.raises(ConfigError, match=wanted):
            ask(**({"strategy": "margin", "proba": [[0.5, 0.5]]} | given))  # type: ignore[arg-type]


def test_what_cannot_be_simulated_is_said_before_the_first_cycle() -> None:
    corpus = Corpus.of(TEXTS, ["post", "money"] * 30)
    with pytest.raises(DataError, match=r"`Corpus.of\(texts, labels\)`, and not a list"):
        simulate(TEXTS, WORDS, "margin")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="cvirs is for texts with several labels"):
        simulate(corpus, {"features": {"kind": "tfidf"}, "seed_set": {"size": 4}, "query_size": 5}, "cvirs")
    with pytest.raises(ConfigError, match="too few for a seed set of 100"):
        simulate(corpus, {"features": {"kind": "tfidf"}, "seed_set": {"size": 100}}, "margin")
    with pytest.raises(DataError, match=r"2 texts repeat others, .*`corpus.distinct\(\)`"):
        simulate(Corpus.of([*TEXTS, *TEXTS[:2]], [*["post", "money"] * 31]), WORDS, "margin")
    with pytest.raises(DataError, match="no text has a label"):
        simulate(Corpus.of(TEXTS, [None] * 60), WORDS, "margin")


@pytest.mark.parametrize(
    ("columns", "wanted"),
    [
        ((("a", "b"), ("hi",), ("x", "y")), "'texts': 1"),
        ((("a", "a"), ("hi", "ho"), ("x", "y")), "the id 'a' is in the corpus more than once"),
        ((("a", "b"), ("hi", "ho"), ("x", 1)), "the label 1 is no name; `Corpus.of` makes one of it"),
        ((("a", "b"), ("hi", "ho"), (["x"], None)), r"the label \['x'\] is no name"),
    ],
)
def test_a_corpus_has_an_id_a_text_and_a_label_a_row(columns: Any, wanted: str) -> None:
    with pytest.raises(DataError, match=wanted):
        Corpus(*columns)


def test_labels_are_names_as_a_file_s_are() -> None:
    labels = ["spam", b" spam ", " ", 1.0, np.float32(1), pd.NA, np.nan, None]
    assert Corpus.of(TEXTS[:8], labels).labels == ("spam", "spam", None, "1", "1", None, None, None)
    assert Corpus.of(np.array(["a", "b"]), LABELS[:2]).fingerprint == Corpus.of(["a", "b"], LABELS[:2]).fingerprint
    assert Corpus.of(TEXTS[:2], [["b", None, "a"], ["a", "", np.nan]]).labels == (("a", "b"), ("a",))
    assert Corpus.of(TEXTS[:2], [[1, 0], [2]]).labels == (("0", "1"), ("2",)), "numbers of topics are names"


def test_a_single_text_is_not_predicted_letter_by_letter() -> None:
    trained = train(TEXTS, LABELS, config=WORDS)
    assert trained.predict([]) == []
    assert trained.predict_proba([]).shape == (0, 2)
    for wrong, wanted in (("the bill", "not a str"), (["a parcel", None], r"texts\[1\] is None")):
        with pytest.raises(DataError, match=wanted):
            trained.predict(wrong)  # type: ignore[arg-type]


def test_a_strategy_is_asked_by_name() -> None:
    with pytest.raises(DataError, match="not a str"):
        ask("random", 1, texts="hello")
    with pytest.raises(ConfigError, match="a pool has no 'probas'"):
        ask("margin", 1, probas=[[1.0]])
    assert len(ask("random", 2, texts=TEXTS).positions) == 2
    several = ask("cvirs", 1, proba=[[0.9, 0.8], [0.5, 0.2]], labelled_codes=[[1, 0], [0, 1]])
    assert several.positions.tolist() == [1]


@pytest.mark.parametrize(
    ("strategy", "known", "wanted"),
    [
        ("margin", {"proba": "abc"}, "proba has to be an array of numbers with 2 dimensions, and not 'abc'"),
        ("margin", {"proba": None}, "not 'None'"),
        ("kmeans", {"embeddings": [1, 2, 3]}, "with 2 dimensions"),
        ("vote_entropy", {"committee": [1, 2]}, "with 3 dimensions"),
    ],
)
def test_what_is_known_of_a_pool_is_numbers_of_the_right_shape(strategy: str, known: Any, wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        ask(strategy, 1, **known)


def test_the_worth_of_a_model_says_how_little_is_known_of_few_texts() -> None:
    few = worth(TEXTS, LABELS, config=WORDS)
    many = worth(TEXTS, ["post", "money"] * 30, config=WORDS)
    assert (few.texts, many.texts) == (20, 60)
    assert few.accuracy.value == many.accuracy.value == 1
    assert few.accuracy.low < many.accuracy.low < 1
    assert few.macro_f1.low < many.macro_f1.low < 1
    assert few.labels_pay is None
    for labels in ([*LABELS[:1], *[None] * 59], [*LABELS[:3], *[None] * 57], [("a",)] * 60, [()] * 60):
        with pytest.raises(DataError, match="takes two labelled texts of each of two classes"):
            worth(TEXTS, labels, config=WORDS)


def test_noise_is_worth_nothing_though_each_text_is_there_three_times() -> None:
    draw = np.random.default_rng(0)
    noise = [" ".join(f"w{word}" for word in draw.integers(0, 40, 8)) for _ in range(60)]
    labels = draw.permutation(["a", "b"] * 30).tolist()
    once, thrice = worth(noise, labels, config=WORDS), worth(noise * 3, labels * 3, config=WORDS)
    assert once == thrice
    assert once.accuracy.low < 0.5 < once.accuracy.high < 0.8
    contrary = ["b" if label == "a" else "a" for label in labels[:10]]
    assert worth([*noise, *noise[:10]], [*labels, *contrary], config=WORDS).texts == 50, (
        "whose labels differ, is left out"
    )


def test_texts_whose_class_no_other_has_are_judged_and_found_wrong() -> None:
    labels = [*LABELS[:20], *(f"only {row}" for row in range(20)), *[None] * 20]
    judged = worth(TEXTS, labels, config=WORDS)
    assert judged.texts == 40
    assert judged.accuracy.value <= 0.5


def test_a_model_is_judged_by_its_test_set_which_it_does_not_learn_from() -> None:
    wrong = [{"post": "money", "money": "post"}[label] for label in LABELS[:20]]  # as no other text has it
    learner = Learner.of(Corpus.of(TEXTS, [*LABELS[:20], *wrong, *[None] * 20]), WORDS, test=np.arange(20, 40))
    judged = worth_of(learner)
    assert judged
    assert (judged.texts, judged.on_test, judged.accuracy.value) == (20, True, 0)
    assert learner.labelled.tolist() == list(range(20))


def test_values_show_themselves_in_a_line() -> None:
    trained = train(TEXTS, LABELS, config=WORDS)
    assert repr(trained) == "Trained(logistic_regression, classes money, post)"
    assert repr(trained.learner) == "Learner(Corpus(60 texts, 20 labelled, 2 classes), logistic_regression on TF-IDF)"


@pytest.mark.parametrize(
    ("gain", "pays", "verdict"),
    [
        (Estimate(0.1, 0.02, 0.2), True, "more labels pay"),
        (Estimate(0.0, -0.01, 0.005), False, "labels no longer bring much"),
        (Estimate(0.0, -0.1, 0.1), None, "too few texts to tell whether more labels pay"),
    ],
)
def test_whether_more_labels_pay(gain: Estimate, pays: bool | None, verdict: str) -> None:
    judged = Worth(60, Estimate(0.8, 0.7, 0.9), Estimate(0.8, 0.7, 0.9), gain)
    assert (judged.labels_pay, judged.verdict) == (pays, verdict)


def test_the_interval_of_a_difference_has_the_true_one_in_it_as_often_as_it_says() -> None:
    draw = np.random.default_rng(0)
    inside, widths = 0, []
    for _ in range(400):
        shared, mine, others = (draw.random(60) for _ in range(3))
        hits, by_half = np.where(shared < 0.7, True, mine < 0.6), np.where(shared < 0.7, True, others < 0.4)
        gain = difference(hits, by_half)
        inside += gain.low <= 0.3 * 0.2 <= gain.high
        widths.append(gain.high - gain.low)
    assert 0.92 < inside / 400 < 0.99
    assert max(widths) < 0.4


def test_what_the_docs_show_in_python_is_so() -> None:
    said = doctest.testfile(str(Path(al_core.__file__).parents[1] / "docs/next.md"), module_relative=False)
    assert said.attempted > 5
    assert not said.failed
