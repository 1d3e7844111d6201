"""What dies is started again, but not for ever."""

import sys
from pathlib import Path

import pytest

from al_core.errors import AlflowError
from flows.serving import supervise
from flows.serving.leash import Leash
from flows.serving.supervise import DEATHS, Kept


def die(kept: Kept) -> None:
    """Wait until the process has ended."""
    assert kept.process is not None
    kept.process.wait()


def test_what_dies_again_and_again_is_given_up_with_the_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    delays: list[float] = []
    monkeypatch.setattr(supervise, "sleep", delays.append)
    said: list[str] = []
    kept = Kept("worker", tmp_path / "worker.log", lambda: Leash([sys.executable, "-c", "exit(3)"]))
    kept.begin()
    for _ in range(DEATHS - 1):
        die(kept)
        kept.look(said.append)
    die(kept)
    with pytest.raises(AlflowError, match=rf"the worker ended {DEATHS} times soon .*exit code 3.*worker\.log"):
        kept.look(said.append)
    assert delays == [0, 1, 3, 7]
    assert len(said) == DEATHS - 1
    assert said[-1].startswith("The worker ended (by itself, with exit code 3); starting it again in 7 s. Its log: ")


def test_one_that_had_worked_for_long_begins_its_count_anew(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(supervise, "LONG", -1.0)
    said: list[str] = []
    kept = Kept("server", tmp_path / "server.log", lambda: Leash([sys.executable, "-c", "exit(0)"]))
    kept.begin()
    for _ in range(DEATHS + 1):
        die(kept)
        kept.look(said.append)
    assert all("starting it again. Its log" in line for line in said)


def test_one_that_takes_long_to_fail_to_start_is_given_up_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(supervise, "LONG", -1.0)
    monkeypatch.setattr(supervise, "sleep", lambda _: None)

    def start() -> Leash:
        raise AlflowError("it does not answer")

    kept, said = Kept("server", tmp_path / "server.log", start), list[str]()
    for _ in range(DEATHS - 1):
        kept.look(said.append)
    with pytest.raises(AlflowError, match=rf"the server ended {DEATHS} times soon .*it does not answer"):
        kept.look(said.append)
