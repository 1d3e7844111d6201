"""The flow against the plain loop, and what a finished experiment looks like, on a real Prefect server."""

import json
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from al_core import dictionary
from al_core.config import ExperimentConfig
from al_core.datasets.build import build_corpus
from al_core.datasets.near import groups
from al_core.datasets.split import split
from al_core.errors import ConfigError, DataError
from al_core.features import featurise
from al_core.features.choice import in_effect
from al_core.learner import evaluate_model, train
from al_core.loop import simulate
from al_core.results import TABLES, metrics_row, read_experiment
from benchmarks.servers import Server, talking_to
from flows.cli import main

pytestmark = pytest.mark.server

CONFIG = {
    "strategies": ["margin", "random", "entropy"],
    "seeds": 2,
    "cycles": 3,
    "query_size": 20,
    "seed_set": {"size": 30},
    "features": {"kind": "tfidf"},
}


@pytest.fixture(scope="module")
def finished(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    from flows.experiment import experiment

    store = tmp_path_factory.mktemp("store")
    with talking_to(server):
        return experiment(ExperimentConfig.model_validate(CONFIG | {"store": str(store)}))


def test_the_flow_equals_the_plain_loop_bit_for_bit(finished: Path) -> None:
    config = ExperimentConfig.model_validate(CONFIG)
    corpus, _ = build_corpus(config.data)
    flow = read_experiment(finished)
    for strategy in config.strategies:
        for seed in range(config.seeds):
            own = flow.metrics.query("strategy == @strategy and seed == @seed")
            asked = flow.queries.query("strategy == @strategy and seed == @seed")
            for result, (_, row) in zip(simulate(corpus, config, strategy, seed), own.iterrows(), strict=True):
                assert metrics_row(result.metrics) == {name: row[name] for name in metrics_row(result.metrics)}
                query = asked[asked["cycle"] == result.cycle]
                if result.query is None:
                    assert query.empty
                    continue
                assert query["id"].tolist() == [corpus.ids[i] for i in result.query.rows]
                assert query["score"].tolist() == result.query.scores.tolist()
                assert query["label"].tolist() == [corpus.labels[i] for i in result.query.rows]
                if result.query.proba is not None:
                    proba = query[[f"p_{name}" for name in corpus.classes]].to_numpy()
                    assert np.array_equal(proba, result.query.proba)


OPENINGS = {
    "parcel": ("it has not come to us and nobody knows where", "the driver left it out in the rain for hours"),
    "bill": ("we have paid this twice already by bank transfer", "the sum on it is far more than had been agreed on"),
}
TEMPLATES = "".join(
    f"{text} {n},{label}\n" for label, several in OPENINGS.items() for text in several for n in range(10, 30)
)
"""Two templates a class; texts of one are near-duplicates."""


def test_a_grouped_split_is_that_of_the_plain_loop_and_the_report_says_what_others_leak(
    prefect_api: str, tmp_path: Path
) -> None:
    from flows.experiment import experiment

    file = tmp_path / "mails.csv"
    file.write_text("text,label\n" + TEMPLATES)
    corpus, _ = build_corpus(ExperimentConfig(data={"source": str(file)}).data)
    group = groups(corpus.texts)
    settings = {"features": {"kind": "tfidf"}, "seeds": 1, "cycles": 1, "query_size": 4, "seed_set": {"size": 6}}
    data = {"source": str(file), "test_size": 0.5}
    for kind in ("stratified", "grouped"):
        asked = settings | {"data": data | {"split": kind}, "strategies": ["random"]}
        config = ExperimentConfig.model_validate(asked | {"store": str(tmp_path / "store")})
        finished = experiment(config)
        flow = read_experiment(finished)
        for result, (_, row) in zip(simulate(corpus, config, "random"), flow.metrics.iterrows(), strict=True):
            assert metrics_row(result.metrics) == {name: row[name] for name in metrics_row(result.metrics)}
        parts = split(corpus, 0.5, 0, groups=group if kind == "grouped" else None)
        seen = flow.manifest["data"]["near_duplicates"]["test"]
        assert seen[0]["near"] == np.isin(group[parts.test], group[parts.train]).sum()
        assert (seen[0]["near"] > 0) == (kind == "stratified")
        said = (finished / "report.html").read_text(encoding="utf-8")
        assert ("have a near-duplicate among the training texts" in said) == (kind == "stratified")
    assert len(list((tmp_path / "store").glob("experiments/*"))) == 2
    assert len(list((tmp_path / "store").glob("mails/near-duplicates-*.parquet"))) == 1


def test_the_tables_are_tidy_and_complete(finished: Path) -> None:
    result = read_experiment(finished)
    cells, classes = 3 * 2, 6
    assert len(result.metrics) == cells * 4
    assert len(result.classes) == cells * 4 * classes
    assert len(result.confusion) == cells * 4 * classes**2
    assert len(result.queries) == cells * 3 * 20
    assert result.classes.groupby(["strategy", "seed", "cycle"])["labelled"].sum().isin([30, 50, 70, 90]).all()
    in_cycles = {"train", "evaluate", "score-pool", "query-select"}
    assert set(result.timings["stage"]) == in_cycles | {"ingest", "split", "featurise", "seed-set"}
    assert result.queries[result.queries["strategy"] == "random"]["p_delivery"].isna().all()
    manifest = result.manifest
    assert manifest["state"] == "finished"
    assert manifest["config"]["cycles"] == 3
    assert manifest["data"]["texts"] == 1614
    assert {"python", "alflow", "prefect", "scikit-learn"} <= set(manifest["versions"])


def test_the_data_dictionary_has_every_column_and_is_the_page(finished: Path) -> None:
    result = read_experiment(finished)
    assert list(dictionary.TABLES) == [*TABLES, "predictions"]
    for name in TABLES:
        columns = dictionary.TABLES[name][1]
        there = ["p_CLASS" if column.startswith("p_") else column for column in getattr(result, name).columns]
        assert list(dict.fromkeys(there)) == list(columns), name
    page = Path(__file__).parents[2] / "docs" / "tables.md"
    assert page.read_text(encoding="utf-8") == dictionary.markdown(), "python -m al_core.dictionary > docs/tables.md"


def test_predictions_and_texts_are_there_on_request(finished: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    asked = CONFIG | {"predictions": "all", "show_texts": True, "store": str(finished.parents[1])}
    assert experiment(ExperimentConfig.model_validate(asked)) == finished, "it is the same experiment"
    result = read_experiment(finished)
    said, columns = result.predictions, dictionary.TABLES["predictions"][1]
    assert said is not None
    assert list(dict.fromkeys("p_CLASS" if name.startswith("p_") else name for name in said)) == list(columns)
    right = (said["label"] == said["predicted"]).groupby([said["strategy"], said["seed"], said["cycle"]]).mean()
    same = result.metrics.set_index(["strategy", "seed", "cycle"])["accuracy"]
    pd.testing.assert_series_equal(right.sort_index(), same.sort_index(), check_names=False)
    corpus, _ = build_corpus(ExperimentConfig.model_validate(CONFIG).data)
    text = dict(zip(corpus.ids, corpus.texts, strict=True))
    assert (said["text"] == said["id"].map(text)).all()
    assert (result.queries["text"] == result.queries["id"].map(text)).all()
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert "gets wrong most surely" in page
    experiment(ExperimentConfig.model_validate(CONFIG | {"store": str(finished.parents[1])}))
    assert "text" not in read_experiment(finished).queries
    assert not (finished / "predictions.parquet").exists(), "what is not asked for any more is not left there"
    assert "gets wrong most surely" not in (finished / "report.html").read_text(encoding="utf-8")


def test_the_ceiling_is_what_a_model_of_all_labels_reaches(finished: Path) -> None:
    config = in_effect(ExperimentConfig.model_validate(CONFIG))
    corpus, _ = build_corpus(config.data)
    for one in read_experiment(finished).manifest["ceiling"]:
        parts = split(corpus, config.data.test_size, one["seed"])
        features = featurise(corpus.texts, parts.train, config, None)
        model = train(corpus, features, parts.train, config.classifier, parts, one["seed"])
        metrics = evaluate_model(model, corpus, features, parts.train, parts)
        assert one == {
            "seed": one["seed"], "labels": len(parts.train), "accuracy": metrics.accuracy, "macro_f1": metrics.macro_f1
        }  # fmt: skip


def test_sql_reads_the_tables(finished: Path) -> None:
    sql = f"SELECT strategy, avg(macro_f1) FROM '{finished}/metrics.parquet' WHERE cycle = 3 GROUP BY strategy"
    assert len(duckdb.sql(sql).fetchall()) == 3


def test_every_result_in_the_store_opens_with_pandas(finished: Path) -> None:
    files = list(finished.parents[1].glob("sample/**/*.parquet"))
    assert len(files) > 50
    assert all(len(pd.read_parquet(file)) > 0 for file in files)


def test_cycle_0_is_trained_once_for_all_strategies(finished: Path) -> None:
    store = finished.parents[1]
    assert len(list(store.glob("sample/*/all-strategies/seed=*/cycle=000/model-*"))) == 2
    assert not list(store.glob("sample/*/margin/seed=*/cycle=000/model-*"))


def run_of(server: Server, experiment: Path) -> str:
    """Return the id of the first run with a store, whose name holds it."""
    name = {"name": {"like_": str(experiment.parents[1])}}
    return str(server.ask("/flow_runs/filter", {"flow_runs": name, "sort": "START_TIME_ASC"})[0]["id"])


def children_of(server: Server, run: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = server.ask(
        "/flow_runs/filter", {"flow_runs": {"parent_flow_run_id": {"any_": [run]}}}
    )
    return found


def task_runs(server: Server, run: str) -> list[str]:
    found = server.ask("/task_runs/filter", {"task_runs": {"flow_run_id": {"any_": [run]}}})
    return [one["name"] for one in found]


def test_runs_have_names_parents_and_artifacts_in_prefect(finished: Path, shared_server: Server) -> None:
    run = run_of(shared_server, finished)
    assert not children_of(shared_server, run)
    tasks, steps = task_runs(shared_server, run), ("train", "evaluate", "score-shard", "query-select")
    assert {f"margin · seed 1 · cycle {cycle} · {step}" for cycle in (1, 2) for step in steps} <= set(tasks)
    assert {"margin · seed 1", "ingest", "seed 1 · split"} <= set(tasks)
    artifacts = shared_server.ask("/artifacts/filter", {"artifacts": {"flow_run_id": {"any_": [run]}}})
    assert {artifact["key"] for artifact in artifacts} >= {"learning-curves", "learning-curve-table", "progress"}


def test_the_report_is_beside_the_tables(finished: Path) -> None:
    page = (finished / "report.html").read_text(encoding="utf-8")
    assert "least" not in page
    assert "margin" in page
    assert (finished / "learning_curves.png").read_bytes().startswith(b"\x89PNG")
    assert (finished / "learning_curves.svg").read_text().startswith("<?xml")


def test_running_again_computes_nothing_and_changes_nothing(finished: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    store = finished.parents[1]
    before = {file: file.stat().st_mtime_ns for file in store.glob("sample/**/*.parquet")}
    tables = {name: (finished / name).read_bytes() for name in ("metrics.parquet", "queries.parquet")}
    again = experiment(ExperimentConfig.model_validate(CONFIG | {"store": str(store), "workers": 3}))
    assert again == finished
    assert {file: file.stat().st_mtime_ns for file in store.glob("sample/**/*.parquet")} == before
    assert {name: (finished / name).read_bytes() for name in tables} == tables


def test_a_damaged_result_is_computed_again_and_the_end_is_the_same(finished: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    store = finished.parents[1]
    tables = {name: (finished / name).read_bytes() for name in ("metrics.parquet", "queries.parquet")}
    model = next(store.glob("sample/*/margin/seed=1/cycle=002/model-*"))
    whole = model.read_bytes()
    model.write_bytes(whole[: len(whole) // 2])
    next(store.glob("sample/*/entropy/seed=0/cycle=001/query-*")).unlink()
    experiment(ExperimentConfig.model_validate(CONFIG | {"store": str(store)}))
    assert model.read_bytes() == whole
    assert {name: (finished / name).read_bytes() for name in tables} == tables


def test_an_exhausted_pool_ends_the_strategy_cleanly(tmp_path: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    rows = [{"text": f"{word} number {i}", "label": word} for i in range(20) for word in ("yes", "no")]
    pd.DataFrame(rows).to_csv(tmp_path / "few.csv", index=False)
    config = {
        "data": {"source": str(tmp_path / "few.csv")},
        "strategies": ["margin"],
        "seeds": 1,
        "cycles": 10,
        "query_size": 12,
        "seed_set": {"size": 4},
        "features": {"kind": "tfidf"},
        "store": str(tmp_path / "store"),
    }
    result = read_experiment(experiment(ExperimentConfig.model_validate(config)))
    assert result.metrics["labels"].tolist() == [4, 16, 28, 32]
    corpus, _ = build_corpus(ExperimentConfig.model_validate(config).data)
    plain = list(simulate(corpus, ExperimentConfig.model_validate(config), "margin", 0))
    assert [one.metrics.labels for one in plain] == [4, 16, 28, 32]


def test_status_report_and_run_take_its_name(finished: Path, prefect_api: str) -> None:
    store = str(finished.parents[1])
    status = CliRunner().invoke(main, ["status", "--store", store])
    assert status.exit_code == 0
    name, what, came_to = status.output.splitlines()
    assert name == finished.name
    assert what.startswith("  sample · margin, ")
    assert " · 24 of 24 cycles · " in what
    assert " ends at macro-F1 " in came_to
    one = CliRunner().invoke(main, ["status", finished.name, "--store", store])
    assert "4/4" in one.output
    assert "finished" in one.output
    for name in (str(finished), finished.name):
        report = CliRunner().invoke(main, ["report", name, "--store", store])
        assert report.exit_code == 0, report.output
        assert "AULC" in report.output
        assert "an anecdote: use `--seeds 5`" in " ".join(report.output.split())
    again = CliRunner().invoke(main, ["run", finished.name, "--store", store], catch_exceptions=False)
    assert again.exit_code == 0, again.output
    assert "All 24 cycles were in the store; nothing was computed again." in again.output
    assert str(finished / "report.html") in " ".join(again.output.split("\n"))
    wrong = CliRunner().invoke(main, ["report", f"{finished.name}x", "--store", store])
    assert f"did you mean {finished.name!r}?" in str(wrong.exception)


def test_a_strategy_that_fails_does_not_stop_the_others(tmp_path: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    config = CONFIG | {"strategies": ["margin", "random"], "seeds": 1, "cycles": 2, "store": str(tmp_path)}
    experiment(ExperimentConfig.model_validate(config))
    query = next(tmp_path.glob("sample/*/margin/seed=0/cycle=001/query-*"))
    query.unlink()
    query.mkdir()
    config |= {"cycles": 3}
    with pytest.raises(RuntimeError, match=r"failed: margin · seed 0: .*Retry, or run again, to do what is missing"):
        experiment(ExperimentConfig.model_validate(config))
    states = {folder.name: read_experiment(folder) for folder in (tmp_path / "experiments").iterdir()}
    failed = next(one for one in states.values() if one.manifest["state"] == "failed")
    assert failed.metrics["strategy"].unique().tolist() == ["random"]
    query.rmdir()
    assert len(read_experiment(experiment(ExperimentConfig.model_validate(config))).metrics) == 2 * 4


def test_an_experiment_that_has_only_started_is_not_read(tmp_path: Path) -> None:
    for name in TABLES:
        pd.DataFrame({"x": [1]}).to_parquet(tmp_path / f"{name}.parquet")
    (tmp_path / "manifest.json").write_text(
        json.dumps(
            {
                "state": "started",
                "setup": "x/setup-12",
                "config": ExperimentConfig().model_dump(mode="json"),
                "cycles": 1,
                "data": {"fingerprint": "12", "texts": 1, "labels": {}, "ingest": {}},
                "versions": {},
            }
        )
    )
    with pytest.raises(DataError, match="has started and not finished"):
        read_experiment(tmp_path)


def test_a_single_cycle_wants_those_before_it_and_says_which_there_are(tmp_path: Path, prefect_api: str) -> None:
    from flows.cycle import run_cycle

    config = ExperimentConfig.model_validate(CONFIG | {"store": str(tmp_path)})
    with pytest.raises(ConfigError, match=r"margin, seed 0, cycle 1 needs the query of cycle 0, which is not in"):
        run_cycle(config, "margin", 0, 1)
    with pytest.raises(ConfigError, match="there is no cycle 9; with this configuration and data they go from 0 to 3"):
        run_cycle(config, "margin", 0, 9)
    with pytest.raises(ConfigError, match="unknown strategy 'margn'; did you mean 'margin'"):
        run_cycle(config, "margn", 0, 0)
    assert run_cycle(config, "margin", 0, 0).query is not None
    assert run_cycle(config, "margin", 0, 1).query is not None


def test_the_pool_in_shards_gives_the_same_queries(finished: Path, tmp_path: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    config = ExperimentConfig.model_validate(CONFIG | {"store": str(tmp_path), "shard_size": 500})
    in_shards = experiment(config)
    assert len(list(tmp_path.glob("sample/*/margin/seed=0/cycle=001/pool-*.parquet"))) == 3
    for name in ("metrics", "classes", "confusion", "queries"):
        assert (in_shards / f"{name}.parquet").read_bytes() == (finished / f"{name}.parquet").read_bytes()


def test_texts_with_several_labels_go_through_the_flow_as_through_the_loop(tmp_path: Path, prefect_api: str) -> None:
    from flows.experiment import experiment

    corpus, _ = build_corpus(ExperimentConfig().data)
    labels = [
        f"{name}|long" if len(text) > 60 else name for name, text in zip(corpus.labels, corpus.texts, strict=True)
    ]
    pd.DataFrame({"text": corpus.texts, "label": labels}).to_csv(tmp_path / "several.csv", index=False)
    several = {
        "data": {"source": str(tmp_path / "several.csv"), "label_separator": "|"},
        "strategies": ["adaptive", "cvirs"], "seeds": 1, "cycles": 2, "store": str(tmp_path / "store"),
        "stopping": {"rules": ["classification_change(share=0.9)", "target(value=0.1)"], "audit_set": 20},
    }  # fmt: skip
    config = ExperimentConfig.model_validate(CONFIG | several)
    corpus, _ = build_corpus(config.data)
    result = read_experiment(experiment(config))
    for strategy in config.strategies:
        own, asked = (table[table["strategy"] == strategy] for table in (result.metrics, result.queries))
        for cycle, (_, row) in zip(simulate(corpus, config, strategy, 0), own.iterrows(), strict=True):
            assert metrics_row(cycle.metrics) == {name: row[name] for name in metrics_row(cycle.metrics)}
            if cycle.query:
                query = asked[asked["cycle"] == cycle.cycle]
                assert [tuple(label) for label in query["label"]] == [corpus.labels[i] for i in cycle.query.rows]
    assert result.stops["labels"].notna().all()
    assert result.manifest["data"]["labels"]["long"] > 100
    assert {"long", "not long"} <= set(result.confusion["true"])
