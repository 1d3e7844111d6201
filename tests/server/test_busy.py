"""A round of benchmarks/busy.py: other work on all cores keeps no run from finishing; `make soak` plays twenty."""

from pathlib import Path

import pytest

from benchmarks.busy import busy, run

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_a_run_finishes_beside_busy_loops(tmp_path: Path) -> None:
    with busy(2):
        done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    assert "Traceback" not in done.stdout
    assert "AULC" in done.stdout
