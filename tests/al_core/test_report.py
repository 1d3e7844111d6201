"""The report is one page that needs nothing else, and its pictures depend on the numbers alone."""

import warnings
from base64 import b64decode
from dataclasses import replace
from html.parser import HTMLParser
from io import BytesIO
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from al_core.config import DataConfig, ExperimentConfig
from al_core.metrics import evaluate
from al_core.report.conclusions import conclude
from al_core.report.figures import AXES, learning_curve
from al_core.report.last import last_classes, last_confusion
from al_core.report.page import html_page, title_of
from al_core.results import Experiment, class_rows, confusion_rows, metrics_row

CLASSES = ("<b>bold</b>", 'a & "b"', "plain")
STRATEGIES = ("entropy", "margin", "random")
SVG = "{http://www.w3.org/2000/svg}svg"


def an_experiment(strategies=STRATEGIES, seeds=2, cycles=3, source="sample", failed=()):
    """Made-up results: random probabilities that lean more to the true class with each cycle."""
    rows = {"metrics": [], "classes": [], "confusion": []}
    rng = np.random.default_rng(0)
    for strategy, seed, cycle in ((s, n, c) for s in strategies for n in range(seeds) for c in range(cycles)):
        where, codes = {"strategy": strategy, "seed": seed, "cycle": cycle}, np.arange(30) % 3
        proba = rng.dirichlet(np.ones(3), 30) + 0.4 * cycle * np.eye(3)[codes]
        proba /= proba.sum(axis=1, keepdims=True)
        n = 6 + 3 * cycle
        metrics = evaluate(proba[:n], codes[:n], proba, codes)
        rows["metrics"].append(where | metrics_row(metrics))
        rows["classes"] += [where | row for row in class_rows(metrics, CLASSES)]
        rows["confusion"] += [where | row for row in confusion_rows(metrics, CLASSES)]
    tables = {name: pd.DataFrame(content) for name, content in rows.items()}
    manifest = {
        "state": "finished",
        "failed": dict.fromkeys(failed, "it broke"),
        "config": ExperimentConfig(data=DataConfig(source=source), strategies=strategies).model_dump(mode="json"),
        "data": {
            "fingerprint": "0123456789ab", "texts": 60, "labels": dict.fromkeys(CLASSES, 20), "ingest": {"rows": 61},
        },
        "versions": {"python": "3.11"},
        "git": None,
    }  # fmt: skip
    others = {name: pd.DataFrame() for name in ("queries", "timings", "epochs")}
    return Experiment(**tables, **others, stops=where_it_stops(strategies, seeds), manifest=manifest)


def where_it_stops(strategies, seeds):
    """Made-up stops: one rule stops in the first seed only, another never does."""
    return pd.DataFrame(
        {
            "strategy": strategy, "seed": seed, "rule": rule, "cycle": 1 if at else None, "labels": 9 if at else None,
            "macro_f1": 0.5 if at else None, "why": "it is enough" if at else None,
        }
        for strategy in strategies
        for seed in range(seeds)
        for rule, at in (("kappa_average", seed == 0), ("budget(labels=900)", False))
    )  # fmt: skip


def test_near_duplicates_are_told_where_there_are_any():
    experiment = an_experiment()
    assert not any("near-duplicate" in sentence for sentence in conclude(experiment))
    seed = {"texts": 50, "near": 0, "classes": {"plain": [20, 0], "<b>bold</b>": [30, 0]}}
    experiment.manifest["data"]["near_duplicates"] = {"texts": 0, "groups": 0, "largest": 1, "mixed": 0, "test": [seed]}
    assert not any("near-duplicate" in sentence for sentence in conclude(experiment))
    several = [seed | {"near": 5, "classes": {"plain": [20, 5], "<b>bold</b>": [30, 0]}}, seed]
    experiment.manifest["data"]["near_duplicates"]["test"] = several[:1]
    (said,) = (sentence for sentence in conclude(experiment) if "near-duplicate" in sentence)
    assert said.startswith(
        "5 of 50 test texts have a near-duplicate among the training texts (10.0%; 25% of the class 'plain')"
    )
    assert "`data.split: grouped`" in said
    experiment.manifest["data"]["near_duplicates"]["test"] = several
    (said,) = (sentence for sentence in conclude(experiment) if "near-duplicate" in sentence)
    assert said.startswith("2.5 of 50 test texts a seed have"), said
    assert "(5.0%; 12% of the class 'plain')" in said


