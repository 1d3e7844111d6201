"""Three rounds of benchmarks/busy.py at once: other work on all cores keeps no run from finishing."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from benchmarks.busy import busy, run

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_runs_finish_beside_busy_loops_and_each_other(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(3)]
    with busy(1), ThreadPoolExecutor(3) as side_by_side:
        ended = list(side_by_side.map(run, folders))
    for done in ended:
        assert done.returncode == 0, done.stdout
        assert "Traceback" not in done.stdout
        assert "AULC" in done.stdout
