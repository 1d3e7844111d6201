"""alflow commands as processes that start at once: forked from one that has imported what takes seconds.

Nothing of alflow is imported before. So it finds umask, signals and environment as the command's shell has left them.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

FORKS = """
import gc, json, os, signal, sys
import fsspec, matplotlib.figure, pandas, prefect, prefect.artifacts, pyarrow.compute, pyarrow.parquet, rich.progress
import scipy.stats, skops.io, sklearn.feature_extraction.text, sklearn.linear_model, sklearn.model_selection
gc.freeze()  # else each process copies all of it, to free it at its end
for line in sys.stdin:
    command, folder, umask, ignored, settings = json.loads(line)
    pid = os.fork()
    if pid == 0:
        break
    print(pid, flush=True)
    print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
else:
    sys.exit()
said = os.open(os.path.join(folder, "said"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
os.dup2(said, 1), os.dup2(said, 2)
os.chdir(folder), os.umask(umask)
os.environ.update(settings)
for number in ignored:
    signal.signal(number, signal.SIG_IGN)
sys.argv = ["alflow", *command]
from flows.cli import main
main()
"""


@dataclass(frozen=True)
class Forks:
    """Where commands are started, one after the other.

    Parameters: folder : that they run in; a file `said` in it has what the last has said
    """

    process: subprocess.Popen[str]
    folder: Path

    def start(
        self,
        *command: str,
        umask: int = 0o022,
        ignored: tuple[signal.Signals, ...] = (),
        settings: Mapping[str, str] | None = None,
    ) -> int:
        """Start a command and return its process; `wait` has to follow.

        Parameters: ignored : signals, as `nohup` ignores one
                    settings : environment variables beside those that all have
        """
        about = [command, str(self.folder), umask, ignored, settings or {}]
        return int(self._ask(json.dumps(about)))

    def wait(self) -> tuple[int, str]:
        """Return the exit code of what was started, negative if a signal ended it, and what it said."""
        code = int(self._ask())
        return code, (self.folder / "said").read_text()

    def run(self, *command: str, umask: int = 0o022, settings: Mapping[str, str] | None = None) -> str:
        """Run a command to its end, which has to be a good one, and return what it said."""
        self.start(*command, umask=umask, settings=settings)
        code, said = self.wait()
        assert code == 0, said
        return said

    def _ask(self, *lines: str) -> str:
        assert self.process.stdin
        assert self.process.stdout
        for line in lines:
            print(line, file=self.process.stdin, flush=True)
        return self.process.stdout.readline()


@contextmanager
def forks(folder: Path, settings: Mapping[str, str] | None = None) -> Iterator[Forks]:
    """Let commands be started in a folder, with these environment variables beside those of this process."""
    here = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)} | dict(settings or {})
    with subprocess.Popen(
        [sys.executable, "-c", FORKS], env=here, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield Forks(process, folder)
        process.communicate()