class Page(HTMLParser):
    """What a browser would see: tags with attributes, and text."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data

    def values(self, attribute):
        return [attrs[attribute] for _, attrs in self.tags if attribute in attrs]


@pytest.fixture(scope="module")
def html():
    return html_page(an_experiment())


def test_the_page_loads_nothing_from_elsewhere(html):
    page = Page(html)
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "base"}
    assert len(page.values("src")) == 3
    assert all(source.startswith("data:image/svg+xml;base64,") for source in page.values("src"))
    assert not any(page.values(attribute) for attribute in ("href", "srcset", "action", "poster"))
    assert not any(word in html for word in ("url(", "@import", "http:", "https:"))


def test_the_pictures_on_the_page_are_whole_and_load_nothing_either(html):
    for source in Page(html).values("src"):
        picture = ElementTree.fromstring(b64decode(source.split(",", 1)[1]))
        assert picture.tag == SVG
        links = [value for node in picture.iter() for name, value in node.attrib.items() if name.endswith("href")]
        assert all(link.startswith("#") for link in links)


def test_class_names_are_shown_as_they_are_and_never_as_markup(html):
    page = Page(html)
    assert "b" not in {tag for tag, _ in page.tags}
    assert all(name in page.text for name in CLASSES)


def test_what_a_user_typed_is_never_markup():
    evil = "<script>alert(1)</script>"
    page = Page(html_page(an_experiment(source=evil, failed=[f"{evil} seed 0"])))
    assert "script" not in {tag for tag, _ in page.tags}
    assert evil in page.text
    assert f"{evil} seed 0" in page.text


def test_the_page_has_every_strategy_with_its_confusion_matrix_and_its_place_in_both_tables(html):
    page = Page(html)
    tables = html.split("<table>")
    for name in STRATEGIES:
        assert f"<h3>{name}</h3>" in html
        assert sum(f"<tr><th>{name}</th>" in table for table in tables) == (3 if name == "random" else 4), (
            "one of them where a rule stops, another against random"
        )
    assert sum(tag == "table" for tag, _ in page.tags) == 2 + 1 + 1 + 2 * len(STRATEGIES) + 1


def test_the_page_says_where_rules_would_have_stopped_and_what_that_costs(html):
    text = " ".join(Page(html).text.split())
    assert "Where stopping rules would have stopped" in text
    assert "1 budget(labels=900) goes on to the end" in text
    assert "2 kappa_average strategyseedslabelsmacro-F1labels savedmacro-F1 lost entropy1 of 290.5003" in text
    without = an_experiment()
    without = Experiment(**(vars(without) | {"stops": without.stops.iloc[:0]}))
    assert "would have stopped" not in html_page(without)


def test_the_page_is_the_same_each_time(html):
    assert html_page(an_experiment()) == html


def test_tags_are_closed(html):
    for tag in ("table", "tr", "th", "td", "div", "h2", "h3", "pre", "p", "thead", "tbody"):
        assert html.count(f"</{tag}>") == sum(found == tag for found, _ in Page(html).tags), tag


@pytest.mark.parametrize(("seeds", "cycles"), [(1, 3), (1, 1), (3, 1)])
def test_one_seed_or_one_cycle_is_enough(seeds, cycles):
    text = Page(html_page(an_experiment(seeds=seeds, cycles=cycles))).text
    assert all(name in text for name in STRATEGIES)
    assert "nan" not in text


def test_the_page_begins_with_what_the_experiment_shows(html):
    said = conclude(an_experiment())
    assert len(said) == 3
    assert said[0].startswith(("entropy against random", "margin against random"))
    assert "2 seeds are an anecdote" in said[0]
    assert "by 30 test texts a seed; a test set of that size cannot tell more nearly" in said[1]
    assert "Worst recognised is" in said[2]
    text = Page(html).text
    assert all(sentence in text for sentence in said)
    assert text.index(said[0]) < text.index("Learning curves")


@pytest.mark.parametrize(("top", "says"), [(0.999, "below"), (0.0, "is not below")])
def test_the_ceiling_is_said_where_there_is_one(top, says):
    experiment = an_experiment(seeds=1)
    ceiling = [{"seed": 0, "labels": 48, "accuracy": top, "macro_f1": top}]
    with_it = Experiment(**(vars(experiment) | {"manifest": experiment.manifest | {"ceiling": ceiling}}))
    (said,) = set(conclude(with_it)) - set(conclude(experiment))
    assert said.startswith(f"A model of all 48 labels reaches {top:.3f}")
    assert says in said


def test_a_long_title_stays_beside_the_legend():
    experiment = an_experiment()
    wide = imread(BytesIO(learning_curve(experiment.metrics, "macro_f1", "long " * 60, "png")))
    plain = imread(BytesIO(learning_curve(experiment.metrics, "macro_f1", "", "png")))
    legend = slice(int(0.8 * plain.shape[1]), None)
    assert (wide[:60, legend] == 1).all() or (plain[:60, legend] == wide[:60, legend]).all()


def test_strategies_of_unequal_length_share_a_page():
    experiment = an_experiment()
    experiment = Experiment(**(vars(experiment) | {"stops": experiment.stops.iloc[:0]}))
    metrics = experiment.metrics.query("strategy != 'margin' or cycle < 2")
    shorter = Experiment(**(vars(experiment) | {"metrics": metrics}))
    assert "–" in Page(html_page(shorter)).text
    assert "–" not in Page(html_page(experiment)).text


def test_the_last_confusion_matrix_has_shares_of_each_true_class():
    experiment = an_experiment()
    matrix = last_confusion(experiment, "margin")
    counts = experiment.confusion.query("strategy == 'margin' and cycle == 2")
    hits = counts.query("true == 'plain' and predicted == 'plain'")["texts"].sum()
    assert matrix.loc["plain", "plain"] == pytest.approx(hits / counts.query("true == 'plain'")["texts"].sum())
    np.testing.assert_allclose(matrix.sum(axis=1), 1)


def test_the_last_classes_are_means_over_seeds_of_each_seeds_last_cycle():
    experiment = an_experiment(seeds=2)
    classes = experiment.classes.query("seed == 0 or cycle < 2")
    last = last_classes(Experiment(**(vars(experiment) | {"classes": classes})), "random")
    own = classes.query("strategy == 'random' and label == 'plain'").set_index(["seed", "cycle"])
    expected = (own.loc[(0, 2), "recall"] + own.loc[(1, 1), "recall"]) / 2
    assert last.loc["plain", "recall"] == pytest.approx(expected)
    assert last.loc["plain", "labelled"] == pytest.approx((4 + 3) / 2)


def test_the_title_says_what_was_compared():
    assert title_of(an_experiment()) == "sample: logistic regression, queries of 25"


@pytest.mark.parametrize("metric", AXES)
@pytest.mark.parametrize("format", ["png", "svg"])
def test_pictures_are_the_same_bytes_for_the_same_numbers(metric, format):
    metrics = an_experiment().metrics
    picture = learning_curve(metrics, metric, "title", format)
    assert learning_curve(metrics.copy(), metric, "title", format) == picture
    assert learning_curve(metrics.assign(**{metric: 0.5}), metric, "title", format) != picture


@pytest.mark.parametrize("seeds", [1, 3])
def test_pictures_are_valid(seeds):
    metrics = an_experiment(seeds=seeds).metrics
    pixels = imread(BytesIO(learning_curve(metrics, "macro_f1", "title", "png")))
    assert pixels.shape == (720, 1425, 4)
    assert pixels[..., :3].std() > 0.01
    assert ElementTree.fromstring(learning_curve(metrics, "accuracy", "title", "svg")).tag == SVG


def test_pictures_hold_no_date():
    assert b"dc:date" not in learning_curve(an_experiment().metrics, "macro_f1", "title", "svg")


def test_more_strategies_than_colours_can_be_drawn():
    metrics = pd.concat([an_experiment(("margin",), seeds=1).metrics.assign(strategy=f"s{n}") for n in range(9)])
    assert learning_curve(metrics, "macro_f1", "", "png").startswith(b"\x89PNG\r\n")


@pytest.mark.parametrize("title", ["costs $5 or $6", "data/$x^$.csv", r"C:\data\$x^$.csv", "a_b^c & <d>"])
def test_any_title_can_be_drawn(title):
    """A title holds the name of the user's file, and a file may be called anything."""
    assert learning_curve(an_experiment(seeds=1).metrics, "macro_f1", title, "png").startswith(b"\x89PNG\r\n")


