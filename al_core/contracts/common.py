"""What the contracts of strategies, classifiers and stopping rules have in common."""

import pickle
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from os import environ, pathsep
from typing import Any

import numpy as np

from al_core.plugins import allowed


@contextmanager
def global_random_state(seed: int, instead: str = "a strategy is given a generator, `rng`") -> Iterator[None]:
    """Seed the global random generators, and see that nothing draws from them meanwhile."""
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)
    before = str(np.random.get_state(legacy=False)), random.getstate()  # noqa: NPY002
    yield
    after = str(np.random.get_state(legacy=False)), random.getstate()  # noqa: NPY002
    assert after == before, f"it drew from global random state; {instead}"


def in_another_process(answers: Callable[[str], Any], name: str) -> Any:
    """Return what a function of ours answers of a name, where hash seed and number of threads are others."""
    script = (
        f"import pickle, sys; from al_core.plugins import allow; allow(*sys.argv[2:]);"
        f"from {answers.__module__} import {answers.__name__} as answers;"
        "sys.stdout.buffer.write(pickle.dumps(answers(sys.argv[1])))"
    )
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "3")
    path = pathsep.join(folder or "." for folder in sys.path)
    there = {**environ, **threads, "PYTHONHASHSEED": "7", "PYTHONPATH": path}
    said = subprocess.run([sys.executable, "-c", script, name, *allowed()], env=there, capture_output=True, check=False)
    assert said.returncode == 0, f"it failed in another process: {said.stderr.decode()[-500:]}"
    return pickle.loads(said.stdout)
