"""A round of benchmarks/busy.py beside all other tests: work on all cores keeps no run from finishing."""

from pathlib import Path

import pytest

from benchmarks.busy import busy, run

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_a_run_finishes_beside_a_busy_loop(tmp_path: Path) -> None:
    with busy(1):
        done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    assert "AULC" in done.stdout