OTHERS = "數據 हिन्दी ไทย ქართ 😀 $x_1$ <b>"


@pytest.mark.parametrize("format", ["png", "svg"])
def test_names_in_any_script_are_drawn_without_warnings(format):
    metrics = an_experiment(seeds=1).metrics
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        picture = learning_curve(metrics, "macro_f1", OTHERS, format)
        assert picture == learning_curve(metrics, "macro_f1", OTHERS, format)


def test_browsers_get_names_that_no_font_here_has_as_text_and_others_as_drawn():
    metrics = an_experiment(seeds=1).metrics
    words = ElementTree.fromstring(learning_curve(metrics, "macro_f1", OTHERS, "svg")).itertext()
    assert OTHERS in " ".join(" ".join(words).split())
    assert b"<text" not in learning_curve(metrics, "macro_f1", "données $x_1$", "svg")


def test_what_a_file_may_have_wrong_is_on_the_page():
    experiment = an_experiment(seeds=1)
    data = experiment.manifest["data"] | {"remarks": ["'A' (2 texts) looks like 'a' (9)"], "strangers": {"test": 0.5}}
    page = html_page(replace(experiment, manifest=experiment.manifest | {"data": data}))
    assert "Look: &#39;A&#39; (2 texts) looks like &#39;a&#39; (9)." in page
    assert "50 % of the test texts share no word with another text" in page
    assert "share no word" not in html_page(experiment)
