"""What is installed, and as whom it runs: locks with a digest for each file, and an image whose user is not root."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
OF_TORCH = re.compile(r"(torch|triton|nvidia-.+|cuda-.+)==")


def requirements(name: str) -> list[str]:
    """Return what a lock asks for, each with the options that it has, in a line."""
    lines = [line.partition(" #")[0].strip() for line in (ROOT / name).read_text().replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_each_locked_requirement_has_one_version_and_a_digest(name: str) -> None:
    several = requirements(name)
    assert len(several) > 100
    form = re.compile(r"[\w.-]+(\[[\w,-]+\])?==[^\s;]+( *;[^#]+?)?( +--hash=sha256:[0-9a-f]{64})+")
    assert [one for one in several if not form.fullmatch(one)] == []
    assert not [one for one in several if OF_TORCH.match(one)], "torch, whose wheels differ, has a lock of its own"


def test_torch_has_one_version() -> None:
    (torch,) = requirements("requirements-torch.lock")
    assert re.fullmatch(r"torch==\d+\.\d+\.\d+", torch)


@pytest.mark.parametrize("file", ["Makefile", "docs/deploy/Dockerfile"])
def test_what_installs_a_lock_requires_its_digests(file: str) -> None:
    installs = re.findall(r"pip install .*--requirement requirements(?:-dev)?\.lock", (ROOT / file).read_text())
    assert installs
    assert all("--require-hashes" in one and "--no-deps" in one for one in installs), installs


def test_the_image_runs_as_a_user_who_is_not_root() -> None:
    lines = (ROOT / "docs" / "deploy" / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
    steps = [line.split() for line in lines if line.strip() and not line.startswith("#")]
    begin = max(number for number, step in enumerate(steps) if step[0] == "FROM")
    users = [step[1] for step in steps[begin:] if step[0] == "USER"]
    assert users, "without USER it is root"
    assert users[-1].partition(":")[0] not in ("root", "0")
    made = [step for step in steps[begin:] if step[0] == "RUN" and "useradd" in step]
    assert any("--uid" in step and step[step.index("--uid") + 1] == users[-1] for step in made), (
        "the user has to be made"
    )
