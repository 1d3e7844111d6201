"""A PostgreSQL for a Prefect server, started on a free loopback port; it does not outlive its `with` block."""

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import chown
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.servers import free_port

POSTGRESQL = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
"""Where Debian has PostgreSQL, one for each version; `apt-get install postgresql` brings it."""


@contextmanager
def postgresql() -> Iterator[str]:
    """Start an empty PostgreSQL, with its defaults; the value is for PREFECT_SERVER_DATABASE_CONNECTION_URL.

    It refuses to run as root, and runs as the user `postgres` then.
    """
    programs, port = POSTGRESQL[-1].parent, free_port()
    user: dict[str, Any] = {"user": "postgres", "group": "postgres", "extra_groups": []} if os.getuid() == 0 else {}
    with TemporaryDirectory() as folder:
        if user:
            chown(folder, "postgres", "postgres")
        how = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | user
        create = [programs / "initdb", "--username", "prefect", "--auth", "trust", "--encoding", "UTF8", "--no-sync"]
        subprocess.run([*create, f"{folder}/data"], check=True, **how)
        start = [programs / "postgres", "-D", f"{folder}/data", "-k", folder, "-h", "127.0.0.1", "-p", str(port)]
        process = subprocess.Popen(start, **how)
        try:
            _wait_until_ready([programs / "pg_isready", "--quiet", "--host", "127.0.0.1", "--port", str(port)], process)
            yield f"postgresql+asyncpg://prefect@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_until_ready(is_ready: list[Any], process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        assert process.poll() is None, "PostgreSQL ended at its start"
        if subprocess.run(is_ready).returncode == 0:
            return
        time.sleep(0.2)
    raise TimeoutError("PostgreSQL did not answer in two minutes")
