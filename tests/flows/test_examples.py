"""The examples in plain Python: they run, in ten lines at most, and beside them the same with others runs as well."""

import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from al_core.config import DataConfig
from al_core.datasets.build import build_corpus

ROOT = Path(__file__).parents[2]


def lines_of(script: Path) -> int:
    """Count the lines of code: without blank ones, comments, docstrings and imports."""
    code = script.read_text(encoding="utf-8").split('"""', 2)[2].splitlines()
    counted = [line for line in code if line.strip() and not line.lstrip().startswith(("#", "import ", "from "))]
    return len(counted)


def run(script: Path, *arguments: object) -> str:
    command = [sys.executable, str(script), *map(str, arguments)]
    where = os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}
    done = subprocess.run(command, capture_output=True, text=True, env=where, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def mails(tmp_path_factory: pytest.TempPathFactory) -> Path:
    corpus, _ = build_corpus(DataConfig())
    few = 300
    labels = [label if row < 30 else None for row, label in enumerate(corpus.labels[:few])]
    file = tmp_path_factory.mktemp("mails") / "mails.csv"
    pd.DataFrame({"text": corpus.texts[:few], "label": labels}).to_csv(file, index=False)
    return file


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "examples/next_fifty.py",
        pytest.param("benchmarks/beside/next_small_text.py", marks=[pytest.mark.soak, pytest.mark.peer("small_text")]),
        pytest.param(
            "benchmarks/beside/next_scikit_activeml.py", marks=[pytest.mark.soak, pytest.mark.peer("skactiveml")]
        ),
    ],
)
def test_the_next_fifty(script: str, mails: Path, tmp_path: Path) -> None:
    run(ROOT / script, mails, tmp_path / "todo.csv")
    todo = pd.read_csv(tmp_path / "todo.csv")
    assert len(todo) == 50
    assert todo["label"].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "script",
    [
        "examples/simulate.py",
        pytest.param(
            "benchmarks/beside/simulate_small_text.py", marks=[pytest.mark.soak, pytest.mark.peer("small_text")]
        ),
        pytest.param(
            "benchmarks/beside/simulate_scikit_activeml.py", marks=[pytest.mark.soak, pytest.mark.peer("skactiveml")]
        ),
    ],
)
def test_a_simulation(script: str) -> None:
    said = run(ROOT / script).splitlines()
    assert len(said) == 22, "two strategies, eleven cycles"
    assert [line.split()[-2] for line in said[:3]] == ["30", "55", "80"]


def test_ours_take_ten_lines_at_most_and_half_of_theirs() -> None:
    for what, ours in (("next", "next_fifty"), ("simulate", "simulate")):
        mine = lines_of(ROOT / "examples" / f"{ours}.py")
        theirs = [lines_of(file) for file in (ROOT / "benchmarks" / "beside").glob(f"{what}_*.py")]
        assert mine <= 10
        assert len(theirs) == 2
        assert min(theirs) >= 2 * mine
